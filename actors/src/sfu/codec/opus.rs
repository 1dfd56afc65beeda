//! Opus, RFC 7587. Everything passes on as it came: DTX is a gap in time without a gap in numbers, RED carries its repeats inside.

/// A packet of the discontinuous mode: a header without sound, sent now and then while nobody speaks.
pub fn is_silence(payload: &[u8]) -> bool {
    payload.len() <= 2
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_header_alone_is_silence() {
        assert!(super::is_silence(&[0xf8]));
        assert!(!super::is_silence(&[0xf8, 0xff, 0xfe]));
    }
}
