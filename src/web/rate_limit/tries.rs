//! Tries that may be given back: only those that failed count, yet each is taken before its work begins, so that a crowd of them at once is
//! bounded too. Memory is bounded: a bucket that is full again is forgotten, and when all room is taken a stranger has to wait.

use std::{
    collections::HashMap,
    hash::Hash,
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

/// Buckets that are kept at most.
const KEYS_MAX: usize = 65_536;
/// Full buckets are looked for this often at most.
const SWEEP_EVERY: Duration = Duration::from_secs(1);

/// A bucket of tries for each of many keys, refilled evenly over a minute.
pub struct Tries<K> {
    most: f64,
    buckets: Mutex<Buckets<K>>,
}

struct Buckets<K> {
    of: HashMap<K, Bucket>,
    swept: Option<Instant>,
}

#[derive(Clone, Copy)]
struct Bucket {
    left: f64,
    at: Instant,
}

impl<K: Hash + Eq + Clone> Tries<K> {
    pub fn per_minute(times: u32) -> Self {
        Self { most: f64::from(times.max(1)), buckets: Mutex::new(Buckets { of: HashMap::new(), swept: None }) }
    }

    /// Takes one.
    ///
    /// # Errors
    /// How long until there is one again.
    pub fn take(&self, key: &K, now: Instant) -> Result<(), Duration> {
        let mut buckets = self.buckets();
        if buckets.of.len() >= KEYS_MAX && buckets.swept.is_none_or(|at| now.saturating_duration_since(at) >= SWEEP_EVERY) {
            buckets.of.retain(|_, bucket| self.left(bucket, now) < self.most);
            buckets.swept = Some(now);
        }
        let left = match buckets.of.get(key) {
            Some(bucket) => self.left(bucket, now),
            None if buckets.of.len() >= KEYS_MAX => 0.0,
            None => self.most,
        };
        if left < 1.0 {
            return Err(Duration::from_secs_f64((1.0 - left) * 60.0 / self.most));
        }
        buckets.of.insert(key.clone(), Bucket { left: left - 1.0, at: now });
        Ok(())
    }

    /// It was no failure after all.
    pub fn give_back(&self, key: &K) {
        if let Some(bucket) = self.buckets().of.get_mut(key) {
            bucket.left = (bucket.left + 1.0).min(self.most);
        }
    }

    fn left(&self, bucket: &Bucket, now: Instant) -> f64 {
        let refilled = now.saturating_duration_since(bucket.at).as_secs_f64() * self.most / 60.0;
        (bucket.left + refilled).min(self.most)
    }

    fn buckets(&self) -> MutexGuard<'_, Buckets<K>> {
        self.buckets.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn failures_run_out_and_come_back_with_time() {
        let (tries, start) = (Tries::per_minute(3), Instant::now());
        for _ in 0..3 {
            assert_eq!(tries.take(&"alice", start), Ok(()));
        }
        assert_eq!(tries.take(&"alice", start), Err(Duration::from_secs(20)));
        assert_eq!(tries.take(&"bob", start), Ok(()));
        assert_eq!(tries.take(&"alice", start + Duration::from_secs(20)), Ok(()));
        assert!(tries.take(&"alice", start + Duration::from_secs(21)).is_err());
    }

    #[test]
    fn what_was_no_failure_does_not_count() {
        let (tries, now) = (Tries::per_minute(1), Instant::now());
        for _ in 0..100 {
            assert_eq!(tries.take(&"alice", now), Ok(()));
            assert!(tries.take(&"alice", now).is_err(), "but only one at once");
            tries.give_back(&"alice");
        }
    }

    #[test]
    fn the_keys_are_bounded_and_forgotten_when_they_are_full_again() {
        let (tries, start) = (Tries::per_minute(1), Instant::now());
        for key in 0..KEYS_MAX {
            assert_eq!(tries.take(&key, start), Ok(()));
        }
        assert!(tries.take(&KEYS_MAX, start).is_err(), "all room is taken");
        assert_eq!(tries.take(&KEYS_MAX, start + Duration::from_secs(61)), Ok(()));
        assert_eq!(tries.buckets().of.len(), 1);
    }
}
