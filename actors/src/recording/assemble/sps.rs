//! The sequence parameter set of H.264 (section 7.3.2.1): as far as its size and what `avcC` repeats of it.

use super::bits::Reader;

/// Profiles that say how colours are kept.
const HIGH: [u32; 13] = [100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135];
/// A number has at most so many zeros in front.
const WIDEST: usize = 31;

/// What a decoder is made for: where it changes, another file begins.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Shape {
    /// What is shown, without what is cropped.
    pub size: (u16, u16),
    pub profile: u8,
    /// 0 has no colours, 1 is 4:2:0, 2 is 4:2:2, 3 is 4:4:4.
    pub chroma: u8,
    /// Beyond 8.
    pub luma_bits: u8,
    pub chroma_bits: u8,
}

/// Its number, up to 31.
pub fn number(unit: &[u8]) -> Option<u32> {
    let body = unescaped(unit.get(1..)?, usize::MAX);
    let mut bits = Reader::new(&body);
    bits.take(24)?;
    golomb(&mut bits).filter(|number| *number < 32)
}

/// None where it is cut short, or says what can't be.
pub fn shape(unit: &[u8]) -> Option<Shape> {
    let body = unescaped(unit.get(1..)?, usize::MAX);
    let bits = &mut Reader::new(&body);
    let profile = bits.take(8)?;
    bits.take(16)?;
    golomb(bits)?;
    let colours = if HIGH.contains(&profile) { Colours::read(bits)? } else { Colours::default() };
    golomb(bits)?;
    picture_order(bits)?;
    golomb(bits)?;
    bits.flag()?;
    let size = size(bits, &colours)?;
    let Colours { chroma, luma_bits, chroma_bits, .. } = colours;
    Some(Shape { size, profile: profile as u8, chroma, luma_bits, chroma_bits })
}

struct Colours {
    chroma: u8,
    /// Each of them is a picture of its own.
    separate: bool,
    luma_bits: u8,
    chroma_bits: u8,
}

impl Default for Colours {
    fn default() -> Self {
        Colours { chroma: 1, separate: false, luma_bits: 0, chroma_bits: 0 }
    }
}

impl Colours {
    fn read(bits: &mut Reader<'_>) -> Option<Self> {
        let below = |limit: u32, bits: &mut Reader<'_>| golomb(bits).filter(|value| *value < limit).map(|value| value as u8);
        let chroma = below(4, bits)?;
        let separate = chroma == 3 && bits.flag()?;
        let (luma_bits, chroma_bits) = (below(7, bits)?, below(7, bits)?);
        bits.flag()?;
        if bits.flag()? {
            for list in 0..if chroma == 3 { 12 } else { 8 } {
                if bits.flag()? {
                    scaling_list(bits, if list < 6 { 16 } else { 64 })?;
                }
            }
        }
        Some(Colours { chroma, separate, luma_bits, chroma_bits })
    }
}

fn scaling_list(bits: &mut Reader<'_>, count: usize) -> Option<()> {
    let (mut last, mut next) = (8, 8);
    for _ in 0..count {
        if next != 0 {
            next = (last + signed(bits)?).rem_euclid(256);
        }
        last = if next == 0 { last } else { next };
    }
    Some(())
}

fn picture_order(bits: &mut Reader<'_>) -> Option<()> {
    match golomb(bits)? {
        0 => golomb(bits).map(|_| ()),
        1 => {
            bits.flag()?;
            golomb(bits)?;
            golomb(bits)?;
            let cycle = golomb(bits).filter(|cycle| *cycle < 256)?;
            (0..cycle).try_for_each(|_| golomb(bits).map(|_| ()))
        }
        2 => Some(()),
        _ => None,
    }
}

fn size(bits: &mut Reader<'_>, colours: &Colours) -> Option<(u16, u16)> {
    let (across, down) = (u64::from(golomb(bits)?) + 1, u64::from(golomb(bits)?) + 1);
    let frames_only = bits.flag()?;
    let fields = if frames_only { 1 } else { 2 };
    if !frames_only {
        bits.flag()?;
    }
    bits.flag()?;
    let mut cropped = [0; 4];
    if bits.flag()? {
        for side in &mut cropped {
            *side = u64::from(golomb(bits)?);
        }
    }
    // In units of the coarsest colour.
    let (wide, high) = match colours.chroma {
        _ if colours.separate => (1, 1),
        1 => (2, 2),
        2 => (2, 1),
        _ => (1, 1),
    };
    let [left, right, top, bottom] = cropped;
    let width = (across * 16).checked_sub((left + right) * wide)?;
    let height = (down * 16 * fields).checked_sub((top + bottom) * high * fields)?;
    let pixels = |value: u64| u16::try_from(value).ok().filter(|value| *value > 0);
    Some((pixels(width)?, pixels(height)?))
}

/// The bytes without those that keep start codes out of them, at most so many.
pub fn unescaped(bytes: &[u8], most: usize) -> Vec<u8> {
    let mut zeros = 0;
    let plain = bytes.iter().copied().filter(|byte| {
        let escape = zeros >= 2 && *byte == 3;
        zeros = if *byte == 0 { zeros + 1 } else { 0 };
        !escape
    });
    plain.take(most).collect()
}

/// A number of as many bits as it needs: ue(v), section 9.1.
pub fn golomb(bits: &mut Reader<'_>) -> Option<u32> {
    let mut zeros = 0;
    while !bits.flag()? {
        zeros += 1;
        if zeros > WIDEST {
            return None;
        }
    }
    Some((1 << zeros) - 1 + bits.take(zeros)?)
}

