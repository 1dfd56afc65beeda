//! The report for a terminal.

use std::fmt::Write;

use super::MediaReport;
use super::figures::FIGURES;
use crate::report::table::{unmeasured, verdict};

/// Latencies in reading order, with what they are of.
pub const LATENCIES: [(&str, &str); 6] = [
    ("latency", "sender to receiver, one way, good paths"),
    ("latency_impaired", "sender to receiver, bad paths"),
    ("latency_repaired", "repaired packets, from the first sending"),
    ("first_sound", "to the first sound, from wanting in"),
    ("first_picture", "to the first picture, from wanting in"),
    ("sending_late", "this tester behind its own schedule"),
];

pub fn title(report: &MediaReport) -> String {
    let scenario = &report.scenario;
    let people = format!("{} publishers and {} subscribers", scenario.publishers, scenario.subscribers);
    format!("{} rooms of {people}, {} s", scenario.rooms, scenario.duration)
}

pub fn text(report: &MediaReport) -> String {
    let mut out = format!("\nmedia · {}\n{}\n", title(report), report.machine);
    report.server.command.iter().for_each(|command| _ = writeln!(out, "server: {command}"));
    let _ = writeln!(out, "\n{:<48} {:>9} {:>9} {:>9} {:>9} {:>9}", "milliseconds", "count", "p50", "p95", "p99", "max");
    for (name, label) in LATENCIES {
        if let Some(l) = report.latencies.get(name) {
            let _ = writeln!(
                out,
                "{label:<48} {:>9} {:>9.2} {:>9.2} {:>9.2} {:>9.2}",
                l.count, l.p50_ms, l.p95_ms, l.p99_ms, l.max_ms
            );
        }
    }
    out.push('\n');
    for name in FIGURES {
        if let Some(value) = report.figure(name) {
            let _ = writeln!(out, "{name:<48} {value:>9.3}");
        }
    }
    out.push('\n');
    report.counts.iter().for_each(|(name, count)| _ = writeln!(out, "{name:<48} {count:>9}"));
    receivers(report, &mut out);
    unmeasured(&report.server, &mut out);
    verdict(&report.errors, &report.limits, report.passed(), &mut out);
    out
}

fn receivers(report: &MediaReport, out: &mut String) {
    for receiver in &report.receivers {
        let totals = &receiver.totals;
        let _ = writeln!(
            out,
            "receiver {} ({}): concealed {:.2} %, repaired {}, lost {}, frames {}, freezes {} of {} ms, layer switches {}",
            receiver.who,
            receiver.path,
            receiver.concealed_percent,
            totals.repaired,
            totals.lost,
            totals.frames,
            totals.freezes,
            totals.frozen_ms,
            totals.layer_switches
        );
    }
}
