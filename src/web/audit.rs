//! Who did what, over REST: writing it and reading it.

use super::{
    auth::Caller,
    cursor::{Page, PageQuery},
    error::Problem,
    state::Shared,
};
use crate::store::{AuditFilter, models::AuditRow, models::timestamp};
use actix_web::{
    HttpResponse,
    web::{Data, Query},
};
use actors::{
    Timestamp,
    ids::{RoomId, SessionId},
    ports::AuditEntry,
};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

/// Writes what a caller did. What was done stands even if this could not be written; then the log says so.
pub async fn note(shared: &Shared, caller: &Caller, action: &str, room: Option<Uuid>, detail: Value) {
    let entry = AuditEntry {
        tenant_id: caller.tenant_id(),
        at: shared.clock.now(),
        actor: caller.actor(),
        action: action.to_owned(),
        room_id: room.map(RoomId),
        session_id: None::<SessionId>,
        detail,
    };
    write(shared, entry).await;
}

pub async fn write(shared: &Shared, entry: AuditEntry) {
    let action = entry.action.clone();
    if let Err(error) = shared.store.record_audit(entry).await {
        tracing::error!(%error, action, "not written to the audit log");
    }
}

#[derive(Deserialize, IntoParams)]
#[serde(rename_all = "camelCase")]
#[into_params(parameter_in = Query)]
pub struct AuditQuery {
    /// Only this action, such as `room.created`.
    action: Option<String>,
    /// Only this room.
    room_id: Option<Uuid>,
    /// Not before; RFC 3339.
    #[param(value_type = Option<String>, format = DateTime)]
    since: Option<Timestamp>,
    cursor: Option<String>,
    limit: Option<u32>,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AuditView {
    id: Uuid,
    #[schema(value_type = String, format = DateTime)]
    at: Timestamp,
    actor: String,
    action: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    room_id: Option<Uuid>,
    #[serde(skip_serializing_if = "Option::is_none")]
    session_id: Option<Uuid>,
    #[schema(value_type = Object)]
    detail: Value,
}

impl From<AuditRow> for AuditView {
    fn from(row: AuditRow) -> Self {
        Self {
            id: row.id.0,
            at: timestamp(row.at),
            actor: row.actor,
            action: row.action,
            room_id: row.room_id.map(|id| id.0),
            session_id: row.session_id.map(|id| id.0),
            detail: serde_json::from_str(&row.detail).unwrap_or_default(),
        }
    }
}

/// The audit log, newest first. An account's key sees what that account did, an operator's key the tenant's.
#[utoipa::path(get, path = "/api/v1/audit", tag = "operations", params(AuditQuery),
    responses((status = 200, body = Page<AuditView>), (status = 401, description = "A key is needed"), (status = 403, description = "The key lacks audit:read")))]
pub async fn list(caller: Caller, shared: Data<Shared>, query: Query<AuditQuery>) -> Result<HttpResponse, Problem> {
    let actor = caller.reads_audit_of()?;
    let query = query.into_inner();
    let page = PageQuery { cursor: query.cursor, limit: query.limit };
    let filter = AuditFilter {
        action: query.action,
        actor: actor.map(|actor| actor.as_str().to_owned()),
        room: query.room_id,
        since: query.since.map(crate::store::models::millis),
        before: page.after()?,
    };
    let limit = page.limit()?;
    let rows = shared.store.audit_log(caller.tenant(), filter, limit as i64 + 1).await?;
    Ok(HttpResponse::Ok().json(Page::of(rows, limit, |row| (row.at, row.id.0), AuditView::from)))
}
