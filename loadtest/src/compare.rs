//! Greenroom and the baseline in turn, on the same schedule with the same messages.

use std::path::Path;

use serde::Serialize;

use crate::report::{Compared, Report};
use crate::scenario::Scenario;
use crate::{baseline, server, signalling};

/// What is compared: figure and label. Lower is better.
const COMPARED: [(&str, &str); 6] = [
    ("cpu_us_per_relay", "server CPU a relayed message, µs"),
    ("relay_p50_ms", "relay p50, ms"),
    ("relay_p99_ms", "relay p99, ms"),
    ("reply_p99_ms", "acknowledgement p99, ms"),
    ("join_p99_ms", "join p99, ms"),
    ("memory_kb_per_participant", "server memory a participant, KB"),
];

#[derive(Serialize)]
pub struct Comparison {
    pub rows: Vec<Compared>,
    pub greenroom: Vec<Report>,
    pub baseline: Vec<Report>,
}

/// # Errors
/// A sentence when a server cannot be started or a round cannot be run.
pub async fn run(scenario: &Scenario, rounds: u32, program: &Path, folder: &Path) -> Result<Comparison, String> {
    let scenario = scenario.clone().only_relays();
    let (mut greenroom, mut others) = (Vec::new(), Vec::new());
    for round in 1..=rounds {
        eprintln!("round {round} of {rounds}: greenroom");
        let spawned = server::greenroom(program)?;
        greenroom.push(signalling::run(scenario.clone(), &spawned.target).await?);
        spawned.stop().await;
        eprintln!("round {round} of {rounds}: Socket.IO");
        let spawned = server::baseline(folder)?;
        others.push(baseline::run(scenario.clone(), &spawned.target).await?);
        spawned.stop().await;
    }
    Ok(Comparison { rows: rows(&greenroom, &others), greenroom, baseline: others })
}

fn rows(greenroom: &[Report], baseline: &[Report]) -> Vec<Compared> {
    let rounds = |reports: &[Report], figure: &str| reports.iter().filter_map(|report| report.figure(figure)).collect::<Vec<_>>();
    let row = |(figure, label): (&str, &str)| {
        let (greenroom_rounds, baseline_rounds) = (rounds(greenroom, figure), rounds(baseline, figure));
        let (ours, theirs) = (median(&greenroom_rounds)?, median(&baseline_rounds)?);
        Some(Compared {
            figure: figure.into(),
            label: label.into(),
            greenroom: ours,
            baseline: theirs,
            ratio: ours / theirs,
            greenroom_rounds,
            baseline_rounds,
        })
    };
    COMPARED.into_iter().filter_map(row).collect()
}

fn median(values: &[f64]) -> Option<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let middle = sorted.len().checked_sub(1)? / 2;
    Some(if sorted.len() % 2 == 1 { sorted[middle] } else { (sorted[middle] + sorted[middle + 1]) / 2.0 })
}

impl Comparison {
    /// The last round of Greenroom with medians for figures and every round's errors: what limits are judged on.
    pub fn verdict(&self) -> Option<Report> {
        let mut report = self.greenroom.last()?.clone();
        report.kind = "compare".into();
        report.comparison = self.rows.clone();
        for row in &self.rows {
            report.figures.insert(row.figure.clone(), row.greenroom);
            if row.figure == "cpu_us_per_relay" {
                report.figures.insert("cpu_ratio".into(), row.ratio);
            }
        }
        report.errors = self.greenroom.iter().chain(&self.baseline).flat_map(|report| report.errors.clone()).collect();
        Some(report)
    }

    pub fn text(&self) -> String {
        use std::fmt::Write;
        let mut out = format!("\n{:<36} {:>12} {:>12} {:>8}\n", "medians", "greenroom", "Socket.IO", "ratio");
        for row in &self.rows {
            let _ = writeln!(out, "{:<36} {:>12.2} {:>12.2} {:>8.2}", row.label, row.greenroom, row.baseline, row.ratio);
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::tests::sample;

    fn with_cpu(cpu: f64) -> Report {
        let mut report = sample();
        report.figures.insert("cpu_us_per_relay".into(), cpu);
        report
    }

    #[test]
    fn the_median_ignores_one_bad_round() {
        assert_eq!(median(&[9.0, 1.0, 2.0]), Some(2.0));
        assert_eq!(median(&[1.0, 2.0]), Some(1.5));
        assert_eq!(median(&[]), None);
    }

    #[test]
    fn the_ratio_of_medians_may_be_limited() {
        let greenroom = vec![with_cpu(10.0), with_cpu(11.0), with_cpu(90.0)];
        let baseline = vec![with_cpu(22.0), with_cpu(20.0), with_cpu(30.0)];
        let comparison = Comparison { rows: rows(&greenroom, &baseline), greenroom, baseline };
        let mut verdict = comparison.verdict().unwrap();
        assert_eq!(verdict.figure("cpu_ratio"), Some(0.5));
        verdict.judge(&["cpu_ratio=0.4".parse().unwrap()]);
        assert!(!verdict.passed());
        assert!(comparison.text().contains("0.50"), "{}", comparison.text());
    }
}
