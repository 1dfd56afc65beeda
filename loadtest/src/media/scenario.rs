//! What a media run does, from the command line.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, ValueEnum};
use serde::{Deserialize, Serialize};

use super::impairments::Impaired;
use super::source::camera::Encoding;
use super::studio::Plan;
use crate::limits::Limit;

#[derive(Args, Clone)]
pub struct Media {
    #[command(flatten)]
    pub scenario: Scenario,
    /// A running server, such as http://127.0.0.1:8080, whose limits by address are loose enough
    #[arg(long, value_name = "URL", conflicts_with = "spawn")]
    pub server: Option<String>,
    /// Its process, for CPU and memory; found by the port on this machine
    #[arg(long, value_name = "PID", requires = "server")]
    pub server_pid: Option<u32>,
    /// Start this server for the run, on free ports with fresh data
    #[arg(long, value_name = "PROGRAM", default_value = "target/release/greenroom")]
    pub spawn: PathBuf,
    /// The core that the started server keeps to, from 0
    #[arg(long, value_name = "CORE", conflicts_with = "server")]
    pub server_core: Option<usize>,
    /// The core that this tester keeps to
    #[arg(long, value_name = "CORE")]
    pub client_core: Option<usize>,
    /// A figure's upper bound, NAME=VALUE, or its lower one with min_NAME; may be repeated
    #[arg(long = "limit", value_name = "NAME=VALUE")]
    pub limits: Vec<Limit>,
    /// Where the JSON report goes
    #[arg(long, value_name = "FILE", default_value = "target/loadtest/media.json")]
    pub json: PathBuf,
    /// Where the HTML report goes
    #[arg(long, value_name = "FILE", default_value = "target/loadtest/media.html")]
    pub html: PathBuf,
}

#[derive(Args, Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Scenario {
    /// Rooms, all pinned to the server's forwarding
    #[arg(long, default_value_t = 1, value_parser = at_least_one)]
    pub rooms: usize,
    /// People a room who send and receive
    #[arg(long, default_value_t = 1)]
    pub publishers: usize,
    /// People a room who receive only
    #[arg(long, default_value_t = 1)]
    pub subscribers: usize,
    /// What publishers' cameras send
    #[arg(long, value_enum, default_value_t = Video::OneLayer)]
    pub video: Video,
    /// Measured seconds, after everybody receives everybody
    #[arg(long, default_value_t = 20.0, value_parser = positive)]
    pub duration: f64,
    /// Seconds before that, in which nothing counts
    #[arg(long, default_value_t = 5.0)]
    pub warmup: f64,
    /// Joins a second
    #[arg(long, default_value_t = 20.0, value_parser = positive)]
    pub join_rate: f64,
    /// Frames a second
    #[arg(long, default_value_t = 30.0, value_parser = positive)]
    pub fps: f64,
    /// Packets a second of a camera's only layer
    #[arg(long, default_value_t = 115.0, value_parser = positive)]
    pub packet_rate: f64,
    /// Bytes of a video packet's payload
    #[arg(long, default_value_t = 1100, value_parser = clap::value_parser!(u16).range(100..=1200))]
    pub payload: u16,
    /// kbit/s of the largest of three layers; the others have a third and a tenth of it
    #[arg(long, default_value_t = 1500.0, value_parser = positive)]
    pub video_bitrate: f64,
    /// Spread a frame's packets over its time; without it they leave together
    #[arg(long)]
    pub even: bool,
    /// Bytes of an Opus packet; 50 a second
    #[arg(long, default_value_t = 80, value_parser = clap::value_parser!(u16).range(40..=1200))]
    pub audio_bytes: u16,
    /// What publishers say, over and over: Opus in Ogg, in packets of 20 ms, mono
    #[arg(long, value_name = "FILE")]
    pub voice: Option<PathBuf>,
    /// What everybody agrees to, and the rooms do: recording, emotion; may be repeated
    #[arg(long = "agree", value_enum, value_name = "PURPOSE")]
    pub agree: Vec<Purpose>,
    /// Device pixels of the tiles that receivers show
    #[arg(long, default_value_t = 720)]
    pub height: u32,
    /// Publishers send all layers, whoever watches them
    #[arg(long)]
    pub ignore_layers: bool,
    /// Percent of the datagrams that every receiver's path loses, each way
    #[arg(long, value_name = "PERCENT")]
    pub loss: Option<f64>,
    /// Milliseconds that every receiver's path adds, each way
    #[arg(long, value_name = "MS")]
    pub delay: Option<u64>,
    /// kbit/s that every receiver's path lets through towards it
    #[arg(long, value_name = "KBIT")]
    pub rate: Option<u64>,
    /// A bad path for some: receiver=N (from 1, subscribers before publishers) or receivers=N or N%, with loss=PERCENT,
    /// delay=MS, rate=KBIT, from=S and until=S of the measured time; may be repeated
    #[arg(long = "impair", value_name = "SPEC")]
    pub impair: Vec<Impaired>,
    /// In place of the measured time, so many people join and leave; every second one gives up while ICE goes on
    #[arg(long, value_name = "COUNT")]
    pub cycles: Option<usize>,
    /// Cycles at once
    #[arg(long, default_value_t = 10, value_parser = at_least_one)]
    pub cycles_at_once: usize,
}

