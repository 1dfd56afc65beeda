//! Rooms and what their people were sent.

use std::collections::HashMap;

use serde_json::{Value, json};
use tokio::sync::mpsc::UnboundedSender;

use super::Fault;

pub enum Out {
    Text(String),
    Close(u16),
}

pub struct Rooms {
    pub fault: Fault,
    next: u64,
    people: HashMap<String, Person>,
    /// What was done so far, for faults that come now and then.
    events: u64,
    relays: u64,
}

struct Person {
    room: String,
    log: Vec<String>,
    /// The newest event that is not held against them.
    acknowledged: usize,
    socket: Option<(u64, UnboundedSender<Out>)>,
    chats: HashMap<String, String>,
}

impl Rooms {
    pub fn new(fault: Fault) -> Self {
        Self { fault, next: 0, people: HashMap::new(), events: 0, relays: 0 }
    }

    fn id(&mut self) -> String {
        self.next += 1;
        format!("00000000-0000-4000-8000-{:012x}", self.next)
    }

    pub fn create(&mut self) -> String {
        self.id()
    }

    pub fn token(&mut self, room: &str) -> String {
        format!("{room}.{}", self.id())
    }

    /// A connection says hello: returns who they are.
    pub fn hello(&mut self, connection: u64, out: UnboundedSender<Out>, command: &Value) -> Option<String> {
        let (room, id) = command["token"].as_str()?.split_once('.')?;
        let person = Person {
            room: room.into(),
            log: Vec::new(),
            acknowledged: 0,
            socket: Some((connection, out)),
            chats: HashMap::new(),
        };
        self.people.insert(id.into(), person);
        self.reply(id, command, json!({ "state": "joined", "participantId": id }));
        let members: Vec<Value> = self.members(room).iter().map(|id| json!({ "id": id })).collect();
        self.event(id, json!({ "type": "welcome", "you": { "id": id }, "resumeToken": format!("resume.{id}"), "participants": members, "chat": [] }));
        self.others(id, &json!({ "type": "participant_joined", "participant": { "id": id } }));
        Some(id.into())
    }

    pub fn resume(&mut self, connection: u64, out: UnboundedSender<Out>, command: &Value) -> Option<String> {
        let id = command["resumeToken"].as_str()?.strip_prefix("resume.")?.to_string();
        let forgets = self.fault == Fault::ForgetsMissed;
        let person = self.people.get_mut(&id)?;
        person.socket = Some((connection, out));
        let last = command["lastSeq"].as_u64()? as usize;
        // What they missed comes at once, and they can't have acknowledged it yet.
        person.acknowledged = person.log.len();
        let missed: Vec<String> = if forgets { Vec::new() } else { person.log[last..].to_vec() };
        self.reply(&id, command, json!({ "state": "joined", "participantId": id, "replayed": true }));
        missed.into_iter().for_each(|text| self.send(&id, text));
        Some(id)
    }

    /// The socket is gone; the person is not.
    pub fn disconnected(&mut self, id: &str, connection: u64) {
        if let Some(person) = self.people.get_mut(id)
            && person.socket.as_ref().is_some_and(|(current, _)| *current == connection)
        {
            person.socket = None;
        }
    }

    pub fn command(&mut self, id: &str, command: &Value) {
        match command["type"].as_str().unwrap_or_default() {
            "ack" => self.acknowledge(id, command),
            kind @ ("offer" | "answer" | "ice_candidate") => self.relay(id, kind, command),
            "chat" => self.chat(id, command),
            "leave_room" => self.leave(id, command),
            other => panic!("the tester sent {other}"),
        }
    }

    fn acknowledge(&mut self, id: &str, command: &Value) {
        if let Some(person) = self.people.get_mut(id) {
            person.acknowledged = person.acknowledged.max(command["seq"].as_u64().unwrap() as usize);
        }
    }

    fn relay(&mut self, from: &str, kind: &str, command: &Value) {
        let to = command["to"].as_str().unwrap().to_string();
        if !self.people.contains_key(&to) {
            return self.reply(from, command, json!({ "error": { "code": "no_such_participant", "message": "gone" } }));
        }
        self.relays += 1;
        let now_and_then = self.relays.is_multiple_of(100);
        let mut event = json!({ "type": format!("{kind}_received"), "from": from, "epoch": command["epoch"] });
        for field in ["sdp", "candidate"] {
            if !command[field].is_null() {
                event[field] = command[field].clone();
            }
        }
        if now_and_then && self.fault == Fault::DoublesRelays {
            self.event(&to, event.clone());
        }
        self.event(&to, event);
        let answered = if now_and_then && self.fault == Fault::WrongRef { json!({ "ref": 999_999 }) } else { command.clone() };
        self.reply(from, &answered, json!({}));
    }

    fn chat(&mut self, from: &str, command: &Value) {
        let client_id = command["clientId"].as_str().unwrap().to_string();
        let known = self.people[from].chats.get(&client_id).cloned();
        let is_new = known.is_none();
        let id = known.unwrap_or_else(|| self.id());
        if is_new && self.fault != Fault::LosesChat {
            let event =
                json!({ "type": "chat_received", "id": id, "from": from, "text": command["text"], "clientId": client_id });
            self.event(from, event.clone());
            self.others(from, &event);
        }
        self.people.get_mut(from).unwrap().chats.insert(client_id, id.clone());
        self.reply(from, command, json!({ "id": id }));
    }

    fn leave(&mut self, id: &str, command: &Value) {
        self.reply(id, command, json!({}));
        if self.fault != Fault::HidesLeavers {
            self.others(id, &json!({ "type": "participant_left", "participantId": id, "reason": "left" }));
        }
        if let Some((_, out)) = self.people.remove(id).and_then(|person| person.socket) {
            let _ = out.send(Out::Close(1000));
        }
    }

    fn members(&self, room: &str) -> Vec<String> {
        self.people.iter().filter(|(_, person)| person.room == room).map(|(id, _)| id.clone()).collect()
    }

    fn others(&mut self, id: &str, event: &Value) {
        let room = self.people[id].room.clone();
        for other in self.members(&room).into_iter().filter(|other| other != id) {
            self.event(&other, event.clone());
        }
    }

    fn event(&mut self, id: &str, mut event: Value) {
        self.events += 1;
        let person = self.people.get_mut(id).unwrap();
        event["seq"] = json!(person.log.len() + 1);
        person.log.push(event.to_string());
        if !self.events.is_multiple_of(100) || self.fault != Fault::LosesEvents {
            self.send(id, event.to_string());
        }
        self.close_if_slow(id);
    }

    fn close_if_slow(&mut self, id: &str) {
        const TOO_MANY: usize = 150;
        let person = self.people.get_mut(id).unwrap();
        if self.fault == Fault::ClosesSlow
            && person.log.len() - person.acknowledged > TOO_MANY
            && let Some((_, out)) = person.socket.take()
        {
            let _ = out.send(Out::Close(4408));
        }
    }

    fn reply(&self, id: &str, command: &Value, mut body: Value) {
        body["type"] = json!("reply");
        body["ref"] = command["ref"].clone();
        body["ok"] = json!(body["error"].is_null());
        self.send(id, body.to_string());
    }

    fn send(&self, id: &str, text: String) {
        if let Some((_, out)) = &self.people[id].socket {
            let _ = out.send(Out::Text(text));
        }
    }
}
