//! Accounts.

use diesel::prelude::*;
use uuid::Uuid;

use super::models::{UserChanges, UserRow};
use super::retention::BATCH;
use super::schema::{api_keys, consents, refresh_tokens, room_known, rooms, users};
use super::{Id, Store, StoreError};

/// How addresses are kept and compared.
pub fn normal_email(email: &str) -> String {
    email.trim().to_lowercase()
}

impl Store {
    /// # Errors
    /// [`StoreError::Conflict`] when the address has an account in that tenant.
    pub async fn create_user(&self, mut user: UserRow) -> Result<(), StoreError> {
        user.email = normal_email(&user.email);
        self.write(move |conn| {
            diesel::insert_into(users::table).values(&user).execute(conn)?;
            Ok(())
        })
        .await
    }

    /// # Errors
    /// [`StoreError::NotFound`].
    pub async fn user_by_id(&self, tenant: Uuid, id: Uuid) -> Result<UserRow, StoreError> {
        self.read(move |conn| {
            let live = users::table.find(Id(id)).filter(users::tenant_id.eq(Id(tenant))).filter(users::deleted_at.is_null());
            Ok(live.select(UserRow::as_select()).first(conn)?)
        })
        .await
    }

    /// An account whose tenant isn't known yet: after a refresh token was taken.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub async fn user_of_token(&self, id: Uuid) -> Result<UserRow, StoreError> {
        self.read(move |conn| {
            let live = users::table.find(Id(id)).filter(users::deleted_at.is_null());
            Ok(live.select(UserRow::as_select()).first(conn)?)
        })
        .await
    }

    /// # Errors
    /// [`StoreError::NotFound`].
    pub async fn user_by_email(&self, tenant: Uuid, email: &str) -> Result<UserRow, StoreError> {
        let email = normal_email(email);
        self.read(move |conn| {
            let live = users::table
                .filter(users::tenant_id.eq(Id(tenant)))
                .filter(users::email.eq(email))
                .filter(users::deleted_at.is_null());
            Ok(live.select(UserRow::as_select()).first(conn)?)
        })
        .await
    }

    /// # Errors
    /// [`StoreError::NotFound`]; [`StoreError::Conflict`] when the new address is taken.
    pub async fn change_user(&self, tenant: Uuid, id: Uuid, mut changes: UserChanges) -> Result<UserRow, StoreError> {
        changes.email = changes.email.as_deref().map(normal_email);
        self.write(move |conn| {
            let live = users::table.find(Id(id)).filter(users::tenant_id.eq(Id(tenant))).filter(users::deleted_at.is_null());
            match diesel::update(live).set(&changes).execute(conn) {
                Ok(_) | Err(diesel::result::Error::QueryBuilderError(_)) => {}
                Err(error) => return Err(error.into()),
            }
            Ok(live.select(UserRow::as_select()).first(conn)?)
        })
        .await
    }

    /// Forgets a person: the row stays as a nameless mark, so that what refers to it still holds; logins, keys and consents
    /// go, and so do the rooms.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub async fn delete_user(&self, tenant: Uuid, id: Uuid, now: i64) -> Result<(), StoreError> {
        self.write(move |conn| {
            let live = users::table.find(Id(id)).filter(users::tenant_id.eq(Id(tenant))).filter(users::deleted_at.is_null());
            let nameless = (
                users::email.eq(format!("deleted:{id}")),
                users::display_name.eq(""),
                users::password_hash.eq(""),
                users::deleted_at.eq(now),
            );
            if diesel::update(live).set(nameless).execute(conn)? == 0 {
                return Err(StoreError::NotFound);
            }
            diesel::delete(refresh_tokens::table.filter(refresh_tokens::user_id.eq(Id(id)))).execute(conn)?;
            diesel::delete(api_keys::table.filter(api_keys::user_id.eq(Id(id)))).execute(conn)?;
            diesel::delete(consents::table.filter(consents::user_id.eq(Id(id)))).execute(conn)?;
            diesel::delete(room_known::table.filter(room_known::identity.eq(format!("user:{id}")))).execute(conn)?;
            let theirs = rooms::table.filter(rooms::host.eq(format!("user:{id}"))).filter(rooms::deleted_at.is_null());
            diesel::update(theirs).set(rooms::deleted_at.eq(now)).execute(conn)?;
            Ok(())
        })
        .await
    }

    /// Removes the nameless marks of people who were forgotten before `before`.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`], [`StoreError::Busy`].
    pub async fn purge_users(&self, before: i64) -> Result<usize, StoreError> {
        self.in_batches(move |conn| {
            let ids: Vec<Id> = users::table.filter(users::deleted_at.lt(before)).select(users::id).limit(BATCH).load(conn)?;
            Ok(diesel::delete(users::table.filter(users::id.eq_any(ids))).execute(conn)?)
        })
        .await
    }
}
