//! A real voice: Opus packets out of an Ogg file, with the mark where a decoder looks for nothing.

use std::fs::File;
use std::io::BufReader;
use std::path::Path;

use ogg::PacketReader;

use super::mark::{self, Mark};

/// Of a packet's first byte (RFC 6716, 3.1): how many frames follow. One, and any number.
const ONE_FRAME: u8 = 0;
const ANY_NUMBER: u8 = 3;
/// Behind such a byte (RFC 6716, 3.2.5): one frame, and padding.
const ONE_PADDED: u8 = 0x41;

/// Packets of 20 ms, one frame each.
#[derive(Debug, PartialEq)]
pub struct Voice(Vec<Vec<u8>>);

impl Voice {
    /// # Errors
    /// A sentence for the user: not a file of that kind, as `ffmpeg -i VOICE -ac 1 -c:a libopus voice.ogg` makes them.
    pub fn read(path: &Path) -> Result<Self, String> {
        let wrong = |error: &dyn std::fmt::Display| format!("{}: {error}", path.display());
        let file = File::open(path).map_err(|error| wrong(&error))?;
        let mut reader = PacketReader::new(BufReader::new(file));
        let mut packets = Vec::new();
        while let Some(packet) = reader.read_packet().map_err(|error| wrong(&error))? {
            packets.push(packet.data);
        }
        if !packets.first().is_some_and(|head| head.starts_with(b"OpusHead")) {
            return Err(wrong(&"no Opus in Ogg"));
        }
        // Head and tags.
        let packets = packets.split_off(packets.len().min(2));
        let voice = Self::of(packets).ok_or_else(|| wrong(&"packets of one frame of 20 ms are expected"))?;
        Ok(voice)
    }

    /// None when a packet is none of ours, or there is none.
    fn of(packets: Vec<Vec<u8>>) -> Option<Self> {
        let fits = |packet: &Vec<u8>| packet.first().is_some_and(|first| first & ANY_NUMBER == ONE_FRAME && is_20_ms(first >> 3));
        (!packets.is_empty() && packets.iter().all(fits)).then_some(Self(packets))
    }

    /// The packet of that number, from the beginning again behind the last, with the mark at its end.
    pub fn write(&self, number: usize, mark: &Mark, out: &mut Vec<u8>) {
        let packet = &self.0[number % self.0.len()];
        out.extend_from_slice(&[packet[0] | ANY_NUMBER, ONE_PADDED, mark::LEN as u8]);
        out.extend_from_slice(&packet[1..]);
        mark.write(out);
    }

    pub fn packets(&self) -> usize {
        self.0.len()
    }
}

/// By the configuration in a packet's first byte.
fn is_20_ms(configuration: u8) -> bool {
    match configuration {
        0..=11 => configuration & 3 == 1,
        12..=15 => configuration & 1 == 1,
        _ => configuration & 3 == 3,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_packet_keeps_its_frame_and_ends_with_the_mark() {
        let voice = Voice::of(vec![vec![1 << 3, 1, 2, 3], vec![31 << 3, 9]]).expect("two packets");
        let mark = Mark { serial: 7, ..Mark::default() };
        for (number, kept) in [(0, vec![1 << 3 | 3, 0x41, 32, 1, 2, 3]), (3, vec![31 << 3 | 3, 0x41, 32, 9])] {
            let mut out = Vec::new();
            voice.write(number, &mark, &mut out);
            assert_eq!(out[..out.len() - mark::LEN], kept);
            assert_eq!(Mark::read(&out), Some(mark));
        }
    }

    #[test]
    fn other_packets_are_refused() {
        for packets in [vec![], vec![vec![]], vec![vec![31 << 3 | 1, 0]], vec![vec![30 << 3, 0]]] {
            assert_eq!(Voice::of(packets), None);
        }
    }
}
