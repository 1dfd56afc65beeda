//! A line a second: on the screen while it runs, in the charts afterwards.

use serde::{Deserialize, Serialize};

use super::run::snapshot;
use super::stage::Stage;
use super::studio::{ReceiverState, Snapshot, Totals};
use crate::measure::clock::Micros;
use crate::measure::latency::{Latency, round};
use crate::measure::process::{self, Usage};

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Sample {
    /// Seconds since the run began.
    pub at: f64,
    pub phase: String,
    pub connections: usize,
    pub packets_per_s: f64,
    pub megabits_per_s: f64,
    pub latency_p50_ms: Option<f64>,
    pub latency_p99_ms: Option<f64>,
    pub lost_per_s: f64,
    pub repaired_per_s: f64,
    pub layer_switches: u64,
    /// Share of one core, percent.
    pub server_cpu_percent: Option<f64>,
    pub client_cpu_percent: Option<f64>,
    pub cpu_us_per_packet: Option<f64>,
    pub server_rss_kb: Option<u64>,
    /// Receivers with a bad path.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub receivers: Vec<ReceiverSample>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ReceiverSample {
    pub who: u32,
    pub kbits_per_s: f64,
    pub audio_per_s: f64,
    pub frames_per_s: f64,
    /// Of the first camera: -1 none shown lately, 0 the smallest.
    pub layer: i8,
}

const EVERY: Micros = 1_000_000;
/// A picture that has not moved for so long is none.
const STILL: Micros = 1_000_000;

pub struct Timeline {
    pid: Option<u32>,
    next: Micros,
    /// When the measured time began.
    pub began: Option<Micros>,
    last: Option<Last>,
    pub samples: Vec<Sample>,
}

struct Last {
    snapshot: Snapshot,
    server: Option<Usage>,
    client: Option<Usage>,
}

impl Timeline {
    pub fn new(pid: Option<u32>) -> Self {
        Self { pid, next: 0, began: None, last: None, samples: Vec::new() }
    }

    pub fn start(&mut self, at: Micros) {
        self.began = Some(at);
    }

    /// Takes a sample when one is due.
    pub async fn glance(&mut self, stage: &Stage, phase: &'static str) -> Result<(), String> {
        if stage.clock.now() < self.next {
            return Ok(());
        }
        let snapshot = snapshot(stage).await?;
        self.next = snapshot.at + EVERY;
        let now = Last { snapshot, server: self.pid.and_then(process::usage), client: process::usage(std::process::id()) };
        if let Some(last) = &self.last {
            let sample = sample(last, &now, phase);
            eprintln!("{sample}");
            self.samples.push(sample);
        }
        self.last = Some(now);
        Ok(())
    }
}

fn everybody(snapshot: &Snapshot) -> Totals {
    let mut totals = snapshot.clear;
    totals.add(snapshot.impaired);
    totals
}

fn sample(last: &Last, now: &Last, phase: &str) -> Sample {
    let seconds = (now.snapshot.at - last.snapshot.at) as f64 / 1e6;
    let new = everybody(&now.snapshot).since(everybody(&last.snapshot));
    let rate = |count: u64| round(count as f64 / seconds);
    let cpu = |now: Option<Usage>, before: Option<Usage>| Some(now?.cpu_seconds - before?.cpu_seconds);
    let server = cpu(now.server, last.server);
    let percent = |cpu: Option<f64>| cpu.map(|cpu| (cpu / seconds * 100.0).round());
    Sample {
        at: round(now.snapshot.at as f64 / 1e6),
        phase: phase.to_string(),
        connections: now.snapshot.connections,
        packets_per_s: rate(new.packets()),
        megabits_per_s: rate(new.bytes * 8 / 1000) / 1000.0,
        latency_p50_ms: quantile(&now.snapshot.latency_now, 0.5),
        latency_p99_ms: quantile(&now.snapshot.latency_now, 0.99),
        lost_per_s: rate(new.lost),
        repaired_per_s: rate(new.repaired),
        layer_switches: new.layer_switches,
        server_cpu_percent: percent(server),
        client_cpu_percent: percent(cpu(now.client, last.client)),
        cpu_us_per_packet: server.filter(|_| new.packets() > 100).map(|cpu| round(cpu * 1e6 / new.packets() as f64)),
        server_rss_kb: now.server.map(|usage| usage.rss_kb),
        receivers: receivers(last, now, seconds),
    }
}

fn receivers(last: &Last, now: &Last, seconds: f64) -> Vec<ReceiverSample> {
    let before = |who: u32| last.snapshot.receivers.iter().find(|receiver| receiver.who == who);
    let at = now.snapshot.at;
    let one = |receiver: &ReceiverState| {
        let new = receiver.totals.since(before(receiver.who).map(|before| before.totals).unwrap_or_default());
        let moves = receiver.shown_at.is_some_and(|shown| at.saturating_sub(shown) < STILL);
        let layer = receiver.layers.first().and_then(|(_, layer)| *layer).filter(|_| moves);
        ReceiverSample {
            who: receiver.who,
            kbits_per_s: round(new.bytes as f64 * 8.0 / 1000.0 / seconds),
            audio_per_s: round(new.audio_packets as f64 / seconds),
            frames_per_s: round(new.frames as f64 / seconds),
            layer: layer.map_or(-1, |layer| layer as i8),
        }
    };
    now.snapshot.receivers.iter().map(one).collect()
}

fn quantile(latency: &Latency, quantile: f64) -> Option<f64> {
    (latency.count() > 0).then(|| latency.quantile_ms(quantile))
}

impl std::fmt::Display for Sample {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "{:>5.0}s {:<10} {:>4} connections {:>7.0} packets/s {:>6.1} Mbit/s",
            self.at, self.phase, self.connections, self.packets_per_s, self.megabits_per_s
        )?;
        if let (Some(p50), Some(p99)) = (self.latency_p50_ms, self.latency_p99_ms) {
            write!(f, "  p50 {p50:.2} p99 {p99:.2} ms")?;
        }
        if let (Some(cpu), Some(client)) = (self.server_cpu_percent, self.client_cpu_percent) {
            write!(f, "  server {cpu:.0}% tester {client:.0}%")?;
        }
        self.cpu_us_per_packet.iter().try_for_each(|cost| write!(f, " {cost:.1} µs/packet"))?;
        if self.lost_per_s + self.repaired_per_s > 0.0 {
            write!(f, "  lost {:.0}/s repaired {:.0}/s", self.lost_per_s, self.repaired_per_s)?;
        }
        for receiver in &self.receivers {
            let ReceiverSample { who, kbits_per_s, frames_per_s, layer, .. } = receiver;
            write!(f, "  [{who}: {kbits_per_s:.0} kbit/s {frames_per_s:.0} fps layer {layer}]")?;
        }
        Ok(())
    }
}
