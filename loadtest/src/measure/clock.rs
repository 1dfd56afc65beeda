//! One monotonic clock for the whole run: both ends of a relay live in this process, so a send time inside the
//! message is all that a one-way latency needs.

use std::time::{Duration, Instant};

/// Microseconds since the run began.
pub type Micros = u64;

#[derive(Clone, Copy)]
pub struct Clock {
    origin: Instant,
}

impl Clock {
    pub fn start() -> Self {
        Self { origin: Instant::now() }
    }

    pub fn now(&self) -> Micros {
        self.origin.elapsed().as_micros() as Micros
    }

    /// A moment that was read elsewhere.
    pub fn at(&self, moment: Instant) -> Micros {
        moment.saturating_duration_since(self.origin).as_micros() as Micros
    }

    /// The instant that tokio sleeps until.
    pub fn instant(&self, at: Micros) -> tokio::time::Instant {
        (self.origin + Duration::from_micros(at)).into()
    }
}

pub fn micros(seconds: f64) -> Micros {
    (seconds * 1e6).round().max(0.0) as Micros
}
