//! `greenroom emotion`: what a meeting would show of these files.

use super::CliError;
use crate::{
    audio::{Ffmpeg, Opener, Sound},
    config::Config,
    emotion::{ClipResult, Emotions, Listener, bench},
};
use actors::emotion::{Speaker, Summary};
use clap::Args;
use serde_json::{Value, json};
use std::{
    io::{self, Write},
    path::{Path, PathBuf},
};

#[derive(Args)]
pub struct Emotion {
    /// Files with one person's voice each, in any format that is understood. Each is judged by itself.
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// One line of JSON a file, with the scores of every clip.
    #[arg(long)]
    json: bool,
    /// Clips of the same person, heard before each file: what is usual for this voice.
    #[arg(long, num_args = 1.., value_name = "FILE")]
    reference: Vec<PathBuf>,
    /// Measures how long a clip takes from samples to scores, on one core, instead.
    #[arg(long)]
    bench: bool,
}

impl Emotion {
    pub fn run(self, config: &Config) -> Result<(), CliError> {
        let emotions = Emotions::open(config.onnxruntime_library.as_deref(), config.emotion_model_dir.as_deref());
        let emotions = emotions.map_err(CliError::because)?;
        let opener = Opener { ffmpeg: Ffmpeg::find(&config.recording_ffmpeg, crate::audio::DECODE_LIMIT) };
        let mut speaker = emotions.speaker();
        for file in &self.reference {
            speaker = refer(&emotions, &opener, file, speaker).map_err(|why| CliError::because(named(file, &why)))?;
        }
        let mut failed = 0;
        for file in &self.files {
            let judged = if self.bench {
                measure(&emotions, &opener, file)
            } else {
                judge(&emotions, &opener, file, speaker.clone(), self.json)
            };
            if let Err(why) = judged {
                failed += 1;
                eprintln!("greenroom: {}", named(file, &why));
            }
        }
        if failed == 0 {
            Ok(())
        } else {
            Err(CliError::because(format!("{failed} of {} files could not be judged", self.files.len())))
        }
    }
}

type Failed = Box<dyn std::error::Error>;

fn named(file: &Path, why: &Failed) -> String {
    format!("{}: {why}", file.display())
}

/// The speaker after this file too.
fn refer(emotions: &Emotions, opener: &Opener, file: &Path, speaker: Speaker) -> Result<Speaker, Failed> {
    let mut sound = opener.open(file)?;
    let mut listener = Listener::new(emotions, speaker, sound.rate())?.as_reference();
    pour(&mut sound, &mut listener, &mut |_| ())?;
    let (summary, speaker) = listener.finish(&mut |_| ())?;
    if summary.voiced() == 0 { Err("there is no voice in this reference".into()) } else { Ok(speaker) }
}

fn pour(sound: &mut Sound, listener: &mut Listener<'_>, told: &mut impl FnMut(ClipResult)) -> Result<(), Failed> {
    let mut samples = Vec::new();
    while sound.next(&mut samples)? {
        listener.push(&samples, told)?;
    }
    Ok(())
}

fn judge(emotions: &Emotions, opener: &Opener, file: &Path, speaker: Speaker, as_json: bool) -> Result<(), Failed> {
    let mut sound = opener.open(file)?;
    let mut listener = Listener::new(emotions, speaker, sound.rate())?;
    let mut printer = Printer { out: io::stdout().lock(), as_json, count: 0, failed: None };
    printer.begin(file)?;
    let poured = pour(&mut sound, &mut listener, &mut |clip| printer.clip(&clip));
    let (summary, speaker) = listener.finish(&mut |clip| printer.clip(&clip))?;
    let view = summary.view(speaker.heard(), emotions.limits().thresholds);
    printer.end(&summary, view.map_or(Value::Null, |view| json!(view)))?;
    poured
}

fn measure(emotions: &Emotions, opener: &Opener, file: &Path) -> Result<(), Failed> {
    let took = bench::measure(emotions, opener.open(file)?)?;
    println!(
        "{}: {} clips with {}: median {:.2} ms a clip, p99 {:.2} ms, longest {:.2} ms",
        file.display(),
        took.clips,
        emotions.backend(),
        took.median_ms,
        took.p99_ms,
        took.longest_ms
    );
    Ok(())
}

/// Writes as the clips come: a long file is never in memory whole.
struct Printer<W> {
    out: W,
    as_json: bool,
    count: u64,
    failed: Option<io::Error>,
}

impl<W: Write> Printer<W> {
    fn begin(&mut self, file: &Path) -> io::Result<()> {
        match self.as_json {
            true => write!(self.out, "{{\"file\":{},\"clips\":[", json!(file.display().to_string())),
            false => writeln!(self.out, "{}", file.display()),
        }
    }

    fn clip(&mut self, clip: &ClipResult) {
        let written = if self.as_json { self.json_clip(clip) } else { self.text_clip(clip) };
        self.count += 1;
        if let Err(error) = written {
            self.failed.get_or_insert(error);
        }
    }

    fn json_clip(&mut self, clip: &ClipResult) -> io::Result<()> {
        let comma = if self.count == 0 { "" } else { "," };
        let mut value = json!(clip.view);
        value["atMs"] = json!(clip.starts_ms);
        write!(self.out, "{comma}{value}")
    }

    fn text_clip(&mut self, clip: &ClipResult) -> io::Result<()> {
        let at = clip.starts_ms as f64 / 1000.0;
        let view = &clip.view;
        let Some(reason) = &view.reason else {
            let label = view.label.map_or("unsure", |label| label.word());
            let unusual = if view.unusual { ", unusual for this speaker" } else { "" };
            return writeln!(self.out, "{at:>8.1} s  arousal {:.2}  {label} ({:.2}){unusual}", view.arousal, view.confidence);
        };
        writeln!(self.out, "{at:>8.1} s  {reason}")
    }

    fn end(&mut self, summary: &Summary, view: Value) -> io::Result<()> {
        if let Some(error) = self.failed.take() {
            return Err(error);
        }
        let mut value = match view {
            Value::Object(fields) => Value::Object(fields),
            _ => json!({ "arousal": null, "label": null, "confidence": 0.0, "scores": null, "unusual": false }),
        };
        value["clips"] = json!(summary.clips());
        value["voiced"] = json!(summary.voiced());
        if self.as_json {
            return writeln!(self.out, "],\"summary\":{value}}}");
        }
        match value["arousal"].as_f64() {
            Some(arousal) => writeln!(
                self.out,
                "  together  arousal {arousal:.2}  {} ({:.2}), {} of {} clips with voice",
                value["label"].as_str().unwrap_or("unsure"),
                value["confidence"].as_f64().unwrap_or(0.0),
                summary.voiced(),
                summary.clips()
            ),
            None => writeln!(self.out, "  together  no voice in {} clips", summary.clips()),
        }
    }
}
