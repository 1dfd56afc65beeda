//! Signed tokens: JWTs (RFC 7519) with EdDSA over Ed25519 (RFC 8037), one type a purpose.
//!
//! The algorithm is ours to say, never the token's; keys come from our key files only. Whatever is wrong with a token, the answer
//! is the same [`TokenError::Invalid`].

use actors::clock::Timestamp;
use actors::ids::{FileId, Identity, RoomId, TenantId, UserId};
use actors::protocol::Role;
use jsonwebtoken::{Algorithm, Header, Validation};
use uuid::Uuid;

use super::keys::Keys;
use super::secret::Secret;

mod wire;

use wire::{Kind, Wire};

/// Longer tokens aren't looked at.
pub const LONGEST_TOKEN: usize = 4096;
/// How far another server's clock may be ahead of ours.
const CLOCK_SKEW_SECONDS: u64 = 60;

/// The token is malformed, forged, expired, for something else, or signed with a key that is gone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    #[error("the token is not valid")]
    Invalid,
}

/// An account that signed in. 15 minutes.
#[derive(Clone, PartialEq, Eq)]
pub struct Access {
    pub user_id: UserId,
    pub tenant_id: TenantId,
    /// The login it came from: the family of its refresh token.
    pub login_id: Uuid,
}

/// Somebody without an account who can be known again. 30 days.
#[derive(Clone, PartialEq, Eq)]
pub struct Guest {
    pub guest_id: Uuid,
    pub tenant_id: TenantId,
    pub display_name: Option<String>,
}

/// May come into one room. 10 minutes to come in; it also opens that room's files and report for as long.
#[derive(Clone, PartialEq, Eq)]
pub struct Join {
    pub room_id: RoomId,
    pub tenant_id: TenantId,
    pub identity: Identity,
    pub role: Role,
    pub display_name: Option<String>,
    /// Has no account here.
    pub guest: bool,
    /// A host admitted this identity to this room before.
    pub known: bool,
    /// What a consent token granted when this one was asked for, named as in [`ConsentGrant`].
    pub purposes: Vec<String>,
}

/// The right to fetch one file of one room.
#[derive(Clone, PartialEq, Eq)]
pub struct FileLink {
    pub room_id: RoomId,
    pub tenant_id: TenantId,
    pub file_id: FileId,
}

/// What an account agreed to, to be shown when it joins. 24 hours.
#[derive(Clone, PartialEq, Eq)]
pub struct ConsentGrant {
    pub user_id: UserId,
    pub tenant_id: TenantId,
    /// Those that were granted, of `recording`, `transcription`, `emotion`, `assistant`.
    pub purposes: Vec<String>,
}

/// Issues and verifies. Cheap to clone.
#[derive(Clone)]
pub struct Tokens {
    keys: Keys,
    issuer: String,
}

impl Tokens {
    /// `issuer` is what `iss` says, the same on every server of an installation.
    pub fn new(keys: Keys, issuer: impl Into<String>) -> Self {
        Self { keys, issuer: issuer.into() }
    }

    /// How long access tokens live, for `expiresIn`.
    pub const ACCESS_SECONDS: u64 = Kind::Access.lifetime();

    pub fn issue_access(&self, access: &Access, now: Timestamp) -> Secret {
        let mut wire = self.wire(Kind::Access, Identity::user(access.user_id).as_str(), access.tenant_id, now);
        wire.user_id = Some(access.user_id.to_string());
        wire.login_id = Some(access.login_id);
        self.sign(&wire)
    }

    /// # Errors
    /// [`TokenError::Invalid`].
    pub fn verify_access(&self, token: &str, now: Timestamp) -> Result<Access, TokenError> {
        let wire = self.verify(token, Kind::Access, now)?;
        Ok(Access {
            user_id: account(&wire)?,
            tenant_id: TenantId(wire.tenant),
            login_id: wire.login_id.ok_or(TokenError::Invalid)?,
        })
    }

    pub fn issue_guest(&self, guest: &Guest, now: Timestamp) -> Secret {
        let mut wire = self.wire(Kind::Guest, Identity::guest(guest.guest_id).as_str(), guest.tenant_id, now);
        wire.guest_id = Some(guest.guest_id);
        wire.name = guest.display_name.clone();
        self.sign(&wire)
    }

    /// # Errors
    /// [`TokenError::Invalid`].
    pub fn verify_guest(&self, token: &str, now: Timestamp) -> Result<Guest, TokenError> {
        let wire = self.verify(token, Kind::Guest, now)?;
        Ok(Guest {
            guest_id: wire.guest_id.ok_or(TokenError::Invalid)?,
            tenant_id: TenantId(wire.tenant),
            display_name: wire.name,
        })
    }

