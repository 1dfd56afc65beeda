//! The report as one page without anything outside it.

use std::collections::BTreeMap;
use std::fmt::Write;

use super::charts::{Chart, Line, svg};
use super::table::{LATENCIES, facts};
use super::{ErrorKind, Report};
use crate::limits::Verdict;
use crate::measure::latency::Summary;
use crate::measure::timeline::Sample;

pub const STYLE: &str = include_str!("page.css");

pub fn page(report: &Report) -> String {
    let scenario = &report.scenario;
    let title = format!("{} rooms of {} · {} joins a second", scenario.rooms, scenario.size, scenario.rate);
    let (class, verdict) = if report.passed() { ("good", "Passed") } else { ("bad", "Failed") };
    let mut out = format!(
        r#"<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>{title}</title><style>{STYLE}</style></head><body><main><h1>{title}</h1>"#
    );
    let _ = write!(
        out,
        "<p>{} of {} · {}</p>",
        escape(&report.kind),
        escape(&report.server.url),
        escape(&report.machine.to_string())
    );
    if let Some(command) = &report.server.command {
        let _ = write!(out, "<p><code>{}</code></p>", escape(command));
    }
    let _ = write!(out, r#"<div class="verdict {class}">{verdict}</div>"#);
    limits(&report.limits, &mut out);
    errors(&report.errors, &mut out);
    comparison(report, &mut out);
    latencies("Latencies, milliseconds", &LATENCIES, &report.latencies, &mut out);
    charts(report, &mut out);
    details(report, &mut out);
    out.push_str("</main></body></html>");
    out
}

pub fn limits(limits: &[Verdict], out: &mut String) {
    if limits.is_empty() {
        return;
    }
    out.push_str(r#"<h2>Limits</h2><div class="card scroll"><table><tr><th>Figure<th>Limit<th>Measured<th>Verdict</tr>"#);
    for limit in limits {
        let (class, word) = if limit.ok { ("good", "kept") } else { ("bad", "broken") };
        let actual = limit.actual.map_or("not measured".into(), |actual| actual.to_string());
        let _ = write!(out, r#"<tr><td>{}<td>{}<td>{actual}<td class="{class}">{word}</tr>"#, escape(&limit.name), limit.limit);
    }
    out.push_str("</table></div>");
}

pub fn errors(errors: &[ErrorKind], out: &mut String) {
    if errors.is_empty() {
        return;
    }
    out.push_str(r#"<h2>Errors</h2><div class="card scroll"><table><tr><th>Kind<th>Count</tr>"#);
    for error in errors {
        let samples: String = error.samples.iter().map(|sample| format!("<br><small>{}</small>", escape(sample))).collect();
        let _ = write!(out, r#"<tr><td class="bad">{}{samples}<td>{}</tr>"#, escape(&error.kind), error.count);
    }
    out.push_str("</table></div>");
}

fn comparison(report: &Report, out: &mut String) {
    if report.comparison.is_empty() {
        return;
    }
    out.push_str(
        r#"<h2>Compared, medians of the rounds</h2><div class="card scroll"><table><tr><th>Figure<th>Greenroom<th>Socket.IO<th>Ratio</tr>"#,
    );
    for row in &report.comparison {
        let _ =
            write!(out, "<tr><td>{}<td>{:.2}<td>{:.2}<td>{:.2}</tr>", escape(&row.label), row.greenroom, row.baseline, row.ratio);
    }
    out.push_str("</table></div><p>What follows is Greenroom's last round.</p>");
}

/// A row for each kind that was measured, in the order of `labels`.
pub fn latencies(title: &str, labels: &[(&str, &str)], measured: &BTreeMap<String, Summary>, out: &mut String) {
    let _ = write!(
        out,
        r#"<h2>{title}</h2><div class="card scroll"><table><tr><th>What<th>Count<th>p50<th>p95<th>p99<th>p99.9<th>Most</tr>"#
    );
    for (name, label) in labels {
        if let Some(l) = measured.get(*name) {
            let _ = write!(
                out,
                "<tr><td>{label}<td>{}<td>{:.2}<td>{:.2}<td>{:.2}<td>{:.2}<td>{:.2}</tr>",
                l.count, l.p50_ms, l.p95_ms, l.p99_ms, l.p999_ms, l.max_ms
            );
        }
    }
    out.push_str("</table></div>");
}

fn charts(report: &Report, out: &mut String) {
    let over_time = |name, class, value: fn(&Sample) -> Option<f64>| Line {
        name,
        class,
        points: report.timeline.iter().filter_map(|sample| Some((sample.at, value(sample)?))).collect(),
    };
    let chart = |title, unit, lines| svg(&Chart { title, unit, lines, ticks: Vec::new() });
    out.push_str(r#"<h2>Over time</h2><div class="grid-2">"#);
    out.push_str(&chart("Participants online", "", vec![over_time("online", "a", |s| Some(s.online as f64))]));
    let traffic = vec![over_time("events", "a", |s| Some(s.events as f64)), over_time("relays", "b", |s| Some(s.relays as f64))];
    out.push_str(&chart("Traffic", "a second", traffic));
    let latency = vec![
        over_time("relay p99", "a", |s| s.relay_p99_ms),
        over_time("relay p50", "b", |s| s.relay_p50_ms),
        over_time("join p99", "c", |s| s.join_p99_ms),
    ];
    out.push_str(&chart("Latency", "ms", latency));
    let cpu = vec![over_time("server", "a", |s| s.server_cpu_percent), over_time("this tester", "b", |s| s.client_cpu_percent)];
    out.push_str(&chart("CPU", "% of one core", cpu));
    out.push_str(&chart(
        "Server memory",
        "MiB",
        vec![over_time("resident", "a", |s| s.server_rss_kb.map(|kb| kb as f64 / 1024.0))],
    ));
    out.push_str(&curves(report));
    out.push_str("</div>");
}

/// Latency by quantile, the last percents as wide as the first ninety.
fn curves(report: &Report) -> String {
    let curve = |name: &str, label, class| {
        report.latencies.get(name).map(|summary| Line { name: label, class, points: by_nines(summary) })
    };
    let lines =
        [curve("join", "join", "c"), curve("relay", "relay", "a"), curve("chat", "chat", "b")].into_iter().flatten().collect();
    let ticks = [(0.5, "50 %"), (0.9, "90 %"), (0.99, "99 %"), (0.999, "99.9 %"), (0.9999, "99.99 %")];
    let ticks = ticks.map(|(quantile, label)| (nines(quantile), label.to_string())).to_vec();
    svg(&Chart { title: "Latency by quantile", unit: "ms", lines, ticks })
}

fn by_nines(summary: &Summary) -> Vec<(f64, f64)> {
    summary.curve.iter().filter(|[quantile, _]| *quantile < 1.0).map(|[quantile, ms]| (nines(*quantile), *ms)).collect()
}

fn nines(quantile: f64) -> f64 {
    -(1.0 - quantile).log10()
}

fn details(report: &Report, out: &mut String) {
    out.push_str(r#"<h2>Details</h2><div class="grid-2"><div class="card scroll"><table>"#);
    for (name, value) in facts(report) {
        let _ = write!(out, "<tr><td>{}<td>{}</tr>", escape(&name), escape(&value));
    }
    out.push_str(r#"</table></div><div class="card scroll"><table>"#);
    if let Ok(serde_json::Value::Object(scenario)) = serde_json::to_value(&report.scenario) {
        for (name, value) in scenario {
            let _ = write!(out, "<tr><td>{name}<td>{value}</tr>");
        }
    }
    out.push_str("</table></div></div>");
}

pub fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::tests::sample;

    #[test]
    fn is_one_page_without_anything_outside_it() {
        let page = page(&sample());
        assert!(page.starts_with("<!doctype html>"));
        assert!(page.contains("<polyline"), "has charts");
        for outside in ["src=", "href=", "@import", "url("] {
            assert!(!page.contains(outside), "{outside}");
        }
    }

    #[test]
    fn text_stays_text() {
        let page = page(&sample());
        assert!(page.contains("greenroom &lt;serve&gt;"));
    }
}
