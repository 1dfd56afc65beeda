//! Files that were shared in a room: the rows. The bytes lie below the data directory.

use diesel::prelude::*;
use uuid::Uuid;

use super::models::FileRow;
use super::schema::files;
use super::{Id, Store, StoreError};

impl Store {
    /// # Errors
    /// [`StoreError::Dangling`] when there is no such room.
    pub async fn add_file(&self, file: FileRow) -> Result<(), StoreError> {
        self.write(move |conn| {
            diesel::insert_into(files::table).values(&file).execute(conn)?;
            Ok(())
        })
        .await
    }

    /// A file of that room; a file of another room is not found.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub async fn file(&self, room: Uuid, id: Uuid) -> Result<FileRow, StoreError> {
        self.read(move |conn| {
            let query = files::table.find(Id(id)).filter(files::room_id.eq(Id(room)));
            Ok(query.select(FileRow::as_select()).first(conn)?)
        })
        .await
    }

    /// # Errors
    /// [`StoreError::Unavailable`], [`StoreError::Busy`].
    pub async fn files_of_room(&self, room: Uuid) -> Result<Vec<FileRow>, StoreError> {
        self.read(move |conn| {
            let query = files::table.filter(files::room_id.eq(Id(room))).order((files::created_at, files::id));
            Ok(query.select(FileRow::as_select()).load(conn)?)
        })
        .await
    }

    /// How much one session has shared: count and bytes, for its limits.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`], [`StoreError::Busy`].
    pub async fn file_usage(&self, session: Uuid) -> Result<(usize, i64), StoreError> {
        self.read(move |conn| {
            let sizes: Vec<i64> = files::table.filter(files::session_id.eq(Id(session))).select(files::size).load(conn)?;
            Ok((sizes.len(), sizes.iter().sum()))
        })
        .await
    }

    /// Takes the row away; remove the bytes at the `path` it had afterwards.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub async fn remove_file(&self, id: Uuid) -> Result<FileRow, StoreError> {
        self.write(move |conn| {
            let row = files::table.find(Id(id)).select(FileRow::as_select()).first(conn)?;
            diesel::delete(files::table.find(Id(id))).execute(conn)?;
            Ok(row)
        })
        .await
    }
}
