//! A signalling socket as one person uses it: commands out, events in, acknowledgements by themselves.

use std::net::SocketAddr;

use serde_json::{Value, json};

use crate::socket::{self, Received, Socket};

const SIGNAL: &str = "/api/v1/signal";
/// Well before the server's limit of 16.
const ACK_EVERY: u64 = 8;

pub struct Signal {
    socket: Socket,
    reference: u64,
    seq: u64,
    acknowledged: u64,
}

/// What came out of the socket.
pub enum Said {
    Event(Value),
    /// The reply to a command.
    Reply(Result<(), String>),
    Closed(Option<u16>),
}

impl Signal {
    /// Opens the socket and says hello.
    pub async fn hello(address: SocketAddr, token: &str) -> Result<Self, String> {
        let socket = socket::open(address, SIGNAL, Some("greenroom.v1")).await.map_err(|error| error.to_string())?;
        let mut signal = Self { socket, reference: 0, seq: 0, acknowledged: 0 };
        signal.send(json!({ "type": "hello", "token": token, "capabilities": [] })).await?;
        Ok(signal)
    }

    /// Sends a command and says its number.
    pub async fn send(&mut self, mut command: Value) -> Result<u64, String> {
        self.reference += 1;
        command["ref"] = json!(self.reference);
        socket::send(&mut self.socket, command.to_string()).await?;
        Ok(self.reference)
    }

    /// Not for a `select!` arm that may be dropped after it has read: nothing here awaits after reading but the acknowledgement.
    pub async fn next(&mut self) -> Said {
        let text = match socket::receive(&mut self.socket).await {
            Received::Text(text) => text,
            Received::Closed(code) => return Said::Closed(code),
        };
        let Ok(frame) = serde_json::from_str::<Value>(&text) else { return Said::Closed(None) };
        if frame["type"] == "reply" {
            return Said::Reply(if frame["ok"] == true { Ok(()) } else { Err(frame["error"].to_string()) });
        }
        if let Some(seq) = frame["seq"].as_u64() {
            self.seq = seq;
        }
        Said::Event(frame)
    }

    /// To be called after each event; sends when it is time.
    pub async fn acknowledge(&mut self, now: bool) {
        if self.seq - self.acknowledged >= ACK_EVERY || (now && self.seq > self.acknowledged) {
            self.acknowledged = self.seq;
            let text = json!({ "type": "ack", "seq": self.seq }).to_string();
            // A failing write shows as a closed socket in the next read.
            let _ = socket::send(&mut self.socket, text).await;
        }
    }
}
