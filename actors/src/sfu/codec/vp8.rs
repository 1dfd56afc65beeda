//! The VP8 payload descriptor, RFC 7741 section 4.2.

use super::{Marks, Pictures, Unit, picture_id};

/// None when it ends too early.
pub fn read(payload: &[u8]) -> Option<Unit> {
    let (first, mut rest) = payload.split_first()?;
    let mut unit = Unit::default();
    let mut pictures = Pictures::default();
    if first & 0x80 != 0 {
        let (extension, after) = rest.split_first()?;
        rest = after;
        if extension & 0x80 != 0 {
            let (id, length) = picture_id(rest)?;
            pictures.id = Some(id);
            rest = &rest[length..];
        }
        if extension & 0x40 != 0 {
            let (tl0, after) = rest.split_first()?;
            (pictures.tl0, rest) = (Some(*tl0), after);
        }
        if extension & 0x30 != 0 {
            let (temporal, after) = rest.split_first()?;
            rest = after;
            if extension & 0x20 != 0 {
                unit.temporal = temporal >> 6;
                // The layer sync bit: it refers to the base layer only.
                unit.temporal_entry = temporal & 0x20 != 0;
            }
        }
    }
    let frame_tag = rest.first()?;
    unit.begins = first & 0x10 != 0 && first & 0x07 == 0;
    unit.keyframe = unit.begins && frame_tag & 0x01 == 0;
    unit.marks = Marks::Vp8(pictures);
    Some(unit)
}

#[cfg(test)]
mod tests {
    use super::{super::PictureId, *};

    #[test]
    fn descriptors_are_read_in_every_width() {
        let id = |value, wide| Some(PictureId { value, wide });
        let unit =
            |begins, keyframe, id, tl0| Unit { begins, keyframe, marks: Marks::Vp8(Pictures { id, tl0 }), ..Unit::default() };
        let table: &[(&[u8], Unit)] = &[
            (&[0x10, 0x00], unit(true, true, None, None)),
            (&[0x10, 0x01], unit(true, false, None, None)),
            (&[0x00, 0x00], unit(false, false, None, None)),
            (&[0x11, 0x00], unit(false, false, None, None)),
            (&[0x90, 0x80, 0x7f, 0x00], unit(true, true, id(127, false), None)),
            (&[0x90, 0x80, 0xff, 0xff, 0x01], unit(true, false, id(0x7fff, true), None)),
            (&[0x90, 0xe0, 0x81, 0x02, 9, 0x80, 0x00], Unit { temporal: 2, ..unit(true, true, id(0x102, true), Some(9)) }),
            (
                &[0x90, 0xe0, 0x81, 0x02, 9, 0x60, 0x01],
                Unit { temporal: 1, temporal_entry: true, ..unit(true, false, id(0x102, true), Some(9)) },
            ),
            (&[0x90, 0x10, 0xff, 0x00], unit(true, true, None, None)),
        ];
        for (payload, expected) in table {
            assert_eq!(read(payload), Some(*expected), "{payload:02x?}");
            for short in 0..payload.len() {
                assert_eq!(read(&payload[..short]), None, "{:02x?}", &payload[..short]);
            }
        }
    }
}
