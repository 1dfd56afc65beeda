//! When which connection wants to be woken. Times are rounded up to the tick, so that what is due together is sent together.

use super::slab::Key;
use std::{
    cmp::Reverse,
    collections::BinaryHeap,
    time::{Duration, Instant},
};

/// How late a wake-up may come: also how long a packet may wait for others.
pub const TICK: Duration = Duration::from_millis(1);

pub struct Timers {
    start: Instant,
    heap: BinaryHeap<Reverse<(u64, Key)>>,
}

impl Timers {
    pub fn new(start: Instant) -> Self {
        Self { start, heap: BinaryHeap::new() }
    }

    /// The tick at or after `at`.
    pub fn tick(&self, at: Instant) -> u64 {
        let micros = at.saturating_duration_since(self.start).as_micros() as u64;
        micros.div_ceil(TICK.as_micros() as u64)
    }

    /// Remembers a wish. A later wish of the same connection does not take an earlier one back: who is woken too soon asks again.
    pub fn set(&mut self, tick: u64, key: Key) {
        self.heap.push(Reverse((tick, key)));
    }

    pub fn next(&self) -> Option<Instant> {
        let Reverse((tick, _)) = self.heap.peek()?;
        Some(self.start + TICK * u32::try_from(*tick).unwrap_or(u32::MAX))
    }

    /// The next one that is due.
    pub fn due(&mut self, now: Instant) -> Option<(u64, Key)> {
        let done = now.saturating_duration_since(self.start).as_micros() as u64 / TICK.as_micros() as u64;
        let Reverse((tick, _)) = self.heap.peek()?;
        if *tick > done {
            return None;
        }
        self.heap.pop().map(|Reverse(due)| due)
    }

    pub fn len(&self) -> usize {
        self.heap.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::media::slab::Slab;

    #[test]
    fn the_earliest_comes_first_and_none_too_soon() {
        let start = Instant::now();
        let (mut timers, mut slab) = (Timers::new(start), Slab::default());
        let (late, soon) = (slab.insert(()), slab.insert(()));
        timers.set(timers.tick(start + Duration::from_millis(9)), late);
        timers.set(timers.tick(start + Duration::from_micros(1_500)), soon);
        assert_eq!(timers.next(), Some(start + Duration::from_millis(2)));
        assert_eq!(timers.due(start + Duration::from_micros(1_999)), None);
        assert_eq!(timers.due(start + Duration::from_millis(2)), Some((2, soon)));
        assert_eq!(timers.due(start + Duration::from_millis(2)), None);
        assert_eq!(timers.due(start + Duration::from_millis(10)), Some((9, late)));
    }
}
