//! A bad path, for one direction of one connection: loss, delay, and a rate with a queue that is bounded.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

/// What a receiver's path does to its datagrams.
#[derive(Clone, Copy, Debug, PartialEq, Default)]
pub struct Impairment {
    /// Share of the datagrams lost, 0 to 1, each way.
    pub loss: f64,
    /// Added each way.
    pub delay: Duration,
    /// Bits a second towards the receiver; `None`: as fast as it comes.
    pub rate: Option<u64>,
}

impl Impairment {
    pub fn is_none(&self) -> bool {
        *self == Self::default()
    }

    /// The way back: no rate.
    pub fn back(self) -> Self {
        Self { rate: None, ..self }
    }
}

/// More than this much waiting at the rate is dropped: what home routers hold.
const LONGEST_QUEUE: Duration = Duration::from_millis(300);
/// Bytes that IP and UDP add to a datagram.
const OVERHEAD: usize = 28;

/// Datagrams under way. `T` is what is kept of each.
pub struct Path<T> {
    impairment: Impairment,
    /// When the rate has sent all that it holds.
    free_at: Option<Instant>,
    waiting: VecDeque<(Instant, T)>,
    pub dropped: u64,
}

impl<T> Path<T> {
    pub fn new(impairment: Impairment) -> Self {
        Self { impairment, free_at: None, waiting: VecDeque::new(), dropped: 0 }
    }

    /// What is under way stays under way.
    pub fn change(&mut self, impairment: Impairment) {
        self.impairment = impairment;
    }

    /// `chance` is drawn evenly from 0 to 1.
    pub fn enter(&mut self, now: Instant, bytes: usize, chance: f64, datagram: T) {
        match self.leaves_at(now, bytes, chance) {
            Some(at) => {
                // A path that became shorter overtakes nothing.
                let at = self.waiting.back().map_or(at, |(last, _)| at.max(*last));
                self.waiting.push_back((at, datagram));
            }
            None => self.dropped += 1,
        }
    }

    fn leaves_at(&mut self, now: Instant, bytes: usize, chance: f64) -> Option<Instant> {
        if chance < self.impairment.loss {
            return None;
        }
        let Some(rate) = self.impairment.rate else { return Some(now + self.impairment.delay) };
        let begins = self.free_at.map_or(now, |at| at.max(now));
        if begins - now > LONGEST_QUEUE {
            return None;
        }
        let bits = (bytes + OVERHEAD) as f64 * 8.0;
        let ends = begins + Duration::from_secs_f64(bits / rate.max(1) as f64);
        self.free_at = Some(ends);
        Some(ends + self.impairment.delay)
    }

    pub fn next(&self) -> Option<Instant> {
        self.waiting.front().map(|(at, _)| *at)
    }

    pub fn leave(&mut self, now: Instant) -> Option<T> {
        self.next().filter(|at| *at <= now)?;
        self.waiting.pop_front().map(|(_, datagram)| datagram)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path(impairment: Impairment) -> (Path<usize>, Instant) {
        (Path::new(impairment), Instant::now())
    }

    #[test]
    fn loss_takes_its_share() {
        let (mut path, now) = path(Impairment { loss: 0.2, ..Impairment::default() });
        (0..100).for_each(|n| path.enter(now, 100, n as f64 / 100.0, n));
        assert_eq!(path.dropped, 20);
        assert_eq!(std::iter::from_fn(|| path.leave(now)).count(), 80);
    }

    #[test]
    fn delay_holds_each_for_so_long() {
        let delay = Duration::from_millis(100);
        let (mut path, now) = path(Impairment { delay, ..Impairment::default() });
        path.enter(now, 100, 0.5, 1);
        assert_eq!(path.leave(now + delay - Duration::from_millis(1)), None);
        assert_eq!(path.next(), Some(now + delay));
        assert_eq!(path.leave(now + delay), Some(1));
    }

    #[test]
    fn a_rate_lets_through_so_many_bits_and_holds_no_more_than_its_queue() {
        let (mut path, now) = path(Impairment { rate: Some(80_000), ..Impairment::default() });
        // 100 bytes with what IP and UDP add take 12.8 ms; 1,000 a second come for a second.
        for n in 0..1000 {
            path.enter(now + Duration::from_millis(n), 100, 0.5, n as usize);
        }
        let through = std::iter::from_fn(|| path.leave(now + Duration::from_secs(1))).count();
        assert!((77..=79).contains(&through), "{through}");
        let held = std::iter::from_fn(|| path.leave(now + Duration::from_secs(5))).count();
        assert!((22..=25).contains(&held), "{held}");
        assert_eq!(path.dropped as usize, 1000 - through - held);
    }

    #[test]
    fn a_path_that_recovers_overtakes_nothing() {
        let (mut path, now) = path(Impairment { delay: Duration::from_millis(50), ..Impairment::default() });
        path.enter(now, 10, 0.5, 1);
        path.change(Impairment::default());
        path.enter(now, 10, 0.5, 2);
        assert_eq!(path.leave(now), None);
        let later = now + Duration::from_millis(50);
        assert_eq!((path.leave(later), path.leave(later)), (Some(1), Some(2)));
    }
}
