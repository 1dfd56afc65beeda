//! A session's journal and its newest snapshot: together they are the room. This is the port that the inside writes through.

use actors::clock::Timestamp;
use actors::ids::{Identity, RoomId, SessionId};
use actors::ports::{
    Answer, AuditEntry, ConsentRecord, JournalEntry, QualityPoint, RoomStore, SessionSummary, Snapshot, StoreError as PortError,
    StoredRoom, StoredSession,
};
use actors::protocol::{EmotionReading, EndReason, Settings};
use diesel::prelude::*;
use uuid::Uuid;

use super::connection::Conn;
use super::known::known_of;
use super::models::{JournalRow, RoomChanges, RoomRow, SessionRow, SnapshotRow, millis, timestamp};
use super::schema::{outside_sessions, room_journal, room_snapshots, rooms, sessions};
use super::{Id, Store, StoreError};

impl Store {
    /// # Errors
    /// [`StoreError::Conflict`] when that `seq` holds another entry or the one before it was not written, [`StoreError::Dangling`] when there is no such session.
    pub fn append_journal(&self, entry: JournalEntry) -> impl Future<Output = Result<(), StoreError>> + Send + use<> {
        let row = JournalRow {
            session_id: Id(entry.session_id.0),
            seq: seq_column(entry.seq),
            at_ms: millis(entry.at),
            input: entry.input,
        };
        self.write(move |conn| {
            if is_kept(conn, &row)? {
                return Ok(());
            }
            refuse_gap(conn, &row)?;
            diesel::insert_into(room_journal::table).values(&row).execute(conn)?;
            Ok(())
        })
    }

    /// At most `limit` entries after `seq`, in order.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`], [`StoreError::Busy`].
    pub async fn journal_after(&self, session: Uuid, seq: u64, limit: i64) -> Result<Vec<JournalRow>, StoreError> {
        self.read(move |conn| {
            let query = room_journal::table
                .filter(room_journal::session_id.eq(Id(session)))
                .filter(room_journal::seq.gt(seq_column(seq)))
                .order(room_journal::seq)
                .limit(limit);
            Ok(query.select(JournalRow::as_select()).load(conn)?)
        })
        .await
    }

    /// At most `limit` entries from `seq` on, in order; the entry 0 is the session's opening.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`], [`StoreError::Busy`].
    pub async fn journal_from(&self, session: Uuid, seq: u64, limit: i64) -> Result<Vec<JournalEntry>, StoreError> {
        self.read(move |conn| {
            let query = room_journal::table
                .filter(room_journal::session_id.eq(Id(session)))
                .filter(room_journal::seq.ge(seq_column(seq)))
                .order(room_journal::seq)
                .limit(limit);
            let rows: Vec<JournalRow> = query.select(JournalRow::as_select()).load(conn)?;
            Ok(rows.into_iter().map(entry_of).collect())
        })
        .await
    }

    /// Keeps the newer of what is there and what is given: a late writer never takes a room back.
    ///
    /// # Errors
    /// [`StoreError::Dangling`] when there is no such session.
    pub fn keep_snapshot(&self, snapshot: Snapshot) -> impl Future<Output = Result<(), StoreError>> + Send + use<> {
        let row = SnapshotRow { session_id: Id(snapshot.session_id.0), seq: seq_column(snapshot.seq), state: snapshot.state };
        self.write(move |conn| {
            let kept: Option<i64> =
                room_snapshots::table.find(row.session_id).select(room_snapshots::seq).first(conn).optional()?;
            match kept {
                Some(seq) if seq > row.seq => {}
                Some(_) => {
                    diesel::update(room_snapshots::table.find(row.session_id)).set(&row).execute(conn)?;
                }
                None => {
                    diesel::insert_into(room_snapshots::table).values(&row).execute(conn)?;
                }
            }
            Ok(())
        })
    }

    fn change_room_from_inside(
        &self,
        room: RoomId,
        name: String,
        settings: &Settings,
        host: &Identity,
    ) -> impl Future<Output = Result<(), StoreError>> + Send + use<> {
        let changes = serde_json::to_string(settings).map(|settings| RoomChanges {
            name: Some(name),
            settings: Some(settings),
            host: Some(host.as_str().to_owned()),
            ..RoomChanges::default()
        });
        let changed = changes.map(|changes| self.change_room(room.0, changes));
        async move { changed?.await.map(drop) }
    }

    /// A room and all that is needed to go on where its open session was.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`], [`StoreError::Busy`].
    pub async fn stored_room(&self, id: Uuid) -> Result<Option<StoredRoom>, StoreError> {
        self.read(move |conn| {
            // One transaction, so that snapshot and tail belong together.
            conn.transaction(|conn| {
                let live = rooms::table.find(Id(id)).filter(rooms::deleted_at.is_null());
                let Some(row) = live.select(RoomRow::as_select()).first(conn).optional()? else { return Ok(None) };
                let known = known_of(conn, row.id)?.into_iter().map(Identity::from_subject).collect();
                Ok(Some(StoredRoom { record: row.record()?, session: open_session_of(conn, row.id)?, known }))
            })
        })
        .await
    }
}

/// A journal with a hole can't be replayed: once an entry was refused (a full queue), those after it are too.
/// Was this very entry written before? Whoever did not hear so may try again.
fn is_kept(conn: &mut Conn, row: &JournalRow) -> Result<bool, StoreError> {
    let kept = room_journal::table.find((row.session_id, row.seq)).select((room_journal::at_ms, room_journal::input));
    match kept.first::<(i64, String)>(conn).optional()? {
        Some((at_ms, input)) if at_ms == row.at_ms && input == row.input => Ok(true),
        Some(_) => Err(StoreError::Conflict),
        None => Ok(false),
    }
}

