//! VP8: the payload descriptor of RFC 7741, section 4.2, and the head of a frame of RFC 6386, section 9.1.

use super::pictures::{Key, Malformed, Unpack, Whole};
use std::mem;

#[derive(Default)]
pub struct Vp8 {
    /// Empty until the frame's beginning came.
    frame: Vec<u8>,
}

impl Unpack for Vp8 {
    fn take(&mut self, payload: &[u8]) -> Result<(), Malformed> {
        let (begins, part) = part(payload).ok_or(Malformed)?;
        if begins != self.frame.is_empty() {
            return Err(Malformed);
        }
        self.frame.extend_from_slice(part);
        Ok(())
    }

    fn end(&mut self) -> Result<Option<Whole>, Malformed> {
        let data = mem::take(&mut self.frame);
        let key = key(&data)?;
        Ok(Some(Whole { data, key }))
    }

    fn clear(&mut self) {
        self.frame.clear();
    }
}

/// What stands behind the descriptor, never empty, and whether the frame begins with it.
fn part(payload: &[u8]) -> Option<(bool, &[u8])> {
    let (first, mut rest) = payload.split_first()?;
    if first & 0x80 != 0 {
        let (extension, after) = rest.split_first()?;
        rest = after;
        if extension & 0x80 != 0 {
            let wide = rest.first()? & 0x80 != 0;
            rest = rest.get(if wide { 2 } else { 1 }..)?;
        }
        if extension & 0x40 != 0 {
            rest = rest.get(1..)?;
        }
        if extension & 0x30 != 0 {
            rest = rest.get(1..)?;
        }
    }
    // The first packet of the first partition.
    let begins = first & 0x10 != 0 && first & 0x07 == 0;
    (!rest.is_empty()).then_some((begins, rest))
}

fn key(frame: &[u8]) -> Result<Option<Key>, Malformed> {
    if frame.first().ok_or(Malformed)? & 0x01 != 0 {
        return Ok(None);
    }
    let [_, _, _, 0x9d, 0x01, 0x2a, width_low, width_high, height_low, height_high, ..] = frame else { return Err(Malformed) };
    // The two highest bits say how to scale it on a screen: no player does.
    let pixels = |low: &u8, high: &u8| u16::from_le_bytes([*low, *high]) & 0x3fff;
    let size = (pixels(width_low, width_high), pixels(height_low, height_high));
    if size.0 == 0 || size.1 == 0 {
        return Err(Malformed);
    }
    Ok(Some(Key { size, private: None }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_descriptor_is_left_out_in_every_width() {
        let table: &[(&[u8], bool)] = &[
            (&[0x10, 7], true),
            (&[0x00, 7], false),
            // A later partition begins.
            (&[0x11, 7], false),
            (&[0x90, 0x00, 7], true),
            (&[0x90, 0x80, 0x7f, 7], true),
            (&[0x90, 0x80, 0xff, 0xff, 7], true),
            (&[0x90, 0xe0, 0x81, 0x02, 9, 0x80, 7], true),
            (&[0x80, 0xf0, 0x01, 9, 0x80, 7], false),
            (&[0x90, 0x10, 0xff, 7], true),
        ];
        for (payload, begins) in table {
            assert_eq!(part(payload), Some((*begins, &[7][..])), "{payload:02x?}");
            for short in 0..payload.len() {
                assert_eq!(part(&payload[..short]), None, "{:02x?}", &payload[..short]);
            }
        }
    }

    #[test]
    fn a_keyframe_says_its_size_and_nothing_of_scaling() {
        let whole = [0x50, 0, 0, 0x9d, 0x01, 0x2a, 0x80, 0x42, 0xe0, 0x81];
        assert_eq!(key(&whole), Ok(Some(Key { size: (640, 480), private: None })));
        assert_eq!(key(&[0x51, 0, 0]), Ok(None), "it refers to others");
        for short in 0..whole.len() {
            assert_eq!(key(&whole[..short]), Err(Malformed), "{short}");
        }
        for (at, wrong) in [(3, 0x9c), (4, 0), (5, 0)] {
            let mut broken = whole;
            broken[at] = wrong;
            assert_eq!(key(&broken), Err(Malformed), "{at}");
        }
        assert_eq!(key(&[0x50, 0, 0, 0x9d, 0x01, 0x2a, 0, 0xc0, 0xe0, 1]), Err(Malformed), "no pixel wide");
    }
}
