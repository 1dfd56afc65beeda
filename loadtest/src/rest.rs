//! The two REST calls on the way into a room.

use std::time::Duration;

use serde::Deserialize;
use serde_json::json;

use crate::media::scenario::Purpose;

pub struct Rest {
    client: reqwest::Client,
    base: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CreatedRoom {
    pub room_id: String,
    pub join_token: String,
}

#[derive(Deserialize)]
struct Ticket {
    token: String,
}

#[derive(Debug)]
pub enum RestError {
    /// 429 or 503: come back after so long.
    Busy(Duration),
    Refused {
        status: u16,
        body: String,
    },
    Failed(String),
}

impl std::fmt::Display for RestError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Busy(after) => write!(f, "the server asks to come back in {after:?}"),
            Self::Refused { status, body } => write!(f, "answered {status}: {body}"),
            Self::Failed(error) => f.write_str(error),
        }
    }
}

impl Rest {
    pub fn new(base: &str) -> Result<Self, String> {
        // Servers close idle connections after some seconds; a pooled one must not be older than that.
        let client = reqwest::Client::builder()
            .pool_idle_timeout(Duration::from_secs(2))
            .tcp_nodelay(true)
            .no_proxy()
            .timeout(Duration::from_secs(30))
            .build()
            .map_err(|error| error.to_string())?;
        Ok(Self { client, base: base.trim_end_matches('/').to_string() })
    }

    /// Waits until the server says that it is ready.
    pub async fn ready(&self, patience: Duration) -> Result<(), String> {
        let deadline = tokio::time::Instant::now() + patience;
        loop {
            let answer = self.client.get(format!("{}/readyz", self.base)).send().await;
            match answer {
                Ok(answer) if answer.status().is_success() => return Ok(()),
                _ if tokio::time::Instant::now() < deadline => tokio::time::sleep(Duration::from_millis(50)).await,
                Ok(answer) => return Err(format!("{} is not ready: /readyz answers {}", self.base, answer.status())),
                Err(error) => return Err(format!("{} cannot be reached: {error}", self.base)),
            }
        }
    }

    pub async fn create_room(&self, number: usize, size: usize) -> Result<CreatedRoom, RestError> {
        let body = json!({
            "hostName": "Host",
            "name": format!("Load {number}"),
            "settings": { "waitingRoom": "off", "joinBeforeHost": true, "maxParticipants": size.max(2) * 2 },
        });
        self.post("/api/v1/rooms", &body).await
    }

    /// A room whose media goes through the server, whoever is in it.
    pub async fn create_forwarding_room(&self, number: usize, size: usize, agree: &[Purpose]) -> Result<CreatedRoom, RestError> {
        let body = json!({
            "hostName": "Host",
            "name": format!("Media {number}"),
            "settings": {
                "waitingRoom": "off",
                "joinBeforeHost": true,
                "topology": "sfu",
                "maxParticipants": (size * 2).clamp(2, 1000),
                "emotion": agree.contains(&Purpose::Emotion),
                "recording": if agree.contains(&Purpose::Recording) { "auto" } else { "off" },
            },
        });
        self.post("/api/v1/rooms", &body).await
    }

    /// A join token for a new guest.
    pub async fn join(&self, room: &str, seat: usize) -> Result<String, RestError> {
        let body = json!({ "displayName": format!("Guest {seat}") });
        let ticket: Ticket = self.post(&format!("/api/v1/rooms/{room}/join"), &body).await?;
        Ok(ticket.token)
    }

    async fn post<T: serde::de::DeserializeOwned>(&self, path: &str, body: &serde_json::Value) -> Result<T, RestError> {
        let failed = |error: reqwest::Error| RestError::Failed(format!("{path}: {error}"));
        let answer = self.client.post(format!("{}{path}", self.base)).json(body).send().await.map_err(failed)?;
        let status = answer.status();
        if matches!(status.as_u16(), 429 | 503) {
            return Err(RestError::Busy(retry_after(&answer)));
        }
        if !status.is_success() {
            return Err(RestError::Refused { status: status.as_u16(), body: answer.text().await.unwrap_or_default() });
        }
        answer.json().await.map_err(failed)
    }
}

fn retry_after(answer: &reqwest::Response) -> Duration {
    let seconds = answer.headers().get("retry-after").and_then(|value| value.to_str().ok()?.parse().ok());
    Duration::from_secs(seconds.unwrap_or(1).min(30))
}
