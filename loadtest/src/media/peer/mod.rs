//! One peer connection without any IO: datagrams, descriptions and the time go in; datagrams, packets and events come out.
//!
//! It stands on the protocol crates of `rtc` (`rtc-ice`, `rtc-dtls`, `rtc-srtp`), an implementation that shares nothing with the
//! server's. Descriptions, RTP, RTCP, repairs and feedback are our own, so that thousands of these fit one thread and every
//! packet is accounted for. It speaks to the server and just as well to another one of its kind.
//!
//! ```text
//! offer() ──▶ text ──▶ (signalling) ──▶ answer() ──▶ text ──▶ accept()
//! received(datagram) ─▶ Option<Packet>      write(content) · request_keyframe(line)
//! timeout(now) ◀─ deadline()                poll_transmit() ─▶ (address, datagram) · poll_event() ─▶ Event
//! ```
//!
//! After every call that may have done something drain `poll_transmit` and `poll_event`; `driver` does that for you.

mod arrivals;
mod feedback;
mod header;
mod identity;
mod incoming;
mod outgoing;
mod rtcp;
mod sdp;
mod transport;

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::{Buf, BytesMut};

pub use identity::Identity;
pub use incoming::StreamCounts;
pub use outgoing::Content;
pub use sdp::Kind;

use feedback::Feedback;
use outgoing::{Encoding, Format};
use sdp::{Description, LocalLine, Remote, RemoteLine, Setup};
use transport::{Change, Inbound, Transport};

/// Names of simulcast encodings, the smallest first.
pub const RIDS: [&str; 3] = ["q", "h", "f"];
const SENDER_REPORTS_EVERY: Duration = Duration::from_secs(1);

/// Why a description or a connection came to nothing. In words for the report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PeerError {
    Description(String),
    Ice(String),
    Crypto(String),
    /// An answer to an offer that was not made.
    NoOffer,
}

impl PeerError {
    fn ice(error: impl std::fmt::Display) -> Self {
        Self::Ice(error.to_string())
    }

    fn crypto(error: impl std::fmt::Display) -> Self {
        Self::Crypto(error.to_string())
    }
}

impl std::fmt::Display for PeerError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Description(error) => write!(f, "the description is of no use: {error}"),
            Self::Ice(error) => write!(f, "ICE: {error}"),
            Self::Crypto(error) => write!(f, "DTLS or SRTP: {error}"),
            Self::NoOffer => f.write_str("an answer came to no offer"),
        }
    }
}

/// An m-line to be offered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Track {
    pub kind: Kind,
    pub sends: bool,
    pub receives: bool,
    /// Encodings of what is sent: 1, or 2 to 3 for simulcast named by [`RIDS`].
    pub encodings: usize,
}

impl Track {
    /// Sent only, in one encoding.
    pub fn sending(kind: Kind) -> Self {
        Self { kind, sends: true, receives: false, encodings: 1 }
    }

    /// Both ways, in one encoding: what a link of a mesh has.
    pub fn both(kind: Kind) -> Self {
        Self { receives: true, ..Self::sending(kind) }
    }

    pub fn encodings(self, encodings: usize) -> Self {
        Self { encodings: encodings.clamp(1, RIDS.len()), ..self }
    }
}

/// What came in on an m-line.
#[derive(Debug)]
pub struct Packet {
    /// The m-line's place in the description.
    pub line: usize,
    pub kind: Kind,
    /// It came as a repair (RTX).
    pub repaired: bool,
    pub payload: BytesMut,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// The handshake is done: packets may be written.
    Connected,
    /// The other side closed, or never came up.
    Closed,
    /// The other side needs a keyframe of this m-line's encoding.
    KeyframeWanted { line: usize, encoding: usize },
}

struct Line {
    local: LocalLine,
    encodings: Vec<Encoding>,
}

/// The connection. See the module.
pub struct Peer {
    session: u64,
    version: u64,
    fingerprint: String,
    transport: Transport,
    lines: Vec<Line>,
    feedback: Feedback,
    we_offered: bool,
    offering: bool,
    transport_seq: u16,
    start: Instant,
    reports_at: Instant,
    events: VecDeque<Event>,
    scratch: Vec<u8>,
}

