//! H.264 payloads, RFC 6184 section 5: a keyframe begins with its sequence parameter set, alone or in an aggregate.

const SPS: u8 = 7;
const STAP_A: u8 = 24;
const FU_A: u8 = 28;

/// None when an aggregate ends too early.
pub fn keyframe(payload: &[u8]) -> Option<bool> {
    let kind = |byte: u8| byte & 0x1f;
    match kind(*payload.first()?) {
        SPS => Some(true),
        STAP_A => aggregate_has_sps(&payload[1..]),
        FU_A => payload.get(1).map(|header| header & 0x80 != 0 && kind(*header) == SPS),
        _ => Some(false),
    }
}

fn aggregate_has_sps(mut units: &[u8]) -> Option<bool> {
    while !units.is_empty() {
        let (length, rest) = units.split_first_chunk::<2>()?;
        let length = usize::from(u16::from_be_bytes(*length));
        let (unit, rest) = rest.split_at_checked(length)?;
        if unit.first()? & 0x1f == SPS {
            return Some(true);
        }
        units = rest;
    }
    Some(false)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameter_sets_begin_a_keyframe() {
        let table: &[(&[u8], Option<bool>)] = &[
            (&[0x67, 1, 2], Some(true)),
            (&[0x65, 1, 2], Some(false)),
            (&[0x41, 1], Some(false)),
            (&[0x78, 0, 2, 0x67, 1, 0, 1, 0x68], Some(true)),
            (&[0x78, 0, 1, 0x06, 0, 2, 0x67, 1], Some(true)),
            (&[0x78, 0, 1, 0x06], Some(false)),
            (&[0x78, 0, 9, 0x06], None),
            (&[0x78, 0, 0], None),
            (&[0x78, 0], None),
            (&[0x7c, 0x87], Some(true)),
            (&[0x7c, 0x85], Some(false)),
            (&[0x7c], None),
            (&[], None),
        ];
        for (payload, expected) in table {
            assert_eq!(keyframe(payload), *expected, "{payload:02x?}");
        }
    }
}
