//! Bytes of a stream to samples: 16 bits, little endian, the channels in turn. A stream may be cut anywhere, so that half a sample waits for the rest.

/// Bytes of a frame at most: two channels.
const FRAME_MAX: usize = 4;

pub struct Pcm {
    frame: usize,
    half: [u8; FRAME_MAX],
    waiting: usize,
}

impl Pcm {
    /// One channel or two.
    pub fn new(channels: u16) -> Self {
        Self { frame: if channels == 2 { 4 } else { 2 }, half: [0; FRAME_MAX], waiting: 0 }
    }

    /// Appends the whole frames of what has come so far.
    pub fn read(&mut self, mut bytes: &[u8], samples: &mut Vec<i16>) {
        if self.waiting > 0 {
            let taken = bytes.len().min(self.frame - self.waiting);
            self.half[self.waiting..self.waiting + taken].copy_from_slice(&bytes[..taken]);
            self.waiting += taken;
            bytes = &bytes[taken..];
            if self.waiting < self.frame {
                return;
            }
            append(&self.half[..self.frame], samples);
            self.waiting = 0;
        }
        let whole = bytes.len() / self.frame * self.frame;
        append(&bytes[..whole], samples);
        let rest = &bytes[whole..];
        self.half[..rest.len()].copy_from_slice(rest);
        self.waiting = rest.len();
    }

    /// Bytes that wait for the rest of their frame.
    pub fn waiting(&self) -> usize {
        self.waiting
    }
}

fn append(bytes: &[u8], samples: &mut Vec<i16>) {
    samples.extend(bytes.chunks_exact(2).map(|pair| i16::from_le_bytes([pair[0], pair[1]])));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wherever_the_stream_is_cut_the_samples_are_the_same() {
        let samples: Vec<i16> = (0..64).map(|n| (n * 997 - 31_000) as i16).collect();
        let bytes: Vec<u8> = samples.iter().flat_map(|sample| sample.to_le_bytes()).collect();
        for channels in [1, 2] {
            for piece in 1..=13 {
                let (mut pcm, mut read) = (Pcm::new(channels), Vec::new());
                bytes.chunks(piece).for_each(|piece| pcm.read(piece, &mut read));
                assert_eq!(read, samples, "{channels} channels in pieces of {piece}");
                assert_eq!(pcm.waiting(), 0);
            }
        }
    }

    #[test]
    fn half_a_frame_is_no_sample() {
        let (mut pcm, mut read) = (Pcm::new(2), Vec::new());
        pcm.read(&[1, 0, 2], &mut read);
        assert_eq!((read.len(), pcm.waiting()), (0, 3));
        pcm.read(&[], &mut read);
        pcm.read(&[0], &mut read);
        assert_eq!((read, pcm.waiting()), (vec![1, 2], 0));
    }
}
