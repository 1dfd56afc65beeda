//! Files that people of a room share: streamed to disk, named by us, and only ever given out as attachments (D4, R6).

use super::{audit::note, auth::Caller, error::Problem, state::Shared, text};
use crate::{
    identity::FileLink,
    store::{
        Id,
        models::{FileRow, RoomRow, millis},
    },
};
use actix_multipart::Multipart;
use actix_web::{
    HttpRequest, HttpResponse,
    http::header,
    web::{Data, Path, Query},
};
use actors::{
    ids::{FileId, ParticipantId, RoomId, TenantId},
    protocol::SharedFile,
};
use serde::Deserialize;
use serde_json::json;
use std::{path::PathBuf, time::Duration};
use tokio::fs;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

mod upload;

use upload::{Upload, receive};

/// How long a link to a file is good: longer than any session.
const LINK_LIVES: Duration = Duration::from_secs(7 * 24 * 3600);
const LONGEST_NAME: usize = 200;

/// The body of an upload.
#[derive(ToSchema)]
#[allow(dead_code)]
pub struct FileForm {
    #[schema(value_type = String, format = Binary)]
    file: Vec<u8>,
}

/// Takes a file of somebody who is in the room now.
#[utoipa::path(post, path = "/api/v1/rooms/{room}/files", tag = "rooms", params(("room" = String, Path)),
    request_body(content = FileForm, content_type = "multipart/form-data"),
    responses((status = 201, description = "`{id, name, size, mime, url}`"), (status = 401), (status = 403, description = "Not in the room now"), (status = 404), (status = 409, description = "Too many files"), (status = 413), (status = 422)))]
pub async fn upload(
    request: HttpRequest,
    caller: Caller,
    shared: Data<Shared>,
    room: Path<String>,
    parts: Multipart,
) -> Result<HttpResponse, Problem> {
    shared.limits.writes.check(shared.client_ip(&request))?;
    let (room, participant) = member(&shared, &caller, &room).await?;
    let session = shared.rooms.live(RoomId(room.id.0)).await.ok_or_else(not_in_room)?.session_id.0;
    let (count, _) = shared.store.file_usage(session).await?;
    if count >= shared.config.max_files_per_room as usize {
        return Err(Problem::conflict("too_many_files", "the room has as many files as it may have"));
    }
    let id = Uuid::now_v7();
    let folder = PathBuf::from("files").join(room.id.to_string());
    let path = folder.join(id.to_string());
    fs::create_dir_all(shared.config.data_dir.join(&folder)).await.map_err(disk)?;
    let received = receive(parts, &shared.config.data_dir.join(&path), shared.config.max_file_bytes).await?;
    let row = row(&caller, &room, session, id, &path, received, millis(shared.clock.now()));
    let file = keep(&shared, &room, participant, row).await?;
    note(&shared, &caller, "file.shared", Some(room.id.0), json!({ "size": file.size, "mime": file.mime })).await;
    Ok(HttpResponse::Created().json(file))
}

/// The room of the caller's join token, and who they are in it now.
async fn member(shared: &Shared, caller: &Caller, named: &str) -> Result<(RoomRow, ParticipantId), Problem> {
    let Caller::Joiner(join) = caller else {
        return Err(if caller.is_anonymous() {
            Problem::unauthorized()
        } else {
            Problem::forbidden("wrong_token", "a join token of a member is needed")
        });
    };
    let room = super::rooms::find(shared, caller, named).await?;
    if room.id.0 != join.room_id.0 {
        return Err(Problem::not_found());
    }
    let participant = shared.rooms.member(join.room_id, join.identity.clone()).await.ok_or_else(not_in_room)?;
    Ok((room, participant))
}

fn not_in_room() -> Problem {
    Problem::forbidden("not_in_room", "only who is in the room may share files there")
}

fn row(caller: &Caller, room: &RoomRow, session: Uuid, id: Uuid, path: &std::path::Path, upload: Upload, now: i64) -> FileRow {
    let name = text::clean(&upload.name).chars().filter(|c| !matches!(c, '/' | '\\')).take(LONGEST_NAME).collect::<String>();
    FileRow {
        id: Id(id),
        room_id: room.id,
        session_id: Id(session),
        uploader: caller.actor().as_str().to_owned(),
        name: if name.is_empty() { "file".to_owned() } else { name },
        size: i64::try_from(upload.size).unwrap_or(i64::MAX),
        mime: upload.mime,
        path: path.display().to_string(),
        created_at: now,
    }
}

