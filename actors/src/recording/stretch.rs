//! Stretches of time, and how long they are together.

use serde::{Deserialize, Serialize};

/// Milliseconds from the recording's beginning.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Stretch {
    pub from_ms: u64,
    pub to_ms: u64,
}

/// Moments, each once: in order, and none touches another.
#[derive(Clone, Default, PartialEq, Eq, Debug)]
pub struct Stretches(Vec<Stretch>);

impl Stretches {
    pub fn of(stretches: impl IntoIterator<Item = Stretch>) -> Self {
        let mut sorted: Vec<Stretch> = stretches.into_iter().filter(|one| one.from_ms < one.to_ms).collect();
        sorted.sort_unstable();
        let mut joined: Vec<Stretch> = Vec::with_capacity(sorted.len());
        for one in sorted {
            match joined.last_mut().filter(|last| last.to_ms >= one.from_ms) {
                Some(last) => last.to_ms = last.to_ms.max(one.to_ms),
                None => joined.push(one),
            }
        }
        Self(joined)
    }

    pub fn total_ms(&self) -> u64 {
        self.0.iter().map(|one| one.to_ms - one.from_ms).sum()
    }

    /// What is in both.
    pub fn within(&self, other: &Self) -> Self {
        let overlaps = self.0.iter().flat_map(|one| {
            let first = other.0.partition_point(|two| two.to_ms <= one.from_ms);
            let near = other.0[first..].iter().take_while(|two| two.from_ms < one.to_ms);
            near.map(|two| Stretch { from_ms: one.from_ms.max(two.from_ms), to_ms: one.to_ms.min(two.to_ms) })
        });
        Self(overlaps.collect())
    }

    pub fn and(self, other: Self) -> Self {
        Self::of(self.0.into_iter().chain(other.0))
    }

    pub fn iter(&self) -> impl Iterator<Item = &Stretch> {
        self.0.iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn of(parts: &[(u64, u64)]) -> Stretches {
        Stretches::of(parts.iter().map(|(from_ms, to_ms)| Stretch { from_ms: *from_ms, to_ms: *to_ms }))
    }

    #[test]
    fn what_touches_is_one() {
        assert_eq!(of(&[(5, 9), (0, 3), (3, 4), (8, 12), (7, 7)]), of(&[(0, 4), (5, 12)]));
        assert_eq!(of(&[(0, 4), (5, 12)]).total_ms(), 11);
    }

    proptest! {
        #[test]
        fn each_moment_counts_once(
            one in prop::collection::vec((0..60u64, 0..60u64), 0..12),
            two in prop::collection::vec((0..60u64, 0..60u64), 0..12),
        ) {
            let holds = |parts: &[(u64, u64)], ms: u64| parts.iter().any(|(from, to)| (*from..*to).contains(&ms));
            let count = |test: &dyn Fn(u64) -> bool| (0..60).filter(|ms| test(*ms)).count() as u64;
            prop_assert_eq!(of(&one).total_ms(), count(&|ms| holds(&one, ms)));
            prop_assert_eq!(of(&one).within(&of(&two)).total_ms(), count(&|ms| holds(&one, ms) && holds(&two, ms)));
            prop_assert_eq!(of(&one).and(of(&two)).total_ms(), count(&|ms| holds(&one, ms) || holds(&two, ms)));
        }
    }
}
