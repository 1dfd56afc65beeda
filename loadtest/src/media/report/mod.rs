//! What a media run found. The JSON file is this, serialised.

mod figures;
mod html;
mod table;

use std::collections::BTreeMap;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::scenario::Scenario;
use super::stage::Stage;
use super::studio::{Snapshot, Totals};
use super::timeline::Sample;
use crate::limits::{Limit, Verdict};
use crate::measure::latency::Summary;
use crate::measure::machine::{self, Machine};
use crate::measure::process::Usage;
use crate::report::{ErrorKind, Server, write};
use crate::run::Target;

/// The moments that the figures are differences of.
#[derive(Default)]
pub struct Moments {
    /// Rooms made, nobody in.
    pub before: Option<Usage>,
    /// Everybody in, or the cycles warmed up.
    pub joined: Option<Usage>,
    pub start: Option<(Snapshot, Option<Usage>, Option<Usage>)>,
    pub end: Option<(Snapshot, Option<Usage>, Option<Usage>)>,
    pub emptied: Option<Usage>,
    pub final_state: Option<Snapshot>,
    /// Open files of the server before and after cycles.
    pub files: (Option<u64>, Option<u64>),
    pub cycles: Option<usize>,
}

impl Moments {
    pub fn start(&mut self, snapshot: Snapshot, server: Option<Usage>) {
        self.start = Some((snapshot, server, crate::measure::process::usage(std::process::id())));
    }

    pub fn end(&mut self, snapshot: Snapshot, server: Option<Usage>) {
        self.end = Some((snapshot, server, crate::measure::process::usage(std::process::id())));
    }
}

#[derive(Serialize, Deserialize, Clone, Debug)]
#[serde(rename_all = "camelCase")]
pub struct MediaReport {
    pub version: String,
    pub kind: String,
    pub server: Server,
    pub machine: Machine,
    pub scenario: Scenario,
    /// What limits may be set on, see `figures::FIGURES`.
    pub figures: BTreeMap<String, f64>,
    pub latencies: BTreeMap<String, Summary>,
    pub counts: Vec<(String, u64)>,
    /// Over the measured time.
    pub clear: Totals,
    pub impaired: Totals,
    pub receivers: Vec<ImpairedReceiver>,
    pub errors: Vec<ErrorKind>,
    pub limits: Vec<Verdict>,
    pub timeline: Vec<Sample>,
    /// When the measured time began, seconds since the run did.
    pub began: Option<f64>,
}

/// A receiver with a bad path.
#[derive(Serialize, Deserialize, Clone, Debug)]
#[serde(rename_all = "camelCase")]
pub struct ImpairedReceiver {
    pub who: u32,
    pub path: String,
    pub totals: Totals,
    /// Sound that never came or came too late, percent of what was sent to them.
    pub concealed_percent: f64,
}

pub use figures::FIGURES;

impl MediaReport {
    pub fn new(stage: &Stage, target: &Target, moments: Moments, timeline: Vec<Sample>) -> Self {
        let (clear, impaired) = figures::measured(&moments);
        let errors = stage.errors.borrow();
        let began = moments.start.as_ref().map(|(snapshot, ..)| snapshot.at as f64 / 1e6);
        Self {
            version: env!("CARGO_PKG_VERSION").to_string(),
            kind: "media".to_string(),
            server: Server { url: target.base.clone(), pid: target.pid, command: target.command.clone() },
            machine: machine::describe(),
            scenario: stage.scenario.clone(),
            figures: figures::figures(&moments, &stage.scenario),
            latencies: figures::latencies(&moments),
            counts: figures::counts(&moments, stage),
            clear,
            impaired,
            receivers: figures::receivers(&moments, stage),
            errors: errors
                .iter()
                .map(|(kind, count, samples)| ErrorKind { kind: kind.into(), count, samples: samples.to_vec() })
                .collect(),
            limits: Vec::new(),
            timeline,
            began,
        }
    }

    pub fn judge(&mut self, limits: &[Limit]) {
        self.limits = limits.iter().map(|limit| limit.judge(&self.figures)).collect();
    }

    pub fn passed(&self) -> bool {
        self.errors.is_empty() && self.limits.iter().all(|verdict| verdict.ok)
    }

    pub fn figure(&self, name: &str) -> Option<f64> {
        self.figures.get(name).copied()
    }

    pub fn text(&self) -> String {
        table::text(self)
    }

    /// # Errors
    /// The file that could not be written, and why.
    pub fn write(&self, json: &Path, page: &Path) -> Result<(), String> {
        let text = serde_json::to_string_pretty(self).map_err(|error| error.to_string())?;
        write(json, &text)?;
        write(page, &html::page(self))
    }
}
