//! A browser's own copy of what it sent into a recording, brought up in chunks: for the gaps of the server's copy. Described in `docs/egress.md`.

mod body;
mod who;

use super::{
    auth::Caller,
    body::{Body, OrDefault},
    error::Problem,
    one,
    state::Shared,
};
use crate::{
    blocking::BlockingError,
    recording::{
        backup::{About, Backup, BackupError, Complete, Kept, Mime, attach},
        manifest::{self, Manifest},
    },
};
use actix_web::{
    HttpRequest, HttpResponse,
    http::StatusCode,
    web::{self, Data, Path, Payload, ServiceConfig},
};
use actors::{Timestamp, ids::RecordingId, protocol::Source};
use body::{ChunkHead, read_chunk};
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::path::PathBuf;
use utoipa::ToSchema;
use uuid::Uuid;
use who::{Sender, allowed, sender};

const CHUNK_LEAST: u64 = 16 * 1024;
const CHUNK_MOST: u64 = 4 * 1024 * 1024;
/// More milliseconds than any recording has: what says more means a time of day.
const EPOCH_MS: u64 = 100_000_000_000;
/// Chunks that are named as there or missing at most.
const NAMED_MAX: usize = 10_000;

pub fn routes(api: &mut ServiceConfig) {
    api.service(one("/rooms/{room}/recordings/{recording}/backups", web::post().to(create)))
        .service(one("/rooms/{room}/recordings/{recording}/backups/{backup}", web::get().to(read)))
        .service(one("/rooms/{room}/recordings/{recording}/backups/{backup}/chunks/{chunk}", web::put().to(put)))
        .service(one("/rooms/{room}/recordings/{recording}/backups/{backup}/complete", web::post().to(complete)));
}

#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CreateBackup {
    #[schema(value_type = String, example = "microphone")]
    source: Source,
    /// As `MediaRecorder` says it.
    #[schema(example = "audio/webm;codecs=opus")]
    mime: String,
    /// Of each chunk but the last; 16 KiB to 4 MiB.
    chunk_bytes: u64,
    /// Of its first sample, from the recording's beginning (or since 1970).
    started_at_ms: u64,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct BackupView {
    backup_id: Uuid,
    /// The first that is not there.
    next_chunk: u32,
    chunk_bytes: u64,
    /// Numbers of those that are there.
    chunks: Vec<u32>,
    complete: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    bytes: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sha256: Option<String>,
}

#[derive(Deserialize, Default, ToSchema)]
#[serde(default)]
pub struct CompleteBackup {
    /// How many there are, so that a missing end is found.
    chunks: Option<u32>,
}

fn view(backup: &Backup) -> Result<BackupView, BackupError> {
    let chunks: Vec<u32> = backup.chunks()?.into_iter().map(|(number, _)| number).collect();
    let next =
        chunks.iter().zip(0..).find(|(there, number)| **there != *number).map_or(chunks.len() as u32, |(_, number)| number);
    let whole: Option<&Complete> = backup.about.complete.as_ref();
    Ok(BackupView {
        backup_id: backup.about.id,
        next_chunk: next,
        chunk_bytes: backup.about.chunk_bytes,
        chunks: chunks.into_iter().take(NAMED_MAX).collect(),
        complete: whole.is_some(),
        bytes: whole.map(|whole| whole.bytes),
        sha256: whole.map(|whole| whole.sha256.clone()),
    })
}

/// Begins a backup of a track of one's own.
#[utoipa::path(post, path = "/api/v1/rooms/{room}/recordings/{recording}/backups", tag = "recordings",
    params(("room" = String, Path), ("recording" = Uuid, Path)), request_body = CreateBackup,
    responses((status = 201, body = BackupView), (status = 401), (status = 403, description = "Not in the recording, or not agreed to it"), (status = 404), (status = 409, description = "Too many"), (status = 422)))]
