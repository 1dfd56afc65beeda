//! The report as one page without anything outside it.

use std::fmt::Write;

use super::MediaReport;
use super::table::{LATENCIES, title};
use crate::media::timeline::{ReceiverSample, Sample};
use crate::report::charts::{Chart, Line, svg};
use crate::report::html::{STYLE, errors, escape, latencies, limits};

const CLASSES: [&str; 3] = ["a", "b", "c"];

pub fn page(report: &MediaReport) -> String {
    let title = title(report);
    let (class, verdict) = if report.passed() { ("good", "Passed") } else { ("bad", "Failed") };
    let mut out = format!(
        r#"<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>{title}</title><style>{STYLE}</style></head><body><main><h1>{title}</h1>"#
    );
    let _ = write!(out, "<p>media of {} · {}</p>", escape(&report.server.url), escape(&report.machine.to_string()));
    if let Some(command) = &report.server.command {
        let _ = write!(out, "<p><code>{}</code></p>", escape(command));
    }
    let _ = write!(out, r#"<div class="verdict {class}">{verdict}</div>"#);
    limits(&report.limits, &mut out);
    errors(&report.errors, &mut out);
    latencies("Milliseconds", &LATENCIES, &report.latencies, &mut out);
    charts(report, &mut out);
    details(report, &mut out);
    out.push_str("</main></body></html>");
    out
}

fn charts(report: &MediaReport, out: &mut String) {
    let line = |name, class, value: fn(&Sample) -> Option<f64>| Line {
        name,
        class,
        points: report.timeline.iter().filter_map(|sample| Some((sample.at, value(sample)?))).collect(),
    };
    let mut chart = |title: &str, unit: &str, lines| out.push_str(&svg(&Chart { title, unit, lines, ticks: Vec::new() }));
    chart("One-way latency", "ms", vec![line("p99", "a", |s| s.latency_p99_ms), line("p50", "b", |s| s.latency_p50_ms)]);
    chart("Packets received", "a second", vec![line("packets", "a", |s| Some(s.packets_per_s))]);
    chart("Server CPU a forwarded packet", "µs", vec![line("µs", "a", |s| s.cpu_us_per_packet)]);
    chart(
        "CPU",
        "% of one core",
        vec![line("server", "a", |s| s.server_cpu_percent), line("this tester", "b", |s| s.client_cpu_percent)],
    );
    chart(
        "Loss",
        "packets a second",
        vec![line("lost", "a", |s| Some(s.lost_per_s)), line("repaired", "b", |s| Some(s.repaired_per_s))],
    );
    chart("Server memory", "MiB", vec![line("resident", "a", |s| s.server_rss_kb.map(|kb| kb as f64 / 1024.0))]);
    chart("Layer switches", "a second", vec![line("switches", "a", |s| Some(s.layer_switches as f64))]);
    receivers(report, &mut chart);
}

/// The first few receivers with a bad path.
fn receivers(report: &MediaReport, chart: &mut impl FnMut(&str, &str, Vec<Line>)) {
    for receiver in report.receivers.iter().take(6) {
        let who = receiver.who;
        let line = |name, class, value: fn(&ReceiverSample) -> f64| Line {
            name,
            class,
            points: report
                .timeline
                .iter()
                .filter_map(|sample| {
                    let theirs = sample.receivers.iter().find(|theirs| theirs.who == who)?;
                    Some((sample.at, value(theirs)))
                })
                .collect(),
        };
        let name = format!("Receiver {who}: {}", receiver.path);
        chart(&name, "kbit/s", vec![line("received", CLASSES[0], |one| one.kbits_per_s)]);
        let lines = vec![
            line("sounds", CLASSES[0], |one| one.audio_per_s),
            line("frames", CLASSES[1], |one| one.frames_per_s),
            line("layer × 10", CLASSES[2], |one| f64::from(one.layer.max(0)) * 10.0),
        ];
        chart(&name, "a second", lines);
    }
}

fn details(report: &MediaReport, out: &mut String) {
    out.push_str(r#"<h2>Details</h2><div class="grid-2"><div class="card scroll"><table>"#);
    for (name, value) in &report.figures {
        let _ = write!(out, "<tr><td>{name}<td>{value}</tr>");
    }
    for (name, value) in &report.counts {
        let _ = write!(out, "<tr><td>{}<td>{value}</tr>", escape(name));
    }
    out.push_str(r#"</table></div><div class="card scroll"><table>"#);
    if let Ok(serde_json::Value::Object(scenario)) = serde_json::to_value(&report.scenario) {
        for (name, value) in scenario {
            let _ = write!(out, "<tr><td>{name}<td>{}</tr>", escape(&value.to_string()));
        }
    }
    out.push_str("</table></div></div>");
}
