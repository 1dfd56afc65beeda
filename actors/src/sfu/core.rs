//! The core's outer face: control in, packets in, outputs out.

use super::{
    limits::Limits,
    observe::Counts,
    peers::Peers,
    sinks::{Sinks, Sunk},
    speaker::Speaker,
    streams::Streams,
    types::*,
};
use crate::ids::ParticipantId;

/// The forwarding of one room. `control` changes what is, `reconcile` brings slots and streams in line with it, `bandwidth` shares a
/// receiver's path among its pictures, `forwarding` passes packets on, `tick` does what is due.
pub struct SfuCore {
    pub(super) limits: Limits,
    pub(super) peers: Peers,
    pub(super) streams: Streams,
    pub(super) speaker: Speaker,
    pub(super) counts: Counts,
    pub(super) sinks: Sinks,
    pub(super) sunk: Vec<Sunk>,
}

impl SfuCore {
    pub fn new(limits: Limits) -> Self {
        SfuCore {
            limits,
            peers: Peers::default(),
            streams: Streams::default(),
            speaker: Speaker::default(),
            counts: Counts::default(),
            sinks: Sinks::default(),
            sunk: Vec::new(),
        }
    }

    /// The number of somebody who is here.
    pub fn peer(&self, participant: ParticipantId) -> Option<PeerIndex> {
        self.peers.number(participant)
    }

    /// The number of somebody's extra copy.
    pub fn tap(&self, participant: ParticipantId) -> Option<PeerIndex> {
        self.peers.tap(participant)
    }

    /// Slots that the receiving connection of this peer should have, audio and video: what its next offer asks for. Never shrinks.
    pub fn slots_needed(&self, peer: PeerIndex) -> (u8, u8) {
        let (audio, video) = self.peers.get(peer).map_or((0, 0), |peer| peer.receiver.needed);
        (audio.max(Limits::SLOT_STEP.min(self.limits.audio_slots)), video.max(Limits::SLOT_STEP.min(self.limits.video_slots)))
    }
}
