//! A latency histogram in microseconds, and what a report says of it.

use hdrhistogram::Histogram;
use serde::{Deserialize, Serialize};

use super::clock::Micros;

/// Ten minutes; anything slower is recorded as that.
const LONGEST: Micros = 600_000_000;

#[derive(Clone)]
pub struct Latency {
    histogram: Histogram<u64>,
}

impl Default for Latency {
    fn default() -> Self {
        let histogram = Histogram::new_with_bounds(1, LONGEST, 3).expect("constant bounds are valid");
        Self { histogram }
    }
}

impl Latency {
    pub fn record(&mut self, took: Micros) {
        self.histogram.saturating_record(took.clamp(1, LONGEST));
    }

    pub fn reset(&mut self) {
        self.histogram.reset();
    }

    pub fn count(&self) -> u64 {
        self.histogram.len()
    }

    pub fn quantile_ms(&self, quantile: f64) -> f64 {
        round(self.histogram.value_at_quantile(quantile) as f64 / 1000.0)
    }

    pub fn summary(&self) -> Option<Summary> {
        if self.histogram.is_empty() {
            return None;
        }
        Some(Summary {
            count: self.count(),
            mean_ms: round(self.histogram.mean() / 1000.0),
            p50_ms: self.quantile_ms(0.5),
            p95_ms: self.quantile_ms(0.95),
            p99_ms: self.quantile_ms(0.99),
            p999_ms: self.quantile_ms(0.999),
            max_ms: round(self.histogram.max() as f64 / 1000.0),
            curve: CURVE.iter().map(|q| [*q, self.quantile_ms(*q)]).collect(),
        })
    }
}

/// The quantiles drawn as a curve: even steps in "nines".
const CURVE: [f64; 12] = [0.0, 0.25, 0.5, 0.75, 0.9, 0.95, 0.98, 0.99, 0.995, 0.999, 0.9999, 1.0];

#[derive(Clone, Debug, Serialize, Deserialize, PartialEq)]
#[serde(rename_all = "camelCase")]
pub struct Summary {
    pub count: u64,
    pub mean_ms: f64,
    pub p50_ms: f64,
    pub p95_ms: f64,
    pub p99_ms: f64,
    pub p999_ms: f64,
    pub max_ms: f64,
    /// `[quantile, milliseconds]`, ascending.
    pub curve: Vec<[f64; 2]>,
}

/// Three decimals: a microsecond in a millisecond figure.
pub fn round(value: f64) -> f64 {
    (value * 1000.0).round() / 1000.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_in_milliseconds() {
        let mut latency = Latency::default();
        for took in 1..=1000 {
            latency.record(took * 1000);
        }
        let summary = latency.summary().unwrap();
        assert_eq!(summary.count, 1000);
        assert!((summary.p50_ms - 500.0).abs() < 1.0, "{summary:?}");
        assert!((summary.p99_ms - 990.0).abs() < 1.0, "{summary:?}");
        assert!(summary.curve.windows(2).all(|w| w[0][1] <= w[1][1]));
    }

    #[test]
    fn nothing_recorded_has_no_summary() {
        assert_eq!(Latency::default().summary(), None);
    }

    #[test]
    fn a_hopeless_latency_is_kept_as_the_longest() {
        let mut latency = Latency::default();
        latency.record(u64::MAX);
        assert!(latency.quantile_ms(1.0) >= 600_000.0);
    }
}
