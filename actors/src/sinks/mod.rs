//! Media for what runs on the server: recording, captions, emotion, an assistant. Whoever needs it says so
//! ([`RoomsHandle::need`](crate::RoomsHandle::need)) and gets a [`MediaSink`](crate::ports::MediaSink) a person and track filled, for as
//! long as that person agrees.
//!
//! ```text
//! need ─▶ Room: topology::tap decides who is heard ─▶ ConsentedTrack ─▶ AttachSink ─▶ media worker ─▶ Valve ─▶ ring ─▶ reader
//!                                                                        a withdrawal shuts the valve at once ─┘
//! ```
//!
//! - [`consented`]: the only way to a sink is a [`ConsentedTrack`], and it is made from a consent alone.
//! - [`valve`]: stands before each sink; the room shuts it without waiting for the media plane.
//! - [`ring`]: the bounded way from a media thread to whoever reads: it never blocks, drops the newest, counts, and marks the gap.
//! - [`rest`]: what a reader knows of a mute.
//! - [`registry`]: what is needed in which room. It outlives the room's actor.

pub mod consented;
pub mod registry;
pub mod rest;
pub mod ring;
pub mod valve;

pub use consented::ConsentedTrack;
pub use registry::{MediaNeed, NeedRegistry};
pub use rest::Rest;
pub use ring::{RingReader, RingSink, ring};
pub use valve::Valve;

use crate::{
    ids::ParticipantId,
    ports::MediaSink,
    protocol::{Purpose, Source},
    sfu::{Codec, Layer},
};
use std::sync::Arc;

/// One need of one consumer; never used again.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct NeedId(pub u64);

/// How much of everybody is needed.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum NeededMedia {
    Audio,
    /// Audio, and of each picture the smallest encoding.
    LowVideo,
    /// Audio, and of each picture the best of what comes to the server anyway. A mesh stays one and sends its extra copy.
    BestVideo,
    /// Audio, and of each picture the best that is sent: no extra copy of a mesh has that, so the room goes over to the SFU.
    Everything,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Need {
    pub id: NeedId,
    pub purpose: Purpose,
    pub media: NeededMedia,
}

/// Names a sink: what one need gets of one track.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct SinkKey {
    pub need: NeedId,
    pub participant: ParticipantId,
    pub source: Source,
}

/// Which encoding of a picture.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Quality {
    Low,
    Best,
}

/// Makes a sink for a track when it is to be heard for the first time. The same one serves through mutes and switches of the path.
pub type SinkFactory = Arc<dyn Fn(&ConsentedTrack) -> Arc<dyn MediaSink> + Send + Sync>;

/// One RTP packet's payload with what is needed to put it into a timeline.
#[derive(Clone, PartialEq, Debug)]
pub struct MediaFrame {
    /// Counts, from 1, how often numbering began anew: another connection or encoding. `seq` and `timestamp` of two streams don't compare;
    /// `arrived_us` and `report` do.
    pub stream: u32,
    pub codec: Codec,
    pub layer: Layer,
    /// Of RTP, extended: never wraps. A hole is loss (or a packet that is still on its way: order is that of arrival).
    pub seq: u64,
    /// Of RTP, extended: 48 kHz for audio, 90 kHz for video.
    pub timestamp: u64,
    pub marker: bool,
    /// Begins a picture that needs no other. Always so for audio.
    pub keyframe: bool,
    /// Microseconds since 1970 on the server's clock, which never goes back, when the packet was read from the socket.
    pub arrived_us: u64,
    /// The newest sender report of this stream (RFC 3550, 6.4.1): what ties its timestamps to those of the same person's other tracks.
    pub report: Option<SenderReport>,
    /// RFC 6464: 0 is loudest, 127 silence; audio only.
    pub audio_level: Option<u8>,
    /// Decrypted, as the codec's RTP payload format has it. Redundant audio (RFC 2198) comes as the Opus that it is around.
    pub payload: Arc<[u8]>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct SenderReport {
    /// Microseconds since 1970 on the sender's clock…
    pub ntp_us: u64,
    /// …at which its RTP clock showed this, extended.
    pub timestamp: u64,
}

/// What comes out of a sink, in the order in which it arrived.
#[derive(Clone, PartialEq, Debug)]
pub enum SinkItem {
    Frame(MediaFrame),
    /// Here something is missing, or was not to be heard.
    Gap(Gap),
    /// The last item. What a reader finds behind it was on its way, and is to be thrown away.
    Ended(SinkEnd),
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Gap {
    /// The reader was too slow: so many packets were dropped.
    Overflow { dropped: u64 },
    /// Muted, switched off, or not permitted any more: nothing comes until it is on again.
    Off,
}

/// Why a sink gets nothing any more.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum SinkEnd {
    /// Consent was withdrawn.
    Withdrawn,
    Left,
    /// Nobody needs it any more.
    Released,
    SessionEnded,
}
