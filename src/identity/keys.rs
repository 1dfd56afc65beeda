//! The Ed25519 keys that tokens are signed with: files in `<data>/keys`, one of them active, older ones still believed.
//!
//! ```text
//! keys/keys.json     {"active": "k…", "previous": ["k…"]}
//! keys/<kid>.pem     PKCS #8, readable by the owner only
//! ```
//!
//! Another process may rotate them (`greenroom keys rotate`): `keys.json` is looked at again at most once a second, and when a
//! token names a key that isn't known.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::{Duration, Instant};

use jsonwebtoken::{DecodingKey, EncodingKey};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::secret::random_bytes;

mod files;

use files::{Index, KeyDir, KeyPair};

/// How old the view of the key files may get.
const LOOK_AGAIN: Duration = Duration::from_secs(1);
/// How often unknown key ids may make us look: tokens with made-up ids cost a small read at most this often.
const LOOK_FOR_UNKNOWN: Duration = Duration::from_millis(50);

/// Why the keys can't be used or changed. Never carries key material.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    #[error("key files: {path}: {source}")]
    Io { path: PathBuf, source: std::io::Error },
    #[error("key files: {0} is damaged")]
    Damaged(PathBuf),
    #[error("there is no key {0}")]
    Unknown(String),
    #[error("a key id is 1 to 40 characters of A-Z a-z 0-9 _ -")]
    BadKid,
    #[error("{0} is the active key: rotate first")]
    Active(String),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum KeyState {
    /// Signs.
    Active,
    /// Signs no more, is still believed.
    Previous,
}

/// A key as an operator sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct KeyInfo {
    pub kid: String,
    pub state: KeyState,
}

/// The keys in use. Cheap to clone; clones share one view.
#[derive(Clone)]
pub struct Keys(Arc<Inner>);

struct Inner {
    dir: KeyDir,
    ring: RwLock<Arc<Ring>>,
    looked: Mutex<Looked>,
}

struct Looked {
    at: Instant,
    for_unknown: Option<Instant>,
}

/// The first key signs.
struct Ring {
    index: Index,
    pairs: Vec<KeyPair>,
}

impl Keys {
    /// Opens the keys in `data_dir`, making the first one if there is none.
    ///
    /// # Errors
    /// [`KeyError::Io`], [`KeyError::Damaged`].
    pub fn open(data_dir: &Path) -> Result<Self, KeyError> {
        let dir = KeyDir::new(data_dir.join("keys"))?;
        {
            let _lock = dir.lock()?;
            if dir.index()?.is_none() {
                let kid = new_kid();
                dir.write_pair(&kid, &random_bytes())?;
                dir.write_index(&Index { active: kid, previous: Vec::new() })?;
            }
        }
        let ring = RwLock::new(Arc::new(Ring::load(&dir)?));
        let looked = Mutex::new(Looked { at: Instant::now(), for_unknown: None });
        Ok(Self(Arc::new(Inner { dir, ring, looked })))
    }

    /// Makes a new key the active one. What the old ones signed stays valid until they are removed. Returns the new id.
    ///
    /// # Errors
    /// [`KeyError::Io`], [`KeyError::Damaged`].
    pub fn rotate(&self) -> Result<String, KeyError> {
        let kid = new_kid();
        self.change(|dir, index| {
            // The key comes before the index that names it: a reader never sees a name without a file.
            dir.write_pair(&kid, &random_bytes())?;
            let mut previous = vec![index.active];
            previous.extend(index.previous);
            Ok(Index { active: kid.clone(), previous })
        })?;
        Ok(kid)
    }

    /// Takes a previous key away: what it signed is refused from now on.
    ///
    /// # Errors
    /// [`KeyError::Active`] for the one in use, [`KeyError::Unknown`], [`KeyError::BadKid`], [`KeyError::Io`].
    pub fn remove(&self, kid: &str) -> Result<(), KeyError> {
        check_kid(kid)?;
        self.change(|_, mut index| {
            if index.active == kid {
                return Err(KeyError::Active(kid.to_owned()));
            }
            let before = index.previous.len();
            index.previous.retain(|other| other != kid);
            if index.previous.len() == before { Err(KeyError::Unknown(kid.to_owned())) } else { Ok(index) }
        })?;
        self.0.dir.delete_pair(kid)
    }

