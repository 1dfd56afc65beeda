//! Somebody with a socket: says commands, hears events, checks that no number is missing.

use super::World;
use crate::{
    ids::{Identity, ParticipantId, RoomId},
    participant::{
        Participant,
        messages::{Incoming, Socket, SocketClosed, ToSocket},
        resume_token::ResumeToken,
    },
    protocol::{ClientCommand, CloseCode, Role, client},
    room::{
        Claims,
        actor::messages::{Enter, Entrance, Refused},
    },
};
use actix::prelude::*;
use serde_json::Value;
use std::{collections::VecDeque, time::Duration};
use tokio::{
    sync::{mpsc, oneshot},
    time::timeout,
};
use uuid::Uuid;

/// How long anything that must happen may take, in the world's own time.
const DEADLINE: Duration = Duration::from_secs(20);

/// The other end of a socket, without a network.
struct FakeSocket {
    to: mpsc::UnboundedSender<ToSocket>,
}

impl Actor for FakeSocket {
    type Context = Context<Self>;

    fn started(&mut self, ctx: &mut Self::Context) {
        ctx.set_mailbox_capacity(1_024);
    }
}

impl Handler<ToSocket> for FakeSocket {
    type Result = ();

    fn handle(&mut self, message: ToSocket, _: &mut Self::Context) {
        drop(self.to.send(message));
    }
}

pub struct Person {
    pub name: &'static str,
    pub claims: Claims,
    room: RoomId,
    socket: u64,
    texts: Option<mpsc::UnboundedReceiver<ToSocket>>,
    participant: Option<Addr<Participant>>,
    next_ref: u64,
    pub last_seq: u64,
    pub resume_token: String,
    pub id: Option<ParticipantId>,
    /// Heard, not yet asked for.
    heard: VecDeque<Value>,
    pub closed: Option<CloseCode>,
    /// Acknowledges what it hears.
    pub acks: bool,
}

impl Person {
    pub fn new(name: &'static str, room: RoomId, role: Role, identity: Identity) -> Self {
        let claims = Claims {
            guest: identity.is_guest(),
            identity,
            user_id: None,
            display_name: name.to_owned(),
            role,
            consents: Default::default(),
            few_links: false,
        };
        Self {
            name,
            claims,
            room,
            socket: 0,
            texts: None,
            participant: None,
            next_ref: 0,
            last_seq: 0,
            resume_token: String::new(),
            id: None,
            heard: VecDeque::new(),
            closed: None,
            acks: true,
        }
    }

    pub fn id(&self) -> ParticipantId {
        self.id.expect("has not entered yet")
    }

    async fn enter(&mut self, world: &World, entrance: Entrance) -> Result<Value, Refused> {
        self.last_seq = if matches!(entrance, Entrance::Hello(_)) { 0 } else { self.last_seq };
        self.heard.clear();
        self.closed = None;
        self.next_ref += 1;
        let (to, texts) = mpsc::unbounded_channel();
        self.socket = u64::from(Uuid::new_v4().as_fields().0);
        let socket = Socket { number: self.socket, to: FakeSocket { to }.start().recipient() };
        self.participant = Some(self.is_let_in(world, entrance, socket).await?);
        self.texts = Some(texts);
        let reply = self.reply().await;
        self.id = Some(reply["participantId"].as_str().expect("an id").parse().expect("an id"));
        Ok(reply)
    }

