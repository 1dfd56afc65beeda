//! Credentials for TURN servers that live minutes: the "REST API for access to TURN services" scheme that coturn calls
//! `use-auth-secret`. The server checks them with the shared secret alone.

use std::time::Duration;

use actors::clock::Timestamp;
use actors::ids::ParticipantId;
use actors::ports::IceServers;
use actors::protocol::IceServer;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;

use super::secret::Secret;

/// No credential lives longer.
pub const LONGEST: Duration = Duration::from_secs(600);

/// Where the browsers find help with their connections.
#[derive(Clone)]
pub struct TurnConfig {
    pub stun_urls: Vec<String>,
    pub turn_urls: Vec<String>,
    /// Shared with the TURN servers. Without it, or without `turn_urls`, there is no TURN.
    pub secret: Option<Secret>,
    /// How long a credential lives; cut to [`LONGEST`].
    pub lifetime: Duration,
}

#[derive(Clone)]
pub struct Turn(TurnConfig);

impl Turn {
    pub fn new(config: TurnConfig) -> Self {
        Self(TurnConfig { lifetime: config.lifetime.min(LONGEST), ..config })
    }

    /// User name and password for one participant.
    fn credential(&self, secret: &Secret, participant: ParticipantId, now: Timestamp) -> (String, String) {
        let expiry = now.ms() / 1000 + self.0.lifetime.as_secs();
        let username = format!("{expiry}:{participant}");
        // HMAC takes a key of any length, so there is nothing that could fail here.
        let mut mac = Hmac::<Sha1>::new_from_slice(secret.expose().as_bytes()).expect("HMAC takes any key");
        mac.update(username.as_bytes());
        let password = STANDARD.encode(mac.finalize().into_bytes());
        (username, password)
    }
}

impl IceServers for Turn {
    fn for_participant(&self, participant: ParticipantId, now: Timestamp) -> Vec<IceServer> {
        let mut servers = Vec::new();
        if !self.0.stun_urls.is_empty() {
            servers.push(IceServer { urls: self.0.stun_urls.clone(), username: None, credential: None });
        }
        if let Some(secret) = self.0.secret.as_ref().filter(|_| !self.0.turn_urls.is_empty()) {
            let (username, credential) = self.credential(secret, participant, now);
            let urls = self.0.turn_urls.clone();
            servers.push(IceServer { urls, username: Some(username), credential: Some(credential) });
        }
        servers
    }
}

#[cfg(test)]
mod tests {
    use actors::clock::at;
    use uuid::Uuid;

    use super::*;

    fn config() -> TurnConfig {
        TurnConfig {
            stun_urls: vec!["stun:stun.example.org".to_owned()],
            turn_urls: vec!["turn:turn.example.org?transport=udp".to_owned()],
            secret: Some(Secret::new("north")),
            lifetime: Duration::from_secs(300),
        }
    }

    fn bob() -> ParticipantId {
        ParticipantId(Uuid::from_u128(7))
    }

    #[test]
    fn a_turn_server_would_take_it() {
        let servers = Turn::new(config()).for_participant(bob(), at(1_700_000_000_999));
        assert_eq!(servers.len(), 2);
        assert!(servers[0].username.is_none() && servers[0].credential.is_none());
        let username = servers[1].username.as_deref().expect("a user name");
        assert_eq!(username, "1700000300:00000000-0000-0000-0000-000000000007");
        // printf %s "$username" | openssl dgst -sha1 -hmac north -binary | base64
        assert_eq!(servers[1].credential.as_deref(), Some("aplqodhi9uhrrqzHt0djvNtvN4M="));
    }

    #[test]
    fn nothing_lives_longer_than_ten_minutes() {
        let turn = Turn::new(TurnConfig { lifetime: Duration::from_secs(86_400), ..config() });
        let servers = turn.for_participant(bob(), at(0));
        assert!(servers[1].username.as_deref().is_some_and(|name| name.starts_with("600:")));
    }

    #[test]
    fn without_a_secret_there_is_no_turn() {
        let turn = Turn::new(TurnConfig { secret: None, ..config() });
        assert_eq!(turn.for_participant(bob(), at(0)).len(), 1);
        let none = Turn::new(TurnConfig { stun_urls: Vec::new(), turn_urls: Vec::new(), ..config() });
        assert!(none.for_participant(bob(), at(0)).is_empty());
    }
}
