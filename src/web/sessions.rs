//! What happened in a room: its sessions and their reports.

use super::{
    auth::Caller,
    cursor::{Page, PageQuery},
    error::Problem,
    rooms,
    state::Shared,
};
use crate::store::{
    StoreError,
    models::{QualityRow, RoomRow, SessionRow, timestamp},
};
use actix_web::{
    HttpRequest, HttpResponse,
    http::header,
    web::{Data, Path, Query},
};
use actors::{Timestamp, meeting_manager::restore::restore};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;
use uuid::Uuid;

mod csv;
mod emotions;

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SessionView {
    session_id: Uuid,
    #[schema(value_type = String, format = DateTime)]
    started_at: Timestamp,
    /// None while it runs.
    #[schema(value_type = Option<String>, format = DateTime)]
    ended_at: Option<Timestamp>,
    end_reason: Option<String>,
    /// The most people at once.
    peak: i32,
}

impl From<SessionRow> for SessionView {
    fn from(row: SessionRow) -> Self {
        Self {
            session_id: row.id.0,
            started_at: timestamp(row.started_at),
            ended_at: row.ended_at.map(timestamp),
            end_reason: row.end_reason,
            peak: row.peak,
        }
    }
}

/// The room, if the caller may read what happened in it; who only has a join token reads the sessions of [`took_part`].
pub(super) async fn readable(shared: &Shared, caller: &Caller, named: &str) -> Result<RoomRow, Problem> {
    if caller.is_anonymous() {
        return Err(Problem::unauthorized());
    }
    let room = rooms::find(shared, caller, named).await?;
    if caller.reads_sessions(&room) { Ok(room) } else { Err(Problem::not_found()) }
}

/// The room's sessions, newest first.
#[utoipa::path(get, path = "/api/v1/rooms/{room}/sessions", tag = "sessions", params(("room" = String, Path), PageQuery),
    responses((status = 200, body = Page<SessionView>), (status = 401), (status = 404)))]
pub async fn list(
    caller: Caller,
    shared: Data<Shared>,
    room: Path<String>,
    query: Query<PageQuery>,
) -> Result<HttpResponse, Problem> {
    let room = readable(&shared, &caller, &room).await?;
    let (limit, after) = (query.limit()?, query.after()?);
    let rows = shared.store.sessions_of(room.id.0, after, limit as i64 + 1).await?;
    let page = Page::of(rows, limit, |row| (row.started_at, row.id.0), |row| row);
    let mut items = Vec::with_capacity(page.items.len());
    for row in page.items {
        if caller.manages_or_reads_all(&room) || took_part(&shared, &caller, &row).await? {
            items.push(SessionView::from(row));
        }
    }
    Ok(HttpResponse::Ok().json(Page { items, next_cursor: page.next_cursor }))
}

#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ReportQuery {
    /// `json` (default) or `csv`; an Accept header of `text/csv` says the same.
    format: Option<String>,
}

/// A session's report: who, how long, chat, quality over time.
#[utoipa::path(get, path = "/api/v1/rooms/{room}/sessions/{session}/report", tag = "sessions",
    params(("room" = String, Path), ("session" = Uuid, Path), ReportQuery),
    responses((status = 200, description = "The report, as JSON or CSV"), (status = 401), (status = 404)))]
pub async fn report(
    request: HttpRequest,
    caller: Caller,
    shared: Data<Shared>,
    path: Path<(String, Uuid)>,
    query: Query<ReportQuery>,
) -> Result<HttpResponse, Problem> {
    let (named, session) = path.into_inner();
    let room = readable(&shared, &caller, &named).await?;
    let row = shared.store.session(room.id.0, session).await?;
    if !caller.manages_or_reads_all(&room) && !took_part(&shared, &caller, &row).await? {
        return Err(Problem::not_found());
    }
    let quality = shared.store.quality_of(session).await?;
    let points = shared.store.emotions_of(session).await?;
    let reader = emotions::Reader { identity: caller.actor(), manages: caller.manages_or_reads_all(&room) };
    let report = assemble(&shared, &row, &quality, |report| reader.tell(report, &points)).await?;
    if wants_csv(&request, &query)? {
        let name = format!("attachment; filename=\"report-{session}.csv\"");
        return Ok(HttpResponse::Ok()
            .content_type("text/csv; charset=utf-8")
            .insert_header((header::CONTENT_DISPOSITION, name))
            .body(csv::participants(&report)));
    }
    Ok(HttpResponse::Ok().insert_header(("cache-control", "no-store")).json(report))
}