    pub fn issue_join(&self, join: &Join, now: Timestamp) -> Secret {
        let mut wire = self.wire(Kind::Join, join.identity.as_str(), join.tenant_id, now);
        wire.room_id = Some(join.room_id.0);
        wire.user_id = Some(join.identity.person().to_owned());
        wire.role = Some(join.role);
        wire.name = join.display_name.clone();
        wire.guest = Some(join.guest);
        wire.known = Some(join.known);
        wire.purposes = Some(join.purposes.clone()).filter(|purposes| !purposes.is_empty());
        self.sign(&wire)
    }

    /// # Errors
    /// [`TokenError::Invalid`].
    pub fn verify_join(&self, token: &str, now: Timestamp) -> Result<Join, TokenError> {
        let wire = self.verify(token, Kind::Join, now)?;
        Ok(Join {
            room_id: RoomId(wire.room_id.ok_or(TokenError::Invalid)?),
            tenant_id: TenantId(wire.tenant),
            identity: Identity::from_subject(wire.sub),
            role: wire.role.ok_or(TokenError::Invalid)?,
            display_name: wire.name,
            guest: wire.guest.ok_or(TokenError::Invalid)?,
            known: wire.known.unwrap_or(false),
            purposes: wire.purposes.unwrap_or_default(),
        })
    }

    /// `lives` is cut to 30 days.
    pub fn issue_file_link(&self, link: &FileLink, lives: std::time::Duration, now: Timestamp) -> Secret {
        let mut wire = self.wire(Kind::File, &link.file_id.to_string(), link.tenant_id, now);
        wire.exp = wire.iat + lives.as_secs().min(Kind::File.lifetime());
        wire.room_id = Some(link.room_id.0);
        wire.file_id = Some(link.file_id.0);
        self.sign(&wire)
    }

    /// # Errors
    /// [`TokenError::Invalid`].
    pub fn verify_file_link(&self, token: &str, now: Timestamp) -> Result<FileLink, TokenError> {
        let wire = self.verify(token, Kind::File, now)?;
        Ok(FileLink {
            room_id: RoomId(wire.room_id.ok_or(TokenError::Invalid)?),
            tenant_id: TenantId(wire.tenant),
            file_id: FileId(wire.file_id.ok_or(TokenError::Invalid)?),
        })
    }

    pub fn issue_consent(&self, grant: &ConsentGrant, now: Timestamp) -> Secret {
        let mut wire = self.wire(Kind::Consent, Identity::user(grant.user_id).as_str(), grant.tenant_id, now);
        wire.user_id = Some(grant.user_id.to_string());
        wire.purposes = Some(grant.purposes.clone());
        self.sign(&wire)
    }

    /// # Errors
    /// [`TokenError::Invalid`].
    pub fn verify_consent(&self, token: &str, now: Timestamp) -> Result<ConsentGrant, TokenError> {
        let wire = self.verify(token, Kind::Consent, now)?;
        Ok(ConsentGrant {
            user_id: account(&wire)?,
            tenant_id: TenantId(wire.tenant),
            purposes: wire.purposes.ok_or(TokenError::Invalid)?,
        })
    }

    fn wire(&self, kind: Kind, subject: &str, tenant: TenantId, now: Timestamp) -> Wire {
        let iat = now.ms() / 1000;
        Wire::new(kind, &self.issuer, subject, tenant.0, iat)
    }

    fn sign(&self, wire: &Wire) -> Secret {
        let (kid, key) = self.keys.signing();
        let header = Header { kid: Some(kid), ..Header::new(Algorithm::EdDSA) };
        // The claims are plain data and the key was checked when it was read: neither can fail.
        Secret::new(jsonwebtoken::encode(&header, wire, &key).expect("plain claims and an Ed25519 key"))
    }

    fn verify(&self, token: &str, kind: Kind, now: Timestamp) -> Result<Wire, TokenError> {
        let kid = wire::key_id(token, LONGEST_TOKEN).ok_or(TokenError::Invalid)?;
        let key = self.keys.verifying(&kid).ok_or(TokenError::Invalid)?;
        // Why is not told to anybody, our own log included: such errors quote what they did not understand.
        let wire = jsonwebtoken::decode::<Wire>(token, &key, &self.validation(kind)).map_err(|_| TokenError::Invalid)?;
        if wire.claims.holds(kind, now.ms() / 1000, CLOCK_SKEW_SECONDS) { Ok(wire.claims) } else { Err(TokenError::Invalid) }
    }

    /// The times are checked by us, against the time that the caller says it is.
    fn validation(&self, kind: Kind) -> Validation {
        let mut validation = Validation::new(Algorithm::EdDSA);
        validation.validate_exp = false;
        validation.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);
        validation.set_issuer(&[&self.issuer]);
        validation.set_audience(&[kind.audience()]);
        validation
    }
}

#[cfg(test)]
mod tests;

/// The account that a token of one names.
fn account(wire: &Wire) -> Result<UserId, TokenError> {
    wire.user_id.as_ref().and_then(|id| id.parse().ok()).map(UserId).ok_or(TokenError::Invalid)
}
