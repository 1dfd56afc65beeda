//! What a pipeline carries from the wire to a file.

use crate::{sfu::Codec, sinks::SenderReport};

/// One picture, or one packet of sound, whole and as a container keeps it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct EncodedFrame {
    /// As of [`MediaFrame`](crate::sinks::MediaFrame): timestamps of two streams don't compare.
    pub stream: u32,
    /// Of RTP, extended: 48 kHz for audio, 90 kHz for video.
    pub timestamp: u64,
    /// When its first packet was read from the socket, microseconds since 1970.
    pub arrived_us: u64,
    pub report: Option<SenderReport>,
    /// Needs no other. Always so for audio.
    pub keyframe: bool,
    /// Opus packet; VP8 or VP9 frame (a superframe where there are layers); H264 access unit with lengths of four bytes; AV1 temporal unit without delimiter.
    pub data: Vec<u8>,
}

/// What a container says of a track before its first frame. Another one begins a new file.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TrackFormat {
    pub codec: Codec,
    /// Pixels; none for audio.
    pub size: Option<(u16, u16)>,
    /// `avcC` of H264, `av1C` of AV1; none where the codec has none. The head of Opus is the container's to write.
    pub private: Option<Vec<u8>>,
}
