//! The report as one page without anything outside it.

use std::fmt::Write;

use super::super::gaps::Label;
use super::super::room::{Outcome, Switch};
use super::SwitchReport;
use super::table::{LABELS, facts, rows, title};
use crate::measure::latency::Summary;
use crate::report::charts::{Chart, Line, svg};

const STYLE: &str = include_str!("../../report/page.css");
/// Rows of the list of switches; the JSON has them all.
const LISTED: usize = 400;

pub fn page(report: &SwitchReport) -> String {
    let title = title(report);
    let (class, verdict) = if report.passed() { ("good", "Passed") } else { ("bad", "Failed") };
    let mut out = format!(
        r#"<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>{title}</title><style>{STYLE}</style></head><body><main><h1>{title}</h1>"#
    );
    let _ = write!(out, "<p>{} · {}</p>", escape(&report.server.url), escape(&report.machine.to_string()));
    if let Some(command) = &report.server.command {
        let _ = write!(out, "<p><code>{}</code></p>", escape(command));
    }
    let _ = write!(out, r#"<div class="verdict {class}">{verdict}</div>"#);
    limits(report, &mut out);
    errors(report, &mut out);
    gaps(report, &mut out);
    charts(report, &mut out);
    switches(report, &mut out);
    out.push_str("</main></body></html>");
    out
}

fn limits(report: &SwitchReport, out: &mut String) {
    if report.limits.is_empty() {
        return;
    }
    out.push_str(r#"<h2>Limits</h2><div class="card scroll"><table><tr><th>Figure<th>Limit<th>Measured<th>Verdict</tr>"#);
    for limit in &report.limits {
        let (class, word) = if limit.ok { ("good", "kept") } else { ("bad", "broken") };
        let actual = limit.actual.map_or("not measured".into(), |actual| actual.to_string());
        let _ = write!(out, r#"<tr><td>{}<td>{}<td>{actual}<td class="{class}">{word}</tr>"#, escape(&limit.name), limit.limit);
    }
    out.push_str("</table></div>");
}

fn errors(report: &SwitchReport, out: &mut String) {
    for error in &report.errors {
        let samples: String = error.samples.iter().map(|sample| format!("<br><small>{}</small>", escape(sample))).collect();
        let _ = write!(out, r#"<p class="bad">{} × {}{samples}</p>"#, escape(&error.kind), error.count);
    }
}

fn gaps(report: &SwitchReport, out: &mut String) {
    out.push_str(r#"<h2>Longest gaps by receiver, sender and stretch, milliseconds</h2><div class="card scroll"><table><tr><th>What<th>Count<th>p50<th>p95<th>p99<th>Most</tr>"#);
    for (what, label, gap) in rows(report) {
        let _ = write!(
            out,
            "<tr><td>{what}: {label}<td>{}<td>{:.1}<td>{:.1}<td>{:.1}<td>{:.1}</tr>",
            gap.count, gap.p50_ms, gap.p95_ms, gap.p99_ms, gap.max_ms
        );
    }
    out.push_str(r#"</table></div><h2>Details</h2><div class="card scroll"><table>"#);
    for (name, value) in facts(report) {
        let _ = write!(out, "<tr><td>{}<td>{}</tr>", escape(&name), escape(&value));
    }
    out.push_str("</table></div>");
}

fn charts(report: &SwitchReport, out: &mut String) {
    const CLASSES: [(&str, Label); 3] = [("a", Label::ToSfu), ("b", Label::ToMesh), ("c", Label::Calm)];
    let name = |label| LABELS.iter().find(|(known, _)| *known == label).map_or("", |(_, name)| name);
    let curves = |of: fn(&super::Gaps) -> Option<&Summary>| -> Vec<Line> {
        let line = |(class, label)| {
            let summary = of(report.gaps.get(&label)?)?;
            Some(Line { name: name(label), class, points: by_nines(summary) })
        };
        CLASSES.into_iter().filter_map(line).collect()
    };
    let over_time = |of: fn(&super::Point) -> f64| -> Vec<Line> {
        let line = |(class, label)| {
            let points = report.points.iter().filter(|point| point.label == label).map(|point| (point.at_s, of(point)));
            Line { name: name(label), class, points: points.collect() }
        };
        CLASSES.into_iter().map(line).collect()
    };
    let ticks = [(0.5, "50 %"), (0.9, "90 %"), (0.99, "99 %"), (0.999, "99.9 %")];
    let ticks = ticks.map(|(quantile, label)| (nines(quantile), label.to_string())).to_vec();
    let chart = |title, lines, ticks| svg(&Chart { title, unit: "ms", lines, ticks });
    out.push_str(r#"<h2>Charts</h2><div class="grid-2">"#);
    out.push_str(&chart("Longest time between new frames, by quantile", curves(|gaps| gaps.video.as_ref()), ticks.clone()));
    out.push_str(&chart("Missing sound, by quantile", curves(|gaps| gaps.audio.as_ref()), ticks));
    out.push_str(&chart("Longest time between new frames, each receiver's worst", over_time(|point| point.video_ms), Vec::new()));
    out.push_str(&chart("Missing sound, each receiver's worst", over_time(|point| point.audio_ms), Vec::new()));
    let took = report.switches.iter().filter(|switch| switch.outcome == Outcome::Committed);
    let took = vec![Line { name: "took", class: "a", points: took.map(|switch| (switch.at_s, switch.took_ms)).collect() }];
    out.push_str(&chart("Switches, from beginning to commit", took, Vec::new()));
    out.push_str("</div>");
}

fn by_nines(summary: &Summary) -> Vec<(f64, f64)> {
    summary.curve.iter().filter(|[quantile, _]| *quantile < 1.0).map(|[quantile, ms]| (nines(*quantile), *ms)).collect()
}

fn nines(quantile: f64) -> f64 {
    -(1.0 - quantile).log10()
}

fn switches(report: &SwitchReport, out: &mut String) {
    out.push_str(r#"<h2>Switches</h2><div class="card scroll"><table><tr><th>Room<th>At, s<th>To<th>Why<th>People<th>In its middle<th>Took, ms<th>End</tr>"#);
    report.switches.iter().take(LISTED).for_each(|switch| row(switch, out));
    out.push_str("</table></div>");
}

fn row(switch: &Switch, out: &mut String) {
    let (class, end) = match &switch.outcome {
        Outcome::Committed => ("good", "committed".to_string()),
        Outcome::RolledBack(why) => ("bad", format!("rolled back: {}", escape(why))),
        Outcome::Open => ("bad", "never ended".to_string()),
    };
    let Switch { room, at_s, people, took_ms, .. } = switch;
    let (to, reason, churn) = (switch.to.word(), escape(&switch.reason), switch.churn.unwrap_or(""));
    let _ = write!(
        out,
        r#"<tr><td>{room}<td>{at_s:.1}<td>{to}<td>{reason}<td>{people}<td>{churn}<td>{took_ms:.0}<td class="{class}">{end}</tr>"#
    );
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::switch::report::tests::sample;

    #[test]
    fn is_one_page_with_charts_and_nothing_outside_it() {
        let page = page(&sample());
        assert!(page.contains("<polyline"), "has charts");
        assert!(page.contains("rolled back: not_ready") && page.contains("pinned &lt;by the host&gt;"));
        for outside in ["src=", "href=", "@import", "url("] {
            assert!(!page.contains(outside), "{outside}");
        }
    }
}
