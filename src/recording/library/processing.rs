//! The one who makes films: one recording after the other, in the order in which they ended.

use super::{Details, Inner, Library, LibraryError, blocking, moving::pause};
use crate::{
    recording::{
        composite::{self, COMPOSITE, ComposeError, Composed, Contents, Plan, Tools, ToolsError},
        manifest::{Manifest, TrackBackup},
    },
    store::{
        Id,
        models::{RecordingChanges, RecordingFileRow, RecordingRow},
    },
};
use actors::ids::RecordingId;
use futures_util::{FutureExt, future, pin_mut};
use sha2::{Digest, Sha256};
use std::{
    fs::File,
    io::{self, Read},
    path::Path,
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

const QUEUE: &str = "greenroom_recording_queue";
const PROGRESS: &str = "greenroom_recording_job_progress";
/// How often progress is written down.
const TOLD_EVERY: Duration = Duration::from_secs(2);
const FIRST_PAUSE: Duration = Duration::from_secs(2);

/// Until it is dropped.
pub async fn work(library: Library) {
    let mut wait = FIRST_PAUSE;
    loop {
        match next(&library).await {
            Ok(true) => wait = FIRST_PAUSE,
            Ok(false) => library.0.ended.notified().await,
            Err(error) => {
                tracing::error!(%error, "a recording could not be made ready; it is tried again");
                wait = pause(wait).await;
            }
        }
    }
}

/// Answers whether there was one.
async fn next(library: &Library) -> Result<bool, LibraryError> {
    let waiting = library.0.store.recordings_in("processing", 1_000).await?;
    metrics::gauge!(QUEUE).set(waiting.len() as f64);
    let Some(row) = waiting.into_iter().next() else { return Ok(false) };
    let id = RecordingId(row.id.0);
    let problem = match make(library, id, &row).await {
        // A browser's copy came while the film was made: it is made again, with that.
        Ok(Made { filled, .. }) if filled != fills(&library.manifest(id).await?) => return Ok(true),
        Ok(made) => made.lacking,
        // The rest of it is there, and said to be.
        Err(LibraryError::Disk(error)) => {
            tracing::error!(recording = %id.short(), %error, "a recording's film could not be made");
            Some("composite_failed")
        }
        Err(error) => return Err(error),
    };
    let problem = problem.map(str::to_owned).or(row.problem);
    let bytes = library.0.store.files_of_recording(id.0).await?.iter().map(|file| file.bytes).sum();
    let ready = RecordingChanges {
        state: Some("ready".to_owned()),
        step: Some(None),
        progress: Some(1.0),
        bytes: Some(bytes),
        problem: Some(problem),
        ..RecordingChanges::default()
    };
    // It may have been removed meanwhile: then it stays so.
    if library.0.store.recording_by_id(id.0).await?.state == "processing" {
        library.0.store.change_recording(id.0, ready).await?;
    }
    metrics::gauge!(PROGRESS).set(0.0);
    library.0.stirred.notify_one();
    Ok(true)
}

struct Made {
    lacking: Option<&'static str>,
    /// By what gaps were filled.
    filled: Vec<TrackBackup>,
}

fn fills(manifest: &Manifest) -> Vec<TrackBackup> {
    manifest.tracks.iter().flat_map(|track| track.backups.iter().cloned()).collect()
}

/// Makes what can be made.
async fn make(library: &Library, id: RecordingId, row: &RecordingRow) -> Result<Made, LibraryError> {
    let folder = library.folder(id);
    let (manifest, plan, contents) = {
        let folder = folder.clone();
        blocking(move || plan(&folder)).await?
    };
    library.keep_files(id, &manifest).await?;
    let made = |lacking| Made { lacking, filled: fills(&manifest) };
    if !library.0.options.composite {
        return Ok(made(None));
    }
    let tools = match Tools::find(&library.0.options.ffmpeg).await {
        Ok(tools) => tools,
        Err(error) => {
            tracing::warn!(recording = %id.short(), %error, "there is no film of a recording, only its tracks");
            count("none");
            return Ok(made(Some(if error == ToolsError::Missing { "no_ffmpeg" } else { "ffmpeg_unusable" })));
        }
    };
    let progress = Progress::default();
    let began = library.0.clock.now();
    let film = composite::compose(&tools, &folder, &plan, &contents, |part| progress.set(part)).fuse();
    let telling = tell(&library.0, row.id, &progress).fuse();
    let composed = {
        pin_mut!(film, telling);
        match future::select(film, telling).await {
            future::Either::Left((composed, _)) => composed,
            future::Either::Right((never, _)) => match never {},
        }
    };
    metrics::histogram!("greenroom_recording_composite_seconds").record(library.0.clock.now().since(began).as_secs_f64());
    let lacking = outcome(id, composed)?;
    if lacking != Some("composite_failed") && folder.join(COMPOSITE).exists() {
        step(&library.0, row.id, "thumbnails", 0.0).await?;
        composite::thumbnails(&tools, &folder, plan.duration_ms).await;
        library.keep_files(id, &manifest).await?;
        keep_hash(library, id, &folder).await?;
    }
    Ok(made(lacking))
}

fn outcome(id: RecordingId, composed: Result<Composed, ComposeError>) -> Result<Option<&'static str>, LibraryError> {
    match composed {
        Ok(Composed { poor_windows: 0 }) => {
            count("made");
            Ok(None)
        }
        Ok(Composed { poor_windows }) => {
            tracing::warn!(recording = %id.short(), poor_windows, "a recording's film lacks something");
            count("partial");
            Ok(Some("composite_partial"))
        }
        Err(ComposeError::Empty) => {
            count("none");
            Ok(Some("empty"))
        }
        Err(error) => {
            tracing::error!(recording = %id.short(), %error, "a recording's film could not be made");
            count("failed");
            Ok(Some("composite_failed"))
        }
    }
}