impl Peer {
    /// `local` is the address that the caller reads and writes datagrams at.
    ///
    /// # Errors
    /// When ICE does not take the address.
    pub fn new(identity: &Arc<Identity>, local: SocketAddr, now: Instant) -> Result<Self, PeerError> {
        Ok(Self {
            session: rand::random::<u64>() >> 2,
            version: 0,
            fingerprint: identity.fingerprint.clone(),
            transport: Transport::new(identity.clone(), local, now)?,
            lines: Vec::new(),
            feedback: Feedback::new(now),
            we_offered: false,
            offering: false,
            transport_seq: 0,
            start: now,
            reports_at: now + SENDER_REPORTS_EVERY,
            events: VecDeque::new(),
            scratch: Vec::with_capacity(2048),
        })
    }

    /// An offer of all m-lines so far and these new ones.
    pub fn offer(&mut self, tracks: &[Track]) -> String {
        for track in tracks {
            let mid = self.lines.len().to_string();
            self.lines.push(Line::offered(*track, mid));
        }
        self.offering = true;
        self.describe(Setup::ActPass)
    }

    /// The answer to an offer. What it sends is received; each of `tracks` that sends takes the first m-line of its kind that
    /// the other side receives on and nothing of ours is sent on yet.
    ///
    /// # Errors
    /// When the offer can't be read, or ICE refuses what is in it.
    pub fn answer(&mut self, now: Instant, offer: &str, tracks: &[Track]) -> Result<String, PeerError> {
        let remote = Remote::read(offer)?;
        if self.transport.restarts(&remote) {
            self.transport.restart(now)?;
        }
        let mut tracks: Vec<Track> = tracks.iter().copied().filter(|track| track.sends).collect();
        for (index, described) in remote.lines.iter().enumerate() {
            let line = Line::answering(described);
            match self.lines.get_mut(index) {
                Some(known) => known.local = LocalLine { sends: known.local.sends && described.receives, ..line.local },
                None => self.lines.push(line),
            }
            self.lines[index].give(&mut tracks, described);
        }
        self.settled(now, &remote, false)?;
        Ok(self.describe(Setup::Active))
    }

    /// Takes the answer to our offer.
    ///
    /// # Errors
    /// When it can't be read, there was no offer, or ICE refuses what is in it.
    pub fn accept(&mut self, now: Instant, answer: &str) -> Result<(), PeerError> {
        let remote = Remote::read(answer)?;
        if !std::mem::take(&mut self.offering) {
            return Err(PeerError::NoOffer);
        }
        for (line, described) in self.lines.iter_mut().zip(&remote.lines) {
            line.answered(described);
        }
        self.settled(now, &remote, true)
    }

    fn settled(&mut self, now: Instant, remote: &Remote, we_offered: bool) -> Result<(), PeerError> {
        for (index, line) in remote.lines.iter().enumerate() {
            self.feedback.described(index, line);
        }
        self.we_offered = we_offered;
        self.transport.connect(now, remote, we_offered)
    }

    fn describe(&mut self, setup: Setup) -> String {
        self.version += 1;
        let lines: Vec<LocalLine> = self.lines.iter().map(Line::described).collect();
        sdp::describe(&Description {
            session: self.session,
            version: self.version,
            credentials: &self.transport.credentials(),
            fingerprint: &self.fingerprint,
            setup,
            candidate: Some(self.transport.local()),
            lines: &lines,
        })
    }

    /// Takes a datagram. Media comes back, once each packet.
    pub fn received(&mut self, now: Instant, from: SocketAddr, datagram: &[u8]) -> Option<Packet> {
        let packet = match self.transport.handle(now, from, datagram) {
            Inbound::Rtp(header, packet) => self.feedback.rtp(now, &header, packet),
            Inbound::Rtcp(packet) => {
                self.heard(now, &packet);
                None
            }
            Inbound::Nothing => None,
        };
        self.changes();
        packet
    }

