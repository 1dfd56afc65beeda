//! Tenants, and what is counted or looked up across them.

use diesel::prelude::*;
use uuid::Uuid;

use super::models::UserRow;
use super::schema::{rooms, tenants, users};
use super::{Id, Store, StoreError};

#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = tenants)]
pub struct TenantRow {
    pub id: Id,
    pub name: String,
    pub created_at: i64,
}

impl Store {
    /// # Errors
    /// [`StoreError::Unavailable`], [`StoreError::Busy`].
    pub async fn create_tenant(&self, tenant: TenantRow) -> Result<(), StoreError> {
        self.write(move |conn| {
            diesel::insert_into(tenants::table).values(&tenant).execute(conn)?;
            Ok(())
        })
        .await
    }

    /// All of them, the oldest first.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`], [`StoreError::Busy`].
    pub async fn tenants(&self) -> Result<Vec<TenantRow>, StoreError> {
        self.read(|conn| {
            Ok(tenants::table.order((tenants::created_at, tenants::id)).select(TenantRow::as_select()).load(conn)?)
        })
        .await
    }

    /// How many rooms a tenant has, deleted ones not counted.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`], [`StoreError::Busy`].
    pub async fn room_count(&self, tenant: Uuid) -> Result<u64, StoreError> {
        self.read(move |conn| {
            let live = rooms::table.filter(rooms::tenant_id.eq(Id(tenant))).filter(rooms::deleted_at.is_null());
            Ok(live.count().get_result::<i64>(conn)?.unsigned_abs())
        })
        .await
    }

    /// An account by its id alone, for a refresh token, which names no tenant.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub async fn user_of_any_tenant(&self, id: Uuid) -> Result<UserRow, StoreError> {
        self.read(move |conn| {
            let live = users::table.find(Id(id)).filter(users::deleted_at.is_null());
            Ok(live.select(UserRow::as_select()).first(conn)?)
        })
        .await
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::{DEFAULT_TENANT, testing};

    #[tokio::test]
    async fn rooms_are_counted_by_tenant() {
        let dir = tempfile::tempdir().expect("a folder");
        let store = Store::open(dir.path()).expect("opens");
        let other = TenantRow { id: Id::new(), name: "Other".to_owned(), created_at: 5 };
        store.create_tenant(other.clone()).await.expect("kept");
        store.create_room(testing::room("ABCD-2345", "guest:x", 1)).await.expect("kept");
        assert_eq!(store.room_count(DEFAULT_TENANT.0).await, Ok(1));
        assert_eq!(store.room_count(other.id.0).await, Ok(0));
        assert_eq!(store.tenants().await.expect("listed").last(), Some(&other));
    }
}
