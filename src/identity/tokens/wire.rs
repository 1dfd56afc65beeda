//! A token's claims as they travel, and what is checked about them.

use actors::protocol::Role;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// What a token is for: `typ`. A token of one kind is never taken for another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    Access,
    Guest,
    Join,
    File,
    Consent,
}

impl Kind {
    pub const fn audience(self) -> &'static str {
        match self {
            Self::Access | Self::Guest => "greenroom:api",
            Self::Join => "greenroom:room",
            Self::File => "greenroom:file",
            Self::Consent => "greenroom:consent",
        }
    }

    /// Seconds that one lives at most.
    pub const fn lifetime(self) -> u64 {
        const DAY: u64 = 24 * 3600;
        match self {
            Self::Access => 15 * 60,
            Self::Join => 10 * 60,
            Self::Consent => DAY,
            Self::Guest | Self::File => 30 * DAY,
        }
    }
}

/// Times are whole seconds since 1970; a fraction or a text is refused, and so is a claim that comes twice.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Wire {
    pub iss: String,
    pub aud: String,
    pub typ: Kind,
    pub sub: String,
    pub tenant: Uuid,
    pub iat: u64,
    pub exp: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nbf: Option<u64>,
    pub jti: Uuid,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub room_id: Option<Uuid>,
    /// An account's id; in a join token also a guest's, or an integrator's own id of the person.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_id: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub guest_id: Option<Uuid>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file_id: Option<Uuid>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub login_id: Option<Uuid>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<Role>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub guest: Option<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub known: Option<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub purposes: Option<Vec<String>>,
}

impl Wire {
    pub fn new(kind: Kind, issuer: &str, subject: &str, tenant: Uuid, iat: u64) -> Self {
        Self {
            iss: issuer.to_owned(),
            aud: kind.audience().to_owned(),
            typ: kind,
            sub: subject.to_owned(),
            tenant,
            iat,
            exp: iat.saturating_add(kind.lifetime()),
            nbf: None,
            jti: Uuid::new_v4(),
            room_id: None,
            user_id: None,
            guest_id: None,
            file_id: None,
            login_id: None,
            role: None,
            name: None,
            guest: None,
            known: None,
            purposes: None,
        }
    }

    /// Of that kind, and of now: not expired, not from the future, and not longer lived than its kind may be.
    pub fn holds(&self, kind: Kind, now: u64, skew: u64) -> bool {
        let soon = now.saturating_add(skew);
        self.typ == kind
            && now < self.exp
            && self.iat <= soon
            && self.nbf.is_none_or(|from| from <= soon)
            && self.exp.checked_sub(self.iat).is_some_and(|lives| lives <= kind.lifetime())
    }
}

/// What we read of a header. `jku`, `jwk`, `x5u` and the rest are not for us; `crit` says that something must be understood, and
/// nothing is.
#[derive(Deserialize)]
struct WireHeader {
    alg: String,
    kid: String,
    crit: Option<serde::de::IgnoredAny>,
}

/// The key that a token names, if its header is one that we could have written. Nothing is looked up here.
pub fn key_id(token: &str, longest: usize) -> Option<String> {
    if token.len() > longest {
        return None;
    }
    let (header, rest) = token.split_once('.')?;
    if rest.split('.').count() != 2 {
        return None;
    }
    let header: WireHeader = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(header).ok()?).ok()?;
    (header.alg == "EdDSA" && header.crit.is_none()).then_some(header.kid)
}
