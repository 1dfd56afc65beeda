//! What is past its time, found by reading and removed in small writes: rooms that live now get their turn in between.

use actors::protocol::Settings;
use diesel::prelude::*;
use uuid::Uuid;

use super::connection::Conn;
use super::models::FileRow;
use super::schema::{emotion_points, files, quality_points, room_journal, room_known, rooms, sessions};
use super::{Id, Store, StoreError};

/// Rows that one write removes, about.
pub(super) const BATCH: i64 = 500;
const DAY_MS: i64 = 24 * 3600 * 1000;

/// What some rooms have kept for longer than they say (`retentionDays`).
#[derive(Default)]
pub struct Overdue {
    pub sessions: Vec<Id>,
    /// Of sessions that are over.
    pub files: Vec<FileRow>,
    /// Rooms with people whose last admission is past it, and the time before which that is.
    pub known: Vec<(Id, i64)>,
    /// Rooms whose settings can't be read, so that nobody knows how long they keep things.
    pub unreadable: Vec<Id>,
    /// The last room that was looked at; `None` when there are no more.
    pub last: Option<Id>,
}

impl Store {
    /// What is overdue in the next `limit` rooms after `after`, in the order of their ids; at most some hundred things a room.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`], [`StoreError::Busy`].
    pub async fn overdue(&self, now: i64, after: Option<Id>, limit: i64) -> Result<Overdue, StoreError> {
        self.read(move |conn| {
            let after = after.unwrap_or(Id(Uuid::nil()));
            let page = rooms::table.filter(rooms::id.gt(after)).order(rooms::id).limit(limit);
            let page: Vec<(Id, String)> = page.select((rooms::id, rooms::settings)).load(conn)?;
            let mut found = Overdue { last: page.last().map(|(id, _)| *id), ..Overdue::default() };
            for (room, settings) in page {
                match serde_json::from_str::<Settings>(&settings) {
                    Ok(settings) => add_overdue(conn, room, now - i64::from(settings.retention_days) * DAY_MS, &mut found)?,
                    Err(_) => found.unreadable.push(room),
                }
            }
            Ok(found)
        })
        .await
    }

    /// Removes a session with its journal, quality and emotions.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`], [`StoreError::Busy`]; what is left then is removed the next time.
    pub async fn purge_session(&self, session: Uuid) -> Result<(), StoreError> {
        self.in_batches(move |conn| {
            let all = || room_journal::table.filter(room_journal::session_id.eq(Id(session)));
            let seqs: Vec<i64> = all().select(room_journal::seq).order(room_journal::seq).limit(BATCH).load(conn)?;
            let Some(last) = seqs.last() else { return Ok(0) };
            Ok(diesel::delete(all().filter(room_journal::seq.le(last))).execute(conn)?)
        })
        .await?;
        self.in_batches(move |conn| {
            let all = || quality_points::table.filter(quality_points::session_id.eq(Id(session)));
            let times: Vec<i64> = all().select(quality_points::at).order(quality_points::at).limit(BATCH).load(conn)?;
            let Some(last) = times.last() else { return Ok(0) };
            Ok(diesel::delete(all().filter(quality_points::at.le(last))).execute(conn)?)
        })
        .await?;
        self.in_batches(move |conn| {
            let all = || emotion_points::table.filter(emotion_points::session_id.eq(Id(session)));
            let times: Vec<i64> = all().select(emotion_points::at).order(emotion_points::at).limit(BATCH).load(conn)?;
            let Some(last) = times.last() else { return Ok(0) };
            Ok(diesel::delete(all().filter(emotion_points::at.le(last))).execute(conn)?)
        })
        .await?;
        self.write(move |conn| {
            diesel::delete(sessions::table.find(Id(session))).execute(conn)?;
            Ok(())
        })
        .await
    }

    /// Removes a room with its sessions, journals and file rows. Remove the files' bytes first.
    ///
    /// # Errors
    /// The same.
    pub async fn purge_room(&self, id: Uuid) -> Result<(), StoreError> {
        let all = sessions::table.filter(sessions::room_id.eq(Id(id))).select(sessions::id);
        let sessions: Vec<Id> = self.read(move |conn| Ok(all.load(conn)?)).await?;
        for session in sessions {
            self.purge_session(session.0).await?;
        }
        self.write(move |conn| {
            diesel::delete(rooms::table.find(Id(id))).execute(conn)?;
            Ok(())
        })
        .await
    }

    /// Forgets whom hosts of this room admitted for the last time before `before`.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`], [`StoreError::Busy`].
    pub async fn purge_known(&self, room: Uuid, before: i64) -> Result<usize, StoreError> {
        self.write(move |conn| {
            let old = room_known::table.filter(room_known::room_id.eq(Id(room))).filter(room_known::at.lt(before));
            Ok(diesel::delete(old).execute(conn)?)
        })
        .await
    }

    /// Repeats a delete of [`BATCH`] rows until less than that is found. How many it were together.
    pub(super) async fn in_batches<F>(&self, batch: F) -> Result<usize, StoreError>
    where
        F: Fn(&mut Conn) -> Result<usize, StoreError> + Clone + Send + 'static,
    {
        let mut removed = 0;
        loop {
            let found = self.write(batch.clone()).await?;
            removed += found;
            if found < BATCH as usize {
                return Ok(removed);
            }
        }
    }
}

fn add_overdue(conn: &mut Conn, room: Id, before: i64, found: &mut Overdue) -> Result<(), StoreError> {
    let of_room = || sessions::table.filter(sessions::room_id.eq(room));
    let over: Vec<Id> = of_room().filter(sessions::ended_at.lt(before)).select(sessions::id).limit(BATCH).load(conn)?;
    found.sessions.extend(over);
    let open: Vec<Id> = of_room().filter(sessions::ended_at.is_null()).select(sessions::id).load(conn)?;
    let old = files::table
        .filter(files::room_id.eq(room))
        .filter(files::created_at.lt(before))
        .filter(files::session_id.ne_all(open))
        .order(files::created_at)
        .limit(BATCH);
    found.files.extend(old.select(FileRow::as_select()).load(conn)?);
    let known = room_known::table.filter(room_known::room_id.eq(room)).filter(room_known::at.lt(before));
    if diesel::select(diesel::dsl::exists(known)).get_result(conn)? {
        found.known.push((room, before));
    }
    Ok(())
}
