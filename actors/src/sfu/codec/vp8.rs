//! The VP8 payload descriptor, RFC 7741 section 4.2.

/// What it says, with the widths it says it in.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Descriptor {
    pub picture_id: Option<PictureId>,
    pub tl0: Option<u8>,
    pub temporal: u8,
    pub keyframe: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct PictureId {
    pub value: u16,
    /// 15 bits; else 7.
    pub wide: bool,
}

/// None when it ends too early.
pub fn read(payload: &[u8]) -> Option<Descriptor> {
    let mut bytes = payload.iter().copied();
    let first = bytes.next()?;
    let mut descriptor = Descriptor::default();
    if first & 0x80 != 0 {
        let extension = bytes.next()?;
        if extension & 0x80 != 0 {
            let high = bytes.next()?;
            let wide = high & 0x80 != 0;
            let value = if wide { u16::from(high & 0x7f) << 8 | u16::from(bytes.next()?) } else { u16::from(high) };
            descriptor.picture_id = Some(PictureId { value, wide });
        }
        if extension & 0x40 != 0 {
            descriptor.tl0 = Some(bytes.next()?);
        }
        if extension & 0x30 != 0 {
            let temporal = bytes.next()?;
            descriptor.temporal = if extension & 0x20 != 0 { temporal >> 6 } else { 0 };
        }
    }
    let frame_tag = bytes.next()?;
    let first_of_frame = first & 0x10 != 0 && first & 0x07 == 0;
    descriptor.keyframe = first_of_frame && frame_tag & 0x01 == 0;
    Some(descriptor)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn descriptors_are_read_in_every_width() {
        let id = |value, wide| Some(PictureId { value, wide });
        let table: &[(&[u8], Descriptor)] = &[
            (&[0x10, 0x00], Descriptor { keyframe: true, ..Default::default() }),
            (&[0x10, 0x01], Descriptor::default()),
            (&[0x00, 0x00], Descriptor::default()),
            (&[0x11, 0x00], Descriptor::default()),
            (&[0x90, 0x80, 0x7f, 0x00], Descriptor { picture_id: id(127, false), keyframe: true, ..Default::default() }),
            (&[0x90, 0x80, 0xff, 0xff, 0x01], Descriptor { picture_id: id(0x7fff, true), ..Default::default() }),
            (
                &[0x90, 0xe0, 0x81, 0x02, 9, 0x80, 0x00],
                Descriptor { picture_id: id(0x102, true), tl0: Some(9), temporal: 2, keyframe: true },
            ),
            (&[0x90, 0x10, 0xff, 0x00], Descriptor { keyframe: true, ..Default::default() }),
        ];
        for (payload, expected) in table {
            assert_eq!(read(payload), Some(*expected), "{payload:02x?}");
            for short in 0..payload.len() {
                assert_eq!(read(&payload[..short]), None, "{:02x?}", &payload[..short]);
            }
        }
    }
}
