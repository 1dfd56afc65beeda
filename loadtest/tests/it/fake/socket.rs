//! One signalling connection.

use std::sync::atomic::{AtomicU64, Ordering};

use futures_util::{SinkExt, StreamExt};
use serde_json::Value;
use tokio::net::TcpStream;
use tokio::sync::mpsc;
use tokio_tungstenite::accept_hdr_async;
use tokio_tungstenite::tungstenite::handshake::server::{ErrorResponse, Request, Response};
use tokio_tungstenite::tungstenite::protocol::CloseFrame;
use tokio_tungstenite::tungstenite::{Message, Utf8Bytes};

use super::Shared;
use super::rooms::Out;

static CONNECTIONS: AtomicU64 = AtomicU64::new(0);

#[expect(clippy::result_large_err, reason = "the type is the library's")]
fn speak_greenroom(request: &Request, mut response: Response) -> Result<Response, ErrorResponse> {
    let offered = request.headers().get("Sec-WebSocket-Protocol").expect("the tester names the subprotocol");
    assert_eq!(offered, "greenroom.v1");
    response.headers_mut().insert("Sec-WebSocket-Protocol", offered.clone());
    Ok(response)
}

pub async fn serve(stream: TcpStream, rooms: Shared) {
    let Ok(socket) = accept_hdr_async(stream, speak_greenroom).await else { return };
    let connection = CONNECTIONS.fetch_add(1, Ordering::Relaxed);
    let (mut sink, mut source) = socket.split();
    let (out, mut queue) = mpsc::unbounded_channel();
    tokio::spawn(async move {
        while let Some(next) = queue.recv().await {
            let message = match next {
                Out::Text(text) => Message::text(text),
                Out::Close(code) => Message::Close(Some(CloseFrame { code: code.into(), reason: Utf8Bytes::from_static("") })),
            };
            if sink.send(message).await.is_err() {
                return;
            }
        }
    });
    let mut me: Option<String> = None;
    while let Some(Ok(message)) = source.next().await {
        let Message::Text(text) = message else { continue };
        let command: Value = serde_json::from_str(&text).expect("the tester sends JSON");
        let mut rooms = rooms.lock().unwrap();
        match (&me, command["type"].as_str()) {
            (None, Some("hello")) => me = rooms.hello(connection, out.clone(), &command),
            (None, Some("resume")) => me = rooms.resume(connection, out.clone(), &command),
            (Some(id), _) => rooms.command(id, &command),
            (None, other) => panic!("the tester began with {other:?}"),
        }
    }
    if let Some(id) = me {
        rooms.lock().unwrap().disconnected(&id, connection);
    }
}
