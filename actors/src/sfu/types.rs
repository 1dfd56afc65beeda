//! What goes into the core and what comes out.

pub use super::codec::dependency::Targets;
use crate::{
    ids::ParticipantId,
    protocol::{LayersWanted, Limited, Source, Want},
};

/// Microseconds since the worker began.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct At(pub u64);

impl At {
    pub fn ms(ms: u64) -> At {
        At(ms * 1_000)
    }

    pub fn micros_since(self, earlier: At) -> u64 {
        self.0.saturating_sub(earlier.0)
    }
}

/// A participant's number in this core: small, dense, used again after it left. The worker keeps its own tables by it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct PeerIndex(pub u16);

/// One size of a published track, 0 is the smallest: an encoding of its own (simulcast), or a spatial layer within the only encoding.
/// Audio has only 0.
pub type Layer = u8;

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Codec {
    Opus,
    Vp8,
    Vp9,
    H264,
    Av1,
}

/// A published track as it was negotiated.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Published {
    pub source: Source,
    pub codec: Codec,
    /// How many encodings were negotiated, 1 to 3.
    pub layers: u8,
}

/// A place on a receiving connection: m-lines of one kind, counted from 0.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum SlotIndex {
    Audio(u8),
    Video(u8),
}

/// A sink's number, given by the worker: small and dense.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct SinkIndex(pub u32);

/// What a sink hears.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct SinkWanted {
    pub participant: ParticipantId,
    pub source: Source,
    /// The best encoding of a picture, instead of the smallest.
    pub best: bool,
    /// Off, it hears nothing.
    pub on: bool,
}

/// Control. Everything that is not a media packet.
#[derive(Clone, PartialEq, Debug)]
pub enum Input {
    /// The participant is here; its index is given by the core in [`SfuCore::peer`].
    AddPeer {
        participant: ParticipantId,
    },
    RemovePeer {
        peer: PeerIndex,
    },
    /// An extra copy of the participant's media may come: a peer of its own, which only sinks hear. Its index is given by
    /// [`SfuCore::tap`](super::SfuCore::tap); of each picture one encoding counts.
    AddTap {
        participant: ParticipantId,
    },
    /// The sink hears this from now on, or as it says anew.
    AttachSink {
        sink: SinkIndex,
        wanted: SinkWanted,
    },
    DetachSink {
        sink: SinkIndex,
    },
    /// The sink had no room for what it was given.
    SinkLost {
        sink: SinkIndex,
    },
    /// All that the peer publishes now; replaces what it published before.
    Publish {
        peer: PeerIndex,
        tracks: Vec<Published>,
    },
    /// What the peer may send; the rest is dropped. Nothing before the first.
    Permit {
        peer: PeerIndex,
        sources: Vec<Source>,
    },
    /// Nothing is heard on the receiving connection, but it may come back: nothing goes to it until the next `Receiving`, and then its
    /// streams' numbers go on.
    ReceivingLost {
        peer: PeerIndex,
    },
    /// The receiving connection is up, with so many slots negotiated. Zero of both when it is gone for good: the next one's streams
    /// begin with new numbers.
    Receiving {
        peer: PeerIndex,
        audio_slots: u8,
        video_slots: u8,
    },
    Want {
        peer: PeerIndex,
        tracks: Vec<Want>,
    },
    /// Bits a second that the receiver's path bears, from send-side congestion control; with loss (0 to 1) and round trip beside it.
    /// Repeat the last one a few times a second for as long as feedback (RTCP) comes from the receiver: a receiver of which nothing is heard
    /// for [`Limits::silent_ms`](super::Limits) gets no video.
    Estimate {
        peer: PeerIndex,
        bits: u64,
        loss: f32,
        rtt_ms: u32,
    },
    /// The receiver lost the picture in this slot.
    KeyframeRequest {
        peer: PeerIndex,
        slot: SlotIndex,
    },
    /// An encoding stopped or began to arrive, as the engine sees it. Active until said otherwise.
    LayerActive {
        peer: PeerIndex,
        source: Source,
        layer: Layer,
        active: bool,
    },
    /// Call at least every 100 ms.
    Tick,
}

