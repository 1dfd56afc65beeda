//! One film of a recording, made by ffmpeg from the files of its tracks: a grid with names, whoever speaks in a frame, a shared
//! screen large; voices mixed and brought to one loudness.
//!
//! ```text
//! manifest ─▶ Plan (who is where when) ─▶ windows of at most ten minutes ─▶ one call of ffmpeg each ─▶ joined ─▶ composite.mp4
//! ```
//!
//! A track is read and decoded once. What was made stays when the work is interrupted, and is used again. A file that can't be
//! read costs its own picture or voice and nothing else.

pub mod chapters;
pub mod content;
mod layout;
pub mod plan;
mod run;
mod steps;
mod tools;
mod window;
mod words;

#[cfg(test)]
mod tests;

pub use chapters::{Chapter, ChapterKind, chapters};
pub use plan::Plan;
pub use run::RunError;
pub use tools::{PictureEncoder, Tools, ToolsError};

use content::Content;
use plan::Span;
use run::run;
use sha2::{Digest, Sha256};
use std::{
    collections::HashMap,
    fs, io,
    path::{Path, PathBuf},
    time::Duration,
};
use steps::seconds;
use thiserror::Error;
use window::{Effort, Window, windows};

/// The film's name in the recording's folder.
pub const COMPOSITE: &str = "composite.mp4";
/// As loud as speech on the web is asked to be (EBU R 128, in LUFS), with peaks below full scale.
const LOUDNESS: &str = "loudnorm=I=-16:TP=-1.5:LRA=11,aresample=48000";
const HALF_DONE: &str = ".composite-";
const THUMBNAILS: u64 = 3;
/// Of the work, the windows' share; the rest is joining.
const WINDOWS_SHARE: f64 = 0.9;

/// Why there is no composite.
#[derive(Debug, Error)]
pub enum ComposeError {
    #[error(transparent)]
    Tools(#[from] ToolsError),
    #[error(transparent)]
    Run(#[from] RunError),
    #[error("the recording's folder: {0}")]
    Disk(#[from] io::Error),
    #[error("nothing was recorded")]
    Empty,
}

/// What each file of a recording holds; those that hold nothing are not in it.
#[derive(Clone, Default, PartialEq, Eq, Debug)]
pub struct Contents(HashMap<String, Content>);

impl Contents {
    /// Reads the heads of `files`.
    pub fn read<'a>(folder: &Path, files: impl Iterator<Item = &'a str>) -> Self {
        let known = files.filter_map(|name| Some((name.to_owned(), content::of(&folder.join(name)).ok()??)));
        Self(known.collect())
    }

    pub fn of(&self, file: &str) -> Option<Content> {
        self.0.get(file).copied()
    }
}

/// How it went.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Composed {
    /// Windows that lack pictures or sound because ffmpeg could not make them.
    pub poor_windows: usize,
}

/// Makes `composite.mp4` in the recording's folder. `progress` goes from 0 to 1.
///
/// # Errors
/// When there is nothing to show, or ffmpeg or the disk fail at all that is tried.
pub async fn compose(
    tools: &Tools,
    folder: &Path,
    plan: &Plan,
    contents: &Contents,
    mut progress: impl FnMut(f64),
) -> Result<Composed, ComposeError> {
    if plan.scenes.iter().all(|scene| scene.tiles.is_empty()) {
        return Err(ComposeError::Empty);
    }
    let work = workplace(folder, plan, tools)?;
    let spans = windows(plan);
    let mut composed = Composed { poor_windows: 0 };
    for (number, span) in spans.iter().enumerate() {
        let done = span.from_ms as f64 / plan.duration_ms as f64;
        let share = (span.to_ms - span.from_ms) as f64 / plan.duration_ms as f64;
        let told = |part: f64| progress(WINDOWS_SHARE * (done + share * part).min(1.0));
        let rich = Make { tools, work: &work, plan, contents, number, span: *span }.window(told).await?;
        composed.poor_windows += usize::from(!rich);
    }
    join(tools, &work, &spans, |part| progress(WINDOWS_SHARE + (1.0 - WINDOWS_SHARE) * part)).await?;
    fs::rename(work.join(COMPOSITE), folder.join(COMPOSITE))?;
    fs::File::open(folder)?.sync_all()?;
    fs::remove_dir_all(work)?;
    progress(1.0);
    Ok(composed)
}

/// Where it is made: what an earlier try of the same plan left is there still, what one of another plan left is gone.
fn workplace(folder: &Path, plan: &Plan, tools: &Tools) -> io::Result<PathBuf> {
    let what = serde_json::to_vec(plan)?;
    let digest = Sha256::digest([what.as_slice(), format!("{tools:?} {}", env!("CARGO_PKG_VERSION")).as_bytes()].concat());
    let name = format!("{HALF_DONE}{}", hex(&digest[..8]));
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let old = entry.file_name();
        if old.to_str().is_some_and(|old| old.starts_with(HALF_DONE) && old != name) {
            fs::remove_dir_all(entry.path())?;
        }
    }
    let work = folder.join(name);
    fs::create_dir_all(&work)?;
    Ok(work)
}

pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// One window's work.
struct Make<'a> {
    tools: &'a Tools,
    work: &'a Path,
    plan: &'a Plan,
    contents: &'a Contents,
    number: usize,
    span: Span,
}