fn refuse_gap(conn: &mut Conn, row: &JournalRow) -> Result<(), StoreError> {
    // The opening is the entry 0, and nothing comes before it.
    if row.seq == 0 {
        return Ok(());
    }
    let before = room_journal::table.find((row.session_id, row.seq - 1)).select(room_journal::seq);
    match before.first::<i64>(conn).optional()? {
        Some(_) => Ok(()),
        None => Err(StoreError::Conflict),
    }
}

fn open_session_of(conn: &mut Conn, room: Id) -> Result<Option<StoredSession>, StoreError> {
    let outside = outside_sessions::table.filter(outside_sessions::room_id.eq(room)).select(outside_sessions::session_id);
    let open = sessions::table
        .filter(sessions::room_id.eq(room))
        .filter(sessions::ended_at.is_null())
        .filter(sessions::id.ne_all(outside))
        .order((sessions::started_at.desc(), sessions::id.desc()));
    let Some(session) = open.select(SessionRow::as_select()).first(conn).optional()? else { return Ok(None) };
    let snapshot = room_snapshots::table.find(session.id).select(SnapshotRow::as_select()).first(conn).optional()?;
    let tail = room_journal::table
        .filter(room_journal::session_id.eq(session.id))
        .filter(room_journal::seq.gt(snapshot.as_ref().map_or(-1, |kept| kept.seq)))
        .order(room_journal::seq)
        .select(JournalRow::as_select())
        .load(conn)?;
    Ok(Some(StoredSession {
        session_id: SessionId(session.id.0),
        started_at: timestamp(session.started_at),
        snapshot: snapshot.map(snapshot_of),
        tail: tail.into_iter().map(entry_of).collect(),
    }))
}

fn snapshot_of(row: SnapshotRow) -> Snapshot {
    Snapshot { session_id: SessionId(row.session_id.0), seq: row.seq.unsigned_abs(), state: row.state }
}

/// A row as the inside knows it.
pub fn entry_of(row: JournalRow) -> JournalEntry {
    JournalEntry {
        session_id: SessionId(row.session_id.0),
        seq: row.seq.unsigned_abs(),
        at: timestamp(row.at_ms),
        input: row.input,
    }
}

fn seq_column(seq: u64) -> i64 {
    i64::try_from(seq).unwrap_or(i64::MAX)
}

impl From<StoreError> for PortError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Busy => Self::Busy,
            StoreError::NotFound | StoreError::Dangling => Self::NotFound,
            StoreError::Conflict => Self::Conflict,
            other => Self::Failed(other.to_string()),
        }
    }
}

/// Runs a method of the store as an answer of the port.
fn answer<T, F>(work: F) -> Answer<T>
where
    T: Send + 'static,
    F: Future<Output = Result<T, StoreError>> + Send + 'static,
{
    Box::pin(async move { work.await.map_err(PortError::from) })
}

impl RoomStore for Store {
    fn room(&self, room: RoomId) -> Answer<Option<StoredRoom>> {
        let store = self.clone();
        answer(async move {
            // Behind every write that is queued, so that none of them is missed.
            store.write(|_| Ok(())).await?;
            store.stored_room(room.0).await
        })
    }

    fn rooms_with_open_session(&self) -> Answer<Vec<RoomId>> {
        let store = self.clone();
        answer(async move { Ok(store.rooms_in_session().await?.into_iter().map(|id| RoomId(id.0)).collect()) })
    }

    fn start_session(&self, room: RoomId, session: SessionId, at: Timestamp) -> Answer<()> {
        answer(self.open_session(room.0, session.0, millis(at)))
    }

    fn append(&self, entry: JournalEntry) -> Answer<()> {
        answer(self.append_journal(entry))
    }

    fn save_snapshot(&self, snapshot: Snapshot) -> Answer<()> {
        answer(self.keep_snapshot(snapshot))
    }

    fn end_session(&self, session: SessionId, at: Timestamp, reason: EndReason, summary: SessionSummary) -> Answer<()> {
        answer(self.close_session(session.0, millis(at), reason, summary))
    }

    fn update_room(&self, room: RoomId, name: String, settings: Settings, host: Identity) -> Answer<()> {
        answer(self.change_room_from_inside(room, name, &settings, &host))
    }

    fn remember_admitted(&self, room: RoomId, identity: Identity, at: Timestamp) -> Answer<()> {
        answer(self.remember_known(room.0, identity.as_str().to_owned(), millis(at)))
    }

    fn forget_admitted(&self, room: RoomId, identity: Identity) -> Answer<()> {
        answer(self.forget_known(room.0, identity.as_str().to_owned()))
    }

    fn audit(&self, entry: AuditEntry) -> Answer<()> {
        answer(self.record_audit(entry))
    }

    fn record_quality(&self, point: QualityPoint) -> Answer<()> {
        answer(self.add_quality(point))
    }

    fn record_consent(&self, session: SessionId, consent: ConsentRecord) -> Answer<()> {
        answer(self.add_answer(session, consent))
    }

    fn record_emotion(&self, session: SessionId, reading: EmotionReading) -> Answer<()> {
        answer(self.add_emotion(session, None, reading))
    }
}
