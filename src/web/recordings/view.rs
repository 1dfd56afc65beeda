//! A recording as its address shows it.

use super::Seen;
use crate::{
    identity::FileLink,
    recording::{
        composite::Chapter,
        library::{RecordedName, SpeakerTurn},
    },
    store::{
        models::{RecordingFileRow, timestamp},
        recordings::days_kept,
    },
    web::{error::Problem, state::Shared},
};
use actors::{
    Timestamp,
    ids::{FileId, RecordingId, RoomId, TenantId},
    protocol::{RecordingProblem, Settings},
};
use serde::Serialize;
use std::time::Duration;
use utoipa::ToSchema;
use uuid::Uuid;

/// How long a link to a file is good.
const LINK_LIVES: Duration = Duration::from_secs(3600);
const DAY_MS: u64 = 24 * 3600 * 1000;

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct RecordingView {
    pub recording_id: Uuid,
    room_id: Uuid,
    session_id: Uuid,
    #[schema(value_type = String, format = DateTime)]
    started_at: Timestamp,
    /// None while it runs.
    #[schema(value_type = Option<String>, format = DateTime)]
    ended_at: Option<Timestamp>,
    duration_ms: i64,
    bytes: i64,
    #[schema(example = "ready")]
    state: String,
    /// Of the step, 0 to 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    progress: Option<f64>,
    /// `composite`, `thumbnails`, `upload`.
    #[serde(skip_serializing_if = "Option::is_none")]
    step: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    started_by: Option<String>,
    /// While it runs `disk_full`, `read_only`, `failed`; afterwards `no_ffmpeg`, `ffmpeg_unusable`, `composite_failed`,
    /// `composite_partial`, `cut_short`, `empty`, `failed`, `no_manifest`.
    #[serde(skip_serializing_if = "Option::is_none")]
    problem: Option<String>,
    /// Where its files lie: `local`, `store`, `archive`.
    tier: String,
    /// When it is removed.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    expires_at: Option<Timestamp>,
    /// The film, for an hour.
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    thumbnail_url: Option<String>,
    /// What is there and what is missing, signed.
    #[serde(skip_serializing_if = "Option::is_none")]
    report_url: Option<String>,
    files: Vec<FileView>,
    speakers: Vec<SpeakerTurn>,
    chapters: Vec<Chapter>,
    people: Vec<RecordedName>,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct FileView {
    id: Uuid,
    /// `composite`, `track`, `audio`, `thumbnail`, `report`, `backup`.
    kind: String,
    name: String,
    mime: String,
    bytes: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    duration_ms: Option<i64>,
    /// Hex.
    #[serde(skip_serializing_if = "Option::is_none")]
    sha256: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    participant_id: Option<Uuid>,
    #[serde(skip_serializing_if = "Option::is_none")]
    display_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    source: Option<String>,
    /// For an hour; `inline=1` is for players.
    url: String,
}

/// With fresh links.
pub async fn view(shared: &Shared, seen: Seen) -> Result<RecordingView, Problem> {
    let Seen { room, row, whole } = seen;
    let id = RecordingId(row.id.0);
    let mut files = shared.store.files_of_recording(id.0).await?;
    files.retain(|file| whole || is_for_all(&file.kind));
    let link = |file: &RecordingFileRow| link(shared, &room.id.0, &room.tenant_id.0, file);
    let first = |kind: &str| files.iter().find(|file| file.kind == kind).map(&link);
    let details = shared.library.details(id).await;
    let running = row.state == "recording";
    let problem = if running { problem_now(shared, RoomId(room.id.0), id).await } else { row.problem };
    let started_at = timestamp(row.started_at);
    let duration_ms = if running { millis_since(shared, started_at) } else { row.duration_ms };
    let busy = row.state == "processing" || row.step.is_some();
    let expires_at = row.ended_at.and_then(|at| {
        let settings: Settings = serde_json::from_str(&room.settings).ok()?;
        let days = days_kept(&settings, shared.library.retention_days()).unsigned_abs();
        Some(Timestamp(timestamp(at).0.saturating_add(days.saturating_mul(DAY_MS))))
    });
    Ok(RecordingView {
        recording_id: id.0,
        room_id: room.id.0,
        session_id: row.session_id.0,
        started_at,
        ended_at: row.ended_at.map(timestamp),
        duration_ms,
        bytes: row.bytes,
        state: row.state,
        progress: busy.then_some(row.progress),
        step: row.step,
        started_by: row.started_by.filter(|_| whole),
        problem,
        tier: row.tier,
        expires_at,
        url: first("composite"),
        thumbnail_url: first("thumbnail").map(|url| url + "&inline=1"),
        report_url: first("report").map(|url| url + "&inline=1"),
        files: files.iter().map(|file| file_view(file, link(file))).collect(),
        speakers: details.speakers,
        chapters: details.chapters,
        people: details.people,
    })
}

/// Single tracks are for those who manage the room.
fn is_for_all(kind: &str) -> bool {
    matches!(kind, "composite" | "thumbnail" | "report" | "signature")
}

/// What the room says of a recording that runs.
async fn problem_now(shared: &Shared, room: RoomId, id: RecordingId) -> Option<String> {
    let running = shared.rooms.recording(room).await.filter(|running| running.id == id)?;
    running.problem.map(|problem| {
        match problem {
            RecordingProblem::DiskFull => "disk_full",
            RecordingProblem::ReadOnly => "read_only",
            RecordingProblem::Failed => "failed",
        }
        .to_owned()
    })
}

fn millis_since(shared: &Shared, started: Timestamp) -> i64 {
    i64::try_from(shared.clock.now().0.saturating_sub(started.0)).unwrap_or(i64::MAX)
}

fn file_view(file: &RecordingFileRow, url: String) -> FileView {
    FileView {
        id: file.id.0,
        kind: file.kind.clone(),
        name: file.name.clone(),
        mime: file.mime.clone(),
        bytes: file.bytes,
        duration_ms: file.duration_ms,
        sha256: file.sha256.clone(),
        participant_id: file.participant_id.map(|id| id.0),
        display_name: file.display_name.clone(),
        source: file.source.clone(),
        url,
    }
}

fn link(shared: &Shared, room: &Uuid, tenant: &Uuid, file: &RecordingFileRow) -> String {
    let link = FileLink { room_id: RoomId(*room), tenant_id: TenantId(*tenant), file_id: FileId(file.id.0) };
    let token = shared.tokens.issue_file_link(&link, LINK_LIVES, shared.clock.now());
    format!("/api/v1/rooms/{room}/recordings/{}/files/{}?token={}", file.recording_id, file.id, token.expose())
}
