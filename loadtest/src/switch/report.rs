//! What a run of switches found. The JSON file is this, serialised.

mod html;
mod table;

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Instant;

use serde::Serialize;

use super::gaps::Tally;
use super::gaps::tally::{Label, Point, Stretches};
use super::options::{Story, SwitchLimit};
use super::room::{Outcome, Switch};
use super::world::World;
use crate::limits::Verdict;
use crate::measure::latency::{Latency, Summary, round};
use crate::measure::machine::{self, Machine};
use crate::report::{ErrorKind, Server, write};
use crate::run::Target;

#[derive(Serialize, Clone, Debug)]
#[serde(rename_all = "camelCase")]
pub struct SwitchReport {
    pub version: String,
    pub kind: &'static str,
    pub server: Server,
    pub machine: Machine,
    pub story: Story,
    /// What limits may be set on, see `options::FIGURES`.
    pub figures: BTreeMap<String, f64>,
    /// By what went on: `to_sfu`, `to_mesh`, `rolled_back`, `calm`.
    pub gaps: BTreeMap<Label, Gaps>,
    pub took: Option<Summary>,
    pub counts: Vec<(&'static str, u64)>,
    pub usage: Usage,
    pub switches: Vec<Switch>,
    pub points: Vec<Point>,
    pub errors: Vec<ErrorKind>,
    pub limits: Vec<Verdict>,
}

/// The longest gap of each receiver and sender in each stretch.
#[derive(Serialize, Clone, Debug)]
#[serde(rename_all = "camelCase")]
pub struct Gaps {
    pub video: Option<Summary>,
    pub audio: Option<Summary>,
    pub frames_skipped: u64,
}

/// Process times over the run.
#[derive(Serialize, Clone, Copy, Debug)]
#[serde(rename_all = "camelCase")]
pub struct Usage {
    pub server_cpu_s: Option<f64>,
    pub tester_cpu_s: Option<f64>,
    pub wall_s: f64,
    #[serde(skip, default = "Instant::now")]
    pub at: Instant,
}

impl SwitchReport {
    pub fn new(story: &Story, target: &Target, world: &World, tally: &Tally, usage: Usage, left: Option<f64>) -> Self {
        let mut switches = world.switches.borrow().clone();
        switches.sort_by(|one, other| one.at_s.total_cmp(&other.at_s));
        let took = took(&switches);
        let mut figures = figures(story, tally, &switches, &took);
        figures.insert("stuck".into(), world.stuck.get() as f64);
        figures.insert("silent_edges".into(), world.silent_edges.get() as f64);
        figures.extend(left.map(|left| ("server_connections_left".to_string(), left)));
        let errors = world.errors.borrow();
        Self {
            version: env!("CARGO_PKG_VERSION").into(),
            kind: "switch",
            server: Server { url: target.base.clone(), pid: target.pid, command: target.command.clone() },
            machine: machine::describe(),
            story: *story,
            figures,
            gaps: tally.by_label.iter().map(|(label, stretches)| (*label, gaps(stretches))).collect(),
            took: took.summary(),
            counts: counts(world, tally),
            usage,
            switches,
            points: tally.points.clone(),
            errors: errors
                .iter()
                .map(|(kind, count, samples)| ErrorKind { kind: kind.into(), count, samples: samples.to_vec() })
                .collect(),
            limits: Vec::new(),
        }
    }

    pub fn judge(&mut self, limits: &[SwitchLimit]) {
        self.limits = limits.iter().map(|limit| limit.judge(&self.figures)).collect();
    }

