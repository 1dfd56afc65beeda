//! Limits on the figures of a report; they decide the exit code.

use std::collections::BTreeMap;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// Every figure of the signalling that may be limited, in the order of the report's table. `media::FIGURES` has the others.
pub const FIGURES: [&str; 27] = [
    "join_p50_ms",
    "join_p95_ms",
    "join_p99_ms",
    "entry_p50_ms",
    "entry_p95_ms",
    "entry_p99_ms",
    "rest_p50_ms",
    "rest_p95_ms",
    "rest_p99_ms",
    "relay_p50_ms",
    "relay_p95_ms",
    "relay_p99_ms",
    "chat_p50_ms",
    "chat_p95_ms",
    "chat_p99_ms",
    "reply_p50_ms",
    "reply_p95_ms",
    "reply_p99_ms",
    "resume_p50_ms",
    "resume_p95_ms",
    "resume_p99_ms",
    "memory_kb_per_participant",
    "cpu_us_per_relay",
    "cpu_ratio",
    "join_failures",
    "events_per_s",
    "relays_per_s",
];

/// An upper bound, or with `min_` before the figure's name a lower one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Limit {
    pub name: String,
    pub value: f64,
}

/// How a limit was met. `actual` is `None` when the run did not yield the figure, which breaks the limit.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Verdict {
    pub name: String,
    pub limit: f64,
    pub actual: Option<f64>,
    pub ok: bool,
}

#[derive(Deserialize, Default, Clone, Debug)]
#[serde(transparent)]
pub struct FileLimits(BTreeMap<String, f64>);

impl FileLimits {
    pub fn checked(self) -> Result<Vec<Limit>, String> {
        self.0.into_iter().map(|(name, value)| Limit::new(&name, value)).collect()
    }
}

impl Limit {
    fn new(name: &str, value: f64) -> Result<Self, String> {
        let figure = name.strip_prefix("min_").unwrap_or(name);
        let known = || FIGURES.iter().chain(&crate::media::FIGURES).copied();
        if !known().any(|known| known == figure) {
            let all: Vec<&str> = known().collect();
            return Err(format!("no figure is called {figure}; there are: {}", all.join(", ")));
        }
        Ok(Self { name: name.to_string(), value })
    }

    pub fn judge(&self, figures: &BTreeMap<String, f64>) -> Verdict {
        let (figure, is_minimum) = self.name.strip_prefix("min_").map_or((self.name.as_str(), false), |name| (name, true));
        let actual = figures.get(figure).copied();
        let ok = actual.is_some_and(|actual| if is_minimum { actual >= self.value } else { actual <= self.value });
        Verdict { name: self.name.clone(), limit: self.value, actual, ok }
    }
}

/// `name=value`, as on the command line.
impl FromStr for Limit {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (name, value) = text.split_once('=').ok_or("a limit is written NAME=VALUE")?;
        let value = value.parse().map_err(|_| format!("{value} is no number"))?;
        Self::new(name.trim(), value)
    }
}

/// Limits of the command line replace those of the file with the same name.
pub fn merge(file: Vec<Limit>, flags: Vec<Limit>) -> Vec<Limit> {
    let mut all: Vec<Limit> = file.into_iter().filter(|limit| !flags.iter().any(|flag| flag.name == limit.name)).collect();
    all.extend(flags);
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judge(limit: &str, figures: &[(&str, f64)]) -> bool {
        let figures = figures.iter().map(|(name, value)| (name.to_string(), *value)).collect();
        limit.parse::<Limit>().unwrap().judge(&figures).ok
    }

    #[test]
    fn a_limit_bounds_from_above_or_below() {
        assert!(judge("join_p99_ms=50", &[("join_p99_ms", 50.0)]));
        assert!(!judge("join_p99_ms=50", &[("join_p99_ms", 50.1)]));
        assert!(judge("min_relays_per_s=100", &[("relays_per_s", 100.0)]));
        assert!(!judge("min_relays_per_s=100", &[("relays_per_s", 99.0)]));
    }

    #[test]
    fn a_figure_that_was_not_measured_breaks_its_limit() {
        assert!(!judge("memory_kb_per_participant=30", &[]));
    }

    #[test]
    fn unknown_figures_are_refused_with_the_known_ones() {
        let error = "speed=1".parse::<Limit>().unwrap_err();
        assert!(error.contains("join_p99_ms"), "{error}");
        assert!("join_p99_ms".parse::<Limit>().is_err());
        assert!("join_p99_ms=fast".parse::<Limit>().is_err());
    }

    #[test]
    fn a_flag_replaces_the_files_limit() {
        let limit = |text: &str| text.parse::<Limit>().unwrap();
        let merged = merge(vec![limit("join_p99_ms=50"), limit("relay_p99_ms=20")], vec![limit("join_p99_ms=80")]);
        assert_eq!(merged, vec![limit("relay_p99_ms=20"), limit("join_p99_ms=80")]);
    }
}
