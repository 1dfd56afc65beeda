//! Datagrams over a TCP stream: each has its length, two bytes, before it (RFC 4571).

/// Longest datagram that is taken; longer ones end the stream.
pub const LONGEST: usize = 2_048;

#[derive(Debug, PartialEq, Eq)]
pub struct TooLong;

/// Bytes that arrived and are not a whole frame yet.
#[derive(Default)]
pub struct Frames {
    bytes: Vec<u8>,
    /// Where the next frame begins.
    start: usize,
}

impl Frames {
    /// Adds what was read.
    pub fn add(&mut self, read: &[u8]) {
        if self.start > 0 {
            self.bytes.drain(..self.start);
            self.start = 0;
        }
        self.bytes.extend_from_slice(read);
    }

    /// The next whole frame.
    pub fn next(&mut self) -> Result<Option<&[u8]>, TooLong> {
        let rest = &self.bytes[self.start..];
        let Some(header) = rest.first_chunk::<2>() else { return Ok(None) };
        let length = u16::from_be_bytes(*header) as usize;
        if length > LONGEST {
            return Err(TooLong);
        }
        let from = self.start + 2;
        if rest.len() < 2 + length {
            return Ok(None);
        }
        self.start = from + length;
        Ok(Some(&self.bytes[from..from + length]))
    }
}

/// The length that goes before a datagram; none if it is too long to be framed.
pub fn header(datagram: &[u8]) -> Option<[u8; 2]> {
    u16::try_from(datagram.len()).ok().map(u16::to_be_bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_come_out_whole_however_they_arrive() {
        let mut stream = Vec::new();
        for frame in [&b"hello"[..], b"", b"alice"] {
            stream.extend(header(frame).unwrap());
            stream.extend(frame);
        }
        for step in 1..stream.len() {
            let (mut frames, mut got) = (Frames::default(), Vec::new());
            for part in stream.chunks(step) {
                frames.add(part);
                while let Some(frame) = frames.next().unwrap() {
                    got.push(frame.to_vec());
                }
            }
            assert_eq!(got, [&b"hello"[..], b"", b"alice"], "in steps of {step}");
        }
    }

    #[test]
    fn a_length_that_no_datagram_has_ends_the_stream() {
        let mut frames = Frames::default();
        frames.add(&[0xff, 0xff, 1, 2, 3]);
        assert_eq!(frames.next(), Err(TooLong));
    }
}
