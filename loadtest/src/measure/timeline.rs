//! One sample a second: the progress line while it runs, the charts afterwards.

use serde::{Deserialize, Serialize};

use super::latency::{Latency, round};
use super::metrics::{Counts, Metrics};
use super::process::{self, Usage};

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Sample {
    /// Seconds since the run began.
    pub at: f64,
    pub phase: String,
    pub online: u64,
    pub joins: u64,
    pub relays: u64,
    pub events: u64,
    pub errors: u64,
    pub join_p99_ms: Option<f64>,
    pub relay_p50_ms: Option<f64>,
    pub relay_p99_ms: Option<f64>,
    /// Share of one core, percent.
    pub server_cpu_percent: Option<f64>,
    pub client_cpu_percent: Option<f64>,
    pub server_rss_kb: Option<u64>,
}

pub struct Timeline {
    server: Option<u32>,
    last: Last,
    pub samples: Vec<Sample>,
}

#[derive(Default)]
struct Last {
    at: f64,
    counts: Counts,
    errors: u64,
    server: Option<Usage>,
    client: Option<Usage>,
}

impl Timeline {
    pub fn new(server: Option<u32>) -> Self {
        let last =
            Last { server: server.and_then(process::usage), client: process::usage(std::process::id()), ..Last::default() };
        Self { server, last, samples: Vec::new() }
    }

    pub fn sample(&mut self, at: f64, phase: &str, metrics: &mut Metrics) -> &Sample {
        let now = Last {
            at,
            counts: metrics.count,
            errors: metrics.errors.total(),
            server: self.server.and_then(process::usage),
            client: process::usage(std::process::id()),
        };
        let seconds = (at - self.last.at).max(0.001);
        let rate = |now: u64, before: u64| ((now.saturating_sub(before)) as f64 / seconds).round() as u64;
        self.samples.push(Sample {
            at: round(at),
            phase: phase.to_string(),
            online: now.counts.online,
            joins: rate(now.counts.joined, self.last.counts.joined),
            relays: rate(now.counts.relays_delivered, self.last.counts.relays_delivered),
            events: rate(now.counts.events, self.last.counts.events),
            errors: now.errors - self.last.errors,
            join_p99_ms: quantile(&metrics.join_now, 0.99),
            relay_p50_ms: quantile(&metrics.relay_now, 0.5),
            relay_p99_ms: quantile(&metrics.relay_now, 0.99),
            server_cpu_percent: percent(now.server, self.last.server, seconds),
            client_cpu_percent: percent(now.client, self.last.client, seconds),
            server_rss_kb: now.server.map(|usage| usage.rss_kb),
        });
        metrics.relay_now.reset();
        metrics.join_now.reset();
        self.last = now;
        self.samples.last().expect("just pushed")
    }
}

fn quantile(latency: &Latency, quantile: f64) -> Option<f64> {
    (latency.count() > 0).then(|| latency.quantile_ms(quantile))
}

fn percent(now: Option<Usage>, before: Option<Usage>, seconds: f64) -> Option<f64> {
    Some(((now?.cpu_seconds - before?.cpu_seconds) / seconds * 100.0).round())
}

impl std::fmt::Display for Sample {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "{:>5.0}s {:<8} {:>6} online {:>5} joins/s {:>6} relays/s {:>7} events/s",
            self.at, self.phase, self.online, self.joins, self.relays, self.events
        )?;
        if let Some(p99) = self.join_p99_ms {
            write!(f, "  join p99 {p99:.1} ms")?;
        }
        if let Some(p99) = self.relay_p99_ms {
            write!(f, "  relay p99 {p99:.1} ms")?;
        }
        if let (Some(cpu), Some(rss)) = (self.server_cpu_percent, self.server_rss_kb) {
            write!(f, "  server {cpu:.0}% {:.0} MiB", rss as f64 / 1024.0)?;
        }
        if self.errors > 0 {
            write!(f, "  {} ERRORS", self.errors)?;
        }
        Ok(())
    }
}
