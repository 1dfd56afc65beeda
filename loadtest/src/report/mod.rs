//! What a run found: figures, latencies, errors, a verdict. The JSON file is this, serialised.

pub mod charts;
pub mod html;
pub mod table;

use std::collections::BTreeMap;
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::limits::{Limit, Verdict};
use crate::measure::latency::{Latency, Summary, round};
use crate::measure::machine::{self, Machine};
use crate::measure::metrics::Metrics;
use crate::measure::timeline::Sample;
use crate::run::{Phases, Target};
use crate::scenario::Scenario;
use crate::world::World;

#[derive(Serialize, Deserialize, Clone, Debug)]
#[serde(rename_all = "camelCase")]
pub struct Report {
    pub version: String,
    /// `signalling` or `baseline`.
    pub kind: String,
    pub server: Server,
    pub machine: Machine,
    pub scenario: Scenario,
    /// What limits may be set on, see `limits::FIGURES`.
    pub figures: BTreeMap<String, f64>,
    pub latencies: BTreeMap<String, Summary>,
    pub counts: Vec<(String, u64)>,
    pub usage: ServerUsage,
    pub errors: Vec<ErrorKind>,
    pub limits: Vec<Verdict>,
    pub timeline: Vec<Sample>,
    /// Against the baseline, when it was run too.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub comparison: Vec<Compared>,
}

/// One figure of both: medians over the rounds, and each round. A ratio below 1 is Greenroom's.
#[derive(Serialize, Deserialize, Clone, Debug)]
#[serde(rename_all = "camelCase")]
pub struct Compared {
    pub figure: String,
    pub label: String,
    pub greenroom: f64,
    pub baseline: f64,
    pub ratio: f64,
    pub greenroom_rounds: Vec<f64>,
    pub baseline_rounds: Vec<f64>,
}

#[derive(Serialize, Deserialize, Clone, Debug)]
#[serde(rename_all = "camelCase")]
pub struct Server {
    pub url: String,
    pub pid: Option<u32>,
    pub command: Option<String>,
}

/// Memory in kilobytes of 1,024 bytes, CPU in seconds.
#[derive(Serialize, Deserialize, Clone, Debug, Default)]
#[serde(rename_all = "camelCase")]
pub struct ServerUsage {
    pub rss_before_kb: Option<u64>,
    pub rss_joined_kb: Option<u64>,
    pub rss_loaded_kb: Option<u64>,
    pub rss_emptied_kb: Option<u64>,
    pub rss_peak_kb: Option<u64>,
    pub cpu_joining_s: Option<f64>,
    pub cpu_load_s: Option<f64>,
    pub client_cpu_load_s: Option<f64>,
    pub load_s: f64,
}

#[derive(Serialize, Deserialize, Clone, Debug)]
pub struct ErrorKind {
    pub kind: String,
    pub count: u64,
    pub samples: Vec<String>,
}

impl Report {
    pub fn new(kind: &str, world: &World, target: &Target, phases: &Phases, timeline: Vec<Sample>) -> Self {
        let metrics = world.metrics();
        let usage = usage(phases);
        Self {
            version: env!("CARGO_PKG_VERSION").to_string(),
            kind: kind.to_string(),
            server: Server { url: target.base.clone(), pid: target.pid, command: target.command.clone() },
            machine: machine::describe(),
            scenario: world.scenario.clone(),
            figures: figures(&metrics, phases, &usage),
            latencies: latencies(&metrics)
                .into_iter()
                .filter_map(|(name, latency)| Some((name.to_string(), latency.summary()?)))
                .collect(),
            counts: counts(&metrics),
            usage,
            errors: metrics
                .errors
                .iter()
                .map(|(kind, count, samples)| ErrorKind { kind: kind.into(), count, samples: samples.to_vec() })
                .collect(),
            limits: Vec::new(),
            timeline,
            comparison: Vec::new(),
        }
    }

