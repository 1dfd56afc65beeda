//! The token with which a client comes back: which room, which participant, and a secret of which the room keeps only the hash.

use crate::ids::{ParticipantId, RoomId};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use sha2::{Digest, Sha256};
use uuid::Uuid;

/// A bearer secret: no `Debug`.
#[derive(Clone, PartialEq, Eq)]
pub struct ResumeToken {
    pub room: RoomId,
    pub participant: ParticipantId,
    secret: Uuid,
}

impl ResumeToken {
    pub fn new(room: RoomId, participant: ParticipantId, secret: Uuid) -> Self {
        Self { room, participant, secret }
    }

    /// What the room keeps.
    pub fn hash(&self) -> String {
        URL_SAFE_NO_PAD.encode(Sha256::digest(self.secret.as_bytes()))
    }

    pub fn encode(&self) -> String {
        let mut bytes = [0; 48];
        bytes[..16].copy_from_slice(self.room.0.as_bytes());
        bytes[16..32].copy_from_slice(self.participant.0.as_bytes());
        bytes[32..].copy_from_slice(self.secret.as_bytes());
        URL_SAFE_NO_PAD.encode(bytes)
    }

    pub fn decode(text: &str) -> Option<Self> {
        if text.len() != 64 {
            return None;
        }
        let bytes: [u8; 48] = URL_SAFE_NO_PAD.decode(text).ok()?.try_into().ok()?;
        let id = |range: std::ops::Range<usize>| Uuid::from_slice(&bytes[range]).ok();
        Some(Self { room: RoomId(id(0..16)?), participant: ParticipantId(id(16..32)?), secret: id(32..48)? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_comes_back_whole_and_rubbish_does_not() {
        let token = ResumeToken::new(RoomId(Uuid::from_u128(1)), ParticipantId(Uuid::from_u128(2)), Uuid::from_u128(3));
        assert!(ResumeToken::decode(&token.encode()) == Some(token));
        assert!(ResumeToken::decode("").is_none());
        assert!(ResumeToken::decode(&"é".repeat(32)).is_none());
    }
}
