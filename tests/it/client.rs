//! A client of the signalling protocol, written from its page alone.

use crate::server::{DEADLINE, Room, Server};
use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use std::{collections::VecDeque, time::Duration};
use tokio::{
    net::TcpStream,
    time::{Instant, timeout_at},
};
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream,
    tungstenite::{Message, client::IntoClientRequest, http::HeaderValue},
};

type Stream = WebSocketStream<MaybeTlsStream<TcpStream>>;

pub struct Client {
    stream: Option<Stream>,
    next_ref: u64,
    pub last_seq: u64,
    pub id: String,
    pub resume_token: String,
    heard: VecDeque<Value>,
    pub closed: Option<u16>,
    /// Acknowledges each event as it comes.
    pub acks: bool,
}

impl Client {
    /// Opens a socket and says nothing yet.
    pub async fn connect(server: &Server) -> Self {
        let mut request = format!("ws://{}/api/v1/signal", server.address()).into_client_request().expect("a request");
        request.headers_mut().insert("sec-websocket-protocol", HeaderValue::from_static("greenroom.v1"));
        let (stream, _) = tokio_tungstenite::connect_async(request).await.expect("the upgrade");
        Self {
            stream: Some(stream),
            next_ref: 0,
            last_seq: 0,
            id: String::new(),
            resume_token: String::new(),
            heard: VecDeque::new(),
            closed: None,
            acks: true,
        }
    }

    /// Says hello with a token; the reply.
    pub async fn hello(server: &Server, token: &str) -> (Self, Value) {
        let mut client = Self::connect(server).await;
        let reply = client.ask(json!({ "type": "hello", "token": token, "capabilities": [] })).await;
        client.id = reply["participantId"].as_str().unwrap_or_default().to_owned();
        (client, reply)
    }

    /// Is in the room.
    pub async fn join(server: &Server, token: &str) -> (Self, Value) {
        let (mut client, reply) = Self::hello(server, token).await;
        assert_eq!(reply["state"], "joined", "{reply}");
        let welcome = client.hear("welcome").await;
        (client, welcome)
    }

    /// The host of the room is in it.
    pub async fn host(server: &Server, room: &Room) -> Self {
        Self::join(server, &room.host_token).await.0
    }

    /// A guest is in the room.
    pub async fn guest(server: &Server, room: &Room, name: &str) -> Self {
        Self::join(server, &server.guest_token(room, name).await).await.0
    }

    /// What a guest is welcomed with.
    pub async fn guest_welcome(server: &Server, room: &Room, name: &str) -> Value {
        Self::join(server, &server.guest_token(room, name).await).await.1
    }

    /// A guest knocks and waits.
    pub async fn knock(server: &Server, room: &Room, name: &str) -> Self {
        let (mut client, reply) = Self::hello(server, &server.guest_token(room, name).await).await;
        assert_eq!(reply["state"], "waiting", "{reply}");
        client.hear("waiting").await;
        client
    }

    /// A new socket that goes on where this one was; the reply.
    pub async fn resume(&mut self, server: &Server) -> Value {
        let fresh = Self::connect(server).await;
        self.stream = fresh.stream;
        self.closed = None;
        self.ask(json!({ "type": "resume", "resumeToken": self.resume_token, "lastSeq": self.last_seq })).await
    }

    /// Reads everything that is due; comes back first if it was closed as slow.
    pub async fn catch_up(&mut self, server: &Server) {
        let reference = self.send(json!({ "type": "ping" })).await;
        let pong = self.listen(|value| value["type"] == "reply" && value["ref"] == reference).await;
        if pong.is_none() {
            assert_eq!(self.resume(server).await["ok"], true);
            self.do_ok(json!({ "type": "ping" })).await;
        }
    }

    /// Cuts the connection without a close frame.
    pub fn cut(&mut self) {
        self.stream = None;
    }

    pub async fn send_raw(&mut self, message: Message) {
        if let Some(stream) = &mut self.stream {
            // A refused write shows as a close to whoever reads next.
            drop(stream.send(message).await);
        }
    }

    /// Sends a command with the next `ref`.
    pub async fn send(&mut self, mut command: Value) -> u64 {
        self.next_ref += 1;
        command["ref"] = json!(self.next_ref);
        self.send_raw(Message::text(command.to_string())).await;
        self.next_ref
    }

