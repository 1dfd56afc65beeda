//! A stream that we send: its numbers, its last packets for repairs, its sender reports.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use super::header::{self, ExtensionIds, Header};
use super::rtcp;

/// Packets that may be asked for again.
const KEPT: usize = 512;
/// The first packets name their m-line and encoding; then the other side knows the SSRC.
const NAMED_PACKETS: u64 = 200;

pub struct Encoding {
    pub ssrc: u32,
    pub rtx_ssrc: Option<u32>,
    pub rid: Option<String>,
    seq: u16,
    rtx_seq: u16,
    /// Number and plain packet from the payload on, newest last.
    kept: VecDeque<Kept>,
    packets: u64,
    bytes: u64,
    last: Option<(u32, Instant)>,
    pub repairs: u64,
}

struct Kept {
    seq: u16,
    timestamp: u32,
    marker: bool,
    payload: Vec<u8>,
}

/// A packet's content. The numbers are given by the stream.
#[derive(Clone, Copy)]
pub struct Content<'a> {
    pub timestamp: u32,
    pub marker: bool,
    /// `-dBov` from 0 (loudest) to 127 (silence), with whether it is a voice.
    pub audio_level: Option<(u8, bool)>,
    pub payload: &'a [u8],
}

/// What the m-line negotiated.
#[derive(Clone, Copy)]
pub struct Format<'a> {
    pub mid: &'a str,
    pub payload_type: u8,
    pub rtx: Option<u8>,
    pub extensions: &'a ExtensionIds,
}

impl Encoding {
    pub fn new(rid: Option<String>, with_repairs: bool) -> Self {
        Self {
            ssrc: rand::random::<u32>() | 1,
            rtx_ssrc: with_repairs.then(|| rand::random::<u32>() | 1),
            rid,
            // Far enough from the wrap that nobody has to guess a rollover count.
            seq: rand::random_range(1..0x4000),
            rtx_seq: rand::random_range(1..0x4000),
            kept: VecDeque::new(),
            packets: 0,
            bytes: 0,
            last: None,
            repairs: 0,
        }
    }

    /// Writes a packet, with its transport-wide number.
    pub fn write(&mut self, out: &mut Vec<u8>, now: Instant, format: Format, transport_seq: u16, content: Content) {
        let seq = self.seq;
        self.seq = seq.wrapping_add(1);
        let header = Header {
            payload_type: format.payload_type,
            marker: content.marker,
            seq,
            timestamp: content.timestamp,
            ssrc: self.ssrc,
            ..Header::default()
        };
        let named = self.packets < NAMED_PACKETS;
        let ids = format.extensions;
        let level = content.audio_level.map(|(level, voice)| [level & 0x7f | if voice { 0x80 } else { 0 }]);
        let extensions = [
            (ids.audio_level, level.as_ref().map_or(&[][..], |level| &level[..])),
            (ids.transport_seq, &transport_seq.to_be_bytes()[..]),
            (ids.mid, if named { format.mid.as_bytes() } else { &[] }),
            (ids.rid, self.rid.as_deref().filter(|_| named).map_or(&[][..], str::as_bytes)),
        ];
        header::write(out, &header, &extensions);
        out.extend_from_slice(content.payload);
        self.packets += 1;
        self.bytes += content.payload.len() as u64;
        self.last = Some((content.timestamp, now));
        if self.rtx_ssrc.is_some() {
            self.keep(seq, content);
        }
    }

    fn keep(&mut self, seq: u16, content: Content) {
        let mut kept = if self.kept.len() < KEPT { None } else { self.kept.pop_front() };
        let mut payload = kept.take().map_or_else(Vec::new, |old| old.payload);
        payload.clear();
        payload.extend_from_slice(content.payload);
        self.kept.push_back(Kept { seq, timestamp: content.timestamp, marker: content.marker, payload });
    }

