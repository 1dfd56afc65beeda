//! What an account agreed to. Rows are only added, so that it can be shown later what held when.

use actors::{ids::SessionId, ports::ConsentRecord};
use diesel::prelude::*;
use diesel::sql_types::BigInt;
use uuid::Uuid;

use super::models::{ConsentRow, millis};
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

    /// An answer given in a session. Of guests nothing is kept here: they have no account.
    ///
    /// # Errors
    /// [`StoreError::Dangling`] when there is no such account.
    pub fn add_answer(
        &self,
        session: SessionId,
        consent: ConsentRecord,
    ) -> impl Future<Output = Result<(), StoreError>> + Send + use<> {
        let row = consent.identity.account().map(|user| ConsentRow {
            id: Id::new(),
            user_id: Id(user.0),
            purpose: consent.purpose.name().to_owned(),
            granted: consent.granted,
            text_version: consent.text_version,
            at: millis(consent.at),
            session_id: Some(Id(session.0)),
        });
        self.write(move |conn| {
            if let Some(row) = row {
                diesel::insert_into(consents::table).values(&row).execute(conn)?;
            }
            Ok(())
        })
    }

    /// All that an account was asked and answered, in every session and outside, newest first; at most `limit`.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`], [`StoreError::Busy`].
    pub async fn answers_of(&self, user: Uuid, limit: i64) -> Result<Vec<ConsentRow>, StoreError> {
        self.read(move |conn| {
            let query = consents::table.filter(consents::user_id.eq(Id(user))).order((consents::at.desc(), consents::id.desc()));
            Ok(query.limit(limit).select(ConsentRow::as_select()).load(conn)?)
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
                .filter(consents::user_id.eq(Id(user)).and(consents::session_id.is_null()))
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
            AND newer.session_id IS old.session_id \
            AND (newer.at > old.at OR (newer.at = old.at AND newer.id > old.id))) LIMIT ?)";
        self.in_batches(move |conn| {
            Ok(diesel::sql_query(replaced).bind::<BigInt, _>(before).bind::<BigInt, _>(BATCH).execute(conn)?)
        })
        .await
    }
}
