//! RTCP (RFC 3550, RFC 4585, transport-wide feedback): what these clients send, and the little that they read.

pub const SENDER_REPORT: u8 = 200;
pub const RECEIVER_REPORT: u8 = 201;
const TRANSPORT_FEEDBACK: u8 = 205;
const PAYLOAD_FEEDBACK: u8 = 206;
const NACK: u8 = 1;
const TRANSPORT_CC: u8 = 15;
const PLI: u8 = 1;
const FIR: u8 = 4;

#[derive(Debug, PartialEq, Eq)]
pub enum Heard {
    /// The other side asks for these packets of ours again.
    Nack { ssrc: u32, seqs: Vec<u16> },
    /// PLI or FIR for a stream of ours.
    Keyframe { ssrc: u32 },
    /// The middle of the NTP time in a sender report of theirs.
    Report { ssrc: u32, ntp_middle: u32 },
    /// Feedback about what we sent; these clients hold to their rate whatever it says.
    TransportFeedback,
}

/// Reads a compound packet; what is not known or cut short is passed over.
pub fn read(mut packet: &[u8]) -> Vec<Heard> {
    let mut heard = Vec::new();
    while packet.len() >= 8 && packet[0] >> 6 == 2 {
        let len = (u16::from_be_bytes([packet[2], packet[3]]) as usize + 1) * 4;
        let Some(one) = packet.get(..len) else { break };
        read_one(one, &mut heard);
        packet = &packet[len..];
    }
    heard
}

fn read_one(packet: &[u8], heard: &mut Vec<Heard>) {
    let word = |at: usize| packet.get(at..at + 4).map(|bytes| u32::from_be_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]));
    match (packet[1], packet[0] & 0x1f) {
        (SENDER_REPORT, _) => {
            if let (Some(ssrc), Some(high), Some(low)) = (word(4), word(8), word(12)) {
                heard.push(Heard::Report { ssrc, ntp_middle: high << 16 | low >> 16 });
            }
        }
        (TRANSPORT_FEEDBACK, NACK) => {
            if let Some(ssrc) = word(8) {
                let pairs = packet[12..].chunks_exact(4);
                let seqs = pairs.flat_map(|pair| nacked(u16::from_be_bytes([pair[0], pair[1]]), [pair[2], pair[3]]));
                heard.push(Heard::Nack { ssrc, seqs: seqs.collect() });
            }
        }
        (TRANSPORT_FEEDBACK, TRANSPORT_CC) => heard.push(Heard::TransportFeedback),
        (PAYLOAD_FEEDBACK, PLI) => heard.extend(word(8).map(|ssrc| Heard::Keyframe { ssrc })),
        (PAYLOAD_FEEDBACK, FIR) => heard.extend(word(12).map(|ssrc| Heard::Keyframe { ssrc })),
        _ => {}
    }
}

fn nacked(first: u16, following: [u8; 2]) -> impl Iterator<Item = u16> {
    let mask = u16::from_be_bytes(following);
    let others = (0..16).filter(move |bit| mask >> bit & 1 == 1).map(move |bit| first.wrapping_add(bit + 1));
    std::iter::once(first).chain(others)
}

fn begin(out: &mut Vec<u8>, count: u8, kind: u8, sender: u32) -> usize {
    let start = out.len();
    out.extend_from_slice(&[0x80 | count, kind, 0, 0]);
    out.extend_from_slice(&sender.to_be_bytes());
    start
}

fn end(out: &mut [u8], start: usize) {
    let words = ((out.len() - start) / 4 - 1) as u16;
    out[start + 2..start + 4].copy_from_slice(&words.to_be_bytes());
}

/// What a receiver says of one stream.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Block {
    pub ssrc: u32,
    /// Of 256, since the last report.
    pub fraction_lost: u8,
    pub lost: u32,
    pub highest: u32,
    pub jitter: u32,
    pub last_report: u32,
    /// Since that, in 65,536ths of a second.
    pub delay: u32,
}

