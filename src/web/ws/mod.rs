//! The signalling socket, `GET /api/v1/signal`: the only place that knows the WebSocket library.

mod reassembly;
mod socket;

use super::{error::Problem, origin, state::Shared};
use actix_web::{
    HttpRequest, HttpResponse,
    http::header,
    web::{Data, Payload},
};
use actix_web_actors::ws;
use actors::{RoomsHandle, ids::RoomId, protocol::SUBPROTOCOL, room::Claims};
use socket::SignalSocket;
use std::{
    sync::{Arc, atomic::AtomicU64},
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
    /// How long a socket may take to say hello.
    pub hello_timeout: Duration,
    /// A ping is sent this often; a socket that is silent for twice as long is dead.
    pub ping_every: Duration,
    /// Counts the sockets, to tell one from the next.
    pub opened: AtomicU64,
}

/// Upgrades to the signalling protocol. A cookie from a foreign page, or a client that does not speak our subprotocol, gets no socket.
pub async fn signal(
    request: HttpRequest,
    payload: Payload,
    shared: Data<Shared>,
    signalling: Data<Signalling>,
) -> Result<HttpResponse, actix_web::Error> {
    origin::check(&request, &shared.config)?;
    shared.accepting()?;
    if !speaks_our_protocol(&request) {
        let detail = format!("open the socket with the subprotocol {SUBPROTOCOL}");
        return Err(Problem::bad_request(detail).into());
    }
    let socket = SignalSocket::new(signalling.clone().into_inner());
    ws::WsResponseBuilder::new(socket, &request, payload).protocols(&[SUBPROTOCOL]).frame_size(signalling.max_frame_bytes).start()
}

fn speaks_our_protocol(request: &HttpRequest) -> bool {
    let offered = request.headers().get_all(header::SEC_WEBSOCKET_PROTOCOL).filter_map(|line| line.to_str().ok());
    offered.flat_map(|line| line.split(',')).any(|protocol| protocol.trim() == SUBPROTOCOL)
}