/// se(v), section 9.1.1.
fn signed(bits: &mut Reader<'_>) -> Option<i64> {
    let value = i64::from(golomb(bits)?);
    Some(if value % 2 == 0 { -(value / 2) } else { value / 2 + 1 })
}

#[cfg(test)]
pub mod tests {
    use super::{super::bits::Writer, *};

    fn put(writer: &mut Writer, value: u32) {
        let width = (value + 1).ilog2() as usize;
        writer.put(0, width);
        writer.put(value + 1, width + 1);
    }

    /// Of the constrained baseline profile: number, macroblocks across and down, and what is cropped at the left, right, top, and bottom.
    pub fn baseline(number: u32, macroblocks: (u32, u32), cropped: [u32; 4]) -> Vec<u8> {
        let mut writer = Writer::default();
        for (value, width) in [(0x67, 8), (66, 8), (0xe0, 8), (31, 8)] {
            writer.put(value, width);
        }
        // Frame numbers of four bits, order of pictures as they come, one reference.
        for value in [number, 0, 2, 1] {
            put(&mut writer, value);
        }
        writer.put(0, 1);
        put(&mut writer, macroblocks.0 - 1);
        put(&mut writer, macroblocks.1 - 1);
        writer.put(0b11, 2);
        writer.put(1, 1);
        cropped.iter().for_each(|side| put(&mut writer, *side));
        // No more about how to show it; the end.
        writer.put(0b01, 2);
        writer.into_bytes()
    }

    /// 1920 by 1080 of the high profile, as x264 writes it.
    const HIGH_1080: &[u8] = &[
        0x67, 0x64, 0x00, 0x28, 0xac, 0xd9, 0x40, 0x78, 0x02, 0x27, 0xe5, 0xc0, 0x44, 0x00, 0x00, 0x03, 0x00, 0x04, 0x00, 0x00,
        0x03, 0x00, 0xf0, 0x3c, 0x60, 0xc6, 0x58,
    ];

    #[test]
    fn the_size_is_what_is_shown() {
        type Row = ((u32, u32), [u32; 4], (u16, u16));
        let table: &[Row] = &[
            ((40, 30), [0; 4], (640, 480)),
            ((80, 45), [0; 4], (1280, 720)),
            ((120, 68), [0, 0, 0, 4], (1920, 1080)),
            ((20, 12), [1, 2, 3, 3], (314, 180)),
        ];
        for (macroblocks, cropped, expected) in table {
            let unit = baseline(3, *macroblocks, *cropped);
            let shape = shape(&unit).unwrap();
            assert_eq!((shape.size, shape.profile, shape.chroma), (*expected, 66, 1));
            assert_eq!(number(&unit), Some(3));
        }
        for impossible in [baseline(0, (1, 1), [4, 4, 0, 0]), baseline(0, (5_000, 1), [0; 4]), baseline(32, (1, 1), [0; 4])] {
            assert!(number(&impossible).is_none() || shape(&impossible).is_none(), "{impossible:02x?}");
        }
    }

    #[test]
    fn a_high_profile_is_read_behind_its_colours() {
        let expected = Shape { size: (1920, 1080), profile: 100, chroma: 1, luma_bits: 0, chroma_bits: 0 };
        assert_eq!(shape(HIGH_1080), Some(expected));
        for short in 0..10 {
            assert_eq!(shape(&HIGH_1080[..short]), None, "{short}");
        }
    }

    #[test]
    fn scaling_lists_and_orders_of_pictures_are_passed_over() {
        let mut writer = Writer::default();
        for (value, width) in [(0x67, 8), (100, 8), (0, 8), (40, 8)] {
            writer.put(value, width);
        }
        // 4:4:4 in one picture, 10 bits and 9.
        [0, 3].iter().for_each(|value| put(&mut writer, *value));
        writer.put(0, 1);
        [2, 1].iter().for_each(|value| put(&mut writer, *value));
        // Twelve lists may follow: one of 16 that ends after its first (8 - 8 = 0), and one of 64 with all its steps.
        writer.put(0b01, 2);
        writer.put(1, 1);
        put(&mut writer, 16);
        writer.put(0, 5);
        writer.put(1, 1);
        (0..64).for_each(|step| put(&mut writer, if step % 2 == 0 { 1 } else { 2 }));
        writer.put(0, 5);
        put(&mut writer, 0);
        // The order of pictures in a cycle of two.
        put(&mut writer, 1);
        writer.put(0, 1);
        [5, 6, 2, 7, 8].iter().for_each(|value| put(&mut writer, *value));
        put(&mut writer, 4);
        writer.put(0, 1);
        // 2 by 2 macroblocks of fields, three rows of two cropped.
        [1, 1].iter().for_each(|value| put(&mut writer, *value));
        writer.put(0b001, 3);
        writer.put(1, 1);
        [1, 0, 0, 3].iter().for_each(|value| put(&mut writer, *value));
        let expected = Shape { size: (31, 58), profile: 100, chroma: 3, luma_bits: 2, chroma_bits: 1 };
        assert_eq!(shape(&writer.into_bytes()), Some(expected));
    }

    #[test]
    fn escapes_are_taken_out() {
        let table: &[(&[u8], &[u8])] = &[
            (&[0, 0, 3, 1], &[0, 0, 1]),
            (&[0, 0, 3, 0, 0, 3, 0], &[0, 0, 0, 0, 0]),
            (&[0, 3, 0, 0, 0, 3], &[0, 3, 0, 0, 0]),
            (&[3, 0, 0], &[3, 0, 0]),
        ];
        for (escaped, plain) in table {
            assert_eq!(unescaped(escaped, usize::MAX), *plain);
        }
        assert_eq!(unescaped(&[9; 100], 4), [9; 4]);
    }
}
