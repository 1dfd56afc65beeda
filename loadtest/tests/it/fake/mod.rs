//! Enough of a room server to be loaded: rooms, hello, resume, relays, chat, leave. And faults that the tester must notice.

mod http;
mod rooms;
mod socket;

use std::sync::{Arc, Mutex};

use tokio::net::{TcpListener, TcpStream};

use rooms::Rooms;

/// What the server does wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    None,
    /// Every hundredth event is numbered but not sent.
    LosesEvents,
    /// Chat is answered `ok` and goes nowhere.
    LosesChat,
    /// Every hundredth relay is answered with somebody else's `ref`.
    WrongRef,
    /// Every hundredth relay is delivered twice.
    DoublesRelays,
    /// A resume finds nothing kept.
    ForgetsMissed,
    /// People who leave are not reported.
    HidesLeavers,
    /// None: it closes those who don't acknowledge, as the protocol wants.
    ClosesSlow,
    /// Nobody gets in.
    RefusesJoins,
}

pub struct FakeServer {
    pub url: String,
}

type Shared = Arc<Mutex<Rooms>>;

impl FakeServer {
    /// Serves until the runtime ends.
    pub async fn start(fault: Fault) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let rooms: Shared = Arc::new(Mutex::new(Rooms::new(fault)));
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, rooms.clone()));
            }
        });
        Self { url }
    }
}

async fn serve(stream: TcpStream, rooms: Shared) {
    let mut start = [0; 8];
    if matches!(stream.peek(&mut start).await, Ok(n) if n >= 4 && start.starts_with(b"POST")) {
        http::post(stream, &rooms).await;
    } else if is_upgrade(&stream).await {
        socket::serve(stream, rooms).await;
    } else {
        http::ready(stream).await;
    }
}

async fn is_upgrade(stream: &TcpStream) -> bool {
    let mut head = [0; 64];
    matches!(stream.peek(&mut head).await, Ok(n) if head[..n].starts_with(b"GET /api/v1/signal"))
}
