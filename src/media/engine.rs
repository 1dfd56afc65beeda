//! What the workers need of a WebRTC engine: one [`Engine`] is one connection of a participant. Nothing here names a particular engine, so
//! another one can stand in, as the tests' own do.

use actors::{
    media::DescriptionError,
    sfu::{Codec, Forward, Layer, SlotIndex},
    sinks::SenderReport,
};
use std::{net::SocketAddr, sync::Arc, time::Instant};

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Transport {
    Udp,
    Tcp,
}

/// Where datagrams come from and go to. Over TCP the address names one connection.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Remote {
    pub transport: Transport,
    pub address: SocketAddr,
}

/// What a datagram carries: a slow TCP connection loses video first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Weight {
    Video,
    Audio,
    /// STUN, DTLS and RTCP.
    Control,
}

pub struct Datagram {
    pub to: Remote,
    pub weight: Weight,
    pub bytes: Vec<u8>,
}

/// A media packet from a publisher, decrypted.
pub struct Incoming {
    /// The m-line, counted from 0 in the description's order.
    pub line: u8,
    pub layer: Layer,
    pub codec: Codec,
    /// The payload is redundant audio (RFC 2198) around the codec's.
    pub red: bool,
    /// Never wraps.
    pub seq: u64,
    /// Never wraps.
    pub timestamp: u64,
    pub marker: bool,
    /// 0 is loudest, 127 silence.
    pub audio_level: Option<u8>,
    pub voice: Option<bool>,
    /// How the camera is turned, as on the wire (3GPP TS 26.114).
    pub turned: Option<u8>,
    pub arrived: Instant,
    /// The newest of its stream.
    pub report: Option<SenderReport>,
    pub payload: Arc<[u8]>,
    /// The dependency descriptor, where it was negotiated.
    pub descriptor: Option<Arc<[u8]>>,
}

/// A packet for a receiver's slot: what it is, and its numbers there.
#[derive(Clone, Copy)]
pub struct Outgoing<'a> {
    pub forward: &'a Forward,
    pub packet: &'a Incoming,
}

/// What came of a call.
pub enum Happened {
    Send(Datagram),
    /// Who writes from there knows the connection's ICE password.
    Verified(Remote),
    Packet(Incoming),
    /// ICE and DTLS are done; with the SRTP profile.
    Connected(&'static str),
    /// The other side said goodbye, or the engine gave up.
    Closed,
    /// The picture in this slot is lost.
    KeyframeRequest(SlotIndex),
    /// Bits a second that the path bears, loss (0 to 1) and round trip of what we send: some times a second, also when nothing changed.
    Path {
        bits: u64,
        loss: f32,
        rtt_ms: u32,
    },
    /// Packets that were asked for again since the last time.
    Nacks(u64),
    /// An encoding stopped or began to arrive.
    LayerActive {
        line: u8,
        layer: Layer,
        active: bool,
    },
}

/// An m-line of a publisher as it was negotiated.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Line {
    pub mid: String,
    pub audio: bool,
    /// None: nothing is sent on it, or nothing that we forward.
    pub codec: Option<Codec>,
    /// Encodings, 1 to 3.
    pub layers: u8,
}

pub struct Accepted {
    /// The answer.
    pub sdp: String,
    /// Every m-line of the offer, in order.
    pub lines: Vec<Line>,
}

/// The connection can't go on.
#[derive(Debug, thiserror::Error)]
#[error("the connection failed: {0}")]
pub struct Broken(pub String);

/// One connection with a participant. It has no socket and no clock: datagrams and times go in, what is to be sent comes out of
/// [`receive`](Engine::receive) and [`wake`](Engine::wake). Every other call wants a `wake` after it.
pub trait Engine: Send {
    /// Publishing: takes the participant's offer.
    fn accept_offer(&mut self, sdp: &str) -> Result<Accepted, DescriptionError>;
    /// Receiving: offers at least so many slots; `restart` with new ICE credentials. A newer offer replaces an unanswered one.
    fn offer(&mut self, audio: u8, video: u8, restart: bool) -> Option<String>;
    fn accept_answer(&mut self, sdp: &str) -> Result<(), DescriptionError>;
    /// Slots that were answered, audio and video.
    fn slots(&self) -> (u8, u8);
    fn slot_mid(&self, slot: SlotIndex) -> Option<String>;
    /// User fragments by which STUN requests find this connection: at most the current and the next one.
    fn ufrags(&mut self) -> Vec<String>;
    /// Takes a datagram. Returns when it wants to be woken.
    fn receive(&mut self, from: Remote, datagram: &[u8], now: Instant, out: &mut Vec<Happened>) -> Result<Instant, Broken>;
    /// Time passed, or something was written. Returns when it wants to be woken again.
    fn wake(&mut self, now: Instant, out: &mut Vec<Happened>) -> Result<Instant, Broken>;
    /// Says whether the packet was taken: not so before the slot is negotiated, or without a common codec.
    fn write(&mut self, packet: Outgoing<'_>) -> bool;
    fn request_keyframe(&mut self, line: u8, layer: Layer);
    /// Bits a second that would be sent if there were room.
    fn set_bitrate(&mut self, desired: u64);
    /// Finds out whether the path bears so many bits a second. It bears what is known, whatever the engine believes.
    fn probe(&mut self, known: u64, bits: u64);
    /// What was sent in this slot is not sent again.
    fn forget(&mut self, slot: SlotIndex);
    /// What was known of the path's rate is no longer true: begin with so many bits a second.
    fn forget_rate(&mut self, bits: u64);
    /// Says goodbye; the next `wake` has the datagrams.
    fn close(&mut self);
}

/// Makes engines for a worker.
pub trait Engines: Send + Sync {
    fn publishing(&self, now: Instant) -> Box<dyn Engine>;
    fn receiving(&self, now: Instant) -> Box<dyn Engine>;
}
