//! VP9: the payload descriptor of RFC 9628, section 4.2, the head of a frame, and the superframe (annex B of the bitstream specification)
//! that the layers of one picture are in a container.

use super::{
    bits::Reader,
    pictures::{Key, Malformed, Unpack, Whole},
};
use std::mem;

const PICTURE_ID: u8 = 0x80;
const PREDICTED: u8 = 0x40;
const LAYERS: u8 = 0x20;
const FLEXIBLE: u8 = 0x10;
const BEGINS: u8 = 0x08;
const STRUCTURE: u8 = 0x02;

/// As many as the index of a superframe can name.
const MOST_FRAMES: usize = 8;
const SYNC_CODE: u32 = 0x49_8342;
const SRGB: u32 = 7;

type Size = (u16, u16);

#[derive(Default)]
pub struct Vp9 {
    data: Vec<u8>,
    /// Where the layers' frames begin in it.
    begins: Vec<usize>,
    /// The highest layer that came.
    spatial: u8,
    /// Of the layers from the lowest on, if the picture said them.
    sizes: Vec<Size>,
}

impl Unpack for Vp9 {
    fn take(&mut self, payload: &[u8]) -> Result<(), Malformed> {
        let part = Part::read(payload).ok_or(Malformed)?;
        let fits = match part.begins {
            true => self.begins.len() < MOST_FRAMES && (self.begins.is_empty() || part.spatial >= self.spatial),
            false => !self.begins.is_empty() && part.spatial == self.spatial,
        };
        if !fits {
            return Err(Malformed);
        }
        if part.begins {
            self.begins.push(self.data.len());
        }
        if !part.sizes.is_empty() {
            self.sizes = part.sizes;
        }
        self.spatial = part.spatial;
        self.data.extend_from_slice(part.data);
        Ok(())
    }

    fn end(&mut self) -> Result<Option<Whole>, Malformed> {
        let Vp9 { mut data, begins, spatial, sizes } = mem::take(self);
        let key = head(&data)?.map(|lowest| {
            let told = sizes.get(usize::from(spatial)).filter(|size| size.0 > 0 && size.1 > 0);
            Key { size: *told.unwrap_or(&lowest), private: None }
        });
        if begins.len() > 1 {
            index(&mut data, &begins);
        }
        Ok(Some(Whole { data, key }))
    }

    fn clear(&mut self) {
        *self = Vp9::default();
    }
}

/// A payload without its descriptor.
struct Part<'a> {
    begins: bool,
    spatial: u8,
    sizes: Vec<Size>,
    /// Never empty.
    data: &'a [u8],
}

impl<'a> Part<'a> {
    fn read(payload: &'a [u8]) -> Option<Self> {
        let (first, mut rest) = payload.split_first()?;
        let has = |bit: u8| first & bit != 0;
        let (mut spatial, mut sizes) = (0, Vec::new());
        if has(PICTURE_ID) {
            let wide = rest.first()? & 0x80 != 0;
            rest = rest.get(if wide { 2 } else { 1 }..)?;
        }
        if has(LAYERS) {
            spatial = rest.first()? >> 1 & 0x07;
            rest = rest.get(if has(FLEXIBLE) { 1 } else { 2 }..)?;
        }
        if has(FLEXIBLE) && has(PREDICTED) {
            let last = rest.iter().take(3).position(|reference| reference & 0x01 == 0)?;
            rest = &rest[last + 1..];
        }
        if has(STRUCTURE) {
            (sizes, rest) = structure(rest)?;
        }
        (!rest.is_empty()).then_some(Part { begins: has(BEGINS), spatial, sizes, data: rest })
    }
}

/// Sizes of the layers, where the scalability structure says them, and what follows it.
fn structure(rest: &[u8]) -> Option<(Vec<Size>, &[u8])> {
    let (head, mut rest) = rest.split_first()?;
    let mut sizes = Vec::new();
    if head & 0x10 != 0 {
        let told;
        (told, rest) = rest.split_at_checked(4 * (usize::from(head >> 5) + 1))?;
        let pixels = |bytes: &[u8]| u16::from_be_bytes([bytes[0], bytes[1]]);
        sizes.extend(told.chunks_exact(4).map(|size| (pixels(&size[..2]), pixels(&size[2..]))));
    }
    if head & 0x08 != 0 {
        let pictures;
        (pictures, rest) = rest.split_first()?;
        for _ in 0..*pictures {
            let references = usize::from(rest.first()? >> 2 & 0x03);
            rest = rest.get(1 + references..)?;
        }
    }
    Some((sizes, rest))
}

/// The size that the first frame says, if it needs no other.
fn head(data: &[u8]) -> Result<Option<Size>, Malformed> {
    let mut bits = Reader::new(data);
    uncompressed(&mut bits).ok_or(Malformed)?
}

