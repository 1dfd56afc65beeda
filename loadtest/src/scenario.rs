//! What a run does: flags over a scenario file over defaults.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::limits::{FileLimits, Limit};

/// Every field may come from a flag or from the file; a flag wins.
#[derive(clap::Args, Deserialize, Default, Clone, Debug)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct Options {
    /// Rooms [default: 100]
    #[arg(long)]
    pub rooms: Option<usize>,
    /// Participants a room [default: 4]
    #[arg(long)]
    pub size: Option<usize>,
    /// Joins a second, on a fixed schedule [default: 100]
    #[arg(long)]
    pub rate: Option<f64>,
    /// Seconds of load after everybody has joined [default: 30]
    #[arg(long)]
    pub duration: Option<f64>,
    /// Relayed messages a participant and second: offers, answers and candidates to one other [default: 1]
    #[arg(long)]
    pub relay_rate: Option<f64>,
    /// Size of a relayed session description, bytes [default: 2500]
    #[arg(long)]
    pub sdp_bytes: Option<usize>,
    /// Chat lines a participant and second, to the whole room [default: 0.02]
    #[arg(long)]
    pub chat_rate: Option<f64>,
    /// Whether each pair negotiates as it meets: offer, answer, candidates [default: true]
    #[arg(long)]
    pub handshake: Option<bool>,
    /// Candidates that each side of a pair sends while negotiating [default: 4]
    #[arg(long)]
    pub candidates: Option<u32>,
    /// People a second who leave and are replaced by somebody new [default: 2]
    #[arg(long)]
    pub churn: Option<f64>,
    /// Share of the sockets dropped at once at half time, all of which resume [default: 0.1]
    #[arg(long)]
    pub storm: Option<f64>,
    /// Seconds over which the dropped come back [default: 1]
    #[arg(long)]
    pub storm_spread: Option<f64>,
    /// Participants that stop reading for a while [default: 4]
    #[arg(long)]
    pub slow: Option<usize>,
    /// How long they don't read, seconds [default: 15]
    #[arg(long)]
    pub slow_seconds: Option<f64>,
    /// `[limits]` of a scenario file.
    #[arg(skip)]
    pub limits: FileLimits,
}

/// Resolved and valid.
#[derive(Serialize, Deserialize, Clone, Debug, PartialEq)]
#[serde(rename_all = "camelCase")]
pub struct Scenario {
    pub rooms: usize,
    pub size: usize,
    pub rate: f64,
    pub duration: f64,
    pub relay_rate: f64,
    pub sdp_bytes: usize,
    pub chat_rate: f64,
    pub handshake: bool,
    pub candidates: u32,
    pub churn: f64,
    pub storm: f64,
    pub storm_spread: f64,
    pub slow: usize,
    pub slow_seconds: f64,
}

impl Scenario {
    pub fn participants(&self) -> usize {
        self.rooms * self.size
    }

    /// The same rooms and relays and nothing else: what two relays are compared by.
    pub fn only_relays(self) -> Self {
        Self { chat_rate: 0.0, handshake: false, candidates: 0, churn: 0.0, storm: 0.0, slow: 0, ..self }
    }
}

impl Options {
    /// # Errors
    /// A sentence for the user: unreadable file, unknown key, a number out of range.
    pub fn resolve(self, file: Option<&Path>) -> Result<(Scenario, Vec<Limit>), String> {
        let file = file.map_or_else(|| Ok(Self::default()), read)?;
        let limits = file.limits.checked()?;
        let scenario = Scenario {
            rooms: self.rooms.or(file.rooms).unwrap_or(100),
            size: self.size.or(file.size).unwrap_or(4),
            rate: self.rate.or(file.rate).unwrap_or(100.0),
            duration: self.duration.or(file.duration).unwrap_or(30.0),
            relay_rate: self.relay_rate.or(file.relay_rate).unwrap_or(1.0),
            sdp_bytes: self.sdp_bytes.or(file.sdp_bytes).unwrap_or(2500),
            chat_rate: self.chat_rate.or(file.chat_rate).unwrap_or(0.02),
            handshake: self.handshake.or(file.handshake).unwrap_or(true),
            candidates: self.candidates.or(file.candidates).unwrap_or(4),
            churn: self.churn.or(file.churn).unwrap_or(2.0),
            storm: self.storm.or(file.storm).unwrap_or(0.1),
            storm_spread: self.storm_spread.or(file.storm_spread).unwrap_or(1.0),
            slow: self.slow.or(file.slow).unwrap_or(4),
            slow_seconds: self.slow_seconds.or(file.slow_seconds).unwrap_or(15.0),
        };
        scenario.check()?;
        Ok((scenario, limits))
    }
}

