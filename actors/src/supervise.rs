//! Supervision: actix does not restart an actor that panicked, so this does.
//!
//! An actor holds a [`Pulse`]; whoever must know of its end holds the [`PulseWatch`]. A [`Supervised`] actor is made again by its factory, with a
//! growing pause so that a fault that comes back at once does not spin.

use actix::{Actor, Addr, Arbiter};
use std::{
    sync::{Arc, RwLock},
    time::Duration,
};
use tokio::{sync::watch, time::Instant};

/// Held by an actor for as long as it lives: dropped with it, also when it panics.
pub struct Pulse(watch::Sender<()>);

/// Tells when the actor that holds the [`Pulse`] is gone.
#[derive(Clone)]
pub struct PulseWatch(watch::Receiver<()>);

impl Pulse {
    pub fn new() -> Self {
        Self(watch::Sender::new(()))
    }

    pub fn watch(&self) -> PulseWatch {
        PulseWatch(self.0.subscribe())
    }
}

impl Default for Pulse {
    fn default() -> Self {
        Self::new()
    }
}

impl PulseWatch {
    /// Resolves when the actor is gone.
    pub async fn gone(mut self) {
        while self.0.changed().await.is_ok() {}
    }
}

/// Pauses between attempts: doubling up to a ceiling, forgotten after a quiet time.
#[derive(Clone, Copy, Debug)]
pub struct BackOff {
    pub first: Duration,
    pub ceiling: Duration,
    failures: u32,
}

impl BackOff {
    pub fn new(first: Duration, ceiling: Duration) -> Self {
        Self { first, ceiling, failures: 0 }
    }

    pub fn next_pause(&mut self) -> Duration {
        let pause = self.first.saturating_mul(1 << self.failures.min(16)).min(self.ceiling);
        self.failures += 1;
        pause
    }

    pub fn failures(&self) -> u32 {
        self.failures
    }

    /// It ran well for a while: start from the first pause again.
    pub fn reset(&mut self) {
        self.failures = 0;
    }
}

impl Default for BackOff {
    fn default() -> Self {
        Self::new(Duration::from_millis(10), Duration::from_secs(5))
    }
}

/// After so long a life the next fault counts as the first.
const QUIET: Duration = Duration::from_secs(30);

/// An actor that is made again whenever it ends, under one lasting handle.
pub struct Supervised<A: Actor> {
    current: Arc<RwLock<Addr<A>>>,
}

impl<A: Actor> Clone for Supervised<A> {
    fn clone(&self) -> Self {
        Self { current: self.current.clone() }
    }
}

impl<A: Actor> Supervised<A> {
    /// Starts the actor and watches it from `arbiter`. `make` starts one and gives its address with the watch on its pulse.
    pub fn start(arbiter: &Arbiter, name: &'static str, make: impl Fn() -> (Addr<A>, PulseWatch) + Send + 'static) -> Self {
        Self::start_on(&arbiter.handle(), name, make)
    }

    /// As [`Supervised::start`], on an arbiter known by its handle.
    pub fn start_on(
        arbiter: &actix::ArbiterHandle,
        name: &'static str,
        make: impl Fn() -> (Addr<A>, PulseWatch) + Send + 'static,
    ) -> Self {
        let (first, pulse) = make();
        let supervised = Self { current: Arc::new(RwLock::new(first)) };
        let current = supervised.current.clone();
        arbiter.spawn(async move { watch_over(name, current, pulse, make).await });
        supervised
    }

    /// The address of the actor as it is now. It may end at any time: a closed mailbox means ask again.
    pub fn addr(&self) -> Addr<A> {
        self.current.read().unwrap_or_else(|poisoned| poisoned.into_inner()).clone()
    }
}

async fn watch_over<A: Actor>(
    name: &'static str,
    current: Arc<RwLock<Addr<A>>>,
    mut pulse: PulseWatch,
    make: impl Fn() -> (Addr<A>, PulseWatch),
) {
    let mut back_off = BackOff::default();
    loop {
        let born = Instant::now();
        pulse.gone().await;
        if born.elapsed() > QUIET {
            back_off.reset();
        }
        let pause = back_off.next_pause();
        tracing::error!(
            actor = name,
            failures = back_off.failures(),
            pause_ms = pause.as_millis() as u64,
            "actor ended; making it again"
        );
        metrics::counter!("greenroom_actor_restarts_total", "actor" => name).increment(1);
        tokio::time::sleep(pause).await;
        let (addr, next) = make();
        *current.write().unwrap_or_else(|poisoned| poisoned.into_inner()) = addr;
        pulse = next;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_up_to_the_ceiling() {
        let mut back_off = BackOff::new(Duration::from_millis(10), Duration::from_millis(50));
        let pauses: Vec<u128> = (0..5).map(|_| back_off.next_pause().as_millis()).collect();
        assert_eq!(pauses, [10, 20, 40, 50, 50]);
    }
}
