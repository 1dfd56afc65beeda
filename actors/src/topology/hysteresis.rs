//! A room does not go to and fro: back to the mesh only when it would have held for a while, and not soon after it failed.

use super::{Times, Wanted, doubled};
use crate::{
    clock::Timestamp,
    ids::ParticipantId,
    protocol::{TopologyMode, TopologyReason, room::TopologyChoice},
};
use serde::{Deserialize, Serialize};
use std::{collections::BTreeSet, time::Duration};

/// What the way back depends on beside the wanted mode.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Situation {
    pub current: TopologyMode,
    pub count: usize,
    pub mesh_limit: u32,
    pub choice: TopologyChoice,
    pub sfu_available: bool,
}

#[derive(Clone, Default, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Hysteresis {
    /// Since when a mesh would have been enough.
    calm_since: Option<Timestamp>,
    distrust: Option<Distrust>,
    /// How often a mesh failed these people.
    failures: u32,
}

#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Distrust {
    reason: TopologyReason,
    until: Timestamp,
    /// Whose links or device it was: without them a mesh may do.
    blamed: BTreeSet<ParticipantId>,
}

impl Hysteresis {
    /// The mesh failed: it is not wanted for a while.
    pub fn mesh_failed(&mut self, reason: TopologyReason, blamed: &[ParticipantId], now: Timestamp, times: &Times) {
        self.failures += 1;
        let until = now + doubled(times.distrust_ms, self.failures, times.distrust_longest_ms);
        self.distrust = Some(Distrust { reason, until, blamed: blamed.iter().copied().collect() });
    }

    pub fn mesh_problem(&self) -> Option<TopologyReason> {
        self.distrust.as_ref().map(|distrust| distrust.reason)
    }

    /// Forgets a distrust that is over, or whose people are gone. Says whether it did.
    pub fn forgive(&mut self, here: impl Fn(&ParticipantId) -> bool, now: Timestamp) -> bool {
        let over = |distrust: &Distrust| distrust.until <= now || !distrust.blamed.iter().any(&here);
        let forgiven = self.distrust.as_ref().is_some_and(over);
        if forgiven {
            self.distrust = None;
        }
        forgiven
    }

    /// The mode to have now: the wanted one, unless it is the mesh and it is too early.
    pub fn hold(&mut self, wanted: Wanted, situation: Situation, now: Timestamp, times: &Times) -> Wanted {
        let back = situation.current == TopologyMode::Sfu && wanted.mode == TopologyMode::Mesh;
        if !back || situation.choice != TopologyChoice::Auto || !situation.sfu_available {
            self.calm_since = None;
            return wanted;
        }
        if situation.count >= situation.mesh_limit as usize {
            self.calm_since = None;
        } else {
            let since = *self.calm_since.get_or_insert(now);
            if now.since(since) >= settle_time(times) {
                return wanted;
            }
        }
        Wanted { mode: TopologyMode::Sfu, reason: TopologyReason::Settling, missed: None }
    }

    /// When it may decide otherwise with nothing else changed.
    pub fn deadline(&self, now_held: TopologyMode, times: &Times) -> Option<Timestamp> {
        let calm = self.calm_since.filter(|_| now_held == TopologyMode::Sfu).map(|since| since + settle_time(times));
        calm.into_iter().chain(self.distrust.as_ref().map(|distrust| distrust.until)).min()
    }
}

fn settle_time(times: &Times) -> Duration {
    Duration::from_millis(times.settle_ms)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::at;
    use uuid::Uuid;

    const MESH: Wanted = Wanted { mode: TopologyMode::Mesh, reason: TopologyReason::SmallRoom, missed: None };

    fn sfu_with(count: usize) -> Situation {
        Situation { current: TopologyMode::Sfu, count, mesh_limit: 5, choice: TopologyChoice::Auto, sfu_available: true }
    }

    #[test]
    fn back_to_the_mesh_after_it_would_have_held_with_one_person_to_spare() {
        let (mut hysteresis, times) = (Hysteresis::default(), Times::default());
        let mut mode = |count, ms| hysteresis.hold(MESH, sfu_with(count), at(ms), &times).mode;
        assert_eq!(mode(5, 0), TopologyMode::Sfu);
        assert_eq!(mode(5, 100_000), TopologyMode::Sfu, "five is the limit: the sixth would turn it round");
        assert_eq!(mode(4, 100_000), TopologyMode::Sfu);
        assert_eq!(mode(4, 129_999), TopologyMode::Sfu);
        assert_eq!(mode(4, 130_000), TopologyMode::Mesh);
    }

    #[test]
    fn a_sixth_person_in_between_starts_the_time_again() {
        let (mut hysteresis, times) = (Hysteresis::default(), Times::default());
        let sfu = Wanted { mode: TopologyMode::Sfu, reason: TopologyReason::TooLargeForMesh, missed: None };
        hysteresis.hold(MESH, sfu_with(4), at(0), &times);
        assert_eq!(hysteresis.hold(sfu, sfu_with(6), at(20_000), &times), sfu);
        assert_eq!(hysteresis.hold(MESH, sfu_with(4), at(31_000), &times).reason, TopologyReason::Settling);
        assert_eq!(hysteresis.deadline(TopologyMode::Sfu, &times), Some(at(61_000)));
    }

    #[test]
    fn a_pin_and_a_server_without_a_media_plane_don_t_wait() {
        let (mut hysteresis, times) = (Hysteresis::default(), Times::default());
        let pinned = Situation { choice: TopologyChoice::Mesh, ..sfu_with(9) };
        assert_eq!(hysteresis.hold(MESH, pinned, at(0), &times), MESH);
        let without = Situation { sfu_available: false, ..sfu_with(9) };
        assert_eq!(hysteresis.hold(MESH, without, at(0), &times), MESH);
    }

    #[test]
    fn a_mesh_that_failed_is_not_trusted_until_time_or_the_blamed_are_gone() {
        let times = Times::default();
        let bob = ParticipantId(Uuid::from_u128(1));
        let mut hysteresis = Hysteresis::default();
        hysteresis.mesh_failed(TopologyReason::Loss, &[bob], at(0), &times);
        assert_eq!(hysteresis.mesh_problem(), Some(TopologyReason::Loss));
        assert!(!hysteresis.forgive(|_| true, at(299_999)));
        assert!(hysteresis.forgive(|_| true, at(300_000)));
        hysteresis.mesh_failed(TopologyReason::Loss, &[bob], at(400_000), &times);
        assert!(!hysteresis.forgive(|_| true, at(999_999)), "the second time it lasts twice as long");
        assert!(hysteresis.forgive(|_| false, at(400_001)), "bob left");
        assert_eq!(hysteresis.mesh_problem(), None);
    }
}