    pub fn judge(&mut self, limits: &[Limit]) {
        self.limits = limits.iter().map(|limit| limit.judge(&self.figures)).collect();
    }

    /// No error, no broken limit, and it did what it was to do.
    pub fn passed(&self) -> bool {
        self.errors.is_empty() && self.limits.iter().all(|verdict| verdict.ok)
    }

    pub fn figure(&self, name: &str) -> Option<f64> {
        self.figures.get(name).copied()
    }

    /// # Errors
    /// The file that could not be written, and why.
    pub fn write(&self, json: &Path, html: &Path) -> Result<(), String> {
        let text = serde_json::to_string_pretty(self).map_err(|error| error.to_string())?;
        write(json, &text)?;
        write(html, &html::page(self))
    }
}

pub fn write(path: &Path, text: &str) -> Result<(), String> {
    let failed = |error: std::io::Error| format!("{}: {error}", path.display());
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        std::fs::create_dir_all(folder).map_err(failed)?;
    }
    std::fs::write(path, text).map_err(failed)
}

fn latencies(metrics: &Metrics) -> [(&'static str, &Latency); 7] {
    [
        ("join", &metrics.join),
        ("entry", &metrics.entry),
        ("rest", &metrics.rest),
        ("relay", &metrics.relay),
        ("chat", &metrics.chat),
        ("reply", &metrics.reply),
        ("resume", &metrics.resume),
    ]
}

fn figures(metrics: &Metrics, phases: &Phases, usage: &ServerUsage) -> BTreeMap<String, f64> {
    let mut figures = BTreeMap::new();
    for (name, latency) in latencies(metrics) {
        if let Some(summary) = latency.summary() {
            figures.insert(format!("{name}_p50_ms"), summary.p50_ms);
            figures.insert(format!("{name}_p95_ms"), summary.p95_ms);
            figures.insert(format!("{name}_p99_ms"), summary.p99_ms);
        }
    }
    figures.insert("join_failures".into(), (metrics.count.join_attempts - metrics.count.joined) as f64);
    let (Some(joined), Some(loaded)) = (phases.joined, phases.loaded) else { return figures };
    let relays = (loaded.counts.relays_delivered - joined.counts.relays_delivered) as f64;
    let events = (loaded.counts.events - joined.counts.events) as f64;
    if usage.load_s > 0.0 {
        figures.insert("relays_per_s".into(), round(relays / usage.load_s));
        figures.insert("events_per_s".into(), round(events / usage.load_s));
    }
    if let Some(cpu) = usage.cpu_load_s.filter(|_| relays > 0.0) {
        figures.insert("cpu_us_per_relay".into(), round(cpu * 1e6 / relays));
    }
    if let (Some(before), Some(after)) = (usage.rss_before_kb, usage.rss_joined_kb) {
        let participants = joined.counts.online.max(1) as f64;
        figures.insert("memory_kb_per_participant".into(), round((after as f64 - before as f64) / participants));
    }
    figures
}

fn usage(phases: &Phases) -> ServerUsage {
    let joined = phases.joined.as_ref();
    let loaded = phases.loaded.as_ref();
    let cpu = |later: Option<f64>, earlier: Option<f64>| Some(round(later? - earlier?));
    let joined_server = joined.and_then(|moment| moment.server);
    let loaded_server = loaded.and_then(|moment| moment.server);
    let client = |moment: Option<&crate::run::Moment>| moment.and_then(|moment| moment.client).map(|usage| usage.cpu_seconds);
    ServerUsage {
        rss_before_kb: phases.before.map(|usage| usage.rss_kb),
        rss_joined_kb: joined_server.map(|usage| usage.rss_kb),
        rss_loaded_kb: loaded_server.map(|usage| usage.rss_kb),
        rss_emptied_kb: phases.emptied.map(|usage| usage.rss_kb),
        rss_peak_kb: phases.peak_rss_kb,
        cpu_joining_s: cpu(joined_server.map(|usage| usage.cpu_seconds), phases.before.map(|usage| usage.cpu_seconds)),
        cpu_load_s: cpu(loaded_server.map(|usage| usage.cpu_seconds), joined_server.map(|usage| usage.cpu_seconds)),
        client_cpu_load_s: cpu(client(loaded), client(joined)),
        load_s: joined.zip(loaded).map_or(0.0, |(joined, loaded)| round((loaded.at - joined.at) as f64 / 1e6)),
    }
}

/// The counts that are not zero, in reading order.
fn counts(metrics: &Metrics) -> Vec<(String, u64)> {
    let count = &metrics.count;
    [
        ("joined", count.joined),
        ("join retries", count.join_retries),
        ("commands", count.commands),
        ("replies", count.replies),
        ("events", count.events),
        ("relays sent", count.relays_sent),
        ("relays delivered", count.relays_delivered),
        ("relays to people just gone", count.relays_missed),
        ("chat lines sent", count.chats_sent),
        ("chat lines delivered", count.chats_delivered),
        ("left", count.left),
        ("dropped", count.dropped),
        ("resumed", count.resumed),
        ("resume retries", count.resume_retries),
        ("events replayed late", count.replayed_events),
        ("slow readers closed", count.slow_closed),
        ("slow readers survived", count.slow_survived),
    ]
    .into_iter()
    .filter(|(_, value)| *value > 0)
    .map(|(name, value)| (name.to_string(), value))
    .collect()
}

#[cfg(test)]
pub mod tests {
    use super::*;
    use crate::scenario::Options;

    /// A report as a run of two people might give it.
    pub fn sample() -> Report {
        let mut latency = Latency::default();
        [900, 1_100, 4_200].into_iter().for_each(|took| latency.record(took));
        let summary = latency.summary().unwrap();
        Report {
            version: "0".into(),
            kind: "signalling".into(),
            server: Server { url: "http://127.0.0.1:1".into(), pid: Some(1), command: Some("greenroom <serve>".into()) },
            machine: machine::describe(),
            scenario: Options::default().resolve(None).unwrap().0,
            figures: [("join_p99_ms".to_string(), 4.2), ("memory_kb_per_participant".to_string(), 21.0)].into(),
            latencies: [("join".to_string(), summary.clone()), ("relay".to_string(), summary)].into(),
            counts: vec![("joined".into(), 2)],
            usage: ServerUsage {
                rss_before_kb: Some(10_000),
                rss_joined_kb: Some(20_000),
                load_s: 3.0,
                ..ServerUsage::default()
            },
            errors: Vec::new(),
            limits: Vec::new(),
            timeline: (1..4).map(second).collect(),
            comparison: Vec::new(),
        }
    }

    fn second(at: u32) -> Sample {
        Sample {
            at: f64::from(at),
            phase: if at < 2 { "joining" } else { "load" }.into(),
            online: 2,
            joins: 1,
            relays: 4,
            events: 9,
            errors: 0,
            join_p99_ms: Some(4.2),
            relay_p50_ms: None,
            relay_p99_ms: Some(2.0),
            server_cpu_percent: Some(3.0),
            client_cpu_percent: Some(2.0),
            server_rss_kb: Some(20_000),
        }
    }

    #[test]
    fn an_error_or_a_broken_limit_fails_the_run() {
        let mut report = sample();
        assert!(report.passed());
        report.judge(&["join_p99_ms=5".parse().unwrap()]);
        assert!(report.passed());
        report.judge(&["join_p99_ms=4".parse().unwrap()]);
        assert!(!report.passed());
        report.judge(&[]);
        report.errors.push(ErrorKind { kind: "lost_chat".into(), count: 1, samples: vec![] });
        assert!(!report.passed());
    }

    #[test]
    fn the_json_reads_back() {
        let text = serde_json::to_string(&sample()).unwrap();
        let again: Report = serde_json::from_str(&text).unwrap();
        assert_eq!(again.figure("join_p99_ms"), Some(4.2));
        assert_eq!(again.timeline.len(), 3);
    }
}
