//! What an account agreed to. Rows are only added, so that it can be shown later what held when.

use diesel::prelude::*;
use diesel::sql_types::BigInt;
use uuid::Uuid;

use super::models::ConsentRow;
use super::retention::BATCH;
use super::schema::consents;
use super::{Id, Store, StoreError};

impl Store {
    /// # Errors
    /// [`StoreError::Dangling`] when there is no such user.
    pub async fn record_consents(&self, given: Vec<ConsentRow>) -> Result<(), StoreError> {
        self.write(move |conn| {
            for consent in &given {
                diesel::insert_into(consents::table).values(consent).execute(conn)?;
            }
            Ok(())
        })
        .await
    }

    /// What holds now: the newest row of each purpose.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`], [`StoreError::Busy`].
    pub async fn consents_of(&self, user: Uuid) -> Result<Vec<ConsentRow>, StoreError> {
        self.read(move |conn| {
            let mut rows: Vec<ConsentRow> = consents::table
                .filter(consents::user_id.eq(Id(user)))
                .order((consents::purpose, consents::at.desc(), consents::id.desc()))
                .select(ConsentRow::as_select())
                .load(conn)?;
            rows.dedup_by(|later, kept| later.purpose == kept.purpose);
            Ok(rows)
        })
        .await
    }

    /// Removes what was given or withdrawn before `before` and has been replaced since: what holds stays as long as its account.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`], [`StoreError::Busy`].
    pub async fn purge_consents(&self, before: i64) -> Result<usize, StoreError> {
        let replaced = "DELETE FROM consents WHERE id IN (SELECT old.id FROM consents old WHERE old.at < ? AND EXISTS \
            (SELECT 1 FROM consents newer WHERE newer.user_id = old.user_id AND newer.purpose = old.purpose \
            AND (newer.at > old.at OR (newer.at = old.at AND newer.id > old.id))) LIMIT ?)";
        self.in_batches(move |conn| {
            Ok(diesel::sql_query(replaced).bind::<BigInt, _>(before).bind::<BigInt, _>(BATCH).execute(conn)?)
        })
        .await
    }
}
