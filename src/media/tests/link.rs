//! A simulated way of datagrams: a bottleneck with a bounded queue, then delay, jitter, loss and duplicates. Times go in, nothing waits.

use rand::{RngExt, SeedableRng, rngs::StdRng};
use std::{
    collections::VecDeque,
    time::{Duration, Instant},
};

/// What a way is like. The default is an ideal one.
#[derive(Clone, Copy, Debug, Default)]
pub struct Weather {
    /// Bits a second that pass; none: as many as come.
    pub rate: Option<u64>,
    /// Bytes that wait for their turn at the bottleneck; more are dropped.
    pub queue: usize,
    /// A queue that is full takes nothing, however small.
    pub blind: bool,
    pub delay: Duration,
    /// Added to the delay, up to so much, for each datagram anew.
    pub jitter: Duration,
    /// Jitter lets datagrams overtake each other.
    pub reorders: bool,
    /// Of 1: datagrams that are lost, and that come twice.
    pub loss: f64,
    pub twice: f64,
}

impl Weather {
    /// So many bits a second, with a queue of so many milliseconds.
    pub fn narrow(bits: u64, queue_ms: u64) -> Self {
        Self { queue: (bits * queue_ms / 8_000) as usize, ..Self { rate: Some(bits), ..Self::fair() } }
    }

    /// An ordinary line.
    pub fn fair() -> Self {
        Self { delay: Duration::from_millis(20), ..Self::default() }
    }
}

/// IP and UDP.
const HEADERS: usize = 28;

pub struct Link<T> {
    pub weather: Weather,
    random: StdRng,
    /// When the bottleneck has sent what it was given.
    free: Option<Instant>,
    /// In the order of arrival.
    under_way: VecDeque<(Instant, T)>,
    last: Option<Instant>,
}

impl<T: Clone> Link<T> {
    pub fn new(weather: Weather, seed: u64) -> Self {
        Self { weather, random: StdRng::seed_from_u64(seed), free: None, under_way: VecDeque::new(), last: None }
    }

    pub fn enter(&mut self, what: T, bytes: usize, now: Instant) {
        let weather = self.weather;
        if self.random.random_bool(weather.loss) {
            return;
        }
        let mut leaves = now;
        if let Some(rate) = weather.rate {
            let begins = self.free.map_or(now, |free| free.max(now));
            let waiting = begins.saturating_duration_since(now).as_micros() as u64 * rate / 8_000_000;
            let wanted = if weather.blind { 0 } else { bytes };
            if waiting as usize + wanted > weather.queue {
                return;
            }
            leaves = begins + Duration::from_micros((bytes + HEADERS) as u64 * 8_000_000 / rate);
            self.free = Some(leaves);
        }
        let copies = if self.random.random_bool(weather.twice) { 2 } else { 1 };
        for _ in 0..copies {
            self.travel(what.clone(), leaves);
        }
    }

    fn travel(&mut self, what: T, leaves: Instant) {
        let mut arrives = leaves + self.weather.delay + self.weather.jitter.mul_f64(self.random.random());
        if !self.weather.reorders {
            arrives = self.last.map_or(arrives, |last| last.max(arrives));
            self.last = Some(arrives);
        }
        let place = self.under_way.partition_point(|(at, _)| *at <= arrives);
        self.under_way.insert(place, (arrives, what));
    }

    /// The next one that has arrived.
    pub fn leave(&mut self, now: Instant) -> Option<T> {
        if self.under_way.front()?.0 > now {
            return None;
        }
        self.under_way.pop_front().map(|(_, what)| what)
    }
}
