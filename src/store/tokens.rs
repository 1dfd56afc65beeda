//! Refresh tokens: each is used once and replaced. `identity::refresh` makes and hashes them.

use diesel::prelude::*;
use uuid::Uuid;

use super::connection::Conn;
use super::models::RefreshTokenRow;
use super::retention::BATCH;
use super::schema::refresh_tokens;
use super::{Id, Store, StoreError};

/// What came of showing a refresh token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rotation {
    /// It was good and the new one is kept.
    Rotated { user_id: Id, family_id: Id },
    /// It had been used before: the whole family has ended.
    Reused { user_id: Id, family_id: Id },
    /// Unknown, expired, or of a family that has ended.
    Refused,
}

/// The token that takes the shown one's place.
pub struct Successor {
    pub token_hash: String,
    pub expires_at: i64,
}

impl Store {
    /// Keeps the first token of a family.
    ///
    /// # Errors
    /// [`StoreError::Dangling`] when there is no such user.
    pub async fn start_token_family(&self, token: RefreshTokenRow) -> Result<(), StoreError> {
        self.write(move |conn| {
            diesel::insert_into(refresh_tokens::table).values(&token).execute(conn)?;
            Ok(())
        })
        .await
    }

    /// Replaces the token with `shown_hash`. A used one is accepted again for `grace_ms` as long as nothing that came out of
    /// it was used: two tabs that woke up together both go on, a stolen token does not.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`], [`StoreError::Busy`]; a token that is no good is an answer, not an error.
    pub async fn rotate_token(
        &self,
        shown_hash: &str,
        successor: Successor,
        now: i64,
        grace_ms: i64,
    ) -> Result<Rotation, StoreError> {
        let shown_hash = shown_hash.to_owned();
        self.write(move |conn| {
            let query = refresh_tokens::table.filter(refresh_tokens::token_hash.eq(shown_hash));
            let Some(shown) = query.select(RefreshTokenRow::as_select()).first(conn).optional()? else {
                return Ok(Rotation::Refused);
            };
            if shown.revoked_at.is_some() || shown.expires_at <= now {
                return Ok(Rotation::Refused);
            }
            let (user_id, family_id) = (shown.user_id, shown.family_id);
            if !may_rotate(conn, &shown, now, grace_ms)? {
                revoke_family(conn, family_id, now)?;
                return Ok(Rotation::Reused { user_id, family_id });
            }
            replace(conn, &shown, successor, now)?;
            Ok(Rotation::Rotated { user_id, family_id })
        })
        .await
    }

    /// Ends the family of a token, on logout. An unknown token is nothing to do.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`], [`StoreError::Busy`].
    pub async fn end_token_family(&self, shown_hash: &str, now: i64) -> Result<Option<Id>, StoreError> {
        let shown_hash = shown_hash.to_owned();
        self.write(move |conn| {
            let query = refresh_tokens::table.filter(refresh_tokens::token_hash.eq(shown_hash));
            let found = query.select((refresh_tokens::family_id, refresh_tokens::user_id)).first::<(Id, Id)>(conn);
            let Some((family, user)) = found.optional()? else { return Ok(None) };
            revoke_family(conn, family, now)?;
            Ok(Some(user))
        })
        .await
    }

    /// Ends every login of a user, after a change of password; `keep` may name the family that goes on.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`], [`StoreError::Busy`].
    pub async fn end_token_families_of(&self, user: Uuid, keep: Option<Uuid>, now: i64) -> Result<(), StoreError> {
        self.write(move |conn| {
            let mut live = diesel::update(refresh_tokens::table)
                .set(refresh_tokens::revoked_at.eq(now))
                .filter(refresh_tokens::user_id.eq(Id(user)))
                .filter(refresh_tokens::revoked_at.is_null())
                .into_boxed();
            if let Some(family) = keep {
                live = live.filter(refresh_tokens::family_id.ne(Id(family)));
            }
            live.execute(conn)?;
            Ok(())
        })
        .await
    }

    /// Removes what expired before `before`.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`], [`StoreError::Busy`].
    pub async fn purge_tokens(&self, before: i64) -> Result<usize, StoreError> {
        self.in_batches(move |conn| {
            let old = || refresh_tokens::table.filter(refresh_tokens::expires_at.lt(before));
            let times: Vec<i64> =
                old().select(refresh_tokens::expires_at).order(refresh_tokens::expires_at).limit(BATCH).load(conn)?;
            let Some(last) = times.last() else { return Ok(0) };
            Ok(diesel::delete(old().filter(refresh_tokens::expires_at.le(last))).execute(conn)?)
        })
        .await
    }
}

fn may_rotate(conn: &mut Conn, shown: &RefreshTokenRow, now: i64, grace_ms: i64) -> Result<bool, StoreError> {
    let Some(used_at) = shown.used_at else { return Ok(true) };
    if now - used_at >= grace_ms {
        return Ok(false);
    }
    let used_children: i64 = refresh_tokens::table
        .filter(refresh_tokens::parent_id.eq(shown.id))
        .filter(refresh_tokens::used_at.is_not_null())
        .count()
        .get_result(conn)?;
    Ok(used_children == 0)
}

fn replace(conn: &mut Conn, shown: &RefreshTokenRow, successor: Successor, now: i64) -> Result<(), StoreError> {
    // The first use is what the grace time counts from.
    if shown.used_at.is_none() {
        diesel::update(refresh_tokens::table.find(shown.id)).set(refresh_tokens::used_at.eq(now)).execute(conn)?;
    }
    let next = RefreshTokenRow {
        id: Id::new(),
        family_id: shown.family_id,
        parent_id: Some(shown.id),
        user_id: shown.user_id,
        token_hash: successor.token_hash,
        issued_at: now,
        expires_at: successor.expires_at,
        used_at: None,
        revoked_at: None,
    };
    diesel::insert_into(refresh_tokens::table).values(&next).execute(conn)?;
    Ok(())
}

fn revoke_family(conn: &mut Conn, family: Id, now: i64) -> Result<(), StoreError> {
    let live = refresh_tokens::table.filter(refresh_tokens::family_id.eq(family)).filter(refresh_tokens::revoked_at.is_null());
    diesel::update(live).set(refresh_tokens::revoked_at.eq(now)).execute(conn)?;
    Ok(())
}
