//! API keys, for programs: `grk_`, eight characters to find it by, and 32 random bytes of which only a hash is kept.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::secret::{self, Secret};
use crate::store::models::ApiKeyRow;
use crate::store::{Id, Store, StoreError};

const MARK: &str = "grk_";
const PREFIX: usize = 8;
const LENGTH: usize = MARK.len() + PREFIX + 43;
/// Without l and o: the prefix is what people read to each other.
const ALPHABET: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";
/// How exact `last_used_at` is: a busy key costs one write a minute.
const TOUCH_EVERY_MS: i64 = 60_000;

/// What a key may be used for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Scope {
    #[serde(rename = "rooms:read")]
    RoomsRead,
    #[serde(rename = "rooms:write")]
    RoomsWrite,
    #[serde(rename = "sessions:read")]
    SessionsRead,
    #[serde(rename = "users:write")]
    UsersWrite,
    #[serde(rename = "audit:read")]
    AuditRead,
    /// Sends media of other servers.
    #[serde(rename = "egress:write")]
    EgressWrite,
}

impl Scope {
    pub const ALL: [Self; 6] =
        [Self::RoomsRead, Self::RoomsWrite, Self::SessionsRead, Self::UsersWrite, Self::AuditRead, Self::EgressWrite];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::RoomsRead => "rooms:read",
            Self::RoomsWrite => "rooms:write",
            Self::SessionsRead => "sessions:read",
            Self::UsersWrite => "users:write",
            Self::AuditRead => "audit:read",
            Self::EgressWrite => "egress:write",
        }
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The text is none of the scopes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("there is no such scope")]
pub struct UnknownScope;

impl FromStr for Scope {
    type Err = UnknownScope;
    fn from_str(text: &str) -> Result<Self, UnknownScope> {
        Self::ALL.into_iter().find(|scope| scope.as_str() == text).ok_or(UnknownScope)
    }
}

/// Scopes as a row keeps them.
pub fn scopes_of(row: &ApiKeyRow) -> Vec<Scope> {
    row.scopes.split(' ').filter_map(|scope| scope.parse().ok()).collect()
}

/// Whose key it is and what it may do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApiKey {
    pub id: Uuid,
    pub tenant_id: Uuid,
    /// The account that made it.
    pub user_id: Option<Uuid>,
    pub scopes: Vec<Scope>,
}

impl ApiKey {
    pub fn may(&self, scope: Scope) -> bool {
        self.scopes.contains(&scope)
    }
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ApiKeyError {
    /// Malformed, unknown, revoked or wrong: no answer tells which.
    #[error("the API key is not valid")]
    Invalid,
    #[error(transparent)]
    Store(StoreError),
}

#[derive(Clone)]
pub struct ApiKeys {
    store: Store,
}

impl ApiKeys {
    pub fn new(store: Store) -> Self {
        Self { store }
    }

    /// Makes a key. The secret is what its owner gets to see, once.
    ///
    /// # Errors
    /// The store's.
    pub async fn create(
        &self,
        tenant: Uuid,
        user: Option<Uuid>,
        name: &str,
        scopes: &[Scope],
        now: i64,
    ) -> Result<(ApiKeyRow, Secret), StoreError> {
        let (prefix, key) = (random_prefix(), secret::random_token());
        let mut scopes = scopes.to_vec();
        scopes.sort_unstable();
        scopes.dedup();
        let row = ApiKeyRow {
            id: Id::new(),
            tenant_id: Id(tenant),
            user_id: user.map(Id),
            name: name.to_owned(),
            prefix: prefix.clone(),
            key_hash: secret::hash(&key),
            scopes: scopes.iter().map(|scope| scope.as_str()).collect::<Vec<_>>().join(" "),
            created_at: now,
            last_used_at: None,
            revoked_at: None,
        };
        self.store.create_api_key(row.clone()).await?;
        Ok((row, Secret::new(format!("{MARK}{prefix}{key}"))))
    }

