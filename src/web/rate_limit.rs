//! How often somebody may ask for what is costly or can be guessed (I7). Memory is bounded: a key that has its whole quota again is forgotten.

mod room_passwords;
mod tries;

pub use room_passwords::RoomPasswords;

use super::{client_ip::limit_key, error::Problem};
use crate::config::Config;
use governor::{
    DefaultKeyedRateLimiter, Quota, RateLimiter,
    clock::{Clock, DefaultClock},
};
use std::{
    hash::Hash,
    net::IpAddr,
    num::NonZeroU32,
    sync::atomic::{AtomicUsize, Ordering},
    time::Duration,
};

/// Checks between two sweeps of forgotten keys.
const SWEEP_EVERY: usize = 4096;

/// One limit for each of many keys.
pub struct Limit<K: Hash + Eq + Clone> {
    name: &'static str,
    limiter: DefaultKeyedRateLimiter<K>,
    clock: DefaultClock,
    checks: AtomicUsize,
}

impl<K: Hash + Eq + Clone> Limit<K> {
    fn per_minute(name: &'static str, times: u32) -> Self {
        let quota = Quota::per_minute(NonZeroU32::new(times).unwrap_or(NonZeroU32::MIN));
        Self { name, limiter: RateLimiter::keyed(quota), clock: DefaultClock::default(), checks: AtomicUsize::new(0) }
    }

    /// Counts one; over the limit it is 429 with the seconds to wait.
    pub fn check(&self, key: &K) -> Result<(), Problem> {
        if self.checks.fetch_add(1, Ordering::Relaxed) % SWEEP_EVERY == SWEEP_EVERY - 1 {
            self.limiter.retain_recent();
            self.limiter.shrink_to_fit();
        }
        self.limiter.check_key(key).map_err(|until| too_many(self.name, until.wait_time_from(self.clock.now())))
    }
}

/// 429 by the limit of that name, counted.
fn too_many(limit: &'static str, wait: Duration) -> Problem {
    metrics::counter!("greenroom_rate_limited_total", "limit" => limit).increment(1);
    Problem::too_many(wait.as_millis().div_ceil(1000) as u64)
}

/// A limit by address.
pub struct ByAddress(Limit<IpAddr>);

impl ByAddress {
    pub fn check(&self, address: IpAddr) -> Result<(), Problem> {
        self.0.check(&limit_key(address))
    }
}

/// Every limit of the REST side.
pub struct Limits {
    pub sign_ins_by_address: ByAddress,
    /// By e-mail address, lower case.
    pub sign_ins_by_account: Limit<String>,
    pub sign_ups: ByAddress,
    pub rooms: ByAddress,
    pub joins: ByAddress,
    pub room_passwords: RoomPasswords,
    pub writes: ByAddress,
}

impl Limits {
    pub fn new(config: &Config) -> Self {
        let by_address = |name, times| ByAddress(Limit::per_minute(name, times));
        Self {
            sign_ins_by_address: by_address("sign_ins_by_address", config.sign_ins_per_minute_per_address),
            sign_ins_by_account: Limit::per_minute("sign_ins_by_account", config.sign_ins_per_minute_per_account),
            sign_ups: by_address("sign_ups", config.sign_ups_per_minute_per_address),
            rooms: by_address("rooms", config.rooms_per_minute_per_address),
            joins: by_address("joins", config.joins_per_minute_per_address),
            room_passwords: RoomPasswords::new(config),
            writes: by_address("writes", config.writes_per_minute_per_address),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn past_the_quota_it_says_when_to_come_back_and_others_go_on() {
        let limit = Limit::per_minute("test", 3);
        for _ in 0..3 {
            assert!(limit.check(&"alice").is_ok());
        }
        let refused = limit.check(&"alice").unwrap_err();
        assert_eq!(refused.status.as_u16(), 429);
        assert!((1..=20).contains(&refused.retry_after_seconds.unwrap()));
        assert!(limit.check(&"bob").is_ok());
    }

    #[test]
    fn many_keys_are_forgotten_again() {
        let limit = Limit::per_minute("test", u32::MAX);
        for key in 0..3 * SWEEP_EVERY {
            assert!(limit.check(&key).is_ok());
        }
        assert!(limit.limiter.len() <= 2 * SWEEP_EVERY);
    }
}