    pub fn passed(&self) -> bool {
        self.errors.is_empty() && self.limits.iter().all(|verdict| verdict.ok)
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

    pub fn figure(&self, name: &str) -> Option<f64> {
        self.figures.get(name).copied()
    }
}

fn gaps(stretches: &Stretches) -> Gaps {
    Gaps { video: stretches.video.summary(), audio: stretches.audio.summary(), frames_skipped: stretches.frames_skipped }
}

fn took(switches: &[Switch]) -> Latency {
    let mut took = Latency::default();
    let committed = switches.iter().filter(|switch| switch.outcome == Outcome::Committed);
    committed.for_each(|switch| took.record((switch.took_ms * 1000.0) as u64));
    took
}

fn figures(story: &Story, tally: &Tally, switches: &[Switch], took: &Latency) -> BTreeMap<String, f64> {
    let rolled_back = |switch: &&Switch| matches!(switch.outcome, Outcome::RolledBack(_));
    // Who was told not to get ready is what a roll-back is for.
    let unasked = |switch: &&Switch| rolled_back(switch) && switch.churn != Some("hold_back");
    let mut figures: BTreeMap<String, f64> = [
        ("switches", switches.iter().filter(|switch| switch.outcome == Outcome::Committed).count() as f64),
        ("rolled_back", switches.iter().filter(rolled_back).count() as f64),
        ("rolled_back_unasked", switches.iter().filter(unasked).count() as f64),
        ("audio_lost", tally.audio_lost as f64),
        ("audio_twice", tally.audio_twice as f64),
        ("after_retirement", tally.after_retirement as f64),
        ("tester_lateness_p99_ms", tally.lateness.quantile_ms(0.99)),
    ]
    .map(|(name, value)| (name.to_string(), value))
    .into();
    let calm = tally.by_label.get(&Label::Calm).cloned().unwrap_or_default();
    let frame = story.frame_ms();
    for (prefix, unit, latency, scale) in [
        ("took", "ms", took, 1.0),
        ("video_gap", "ms", &tally.switches.video, 1.0),
        ("video_gap", "frames", &tally.switches.video, frame),
        ("audio_gap", "ms", &tally.switches.audio, 1.0),
        ("calm_video_gap", "frames", &calm.video, frame),
        ("calm_audio_gap", "ms", &calm.audio, 1.0),
    ] {
        let Some(summary) = latency.summary() else { continue };
        for (name, value) in [("p50", summary.p50_ms), ("p95", summary.p95_ms), ("max", summary.max_ms)] {
            figures.insert(format!("{prefix}_{name}_{unit}"), round(value / scale));
        }
    }
    figures
}

/// Those that are not zero, in reading order.
fn counts(world: &World, tally: &Tally) -> Vec<(&'static str, u64)> {
    let count = world.counts.get();
    let all = [
        ("people who joined", count.joined),
        ("people who left", count.left),
        ("sockets dropped and resumed in a switch", count.dropped),
        ("microphones and cameras turned off in a switch", count.muted),
        ("people who held a switch up", count.held_back),
        ("commands whose path or person had just gone", count.commands_crossed),
        ("offers sent again", count.offers_repeated),
        ("connections that broke while in use", count.connections_broken),
        ("paths that the server called lost", count.paths_lost),
        ("pictures that the server had no bandwidth for", count.pictures_held),
        ("packets received", tally.packets),
        ("packets without a mark", tally.unmarked),
    ];
    all.into_iter().filter(|(_, value)| *value > 0).collect()
}

#[cfg(test)]
pub mod tests {
    use super::*;
    use crate::switch::gaps::rhythm::Span;
    use crate::switch::options::Video;
    use crate::switch::topology::Mode;

    pub fn sample() -> SwitchReport {
        let story = Story { rooms: 1, rounds: 1, from: 2, to: 6, video: Video::ThreeLayer, churn: true, fps: 30.0 };
        let mut tally = Tally::default();
        let span = |longest| Some(Span { longest, skipped: 0, repeats: 0 });
        tally.stretch(1_000_000, Label::ToSfu, &[(span(24_000), span(40_000))]);
        tally.stretch(2_000_000, Label::Calm, &[(span(21_000), span(34_000))]);
        tally.stretch(5_000_000, Label::ToMesh, &[(span(26_000), span(66_666))]);
        let switch = |at_s, outcome, churn| Switch {
            room: 0,
            epoch: 2,
            to: Mode::Sfu,
            reason: "pinned <by the host>".into(),
            people: 6,
            at_s,
            took_ms: 300.0,
            outcome,
            churn,
        };
        let switches = vec![
            switch(1.0, Outcome::Committed, None),
            switch(3.0, Outcome::RolledBack("not_ready".into()), Some("hold_back")),
            switch(4.0, Outcome::Committed, Some("drop")),
        ];
        let took = took(&switches);
        SwitchReport {
            version: "0".into(),
            kind: "switch",
            server: Server { url: "http://127.0.0.1:1".into(), pid: None, command: Some("greenroom <serve>".into()) },
            machine: machine::describe(),
            story,
            figures: figures(&story, &tally, &switches, &took),
            gaps: tally.by_label.iter().map(|(label, stretches)| (*label, gaps(stretches))).collect(),
            took: took.summary(),
            counts: vec![("people who joined", 6)],
            usage: Usage { server_cpu_s: Some(1.0), tester_cpu_s: Some(2.0), wall_s: 10.0, at: Instant::now() },
            switches,
            points: tally.points,
            errors: Vec::new(),
            limits: Vec::new(),
        }
    }

    #[test]
    fn gaps_are_given_in_frame_intervals_and_milliseconds() {
        let report = sample();
        assert_eq!(report.figure("switches"), Some(2.0));
        assert_eq!((report.figure("rolled_back"), report.figure("rolled_back_unasked")), (Some(1.0), Some(0.0)));
        assert!((report.figure("video_gap_max_frames").unwrap() - 2.0).abs() < 0.01);
        assert!((report.figure("audio_gap_max_ms").unwrap() - 6.0).abs() < 0.1);
        assert!(report.figure("calm_video_gap_max_frames").unwrap() < 1.1);
    }

    #[test]
    fn an_error_or_a_broken_limit_fails_the_run() {
        let mut report = sample();
        assert!(report.passed());
        report.judge(&["video_gap_p95_frames=2.01".parse().unwrap(), "rolled_back_unasked=0".parse().unwrap()]);
        assert!(report.passed());
        report.judge(&["min_switches=100".parse().unwrap()]);
        assert!(!report.passed());
        report.judge(&[]);
        report.errors.push(ErrorKind { kind: "stuck".into(), count: 1, samples: vec![] });
        assert!(!report.passed());
    }
}
