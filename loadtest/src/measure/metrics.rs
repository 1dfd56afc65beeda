//! Everything counted during a run. One thread writes it, so plain numbers do.

use std::collections::BTreeMap;

use super::clock::Micros;
use super::latency::Latency;

/// The first of each kind of error are kept in words.
const SAMPLES_A_KIND: usize = 3;

#[derive(Default)]
pub struct Metrics {
    /// The whole way in, from the scheduled time to `welcome`.
    pub entry: Latency,
    /// The REST part of it.
    pub rest: Latency,
    /// From opening the socket to `welcome`.
    pub join: Latency,
    pub relay: Latency,
    pub chat: Latency,
    /// From the scheduled time to the reply of `resume`.
    pub resume: Latency,
    /// From a command to its reply.
    pub reply: Latency,
    /// The relays and joins of the second under way.
    pub relay_now: Latency,
    pub join_now: Latency,
    pub count: Counts,
    pub errors: Errors,
}

#[derive(Clone, Copy, Default)]
pub struct Counts {
    pub joined: u64,
    pub join_attempts: u64,
    pub join_retries: u64,
    pub online: u64,
    pub commands: u64,
    pub replies: u64,
    pub events: u64,
    pub relays_sent: u64,
    pub relays_delivered: u64,
    /// To somebody who had just left: an answer that the protocol allows.
    pub relays_missed: u64,
    pub chats_sent: u64,
    pub chats_delivered: u64,
    pub left: u64,
    pub dropped: u64,
    pub resumed: u64,
    pub resume_retries: u64,
    pub replayed_events: u64,
    pub slow_closed: u64,
    pub slow_survived: u64,
}

impl Metrics {
    pub fn joined(&mut self, entry: Micros, join: Micros) {
        self.count.joined += 1;
        self.entry.record(entry);
        self.join.record(join);
        self.join_now.record(join);
    }

    pub fn relayed(&mut self, took: Micros) {
        self.relay.record(took);
        self.relay_now.record(took);
    }
}

/// Things that a correct server never does, by kind.
#[derive(Default)]
pub struct Errors {
    kinds: BTreeMap<&'static str, Kind>,
}

#[derive(Default)]
struct Kind {
    count: u64,
    samples: Vec<String>,
}

impl Errors {
    pub fn add(&mut self, kind: &'static str, detail: impl FnOnce() -> String) {
        self.add_many(kind, 1, detail);
    }

    pub fn add_many(&mut self, kind: &'static str, count: u64, detail: impl FnOnce() -> String) {
        let entry = self.kinds.entry(kind).or_default();
        entry.count += count;
        if entry.samples.len() < SAMPLES_A_KIND {
            entry.samples.push(detail());
        }
    }

    pub fn total(&self) -> u64 {
        self.kinds.values().map(|kind| kind.count).sum()
    }

    /// Kind, count and the first few in words.
    pub fn iter(&self) -> impl Iterator<Item = (&'static str, u64, &[String])> {
        self.kinds.iter().map(|(name, kind)| (*name, kind.count, kind.samples.as_slice()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_keep_the_count_but_only_the_first_words() {
        let mut errors = Errors::default();
        for n in 0..10 {
            errors.add("sequence_gap", || format!("case {n}"));
        }
        let (kind, count, samples) = errors.iter().next().unwrap();
        assert_eq!((kind, count, samples.len()), ("sequence_gap", 10, 3));
        assert_eq!(errors.total(), 10);
    }
}