/// At most 31 streams fit a packet; more go into the next ones.
pub fn receiver_report(out: &mut Vec<u8>, sender: u32, blocks: &[Block]) {
    let mut chunks = blocks.chunks(31);
    let mut chunk = chunks.next().unwrap_or_default();
    loop {
        let start = begin(out, chunk.len() as u8, RECEIVER_REPORT, sender);
        for block in chunk {
            out.extend_from_slice(&block.ssrc.to_be_bytes());
            out.extend_from_slice(&(u32::from(block.fraction_lost) << 24 | block.lost & 0x7f_ffff).to_be_bytes());
            for word in [block.highest, block.jitter, block.last_report, block.delay] {
                out.extend_from_slice(&word.to_be_bytes());
            }
        }
        end(out, start);
        match chunks.next() {
            Some(next) => chunk = next,
            None => return,
        }
    }
}

/// `ntp` is 32.32 seconds.
pub fn sender_report(out: &mut Vec<u8>, ssrc: u32, ntp: u64, timestamp: u32, packets: u32, bytes: u32) {
    let start = begin(out, 0, SENDER_REPORT, ssrc);
    out.extend_from_slice(&ntp.to_be_bytes());
    for word in [timestamp, packets, bytes] {
        out.extend_from_slice(&word.to_be_bytes());
    }
    end(out, start);
}

pub fn pli(out: &mut Vec<u8>, sender: u32, ssrc: u32) {
    let start = begin(out, PLI, PAYLOAD_FEEDBACK, sender);
    out.extend_from_slice(&ssrc.to_be_bytes());
    end(out, start);
}

/// `seqs` ascending.
pub fn nack(out: &mut Vec<u8>, sender: u32, ssrc: u32, seqs: &[u16]) {
    let start = begin(out, NACK, TRANSPORT_FEEDBACK, sender);
    out.extend_from_slice(&ssrc.to_be_bytes());
    let mut rest = seqs;
    while let Some((&first, mut tail)) = rest.split_first() {
        let mut mask = 0u16;
        while let Some((&next, after)) = tail.split_first() {
            let distance = next.wrapping_sub(first);
            if !(1..=16).contains(&distance) {
                break;
            }
            mask |= 1 << (distance - 1);
            tail = after;
        }
        out.extend_from_slice(&first.to_be_bytes());
        out.extend_from_slice(&mask.to_be_bytes());
        rest = tail;
    }
    end(out, start);
}

/// A transport-wide feedback packet around its chunks and deltas, padded to words.
pub fn transport_feedback(out: &mut Vec<u8>, sender: u32, about: u32, body: &[u8]) {
    let start = begin(out, TRANSPORT_CC, TRANSPORT_FEEDBACK, sender);
    out.extend_from_slice(&about.to_be_bytes());
    out.extend_from_slice(body);
    let padding = (out.len() - start).next_multiple_of(4) - (out.len() - start);
    if padding > 0 {
        out[start] |= 0x20;
        out.resize(out.len() + padding - 1, 0);
        out.push(padding as u8);
    }
    end(out, start);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_nack_names_each_packet_once_whatever_the_gaps() {
        for seqs in [vec![5], vec![5, 6, 21], vec![5, 22], vec![65_534, 65_535, 0, 3, 40]] {
            let mut out = Vec::new();
            nack(&mut out, 1, 2, &seqs);
            assert_eq!(read(&out), [Heard::Nack { ssrc: 2, seqs }]);
        }
    }

    #[test]
    fn a_compound_packet_is_read_part_by_part() {
        let mut out = Vec::new();
        receiver_report(&mut out, 1, &[Block { ssrc: 9, ..Block::default() }]);
        pli(&mut out, 1, 9);
        sender_report(&mut out, 3, 0x0001_0002_0003_0004, 5, 6, 7);
        transport_feedback(&mut out, 1, 9, &[1, 2, 3, 4, 5]);
        assert_eq!(out.len() % 4, 0);
        let expected =
            [Heard::Keyframe { ssrc: 9 }, Heard::Report { ssrc: 3, ntp_middle: 0x0002_0003 }, Heard::TransportFeedback];
        assert_eq!(read(&out), expected);
    }

    #[test]
    fn cut_packets_end_the_reading() {
        let mut out = Vec::new();
        pli(&mut out, 1, 9);
        nack(&mut out, 1, 9, &[4]);
        for end in 0..out.len() {
            assert!(read(&out[..end]).len() <= 1);
        }
    }

    #[test]
    fn more_streams_than_fit_are_reported_in_more_packets() {
        let mut out = Vec::new();
        receiver_report(&mut out, 1, &[Block::default(); 40]);
        assert_eq!(out.len(), 8 * 2 + 40 * 24);
        assert_eq!(out[0] & 0x1f, 31);
    }
}
