//! Line charts as inline SVG, coloured by the page's own custom properties.

use std::fmt::Write;

const WIDTH: f64 = 640.0;
const HEIGHT: f64 = 220.0;
const LEFT: f64 = 52.0;
const RIGHT: f64 = 12.0;
const TOP: f64 = 12.0;
const BOTTOM: f64 = 26.0;

pub struct Line {
    pub name: &'static str,
    /// A class of the page: `a`, `b` or `c`.
    pub class: &'static str,
    pub points: Vec<(f64, f64)>,
}

pub struct Chart<'a> {
    pub title: &'a str,
    pub unit: &'a str,
    pub lines: Vec<Line>,
    /// Labels under the x axis; plain numbers of seconds when empty.
    pub ticks: Vec<(f64, String)>,
}

/// Empty when there is nothing to draw.
pub fn svg(chart: &Chart) -> String {
    let points = || chart.lines.iter().flat_map(|line| line.points.iter().copied());
    if points().count() < 2 {
        return String::new();
    }
    let (low, high) = points().fold((f64::MAX, f64::MIN), |(low, high), (x, _)| (low.min(x), high.max(x)));
    let top = ceiling(points().map(|(_, y)| y).fold(0.0, f64::max));
    let at_x = |x: f64| LEFT + (x - low) / (high - low).max(1e-9) * (WIDTH - LEFT - RIGHT);
    let at_y = |y: f64| HEIGHT - BOTTOM - y / top * (HEIGHT - TOP - BOTTOM);
    let mut out = format!(r#"<figure><figcaption>{} <small>{}</small>"#, chart.title, chart.unit);
    for line in &chart.lines {
        let _ = write!(out, r#" <span class="key {}">{}</span>"#, line.class, line.name);
    }
    let _ = write!(out, r#"</figcaption><svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{}">"#, chart.title);
    for step in 0..=4 {
        let value = top * f64::from(step) / 4.0;
        let y = at_y(value);
        let _ = write!(out, r#"<line class="grid" x1="{LEFT}" x2="{}" y1="{y:.1}" y2="{y:.1}"/>"#, WIDTH - RIGHT);
        let _ = write!(out, r#"<text x="{}" y="{:.1}" text-anchor="end">{}</text>"#, LEFT - 6.0, y + 4.0, short(value));
    }
    let seconds = || (0..=4).map(|step| low + (high - low) * f64::from(step) / 4.0).map(|x| (x, format!("{x:.0} s"))).collect();
    let ticks: Vec<(f64, String)> = if chart.ticks.is_empty() { seconds() } else { chart.ticks.clone() };
    for (x, label) in &ticks {
        let anchor = if at_x(*x) > WIDTH - 40.0 { "end" } else { "middle" };
        let _ = write!(out, r#"<text x="{:.1}" y="{}" text-anchor="{anchor}">{label}</text>"#, at_x(*x), HEIGHT - 8.0);
    }
    for line in &chart.lines {
        let path: Vec<String> = line.points.iter().map(|(x, y)| format!("{:.1},{:.1}", at_x(*x), at_y(*y))).collect();
        let _ = write!(out, r#"<polyline class="line {}" points="{}"/>"#, line.class, path.join(" "));
    }
    out.push_str("</svg></figure>");
    out
}

/// The next round number: 1, 2, 2.5 or 5 times a power of ten.
fn ceiling(value: f64) -> f64 {
    if value <= 0.0 {
        return 1.0;
    }
    let power = 10f64.powf(value.log10().floor());
    [1.0, 2.0, 2.5, 5.0, 10.0].iter().map(|step| step * power).find(|step| *step >= value - 1e-9).unwrap_or(value)
}

fn short(value: f64) -> String {
    match value {
        v if v >= 10_000.0 => format!("{:.0}k", v / 1000.0),
        v if v >= 1000.0 => format!("{:.1}k", v / 1000.0),
        v if v >= 10.0 || v == 0.0 => format!("{v:.0}"),
        v => format!("{}", (v * 100.0).round() / 100.0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_scale_ends_at_a_round_number() {
        assert_eq!(ceiling(3.2), 5.0);
        assert_eq!(ceiling(1000.0), 1000.0);
        assert_eq!(ceiling(0.0), 1.0);
        assert!((ceiling(0.21) - 0.25).abs() < 1e-9);
    }

    #[test]
    fn one_point_is_no_chart() {
        let line = |points| Line { name: "p99", class: "a", points };
        let chart = |points| Chart { title: "Relay", unit: "ms", lines: vec![line(points)], ticks: vec![] };
        assert_eq!(svg(&chart(vec![(1.0, 1.0)])), "");
        assert!(svg(&chart(vec![(1.0, 1.0), (2.0, 3.0)])).contains("<polyline"));
    }
}
