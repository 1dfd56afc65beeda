//! Refresh tokens: opaque, used once, replaced by the next. A used one that comes back means that somebody copied it, and ends
//! every token that came out of the same login.
//!
//! Two tabs that wake up together show the same cookie at nearly the same time. So a used one out of a cookie is taken again for
//! [`Shown::Cookie`]'s grace time, as long as neither tab has used what it got; a thief who comes later, or after the owner went on, is
//! caught. A client that keeps its token itself needs no such grace.

use uuid::Uuid;

use super::secret::{self, Secret};
use crate::store::models::RefreshTokenRow;
use crate::store::{Id, Rotation, Store, StoreError, Successor};

/// 30 days, from the last use.
pub const LIFETIME_MS: i64 = 30 * 24 * 3600 * 1000;
/// How long a used token is still taken from a second tab.
const GRACE_MS: i64 = 10_000;
const LENGTH: usize = 43;

/// Where a token was shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shown {
    /// The browser's, which all its tabs share.
    Cookie,
    /// The request's body.
    Body,
}

impl Shown {
    fn grace_ms(self) -> i64 {
        match self {
            Self::Cookie => GRACE_MS,
            Self::Body => 0,
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RefreshError {
    /// Unknown, expired, ended or malformed.
    #[error("the refresh token is not valid")]
    Invalid,
    /// It was used before; its family has ended. The caller is told [`RefreshError::Invalid`]'s words, the audit log more.
    #[error("the refresh token is not valid")]
    Reused { user_id: Uuid },
    #[error(transparent)]
    Store(StoreError),
}

/// A refresh token that was taken, and the one that replaces it.
pub struct Refreshed {
    pub user_id: Uuid,
    /// One login, through all its tokens.
    pub family_id: Uuid,
    pub token: Secret,
}

#[derive(Clone)]
pub struct RefreshTokens {
    store: Store,
}

impl RefreshTokens {
    pub fn new(store: Store) -> Self {
        Self { store }
    }

    /// The first token of a login.
    ///
    /// # Errors
    /// The store's.
    pub async fn start(&self, user: Uuid, now: i64) -> Result<Refreshed, StoreError> {
        let (family, token) = (Id::new(), secret::random_token());
        let row = RefreshTokenRow {
            id: Id::new(),
            family_id: family,
            parent_id: None,
            user_id: Id(user),
            token_hash: secret::hash(&token),
            issued_at: now,
            expires_at: now + LIFETIME_MS,
            used_at: None,
            revoked_at: None,
        };
        self.store.start_token_family(row).await?;
        Ok(Refreshed { user_id: user, family_id: family.0, token: Secret::new(token) })
    }

    /// Takes a token and gives the next.
    ///
    /// # Errors
    /// [`RefreshError`].
    pub async fn rotate(&self, shown: &str, place: Shown, now: i64) -> Result<Refreshed, RefreshError> {
        if shown.len() != LENGTH {
            return Err(RefreshError::Invalid);
        }
        let token = secret::random_token();
        let successor = Successor { token_hash: secret::hash(&token), expires_at: now + LIFETIME_MS };
        let rotation = self.store.rotate_token(&secret::hash(shown), successor, now, place.grace_ms()).await;
        match rotation.map_err(RefreshError::Store)? {
            Rotation::Rotated { user_id, family_id } => {
                Ok(Refreshed { user_id: user_id.0, family_id: family_id.0, token: Secret::new(token) })
            }
            Rotation::Reused { user_id, .. } => Err(RefreshError::Reused { user_id: user_id.0 }),
            Rotation::Refused => Err(RefreshError::Invalid),
        }
    }

    /// Ends the login that a token belongs to and says whose it was; an unknown token is nothing to do.
    ///
    /// # Errors
    /// The store's.
    pub async fn end(&self, shown: &str, now: i64) -> Result<Option<Uuid>, StoreError> {
        if shown.len() != LENGTH {
            return Ok(None);
        }
        Ok(self.store.end_token_family(&secret::hash(shown), now).await?.map(|id| id.0))
    }

    /// Ends every login of an account, but for the family `keep`.
    ///
    /// # Errors
    /// The store's.
    pub async fn end_all(&self, user: Uuid, keep: Option<Uuid>, now: i64) -> Result<(), StoreError> {
        self.store.end_token_families_of(user, keep, now).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Alice {
        _dir: tempfile::TempDir,
        id: Uuid,
        tokens: RefreshTokens,
    }

    async fn alice() -> Alice {
        let dir = tempfile::tempdir().expect("a folder");
        let store = Store::open(dir.path()).expect("opens");
        let id = crate::store::testing::user(&store, "alice@example.org").await;
        Alice { _dir: dir, id, tokens: RefreshTokens::new(store) }
    }

    impl Alice {
        async fn show(&self, token: &Secret, now: i64) -> Result<Secret, RefreshError> {
            self.show_in(Shown::Cookie, token, now).await
        }

        async fn show_in(&self, place: Shown, token: &Secret, now: i64) -> Result<Secret, RefreshError> {
            let refreshed = self.tokens.rotate(token.expose(), place, now).await?;
            assert_eq!(refreshed.user_id, self.id);
            Ok(refreshed.token)
        }
    }

    fn refused(answer: Result<Secret, RefreshError>) -> RefreshError {
        answer.err().expect("refused")
    }

    #[tokio::test]
    async fn a_token_is_replaced_at_each_use() {
        let alice = alice().await;
        let first = alice.tokens.start(alice.id, 0).await.expect("kept").token;
        let second = alice.show(&first, 1_000).await.expect("good");
        let third = alice.show(&second, 2_000).await.expect("good");
        assert!(first != second && second != third);
        assert_eq!(refused(alice.show(&third, 2_000 + LIFETIME_MS).await), RefreshError::Invalid, "expired");
    }

    #[tokio::test]
    async fn reuse_ends_the_family_and_no_other() {
        let alice = alice().await;
        let other = alice.tokens.start(alice.id, 0).await.expect("kept").token;
        let first = alice.tokens.start(alice.id, 0).await.expect("kept").token;
        let second = alice.show(&first, 1_000).await.expect("good");
        let stolen = alice.show(&first, 1_000 + GRACE_MS + 1).await;
        assert_eq!(refused(stolen), RefreshError::Reused { user_id: alice.id });
        assert_eq!(refused(alice.show(&second, 12_000).await), RefreshError::Invalid);
        assert!(alice.show(&other, 12_000).await.is_ok());
    }

    #[tokio::test]
    async fn two_tabs_that_race_both_go_on() {
        let alice = alice().await;
        let first = alice.tokens.start(alice.id, 0).await.expect("kept").token;
        let (one, two) = tokio::join!(alice.show(&first, 1_000), alice.show(&first, 1_000));
        let (one, two) = (one.expect("good"), two.expect("good"));
        assert!(one != two);
        assert!(alice.show(&one, 5_000).await.is_ok());
        assert!(alice.show(&two, 5_000).await.is_ok());
    }

    #[tokio::test]
    async fn a_token_out_of_a_body_is_taken_once() {
        let alice = alice().await;
        let first = alice.tokens.start(alice.id, 0).await.expect("kept").token;
        let second = alice.show_in(Shown::Body, &first, 1_000).await.expect("good");
        let again = alice.show_in(Shown::Body, &first, 1_000).await;
        assert_eq!(refused(again), RefreshError::Reused { user_id: alice.id });
        assert_eq!(refused(alice.show_in(Shown::Body, &second, 1_001).await), RefreshError::Invalid);
    }

    #[tokio::test]
    async fn within_the_grace_time_a_copy_is_caught_once_the_owner_went_on() {
        let alice = alice().await;
        let first = alice.tokens.start(alice.id, 0).await.expect("kept").token;
        let second = alice.show(&first, 1_000).await.expect("good");
        let third = alice.show(&second, 2_000).await.expect("good");
        assert_eq!(refused(alice.show(&first, 3_000).await), RefreshError::Reused { user_id: alice.id });
        assert_eq!(refused(alice.show(&third, 3_000).await), RefreshError::Invalid);
    }

    #[tokio::test]
    async fn logging_out_ends_it() {
        let alice = alice().await;
        let first = alice.tokens.start(alice.id, 0).await.expect("kept").token;
        assert_eq!(alice.tokens.end(first.expose(), 1).await, Ok(Some(alice.id)));
        assert_eq!(refused(alice.show(&first, 2).await), RefreshError::Invalid);
        assert_eq!(alice.tokens.end("no token", 3).await, Ok(None));
        assert_eq!(alice.tokens.end(&secret::random_token(), 3).await, Ok(None));
    }

    #[tokio::test]
    async fn a_new_password_ends_the_other_logins() {
        let alice = alice().await;
        let here = alice.tokens.start(alice.id, 0).await.expect("kept");
        let there = alice.tokens.start(alice.id, 0).await.expect("kept").token;
        alice.tokens.end_all(alice.id, Some(here.family_id), 1).await.expect("done");
        assert!(alice.show(&here.token, 2).await.is_ok());
        assert_eq!(refused(alice.show(&there, 2).await), RefreshError::Invalid);
    }
}