/// As [`took_part`], of a session by its id, for what it leaves: who has gone was there too, while it still runs for others. One that is gone was
/// nobody's.
pub(super) async fn took_part_in(shared: &Shared, caller: &Caller, room: Uuid, session: Uuid) -> Result<bool, Problem> {
    match shared.store.session(room, session).await {
        Ok(row) => Ok(took_part(shared, caller, &row).await? || has_been_in(shared, caller, &row).await?),
        Err(StoreError::NotFound) => Ok(false),
        Err(error) => Err(error.into()),
    }
}

/// Were they in this running session before? Whoever was turned out of it was not, for that matter.
async fn has_been_in(shared: &Shared, caller: &Caller, row: &SessionRow) -> Result<bool, Problem> {
    let Caller::Joiner(join) = caller else { return Ok(false) };
    if row.ended_at.is_some() {
        return Ok(false);
    }
    let banned = shared.rooms.live(join.room_id).await.is_none_or(|live| live.banned.contains(&join.identity));
    Ok(!banned && names(&running(shared, row).await?, join.identity.as_str()))
}

/// Does a session's summary name this identity?
fn names(report: &Value, identity: &str) -> bool {
    report["identities"].as_array().is_some_and(|who| who.iter().any(|one| one == identity))
}

/// Anybody with the room's code gets a join token, so that alone opens nothing: while the session runs they must be in it now, afterwards
/// they must have been.
async fn took_part(shared: &Shared, caller: &Caller, row: &SessionRow) -> Result<bool, Problem> {
    let Caller::Joiner(join) = caller else { return Ok(false) };
    let Some(summary) = &row.summary else {
        return Ok(row.ended_at.is_none() && shared.rooms.member(join.room_id, join.identity.clone()).await.is_some());
    };
    let report: Value = serde_json::from_str(summary).map_err(StoreError::from)?;
    Ok(names(&report, join.identity.as_str()))
}

fn wants_csv(request: &HttpRequest, query: &ReportQuery) -> Result<bool, Problem> {
    match query.format.as_deref() {
        Some("csv") => Ok(true),
        Some("json") => Ok(false),
        Some(_) => Err(Problem::invalid_field("format", "must be json or csv")),
        None => Ok(request.headers().get(header::ACCEPT).is_some_and(|accept| accept.as_bytes().starts_with(b"text/csv"))),
    }
}

/// What the room left (or, while it runs, what it knows now) with the session's own columns and its quality.
async fn assemble(
    shared: &Shared,
    row: &SessionRow,
    quality: &[QualityRow],
    emotions: impl FnOnce(&Value) -> Value,
) -> Result<Value, Problem> {
    let mut report = match &row.summary {
        Some(summary) => serde_json::from_str(summary).map_err(StoreError::from)?,
        None => running(shared, row).await?,
    };
    let points: Vec<Value> = quality
        .iter()
        .map(|point| {
            json!({ "participantId": point.participant_id.0, "at": timestamp(point.at), "score": point.score, "rttMs": point.rtt_ms, "loss": point.loss, "jitterMs": point.jitter_ms })
        })
        .collect();
    let emotions = emotions(&report);
    if let Value::Object(fields) = &mut report {
        fields.remove("identities");
        fields.insert("emotions".to_owned(), emotions);
        for (name, default) in
            [("participants", json!([])), ("chat", json!([])), ("chatCount", json!(0)), ("peak", json!(row.peak))]
        {
            fields.entry(name).or_insert(default);
        }
        fields.insert("sessionId".to_owned(), json!(row.id.0));
        fields.insert("startedAt".to_owned(), json!(timestamp(row.started_at)));
        fields.insert("endedAt".to_owned(), json!(row.ended_at.map(timestamp)));
        fields.insert("endReason".to_owned(), json!(row.end_reason));
        fields.insert("quality".to_owned(), Value::Array(points));
    }
    Ok(report)
}

/// The state of a running session is its journal's.
async fn running(shared: &Shared, row: &SessionRow) -> Result<Value, Problem> {
    let stored = shared.store.stored_room(row.room_id.0).await?.and_then(|room| room.session);
    let Some(session) = stored.filter(|session| session.session_id.0 == row.id.0) else { return Ok(json!({})) };
    let replayed = restore(&session).map_err(Problem::internal)?;
    Ok(replayed.state.summary(shared.clock.now()).report)
}
