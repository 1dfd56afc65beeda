//! What everybody in a media run shares. One thread does all the signalling, so cells do.

use std::cell::{Cell, RefCell};
use std::net::SocketAddr;
use std::sync::Arc;

use tokio::sync::watch;

use super::driver::{Handle, Impairment};
use super::impairments::Impaired;
use super::scenario::Scenario;
use super::source::voice::Voice;
use super::studio::{Order, Plan, Who};
use crate::measure::clock::Clock;
use crate::measure::metrics::Errors;
use crate::rest::Rest;
use crate::wire::id::Id;

pub struct Stage {
    pub scenario: Scenario,
    pub voice: Option<Arc<Voice>>,
    pub clock: Clock,
    pub address: SocketAddr,
    pub rest: Rest,
    pub handle: Handle<Order>,
    pub rooms: RefCell<Vec<Room>>,
    pub impaired: Vec<Impaired>,
    pub errors: RefCell<Errors>,
    /// People who were welcomed and have not left.
    pub present: Cell<u64>,
    pub entering: Cell<u64>,
    pub limited: Cell<u64>,
    /// True: everybody leaves.
    pub over: watch::Sender<bool>,
}

pub struct Room {
    pub id: String,
    /// The first to sit here comes with it.
    pub host_token: RefCell<Option<String>>,
    pub publishers: RefCell<Vec<Id>>,
    /// Counts up when somebody begins to publish.
    pub changed: watch::Sender<u64>,
}

impl Stage {
    pub fn plan(&self) -> Plan {
        Plan { voice: self.voice.clone(), ..self.scenario.plan() }
    }

    pub fn error(&self, kind: &'static str, detail: impl FnOnce() -> String) {
        self.errors.borrow_mut().add(kind, detail);
    }

    /// The place of a person among the receivers: subscribers first.
    fn place(&self, who: Who) -> usize {
        let (publishers, subscribers) = (self.scenario.publishers, self.scenario.subscribers);
        let (room, seat) = (who as usize / (publishers + subscribers), who as usize % (publishers + subscribers));
        if seat >= publishers {
            room * subscribers + seat - publishers
        } else {
            self.scenario.rooms * subscribers + room * publishers + seat
        }
    }

    /// Which of the bad paths is theirs; the last that names them.
    pub fn label(&self, who: Who) -> Option<usize> {
        let (place, receivers) = (self.place(who), self.scenario.people());
        self.impaired.iter().rposition(|impaired| impaired.who.includes(place, receivers))
    }

    pub fn path(&self, label: Option<usize>) -> Impairment {
        label.map_or_else(Impairment::default, |label| self.impaired[label].at_first())
    }
}
