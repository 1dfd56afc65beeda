//! "Admit everyone I admitted before": whom hosts let in, in this session and in those before it.

use super::{Effect, state::RoomState, turn::Turn};
use crate::{ids::Identity, ports::KNOWN_MAX};
use indexmap::IndexSet;
use serde::{Deserialize, Serialize};

/// The newest last; the oldest are forgotten beyond [`KNOWN_MAX`].
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub(super) struct Known(IndexSet<Identity>);

impl Known {
    /// From what the store remembers, the oldest first.
    pub fn of(identities: Vec<Identity>) -> Self {
        let mut known = Self::default();
        identities.into_iter().for_each(|identity| known.add(identity));
        known
    }

    pub fn contains(&self, identity: &Identity) -> bool {
        self.0.contains(identity)
    }

    fn add(&mut self, identity: Identity) {
        self.0.shift_remove(&identity);
        self.0.insert(identity);
        if self.0.len() > KNOWN_MAX {
            self.0.shift_remove_index(0);
        }
    }
}

impl RoomState {
    pub(super) fn remember_admitted(&mut self, identity: Identity, turn: &mut Turn) {
        self.known.add(identity.clone());
        turn.changed();
        turn.effect(Effect::RememberAdmitted(identity));
    }

    /// Whoever was removed has to ask again, also next time.
    pub(super) fn forget_admitted(&mut self, identity: &Identity, turn: &mut Turn) {
        if self.known.0.shift_remove(identity) {
            turn.changed();
            turn.effect(Effect::ForgetAdmitted(identity.clone()));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_is_forgotten_and_whoever_comes_again_is_the_newest() {
        let person = |n: usize| Identity::from_subject(format!("guest:{n}"));
        let mut known = Known::of((0..KNOWN_MAX).map(person).collect());
        known.add(person(0));
        known.add(person(KNOWN_MAX));
        assert!(known.contains(&person(0)) && known.contains(&person(KNOWN_MAX)));
        assert!(!known.contains(&person(1)));
        assert_eq!(known.0.len(), KNOWN_MAX);
    }
}