    /// All keys, the active one first.
    pub fn list(&self) -> Vec<KeyInfo> {
        let ring = self.ring();
        let previous = ring.index.previous.iter().map(|kid| KeyInfo { kid: kid.clone(), state: KeyState::Previous });
        let active = KeyInfo { kid: ring.index.active.clone(), state: KeyState::Active };
        std::iter::once(active).chain(previous).collect()
    }

    /// The public keys as a JWK set (RFC 7517, RFC 8037).
    pub fn jwks(&self) -> Value {
        let ring = self.ring();
        let keys: Vec<Value> = ring.pairs.iter().map(public_jwk).collect();
        json!({ "keys": keys })
    }

    /// The id and the key to sign with.
    pub(crate) fn signing(&self) -> (String, EncodingKey) {
        let ring = self.ring();
        (ring.pairs[0].kid.clone(), ring.pairs[0].signing.clone())
    }

    /// The key that a token names. A malformed name is refused before anything else happens.
    pub(crate) fn verifying(&self, kid: &str) -> Option<DecodingKey> {
        check_kid(kid).ok()?;
        let known = |ring: &Ring| ring.pairs.iter().find(|pair| pair.kid == kid).map(|pair| pair.verifying.clone());
        known(&self.ring()).or_else(|| if self.look_for_unknown() { known(&self.current()) } else { None })
    }

    fn current(&self) -> Arc<Ring> {
        self.0.ring.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn ring(&self) -> Arc<Ring> {
        let due = {
            let mut looked = self.0.looked.lock().unwrap_or_else(PoisonError::into_inner);
            let due = looked.at.elapsed() >= LOOK_AGAIN;
            if due {
                looked.at = Instant::now();
            }
            due
        };
        if due {
            self.look();
        }
        self.current()
    }

    fn look_for_unknown(&self) -> bool {
        {
            let mut looked = self.0.looked.lock().unwrap_or_else(PoisonError::into_inner);
            if looked.for_unknown.is_some_and(|at| at.elapsed() < LOOK_FOR_UNKNOWN) {
                return false;
            }
            looked.for_unknown = Some(Instant::now());
        }
        self.look();
        true
    }

    /// Takes over what the files say now. Files that can't be read leave the keys as they were.
    fn look(&self) {
        match self.0.dir.index() {
            Ok(Some(index)) if index == self.current().index => {}
            Ok(_) => match Ring::load(&self.0.dir) {
                Ok(ring) => {
                    tracing::info!(keys = ring.pairs.len(), "the signing keys changed");
                    *self.0.ring.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(ring);
                }
                Err(error) => tracing::error!(%error, "the signing keys changed and can't be read"),
            },
            Err(error) => tracing::error!(%error, "the signing keys can't be read"),
        }
    }

    fn change(&self, edit: impl FnOnce(&KeyDir, Index) -> Result<Index, KeyError>) -> Result<(), KeyError> {
        let dir = &self.0.dir;
        {
            let _lock = dir.lock()?;
            let index = dir.index()?.ok_or_else(|| KeyError::Damaged(dir.index_path()))?;
            dir.write_index(&edit(dir, index)?)?;
        }
        self.look();
        Ok(())
    }
}

impl Ring {
    fn load(dir: &KeyDir) -> Result<Self, KeyError> {
        let index = dir.index()?.ok_or_else(|| KeyError::Damaged(dir.index_path()))?;
        let kids = std::iter::once(&index.active).chain(&index.previous);
        let pairs = kids.map(|kid| dir.read_pair(kid)).collect::<Result<_, _>>()?;
        Ok(Self { index, pairs })
    }
}

/// Before a key id gets near a path, a log or a map.
pub(super) fn check_kid(kid: &str) -> Result<(), KeyError> {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-';
    if (1..=40).contains(&kid.len()) && kid.bytes().all(allowed) { Ok(()) } else { Err(KeyError::BadKid) }
}

fn new_kid() -> String {
    random_bytes::<8>().iter().fold("k".to_owned(), |kid, byte| format!("{kid}{byte:02x}"))
}

fn public_jwk(pair: &KeyPair) -> Value {
    json!({ "kty": "OKP", "crv": "Ed25519", "use": "sig", "alg": "EdDSA", "kid": pair.kid, "x": pair.public })
}

#[cfg(test)]
mod tests;
