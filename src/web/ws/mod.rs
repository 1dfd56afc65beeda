//! The signalling socket, `GET /api/v1/signal`: the only place that knows the WebSocket library.
//!
//! Upgrades do not go through the HTTP application: its buffers would stay with every socket for as long as it lives.

mod entering;
mod handshake;
mod reassembly;
mod socket;
mod transport;

pub use handshake::Upgrade;
pub(in crate::web) use handshake::{Connection, accept, refuse};
pub(in crate::web) use transport::{FramesIn, FramesOut};

use super::{error::Problem, state::Shared};
use actix_web::{HttpResponse, http::StatusCode, web::Data};
use actors::{RoomsHandle, ids::RoomId, room::Claims};
use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, AtomicUsize},
    },
    time::Duration,
};

/// Reads join tokens.
pub trait JoinTokens: Send + Sync + 'static {
    /// The room and who it lets in; `None` whatever is wrong with the token.
    fn read(&self, token: &str) -> Option<(RoomId, Claims)>;
}

/// What every signalling socket shares.
pub struct Signalling {
    pub rooms: RoomsHandle,
    pub tokens: Arc<dyn JoinTokens>,
    /// Longest frame or message in bytes.
    pub max_frame_bytes: usize,
    /// Sockets at most; more are refused with 503.
    pub max_sockets: usize,
    /// How long a socket may take to say hello.
    pub hello_timeout: Duration,
    /// A ping is sent this often; a socket that is silent for twice as long is dead.
    pub ping_every: Duration,
    /// Counts the sockets, to tell one from the next.
    pub opened: AtomicU64,
    /// Sockets that are open now.
    pub open: AtomicUsize,
}

/// What the upgrade needs of the rest of the server.
#[derive(Clone)]
pub struct UpgradeParts {
    pub shared: Data<Shared>,
    pub signalling: Data<Signalling>,
}

/// What a request without an upgrade gets.
pub async fn upgrade_required() -> Result<HttpResponse, Problem> {
    Err(Problem::new(StatusCode::UPGRADE_REQUIRED, "upgrade_required", "open a WebSocket here"))
}
