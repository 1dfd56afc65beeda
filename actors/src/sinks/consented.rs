//! Proof that somebody agreed.

use super::{Need, SinkKey};
use crate::{
    ids::ParticipantId,
    protocol::{Consents, Purpose, Source},
};

/// A track of somebody who agreed to what it is needed for. There is no other way to make one, and no sink without one.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ConsentedTrack {
    key: SinkKey,
    purpose: Purpose,
}

impl ConsentedTrack {
    /// None without consent to the need's purpose.
    pub fn of(participant: ParticipantId, consents: &Consents, need: &Need, source: Source) -> Option<Self> {
        let key = SinkKey { need: need.id, participant, source };
        consents.allow(need.purpose).then_some(Self { key, purpose: need.purpose })
    }

    pub fn key(&self) -> SinkKey {
        self.key
    }

    pub fn participant(&self) -> ParticipantId {
        self.key.participant
    }

    pub fn source(&self) -> Source {
        self.key.source
    }

    pub fn purpose(&self) -> Purpose {
        self.purpose
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sinks::{NeedId, NeededMedia};
    use uuid::Uuid;

    #[test]
    fn a_track_is_consented_for_the_purpose_that_was_agreed_to_and_no_other() {
        let consents = Consents::granting([Purpose::Emotion]);
        let alice = ParticipantId(Uuid::from_u128(1));
        for purpose in Purpose::ALL {
            let need = Need { id: NeedId(1), purpose, media: NeededMedia::Audio };
            let track = ConsentedTrack::of(alice, &consents, &need, Source::Microphone);
            assert_eq!(track.map(|track| track.purpose()), (purpose == Purpose::Emotion).then_some(purpose));
        }
    }
}
