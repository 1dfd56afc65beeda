//! API keys: found by their public prefix, compared by hash in `identity::api_keys`.

use diesel::prelude::*;
use uuid::Uuid;

use super::models::ApiKeyRow;
use super::retention::BATCH;
use super::schema::api_keys;
use super::{Id, Store, StoreError};

impl Store {
    /// # Errors
    /// [`StoreError::Conflict`] when the prefix is taken: draw another.
    pub async fn create_api_key(&self, key: ApiKeyRow) -> Result<(), StoreError> {
        self.write(move |conn| {
            diesel::insert_into(api_keys::table).values(&key).execute(conn)?;
            Ok(())
        })
        .await
    }

    /// A key that was not revoked.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub async fn api_key_by_prefix(&self, prefix: &str) -> Result<ApiKeyRow, StoreError> {
        let prefix = prefix.to_owned();
        self.read(move |conn| {
            let live = api_keys::table.filter(api_keys::prefix.eq(prefix)).filter(api_keys::revoked_at.is_null());
            Ok(live.select(ApiKeyRow::as_select()).first(conn)?)
        })
        .await
    }

    /// Live keys of an account, newest first.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`], [`StoreError::Busy`].
    pub async fn api_keys_of(&self, tenant: Uuid, user: Uuid) -> Result<Vec<ApiKeyRow>, StoreError> {
        self.read(move |conn| {
            let live = api_keys::table
                .filter(api_keys::tenant_id.eq(Id(tenant)))
                .filter(api_keys::user_id.eq(Id(user)))
                .filter(api_keys::revoked_at.is_null())
                .order((api_keys::created_at.desc(), api_keys::id.desc()));
            Ok(live.select(ApiKeyRow::as_select()).load(conn)?)
        })
        .await
    }

    /// # Errors
    /// [`StoreError::NotFound`] when it isn't a live key of that account.
    pub async fn revoke_api_key(&self, tenant: Uuid, user: Uuid, id: Uuid, now: i64) -> Result<(), StoreError> {
        self.write(move |conn| {
            let live = api_keys::table
                .find(Id(id))
                .filter(api_keys::tenant_id.eq(Id(tenant)))
                .filter(api_keys::user_id.eq(Id(user)))
                .filter(api_keys::revoked_at.is_null());
            match diesel::update(live).set(api_keys::revoked_at.eq(now)).execute(conn)? {
                0 => Err(StoreError::NotFound),
                _ => Ok(()),
            }
        })
        .await
    }

    /// Removes keys that were revoked before `before`.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`], [`StoreError::Busy`].
    pub async fn purge_api_keys(&self, before: i64) -> Result<usize, StoreError> {
        self.in_batches(move |conn| {
            let old = api_keys::table.filter(api_keys::revoked_at.lt(before)).select(api_keys::id).limit(BATCH);
            let ids: Vec<Id> = old.load(conn)?;
            Ok(diesel::delete(api_keys::table.filter(api_keys::id.eq_any(ids))).execute(conn)?)
        })
        .await
    }

    /// # Errors
    /// [`StoreError::Unavailable`], [`StoreError::Busy`].
    pub async fn touch_api_key(&self, id: Uuid, now: i64) -> Result<(), StoreError> {
        self.write(move |conn| {
            diesel::update(api_keys::table.find(Id(id))).set(api_keys::last_used_at.eq(now)).execute(conn)?;
            Ok(())
        })
        .await
    }
}
