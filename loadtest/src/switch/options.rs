//! What a run of switches does.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::str::FromStr;

use clap::{Args, ValueEnum};
use serde::Serialize;

use super::stage::Plan;
use crate::limits::{Limit, Verdict};
use crate::media::source::camera::Encoding;

/// What may be limited, in reading order.
pub const FIGURES: [&str; 28] = [
    "switches",
    "rolled_back",
    "rolled_back_unasked",
    "stuck",
    "silent_edges",
    "took_p50_ms",
    "took_p95_ms",
    "took_max_ms",
    "video_gap_p50_frames",
    "video_gap_p95_frames",
    "video_gap_max_frames",
    "video_gap_p50_ms",
    "video_gap_p95_ms",
    "video_gap_max_ms",
    "audio_gap_p50_ms",
    "audio_gap_p95_ms",
    "audio_gap_max_ms",
    "calm_video_gap_p50_frames",
    "calm_video_gap_p95_frames",
    "calm_video_gap_max_frames",
    "calm_audio_gap_p50_ms",
    "calm_audio_gap_p95_ms",
    "calm_audio_gap_max_ms",
    "audio_lost",
    "audio_twice",
    "after_retirement",
    "server_connections_left",
    "tester_lateness_p99_ms",
];

#[derive(Args)]
pub struct Options {
    /// Rooms at once
    #[arg(long, default_value_t = 4, value_parser = clap::value_parser!(u32).range(1..))]
    pub rooms: u32,
    /// How often each goes from few to many and back; six switches a round
    #[arg(long, default_value_t = 4, value_parser = clap::value_parser!(u32).range(1..))]
    pub rounds: u32,
    /// People a room has at its smallest
    #[arg(long, default_value_t = 2, value_parser = clap::value_parser!(u32).range(2..=11))]
    pub from: u32,
    /// People a room has at its largest; one fewer may be peer to peer
    #[arg(long, default_value_t = 6, value_parser = clap::value_parser!(u32).range(3..=13))]
    pub to: u32,
    /// Cameras: as people send them to the server, or none
    #[arg(long, value_enum, default_value_t = Video::ThreeLayer)]
    pub video: Video,
    /// In the middle of switches: joins, leaves, lost sockets, mutes, people who never get ready
    #[arg(long)]
    pub churn: bool,
    /// A figure's upper bound, NAME=VALUE, or its lower one with min_NAME; may be repeated
    #[arg(long = "limit", value_name = "NAME=VALUE")]
    pub limits: Vec<SwitchLimit>,
    /// A running server, such as http://127.0.0.1:8080, whose limits by address are loose enough
    #[arg(long, value_name = "URL", conflicts_with = "spawn")]
    pub server: Option<String>,
    /// Start this server for the run, on a free port with fresh data [default without --server: target/release/greenroom]
    #[arg(long, value_name = "PROGRAM")]
    pub spawn: Option<PathBuf>,
    /// Where the JSON report goes [default: target/loadtest/switch.json]
    #[arg(long, value_name = "FILE")]
    pub json: Option<PathBuf>,
    /// Where the HTML report goes [default: target/loadtest/switch.html]
    #[arg(long, value_name = "FILE")]
    pub html: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Video {
    #[value(name = "3-layer")]
    #[serde(rename = "3-layer")]
    ThreeLayer,
    #[value(name = "1-layer")]
    #[serde(rename = "1-layer")]
    OneLayer,
    None,
}

/// Valid, and what the report shows.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Story {
    pub rooms: usize,
    pub rounds: usize,
    pub from: usize,
    pub to: usize,
    pub video: Video,
    pub churn: bool,
    pub fps: f64,
}

const FPS: f64 = 30.0;
const QUARTER: Encoding = Encoding { packets: 30.0, payload: 400, height: 180 };
const HALF: Encoding = Encoding { packets: 30.0, payload: 900, height: 360 };
const FULL: Encoding = Encoding { packets: 60.0, payload: 1000, height: 720 };

impl Options {
    /// # Errors
    /// A sentence for the user.
    pub fn story(&self) -> Result<Story, String> {
        if self.from >= self.to {
            return Err("from must be less than to".into());
        }
        let (rooms, rounds) = (self.rooms as usize, self.rounds as usize);
        let (from, to) = (self.from as usize, self.to as usize);
        Ok(Story { rooms, rounds, from, to, video: self.video, churn: self.churn, fps: FPS })
    }
}

impl Story {
    pub fn plan(&self) -> Plan {
        let (mesh, server) = match self.video {
            Video::None => (None, Vec::new()),
            Video::OneLayer => (Some(HALF), vec![HALF]),
            Video::ThreeLayer => (Some(HALF), vec![QUARTER, HALF, FULL]),
        };
        Plan { fps: self.fps, mesh, server }
    }

    /// Milliseconds.
    pub fn frame_ms(&self) -> f64 {
        1000.0 / self.fps
    }
}

/// A limit on one of [`FIGURES`].
#[derive(Clone, Debug, PartialEq)]
pub struct SwitchLimit(Limit);

impl SwitchLimit {
    pub fn judge(&self, figures: &BTreeMap<String, f64>) -> Verdict {
        self.0.judge(figures)
    }
}

impl FromStr for SwitchLimit {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (name, value) = text.split_once('=').ok_or("a limit is written NAME=VALUE")?;
        let value: f64 = value.parse().map_err(|_| format!("{value} is no number"))?;
        let name = name.trim();
        let figure = name.strip_prefix("min_").unwrap_or(name);
        if !FIGURES.contains(&figure) {
            return Err(format!("no figure is called {figure}; there are: {}", FIGURES.join(", ")));
        }
        Ok(Self(Limit { name: name.to_string(), value }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_are_on_figures_of_this_command() {
        let figures = [("stuck".to_string(), 0.0), ("switches".to_string(), 96.0)].into();
        assert!("stuck=0".parse::<SwitchLimit>().unwrap().judge(&figures).ok);
        assert!(!"min_switches=100".parse::<SwitchLimit>().unwrap().judge(&figures).ok);
        assert!(!"audio_gap_p95_ms=20".parse::<SwitchLimit>().unwrap().judge(&figures).ok, "it was not measured");
        assert!("join_p99_ms=5".parse::<SwitchLimit>().unwrap_err().contains("video_gap_p95_frames"));
    }
}