    fn changes(&mut self) {
        while let Some(change) = self.transport.poll_change() {
            self.events.push_back(match change {
                Change::Connected => Event::Connected,
                Change::Closed => Event::Closed,
            });
        }
    }

    fn heard(&mut self, now: Instant, packet: &[u8]) {
        for heard in rtcp::read(packet) {
            match heard {
                rtcp::Heard::Nack { ssrc, seqs } => self.repair(ssrc, &seqs),
                rtcp::Heard::Keyframe { ssrc } => {
                    if let Some((line, encoding)) = self.encoding_of(ssrc) {
                        self.events.push_back(Event::KeyframeWanted { line, encoding });
                    }
                }
                rtcp::Heard::Report { ssrc, ntp_middle } => self.feedback.heard_report(now, ssrc, ntp_middle),
                rtcp::Heard::TransportFeedback => {}
            }
        }
    }

    fn encoding_of(&self, ssrc: u32) -> Option<(usize, usize)> {
        let places = self.lines.iter().enumerate();
        let find = |line: &Line| line.encodings.iter().position(|encoding| encoding.ssrc == ssrc);
        places.into_iter().find_map(|(index, line)| Some((index, find(line)?)))
    }

    fn repair(&mut self, ssrc: u32, seqs: &[u16]) {
        let Some((line, encoding)) = self.encoding_of(ssrc) else { return };
        for seq in seqs {
            self.scratch.clear();
            let line = &mut self.lines[line];
            let transport_seq = self.transport_seq;
            if line.encodings[encoding].repair(&mut self.scratch, line.local.format(), transport_seq, *seq) {
                self.transport_seq = transport_seq.wrapping_add(1);
                self.transport.send_rtp(&self.scratch);
            }
        }
    }

    /// Sends a packet on an m-line's encoding. False when it can't be sent: not connected, not negotiated.
    pub fn write(&mut self, now: Instant, line: usize, encoding: usize, content: Content) -> bool {
        if !self.transport.is_connected() {
            return false;
        }
        let Some(line) = self.lines.get_mut(line).filter(|line| line.local.sends) else { return false };
        let Some(encoding) = line.encodings.get_mut(encoding) else { return false };
        self.scratch.clear();
        encoding.write(&mut self.scratch, now, line.local.format(), self.transport_seq, content);
        self.transport_seq = self.transport_seq.wrapping_add(1);
        self.transport.send_rtp(&self.scratch)
    }

    /// Asks the other side for a keyframe of what it sends on this m-line.
    pub fn request_keyframe(&mut self, line: usize) {
        self.scratch.clear();
        if self.feedback.request_keyframe(&mut self.scratch, line) {
            self.transport.send_rtcp(&self.scratch);
        }
    }

    pub fn timeout(&mut self, now: Instant) {
        self.transport.timeout(now);
        self.changes();
        self.scratch.clear();
        self.feedback.timeout(&mut self.scratch, now);
        if !self.scratch.is_empty() {
            self.transport.send_rtcp(&self.scratch);
        }
        if self.reports_at <= now {
            self.reports_at = now + SENDER_REPORTS_EVERY;
            self.send_reports(now);
        }
    }

    fn send_reports(&mut self, now: Instant) {
        self.scratch.clear();
        let since = now.saturating_duration_since(self.start);
        for line in &self.lines {
            let clock = if line.local.kind == Kind::Audio { 48_000.0 } else { 90_000.0 };
            line.encodings.iter().for_each(|encoding| encoding.report(&mut self.scratch, now, since, clock));
        }
        if !self.scratch.is_empty() {
            self.transport.send_rtcp(&self.scratch);
        }
    }

    pub fn deadline(&mut self) -> Instant {
        let own = self.reports_at.min(self.feedback.deadline());
        self.transport.deadline().map_or(own, |at| at.min(own))
    }

    pub fn poll_transmit(&mut self) -> Option<(SocketAddr, BytesMut)> {
        self.transport.poll_transmit()
    }

    pub fn poll_event(&mut self) -> Option<Event> {
        self.events.pop_front()
    }

