//! A room's journal as a file, for `greenroom replay`.

use super::{auth::Caller, error::Problem, rooms, state::Shared};
use actix_web::{
    HttpResponse,
    http::header,
    web::{Bytes, Data, Path, Query},
};
use actors::ports::JournalEntry;
use futures_util::stream;
use serde::Deserialize;
use utoipa::IntoParams;
use uuid::Uuid;

/// Entries that are read at once: the file may be long, memory is not.
const AT_ONCE: i64 = 500;

#[derive(Deserialize, IntoParams)]
#[serde(rename_all = "camelCase")]
#[into_params(parameter_in = Query)]
pub struct JournalQuery {
    /// The newest session if not given.
    session_id: Option<Uuid>,
}

/// The journal of a session as JSON lines: the room first, then an entry a line.
#[utoipa::path(get, path = "/api/v1/rooms/{room}/journal", tag = "sessions", params(("room" = String, Path), JournalQuery),
    responses((status = 200, description = "JSON lines", content_type = "application/x-ndjson"), (status = 401), (status = 404)))]
pub async fn export(
    caller: Caller,
    shared: Data<Shared>,
    room: Path<String>,
    query: Query<JournalQuery>,
) -> Result<HttpResponse, Problem> {
    let room = rooms::find_managed(&shared, &caller, &room).await?;
    let session = match query.session_id {
        Some(session) => shared.store.session(room.id.0, session).await?,
        None => shared.store.sessions_of(room.id.0, None, 1).await?.pop().ok_or_else(Problem::not_found)?,
    };
    let name = format!("attachment; filename=\"journal-{}.jsonl\"", session.id);
    Ok(HttpResponse::Ok()
        .content_type("application/x-ndjson")
        .insert_header((header::CONTENT_DISPOSITION, name))
        .streaming(lines(shared, session.id.0)))
}

fn lines(shared: Data<Shared>, session: Uuid) -> impl futures_util::Stream<Item = Result<Bytes, Problem>> {
    stream::try_unfold(0_u64, move |from| {
        let shared = shared.clone();
        async move {
            let entries = shared.store.journal_from(session, from, AT_ONCE).await?;
            let Some(last) = entries.last().map(|entry| entry.seq) else { return Ok(None) };
            let text: String = entries.iter().map(line).collect();
            Ok(Some((Bytes::from(text), last + 1)))
        }
    })
}

/// The entry 0 is the file's first line as it is.
fn line(entry: &JournalEntry) -> String {
    let text = if entry.seq == 0 { entry.input.clone() } else { serde_json::to_string(entry).unwrap_or_default() };
    text + "\n"
}
