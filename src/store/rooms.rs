//! Rooms: lasting places with a code.

use diesel::prelude::*;
use uuid::Uuid;

use super::models::{RoomChanges, RoomRow};
use super::schema::{rooms, sessions};
use super::{Id, Store, StoreError};

impl Store {
    /// # Errors
    /// [`StoreError::Conflict`] when the code is taken: draw another.
    pub async fn create_room(&self, room: RoomRow) -> Result<(), StoreError> {
        self.write(move |conn| {
            diesel::insert_into(rooms::table).values(&room).execute(conn)?;
            Ok(())
        })
        .await
    }

    /// A room that was not deleted, by its UUID.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub async fn room_by_id(&self, id: Uuid) -> Result<RoomRow, StoreError> {
        self.read(move |conn| {
            let live = rooms::table.find(Id(id)).filter(rooms::deleted_at.is_null());
            Ok(live.select(RoomRow::as_select()).first(conn)?)
        })
        .await
    }

    /// Rooms of a tenant that are called so, newest first; at most twenty.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`], [`StoreError::Busy`].
    pub async fn rooms_named(&self, tenant: Uuid, name: &str) -> Result<Vec<RoomRow>, StoreError> {
        let name = name.to_owned();
        self.read(move |conn| {
            let query = rooms::table.filter(rooms::tenant_id.eq(Id(tenant))).filter(rooms::name.eq(name));
            let query = query.filter(rooms::deleted_at.is_null()).order(rooms::created_at.desc()).limit(20);
            Ok(query.select(RoomRow::as_select()).load(conn)?)
        })
        .await
    }

    /// A room that was not deleted, by its code, exactly as it is kept (`ABCD-1234`).
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub async fn room_by_code(&self, code: &str) -> Result<RoomRow, StoreError> {
        let code = code.to_owned();
        self.read(move |conn| {
            let live = rooms::table.filter(rooms::code.eq(code)).filter(rooms::deleted_at.is_null());
            Ok(live.select(RoomRow::as_select()).first(conn)?)
        })
        .await
    }

    /// What `host` owns in `tenant`, newest first. `before` is the `(created_at, id)` of the last one already seen.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`], [`StoreError::Busy`].
    pub async fn rooms_of_host(
        &self,
        tenant: Uuid,
        host: &str,
        before: Option<(i64, Uuid)>,
        limit: i64,
    ) -> Result<Vec<RoomRow>, StoreError> {
        self.list_rooms(tenant, Some(host.to_owned()), before, limit).await
    }

    /// All rooms of `tenant`, newest first; pages as in [`Store::rooms_of_host`].
    ///
    /// # Errors
    /// The same.
    pub async fn rooms_of_tenant(
        &self,
        tenant: Uuid,
        before: Option<(i64, Uuid)>,
        limit: i64,
    ) -> Result<Vec<RoomRow>, StoreError> {
        self.list_rooms(tenant, None, before, limit).await
    }

    async fn list_rooms(
        &self,
        tenant: Uuid,
        host: Option<String>,
        before: Option<(i64, Uuid)>,
        limit: i64,
    ) -> Result<Vec<RoomRow>, StoreError> {
        self.read(move |conn| {
            let mut query = rooms::table
                .filter(rooms::tenant_id.eq(Id(tenant)))
                .filter(rooms::deleted_at.is_null())
                .select(RoomRow::as_select())
                .order((rooms::created_at.desc(), rooms::id.desc()))
                .limit(limit)
                .into_boxed();
            if let Some(host) = host {
                query = query.filter(rooms::host.eq(host));
            }
            if let Some((at, id)) = before {
                let earlier = rooms::created_at.lt(at).or(rooms::created_at.eq(at).and(rooms::id.lt(Id(id))));
                query = query.filter(earlier);
            }
            Ok(query.load(conn)?)
        })
        .await
    }

    /// How many rooms a tenant has, for its limit.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`], [`StoreError::Busy`].
    pub async fn count_rooms(&self, tenant: Uuid) -> Result<u64, StoreError> {
        self.read(move |conn| {
            let live = rooms::table.filter(rooms::tenant_id.eq(Id(tenant))).filter(rooms::deleted_at.is_null());
            Ok(live.count().get_result::<i64>(conn)?.unsigned_abs())
        })
        .await
    }

    /// # Errors
    /// [`StoreError::NotFound`] when there is no such room or it was deleted.
    pub fn change_room(
        &self,
        id: Uuid,
        changes: RoomChanges,
    ) -> impl Future<Output = Result<RoomRow, StoreError>> + Send + use<> {
        self.write(move |conn| {
            let live = rooms::table.find(Id(id)).filter(rooms::deleted_at.is_null());
            match diesel::update(live).set(&changes).execute(conn) {
                // Nothing to change is no error of the caller's.
                Ok(_) | Err(diesel::result::Error::QueryBuilderError(_)) => {}
                Err(error) => return Err(error.into()),
            }
            Ok(live.select(RoomRow::as_select()).first(conn)?)
        })
    }

    /// Marks the room as deleted; its sessions stay until their retention is over.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when there is no such room or it was deleted already.
    pub async fn delete_room(&self, id: Uuid, now: i64) -> Result<(), StoreError> {
        self.write(move |conn| {
            let live = rooms::table.find(Id(id)).filter(rooms::deleted_at.is_null());
            match diesel::update(live).set(rooms::deleted_at.eq(now)).execute(conn)? {
                0 => Err(StoreError::NotFound),
                _ => Ok(()),
            }
        })
        .await
    }

    /// Rooms that expired or were deleted before `before` and have no open session: ready to be removed for good.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`], [`StoreError::Busy`].
    pub async fn rooms_over_since(&self, before: i64, limit: i64) -> Result<Vec<Id>, StoreError> {
        self.read(move |conn| {
            let open = sessions::table.filter(sessions::ended_at.is_null()).select(sessions::room_id);
            let over = rooms::expires_at.lt(before).or(rooms::deleted_at.lt(before));
            let ids = rooms::table
                .filter(over.assume_not_null())
                .filter(rooms::id.ne_all(open))
                .select(rooms::id)
                .order(rooms::created_at)
                .limit(limit);
            Ok(ids.load(conn)?)
        })
        .await
    }
}
