//! The receiving side: which stream a packet belongs to, and what is said back about it.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use bytes::{Buf, BytesMut};

use super::arrivals::Arrivals;
use super::header::Header;
use super::incoming::{Stream, StreamCounts};
use super::sdp::RemoteLine;
use super::{Packet, payload, rtcp};

/// As often as browsers at more than a few hundred kbit/s.
const ARRIVALS_EVERY: Duration = Duration::from_millis(50);
const REPORTS_EVERY: Duration = Duration::from_secs(1);
/// Between noticing a loss and asking: what was only late has come by then.
const ASK_AFTER: Duration = Duration::from_millis(5);
const IDLE: Duration = Duration::from_secs(3600);

/// What an SSRC is.
#[derive(Clone, Copy)]
enum Role {
    Stream(usize),
    RepairsOf(usize),
}

pub struct Feedback {
    ssrc: u32,
    start: Instant,
    lines: Vec<RemoteLine>,
    streams: Vec<Stream>,
    roles: HashMap<u32, Role>,
    arrivals: Arrivals,
    about: u32,
    arrivals_at: Option<Instant>,
    ask_at: Option<Instant>,
    reports_at: Instant,
}

impl Feedback {
    pub fn new(now: Instant) -> Self {
        Self {
            ssrc: rand::random::<u32>() | 1,
            start: now,
            lines: Vec::new(),
            streams: Vec::new(),
            roles: HashMap::new(),
            arrivals: Arrivals::default(),
            about: 0,
            arrivals_at: None,
            ask_at: None,
            reports_at: now + REPORTS_EVERY,
        }
    }

    pub fn described(&mut self, index: usize, line: &RemoteLine) {
        if index < self.lines.len() {
            self.lines[index] = line.clone();
        } else {
            self.lines.push(line.clone());
        }
    }

    pub fn rtp(&mut self, now: Instant, header: &Header, packet: BytesMut) -> Option<Packet> {
        self.note_arrival(now, header, &packet);
        let role = match self.roles.get(&header.ssrc) {
            Some(role) => *role,
            None => self.meet(header, &packet)?,
        };
        let mut content = payload(packet, header.len, header.padding)?;
        let (at, repaired, seq) = match role {
            Role::Stream(at) => {
                let seq = self.streams[at].arrived(now, header.seq, header.timestamp, content.len());
                (at, false, seq)
            }
            Role::RepairsOf(at) => {
                let original = (content.len() > 2).then(|| content.get_u16())?;
                (at, true, self.streams[at].repaired(original, content.len()))
            }
        };
        // What came before is no news.
        seq?;
        let stream = &self.streams[at];
        if stream.has_missing() && self.ask_at.is_none() {
            self.ask_at = Some(now + ASK_AFTER);
        }
        Some(Packet { line: stream.line, kind: self.lines[stream.line].kind?, repaired, payload: content })
    }

    fn note_arrival(&mut self, now: Instant, header: &Header, packet: &[u8]) {
        // A bundle has one numbering, so one id will do.
        let Some(id) = self.lines.iter().map(|line| line.extensions.transport_seq).find(|id| *id != 0) else { return };
        let Some(&[high, low]) = header.extension(packet, id) else { return };
        let micros = now.saturating_duration_since(self.start).as_micros() as u64;
        self.arrivals.arrived(u16::from_be_bytes([high, low]), micros);
        self.about = header.ssrc;
        self.arrivals_at.get_or_insert(now + ARRIVALS_EVERY);
    }

    /// A new SSRC: by its m-line's name in the header, else by the description.
    fn meet(&mut self, header: &Header, packet: &[u8]) -> Option<Role> {
        let named =
            |line: &RemoteLine| header.extension(packet, line.extensions.mid).is_some_and(|mid| mid == line.mid.as_bytes());
        let described = |line: &RemoteLine| line.ssrcs.contains(&header.ssrc);
        let line = self.lines.iter().position(named).or_else(|| self.lines.iter().position(described))?;
        let known = &self.lines[line];
        let role = if known.rtx == Some(header.payload_type) {
            Role::RepairsOf(self.streams.iter().rposition(|stream| stream.line == line)?)
        } else if known.payload_type == Some(header.payload_type) {
            self.streams.push(Stream::new(header.ssrc, line, known.kind?));
            Role::Stream(self.streams.len() - 1)
        } else {
            return None;
        };
        self.roles.insert(header.ssrc, role);
        Some(role)
    }

    pub fn heard_report(&mut self, now: Instant, ssrc: u32, ntp_middle: u32) {
        if let Some(Role::Stream(at)) = self.roles.get(&ssrc) {
            self.streams[*at].heard_report(now, ntp_middle);
        }
    }

    /// False while nothing came in on the line.
    pub fn request_keyframe(&self, out: &mut Vec<u8>, line: usize) -> bool {
        let Some(stream) = self.streams.iter().rfind(|stream| stream.line == line) else { return false };
        rtcp::pli(out, self.ssrc, stream.ssrc);
        true
    }

    /// Writes what is due as one compound packet.
    pub fn timeout(&mut self, out: &mut Vec<u8>, now: Instant) {
        if self.reports_at <= now {
            self.reports_at = now + REPORTS_EVERY;
            let blocks: Vec<_> = self.streams.iter_mut().map(|stream| stream.block(now)).collect();
            if !blocks.is_empty() {
                rtcp::receiver_report(out, self.ssrc, &blocks);
            }
        }
        if self.arrivals_at.is_some_and(|at| at <= now) {
            if let Some(body) = self.arrivals.feedback() {
                rtcp::transport_feedback(out, self.ssrc, self.about, &body);
            }
            self.arrivals_at = (!self.arrivals.is_empty()).then_some(now);
        }
        if self.ask_at.is_some_and(|at| at <= now) {
            self.ask(out, now);
        }
    }

    fn ask(&mut self, out: &mut Vec<u8>, now: Instant) {
        for stream in self.streams.iter_mut().filter(|stream| stream.has_missing()) {
            let seqs = stream.asks(now);
            if !seqs.is_empty() {
                rtcp::nack(out, self.ssrc, stream.ssrc, &seqs);
            }
        }
        let waiting = self.streams.iter().any(Stream::has_missing);
        self.ask_at = waiting.then(|| now + ASK_AFTER * 4);
    }

    pub fn deadline(&self) -> Instant {
        let reports = if self.streams.is_empty() { self.reports_at + IDLE } else { self.reports_at };
        [self.arrivals_at, self.ask_at].into_iter().flatten().fold(reports, Instant::min)
    }

    pub fn counts(&self) -> impl Iterator<Item = (usize, StreamCounts)> {
        self.streams.iter().map(|stream| (stream.line, stream.counts))
    }
}