    /// Whose key is it?
    ///
    /// # Errors
    /// [`ApiKeyError::Invalid`].
    pub async fn authenticate(&self, shown: &str, now: i64) -> Result<ApiKey, ApiKeyError> {
        let (prefix, key) = split(shown).ok_or(ApiKeyError::Invalid)?;
        let row = match self.store.api_key_by_prefix(prefix).await {
            Ok(row) => row,
            Err(StoreError::NotFound) => return Err(ApiKeyError::Invalid),
            Err(error) => return Err(ApiKeyError::Store(error)),
        };
        if !secret::same(&row.key_hash, &secret::hash(key)) {
            return Err(ApiKeyError::Invalid);
        }
        if row.last_used_at.is_none_or(|at| now - at >= TOUCH_EVERY_MS)
            && let Err(error) = self.store.touch_api_key(row.id.0, now).await
        {
            tracing::warn!(%error, "the use of an API key was not noted");
        }
        Ok(ApiKey { id: row.id.0, tenant_id: row.tenant_id.0, user_id: row.user_id.map(|id| id.0), scopes: scopes_of(&row) })
    }
}

/// Does it look like a key of ours? Tells a key from a token in `Authorization`.
pub fn looks_like_api_key(shown: &str) -> bool {
    shown.starts_with(MARK)
}

fn split(shown: &str) -> Option<(&str, &str)> {
    let key = shown.strip_prefix(MARK)?;
    let fits = shown.len() == LENGTH && key.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_');
    fits.then(|| key.split_at(PREFIX))
}

fn random_prefix() -> String {
    secret::random_bytes::<PREFIX>().iter().map(|byte| char::from(ALPHABET[usize::from(byte % 32)])).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::DEFAULT_TENANT;

    #[tokio::test]
    async fn a_key_is_known_until_it_is_revoked() {
        let dir = tempfile::tempdir().expect("a folder");
        let store = Store::open(dir.path()).expect("opens");
        let user = crate::store::testing::user(&store, "kim@example.org").await;
        let keys = ApiKeys::new(store.clone());
        let scopes = [Scope::RoomsWrite, Scope::RoomsRead, Scope::RoomsWrite];
        let (row, key) = keys.create(*DEFAULT_TENANT, Some(user), "ci", &scopes, 1_000).await.expect("kept");
        assert_eq!(key.expose().len(), LENGTH);
        assert!(looks_like_api_key(key.expose()));
        assert!(!row.key_hash.contains(&key.expose()[12..]));

        let known = keys.authenticate(key.expose(), 2_000).await.expect("known");
        assert_eq!((known.id, known.tenant_id, known.user_id), (row.id.0, *DEFAULT_TENANT, Some(user)));
        assert_eq!(known.scopes, [Scope::RoomsRead, Scope::RoomsWrite]);
        assert!(known.may(Scope::RoomsRead) && !known.may(Scope::AuditRead));
        let kept = store.api_keys_of(*DEFAULT_TENANT, user).await.expect("listed");
        assert_eq!(kept[0].last_used_at, Some(2_000));

        store.revoke_api_key(*DEFAULT_TENANT, user, row.id.0, 3_000).await.expect("revoked");
        assert_eq!(keys.authenticate(key.expose(), 4_000).await, Err(ApiKeyError::Invalid));
        assert_eq!(store.revoke_api_key(*DEFAULT_TENANT, user, row.id.0, 3_000).await, Err(StoreError::NotFound));
    }

    #[tokio::test]
    async fn anything_else_is_invalid() {
        let dir = tempfile::tempdir().expect("a folder");
        let store = Store::open(dir.path()).expect("opens");
        let keys = ApiKeys::new(store);
        let (_, key) = keys.create(*DEFAULT_TENANT, None, "ci", &[], 0).await.expect("kept");
        let key = key.expose();
        let wrong_last = format!("{}{}", &key[..LENGTH - 1], if key.ends_with('A') { 'B' } else { 'A' });
        let longer = format!("{key}A");
        let unknown = format!("grk_zzzzzzzz{}", &key[12..]);
        for shown in ["", "grk_", &key[..LENGTH - 1], &wrong_last, &longer, &unknown, &key.replace("grk_", "xyz_")] {
            assert_eq!(keys.authenticate(shown, 0).await, Err(ApiKeyError::Invalid), "a key of {} characters", shown.len());
        }
        assert!(keys.authenticate(key, 0).await.is_ok());
    }
}
