//! A webhook's signature: a JWT (HS256, RFC 7515) made with the secret that belongs to the key, which says the SHA-256 of the body that it came with.

use base64::{Engine, engine::general_purpose::STANDARD};
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode};
use serde::Deserialize;
use sha2::{Digest, Sha256};

/// Longer ones aren't looked at.
const LONGEST: usize = 4096;
/// How far the other server's clock may be off.
const SKEW_SECONDS: u64 = 60;

#[derive(Deserialize)]
struct Claims {
    exp: u64,
    #[serde(default)]
    nbf: u64,
    sha256: String,
}

/// Whatever is wrong, the answer is the same. `shown` may begin with `Bearer`. `now`: seconds since 1970.
pub fn is_signed(shown: &str, key: &str, secret: &str, body: &[u8], now: u64) -> bool {
    let token = match shown.split_once(' ') {
        Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") => token.trim(),
        Some(_) => return false,
        None => shown,
    };
    if token.len() > LONGEST || secret.is_empty() {
        return false;
    }
    let mut validation = Validation::new(Algorithm::HS256);
    // Against the time that we go by.
    validation.validate_exp = false;
    validation.validate_aud = false;
    validation.set_required_spec_claims(&["exp", "iss"]);
    validation.set_issuer(&[key]);
    let Ok(token) = decode::<Claims>(token, &DecodingKey::from_secret(secret.as_bytes()), &validation) else { return false };
    let claims = token.claims;
    let in_time = claims.exp.saturating_add(SKEW_SECONDS) > now && claims.nbf <= now.saturating_add(SKEW_SECONDS);
    // A hash of what everybody sees is no secret: how long the comparison takes tells nothing.
    in_time && STANDARD.decode(&claims.sha256).is_ok_and(|hash| hash == Sha256::digest(body).as_slice())
}

#[cfg(test)]
mod tests {
    use super::*;
    use jsonwebtoken::{EncodingKey, Header, encode};
    use serde_json::{Value, json};

    const BODY: &[u8] = br#"{"event":"room_started"}"#;
    const NOW: u64 = 1_800_000_000;

    fn hash(body: &[u8]) -> String {
        STANDARD.encode(Sha256::digest(body))
    }

    fn signed(algorithm: Algorithm, secret: &str, change: impl FnOnce(&mut Value)) -> String {
        let mut claims = json!({ "iss": "APIkey", "nbf": NOW - 5, "exp": NOW + 300, "sha256": hash(BODY) });
        change(&mut claims);
        encode(&Header::new(algorithm), &claims, &EncodingKey::from_secret(secret.as_bytes())).unwrap()
    }

    fn good(shown: &str) -> bool {
        is_signed(shown, "APIkey", "secret", BODY, NOW)
    }

    #[test]
    fn what_the_key_signed_is_taken_with_the_scheme_or_without() {
        let token = signed(Algorithm::HS256, "secret", |_| ());
        assert!(good(&token));
        assert!(good(&format!("Bearer {token}")));
    }

    #[test]
    fn anything_else_is_not() {
        let with = |change: fn(&mut Value)| signed(Algorithm::HS256, "secret", change);
        let unsigned = {
            let token = with(|_| ());
            let payload = token.split('.').nth(1).unwrap().to_owned();
            let head = base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(br#"{"alg":"none","typ":"JWT"}"#);
            format!("{head}.{payload}.")
        };
        for wrong in [
            String::new(),
            "garbage".to_owned(),
            unsigned,
            signed(Algorithm::HS256, "another", |_| ()),
            signed(Algorithm::HS512, "secret", |_| ()),
            with(|claims| claims["iss"] = json!("another")),
            with(|claims| claims["exp"] = json!(NOW - 100)),
            with(|claims| claims["exp"] = json!("never")),
            with(|claims| claims["nbf"] = json!(NOW + 100)),
            with(|claims| claims["sha256"] = json!(hash(b"another body"))),
            with(|claims| claims["sha256"] = json!("")),
            with(|claims| drop(claims.as_object_mut().unwrap().remove("sha256"))),
            with(|claims| drop(claims.as_object_mut().unwrap().remove("exp"))),
            with(|claims| drop(claims.as_object_mut().unwrap().remove("iss"))),
            format!("Basic {}", with(|_| ())),
            "x".repeat(10_000),
        ] {
            assert!(!good(&wrong), "{wrong}");
        }
        let token = with(|_| ());
        assert!(!is_signed(&token, "APIkey", "secret", b"{}", NOW));
        assert!(!is_signed(&signed(Algorithm::HS256, "", |_| ()), "APIkey", "", BODY, NOW));
    }
}