    /// Writes the repair of a packet (RFC 4588), if it is still here.
    pub fn repair(&mut self, out: &mut Vec<u8>, format: Format, transport_seq: u16, seq: u16) -> bool {
        let (Some(ssrc), Some(payload_type)) = (self.rtx_ssrc, format.rtx) else { return false };
        let newest = self.kept.back().map_or(0, |kept| kept.seq);
        let back = newest.wrapping_sub(seq) as usize;
        let Some(kept) = self.kept.len().checked_sub(back + 1).and_then(|at| self.kept.get(at)) else { return false };
        let (timestamp, marker) = (kept.timestamp, kept.marker);
        let header = Header { payload_type, marker, seq: self.rtx_seq, timestamp, ssrc, ..Header::default() };
        let ids = format.extensions;
        let extensions = [
            (ids.transport_seq, &transport_seq.to_be_bytes()[..]),
            (ids.mid, format.mid.as_bytes()),
            (ids.repaired_rid, self.rid.as_deref().map_or(&[][..], str::as_bytes)),
        ];
        header::write(out, &header, &extensions);
        out.extend_from_slice(&seq.to_be_bytes());
        out.extend_from_slice(&kept.payload);
        self.rtx_seq = self.rtx_seq.wrapping_add(1);
        self.repairs += 1;
        true
    }

    /// A sender report, once something was sent. `since` is the time since any fixed moment.
    pub fn report(&self, out: &mut Vec<u8>, now: Instant, since: Duration, clock: f64) {
        let Some((timestamp, at)) = self.last else { return };
        let ahead = now.saturating_duration_since(at).as_secs_f64() * clock;
        let ntp = (since.as_secs() << 32) | ((u64::from(since.subsec_nanos()) << 32) / 1_000_000_000);
        rtcp::sender_report(out, self.ssrc, ntp, timestamp.wrapping_add(ahead as u32), self.packets as u32, self.bytes as u32);
    }

    pub fn sent(&self) -> u64 {
        self.packets
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const IDS: ExtensionIds = ExtensionIds { mid: 4, rid: 10, repaired_rid: 11, audio_level: 1, transport_seq: 3 };

    fn format() -> Format<'static> {
        Format { mid: "1", payload_type: 96, rtx: Some(97), extensions: &IDS }
    }

    fn content(payload: &[u8]) -> Content<'_> {
        Content { timestamp: 90, marker: true, audio_level: None, payload }
    }

    #[test]
    fn a_repair_carries_the_original_number_and_payload() {
        let mut encoding = Encoding::new(Some("h".into()), true);
        let mut sent = Vec::new();
        for n in 0..600u16 {
            sent.clear();
            encoding.write(&mut sent, Instant::now(), format(), n, content(&n.to_be_bytes()));
        }
        let original = Header::read(&sent).unwrap();
        let mut out = Vec::new();
        assert!(encoding.repair(&mut out, format(), 7, original.seq.wrapping_sub(1)));
        let header = Header::read(&out).unwrap();
        assert_eq!((header.payload_type, header.marker, header.timestamp), (97, true, 90));
        assert_eq!(header.ssrc, encoding.rtx_ssrc.unwrap());
        assert_eq!(header.extension(&out, 11), Some(&b"h"[..]));
        assert_eq!(out[header.len..header.len + 2], original.seq.wrapping_sub(1).to_be_bytes());
        assert_eq!(out[header.len + 2..], 598u16.to_be_bytes());
        assert!(!encoding.repair(&mut Vec::new(), format(), 8, original.seq.wrapping_sub(KEPT as u16)), "too old");
        assert!(!encoding.repair(&mut Vec::new(), format(), 8, original.seq.wrapping_add(1)), "not sent yet");
    }

    #[test]
    fn the_first_packets_say_whose_they_are() {
        let mut encoding = Encoding::new(Some("q".into()), false);
        let mut first = Vec::new();
        encoding.write(&mut first, Instant::now(), format(), 1, content(b"x"));
        let header = Header::read(&first).unwrap();
        assert_eq!((header.extension(&first, 4), header.extension(&first, 10)), (Some(&b"1"[..]), Some(&b"q"[..])));
        let mut later = Vec::new();
        for _ in 0..NAMED_PACKETS {
            later.clear();
            encoding.write(&mut later, Instant::now(), format(), 1, content(b"x"));
        }
        assert_eq!(Header::read(&later).unwrap().extension(&later, 4), None);
    }
}
