//! The bytes of a recording's file, for whoever has its link (R6): our own names, ranges, never a page.

use super::range::{Asked, asked};
use crate::{
    recording::storage::{Place, StorageError, Tier},
    store::models::RecordingFileRow,
    web::{audit, error::Problem, state::Shared},
};
use actix_web::{
    HttpRequest, HttpResponse,
    http::{StatusCode, header},
    web::{Data, Path, Query},
};
use actors::{
    Timestamp,
    ids::{Identity, RoomId, TenantId},
    ports::AuditEntry,
};
use futures_util::TryStreamExt;
use serde::Deserialize;
use serde_json::json;
use sha2::{Digest, Sha256};
use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
    time::Duration,
};
use utoipa::IntoParams;
use uuid::Uuid;

/// How long a link of the store's own is good: it is followed at once.
const STORE_LINK_LIVES: Duration = Duration::from_secs(300);

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct DownloadQuery {
    /// The one in the file's `url`.
    token: Option<String>,
    /// `1`: for a player, not for saving.
    inline: Option<String>,
}

/// The bytes of a file, for whoever has its link; parts of it by `Range`.
#[utoipa::path(get, path = "/api/v1/rooms/{room}/recordings/{recording}/files/{file}", tag = "recordings",
    params(("room" = Uuid, Path), ("recording" = Uuid, Path), ("file" = Uuid, Path), DownloadQuery),
    responses((status = 200, description = "The bytes"), (status = 206, description = "A part of them"), (status = 302, description = "The store has them, at a link of its own"), (status = 401), (status = 404), (status = 416), (status = 503)))]
pub async fn download(
    request: HttpRequest,
    shared: Data<Shared>,
    path: Path<(Uuid, Uuid, Uuid)>,
    query: Query<DownloadQuery>,
) -> Result<HttpResponse, Problem> {
    let (room, recording, id) = path.into_inner();
    let query = query.into_inner();
    let token = query.token.ok_or_else(Problem::unauthorized)?;
    let link = shared.tokens.verify_file_link(&token, shared.clock.now()).map_err(|_| Problem::unauthorized())?;
    if link.room_id.0 != room || link.file_id.0 != id {
        return Err(Problem::not_found());
    }
    shared.store.room_by_id(room).await?;
    let file = shared.store.recording_file(room, recording, id).await?;
    let inline = query.inline.as_deref() == Some("1") && is_media(&file.mime);
    if shared.opened.is_first(&token, inline, shared.clock.now()) {
        note(&shared, link.tenant_id, link.room_id, &file, inline).await;
    }
    let place = Tier::named(&file.tier).and_then(|tier| shared.library.storage().tier(tier));
    let place = place.ok_or_else(|| Problem::internal(format!("no tier {}", file.tier)))?;
    if !inline && let Some(link) = place.link(&file.location, STORE_LINK_LIVES).await {
        let there = HttpResponse::Found().insert_header((header::LOCATION, link)).insert_header(no_store()).finish();
        return Ok(there);
    }
    let header = request.headers().get(header::RANGE).and_then(|range| range.to_str().ok());
    answer(place, &file, inline, header).await
}

fn no_store() -> (header::HeaderName, &'static str) {
    (header::CACHE_CONTROL, "private, no-store")
}

async fn answer(place: &Place, file: &RecordingFileRow, inline: bool, range: Option<&str>) -> Result<HttpResponse, Problem> {
    let size = place.size(&file.location).await.map_err(lost)?;
    let (status, part) = match asked(range, size) {
        Asked::Whole => (StatusCode::OK, 0..size),
        Asked::Part(part) => (StatusCode::PARTIAL_CONTENT, part),
        Asked::Nowhere => return Ok(nowhere(size)),
    };
    let mut response = HttpResponse::build(status);
    if status == StatusCode::PARTIAL_CONTENT {
        response.insert_header((header::CONTENT_RANGE, format!("bytes {}-{}/{size}", part.start, part.end - 1)));
    }
    let name: String = file.name.chars().map(|c| if c.is_ascii_alphanumeric() || "._-".contains(c) { c } else { '_' }).collect();
    let disposition = if inline { "inline".to_owned() } else { format!("attachment; filename=\"{name}\"") };
    let stream = place.stream(&file.location, part.clone());
    Ok(response
        .content_type(if inline { file.mime.as_str() } else { "application/octet-stream" })
        .insert_header((header::CONTENT_DISPOSITION, disposition))
        .insert_header((header::ACCEPT_RANGES, "bytes"))
        .insert_header((header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .insert_header((header::CONTENT_SECURITY_POLICY, "default-src 'none'; sandbox"))
        .insert_header((header::CACHE_CONTROL, "private, max-age=3600"))
        // Compressed, a part would be a part of something else.
        .insert_header((header::CONTENT_ENCODING, "identity"))
        .no_chunking(part.end - part.start)
        .streaming(stream.inspect_err(|error| tracing::warn!(%error, "a download broke off"))))
}

fn nowhere(size: u64) -> HttpResponse {
    let mut answer = actix_web::ResponseError::error_response(&Problem::new(
        StatusCode::RANGE_NOT_SATISFIABLE,
        "no_such_range",
        format!("the file has {size} bytes"),
    ));
    if let Ok(value) = header::HeaderValue::from_str(&format!("bytes */{size}")) {
        answer.headers_mut().insert(header::CONTENT_RANGE, value);
    }
    answer
}

/// What a page may show of us; anything else is only ever saved.
fn is_media(mime: &str) -> bool {
    mime.starts_with("video/") || mime.starts_with("audio/") || mime == "image/jpeg" || mime == "application/json"
}

fn lost(error: StorageError) -> Problem {
    match error {
        StorageError::Missing => Problem::not_found(),
        error => {
            tracing::warn!(%error, "a recording's file can't be reached");
            Problem::unavailable("storage_unavailable", "the file can't be reached just now")
        }
    }
}

/// A link has no name in it: what is kept is that somebody used it, and for which file.
async fn note(shared: &Shared, tenant_id: TenantId, room_id: RoomId, file: &RecordingFileRow, inline: bool) {
    let detail = json!({ "recordingId": file.recording_id, "fileId": file.id, "kind": file.kind });
    let action = if inline { "recording.played" } else { "recording.downloaded" };
    let entry = AuditEntry {
        tenant_id,
        at: shared.clock.now(),
        actor: Identity::from_subject("link"),
        action: action.to_owned(),
        room_id: Some(room_id),
        session_id: None,
        detail,
    };
    audit::write(shared, entry).await;
}

/// Links that were used lately: a player asks for a hundred parts of one file, which is one access.
#[derive(Default)]
pub struct Opened(Mutex<HashMap<[u8; 32], Timestamp>>);

/// As long as a link lives.
const REMEMBERED_MS: u64 = 3_600_000;
/// Beyond that all are forgotten, and an access may be noted twice.
const REMEMBERED_MOST: usize = 10_000;

impl Opened {
    fn is_first(&self, token: &str, inline: bool, now: Timestamp) -> bool {
        let key = Sha256::digest([token.as_bytes(), &[u8::from(inline)]].concat()).into();
        let mut opened = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if opened.len() >= REMEMBERED_MOST {
            opened.retain(|_, at| now.0 < at.0 + REMEMBERED_MS);
        }
        if opened.len() >= REMEMBERED_MOST {
            opened.clear();
        }
        opened.insert(key, now).is_none()
    }
}
