//! What all participants of a run share. One thread runs them all, so cells do.

use std::cell::{Cell, RefCell, RefMut};
use std::net::SocketAddr;
use std::rc::Rc;

use crate::measure::clock::{Clock, Micros};
use crate::measure::metrics::{Counts, Metrics};
use crate::rest::Rest;
use crate::room::Room;
use crate::scenario::Scenario;
use crate::wire::payload::Payloads;

pub struct World {
    pub scenario: Scenario,
    pub clock: Clock,
    pub address: SocketAddr,
    pub rest: Rest,
    pub payloads: Payloads,
    pub rooms: RefCell<Vec<Rc<Room>>>,
    pub metrics: RefCell<Metrics>,
    pub phase: Cell<&'static str>,
    /// Whether participants make traffic of their own.
    pub loading: Cell<bool>,
    /// People on their way in, or back in.
    pub entering: Cell<u64>,
    /// Commands without a reply yet.
    pub pending: Cell<u64>,
    /// Participants who have compared their room with ours.
    pub checked: Cell<u64>,
}

impl World {
    pub fn new(scenario: Scenario, address: SocketAddr, rest: Rest) -> Self {
        let payloads = Payloads::new(scenario.sdp_bytes);
        Self {
            scenario,
            clock: Clock::start(),
            address,
            rest,
            payloads,
            rooms: RefCell::default(),
            metrics: RefCell::default(),
            phase: Cell::new("rooms"),
            loading: Cell::new(false),
            entering: Cell::new(0),
            pending: Cell::new(0),
            checked: Cell::new(0),
        }
    }

    pub fn now(&self) -> Micros {
        self.clock.now()
    }

    pub fn metrics(&self) -> RefMut<'_, Metrics> {
        self.metrics.borrow_mut()
    }

    pub fn count(&self, change: impl FnOnce(&mut Counts)) {
        change(&mut self.metrics.borrow_mut().count);
    }

    /// Something a correct server never does.
    pub fn error(&self, kind: &'static str, detail: impl FnOnce() -> String) {
        self.metrics.borrow_mut().errors.add(kind, detail);
    }

    pub async fn sleep_until(&self, at: Micros) {
        tokio::time::sleep_until(self.clock.instant(at)).await;
    }
}

pub fn add(cell: &Cell<u64>, more: u64) {
    cell.set(cell.get() + more);
}

pub fn take(cell: &Cell<u64>, less: u64) {
    cell.set(cell.get().saturating_sub(less));
}
