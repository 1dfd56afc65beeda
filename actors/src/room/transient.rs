//! What lives with a session but need not survive it. It is in no snapshot, and no two states differ by it.

use super::{media::MediaTransient, taps::Taps};
use crate::{
    clock::Timestamp,
    ids::*,
    ports::PersonInRecording,
    protocol::{Waiting, server::QualityLevel},
    topology::Signals,
};
use std::collections::BTreeMap;

#[derive(Clone, Default)]
pub(super) struct Transient {
    /// Who types, and to whom.
    pub typing: BTreeMap<ParticipantId, Option<ParticipantId>>,
    /// The pictures that waiting people show.
    pub previews: BTreeMap<ParticipantId, String>,
    /// What waiting people were last told.
    pub told: BTreeMap<ParticipantId, Waiting>,
    pub quality: BTreeMap<ParticipantId, ToldQuality>,
    pub warned_at: BTreeMap<ParticipantId, Timestamp>,
    pub signals: Signals,
    pub media: MediaTransient,
    pub taps: Taps,
    /// The people that the recorder was told of last.
    pub recorded: Vec<PersonInRecording>,
    /// What the reader of emotion was told last.
    pub emotion_wanted: bool,
}

#[derive(Clone, Copy)]
pub(super) struct ToldQuality {
    pub at: Timestamp,
    pub score: f32,
    pub level: QualityLevel,
}

impl Transient {
    pub fn forget(&mut self, participant: ParticipantId) {
        self.typing.remove(&participant);
        self.previews.remove(&participant);
        self.told.remove(&participant);
        self.quality.remove(&participant);
        self.warned_at.remove(&participant);
        self.signals.forget(participant);
        self.media.wants.remove(&participant);
    }
}

impl PartialEq for Transient {
    /// Always: a state that came back from its journal is the same state.
    fn eq(&self, _: &Self) -> bool {
        true
    }
}