    /// Asks the room, and again when an actor ends before it answers, as the socket's edge does.
    async fn is_let_in(&self, world: &World, entrance: Entrance, socket: Socket) -> Result<Addr<Participant>, Refused> {
        loop {
            let open = world.rooms.open(self.room).await.map_err(|error| Refused { error, close: CloseCode::NoSuchRoom })?;
            let (answer, entered) = oneshot::channel();
            let (entrance, socket) = (entrance.clone(), socket.clone());
            let asked = open.addr.try_send(Enter { entrance, socket, reference: Some(self.next_ref), answer });
            if asked.is_ok()
                && let Ok(entered) = timeout(DEADLINE, entered).await.expect("an answer in time")
            {
                return entered;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Says hello; the reply says whether they are in or wait.
    pub async fn says_hello(&mut self, world: &World) -> Result<Value, Refused> {
        let claims = self.claims.clone();
        self.enter(world, Entrance::Hello(claims)).await
    }

    /// Says hello and is in.
    pub async fn joins(&mut self, world: &World) -> Value {
        let reply = self.says_hello(world).await.expect("is let in");
        assert_eq!(reply["state"], "joined", "{} must be in", self.name);
        self.hears("welcome").await
    }

    /// Says hello and has to wait.
    pub async fn knocks(&mut self, world: &World) -> Value {
        let reply = self.says_hello(world).await.expect("may knock");
        assert_eq!(reply["state"], "waiting", "{} must wait", self.name);
        self.hears("waiting").await
    }

    pub async fn resumes(&mut self, world: &World) -> Result<Value, Refused> {
        let token = ResumeToken::decode(&self.resume_token).expect("has a resume token");
        let last_seq = self.last_seq;
        self.enter(world, Entrance::Resume { token, last_seq, fresh: false }).await
    }

    pub async fn resumes_fresh(&mut self, world: &World) -> Result<Value, Refused> {
        let token = ResumeToken::decode(&self.resume_token).expect("has a resume token");
        let last_seq = self.last_seq;
        self.enter(world, Entrance::Resume { token, last_seq, fresh: true }).await
    }

    /// The socket is gone without a word.
    pub fn loses_socket(&mut self) {
        self.texts = None;
        if let Some(participant) = &self.participant {
            drop(participant.try_send(SocketClosed { socket: self.socket }));
        }
    }

    /// Sends a command without waiting for its reply.
    pub fn sends(&mut self, command: impl Into<ClientCommand>) {
        self.next_ref += 1;
        let incoming = Incoming {
            socket: self.socket,
            received: tokio::time::Instant::now(),
            reference: Some(self.next_ref),
            command: command.into(),
        };
        let participant = self.participant.as_ref().expect("has entered");
        drop(participant.try_send(incoming));
    }

    /// Sends a command and gets its reply.
    pub async fn asks(&mut self, command: impl Into<ClientCommand>) -> Value {
        self.sends(command);
        self.reply().await
    }

    /// As [`Person::asks`], and it must be done.
    pub async fn does(&mut self, command: impl Into<ClientCommand>) -> Value {
        let reply = self.asks(command).await;
        assert_eq!(reply["ok"], true, "{}: {reply}", self.name);
        reply
    }

    /// As [`Person::asks`], and it must be refused with this code.
    pub async fn is_refused(&mut self, command: impl Into<ClientCommand>, code: &str) {
        let reply = self.asks(command).await;
        assert_eq!(reply["error"]["code"], code, "{}: {reply}", self.name);
    }

    pub async fn says(&mut self, text: &str) -> Value {
        let client_id = Uuid::new_v4().to_string();
        self.does(client::Chat { text: text.to_owned(), to: None, reply_to: None, client_id, file_id: None }).await
    }

    async fn reply(&mut self) -> Value {
        let reference = self.next_ref;
        self.listen(|value| value["type"] == "reply" && value["ref"] == reference)
            .await
            .unwrap_or_else(|| panic!("{} gets a reply", self.name))
    }

    /// The next event of this type, which must come.
    pub async fn hears(&mut self, kind: &str) -> Value {
        let name = self.name;
        self.listen(|value| value["type"] == kind).await.unwrap_or_else(|| panic!("{name} hears {kind}"))
    }

    /// Nothing of this type is there now or comes within a second.
    pub async fn hears_nothing_of(&mut self, kind: &str) {
        let heard = timeout(Duration::from_secs(1), self.listen(|value| value["type"] == kind)).await;
        assert!(!matches!(heard, Ok(Some(_))), "{} must not hear {kind}", self.name);
    }

    /// The socket is closed by the server.
    pub async fn is_closed_with(&mut self, code: CloseCode) {
        while self.closed.is_none() && self.next_text().await.is_some() {}
        assert_eq!(self.closed, Some(code), "{}", self.name);
    }

    /// Everything heard so far and not asked for.
    pub async fn everything_heard(&mut self) -> Vec<Value> {
        while timeout(Duration::from_secs(1), self.next_text()).await.is_ok_and(|text| text.is_some()) {}
        self.heard.drain(..).collect()
    }

    async fn listen(&mut self, wanted: impl Fn(&Value) -> bool) -> Option<Value> {
        loop {
            if let Some(place) = self.heard.iter().position(&wanted) {
                return self.heard.remove(place);
            }
            self.next_text().await?;
        }
    }

    async fn next_text(&mut self) -> Option<()> {
        let texts = self.texts.as_mut()?;
        let message = timeout(DEADLINE, texts.recv()).await.ok()??;
        match message {
            ToSocket::Text(text) => self.take(serde_json::from_str(&text).expect("JSON")),
            ToSocket::Close(code) => self.closed = Some(code),
            ToSocket::Cut => self.texts = None,
        }
        Some(())
    }

    fn take(&mut self, value: Value) {
        if let Some(seq) = value["seq"].as_u64() {
            let snapshot = value["type"] == "welcome" || value["type"] == "waiting";
            assert!(seq == self.last_seq + 1 || snapshot, "{}: {seq} after {}", self.name, self.last_seq);
            self.last_seq = seq;
            if self.acks
                && let Some(participant) = &self.participant
            {
                let command = client::Ack { seq }.into();
                drop(participant.try_send(Incoming {
                    socket: self.socket,
                    received: tokio::time::Instant::now(),
                    reference: None,
                    command,
                }));
            }
        }
        if let Some(token) = value["resumeToken"].as_str() {
            self.resume_token = token.to_owned();
        }
        self.heard.push_back(value);
    }
}
