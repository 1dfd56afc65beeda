//! Opus, RFC 7587. Everything passes on as it came: DTX is a gap in time without a gap in numbers, RED carries its repeats inside.

/// A packet of the discontinuous mode: a header without sound, sent now and then while nobody speaks. `red`: in redundant audio around it.
pub fn is_silence(payload: &[u8], red: bool) -> bool {
    if !red {
        return payload.len() <= 2;
    }
    primary(payload).is_some_and(|primary| primary.len() <= 2)
}

/// What RFC 2198 is around: the last block, after the headers and the repeats. None when they end too early.
fn primary(mut payload: &[u8]) -> Option<&[u8]> {
    let mut repeats = 0;
    while payload.first()? & 0x80 != 0 {
        let (header, rest) = payload.split_first_chunk::<4>()?;
        repeats += usize::from(u16::from_be_bytes([header[2], header[3]]) & 0x3ff);
        payload = rest;
    }
    payload.get(1 + repeats..)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_alone_is_silence() {
        assert!(is_silence(&[0xf8], false));
        assert!(!is_silence(&[0xf8, 0xff, 0xfe], false));
    }

    #[test]
    fn silence_is_seen_within_redundant_audio() {
        let table: &[(&[u8], bool)] = &[
            (&[0x6f, 0xf8], true),
            (&[0xef, 0x0f, 0x00, 0x03, 0x6f, 1, 2, 3, 0xf8], true),
            (&[0xef, 0x0f, 0x00, 0x01, 0x6f, 0xf8, 1, 2, 3], false),
            (&[0xef, 0x0f, 0x00, 0x09, 0x6f, 1, 2, 3], false),
            (&[0xef, 0x0f], false),
            (&[], false),
        ];
        for (payload, expected) in table {
            assert_eq!(is_silence(payload, true), *expected, "{payload:02x?}");
        }
    }
}
