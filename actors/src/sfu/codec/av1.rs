//! AV1 payloads: the aggregation header and the dependency descriptor of the AV1 RTP specification, sections 4.4 and A.

/// The first packet of a coded video sequence: N in the aggregation header, or a new template structure at the start of a frame.
pub fn keyframe(payload: &[u8], dependency_descriptor: Option<&[u8]>) -> bool {
    let continues = |header: u8| header & 0x80 != 0;
    let new_sequence = |header: u8| header & 0x08 != 0;
    payload.first().is_some_and(|header| new_sequence(*header) && !continues(*header))
        || dependency_descriptor.is_some_and(begins_a_structure)
}

/// Mandatory fields (3 bytes: start, end, template, frame number), then flags of which the first says that a structure follows.
fn begins_a_structure(descriptor: &[u8]) -> bool {
    match descriptor {
        [mandatory, _, _, flags, ..] => mandatory & 0x80 != 0 && flags & 0x80 != 0,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Payload, dependency descriptor, whether a sequence begins.
    type Row = (&'static [u8], Option<&'static [u8]>, bool);

    #[test]
    fn sequences_begin_where_the_header_or_the_descriptor_says() {
        let table: &[Row] = &[
            (&[0x18], None, true),
            (&[0x10], None, false),
            (&[0x98], None, false),
            (&[], None, false),
            (&[0x10], Some(&[0x80, 0, 1, 0x80]), true),
            (&[0x10], Some(&[0x00, 0, 1, 0x80]), false),
            (&[0x10], Some(&[0x80, 0, 1]), false),
            (&[0x10], Some(&[]), false),
        ];
        for (payload, descriptor, expected) in table {
            assert_eq!(keyframe(payload, *descriptor), *expected, "{payload:02x?} {descriptor:02x?}");
        }
    }
}
