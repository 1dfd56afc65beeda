//! A WebSocket to a loopback server: small buffers, no delay, plain TCP.

use std::net::SocketAddr;

use futures_util::{SinkExt, StreamExt};
use tokio::net::TcpStream;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::http::HeaderValue;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::tungstenite::{Error, Message, Utf8Bytes};

pub type Socket = WebSocketStream<TcpStream>;

/// What came out of a socket.
#[derive(Debug)]
pub enum Received {
    Text(Utf8Bytes),
    /// The close code, or `None` when the connection ended without one.
    Closed(Option<u16>),
}

/// Why a connection could not be opened.
#[derive(Debug)]
pub enum OpenError {
    /// The server answered the upgrade with this status.
    Refused(u16),
    Failed(String),
}

impl OpenError {
    /// Too many at once: worth another try.
    pub fn is_busy(&self) -> bool {
        matches!(self, Self::Refused(429 | 503))
    }
}

impl std::fmt::Display for OpenError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Refused(status) => write!(f, "upgrade answered {status}"),
            Self::Failed(error) => f.write_str(error),
        }
    }
}

/// A few KiB a socket: thousands of them live in this process.
fn config() -> WebSocketConfig {
    WebSocketConfig::default().read_buffer_size(4096).write_buffer_size(4096).max_write_buffer_size(1 << 20)
}

pub async fn open(address: SocketAddr, path: &str, subprotocol: Option<&'static str>) -> Result<Socket, OpenError> {
    let failed = |error: &dyn std::fmt::Display| OpenError::Failed(error.to_string());
    let stream = TcpStream::connect(address).await.map_err(|error| failed(&error))?;
    stream.set_nodelay(true).map_err(|error| failed(&error))?;
    let mut request = format!("ws://{address}{path}").into_client_request().map_err(|error| failed(&error))?;
    if let Some(name) = subprotocol {
        request.headers_mut().insert("Sec-WebSocket-Protocol", HeaderValue::from_static(name));
    }
    match tokio_tungstenite::client_async_with_config(request, stream, Some(config())).await {
        Ok((socket, _)) => Ok(socket),
        Err(Error::Http(response)) => Err(OpenError::Refused(response.status().as_u16())),
        Err(error) => Err(failed(&error)),
    }
}

/// The next text frame; pings are answered underneath.
pub async fn receive(socket: &mut Socket) -> Received {
    loop {
        match socket.next().await {
            Some(Ok(Message::Text(text))) => return Received::Text(text),
            Some(Ok(Message::Close(frame))) => return Received::Closed(frame.map(|frame| frame.code.into())),
            Some(Ok(_)) => {}
            Some(Err(_)) | None => return Received::Closed(None),
        }
    }
}

pub async fn send(socket: &mut Socket, text: String) -> Result<(), String> {
    socket.send(Message::text(text)).await.map_err(|error| error.to_string())
}