fn count(outcome: &'static str) {
    metrics::counter!("greenroom_recording_composites_total", "outcome" => outcome).increment(1);
}

fn plan(folder: &Path) -> io::Result<(Manifest, Plan, Contents)> {
    let manifest = Manifest::read(folder)?;
    let names = manifest.tracks.iter().flat_map(|track| &track.segments).map(|segment| segment.name.as_str());
    let backups = manifest.tracks.iter().flat_map(|track| &track.backups).map(|backup| backup.file.as_str());
    let contents = Contents::read(folder, names.chain(backups));
    let plan = Plan::of(&manifest, |file| contents.of(file).is_some());
    Details::of(&plan, &manifest.away).write(folder)?;
    Ok((manifest, plan, contents))
}

/// Writes down how far it is, for those who wait for it. Never ends.
async fn tell(inner: &Inner, id: Id, progress: &Progress) -> std::convert::Infallible {
    loop {
        if let Err(error) = step(inner, id, "composite", progress.get()).await {
            tracing::warn!(%error, "the progress of a film could not be written down");
        }
        metrics::gauge!(PROGRESS).set(progress.get());
        tokio::time::sleep(TOLD_EVERY).await;
    }
}

/// 0 to 1.
#[derive(Default)]
struct Progress(AtomicU64);

impl Progress {
    fn set(&self, part: f64) {
        self.0.store(part.to_bits(), Ordering::Relaxed);
    }

    fn get(&self) -> f64 {
        f64::from_bits(self.0.load(Ordering::Relaxed))
    }
}

async fn step(inner: &Inner, id: Id, step: &str, progress: f64) -> Result<(), LibraryError> {
    let at = RecordingChanges { step: Some(Some(step.to_owned())), progress: Some(progress), ..RecordingChanges::default() };
    Ok(inner.store.change_recording(id.0, at).await?)
}

async fn keep_hash(library: &Library, id: RecordingId, folder: &Path) -> Result<(), LibraryError> {
    let film = folder.join(COMPOSITE);
    let sha256 = blocking(move || hash(File::open(film)?)).await?;
    let files = library.0.store.files_of_recording(id.0).await?;
    let film = files.into_iter().filter(|row| row.name == COMPOSITE);
    let rows = film.map(|row| RecordingFileRow { sha256: Some(sha256.clone()), ..row }).collect();
    Ok(library.0.store.keep_recording_files(rows).await?)
}

fn hash(mut file: impl Read) -> io::Result<String> {
    let (mut hash, mut chunk) = (Sha256::new(), vec![0; 256 * 1024]);
    loop {
        match file.read(&mut chunk)? {
            0 => return Ok(composite::hex(&hash.finalize())),
            read => hash.update(&chunk[..read]),
        }
    }
}
