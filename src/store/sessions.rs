//! Sessions: one sitting in a room each.

use actors::ports::SessionSummary;
use actors::protocol::EndReason;
use diesel::prelude::*;
use uuid::Uuid;

use super::connection::Conn;
use super::models::SessionRow;
use super::schema::{outside_sessions, room_snapshots, rooms, sessions};
use super::{Id, Store, StoreError};

impl Store {
    /// # Errors
    /// [`StoreError::Conflict`] when the session exists, [`StoreError::Dangling`] when the room doesn't.
    pub fn open_session(
        &self,
        room: Uuid,
        session: Uuid,
        now: i64,
    ) -> impl Future<Output = Result<(), StoreError>> + Send + use<> {
        let row = SessionRow {
            id: Id(session),
            room_id: Id(room),
            started_at: now,
            ended_at: None,
            end_reason: None,
            peak: 0,
            summary: None,
        };
        self.write(move |conn| {
            diesel::insert_into(sessions::table).values(&row).execute(conn)?;
            Ok(())
        })
    }

    /// Ends it and keeps what its report needs. The snapshot goes, the journal stays for replay. Ending twice changes nothing.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub fn close_session(
        &self,
        session: Uuid,
        now: i64,
        reason: EndReason,
        summary: SessionSummary,
    ) -> impl Future<Output = Result<(), StoreError>> + Send + use<> {
        let reason = reason_text(reason);
        let peak = i32::try_from(summary.peak).unwrap_or(i32::MAX);
        let report = summary.report.to_string();
        self.write(move |conn| {
            let kept: Option<String> = sessions::table.find(Id(session)).select(sessions::summary).first(conn)?;
            if kept.is_some() {
                return Ok(());
            }
            let end = (
                sessions::ended_at.eq(now),
                sessions::end_reason.eq(reason?),
                sessions::peak.eq(peak),
                sessions::summary.eq(report),
            );
            diesel::update(sessions::table.find(Id(session))).set(end).execute(conn)?;
            diesel::delete(room_snapshots::table.find(Id(session))).execute(conn)?;
            Ok(())
        })
    }

    /// # Errors
    /// [`StoreError::NotFound`], also when it is a session of another room.
    pub async fn session(&self, room: Uuid, session: Uuid) -> Result<SessionRow, StoreError> {
        self.read(move |conn| {
            let query = sessions::table.find(Id(session)).filter(sessions::room_id.eq(Id(room)));
            Ok(query.select(SessionRow::as_select()).first(conn)?)
        })
        .await
    }

    /// Newest first; `before` is the `(started_at, id)` of the last one already seen.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`], [`StoreError::Busy`].
    pub async fn sessions_of(&self, room: Uuid, before: Option<(i64, Uuid)>, limit: i64) -> Result<Vec<SessionRow>, StoreError> {
        self.read(move |conn| {
            let mut query = sessions::table
                .filter(sessions::room_id.eq(Id(room)))
                .order((sessions::started_at.desc(), sessions::id.desc()))
                .limit(limit)
                .into_boxed();
            if let Some((at, id)) = before {
                let earlier = sessions::started_at.lt(at).or(sessions::started_at.eq(at).and(sessions::id.lt(Id(id))));
                query = query.filter(earlier);
            }
            Ok(query.select(SessionRow::as_select()).load(conn)?)
        })
        .await
    }

    /// Rooms with a session that has not ended, and whose people are on this server.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`], [`StoreError::Busy`].
    pub async fn rooms_in_session(&self) -> Result<Vec<Id>, StoreError> {
        self.read(|conn| {
            let outside = outside_sessions::table.select(outside_sessions::session_id);
            let open = sessions::table.filter(sessions::ended_at.is_null()).filter(sessions::id.ne_all(outside));
            Ok(open.select(sessions::room_id).distinct().load(conn)?)
        })
        .await
    }
}

/// A room that was deleted never starts again, so a session that a crash left open in it ends here. Its summary stays empty.
pub(super) fn end_those_of_deleted_rooms(conn: &mut Conn) -> Result<(), StoreError> {
    let open: Vec<(Id, Option<i64>)> = sessions::table
        .inner_join(rooms::table)
        .filter(sessions::ended_at.is_null())
        .filter(rooms::deleted_at.is_not_null())
        .select((sessions::id, rooms::deleted_at))
        .load(conn)?;
    for (session, deleted_at) in open {
        let end = (sessions::ended_at.eq(deleted_at), sessions::end_reason.eq(reason_text(EndReason::Deleted)?));
        diesel::update(sessions::table.find(session)).set(end).execute(conn)?;
    }
    Ok(())
}

/// As on the wire: `ended_by_host`.
fn reason_text(reason: EndReason) -> Result<String, StoreError> {
    Ok(serde_json::to_string(&reason)?.trim_matches('"').to_owned())
}
