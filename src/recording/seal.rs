//! The signature under an integrity report: a detached JWS (RFC 7515, appendix F) over the report's bytes as they stand in its file, with the key that
//! signs tokens. Whoever has both files and `/.well-known/jwks.json` can check it.
//!
//! ```text
//! report.json.jws    BASE64URL({"alg":"EdDSA","kid":"k…"}) ".." BASE64URL(signature)
//! ```

use crate::identity::Keys;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jsonwebtoken::{Algorithm, crypto};
use serde::{Deserialize, Serialize};
use std::io;

#[derive(Serialize, Deserialize)]
struct Header {
    alg: String,
    kid: String,
}

const ALG: &str = "EdDSA";
/// A signature is shorter.
const LONGEST: usize = 1_024;

/// Why a signature is not believed.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum SealError {
    #[error("the signature can't be read")]
    Malformed,
    #[error("it was signed with a key that this server does not know, or believe any more")]
    UnknownKey,
    #[error("the report is not what was signed")]
    Broken,
}

/// Signs with the key in use.
pub fn seal(bytes: &[u8], keys: &Keys) -> io::Result<String> {
    let (kid, key) = keys.signing();
    let header = URL_SAFE_NO_PAD.encode(serde_json::to_vec(&Header { alg: ALG.to_owned(), kid })?);
    let signature = crypto::sign(&message(&header, bytes), &key, Algorithm::EdDSA).map_err(io::Error::other)?;
    Ok(format!("{header}..{signature}"))
}

/// Checks with any key that is believed; the id of the one that it was.
pub fn check(bytes: &[u8], seal: &str, keys: &Keys) -> Result<String, SealError> {
    let (header, signature) = seal.trim().split_once("..").filter(|_| seal.len() <= LONGEST).ok_or(SealError::Malformed)?;
    let decoded = URL_SAFE_NO_PAD.decode(header).map_err(|_| SealError::Malformed)?;
    let Header { alg, kid } = serde_json::from_slice(&decoded).map_err(|_| SealError::Malformed)?;
    if alg != ALG {
        return Err(SealError::Malformed);
    }
    let key = keys.verifying(&kid).ok_or(SealError::UnknownKey)?;
    match crypto::verify(signature, &message(header, bytes), &key, Algorithm::EdDSA) {
        Ok(true) => Ok(kid),
        Ok(false) => Err(SealError::Broken),
        Err(_) => Err(SealError::Malformed),
    }
}

fn message(header: &str, bytes: &[u8]) -> Vec<u8> {
    format!("{header}.{}", URL_SAFE_NO_PAD.encode(bytes)).into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys() -> (tempfile::TempDir, Keys) {
        let place = tempfile::tempdir().unwrap();
        let keys = Keys::open(place.path()).unwrap();
        (place, keys)
    }

    #[test]
    fn what_was_signed_is_believed_and_nothing_else() {
        let (_place, keys) = keys();
        let said = br#"{"complete": true}"#;
        let sealed = seal(said, &keys).unwrap();
        assert_eq!(check(said, &sealed, &keys).as_deref(), Ok(keys.list()[0].kid.as_str()));
        for at in 0..said.len() {
            let mut other = said.to_vec();
            other[at] ^= 1;
            assert_eq!(check(&other, &sealed, &keys), Err(SealError::Broken), "byte {at}");
        }
    }

    #[test]
    fn an_older_key_is_believed_until_it_is_removed_and_a_strangers_never() {
        let (_place, keys) = keys();
        let sealed = seal(b"x", &keys).unwrap();
        let old = keys.list()[0].kid.clone();
        keys.rotate().unwrap();
        assert_eq!(check(b"x", &sealed, &keys), Ok(old.clone()));
        keys.remove(&old).unwrap();
        assert_eq!(check(b"x", &sealed, &keys), Err(SealError::UnknownKey));
        let (_elsewhere, others) = self::keys();
        assert_eq!(check(b"x", &seal(b"x", &others).unwrap(), &keys), Err(SealError::UnknownKey));
    }

    #[test]
    fn what_is_no_signature_is_malformed() {
        let (_place, keys) = keys();
        let sealed = seal(b"x", &keys).unwrap();
        let none = URL_SAFE_NO_PAD.encode(format!(r#"{{"alg":"none","kid":"{}"}}"#, keys.list()[0].kid));
        for seal in ["", "..", "a.b.c", &sealed.replace("..", "."), &format!("{none}.."), &"x".repeat(5_000)] {
            assert_eq!(check(b"x", seal, &keys), Err(SealError::Malformed), "{seal}");
        }
        let (header, _) = sealed.split_once("..").unwrap();
        assert_ne!(check(b"x", &format!("{header}.."), &keys), Ok(keys.list()[0].kid.clone()));
    }
}
