//! Recordings: what was recorded, its files, and uploads that are under way. The bytes are the recording library's.

use actors::protocol::Settings;
use diesel::prelude::*;
use uuid::Uuid;

use super::models::{RecordingChanges, RecordingFileRow, RecordingRow, UploadRow};
use super::schema::{recording_files, recording_uploads, recordings, rooms};
use super::{Id, Store, StoreError};

/// Being removed: nobody sees it any more.
pub const DELETING: &str = "deleting";
/// Nothing more is made of it: these may be carried to another place.
pub const OVER: [&str; 2] = ["ready", "failed"];
const DAY_MS: i64 = 24 * 3600 * 1000;

impl Store {
    /// # Errors
    /// [`StoreError::Conflict`] when there is one with that id, [`StoreError::Dangling`] when there is no such room.
    pub async fn add_recording(&self, row: RecordingRow) -> Result<(), StoreError> {
        self.write(move |conn| {
            diesel::insert_into(recordings::table).values(&row).execute(conn)?;
            Ok(())
        })
        .await
    }

    /// A recording of that room; one that is being removed is not found.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub async fn recording(&self, room: Uuid, id: Uuid) -> Result<RecordingRow, StoreError> {
        self.read(move |conn| {
            let of_room = recordings::table.find(Id(id)).filter(recordings::room_id.eq(Id(room)));
            Ok(of_room.filter(recordings::state.ne(DELETING)).select(RecordingRow::as_select()).first(conn)?)
        })
        .await
    }

    /// Whatever its state and room.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub async fn recording_by_id(&self, id: Uuid) -> Result<RecordingRow, StoreError> {
        self.read(move |conn| Ok(recordings::table.find(Id(id)).select(RecordingRow::as_select()).first(conn)?)).await
    }

    /// Newest first; `before` is the `(started_at, id)` of the last one already seen.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`], [`StoreError::Busy`].
    pub async fn recordings_of(
        &self,
        room: Uuid,
        before: Option<(i64, Uuid)>,
        limit: i64,
    ) -> Result<Vec<RecordingRow>, StoreError> {
        self.read(move |conn| {
            let mut query = recordings::table
                .filter(recordings::room_id.eq(Id(room)))
                .filter(recordings::state.ne(DELETING))
                .order((recordings::started_at.desc(), recordings::id.desc()))
                .limit(limit)
                .into_boxed();
            if let Some((at, id)) = before {
                let earlier = recordings::started_at.lt(at).or(recordings::started_at.eq(at).and(recordings::id.lt(Id(id))));
                query = query.filter(earlier);
            }
            Ok(query.select(RecordingRow::as_select()).load(conn)?)
        })
        .await
    }

    /// All of a room, those that are being removed too.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`], [`StoreError::Busy`].
    pub async fn recording_ids_of(&self, room: Uuid) -> Result<Vec<Id>, StoreError> {
        self.read(move |conn| Ok(recordings::table.filter(recordings::room_id.eq(Id(room))).select(recordings::id).load(conn)?))
            .await
    }

    /// Those in a state, in the order in which they ended.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`], [`StoreError::Busy`].
    pub async fn recordings_in(&self, state: &'static str, limit: i64) -> Result<Vec<RecordingRow>, StoreError> {
        self.read(move |conn| {
            let query = recordings::table.filter(recordings::state.eq(state));
            let query = query.order((recordings::ended_at, recordings::id)).limit(limit);
            Ok(query.select(RecordingRow::as_select()).load(conn)?)
        })
        .await
    }

    /// Finished ones that lie in `tier` and ended before `before`, the oldest first.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`], [`StoreError::Busy`].
    pub async fn recordings_lying_in(
        &self,
        tier: &'static str,
        before: i64,
        limit: i64,
    ) -> Result<Vec<RecordingRow>, StoreError> {
        self.read(move |conn| {
            let query = recordings::table
                .filter(recordings::state.eq_any(OVER))
                .filter(recordings::tier.eq(tier))
                .filter(recordings::ended_at.lt(before))
                .order((recordings::ended_at, recordings::id))
                .limit(limit);
            Ok(query.select(RecordingRow::as_select()).load(conn)?)
        })
        .await
    }

    /// # Errors
    /// [`StoreError::NotFound`].
    pub async fn change_recording(&self, id: Uuid, changes: RecordingChanges) -> Result<(), StoreError> {
        self.write(move |conn| {
            let changed = diesel::update(recordings::table.find(Id(id))).set(&changes).execute(conn)?;
            if changed == 0 { Err(StoreError::NotFound) } else { Ok(()) }
        })
        .await
    }

    /// Removes the rows of a recording; the bytes go first.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`], [`StoreError::Busy`].
    pub async fn remove_recording(&self, id: Uuid) -> Result<(), StoreError> {
        self.write(move |conn| {
            diesel::delete(recordings::table.find(Id(id))).execute(conn)?;
            Ok(())
        })
        .await
    }

    /// Adds files, or brings those of the same names up to date: they keep their ids, and links to them go on working.
    ///
    /// # Errors
    /// [`StoreError::Dangling`] when there is no such recording.
    pub async fn keep_recording_files(&self, files: Vec<RecordingFileRow>) -> Result<(), StoreError> {
        self.write(move |conn| {
            for mut file in files {
                let same = recording_files::table
                    .filter(recording_files::recording_id.eq(file.recording_id))
                    .filter(recording_files::name.eq(&file.name));
                match same.select(recording_files::id).first::<Id>(conn).optional()? {
                    Some(known) => {
                        file.id = known;
                        diesel::update(recording_files::table.find(known)).set(&file).execute(conn)?
                    }
                    None => diesel::insert_into(recording_files::table).values(&file).execute(conn)?,
                };
            }
            Ok(())
        })
        .await
    }

    /// # Errors
    /// [`StoreError::Unavailable`], [`StoreError::Busy`].
    pub async fn files_of_recording(&self, recording: Uuid) -> Result<Vec<RecordingFileRow>, StoreError> {
        self.read(move |conn| {
            let query = recording_files::table.filter(recording_files::recording_id.eq(Id(recording)));
            Ok(query.order((recording_files::kind, recording_files::name)).select(RecordingFileRow::as_select()).load(conn)?)
        })
        .await
    }

    /// A file of that recording of that room.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub async fn recording_file(&self, room: Uuid, recording: Uuid, id: Uuid) -> Result<RecordingFileRow, StoreError> {
        self.read(move |conn| {
            let query = recording_files::table
                .inner_join(recordings::table)
                .filter(recording_files::id.eq(Id(id)))
                .filter(recordings::id.eq(Id(recording)))
                .filter(recordings::room_id.eq(Id(room)))
                .filter(recordings::state.ne(DELETING));
            Ok(query.select(RecordingFileRow::as_select()).first(conn)?)
        })
        .await
    }

    /// A file lies somewhere else from now on; what was remembered of its upload is forgotten.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub async fn move_recording_file(&self, id: Uuid, tier: &'static str, location: String) -> Result<(), StoreError> {
        self.write(move |conn| {
            diesel::delete(recording_uploads::table.find(Id(id))).execute(conn)?;
            let to = (recording_files::tier.eq(tier), recording_files::location.eq(location));
            let moved = diesel::update(recording_files::table.find(Id(id))).set(to).execute(conn)?;
            if moved == 0 { Err(StoreError::NotFound) } else { Ok(()) }
        })
        .await
    }

    /// # Errors
    /// [`StoreError::Unavailable`], [`StoreError::Busy`].
    pub async fn remove_recording_file(&self, id: Uuid) -> Result<(), StoreError> {
        self.write(move |conn| {
            diesel::delete(recording_files::table.find(Id(id))).execute(conn)?;
            Ok(())
        })
        .await
    }

    /// The upload of a file that was begun and not finished.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`], [`StoreError::Busy`].
    pub async fn upload_of(&self, file: Uuid) -> Result<Option<UploadRow>, StoreError> {
        self.read(move |conn| {
            Ok(recording_uploads::table.find(Id(file)).select(UploadRow::as_select()).first(conn).optional()?)
        })
        .await
    }

    /// # Errors
    /// [`StoreError::Dangling`] when there is no such file.
    pub async fn keep_upload(&self, upload: UploadRow) -> Result<(), StoreError> {
        self.write(move |conn| {
            diesel::replace_into(recording_uploads::table).values(&upload).execute(conn)?;
            Ok(())
        })
        .await
    }

    /// # Errors
    /// [`StoreError::Unavailable`], [`StoreError::Busy`].
    pub async fn forget_upload(&self, file: Uuid) -> Result<(), StoreError> {
        self.write(move |conn| {
            diesel::delete(recording_uploads::table.find(Id(file))).execute(conn)?;
            Ok(())
        })
        .await
    }

    /// Finished recordings that are older than their room, or `most_days` where that is not 0, lets them be; at most `limit`.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`], [`StoreError::Busy`].
    pub async fn recordings_overdue(&self, now: i64, most_days: u64, limit: usize) -> Result<Vec<Id>, StoreError> {
        self.read(move |conn| {
            let ended = recordings::table
                .inner_join(rooms::table)
                .filter(recordings::state.eq_any(OVER))
                .filter(recordings::ended_at.is_not_null())
                .order(recordings::ended_at)
                .select((recordings::id, recordings::ended_at.assume_not_null(), rooms::settings));
            let mut overdue = Vec::new();
            for row in ended.load_iter::<(Id, i64, String), diesel::connection::DefaultLoadingMode>(conn)? {
                let (id, ended_at, settings) = row?;
                // Of a room whose settings can't be read nobody knows how long it keeps things: nothing of it goes.
                let Ok(settings) = serde_json::from_str::<Settings>(&settings) else { continue };
                if ended_at < now - days_kept(&settings, most_days).saturating_mul(DAY_MS) {
                    overdue.push(id);
                }
                if overdue.len() == limit {
                    break;
                }
            }
            Ok(overdue)
        })
        .await
    }
}

/// How many days a room's recordings stay.
pub fn days_kept(settings: &Settings, most_days: u64) -> i64 {
    let room = i64::from(settings.retention_days);
    if most_days == 0 { room } else { room.min(i64::try_from(most_days).unwrap_or(i64::MAX)) }
}
