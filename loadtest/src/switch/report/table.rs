//! The report for a terminal.

use std::fmt::Write;

use super::super::gaps::Label;
use super::SwitchReport;
use crate::measure::latency::Summary;
use crate::report::table::verdict;

pub const LABELS: [(Label, &str); 4] = [
    (Label::ToSfu, "switch to the server"),
    (Label::ToMesh, "switch to the mesh"),
    (Label::RolledBack, "switch rolled back"),
    (Label::Calm, "no switch"),
];

pub fn text(report: &SwitchReport) -> String {
    let mut out = String::new();
    let _ = writeln!(out, "\n{}", title(report));
    let _ = writeln!(out, "{}", report.machine);
    if let Some(command) = &report.server.command {
        let _ = writeln!(out, "server: {command}");
    }
    gaps(report, &mut out);
    let _ = writeln!(out);
    for (name, value) in facts(report) {
        let _ = writeln!(out, "{name:<56} {value:>12}");
    }
    verdict(&report.errors, &report.limits, report.passed(), &mut out);
    out
}

pub fn title(report: &SwitchReport) -> String {
    let story = &report.story;
    let churn = if story.churn { ", with churn" } else { "" };
    format!("{} rooms · {} to {} people and back, {} times{churn}", story.rooms, story.from, story.to, story.rounds)
}

fn gaps(report: &SwitchReport, out: &mut String) {
    let head = ["count", "p50", "p95", "p99", "max"].map(|word| format!("{word:>9}")).join("");
    let _ = writeln!(out, "\n{:<48}{head}", "longest gap a receiver, sender and stretch, ms");
    for (name, label, summary) in rows(report) {
        let _ = writeln!(
            out,
            "{:<48}{:>9}{:>9.1}{:>9.1}{:>9.1}{:>9.1}",
            format!("{name}: {label}"),
            summary.count,
            summary.p50_ms,
            summary.p95_ms,
            summary.p99_ms,
            summary.max_ms
        );
    }
}

/// What of what, and how long.
pub fn rows(report: &SwitchReport) -> Vec<(&'static str, &'static str, &Summary)> {
    let mut rows = Vec::new();
    for (label, name) in LABELS {
        let Some(gaps) = report.gaps.get(&label) else { continue };
        rows.extend(gaps.video.as_ref().map(|summary| ("between new frames", name, summary)));
        rows.extend(gaps.audio.as_ref().map(|summary| ("missing sound", name, summary)));
    }
    rows.sort_by_key(|(what, ..)| *what);
    rows.extend(report.took.as_ref().map(|summary| ("switches took", "committed", summary)));
    rows
}

/// Figures, counts and CPU as label and value.
pub fn facts(report: &SwitchReport) -> Vec<(String, String)> {
    const SHOWN: [(&str, &str); 16] = [
        ("switches", "switches"),
        ("rolled_back", "rolled back"),
        ("rolled_back_unasked", "rolled back without somebody told to hold it up"),
        ("stuck", "rooms stuck"),
        ("silent_edges", "edges without media after a switch"),
        ("video_gap_p50_frames", "longest time between frames at a switch, p50, frames"),
        ("video_gap_p95_frames", "longest time between frames at a switch, p95, frames"),
        ("calm_video_gap_p95_frames", "the same without a switch, p95, frames"),
        ("audio_gap_p95_ms", "sound missing at a switch, p95, ms"),
        ("audio_gap_max_ms", "sound missing at a switch, most, ms"),
        ("calm_audio_gap_p95_ms", "the same without a switch, p95, ms"),
        ("audio_lost", "sound packets that came on no path"),
        ("audio_twice", "sound packets that one path brought twice"),
        ("after_retirement", "packets on a path that everybody had left"),
        ("server_connections_left", "media connections left at the server"),
        ("tester_lateness_p99_ms", "this tester late with what it sends, p99, ms"),
    ];
    let figure = |(name, label): &(&str, &str)| Some((label.to_string(), format!("{}", report.figure(name)?)));
    let mut facts: Vec<_> = SHOWN.iter().filter_map(figure).collect();
    facts.extend(report.counts.iter().map(|(name, count)| (name.to_string(), count.to_string())));
    let usage = &report.usage;
    let cpu = |seconds: f64| format!("{:.0} %", seconds / usage.wall_s.max(0.001) * 100.0);
    facts.extend(usage.server_cpu_s.map(|seconds| ("server, of one core".to_string(), cpu(seconds))));
    facts.extend(usage.tester_cpu_s.map(|seconds| ("this tester, of one core".to_string(), cpu(seconds))));
    facts.push(("seconds".into(), format!("{:.0}", usage.wall_s)));
    facts
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::switch::report::tests::sample;

    #[test]
    fn says_the_gaps_the_limits_and_the_verdict() {
        let mut report = sample();
        report.judge(&["stuck=0".parse().unwrap()]);
        let text = text(&report);
        assert!(text.contains("between new frames: switch to the mesh"), "{text}");
        assert!(text.contains("BROKEN stuck = not measured (limit 0)"), "{text}");
        assert!(text.ends_with("FAILED\n"), "{text}");
    }
}