fn read(path: &Path) -> Result<Options, String> {
    let text = std::fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
    let parsed = if path.extension().is_some_and(|extension| extension == "json") {
        serde_json::from_str(&text).map_err(|error| error.to_string())
    } else {
        toml::from_str(&text).map_err(|error| error.to_string())
    };
    parsed.map_err(|error| format!("{}: {error}", path.display()))
}

impl Scenario {
    fn check(&self) -> Result<(), String> {
        let positive = |name: &str, value: f64| {
            if value > 0.0 && value.is_finite() { Ok(()) } else { Err(format!("{name} must be above 0")) }
        };
        let not_negative = |name: &str, value: f64| {
            if value >= 0.0 && value.is_finite() { Ok(()) } else { Err(format!("{name} must be 0 or more")) }
        };
        positive("rooms", self.rooms as f64)?;
        positive("size", self.size as f64)?;
        positive("rate", self.rate)?;
        positive("duration", self.duration)?;
        not_negative("relay-rate", self.relay_rate)?;
        not_negative("chat-rate", self.chat_rate)?;
        not_negative("churn", self.churn)?;
        not_negative("storm-spread", self.storm_spread)?;
        not_negative("slow-seconds", self.slow_seconds)?;
        if !(0.0..=1.0).contains(&self.storm) {
            return Err("storm is a share from 0 to 1".into());
        }
        if self.sdp_bytes > 60 * 1024 {
            return Err("sdp-bytes: a session description has at most 61440".into());
        }
        Ok(())
    }
}

/// Where a report goes when nobody says.
pub fn default_report(name: &str, extension: &str) -> PathBuf {
    PathBuf::from("target/loadtest").join(name).with_extension(extension)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(name: &str, text: &str) -> PathBuf {
        let path = std::env::temp_dir().join(format!("loadtest-{}-{name}", std::process::id()));
        std::fs::write(&path, text).unwrap();
        path
    }

    #[test]
    fn flags_win_over_the_file_and_the_file_over_defaults() {
        let path = file("a.toml", "rooms = 7\nsize = 3\nrelay-rate = 2.5\n[limits]\njoin_p99_ms = 50\n");
        let flags = Options { size: Some(5), ..Options::default() };
        let (scenario, limits) = flags.resolve(Some(&path)).unwrap();
        assert_eq!((scenario.rooms, scenario.size, scenario.relay_rate, scenario.rate), (7, 5, 2.5, 100.0));
        assert_eq!(limits, vec![Limit { name: "join_p99_ms".into(), value: 50.0 }]);
    }

    #[test]
    fn json_will_do_and_unknown_keys_will_not() {
        let (scenario, _) = Options::default().resolve(Some(&file("b.json", r#"{"rooms": 2, "storm": 0.5}"#))).unwrap();
        assert_eq!((scenario.rooms, scenario.storm), (2, 0.5));
        let error = Options::default().resolve(Some(&file("c.toml", "roomz = 2"))).unwrap_err();
        assert!(error.contains("roomz"), "{error}");
    }

    #[test]
    fn nonsense_is_refused() {
        let storm = Options { storm: Some(2.0), ..Options::default() };
        assert!(storm.resolve(None).unwrap_err().contains("storm"));
        let rate = Options { rate: Some(0.0), ..Options::default() };
        assert!(rate.resolve(None).unwrap_err().contains("rate"));
    }

    #[test]
    fn the_shipped_scenarios_are_valid() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios");
        let mut seen = 0;
        for entry in std::fs::read_dir(folder).unwrap().flatten() {
            Options::default().resolve(Some(&entry.path())).unwrap();
            seen += 1;
        }
        assert!(seen > 0);
    }
}