/// None where it is too short.
fn uncompressed(bits: &mut Reader<'_>) -> Option<Result<Option<Size>, Malformed>> {
    if bits.take(2)? != 2 {
        return Some(Err(Malformed));
    }
    let profile = bits.take(1)? | bits.take(1)? << 1;
    if profile == 3 {
        bits.flag()?;
    }
    let (shown_again, inter) = (bits.flag()?, bits.flag()?);
    if shown_again || inter {
        return Some(Ok(None));
    }
    // Is it shown; is it resilient against errors?
    bits.take(2)?;
    if bits.take(24)? != SYNC_CODE {
        return Some(Err(Malformed));
    }
    if profile >= 2 {
        bits.flag()?;
    }
    let subsampled = profile & 1 == 1;
    match bits.take(3)? {
        SRGB if !subsampled => return Some(Err(Malformed)),
        SRGB => bits.take(1)?,
        _ => bits.take(if subsampled { 4 } else { 1 })?,
    };
    let mut pixels = || bits.take(16).map(|less_one| u16::try_from(less_one + 1));
    let (width, height) = (pixels()?, pixels()?);
    Some(match (width, height) {
        (Ok(width), Ok(height)) => Ok(Some((width, height))),
        _ => Err(Malformed),
    })
}

/// Appends what makes one superframe of several frames.
fn index(data: &mut Vec<u8>, begins: &[usize]) {
    let ends = begins[1..].iter().copied().chain([data.len()]);
    let lengths: Vec<u32> = begins.iter().zip(ends).map(|(begin, end)| (end - begin) as u32).collect();
    let largest = lengths.iter().copied().max().unwrap_or(0);
    let width = (4 - largest.leading_zeros() as usize / 8).max(1);
    let marker = 0xc0 | ((width - 1) as u8) << 3 | (lengths.len() - 1) as u8;
    data.push(marker);
    lengths.iter().for_each(|length| data.extend_from_slice(&length.to_le_bytes()[..width]));
    data.push(marker);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_descriptor_is_left_out_in_every_form() {
        type Row = (&'static [u8], bool, u8, &'static [Size]);
        let table: &[Row] = &[
            (&[0x08, 7], true, 0, &[]),
            (&[0x00, 7], false, 0, &[]),
            (&[0x88, 0x01, 7], true, 0, &[]),
            (&[0x88, 0x81, 0x02, 7], true, 0, &[]),
            (&[0xac, 0x81, 0x02, 0x12, 0x05, 7], true, 1, &[]),
            (&[0x38, 0x04, 7], true, 2, &[]),
            (&[0xf8, 0x01, 0x20, 0x03, 0x02, 7], true, 0, &[]),
            (&[0x58, 0x03, 0x05, 0x02, 7], true, 0, &[]),
            (&[0x0a, 0x38, 1, 64, 0, 180, 2, 128, 1, 104, 2, 0x00, 0x34, 1, 7], true, 0, &[(320, 180), (640, 360)]),
            (&[0x0a, 0x10, 1, 64, 0, 180, 7], true, 0, &[(320, 180)]),
        ];
        for (payload, begins, spatial, sizes) in table {
            let part = Part::read(payload).unwrap_or_else(|| panic!("{payload:02x?}"));
            let read = (part.begins, part.spatial, part.sizes.as_slice(), part.data);
            assert_eq!(read, (*begins, *spatial, *sizes, &[7][..]), "{payload:02x?}");
        }
    }

    #[test]
    fn what_is_cut_short_or_refers_to_too_much_is_refused() {
        let whole = [0xaa, 0x81, 0x02, 0x10, 0x05, 0x38, 1, 64, 0, 180, 2, 128, 1, 104, 2, 0x00, 0x34, 1, 0xff];
        assert!(Part::read(&whole).is_some());
        for short in 0..whole.len() {
            assert!(Part::read(&whole[..short]).is_none(), "{short}");
        }
        assert!(Part::read(&[0x58, 3, 3, 3, 2, 7]).is_none(), "four references");
    }

    #[test]
    fn a_keyframe_says_its_size_in_every_profile() {
        let sync = [0x49, 0x83, 0x42];
        // 640 and 480 less one, behind three bits of the colour space and one of its range.
        let profile_0 = [&[0x82][..], &sync, &[0x20, 0x27, 0xf0, 0x1d, 0xf0]].concat();
        assert_eq!(head(&profile_0), Ok(Some((640, 480))));
        for short in 0..profile_0.len() {
            assert_eq!(head(&profile_0[..short]), Err(Malformed), "{short}");
        }
        // Four more bits of subsampling: behind range, x, y and a reserved one.
        let profile_1 = [&[0xa2][..], &sync, &[0x20, 0x04, 0xfe, 0x03, 0xbe]].concat();
        assert_eq!(head(&profile_1), Ok(Some((640, 480))));
        let refused = [[&[0x82][..], &sync, &[0xe0, 0, 0, 0, 0]].concat(), [0x02; 9].to_vec(), [0x82; 9].to_vec()];
        for frame in refused {
            assert_eq!(head(&frame), Err(Malformed), "{frame:02x?}");
        }
        assert_eq!(head(&[0x86, 0]), Ok(None), "it refers to others");
        assert_eq!(head(&[0x88]), Ok(None), "shows one again");
    }

    #[test]
    fn an_index_is_as_wide_as_the_longest_frame_needs() {
        let table: &[(&[usize], usize, &[u8])] = &[
            (&[0, 5], 8, &[0xc1, 5, 3, 0xc1]),
            (&[0, 5], 5 + 0x1ff, &[0xc9, 5, 0, 0xff, 0x01, 0xc9]),
            (&[0, 5, 6], 5 + 1 + 0x1_0203, &[0xd2, 5, 0, 0, 1, 0, 0, 0x03, 0x02, 0x01, 0xd2]),
        ];
        for (begins, length, expected) in table {
            let mut data = vec![0; *length];
            index(&mut data, begins);
            assert_eq!(data[*length..], **expected);
        }
    }
}
