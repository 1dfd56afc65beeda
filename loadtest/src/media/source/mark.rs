//! What the last bytes of every payload say: whose packet this is and when it was sent. Both ends are one process with one
//! clock, so that is all that a one-way latency needs; and nobody on the way has a reason to touch a payload's end.

use crate::measure::clock::Micros;

const MAGIC: [u8; 4] = *b"grlt";
pub const LEN: usize = 32;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Mark {
    pub sent: Micros,
    /// Whose, by the run's own numbers.
    pub source: u32,
    /// The encoding, from the smallest.
    pub layer: u8,
    pub keyframe: bool,
    /// Counts packets of this layer.
    pub serial: u32,
    /// Counts frames of the camera: the same picture has the same number in every layer. Audio: the same as `serial`.
    pub frame: u32,
    /// Which packet of the frame, of how many.
    pub index: u16,
    pub count: u16,
}

impl Mark {
    pub fn write(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.sent.to_be_bytes());
        for word in [self.source, self.serial, self.frame] {
            out.extend_from_slice(&word.to_be_bytes());
        }
        out.extend_from_slice(&self.index.to_be_bytes());
        out.extend_from_slice(&self.count.to_be_bytes());
        out.extend_from_slice(&[self.layer, u8::from(self.keyframe), 0, 0]);
        out.extend_from_slice(&MAGIC);
    }

    /// `None`: the payload is not one of ours, or not all of it.
    pub fn read(payload: &[u8]) -> Option<Self> {
        let bytes = payload.last_chunk::<LEN>()?;
        if bytes[28..] != MAGIC {
            return None;
        }
        let word = |at: usize| u32::from_be_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]]);
        let half = |at: usize| u16::from_be_bytes([bytes[at], bytes[at + 1]]);
        Some(Self {
            sent: u64::from(word(0)) << 32 | u64::from(word(4)),
            source: word(8),
            serial: word(12),
            frame: word(16),
            index: half(20),
            count: half(22),
            layer: bytes[24],
            keyframe: bytes[25] != 0,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_found_at_the_end_of_anything() {
        let mark = Mark { sent: 1 << 40 | 7, source: 9, layer: 2, keyframe: true, serial: 70_000, frame: 4, index: 3, count: 5 };
        let mut payload = b"whatever a codec writes".to_vec();
        mark.write(&mut payload);
        assert_eq!(Mark::read(&payload), Some(mark));
    }

    #[test]
    fn what_is_cut_or_foreign_has_none() {
        let mut payload = Vec::new();
        Mark::default().write(&mut payload);
        assert_eq!(payload.len(), LEN);
        assert_eq!(Mark::read(&payload[..LEN - 1]), None);
        assert_eq!(Mark::read(&[0; 100]), None);
    }
}
