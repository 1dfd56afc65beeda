//! The `Range` of a request (RFC 9110), one range of bytes.

use std::ops::Range;

#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Asked {
    /// No range, or one of a kind that may be passed over.
    Whole,
    Part(Range<u64>),
    /// There are no such bytes.
    Nowhere,
}

pub fn asked(header: Option<&str>, size: u64) -> Asked {
    let Some(range) = header.and_then(|header| header.trim().strip_prefix("bytes=")) else { return Asked::Whole };
    // Several at once are answered with everything: players don't ask so.
    let Some((first, last)) = range.split_once('-').filter(|_| !range.contains(',')) else { return Asked::Whole };
    match (number(first), number(last)) {
        (Some(first), Some(last)) if first > last => Asked::Whole,
        (Some(first), _) if first >= size => Asked::Nowhere,
        (Some(first), Some(last)) => Asked::Part(first..last.saturating_add(1).min(size)),
        (Some(first), None) if last.trim().is_empty() => Asked::Part(first..size),
        (None, Some(0)) => Asked::Nowhere,
        (None, Some(_)) if first.trim().is_empty() && size == 0 => Asked::Nowhere,
        (None, Some(last)) if first.trim().is_empty() => Asked::Part(size.saturating_sub(last)..size),
        _ => Asked::Whole,
    }
}

fn number(text: &str) -> Option<u64> {
    let text = text.trim();
    // A number that is too large is beyond every file.
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| text.parse().unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    use super::{Asked::*, *};

    #[test]
    fn a_range_is_what_is_there_of_it() {
        for (header, expected) in [
            ("bytes=0-99", Part(0..100)),
            ("bytes=0-", Part(0..1_000)),
            ("bytes=500-5000", Part(500..1_000)),
            ("bytes=-1", Part(999..1_000)),
            ("bytes=-5000", Part(0..1_000)),
            ("bytes=999-999", Part(999..1_000)),
            ("bytes=1000-", Nowhere),
            ("bytes=99999999999999999999999-", Nowhere),
            ("bytes=-0", Nowhere),
            ("bytes=9-5", Whole),
            ("bytes=0-1,5-9", Whole),
            ("bytes=x-9", Whole),
            ("bytes=--9", Whole),
            ("bytes=-", Whole),
            ("bytes=0-9x", Whole),
            ("lines=0-9", Whole),
        ] {
            assert_eq!(asked(Some(header), 1_000), expected, "{header}");
        }
        assert_eq!(asked(None, 1_000), Whole);
        assert_eq!((asked(Some("bytes=0-"), 0), asked(Some("bytes=-5"), 0)), (Nowhere, Nowhere));
    }
}
