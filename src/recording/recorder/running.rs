//! One recording, from the order to the finished files.

use super::{RecordingService, Running, Stop};
use crate::audio_pipeline::tracks::{self, Heard};
use crate::recording::{
    RecordingFolder,
    finish::finish,
    folder::refused,
    library::Begun,
    manifest::{MANIFEST, Manifest},
    resume,
};
use actix::ArbiterHandle;
use actors::{
    RoomsHandle, Timestamp,
    ports::RecordingOrder,
    protocol::{Purpose, RecordingProblem},
    recording::{Recording, RecordingSetup, files::FileError},
    sinks::{MediaNeed, NeededMedia},
};
use std::{io, path::PathBuf, sync::Arc, sync::PoisonError, time::Duration};
use tokio::{sync::watch, time::sleep};

/// How often faults are looked for, and how often the manifest is written: every second look.
const LOOK: Duration = Duration::from_secs(1);
/// How long files may take to be closed.
const CLOSING: Duration = Duration::from_secs(20);
/// Between two attempts at something that the disk or the store refused.
const RETRY: Duration = Duration::from_secs(2);

/// Until the recording is over, or the process ends.
pub(super) async fn run(
    service: &RecordingService,
    order: RecordingOrder,
    running: &Running,
    mut stopped: watch::Receiver<Option<Stop>>,
    home: ArbiterHandle,
) {
    let Some(rooms) = service.rooms().await else { return };
    let mut life = Life {
        service,
        running,
        rooms,
        folder: service.0.setup.library.folder(order.recording),
        room: order.room.room_id,
        told: None,
    };
    tracing::info!(room = %life.room.short(), recording = %running.id.short(), "recording");
    let Some(mut manifest) = life.prepare(&order, &mut stopped).await else { return };
    life.enter(&order, &mut stopped).await;
    let kept = match life.start(&manifest, home.clone(), &mut stopped).await {
        Some(recording) => {
            let _sound = life.hear(&order, home);
            life.keep(&recording, &mut manifest, &mut stopped).await;
            recording.stop(CLOSING).await
        }
        None => manifest.known(),
    };
    let stop = *stopped.borrow();
    manifest.take(&kept, service.0.setup.clock.now());
    manifest.people = life.people();
    life.close(manifest, stop).await;
}

struct Life<'a> {
    service: &'a RecordingService,
    running: &'a Running,
    rooms: RoomsHandle,
    folder: PathBuf,
    room: actors::ids::RoomId,
    /// The problem that the room knows of.
    told: Option<RecordingProblem>,
}

