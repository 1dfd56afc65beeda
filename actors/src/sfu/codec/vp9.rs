//! The VP9 payload descriptor, RFC 9628 section 4.2.

/// The first packet of the lowest spatial layer of a picture that refers to no other. None when the descriptor ends too early.
pub fn keyframe(payload: &[u8]) -> Option<bool> {
    let mut bytes = payload.iter().copied();
    let first = bytes.next()?;
    let has = |bit: u8| first & bit != 0;
    let (picture_id, predicted, layers, begins) = (has(0x80), has(0x40), has(0x20), has(0x08));
    if picture_id && bytes.next()? & 0x80 != 0 {
        bytes.next()?;
    }
    let spatial = if layers { bytes.next()? >> 1 & 0x07 } else { 0 };
    Some(!predicted && begins && spatial == 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keyframes_begin_at_the_lowest_spatial_layer() {
        let table: &[(&[u8], Option<bool>)] = &[
            (&[0x08, 0], Some(true)),
            (&[0x48, 0], Some(false)),
            (&[0x00, 0], Some(false)),
            (&[0xa8, 0x81, 0x02, 0x00, 0x05], Some(true)),
            (&[0xa8, 0x81, 0x02, 0x02, 0x05], Some(false)),
            (&[0xa8, 0x01, 0x00, 0x05], Some(true)),
            (&[0xa8, 0x81], None),
            (&[0x88], None),
            (&[], None),
        ];
        for (payload, expected) in table {
            assert_eq!(keyframe(payload), *expected, "{payload:02x?}");
        }
    }
}
