//! What the core can be asked about itself: for tests, metrics and the health page. Never in the way of a packet.

use super::{
    core::SfuCore,
    peers::Peer,
    rungs::Rung,
    types::{Layer, PeerIndex, SlotIndex},
};
use crate::{ids::ParticipantId, protocol::Source};
use serde::Serialize;

/// The core as it is now.
#[derive(Clone, PartialEq, Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Observed {
    pub peers: Vec<ObservedPeer>,
    pub speaker: Option<ParticipantId>,
    pub counts: Counts,
}

/// Packets since the core began. What was not forwarded is counted once, what was forwarded once a receiver.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Counts {
    pub received: u64,
    pub forwarded: u64,
    /// Given to sinks, once a sink.
    pub sunk: u64,
    /// From nobody, of a track that isn't published, or not permitted.
    pub refused: u64,
    /// Broken off in the middle of a codec's header.
    pub malformed: u64,
    /// A second time, or so late that it makes no sense any more.
    pub stale: u64,
    /// Over the publisher's limit.
    pub over_limit: u64,
    pub keyframes_requested: u64,
    pub layer_switches: u64,
}

#[derive(Clone, PartialEq, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ObservedPeer {
    pub index: u16,
    pub participant: ParticipantId,
    /// An extra copy beside a mesh.
    pub tap: bool,
    pub publishes: Vec<ObservedTrack>,
    pub receives: Vec<ObservedSlot>,
    /// Bits a second; none before the first.
    pub estimate: Option<u64>,
    /// It gets no video because nothing is heard of how it fares.
    pub silent: bool,
}

#[derive(Clone, PartialEq, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ObservedTrack {
    pub source: Source,
    pub permitted: bool,
    /// Bits a second of each encoding, from the smallest.
    pub bits: Vec<u64>,
    pub receivers: usize,
}

#[derive(Clone, PartialEq, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ObservedSlot {
    /// `a0`, `v3`.
    pub slot: String,
    pub from: ParticipantId,
    pub source: Source,
    /// The size that is forwarded now.
    pub layer: Option<Layer>,
    /// The size that is meant to be.
    pub target: Option<Layer>,
    /// With half its pictures.
    pub thin: bool,
}

impl Observed {
    pub fn peer(&self, index: PeerIndex) -> Option<&ObservedPeer> {
        self.peers.iter().find(|peer| peer.index == index.0)
    }
}

impl SfuCore {
    /// Costs nothing: for who counts often.
    pub fn counts(&self) -> Counts {
        self.counts
    }

    pub fn observe(&self) -> Observed {
        let peers = self.peers.iter().map(|(index, peer)| self.observe_peer(index, peer)).collect();
        let speaker = self.speaker.current().and_then(|peer| self.peers.get(peer)).map(|peer| peer.participant);
        Observed { peers, speaker, counts: self.counts }
    }

    fn observe_peer(&self, index: PeerIndex, peer: &Peer) -> ObservedPeer {
        let publishes = peer.publications.iter().flatten().map(|track| ObservedTrack {
            source: track.source,
            permitted: track.permitted,
            bits: track.encodings[..usize::from(track.encoded)].iter().map(|one| one.rate.known().unwrap_or(0)).collect(),
            receivers: track.streams.len(),
        });
        let receives = peer.receiver.all_slots().filter_map(|slot| {
            let (track, stream) = (slot.track?, self.streams.get(slot.stream));
            Some(ObservedSlot {
                slot: name(stream.slot),
                from: self.peers.get(track.peer)?.participant,
                source: track.source,
                layer: stream.switch.current(),
                target: stream.switch.target().map(Rung::layer),
                thin: stream.switch.target().is_some_and(Rung::is_thin),
            })
        });
        ObservedPeer {
            index: index.0,
            participant: peer.participant,
            tap: peer.tap,
            publishes: publishes.collect(),
            receives: receives.collect(),
            estimate: peer.receiver.path.estimate(),
            silent: peer.receiver.path.was_silent(),
        }
    }
}

fn name(slot: SlotIndex) -> String {
    match slot {
        SlotIndex::Audio(index) => format!("a{index}"),
        SlotIndex::Video(index) => format!("v{index}"),
    }
}
