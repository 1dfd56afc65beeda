//! What a room and the media plane say to one another: small control messages, never a packet.

use crate::{
    ids::*,
    protocol::{LayersWanted, Leg, Limited, Slot, Source, TrackLabel, Want},
    sinks::{ConsentedTrack, Quality, SinkKey, Valve},
};
use std::sync::Arc;

/// What a participant may send.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Permit {
    pub microphone: bool,
    pub camera: bool,
    pub screen: bool,
}

/// What a room asks of the media plane. Commands of one room arrive in order.
#[derive(Clone, PartialEq, Debug)]
pub enum MediaCommand {
    /// The participant's media may come. Again for one who is there: changes the permit only.
    AddPeer {
        participant: ParticipantId,
        permit: Permit,
    },
    /// An offer for the publishing connection.
    Offer {
        participant: ParticipantId,
        sdp: String,
        tracks: Vec<TrackLabel>,
        epoch: u32,
    },
    /// The answer to our offer for the receiving connection.
    Answer {
        participant: ParticipantId,
        sdp: String,
        epoch: u32,
    },
    /// Make a receiving connection if there is none, and offer it; `restart` with new ICE credentials. For one that is there an offer that was
    /// never answered is made again: its word may have been lost. What the receiver was last told (slots, limits) is told again.
    OfferReceive {
        participant: ParticipantId,
        epoch: u32,
        restart: bool,
    },
    /// All that the participant wants to see; replaces what it wanted before.
    Want {
        participant: ParticipantId,
        tracks: Vec<Want>,
    },
    /// Both connections end, and nothing of theirs is forwarded from now on.
    RemovePeer {
        participant: ParticipantId,
    },
    /// In a mesh: an extra copy of the participant's media may come, for sinks alone. Again for one who is there: changes `sources` only.
    AddTap {
        participant: ParticipantId,
        sources: Vec<Source>,
    },
    /// An offer for the connection with that copy.
    OfferTap {
        participant: ParticipantId,
        sdp: String,
        tracks: Vec<TrackLabel>,
        epoch: u32,
    },
    RemoveTap {
        participant: ParticipantId,
    },
    /// Gives the sink what comes of the track, over whichever path. Again for one that is there: changes `quality` and `on`.
    AttachSink {
        track: ConsentedTrack,
        quality: Quality,
        on: bool,
        to: Valve,
    },
    DetachSink {
        key: SinkKey,
    },
    /// The room's media ends.
    Close,
}

/// Why a description was refused.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum DescriptionError {
    #[error("the description can't be read: {0}")]
    Unreadable(String),
    #[error("the description has too many m-lines")]
    TooManyLines,
    #[error("there is no offer that this answers")]
    NoOffer,
    #[error("the participant has no place in the media plane")]
    NoPeer,
    #[error("the media plane is full")]
    Full,
}

/// What the media plane tells a room. Speaker, limits and wanted layers are the newest of their kind: older ones may be left out.
#[derive(Clone, PartialEq, Debug)]
pub enum MediaEvent {
    /// The answer to a publisher's offer.
    Answered {
        participant: ParticipantId,
        sdp: String,
        epoch: u32,
    },
    /// Our offer for the receiving connection.
    Offered {
        participant: ParticipantId,
        sdp: String,
        epoch: u32,
    },
    Refused {
        participant: ParticipantId,
        leg: Leg,
        epoch: u32,
        error: DescriptionError,
    },
    Connected {
        participant: ParticipantId,
        leg: Leg,
    },
    /// Nothing was heard on it for a while, or it was closed.
    Lost {
        participant: ParticipantId,
        leg: Leg,
    },
    Slots {
        participant: ParticipantId,
        epoch: u32,
        slots: Vec<Slot>,
    },
    LayersWanted {
        participant: ParticipantId,
        tracks: Vec<LayersWanted>,
    },
    Limited {
        participant: ParticipantId,
        tracks: Vec<Limited>,
    },
    Speaker {
        participant: Option<ParticipantId>,
    },
    /// The room's media on the server is gone (its worker failed): the room opens it and everything in it anew.
    Failed,
}

/// Where the media plane puts a room's events. Never blocks; says whether there was room.
pub type MediaEvents = Arc<dyn Fn(MediaEvent) -> bool + Send + Sync>;