pub async fn create(
    request: HttpRequest,
    caller: Caller,
    shared: Data<Shared>,
    path: Path<(String, Uuid)>,
    Body(wish): Body<CreateBackup>,
) -> Result<HttpResponse, Problem> {
    shared.limits.writes.check(shared.client_ip(&request))?;
    shared.accepting()?;
    let (room, recording) = path.into_inner();
    let sender = sender(&shared, &caller, &room, recording).await?;
    let mime =
        Mime::of(&wish.mime).ok_or_else(|| Problem::invalid_field("mime", "must be webm, ogg or mp4, of audio or video"))?;
    if !(CHUNK_LEAST..=CHUNK_MOST).contains(&wish.chunk_bytes) {
        return Err(Problem::invalid_field("chunkBytes", format!("must be {CHUNK_LEAST} to {CHUNK_MOST}")));
    }
    let (now, most) = (shared.clock.now(), shared.config.backups_per_person as usize);
    let participant = allowed(&shared, &sender).await?;
    let backup = at_disk(&shared, move || {
        let own = |backup: &Backup| backup.about.identity == sender.identity;
        if Backup::all(&sender.folder)?.iter().filter(|backup| own(backup)).count() >= most {
            return Ok(None);
        }
        let began = sender.manifest.started_at;
        let about = About {
            id: Uuid::now_v7(),
            participant,
            identity: sender.identity,
            source: wish.source,
            mime,
            chunk_bytes: wish.chunk_bytes,
            started_at_ms: if wish.started_at_ms >= EPOCH_MS {
                wish.started_at_ms.saturating_sub(began.0)
            } else {
                wish.started_at_ms
            },
            began: now,
            complete: None,
        };
        Backup::begin(&sender.folder, about).and_then(|backup| view(&backup)).map(Some)
    })
    .await?;
    match backup {
        Some(view) => Ok(HttpResponse::Created().json(view)),
        None => Err(Problem::conflict("too_many_backups", format!("a recording has at most {most} backups of one person"))),
    }
}

/// Which chunks are there: what to go on with.
#[utoipa::path(get, path = "/api/v1/rooms/{room}/recordings/{recording}/backups/{backup}", tag = "recordings",
    params(("room" = String, Path), ("recording" = Uuid, Path), ("backup" = Uuid, Path)),
    responses((status = 200, body = BackupView), (status = 401), (status = 403), (status = 404)))]
pub async fn read(caller: Caller, shared: Data<Shared>, path: Path<(String, Uuid, Uuid)>) -> Result<HttpResponse, Problem> {
    let (room, recording, id) = path.into_inner();
    let sender = sender(&shared, &caller, &room, recording).await?;
    let view = at_disk(&shared, move || view(&own(&sender, id)?)).await?;
    Ok(HttpResponse::Ok().insert_header(("cache-control", "no-store")).json(view))
}

/// Brings one chunk: its bytes, with `X-Chunk-Sha256` (hex), `X-Chunk-From-Ms` and `X-Chunk-To-Ms` (from the backup's beginning). In any order; the same one
/// again changes nothing.
#[utoipa::path(put, path = "/api/v1/rooms/{room}/recordings/{recording}/backups/{backup}/chunks/{chunk}", tag = "recordings",
    params(("room" = String, Path), ("recording" = Uuid, Path), ("backup" = Uuid, Path), ("chunk" = u32, Path),
        ("X-Chunk-Sha256" = String, Header), ("X-Chunk-From-Ms" = u64, Header), ("X-Chunk-To-Ms" = u64, Header)),
    request_body(content = Vec<u8>, content_type = "application/octet-stream"),
    responses((status = 200, description = "`{chunk, kept}`: `kept` is false where it was there before"), (status = 401), (status = 403), (status = 404), (status = 409, description = "Another chunk of that number is there"), (status = 413), (status = 422)))]
pub async fn put(
    request: HttpRequest,
    caller: Caller,
    shared: Data<Shared>,
    path: Path<(String, Uuid, Uuid, u32)>,
    payload: Payload,
) -> Result<HttpResponse, Problem> {
    shared.limits.writes.check(shared.client_ip(&request))?;
    let (room, recording, id, number) = path.into_inner();
    let sender = sender(&shared, &caller, &room, recording).await?;
    allowed(&shared, &sender).await?;
    let head = ChunkHead::read(&request)?;
    let found = at_disk(&shared, {
        let sender = sender.clone();
        move || own(&sender, id).map(|backup| backup.about.chunk_bytes)
    });
    let bytes = read_chunk(&request, payload, found.await?).await?;
    // Who took it back while it came is not kept.
    allowed(&shared, &sender).await?;
    let most = shared.config.backup_max_bytes;
    let kept = at_disk(&shared, move || {
        if head.sha256 != body::hash(&bytes) {
            return Err(BackupError::Hash);
        }
        own(&sender, id)?.put(number, &bytes, head.from_ms, head.to_ms, most)
    })
    .await;
    let outcome = match &kept {
        Ok(Kept::Now) => "kept",
        Ok(Kept::Before) => "kept_before",
        Err(_) => "refused",
    };
    metrics::counter!("greenroom_backup_chunks_total", "outcome" => outcome).increment(1);
    Ok(HttpResponse::Ok().json(json!({ "chunk": number, "kept": kept? == Kept::Now })))
}

/// Says that nothing more comes. Where a chunk is missing, it says which.
#[utoipa::path(post, path = "/api/v1/rooms/{room}/recordings/{recording}/backups/{backup}/complete", tag = "recordings",
    params(("room" = String, Path), ("recording" = Uuid, Path), ("backup" = Uuid, Path)), request_body = CompleteBackup,
    responses((status = 200, body = BackupView), (status = 401), (status = 403), (status = 404), (status = 409, description = "Chunks are missing"), (status = 422)))]
