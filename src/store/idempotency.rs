//! A request that is sent twice with the same `Idempotency-Key` happens once and is answered twice.

use diesel::prelude::*;
use uuid::Uuid;

use super::models::IdempotencyRow;
use super::retention::BATCH;
use super::schema::idempotency_keys as keys;
use super::{Id, Store, StoreError};

/// What a key says about a request.
#[derive(Clone, PartialEq, Eq)]
pub enum Claim {
    /// New: do the work, then [`Store::finish_request`] or [`Store::abandon_request`].
    Yours,
    /// Done before: answer this again.
    Done { status: u16, body: String },
    /// The first one is still at work.
    InProgress,
    /// The key came with another request before.
    Mismatch,
}

impl Store {
    /// Claims a key for a request of `actor`. A claim that never finished (the process died) is given again after
    /// `abandoned_after_ms`.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`], [`StoreError::Busy`].
    pub async fn claim_request(
        &self,
        tenant: Uuid,
        actor: &str,
        key: &str,
        request_hash: &str,
        now: i64,
        abandoned_after_ms: i64,
    ) -> Result<Claim, StoreError> {
        let row = IdempotencyRow {
            tenant_id: Id(tenant),
            actor: actor.to_owned(),
            key: key.to_owned(),
            request_hash: request_hash.to_owned(),
            status: None,
            body: None,
            created_at: now,
        };
        self.write(move |conn| {
            let same = keys::table.find((row.tenant_id, row.actor.clone(), row.key.clone()));
            let Some(kept) = same.clone().select(IdempotencyRow::as_select()).first(conn).optional()? else {
                diesel::insert_into(keys::table).values(&row).execute(conn)?;
                return Ok(Claim::Yours);
            };
            if kept.request_hash != row.request_hash {
                return Ok(Claim::Mismatch);
            }
            match (kept.status.and_then(|status| u16::try_from(status).ok()), kept.body) {
                (Some(status), Some(body)) => Ok(Claim::Done { status, body }),
                _ if now - kept.created_at > abandoned_after_ms => {
                    diesel::update(same).set(keys::created_at.eq(now)).execute(conn)?;
                    Ok(Claim::Yours)
                }
                _ => Ok(Claim::InProgress),
            }
        })
        .await
    }

    /// Keeps the answer to say again.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when the key was not claimed.
    pub async fn finish_request(
        &self,
        tenant: Uuid,
        actor: &str,
        key: &str,
        status: u16,
        body: String,
    ) -> Result<(), StoreError> {
        let id = (Id(tenant), actor.to_owned(), key.to_owned());
        self.write(move |conn| {
            let answer = (keys::status.eq(i32::from(status)), keys::body.eq(body));
            match diesel::update(keys::table.find(id)).set(answer).execute(conn)? {
                0 => Err(StoreError::NotFound),
                _ => Ok(()),
            }
        })
        .await
    }

    /// Gives the key back after a failure, so that the next try does the work.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`], [`StoreError::Busy`].
    pub async fn abandon_request(&self, tenant: Uuid, actor: &str, key: &str) -> Result<(), StoreError> {
        let id = (Id(tenant), actor.to_owned(), key.to_owned());
        self.write(move |conn| {
            diesel::delete(keys::table.find(id).filter(keys::status.is_null())).execute(conn)?;
            Ok(())
        })
        .await
    }

    /// Forgets keys from before `before`.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`], [`StoreError::Busy`].
    pub async fn purge_requests(&self, before: i64) -> Result<usize, StoreError> {
        self.in_batches(move |conn| {
            let old = || keys::table.filter(keys::created_at.lt(before));
            let times: Vec<i64> = old().select(keys::created_at).order(keys::created_at).limit(BATCH).load(conn)?;
            let Some(last) = times.last() else { return Ok(0) };
            Ok(diesel::delete(old().filter(keys::created_at.le(last))).execute(conn)?)
        })
        .await
    }
}
