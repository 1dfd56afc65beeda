//! Bits, the highest of a byte first, as codecs' descriptors are written.

#[derive(Clone, Copy, Debug)]
pub struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Reader<'a> {
    pub fn new(bytes: &'a [u8]) -> Self {
        Reader { bytes, at: 0 }
    }

    /// Bits that were read.
    pub fn at(&self) -> usize {
        self.at
    }

    pub fn left(&self) -> usize {
        self.bytes.len() * 8 - self.at
    }

    pub fn flag(&mut self) -> Option<bool> {
        self.take(1).map(|bit| bit == 1)
    }

    /// At most 32 bits.
    pub fn take(&mut self, count: usize) -> Option<u32> {
        if count > self.left() {
            return None;
        }
        let value =
            (self.at..self.at + count).fold(0, |value, at| value << 1 | u32::from(self.bytes[at / 8] >> (7 - at % 8) & 1));
        self.at += count;
        Some(value)
    }

    /// One of so many values, the first ones in a bit less where their count is no power of two ("ns" in AV1's words).
    pub fn one_of(&mut self, count: u32) -> Option<u32> {
        let width = count.checked_ilog2()? as usize + 1;
        let short = (1u64 << width) as u32 - count;
        let value = self.take(width - 1)?;
        if value < short { Some(value) } else { Some((value << 1) - short + self.take(1)?) }
    }
}

#[derive(Clone, Debug, Default)]
pub struct Writer {
    bytes: Vec<u8>,
    count: usize,
}

impl Writer {
    /// The lowest `count` bits of a value.
    pub fn put(&mut self, value: u32, count: usize) {
        for bit in (0..count).rev() {
            if self.count.is_multiple_of(8) {
                self.bytes.push(0);
            }
            let last = self.bytes.len() - 1;
            self.bytes[last] |= ((value >> bit & 1) as u8) << (7 - self.count % 8);
            self.count += 1;
        }
    }

    /// So many bits of what is read.
    pub fn copy(&mut self, from: &mut Reader<'_>, count: usize) -> Option<()> {
        (0..count).try_for_each(|_| from.take(1).map(|bit| self.put(bit, 1)))
    }

    pub fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bits_are_read_as_they_were_written() {
        let mut writer = Writer::default();
        for (value, count) in [(5, 3), (0, 1), (0x3ff, 10), (1, 2), (0xdead_beef, 32)] {
            writer.put(value, count);
        }
        let bytes = writer.into_bytes();
        let mut reader = Reader::new(&bytes);
        for (value, count) in [(5, 3), (0, 1), (0x3ff, 10), (1, 2), (0xdead_beef, 32)] {
            assert_eq!(reader.take(count), Some(value));
        }
        assert_eq!(reader.left(), 0);
        assert_eq!(reader.take(1), None);
    }

    #[test]
    fn one_of_five_takes_two_or_three_bits() {
        // 0 = 00, 1 = 01, 2 = 10, 3 = 110, 4 = 111.
        let mut reader = Reader::new(&[0b0001_1011, 0b0111_0000]);
        let values: Vec<u32> = (0..5).map_while(|_| reader.one_of(5)).collect();
        assert_eq!(values, [0, 1, 2, 3, 4]);
        assert_eq!(reader.at(), 12);
        assert_eq!(Reader::new(&[0xff]).one_of(0), None);
        assert_eq!(Reader::new(&[0xff]).one_of(1), Some(0), "one of one takes nothing");
    }
}
