//! The participants' actors, as the room reaches them. A full mailbox never blocks the room and never loses anything silently: that participant gets
//! a snapshot later.

use crate::{
    ids::ParticipantId,
    participant::{
        Participant,
        messages::{Answer, Attach, Deliver, Dismiss, Granted, Outgoing, TakeSnapshot},
        outbox::Frame,
    },
    protocol::{CloseCode, ServerEvent},
    room::CommandResult,
};
use actix::{Addr, Handler, Message, dev::ToEnvelope, prelude::SendError};
use indexmap::IndexMap;
use uuid::Uuid;

struct Person {
    addr: Addr<Participant>,
    /// The number of the socket it has.
    socket: Option<u64>,
    /// Its mailbox was full: a snapshot is due.
    lags: bool,
}

#[derive(Default)]
pub struct People {
    people: IndexMap<ParticipantId, Person>,
    lagging: bool,
}

impl People {
    pub fn insert(&mut self, id: ParticipantId, addr: Addr<Participant>) {
        self.people.insert(id, Person { addr, socket: None, lags: false });
    }

    pub fn addr(&self, id: ParticipantId) -> Option<Addr<Participant>> {
        self.people.get(&id).map(|person| person.addr.clone())
    }

    pub fn ids(&self) -> Vec<ParticipantId> {
        self.people.keys().copied().collect()
    }

    pub fn addresses(&self) -> Vec<Addr<Participant>> {
        self.people.values().map(|person| person.addr.clone()).collect()
    }

    pub fn socket(&self, id: ParticipantId) -> Option<u64> {
        self.people.get(&id)?.socket
    }

    pub fn set_socket(&mut self, id: ParticipantId, socket: Option<u64>) {
        if let Some(person) = self.people.get_mut(&id) {
            person.socket = socket;
        }
    }

    /// Removes it only if it is still this one; says whether it was.
    pub fn remove_if(&mut self, id: ParticipantId, addr: &Addr<Participant>) -> bool {
        let same = self.people.get(&id).is_some_and(|person| person.addr == *addr);
        if same {
            self.people.shift_remove(&id);
        }
        same
    }

    pub fn someone_lags(&self) -> bool {
        self.lagging
    }

    /// Those who are due a snapshot; asked for again if that does not fit either.
    pub fn take_lagging(&mut self) -> Vec<ParticipantId> {
        self.lagging = false;
        self.people.iter().filter(|(_, person)| person.lags).map(|(id, _)| *id).collect()
    }

    pub fn deliver(&mut self, to: &[ParticipantId], room_seq: u64, event: ServerEvent) {
        if matches!(event, ServerEvent::Welcome(_) | ServerEvent::Waiting(_)) {
            for id in to {
                let event = Outgoing::Personal(Box::new(event.clone()));
                self.send_event(*id, Deliver { room_seq, event });
            }
            return;
        }
        let frame = Frame::new(&event);
        for id in to {
            self.send_event(*id, Deliver { room_seq, event: Outgoing::Shared(frame.clone()) });
        }
    }

    fn send_event(&mut self, id: ParticipantId, deliver: Deliver) {
        if self.people.get(&id).is_some_and(|person| !person.lags) && !self.send(id, deliver) {
            metrics::counter!("greenroom_queue_drops_total", "queue" => "participant").increment(1);
            self.lag(id);
        }
    }

    pub fn snapshot(&mut self, to: ParticipantId, room_seq: u64, event: Box<ServerEvent>) {
        if self.send(to, TakeSnapshot { room_seq, event }) {
            if let Some(person) = self.people.get_mut(&to) {
                person.lags = false;
            }
        } else {
            self.lag(to);
        }
    }

    fn lag(&mut self, id: ParticipantId) {
        if let Some(person) = self.people.get_mut(&id) {
            person.lags = true;
            self.lagging = true;
        }
    }

    pub fn answer(&mut self, id: ParticipantId, reference: Option<u64>, result: CommandResult) {
        if reference.is_some() {
            // Lost only when its mailbox is full: the client asks again after its deadline.
            self.send(id, Answer { reference, result });
        }
    }

    pub fn attach(&mut self, id: ParticipantId, attach: Attach) {
        self.send(id, attach);
    }

    pub fn grant(&mut self, id: ParticipantId, grant: Uuid) {
        self.send(id, Granted { grant });
    }

    pub fn close(&mut self, id: ParticipantId, code: CloseCode) {
        self.send(id, Dismiss { code, forget: false });
        self.set_socket(id, None);
    }

    /// Nobody by this id is here any more.
    pub fn forget(&mut self, id: ParticipantId) {
        self.send(id, Dismiss { code: CloseCode::Normal, forget: true });
        self.people.shift_remove(&id);
    }

    /// Says whether the message was taken. A closed mailbox counts as taken: its end is told apart.
    fn send<M>(&self, id: ParticipantId, message: M) -> bool
    where
        M: Message + Send + 'static,
        M::Result: Send,
        Participant: Handler<M>,
        <Participant as actix::Actor>::Context: ToEnvelope<Participant, M>,
    {
        let Some(person) = self.people.get(&id) else { return true };
        !matches!(person.addr.try_send(message), Err(SendError::Full(_)))
    }
}
