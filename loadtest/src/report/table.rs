//! The report for a terminal.

use std::fmt::Write;

use super::{ErrorKind, Report, Server};
use crate::limits::Verdict;

/// Latencies in reading order, with what they are of.
pub const LATENCIES: [(&str, &str); 7] = [
    ("join", "join: socket open to welcome"),
    ("entry", "entry: scheduled time to welcome, REST included"),
    ("rest", "REST join, from the scheduled time"),
    ("relay", "relay: sender to receiver"),
    ("chat", "chat: sender to receiver, stored"),
    ("reply", "command to reply"),
    ("resume", "resume, from the scheduled time"),
];

pub fn text(report: &Report) -> String {
    let mut out = String::new();
    let scenario = &report.scenario;
    let _ = writeln!(
        out,
        "\n{} · {} rooms of {} · {} joins/s · {} s of load",
        report.kind, scenario.rooms, scenario.size, scenario.rate, scenario.duration
    );
    let _ = writeln!(out, "{}", report.machine);
    if let Some(command) = &report.server.command {
        let _ = writeln!(out, "server: {command}");
    }
    latencies(report, &mut out);
    figures(report, &mut out);
    unmeasured(&report.server, &mut out);
    verdict(&report.errors, &report.limits, report.passed(), &mut out);
    out
}

fn latencies(report: &Report, out: &mut String) {
    let _ = writeln!(out, "\n{:<48} {:>9} {:>9} {:>9} {:>9} {:>9}", "milliseconds", "count", "p50", "p95", "p99", "max");
    for (name, label) in LATENCIES {
        if let Some(latency) = report.latencies.get(name) {
            let _ = writeln!(
                out,
                "{label:<48} {:>9} {:>9.2} {:>9.2} {:>9.2} {:>9.2}",
                latency.count, latency.p50_ms, latency.p95_ms, latency.p99_ms, latency.max_ms
            );
        }
    }
}

fn figures(report: &Report, out: &mut String) {
    let _ = writeln!(out);
    for (name, value) in facts(report) {
        let _ = writeln!(out, "{name:<48} {value:>9}");
    }
}

/// Rates, memory, CPU and counts as label and value.
pub fn facts(report: &Report) -> Vec<(String, String)> {
    let mut facts = Vec::new();
    let mut fact = |name: &str, value: Option<String>| facts.extend(value.map(|value| (name.to_string(), value)));
    let usage = &report.usage;
    let mib = |kb: Option<u64>| kb.map(|kb| format!("{:.1} MiB", kb as f64 / 1024.0));
    let figure = |name: &str, unit: &str| report.figure(name).map(|value| format!("{value:.1} {unit}").trim_end().to_string());
    fact("events/s while loaded", figure("events_per_s", ""));
    fact("relays/s while loaded", figure("relays_per_s", ""));
    fact("server CPU a relayed message", figure("cpu_us_per_relay", "µs"));
    fact("server memory a joined participant", figure("memory_kb_per_participant", "KB"));
    fact("server memory before", mib(usage.rss_before_kb));
    fact("server memory, all joined", mib(usage.rss_joined_kb));
    fact("server memory after the load", mib(usage.rss_loaded_kb));
    fact("server memory after all left", mib(usage.rss_emptied_kb));
    fact("server memory peak", mib(usage.rss_peak_kb));
    let seconds = |value: Option<f64>| value.map(|value| format!("{value:.2} s"));
    fact("server CPU while joining", seconds(usage.cpu_joining_s));
    fact("server CPU while loaded", seconds(usage.cpu_load_s));
    fact("this tester's CPU while loaded", seconds(usage.client_cpu_load_s));
    fact("join failures", report.figure("join_failures").map(|value| format!("{value:.0}")));
    facts.extend(report.counts.iter().map(|(name, count)| (name.clone(), count.to_string())));
    facts
}

/// A line when nothing of the server's process can be measured.
pub fn unmeasured(server: &Server, out: &mut String) {
    if server.pid.is_none() {
        let _ = writeln!(out, "\nserver CPU and memory are unknown: no process of this machine was found at {}", server.url);
    }
}

/// What went wrong, which limits were kept, and the last word.
pub fn verdict(errors: &[ErrorKind], limits: &[Verdict], passed: bool, out: &mut String) {
    for error in errors {
        let _ = writeln!(out, "\nERROR {} × {}", error.kind, error.count);
        for sample in &error.samples {
            let _ = writeln!(out, "      {sample}");
        }
    }
    let _ = writeln!(out);
    for limit in limits {
        let mark = if limit.ok { "ok    " } else { "BROKEN" };
        let actual = limit.actual.map_or("not measured".to_string(), |actual| actual.to_string());
        let _ = writeln!(out, "{mark} {} = {} (limit {})", limit.name, actual, limit.limit);
    }
    let _ = writeln!(out, "{}", if passed { "PASSED" } else { "FAILED" });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::tests::sample;

    #[test]
    fn says_the_latencies_the_limits_and_the_verdict() {
        let mut report = sample();
        report.judge(&["join_p99_ms=1".parse().unwrap()]);
        let text = text(&report);
        assert!(text.contains("join: socket open to welcome"), "{text}");
        assert!(text.contains("BROKEN join_p99_ms = 4.2 (limit 1)"), "{text}");
        assert!(text.ends_with("FAILED\n"), "{text}");
    }
}