/// What the core reads of a packet. Times and numbers are extended (never wrap). Retransmissions (RTX) come as the packet that they repeat;
/// what comes twice is dropped by the core.
#[derive(Clone, Copy, Debug)]
pub struct PacketView<'a> {
    pub from: PeerIndex,
    pub source: Source,
    pub layer: Layer,
    pub seq: u64,
    pub timestamp: u64,
    pub marker: bool,
    /// RFC 6464: 0 is loudest, 127 silence; audio only.
    pub audio_level: Option<u8>,
    /// The RTP payload: codecs' descriptors are read from its start.
    pub payload: &'a [u8],
    /// A microphone's RED payload (RFC 2198) around the codec's.
    pub red: bool,
    /// Raw dependency descriptor, when negotiated (AV1).
    pub dependency_descriptor: Option<&'a [u8]>,
}

/// One packet to one receiver: same payload, numbers of the receiver's stream.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Forward {
    pub to: PeerIndex,
    pub slot: SlotIndex,
    pub codec: Codec,
    pub seq: u64,
    pub timestamp: u32,
    pub marker: bool,
    /// May be asked for again: keep it in the cache that answers NACKs.
    pub nackable: bool,
    /// What of the payload, or beside it, is to be replaced.
    pub patch: Patch,
    /// The number is used up by nothing: an empty payload is sent, so that the receiver misses no packet.
    pub blank: bool,
}

/// New numbers for a codec's descriptor.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Patch {
    #[default]
    None,
    Vp8(PictureNumbers),
    /// See [`patch_vp9`](super::patch_vp9).
    Vp9(PictureNumbers),
    /// For the dependency descriptor, see [`patch_dependencies`](super::patch_dependencies).
    Av1(FrameNumber),
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct FrameNumber {
    pub frame: u16,
    /// The decode targets that this receiver gets, where they have to be said.
    pub targets: Option<Targets>,
}

/// Only what the source's descriptor has is set, and it fits the field's width there: patch exactly these.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct PictureNumbers {
    /// 15 bits, or 7 where the source's is of 7.
    pub picture_id: Option<u16>,
    pub tl0: Option<u8>,
}

/// Who is in a slot now.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct SlotUse {
    pub slot: SlotIndex,
    pub participant: ParticipantId,
    pub source: Source,
}

/// What is to be done after a control input.
#[derive(Clone, PartialEq, Debug)]
pub enum Output {
    /// Ask the publisher for a keyframe of this encoding.
    RequestKeyframe {
        peer: PeerIndex,
        source: Source,
        layer: Layer,
    },
    /// The receiver has too few slots: offer it so many. Said once for a number; also before the receiving connection is there, so that
    /// its first offer can have them. [`SfuCore::slots_needed`](super::SfuCore::slots_needed) says the same at any time.
    SlotsNeeded {
        peer: PeerIndex,
        audio: u8,
        video: u8,
    },
    /// The whole map of a receiver's slots, when it changed, and once when its connection is up.
    Slots {
        peer: PeerIndex,
        slots: Vec<SlotUse>,
    },
    /// Encodings that somebody watches, when that changed.
    LayersWanted {
        peer: PeerIndex,
        tracks: Vec<LayersWanted>,
    },
    /// What a receiver wants and doesn't get, when that changed.
    Limited {
        peer: PeerIndex,
        tracks: Vec<Limited>,
    },
    /// Bits a second that we send now, and that we would send if there were room: for the engine's pacing and probing.
    Bitrate {
        peer: PeerIndex,
        current: u64,
        desired: u64,
    },
    /// A picture was made smaller or left out for want of room: what was sent of it is not worth being sent again.
    Forget {
        peer: PeerIndex,
        slot: SlotIndex,
    },
    /// The receiver's line is choked: whatever was estimated of it is wrong, begin again with so many bits a second.
    Restart {
        peer: PeerIndex,
        bits: u64,
    },
    /// Find out, with padding, whether the receiver's path bears so many bits a second. So many are `known` to be borne, whatever is
    /// estimated.
    Probe {
        peer: PeerIndex,
        known: u64,
        bits: u64,
    },
    Speaker {
        participant: Option<ParticipantId>,
    },
}
