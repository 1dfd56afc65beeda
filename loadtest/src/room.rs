//! What must be true of a room, known here because both ends of everything are here.

use std::cell::{Cell, RefCell};

use tokio::sync::Notify;

use crate::measure::clock::Micros;
use crate::wire::id::Id;

pub struct Room {
    pub number: usize,
    /// The server's id of the room, for REST.
    pub id: String,
    pub seats: Vec<Seat>,
}

/// A place in a room, held by one person after another.
#[derive(Default)]
pub struct Seat {
    /// Who sits here now, as far as the server has welcomed them.
    pub live: Cell<Option<Id>>,
    pub incarnation: Cell<u32>,
    /// Since when deliveries to them are owed.
    pub since: Cell<Micros>,
    /// Dropped, stalled, leaving or on the way in: leave them alone.
    pub away: Cell<bool>,
    pub relays: Ledger,
    pub chats: Ledger,
    /// The host's token for the first to sit here.
    pub token: RefCell<Option<String>>,
    order: Cell<Option<Order>>,
    pub called: Notify,
}

/// What the run tells a participant to do.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Order {
    /// Leave; somebody new takes the seat.
    Leave,
    /// Lose the connection now and be back at that time.
    Drop { back: Micros },
    /// Don't read until that time.
    Stall { until: Micros },
    /// Compare who you see with who is there.
    Check,
    /// The run is over.
    Finish,
}

impl Seat {
    pub fn tell(&self, order: Order) {
        self.order.set(Some(order));
        self.called.notify_one();
    }

    pub fn take_order(&self) -> Option<Order> {
        self.order.take()
    }

    pub fn welcomed(&self, id: Id, at: Micros) {
        self.live.set(Some(id));
        self.since.set(at);
        self.relays.clear();
        self.chats.clear();
        self.away.set(false);
    }

    pub fn vacate(&self) {
        self.live.set(None);
        self.away.set(true);
    }
}

impl Room {
    pub fn new(number: usize, id: String, host_token: String, size: usize) -> Self {
        let seats: Vec<Seat> = (0..size).map(|_| Seat::default()).collect();
        *seats[0].token.borrow_mut() = Some(host_token);
        Self { number, id, seats }
    }

    pub fn seat_of(&self, id: Id) -> Option<&Seat> {
        self.seats.iter().find(|seat| seat.live.get() == Some(id))
    }

    /// A chat line of this time was answered `ok`: everybody who was there then is owed it.
    pub fn owe_chat(&self, sent: Micros) {
        self.seats.iter().filter(|seat| seat.live.get().is_some() && seat.since.get() <= sent).for_each(|seat| seat.chats.owe());
    }

    /// Ids of everybody present, sorted.
    pub fn roster(&self) -> Vec<Id> {
        let mut ids: Vec<Id> = self.seats.iter().filter_map(|seat| seat.live.get()).collect();
        ids.sort_unstable();
        ids
    }
}

/// What was promised to somebody and what arrived.
#[derive(Default)]
pub struct Ledger {
    owed: Cell<u64>,
    /// Sent over a connection that broke before the answer: may arrive, need not.
    possible: Cell<u64>,
    got: Cell<u64>,
}

impl Ledger {
    pub fn owe(&self) {
        self.owed.set(self.owed.get() + 1);
    }

    pub fn perhaps(&self) {
        self.possible.set(self.possible.get() + 1);
    }

    pub fn got(&self) {
        self.got.set(self.got.get() + 1);
    }

    pub fn missing(&self) -> u64 {
        self.owed.get().saturating_sub(self.got.get())
    }

    pub fn surplus(&self) -> u64 {
        self.got.get().saturating_sub(self.owed.get() + self.possible.get())
    }

    fn clear(&self) {
        self.owed.set(0);
        self.possible.set(0);
        self.got.set(0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(n: u8) -> Id {
        Id::parse(&format!("00000000-0000-4000-8000-0000000000{n:02x}")).unwrap()
    }

    #[test]
    fn a_ledger_tells_loss_from_doubt_and_from_too_much() {
        let ledger = Ledger::default();
        ledger.owe();
        ledger.perhaps();
        assert_eq!((ledger.missing(), ledger.surplus()), (1, 0));
        ledger.got();
        ledger.got();
        assert_eq!((ledger.missing(), ledger.surplus()), (0, 0));
        ledger.got();
        assert_eq!((ledger.missing(), ledger.surplus()), (0, 1));
    }

    #[test]
    fn chat_is_owed_to_those_who_were_there() {
        let room = Room::new(0, "room".into(), "token".into(), 3);
        room.seats[0].welcomed(id(1), 10);
        room.seats[1].welcomed(id(2), 30);
        room.owe_chat(20);
        let missing: Vec<u64> = room.seats.iter().map(|seat| seat.chats.missing()).collect();
        assert_eq!(missing, [1, 0, 0]);
        assert_eq!(room.roster(), [id(1), id(2)]);
    }

    #[test]
    fn a_new_person_in_the_seat_is_owed_nothing() {
        let room = Room::new(0, "room".into(), "token".into(), 1);
        room.seats[0].welcomed(id(1), 10);
        room.seats[0].relays.owe();
        room.seats[0].vacate();
        assert!(room.seat_of(id(1)).is_none());
        room.seats[0].welcomed(id(2), 20);
        assert_eq!(room.seats[0].relays.missing(), 0);
    }
}
