//! Which recordings there are.

use super::{RecordingView, Seen, seen, view::view};
use crate::web::{
    auth::Caller,
    cursor::{Page, PageQuery},
    error::Problem,
    sessions,
    state::Shared,
};
use actix_web::{
    HttpResponse,
    http::header,
    web::{Data, Path, Query},
};
use uuid::Uuid;

/// The room's recordings, newest first.
#[utoipa::path(get, path = "/api/v1/rooms/{room}/recordings", tag = "recordings", params(("room" = String, Path), PageQuery),
    responses((status = 200, body = Page<RecordingView>), (status = 401), (status = 404)))]
pub async fn list(
    caller: Caller,
    shared: Data<Shared>,
    room: Path<String>,
    query: Query<PageQuery>,
) -> Result<HttpResponse, Problem> {
    let room = sessions::readable(&shared, &caller, &room).await?;
    let (limit, after) = (query.limit()?, query.after()?);
    let rows = shared.store.recordings_of(room.id.0, after, limit as i64 + 1).await?;
    let page = Page::of(rows, limit, |row| (row.started_at, row.id.0), |row| row);
    let whole = caller.manages_or_reads_all(&room);
    let mut items = Vec::with_capacity(page.items.len());
    for row in page.items {
        if whole || sessions::took_part_in(&shared, &caller, room.id.0, row.session_id.0).await? {
            items.push(view(&shared, Seen { room: room.clone(), row, whole }).await?);
        }
    }
    // The links in it are for whoever asked, and end.
    Ok(HttpResponse::Ok().insert_header((header::CACHE_CONTROL, "no-store")).json(Page { items, next_cursor: page.next_cursor }))
}

/// One recording, with links that are good for an hour.
#[utoipa::path(get, path = "/api/v1/rooms/{room}/recordings/{recording}", tag = "recordings", params(("room" = String, Path), ("recording" = Uuid, Path)),
    responses((status = 200, body = RecordingView), (status = 401), (status = 404)))]
pub async fn read(caller: Caller, shared: Data<Shared>, path: Path<(String, Uuid)>) -> Result<HttpResponse, Problem> {
    let (room, recording) = path.into_inner();
    let seen = seen(&shared, &caller, &room, recording).await?;
    Ok(HttpResponse::Ok().insert_header((header::CACHE_CONTROL, "no-store")).json(view(&shared, seen).await?))
}