#[derive(ValueEnum, Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Video {
    #[value(name = "3-layer")]
    #[serde(rename = "3-layer")]
    ThreeLayer,
    #[value(name = "1-layer")]
    #[serde(rename = "1-layer")]
    OneLayer,
    #[value(name = "none")]
    #[serde(rename = "none")]
    None,
}

#[derive(ValueEnum, Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
    /// Everybody is recorded from the beginning on.
    Recording,
    /// Every voice is judged.
    Emotion,
}

fn at_least_one(text: &str) -> Result<usize, String> {
    text.parse().ok().filter(|value| *value > 0).ok_or_else(|| "must be 1 or more".into())
}

fn positive(text: &str) -> Result<f64, String> {
    text.parse().ok().filter(|value: &f64| *value > 0.0 && value.is_finite()).ok_or_else(|| "must be above 0".into())
}

impl Scenario {
    pub fn people(&self) -> usize {
        self.rooms * (self.publishers + self.subscribers)
    }

    pub fn agrees(&self, purpose: Purpose) -> bool {
        self.agree.contains(&purpose)
    }

    pub fn has_video(&self) -> bool {
        self.video != Video::None
    }

    /// Sounds or pictures that all receivers together should get.
    pub fn views(&self) -> usize {
        self.rooms * (self.publishers * self.publishers.saturating_sub(1) + self.subscribers * self.publishers)
    }

    pub fn warmup(&self) -> Duration {
        Duration::from_secs_f64(self.warmup.max(0.0))
    }

    /// All bad paths: that of the plain flags is everybody's, then the chosen ones.
    pub fn impaired(&self) -> Vec<Impaired> {
        let everybody = Impaired::of_all(self.loss, self.delay, self.rate);
        everybody.into_iter().chain(self.impair.iter().cloned()).collect()
    }

    pub fn plan(&self) -> Plan {
        Plan {
            audio_bytes: self.audio_bytes.into(),
            audio_level: 30,
            voice: None,
            fps: self.fps,
            encodings: self.encodings(),
            even: self.even,
            obeys_layers: !self.ignore_layers,
        }
    }

    fn encodings(&self) -> Vec<Encoding> {
        let payload = usize::from(self.payload);
        match self.video {
            Video::None => Vec::new(),
            Video::OneLayer => vec![Encoding { packets: self.packet_rate, payload, height: 720 }],
            Video::ThreeLayer => {
                let layer = |share: f64, height| {
                    let bytes = self.video_bitrate * 1000.0 / 8.0 * share;
                    // A frame smaller than a packet is one short packet.
                    let packets = (bytes / payload as f64).max(self.fps);
                    Encoding { packets, payload: (bytes / packets).round() as usize, height }
                };
                vec![layer(0.1, 180), layer(1.0 / 3.0, 360), layer(1.0, 720)]
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser;

    #[derive(Parser)]
    struct Line {
        #[command(flatten)]
        media: Media,
    }

    pub fn scenario(words: &str) -> Scenario {
        Line::try_parse_from(words.split(' ')).unwrap().media.scenario
    }

    #[test]
    fn layers_keep_their_bit_rates() {
        let plan = scenario("loadtest --video 3-layer --video-bitrate 1500").plan();
        let rates: Vec<f64> = plan.encodings.iter().map(|layer| layer.packets * layer.payload as f64 * 8.0 / 1000.0).collect();
        for (rate, wanted) in rates.iter().zip([150.0, 500.0, 1500.0]) {
            assert!((rate - wanted).abs() < 5.0, "{rates:?}");
        }
    }

    #[test]
    fn who_should_receive_whom_is_counted() {
        assert_eq!(scenario("loadtest --publishers 1 --subscribers 30").views(), 30);
        assert_eq!(scenario("loadtest --rooms 4 --publishers 6 --subscribers 0").views(), 120);
    }

    #[test]
    fn nonsense_is_refused() {
        for words in ["--rooms 0", "--fps 0", "--payload 5000", "--impair receiver=x", "--video 2-layer", "--limit speed=1"] {
            let words = format!("loadtest {words}");
            assert!(Line::try_parse_from(words.split(' ')).is_err(), "{words}");
        }
    }
}
