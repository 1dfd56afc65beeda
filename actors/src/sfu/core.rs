//! The core's outer face: control in, packets in, outputs out.

use super::{limits::Limits, observe::Observed, types::*};
use crate::ids::ParticipantId;

/// The forwarding of one room.
pub struct SfuCore {
    limits: Limits,
    peers: Vec<Option<ParticipantId>>,
}

impl SfuCore {
    pub fn new(limits: Limits) -> Self {
        SfuCore { limits, peers: Vec::new() }
    }

    /// The number of somebody who is here.
    pub fn peer(&self, participant: ParticipantId) -> Option<PeerIndex> {
        self.peers.iter().position(|peer| *peer == Some(participant)).map(|index| PeerIndex(index as u16))
    }

    /// Slots that the receiving connection of this peer should have, audio and video: what its next offer asks for. Never shrinks.
    pub fn slots_needed(&self, _peer: PeerIndex) -> (u8, u8) {
        (Limits::SLOT_STEP, Limits::SLOT_STEP.min(self.limits.video_slots))
    }

    /// Takes a control input. What is to be done about it is added to `out`.
    pub fn handle(&mut self, input: Input, _now: At, _out: &mut Vec<Output>) {
        match input {
            Input::AddPeer { participant } if self.peer(participant).is_none() => {
                match self.peers.iter().position(Option::is_none) {
                    Some(index) => self.peers[index] = Some(participant),
                    None => self.peers.push(Some(participant)),
                }
            }
            Input::RemovePeer { peer } => {
                if let Some(place) = self.peers.get_mut(peer.0 as usize) {
                    *place = None;
                }
            }
            _ => {}
        }
    }

    /// Takes a media packet. A [`Forward`] a receiver is added to `forward`; neither vector is emptied here.
    pub fn packet(&mut self, _packet: &PacketView<'_>, _now: At, _forward: &mut Vec<Forward>, _out: &mut Vec<Output>) {}

    pub fn observe(&self) -> Observed {
        Observed::default()
    }
}