/// Tells the store and the room; a file that neither knows is removed again.
async fn keep(shared: &Shared, room: &RoomRow, participant: ParticipantId, row: FileRow) -> Result<SharedFile, Problem> {
    let file = shared_file(shared, room, &row);
    let path = shared.config.data_dir.join(&row.path);
    if let Err(error) = shared.store.add_file(row).await {
        discard(&path).await;
        return Err(error.into());
    }
    if let Err(refused) = shared.rooms.file_uploaded(RoomId(room.id.0), participant, file.clone()).await {
        shared.store.remove_file(file.id.0).await?;
        discard(&path).await;
        return Err(Problem::forbidden("not_permitted", refused.message));
    }
    Ok(file)
}

fn shared_file(shared: &Shared, room: &RoomRow, row: &FileRow) -> SharedFile {
    let link = FileLink { room_id: RoomId(room.id.0), tenant_id: TenantId(room.tenant_id.0), file_id: FileId(row.id.0) };
    let token = shared.tokens.issue_file_link(&link, LINK_LIVES, shared.clock.now());
    SharedFile {
        id: FileId(row.id.0),
        name: row.name.clone(),
        size: row.size.unsigned_abs(),
        mime: row.mime.clone(),
        url: format!("/api/v1/rooms/{}/files/{}?token={}", room.id, row.id, token.expose()),
    }
}

async fn discard(path: &std::path::Path) {
    if let Err(error) = fs::remove_file(path).await {
        tracing::warn!(%error, "an upload that was refused stays on disk");
    }
}

fn disk(error: std::io::Error) -> Problem {
    tracing::error!(%error, "files can't be written");
    Problem::unavailable("storage_unavailable", "the file can't be kept just now")
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct DownloadQuery {
    /// The one in the file's `url`.
    token: Option<String>,
}

/// The bytes of a file, for whoever has its link.
#[utoipa::path(get, path = "/api/v1/rooms/{room}/files/{file}", tag = "rooms", params(("room" = Uuid, Path), ("file" = Uuid, Path), DownloadQuery),
    responses((status = 200, description = "The bytes, always as an attachment"), (status = 401), (status = 404)))]
pub async fn download(
    shared: Data<Shared>,
    path: Path<(Uuid, Uuid)>,
    query: Query<DownloadQuery>,
) -> Result<HttpResponse, Problem> {
    let (room, id) = path.into_inner();
    let token = query.into_inner().token.ok_or_else(Problem::unauthorized)?;
    let link = shared.tokens.verify_file_link(&token, shared.clock.now()).map_err(|_| Problem::unauthorized())?;
    if link.room_id.0 != room || link.file_id.0 != id {
        return Err(Problem::not_found());
    }
    shared.store.room_by_id(room).await?;
    let row = shared.store.file(room, id).await?;
    let file = match fs::File::open(shared.config.data_dir.join(&row.path)).await {
        Ok(file) => file,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Err(Problem::not_found()),
        Err(error) => return Err(disk(error)),
    };
    Ok(HttpResponse::Ok()
        .content_type("application/octet-stream")
        .insert_header((header::CONTENT_DISPOSITION, attachment(&row.name)))
        .insert_header((header::CONTENT_SECURITY_POLICY, "default-src 'none'; sandbox"))
        .insert_header((header::CACHE_CONTROL, "private, max-age=3600"))
        .no_chunking(row.size.unsigned_abs())
        .streaming(upload::bytes_of(file)))
}

/// RFC 6266, with the name for old and new clients; no character of it can end the header or the quotes.
fn attachment(name: &str) -> String {
    let plain: String = name.chars().map(|c| if c.is_ascii_alphanumeric() || "._- ".contains(c) { c } else { '_' }).collect();
    let encoded: String = name
        .bytes()
        .map(|b| if b.is_ascii_alphanumeric() || b"._-".contains(&b) { char::from(b).to_string() } else { format!("%{b:02X}") })
        .collect();
    format!("attachment; filename=\"{plain}\"; filename*=UTF-8''{encoded}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hostile_name_stays_a_name() {
        let header = attachment("../\"; x=\"é\r\nSet-Cookie: a=b");
        assert!(!header.contains(['\r', '\n']));
        assert_eq!(header.matches('"').count(), 2);
        assert!(header.ends_with("filename*=UTF-8''..%2F%22%3B%20x%3D%22%C3%A9%0D%0ASet-Cookie%3A%20a%3Db"));
    }
}