impl Make<'_> {
    /// Answers whether everything that can be in it is.
    async fn window(&self, mut progress: impl FnMut(f64)) -> Result<bool, ComposeError> {
        let name = window_name(self.number);
        if self.work.join(&name).exists() {
            return Ok(true);
        }
        let mut contents = self.contents.clone();
        let mut rich = true;
        let mut last = ComposeError::Empty;
        for (effort, checked) in [(Effort::All, false), (Effort::All, true), (Effort::Sound, true), (Effort::Cards, true)] {
            if checked && rich {
                rich = false;
                self.leave_out_broken(&mut contents).await;
            }
            match self.attempt(effort, &contents, &name, &mut progress).await {
                Ok(()) => return Ok(rich),
                Err(error) => {
                    tracing::warn!(%error, ?effort, window = self.number, "a part of a composite could not be made");
                    last = error;
                }
            }
        }
        Err(last)
    }

    async fn attempt(
        &self,
        effort: Effort,
        contents: &Contents,
        name: &str,
        progress: &mut impl FnMut(f64),
    ) -> Result<(), ComposeError> {
        let words = format!("words-{:04}.ass", self.number);
        if self.tools.words {
            fs::write(self.work.join(&words), words::script(self.plan, self.span, effort == Effort::All))?;
        }
        let window = Window {
            plan: self.plan,
            span: self.span,
            effort,
            words: self.tools.words.then_some(words.as_str()),
            contents,
            folder: "../",
        };
        let length = self.span.to_ms - self.span.from_ms;
        let half = format!("{name}.half");
        let told = |ms: u64| progress((ms as f64 / length as f64).min(1.0));
        run(self.tools, self.work, &window.arguments(self.tools, &half), limit(length), told).await?;
        fs::rename(self.work.join(half), self.work.join(name))?;
        Ok(())
    }

    /// Looks into each file of the window: what ffmpeg can't open is no part of it.
    async fn leave_out_broken(&self, contents: &mut Contents) {
        let inside = |from: u64, to: u64| from < self.span.to_ms && self.span.from_ms < to;
        let pictures = self.plan.pictures.iter().filter(|one| inside(one.at_ms, one.end_ms)).map(|one| &one.file);
        let sounds = self.plan.sounds.iter().filter(|one| inside(one.at_ms, one.end_ms)).map(|one| &one.file);
        for file in pictures.chain(sounds) {
            let look = ["-i", &format!("file:../{file}"), "-frames", "1", "-f", "null", "-"].map(str::to_owned);
            if run(self.tools, self.work, &look, Duration::from_secs(60), |_| ()).await.is_err() {
                contents.0.remove(file);
            }
        }
    }
}

fn window_name(number: usize) -> String {
    format!("window-{number:04}.mkv")
}

/// Far more than a slow machine with other things to do needs.
fn limit(length_ms: u64) -> Duration {
    Duration::from_secs(300) + Duration::from_millis(length_ms) * 30
}

/// All windows in one file, at one loudness.
async fn join(tools: &Tools, work: &Path, spans: &[Span], mut progress: impl FnMut(f64)) -> Result<(), ComposeError> {
    let entry = |(number, span): (usize, &Span)| {
        format!("file '{}'\nduration {}\n", window_name(number), seconds(span.to_ms - span.from_ms))
    };
    let list: String = spans.iter().enumerate().map(entry).collect();
    fs::write(work.join("windows.txt"), format!("ffconcat version 1.0\n{list}"))?;
    let length = spans.last().map_or(0, |last| last.to_ms).max(1);
    let sound = if tools.loudnorm { LOUDNESS } else { "volume=2" };
    let encoder = if tools.aac { "aac" } else { "libopus" };
    let half = format!("{COMPOSITE}.half");
    let arguments = [
        "-f",
        "concat",
        "-safe",
        "0",
        "-i",
        "windows.txt",
        "-map",
        "0:v",
        "-map",
        "0:a",
        "-c:v",
        "copy",
        "-af",
        sound,
        "-c:a",
        encoder,
        "-b:a",
        "128k",
        "-ar",
        "48000",
        "-ac",
        "2",
        "-movflags",
        "+faststart",
        "-f",
        "mp4",
        &half,
    ];
    let arguments: Vec<String> = arguments.iter().map(|one| (*one).to_owned()).collect();
    run(tools, work, &arguments, limit(length), |ms| progress((ms as f64 / length as f64).min(1.0))).await?;
    fs::rename(work.join(half), work.join(COMPOSITE))?;
    fs::File::open(work.join(COMPOSITE))?.sync_all()?;
    Ok(())
}

/// Pictures out of the film, from its beginning, middle and end: their names in the folder. One that can't be made is left out.
pub async fn thumbnails(tools: &Tools, folder: &Path, duration_ms: u64) -> Vec<String> {
    let mut made = Vec::new();
    for number in 1..=THUMBNAILS {
        let name = format!("thumbnail-{number}.jpg");
        let at = seconds(duration_ms * (2 * number - 1) / (2 * THUMBNAILS));
        let arguments = [
            "-ss",
            &at,
            "-i",
            COMPOSITE,
            "-frames:v",
            "1",
            "-vf",
            "scale=640:-2",
            "-q:v",
            "4",
            "-f",
            "image2",
            "-update",
            "1",
            &name,
        ];
        let arguments = arguments.map(str::to_owned);
        match run(tools, folder, &arguments, Duration::from_secs(300), |_| ()).await {
            Ok(()) if folder.join(&name).exists() => made.push(name),
            Ok(()) => {}
            Err(error) => tracing::warn!(%error, "a thumbnail could not be made"),
        }
    }
    made
}