impl Life<'_> {
    /// The folder with its manifest, whatever it takes; none when it was stopped before there was one.
    async fn prepare(&mut self, order: &RecordingOrder, stopped: &mut watch::Receiver<Option<Stop>>) -> Option<Manifest> {
        loop {
            let (folder, fresh, now) = (self.folder.clone(), fresh(order), self.service.0.setup.clock.now());
            match on_disk(move || open(folder, fresh, now)).await {
                Ok(manifest) => {
                    let mut people = self.running.people.lock().unwrap_or_else(PoisonError::into_inner);
                    people.remember(&manifest.people);
                    drop(people);
                    self.tell(None);
                    return Some(manifest);
                }
                Err(error) => {
                    tracing::error!(recording = %self.running.id.short(), %error, "a recording can't be opened; trying again");
                    self.tell(Some(problem_of(&refused(error))));
                }
            }
            if over_within(stopped, RETRY).await {
                return None;
            }
        }
    }

    /// Into the library, which tries until it is kept: without its row nobody would find it.
    async fn enter(&self, order: &RecordingOrder, stopped: &mut watch::Receiver<Option<Stop>>) {
        loop {
            let begun = Begun {
                recording_id: order.recording,
                tenant_id: order.room.tenant_id,
                room_id: order.room.room_id,
                session_id: order.session,
                started_at: order.started_at,
                started_by: order.started_by.clone(),
            };
            match self.service.0.setup.library.began(begun).await {
                Ok(()) => return,
                Err(error) => {
                    tracing::error!(recording = %order.recording.short(), %error, "a recording could not be listed; trying again")
                }
            }
            if over_within(stopped, RETRY).await {
                return;
            }
        }
    }

    /// Writes the sound of who agrees as WAV besides, into `audio/` of the recording, until what is returned is dropped.
    fn hear(&self, order: &RecordingOrder, home: ArbiterHandle) -> Option<MediaNeed> {
        let pipeline = self.service.0.setup.sound.as_ref()?;
        let heard = Heard {
            room: self.room,
            session: order.session,
            room_code: order.room.room_code.clone(),
            folder: Some(self.folder.clone()),
            purpose: Purpose::Recording,
        };
        let need = tracks::listen(pipeline, &self.rooms, heard, home);
        need.inspect_err(|error| tracing::warn!(code = ?error.code, "a recording has no WAV")).ok()
    }

    /// Listens; none when it was stopped before the room could be reached.
    async fn start(
        &self,
        manifest: &Manifest,
        home: ArbiterHandle,
        stopped: &mut watch::Receiver<Option<Stop>>,
    ) -> Option<Recording> {
        let setup = &self.service.0.setup;
        let files = RecordingFolder::open(&self.folder, manifest.started_at, setup.keep_free);
        let setup = RecordingSetup {
            clock: setup.clock,
            files: Arc::new(files),
            arbiter: home,
            began: manifest.started_at,
            segment_max: setup.segment_max,
            known: manifest.known(),
        };
        loop {
            match Recording::start(&self.rooms, self.room, NeededMedia::BestVideo, setup.clone()) {
                Ok(recording) => return Some(recording),
                // The room's actor is being made again.
                Err(error) => tracing::debug!(room = %self.room.short(), code = ?error.code, "the room can't be recorded yet"),
            }
            if over_within(stopped, Duration::from_millis(200)).await {
                return None;
            }
        }
    }

    /// While it runs: says what is wrong, and writes down what is known.
    async fn keep(&mut self, recording: &Recording, manifest: &mut Manifest, stopped: &mut watch::Receiver<Option<Stop>>) {
        let mut looks = 0u32;
        while !over_within(stopped, LOOK).await {
            looks = looks.wrapping_add(1);
            let known = recording.tracks();
            let mut problem = known.values().filter_map(|track| track.fault.as_ref()).map(problem_of).next();
            if looks.is_multiple_of(2) {
                manifest.take(&known, self.service.0.setup.clock.now());
                manifest.people = self.people();
                let (folder, copy) = (self.folder.clone(), manifest.clone());
                if let Err(error) = on_disk(move || copy.write(&folder)).await {
                    problem = problem.or(Some(problem_of(&refused(error))));
                }
            }
            self.tell(problem);
        }
    }

    async fn close(&mut self, mut manifest: Manifest, stop: Option<Stop>) {
        let (id, library) = (self.running.id, &self.service.0.setup.library);
        let Some(Stop::Over { at, failed }) = stop else {
            let folder = self.folder.clone();
            if let Err(error) = on_disk(move || manifest.write(&folder)).await {
                tracing::warn!(recording = %id.short(), %error, "the manifest could not be written; the files say what is in them");
            }
            return;
        };
        manifest.ended_at = Some(at);
        let (folder, keys) = (self.folder.clone(), self.service.0.setup.keys.clone());
        let finished = on_disk(move || {
            manifest.write(&folder)?;
            finish(&folder, at, &keys)
        });
        let failed = match finished.await {
            Ok(_) => failed,
            Err(error) => {
                tracing::error!(recording = %id.short(), %error, "a recording could not be finished");
                true
            }
        };
        if let Err(error) = library.ended(id, failed).await {
            // It is still listed as running: the next start of the server finds it.
            tracing::error!(recording = %id.short(), %error, "the end of a recording could not be noted");
        }
        tracing::info!(recording = %id.short(), failed, "recorded");
    }

    fn people(&self) -> Vec<crate::recording::manifest::RecordedPerson> {
        self.running.people.lock().unwrap_or_else(PoisonError::into_inner).list()
    }

    /// The room hears of it once; one that has no time now hears it at the next look.
    fn tell(&mut self, problem: Option<RecordingProblem>) {
        if self.told != problem && self.rooms.recording_troubled(self.room, self.running.id, problem).is_ok() {
            self.told = problem;
            if problem.is_some() {
                metrics::counter!("greenroom_recording_problems_total").increment(1);
            }
        }
    }
}

/// A new folder, or what a process before left in it.
fn open(folder: PathBuf, fresh: Manifest, now: Timestamp) -> io::Result<Manifest> {
    if folder.join(MANIFEST).exists() {
        return resume(&folder, now);
    }
    std::fs::create_dir_all(&folder)?;
    fresh.write(&folder)?;
    Ok(fresh)
}

fn fresh(order: &RecordingOrder) -> Manifest {
    Manifest {
        recording_id: order.recording,
        tenant_id: order.room.tenant_id,
        room_id: order.room.room_id,
        room_code: order.room.room_code.clone(),
        room_name: order.room.name.clone(),
        session_id: order.session,
        started_at: order.started_at,
        ended_at: None,
        written_at: order.started_at,
        away: Vec::new(),
        people: Vec::new(),
        tracks: Vec::new(),
        speakers: Vec::new(),
    }
}

pub(super) fn problem_of(error: &FileError) -> RecordingProblem {
    match error {
        FileError::Full => RecordingProblem::DiskFull,
        FileError::ReadOnly => RecordingProblem::ReadOnly,
        FileError::Failed(_) => RecordingProblem::Failed,
    }
}

/// Is it to end, now or within that time?
async fn over_within(stopped: &mut watch::Receiver<Option<Stop>>, time: Duration) -> bool {
    tokio::select! {
        stop = stopped.wait_for(Option::is_some) => { drop(stop); true }
        () = sleep(time) => false,
    }
}

/// Off the thread on which other recordings are written.
pub(super) async fn on_disk<T: Send + 'static>(work: impl FnOnce() -> io::Result<T> + Send + 'static) -> io::Result<T> {
    tokio::task::spawn_blocking(work).await.map_err(io::Error::other)?
}
