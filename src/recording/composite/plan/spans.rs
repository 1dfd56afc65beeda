//! Stretches of time, and what is left of them.

use serde::Serialize;

/// From the first millisecond up to, not with, the last.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize)]
pub struct Span {
    pub from_ms: u64,
    pub to_ms: u64,
}

impl Span {
    pub fn holds(&self, at: u64) -> bool {
        self.from_ms <= at && at < self.to_ms
    }

    /// What both have.
    pub fn with(&self, other: Span) -> Option<Span> {
        let both = Span { from_ms: self.from_ms.max(other.from_ms), to_ms: self.to_ms.min(other.to_ms) };
        (both.from_ms < both.to_ms).then_some(both)
    }
}

/// In order, as one where they touch or are no further apart than `apart_ms`.
pub fn bridged(mut spans: Vec<Span>, apart_ms: u64) -> Vec<Span> {
    spans.retain(|span| span.from_ms < span.to_ms);
    spans.sort_unstable();
    let mut whole: Vec<Span> = Vec::with_capacity(spans.len());
    for span in spans {
        match whole.last_mut() {
            Some(last) if span.from_ms <= last.to_ms + apart_ms => last.to_ms = last.to_ms.max(span.to_ms),
            _ => whole.push(span),
        }
    }
    whole
}

/// What is left of `spans` without `holes`; both in order and apart.
pub fn minus(spans: &[Span], holes: &[Span]) -> Vec<Span> {
    let mut left = Vec::new();
    for span in spans {
        let mut from_ms = span.from_ms;
        for hole in holes.iter().filter(|hole| hole.to_ms > span.from_ms && hole.from_ms < span.to_ms) {
            if hole.from_ms > from_ms {
                left.push(Span { from_ms, to_ms: hole.from_ms });
            }
            from_ms = from_ms.max(hole.to_ms);
        }
        if from_ms < span.to_ms {
            left.push(Span { from_ms, to_ms: span.to_ms });
        }
    }
    left
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spans(pairs: &[(u64, u64)]) -> Vec<Span> {
        pairs.iter().map(|(from_ms, to_ms)| Span { from_ms: *from_ms, to_ms: *to_ms }).collect()
    }

    #[test]
    fn what_is_near_is_one() {
        assert_eq!(bridged(spans(&[(50, 60), (0, 10), (12, 20), (30, 30)]), 5), spans(&[(0, 20), (50, 60)]));
    }

    #[test]
    fn holes_cut_the_front_the_middle_and_the_end() {
        let left = minus(&spans(&[(10, 100)]), &spans(&[(0, 20), (40, 50), (90, 200)]));
        assert_eq!(left, spans(&[(20, 40), (50, 90)]));
        assert_eq!(minus(&spans(&[(10, 20)]), &spans(&[(0, 30)])), vec![]);
    }
}
