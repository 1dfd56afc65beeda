//! Who did what. Rows are only added, and go when their retention is over.

use actors::ports::AuditEntry;
use diesel::prelude::*;
use uuid::Uuid;

use super::connection::Conn;
use super::models::{AuditRow, millis};
use super::retention::BATCH;
use super::schema::audit_log;
use super::{Id, Store, StoreError};

/// Which part of the log to read; `before` is the `(at, id)` of the last row already seen.
#[derive(Clone, Default)]
pub struct AuditFilter {
    pub action: Option<String>,
    pub actor: Option<String>,
    pub room: Option<Uuid>,
    pub since: Option<i64>,
    pub before: Option<(i64, Uuid)>,
}

impl Store {
    /// # Errors
    /// [`StoreError::Unavailable`], [`StoreError::Busy`].
    pub fn record_audit(&self, entry: AuditEntry) -> impl Future<Output = Result<(), StoreError>> + Send + use<> {
        let row = row(entry);
        self.write(move |conn| insert(conn, &row))
    }

    /// A tenant's log, newest first.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`], [`StoreError::Busy`].
    pub async fn audit_log(&self, tenant: Uuid, filter: AuditFilter, limit: i64) -> Result<Vec<AuditRow>, StoreError> {
        self.read(move |conn| {
            let mut query = audit_log::table
                .filter(audit_log::tenant_id.eq(Id(tenant)))
                .order((audit_log::at.desc(), audit_log::id.desc()))
                .limit(limit)
                .into_boxed();
            if let Some(action) = filter.action {
                query = query.filter(audit_log::action.eq(action));
            }
            if let Some(actor) = filter.actor {
                query = query.filter(audit_log::actor.eq(actor));
            }
            if let Some(room) = filter.room {
                query = query.filter(audit_log::room_id.eq(Id(room)));
            }
            if let Some(since) = filter.since {
                query = query.filter(audit_log::at.ge(since));
            }
            if let Some((at, id)) = filter.before {
                query = query.filter(audit_log::at.lt(at).or(audit_log::at.eq(at).and(audit_log::id.lt(Id(id)))));
            }
            Ok(query.select(AuditRow::as_select()).load(conn)?)
        })
        .await
    }

    /// Forgets what happened before `before`.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`], [`StoreError::Busy`].
    pub async fn purge_audit(&self, before: i64) -> Result<usize, StoreError> {
        self.in_batches(move |conn| {
            let old = || audit_log::table.filter(audit_log::at.lt(before));
            let times: Vec<i64> = old().select(audit_log::at).order(audit_log::at).limit(BATCH).load(conn)?;
            let Some(last) = times.last() else { return Ok(0) };
            Ok(diesel::delete(old().filter(audit_log::at.le(last))).execute(conn)?)
        })
        .await
    }
}

fn insert(conn: &mut Conn, row: &AuditRow) -> Result<(), StoreError> {
    diesel::insert_into(audit_log::table).values(row).execute(conn)?;
    Ok(())
}

fn row(entry: AuditEntry) -> AuditRow {
    AuditRow {
        id: Id::new(),
        tenant_id: Id(entry.tenant_id.0),
        at: millis(entry.at),
        actor: entry.actor.as_str().to_owned(),
        action: entry.action,
        room_id: entry.room_id.map(|id| Id(id.0)),
        session_id: entry.session_id.map(|id| Id(id.0)),
        detail: entry.detail.to_string(),
    }
}