pub async fn complete(
    request: HttpRequest,
    caller: Caller,
    shared: Data<Shared>,
    path: Path<(String, Uuid, Uuid)>,
    OrDefault(said): OrDefault<CompleteBackup>,
) -> Result<HttpResponse, Problem> {
    shared.limits.writes.check(shared.client_ip(&request))?;
    let (room, recording, id) = path.into_inner();
    let sender = sender(&shared, &caller, &room, recording).await?;
    allowed(&shared, &sender).await?;
    let now = shared.clock.now();
    let done = at_disk(&shared, move || {
        // Everybody who was there sends theirs at the same time: when the recording ends.
        let _held = manifest::hold(&sender.folder);
        let mut backup = own(&sender, id)?;
        backup.complete(said.chunks, now)?;
        Ok((into_manifest(&sender.folder)?, view(&backup)?))
    })
    .await?;
    let (listed, view) = done;
    let recording = RecordingId(recording);
    let told = match listed {
        Listed::AtTheEnd => Ok(()),
        Listed::Now { fills: false } => shared.library.files_changed(recording).await,
        Listed::Now { fills: true } => shared.library.gaps_filled(recording).await,
    };
    if let Err(error) = told {
        tracing::warn!(%error, "a backup is kept and not listed yet");
    }
    Ok(HttpResponse::Ok().json(view))
}

/// When a backup stands in its recording's manifest.
enum Listed {
    /// The recording runs.
    AtTheEnd,
    /// `fills`: it fills gaps that nothing else filled.
    Now { fills: bool },
}

/// While a recording runs its manifest is another's to write, who looks for backups at the end.
fn into_manifest(folder: &std::path::Path) -> Result<Listed, BackupError> {
    let mut manifest = Manifest::read(folder)?;
    if manifest.ended_at.is_none() {
        return Ok(Listed::AtTheEnd);
    }
    let before = manifest.clone();
    attach(folder, &mut manifest)?;
    let fills = manifest != before;
    if fills {
        manifest.write(folder)?;
    }
    Ok(Listed::Now { fills })
}

/// A backup that another began is as good as none.
fn own(sender: &Sender, id: Uuid) -> Result<Backup, BackupError> {
    let backup = Backup::open(&sender.folder, id)?;
    if backup.about.identity == sender.identity { Ok(backup) } else { Err(BackupError::NotFound) }
}

/// Files are touched elsewhere than on the threads that serve, a few at once.
async fn at_disk<T, F>(shared: &Shared, work: F) -> Result<T, Problem>
where
    T: Send + 'static,
    F: FnOnce() -> Result<T, BackupError> + Send + 'static,
{
    match shared.backups.run(work).await {
        Ok(done) => Ok(done?),
        Err(BlockingError::Busy) => Err(Problem::unavailable("busy", "the server is busy; try again")),
        Err(error) => Err(Problem::internal(error)),
    }
}

impl From<BackupError> for Problem {
    fn from(error: BackupError) -> Self {
        let said = error.to_string();
        match error {
            BackupError::NotFound => Self::not_found(),
            BackupError::Complete => Self::conflict("complete", said),
            BackupError::Differs => Self::conflict("chunk_differs", said),
            BackupError::Missing(chunks) => {
                let named: Vec<String> = chunks.iter().take(20).map(u32::to_string).collect();
                Self::conflict("chunks_missing", format!("{said}: {}", named.join(", ")))
            }
            BackupError::Length => Self::invalid_field("body", said),
            BackupError::Time => Self::invalid_field("X-Chunk-From-Ms", said),
            BackupError::Hash => Self::invalid_field("X-Chunk-Sha256", said),
            BackupError::NotMedia => Self::invalid_field("body", said),
            BackupError::TooLarge => Self::new(StatusCode::PAYLOAD_TOO_LARGE, "too_large", said),
            BackupError::Disk(error) => {
                tracing::error!(%error, "a backup can't be kept");
                Self::unavailable("storage_unavailable", "it can't be kept just now")
            }
        }
    }
}

/// Where a recording's files are.
fn folder_of(shared: &Shared, recording: RecordingId) -> PathBuf {
    shared.config.data_dir.join("recordings").join(recording.to_string())
}

/// The answer that held at the end of what is known.
fn last_answer(manifest: &Manifest, participant: actors::ids::ParticipantId) -> Option<bool> {
    let person = manifest.people.iter().find(|person| person.id == participant)?;
    person.consents.last().map(|from| from.consents.allow(actors::protocol::Purpose::Recording))
}

/// Times of a chunk are not longer than a recording may be.
const TIME_MAX: Timestamp = Timestamp(30 * 24 * 3_600_000);
