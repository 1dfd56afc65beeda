//! What everybody of a run shares. One thread runs them all, so cells do.

use std::cell::{Cell, RefCell};
use std::net::SocketAddr;

use super::room::Switch;
use super::stage::{Order, Plan, Who};
use crate::measure::clock::{Clock, Micros};
use crate::measure::metrics::Errors;
use crate::media::driver::Handle;
use crate::rest::Rest;

/// What happened beside the figures, counted.
#[derive(Clone, Copy, Default, Debug)]
pub struct Counts {
    pub joined: u64,
    pub dropped: u64,
    pub left: u64,
    pub muted: u64,
    pub held_back: u64,
    /// Answers to commands whose path or person had just gone.
    pub commands_crossed: u64,
    pub offers_repeated: u64,
    pub connections_broken: u64,
    pub paths_lost: u64,
    /// Times that the server said of a picture that it has no bandwidth for it.
    pub pictures_held: u64,
}

pub struct World {
    pub clock: Clock,
    pub address: SocketAddr,
    pub rest: Rest,
    pub stage: Handle<Order>,
    pub plan: Plan,
    pub errors: RefCell<Errors>,
    pub counts: Cell<Counts>,
    pub switches: RefCell<Vec<Switch>>,
    /// Rooms that did not come where they were to be, and edges without media after a switch.
    pub stuck: Cell<u64>,
    pub silent_edges: Cell<u64>,
    next_who: Cell<Who>,
}

impl World {
    pub fn new(clock: Clock, address: SocketAddr, rest: Rest, stage: Handle<Order>, plan: Plan) -> Self {
        Self {
            clock,
            address,
            rest,
            stage,
            plan,
            errors: RefCell::default(),
            counts: Cell::default(),
            switches: RefCell::default(),
            stuck: Cell::new(0),
            silent_edges: Cell::new(0),
            next_who: Cell::new(0),
        }
    }

    pub fn now(&self) -> Micros {
        self.clock.now()
    }

    pub fn new_who(&self) -> Who {
        let who = self.next_who.get();
        self.next_who.set(who + 1);
        who
    }

    pub fn count(&self, change: impl FnOnce(&mut Counts)) {
        let mut counts = self.counts.get();
        change(&mut counts);
        self.counts.set(counts);
    }

    /// Something a correct server never does.
    pub fn error(&self, kind: &'static str, detail: impl FnOnce() -> String) {
        self.errors.borrow_mut().add(kind, detail);
    }
}
