//! The key files: read, written whole or not at all, private to the owner.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ed25519_dalek::SigningKey;
use ed25519_dalek::pkcs8::spki::der::pem::LineEnding;
use ed25519_dalek::pkcs8::{DecodePrivateKey, EncodePrivateKey, KeypairBytes};
use jsonwebtoken::{DecodingKey, EncodingKey};
use serde::{Deserialize, Serialize};

use super::{KeyError, check_kid};

/// `keys.json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Index {
    pub active: String,
    /// The newest first.
    pub previous: Vec<String>,
}

/// One key, ready for use.
pub struct KeyPair {
    pub kid: String,
    pub signing: EncodingKey,
    pub verifying: DecodingKey,
    /// The public key as a JWK's `x`.
    pub public: String,
}

pub struct KeyDir(PathBuf);

impl KeyDir {
    pub fn new(path: PathBuf) -> Result<Self, KeyError> {
        let mut builder = fs::DirBuilder::new();
        builder.recursive(true);
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.create(&path).map_err(failed(&path))?;
        Ok(Self(path))
    }

    /// Held until dropped: one process at a time changes the keys.
    pub fn lock(&self) -> Result<File, KeyError> {
        let path = self.0.join("lock");
        let file = private().open(&path).map_err(failed(&path))?;
        file.lock().map_err(failed(&path))?;
        Ok(file)
    }

    pub fn index_path(&self) -> PathBuf {
        self.0.join("keys.json")
    }

    /// What `keys.json` says, `None` before the first start.
    pub fn index(&self) -> Result<Option<Index>, KeyError> {
        let path = self.index_path();
        let text = match fs::read(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(failed(&path)(error)),
        };
        let index: Index = serde_json::from_slice(&text).map_err(|_| KeyError::Damaged(path))?;
        std::iter::once(&index.active).chain(&index.previous).try_for_each(|kid| check_kid(kid))?;
        Ok(Some(index))
    }

    pub fn write_index(&self, index: &Index) -> Result<(), KeyError> {
        let path = self.index_path();
        let text = serde_json::to_vec_pretty(index).map_err(|_| KeyError::Damaged(path.clone()))?;
        replace(&path, &text).map_err(failed(&path))
    }

    pub fn read_pair(&self, kid: &str) -> Result<KeyPair, KeyError> {
        let path = self.pem_path(kid)?;
        let pem = fs::read_to_string(&path).map_err(failed(&path))?;
        let key = SigningKey::from_pkcs8_pem(&pem).map_err(|_| KeyError::Damaged(path.clone()))?;
        let der = pkcs8(key.as_bytes()).to_pkcs8_der().map_err(|_| KeyError::Damaged(path))?;
        let public = key.verifying_key();
        Ok(KeyPair {
            kid: kid.to_owned(),
            signing: EncodingKey::from_ed_der(der.as_bytes()),
            verifying: DecodingKey::from_ed_der(public.as_bytes()),
            public: URL_SAFE_NO_PAD.encode(public.as_bytes()),
        })
    }

    pub fn write_pair(&self, kid: &str, seed: &[u8; 32]) -> Result<(), KeyError> {
        let path = self.pem_path(kid)?;
        let pem = pkcs8(seed).to_pkcs8_pem(LineEnding::LF).map_err(|_| KeyError::Damaged(path.clone()))?;
        replace(&path, pem.as_bytes()).map_err(failed(&path))
    }

    pub fn delete_pair(&self, kid: &str) -> Result<(), KeyError> {
        let path = self.pem_path(kid)?;
        fs::remove_file(&path).map_err(failed(&path))
    }

    fn pem_path(&self, kid: &str) -> Result<PathBuf, KeyError> {
        check_kid(kid)?;
        Ok(self.0.join(format!("{kid}.pem")))
    }
}

/// The first version of the format, without the public key: what every other tool reads.
fn pkcs8(seed: &[u8; 32]) -> KeypairBytes {
    KeypairBytes { secret_key: *seed, public_key: None }
}

fn private() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.create(true).write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

/// A crash leaves the old file or the new one, never half of it.
fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let fresh = path.with_extension("new");
    let mut file = private().truncate(true).open(&fresh)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    fs::rename(&fresh, path)
}

fn failed(path: &Path) -> impl FnOnce(io::Error) -> KeyError + use<> {
    let path = path.to_owned();
    move |source| KeyError::Io { path, source }
}