    /// The other side is told; nothing is sent after what `poll_transmit` still has.
    pub fn close(&mut self, now: Instant) {
        self.transport.close(now);
    }

    /// Each stream that came in: its m-line and counts.
    pub fn incoming(&self) -> impl Iterator<Item = (usize, StreamCounts)> {
        self.feedback.counts()
    }

    /// Packets sent on all encodings, and repairs beside them.
    pub fn sent(&self) -> (u64, u64) {
        let all = || self.lines.iter().flat_map(|line| &line.encodings);
        (all().map(Encoding::sent).sum(), all().map(|encoding| encoding.repairs).sum())
    }
}

impl Line {
    fn offered(track: Track, mid: String) -> Self {
        let is_video = track.kind == Kind::Video;
        let local = LocalLine {
            mid,
            kind: track.kind,
            payload_type: if is_video { sdp::VP8 } else { sdp::OPUS },
            rtx: is_video.then_some(sdp::RTX),
            extensions: sdp::OFFERED_EXTENSIONS,
            sends: track.sends,
            receives: track.receives,
            rejected: false,
            rids: Vec::new(),
            ssrcs: Vec::new(),
        };
        Self { encodings: encodings(track, is_video), local }
    }

    /// What we answer to a line: we take what is sent, and send nothing yet.
    fn answering(described: &RemoteLine) -> Self {
        let local = LocalLine {
            mid: described.mid.clone(),
            kind: described.kind.unwrap_or(Kind::Video),
            payload_type: described.payload_type.unwrap_or_default(),
            rtx: described.rtx,
            extensions: described.extensions,
            sends: false,
            receives: described.sends,
            rejected: described.rejected || described.payload_type.is_none(),
            rids: Vec::new(),
            ssrcs: Vec::new(),
        };
        Self { local, encodings: Vec::new() }
    }

    fn give(&mut self, tracks: &mut Vec<Track>, described: &RemoteLine) {
        if !self.encodings.is_empty() || !described.receives || self.local.rejected {
            return;
        }
        if let Some(at) = tracks.iter().position(|track| Some(track.kind) == described.kind) {
            let track = tracks.remove(at).encodings(1);
            self.encodings = encodings(track, described.rtx.is_some());
            self.local.sends = true;
        }
    }

    fn answered(&mut self, described: &RemoteLine) {
        let local = &mut self.local;
        local.rejected = described.rejected || described.payload_type.is_none();
        local.sends = local.sends && described.receives && !local.rejected;
        local.payload_type = described.payload_type.unwrap_or(local.payload_type);
        local.rtx = described.rtx;
        local.extensions = described.extensions;
        if described.rtx.is_none() {
            self.encodings.iter_mut().for_each(|encoding| encoding.rtx_ssrc = None);
        }
    }

    fn described(&self) -> LocalLine {
        LocalLine {
            rids: self.encodings.iter().filter_map(|encoding| encoding.rid.clone()).collect(),
            ssrcs: self.encodings.iter().map(|encoding| (encoding.ssrc, encoding.rtx_ssrc)).collect(),
            ..self.local.clone()
        }
    }
}

fn encodings(track: Track, with_repairs: bool) -> Vec<Encoding> {
    match track.encodings {
        _ if !track.sends => Vec::new(),
        0 | 1 => vec![Encoding::new(None, with_repairs)],
        count => RIDS.iter().take(count).map(|rid| Encoding::new(Some(rid.to_string()), with_repairs)).collect(),
    }
}

impl LocalLine {
    fn format(&self) -> Format<'_> {
        Format { mid: &self.mid, payload_type: self.payload_type, rtx: self.rtx, extensions: &self.extensions }
    }
}

/// A packet's payload alone: without header and padding.
fn payload(mut packet: BytesMut, header_len: usize, padding: bool) -> Option<BytesMut> {
    packet.advance(header_len);
    if padding {
        let len = packet.len().checked_sub(usize::from(*packet.last()?))?;
        packet.truncate(len);
    }
    (!packet.is_empty()).then_some(packet)
}