    /// Sends a command; its reply.
    pub async fn ask(&mut self, command: Value) -> Value {
        let reference = self.send(command).await;
        self.listen(|value| value["type"] == "reply" && value["ref"] == reference).await.expect("a reply")
    }

    /// As [`Client::ask`], and it must be done.
    pub async fn do_ok(&mut self, command: Value) -> Value {
        let reply = self.ask(command.clone()).await;
        assert_eq!(reply["ok"], true, "{command}: {reply}");
        reply
    }

    /// As [`Client::ask`], and it must be refused with this code.
    pub async fn refused(&mut self, command: Value, code: &str) {
        let reply = self.ask(command.clone()).await;
        assert_eq!(reply["error"]["code"], code, "{command}: {reply}");
    }

    pub async fn chat(&mut self, text: &str) -> Value {
        let client_id = uuid::Uuid::new_v4().to_string();
        self.do_ok(json!({ "type": "chat", "text": text, "clientId": client_id })).await
    }

    /// The next event of this type, which must come.
    pub async fn hear(&mut self, kind: &str) -> Value {
        self.listen(|value| value["type"] == kind).await.unwrap_or_else(|| panic!("hears {kind}; closed with {:?}", self.closed))
    }

    /// The next event for which `wanted` holds, which must come.
    pub async fn hear_that(&mut self, what: &str, wanted: impl Fn(&Value) -> bool) -> Value {
        self.listen(wanted).await.unwrap_or_else(|| panic!("hears {what}; closed with {:?}", self.closed))
    }

    /// A round trip later nothing of this type has come.
    pub async fn hears_nothing_of(&mut self, kind: &str) {
        self.do_ok(json!({ "type": "ping" })).await;
        assert!(!self.heard.iter().any(|value| value["type"] == kind), "must not hear {kind}");
    }

    /// Everything that came, after waiting a moment for more.
    pub async fn news(&mut self) -> Vec<Value> {
        let until = Instant::now() + Duration::from_millis(1);
        while self.next(until).await.is_some() {}
        self.heard.drain(..).collect()
    }

    /// The code with which the server closes.
    pub async fn close_code(&mut self) -> Option<u16> {
        let until = Instant::now() + DEADLINE;
        while self.closed.is_none() && self.next(until).await.is_some() {}
        self.closed
    }

    async fn listen(&mut self, wanted: impl Fn(&Value) -> bool) -> Option<Value> {
        // One deadline for all of it: pings alone must not keep a test alive.
        let until = Instant::now() + DEADLINE;
        loop {
            if let Some(place) = self.heard.iter().position(&wanted) {
                return self.heard.remove(place);
            }
            self.next(until).await?;
        }
    }

    async fn next(&mut self, until: Instant) -> Option<()> {
        let message = timeout_at(until, self.stream.as_mut()?.next()).await.ok()?;
        match message {
            Some(Ok(Message::Text(text))) => self.take(serde_json::from_str(&text).expect("JSON")).await,
            Some(Ok(Message::Close(frame))) => self.closed = Some(frame.map_or(1005, |frame| frame.code.into())),
            Some(Ok(_)) => {}
            Some(Err(_)) | None => {
                self.closed.get_or_insert(1006);
                self.stream = None;
            }
        }
        Some(())
    }

    async fn take(&mut self, value: Value) {
        crate::wire::check(&value);
        if let Some(seq) = value["seq"].as_u64() {
            assert_eq!(seq, self.last_seq + 1, "no number is missing: {value}");
            self.last_seq = seq;
            if self.acks {
                self.send_raw(Message::text(json!({ "type": "ack", "seq": seq }).to_string())).await;
            }
        }
        if let Some(token) = value["resumeToken"].as_str() {
            self.resume_token = token.to_owned();
        }
        self.heard.push_back(value);
    }
}

/// Waits until a condition holds.
pub async fn until<F: Future<Output = bool>>(what: &str, mut holds: impl FnMut() -> F) {
    let deadline = tokio::time::Instant::now() + DEADLINE;
    while !holds().await {
        assert!(tokio::time::Instant::now() < deadline, "{what}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}
