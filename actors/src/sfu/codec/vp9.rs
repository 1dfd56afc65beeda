//! The VP9 payload descriptor, RFC 9628 section 4.2.

use super::{Entry, Marks, Pictures, Unit, picture_id};
use crate::sfu::types::PictureNumbers;

const PICTURE_ID: u8 = 0x80;
const PREDICTED: u8 = 0x40;
const LAYERS: u8 = 0x20;
const FLEXIBLE: u8 = 0x10;
const BEGINS: u8 = 0x08;
const ENDS: u8 = 0x04;
const STRUCTURE: u8 = 0x02;

/// None when the descriptor ends too early, or names more references than there can be.
pub fn read(payload: &[u8]) -> Option<Unit> {
    let (first, mut rest) = payload.split_first()?;
    let has = |bit: u8| first & bit != 0;
    let mut unit = Unit { begins: has(BEGINS), ends: has(ENDS), ..Unit::default() };
    let mut pictures = Pictures::default();
    if has(PICTURE_ID) {
        let (id, length) = picture_id(rest)?;
        pictures.id = Some(id);
        rest = &rest[length..];
    }
    if has(LAYERS) {
        let (layers, after) = rest.split_first()?;
        rest = after;
        (unit.temporal, unit.spatial) = (layers >> 5, layers >> 1 & 0x07);
        // The switching up point: what comes after it in higher layers refers to nothing before it in those.
        unit.opens = if layers & 0x10 != 0 { u8::MAX } else { 0 };
        if !has(FLEXIBLE) {
            let (tl0, after) = rest.split_first()?;
            (pictures.tl0, rest) = (Some(*tl0), after);
        }
    }
    if has(FLEXIBLE) && has(PREDICTED) {
        rest = references(rest)?;
    }
    if has(STRUCTURE) {
        structure(rest)?;
    }
    // Not predicted from earlier pictures: at most from the layer below in its own.
    unit.keyframe = unit.begins && !has(PREDICTED) && unit.spatial == 0;
    unit.spatial_entry = if has(PREDICTED) { Entry::Never } else { Entry::Always };
    unit.marks = Marks::Vp9(pictures);
    Some(unit)
}

/// At most three, each but the last with a flag that another one follows.
fn references(mut rest: &[u8]) -> Option<&[u8]> {
    for _ in 0..3 {
        let (reference, after) = rest.split_first()?;
        rest = after;
        if reference & 0x01 == 0 {
            return Some(rest);
        }
    }
    None
}

/// The scalability structure: sizes of the spatial layers, then the pictures of a group and what they refer to. Gives what follows it.
fn structure(rest: &[u8]) -> Option<&[u8]> {
    let (head, mut rest) = rest.split_first()?;
    let (layers, sized, grouped) = (usize::from(head >> 5) + 1, head & 0x10 != 0, head & 0x08 != 0);
    if sized {
        rest = rest.get(4 * layers..)?;
    }
    if grouped {
        let (pictures, mut after) = rest.split_first()?;
        for _ in 0..*pictures {
            let references = usize::from(after.first()? >> 2 & 0x03);
            after = after.get(1 + references..)?;
        }
        rest = after;
    }
    Some(rest)
}

/// Puts other numbers into a payload, where it has any: in the width that they have there.
pub fn patch(payload: &mut [u8], numbers: PictureNumbers) -> Option<()> {
    let first = *payload.first()?;
    let mut at = 1;
    if first & PICTURE_ID != 0 {
        let (id, length) = picture_id(&payload[at..])?;
        if let Some(new) = numbers.picture_id {
            match id.wide {
                true => payload[at..at + 2].copy_from_slice(&(new | 0x8000).to_be_bytes()),
                false => payload[at] = (new & 0x7f) as u8,
            }
        }
        at += length;
    }
    if first & LAYERS != 0
        && first & FLEXIBLE == 0
        && let Some(tl0) = numbers.tl0
    {
        *payload.get_mut(at + 1)? = tl0;
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use super::{super::PictureId, *};

    #[test]
    fn layers_and_entries_are_read() {
        // Payload, keyframe, spatial, temporal, begins, ends, entry, opens.
        type Row = (&'static [u8], (bool, u8, u8, bool, bool, bool, bool));
        let table: &[Row] = &[
            (&[0x08, 0], (true, 0, 0, true, false, true, false)),
            (&[0x48, 0], (false, 0, 0, true, false, false, false)),
            (&[0x00, 0], (false, 0, 0, false, false, true, false)),
            (&[0xac, 0x81, 0x02, 0x10, 0x05], (true, 0, 0, true, true, true, true)),
            (&[0xa8, 0x81, 0x02, 0x03, 0x05], (false, 1, 0, true, false, true, false)),
            (&[0xe4, 0x01, 0x54, 0x05], (false, 2, 2, false, true, false, true)),
            (&[0xf8, 0x01, 0x20, 0x03, 0x02], (false, 0, 1, true, false, false, false)),
        ];
        for (payload, expected) in table {
            let unit = read(payload).unwrap_or_else(|| panic!("{payload:02x?}"));
            let entry = unit.spatial_entry == Entry::Always;
            let read = (unit.keyframe, unit.spatial, unit.temporal, unit.begins, unit.ends, entry, unit.opens > 0);
            assert_eq!(read, *expected, "{payload:02x?}");
        }
    }

    #[test]
    fn what_is_cut_short_or_refers_to_too_much_is_refused() {
        let whole = [0xaa, 0x81, 0x02, 0x10, 0x05, 0x38, 1, 64, 0, 180, 2, 128, 1, 104, 2, 0x00, 0x34, 1, 0xff];
        assert_eq!(structure(&whole[5..]).map(<[u8]>::len), Some(1));
        assert!(read(&whole).is_some_and(|unit| unit.keyframe));
        for short in 1..whole.len() - 1 {
            assert_eq!(read(&whole[..short]), None, "{short}");
        }
        for broken in [&[0x88][..], &[0xa8, 0x81], &[0xf8, 0x01, 0x20, 3, 3, 3], &[]] {
            assert_eq!(read(broken), None, "{broken:02x?}");
        }
    }

    #[test]
    fn numbers_are_patched_in_their_width() {
        let numbers = PictureNumbers { picture_id: Some(0x1234), tl0: Some(77) };
        let table: &[(&[u8], &[u8])] = &[
            (&[0xa8, 0x81, 0x02, 0x10, 5, 9], &[0xa8, 0x92, 0x34, 0x10, 77, 9]),
            (&[0xa8, 0x01, 0x10, 5, 9], &[0xa8, 0x34, 0x10, 77, 9]),
            (&[0xb8, 0x01, 0x10, 5, 9], &[0xb8, 0x34, 0x10, 5, 9]),
            (&[0x08, 5, 9], &[0x08, 5, 9]),
        ];
        for (before, after) in table {
            let mut payload = before.to_vec();
            patch(&mut payload, numbers).unwrap();
            assert_eq!(payload, *after);
            let read = read(&payload).unwrap().marks;
            let Marks::Vp9(pictures) = read else { panic!("{read:?}") };
            assert!(pictures.id.is_none_or(|PictureId { value, .. }| value & 0x7f == 0x34));
        }
        assert_eq!(patch(&mut [0xa8, 0x81], numbers), None);
        assert_eq!(patch(&mut [], numbers), None);
    }
}
