//! A room as its host hears of it: where its media goes, and every switch.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::time::Duration;

use serde::Serialize;
use serde_json::Value;
use tokio::sync::Notify;

use super::stage::Who;
use super::topology::{Mode, Topology};
use crate::measure::clock::Micros;

/// How a switch ended, or that it goes on.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    Open,
    Committed,
    RolledBack(String),
}

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Switch {
    pub room: usize,
    pub epoch: u32,
    pub to: Mode,
    pub reason: String,
    pub people: usize,
    pub at_s: f64,
    /// From its beginning to its end, at the host.
    pub took_ms: f64,
    pub outcome: Outcome,
    /// What was made to happen in its middle.
    pub churn: Option<&'static str>,
}

pub struct Room {
    pub number: usize,
    /// The server's id of the room, for REST.
    pub id: String,
    people: RefCell<HashMap<String, Who>>,
    /// Whose news are the room's: one who is never away.
    watcher: Cell<Option<Who>>,
    topology: Cell<Option<Topology>>,
    open: RefCell<Option<Switch>>,
    ended: RefCell<Vec<Switch>>,
    changed: Notify,
}

impl Room {
    pub fn new(number: usize, id: String) -> Self {
        Self {
            number,
            id,
            people: RefCell::default(),
            watcher: Cell::new(None),
            topology: Cell::new(None),
            open: RefCell::default(),
            ended: RefCell::default(),
            changed: Notify::new(),
        }
    }

    /// The first to come watches.
    pub fn came(&self, id: &str, who: Who, topology: Topology) {
        self.people.borrow_mut().insert(id.to_string(), who);
        if self.watcher.get().is_none() {
            self.watcher.set(Some(who));
            self.topology.set(Some(topology));
        }
    }

    pub fn left(&self, id: &str) {
        self.people.borrow_mut().remove(id);
        self.changed.notify_waiters();
    }

    pub fn who(&self, id: &str) -> Option<Who> {
        self.people.borrow().get(id).copied()
    }

    /// Should a connection to this one be up? To the server always.
    pub fn is_expected(&self, name: &str) -> bool {
        name.len() < 36 || self.who(name).is_some()
    }

    pub fn everybody(&self) -> Vec<Who> {
        self.people.borrow().values().copied().collect()
    }

    pub fn heard(&self, by: Who, kind: &str, event: &Value, topology: Topology, people: usize, now: Micros) {
        if self.watcher.get() != Some(by) {
            return;
        }
        self.topology.set(Some(topology));
        match kind {
            "topology_switching" => self.begins(event, topology, people, now),
            "topology_switched" => self.ends(Outcome::Committed, now),
            "topology_rolled_back" => self.ends(Outcome::RolledBack(word(event, "reason")), now),
            _ => {}
        }
        self.changed.notify_waiters();
    }

    fn begins(&self, event: &Value, topology: Topology, people: usize, now: Micros) {
        let Some(way) = topology.switching else { return };
        *self.open.borrow_mut() = Some(Switch {
            room: self.number,
            epoch: way.epoch,
            to: way.mode,
            reason: word(event, "reason"),
            people,
            at_s: now as f64 / 1e6,
            took_ms: 0.0,
            outcome: Outcome::Open,
            churn: None,
        });
    }

    fn ends(&self, outcome: Outcome, now: Micros) {
        if let Some(switch) = self.open.borrow_mut().take() {
            let took_ms = now as f64 / 1e3 - switch.at_s * 1e3;
            self.ended.borrow_mut().push(Switch { took_ms, outcome, ..switch });
        }
    }

    /// Something is made to happen in the middle of the switch that goes on.
    pub fn disturb(&self, churn: &'static str) {
        if let Some(switch) = self.open.borrow_mut().as_mut() {
            switch.churn = Some(churn);
        }
    }

    pub fn is_switching(&self) -> bool {
        self.open.borrow().is_some()
    }

    pub fn is_at(&self, mode: Mode) -> bool {
        self.topology.get().is_some_and(|topology| topology.present.mode == mode && topology.switching.is_none())
    }

    /// In words, for whoever wants to know why it does not go on.
    pub fn describe(&self) -> String {
        format!("{:?}, {} people", self.topology.get(), self.people.borrow().len())
    }

    pub fn take_ended(&self) -> Vec<Switch> {
        let mut ended = std::mem::take(&mut *self.ended.borrow_mut());
        ended.extend(self.open.borrow_mut().take());
        ended
    }

    pub fn rolled_back(&self) -> usize {
        self.ended.borrow().iter().filter(|switch| matches!(switch.outcome, Outcome::RolledBack(_))).count()
    }

    /// Waits until it holds. False: it did not within that time.
    pub async fn until(&self, patience: Duration, holds: impl Fn(&Self) -> bool) -> bool {
        let waiting = async {
            loop {
                let mut changed = std::pin::pin!(self.changed.notified());
                changed.as_mut().enable();
                if holds(self) {
                    return;
                }
                changed.await;
            }
        };
        tokio::time::timeout(patience, waiting).await.is_ok()
    }
}

fn word(event: &Value, name: &str) -> String {
    event[name].as_str().unwrap_or_default().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::switch::topology::Way;
    use serde_json::json;

    const MESH: Topology = Topology { present: Way { mode: Mode::Mesh, epoch: 1 }, switching: None };

    fn story(events: &[(Who, &str, Value, Micros)]) -> Vec<Switch> {
        let (room, mut topology) = (Room::new(3, "room".into()), MESH);
        room.came("a", 0, topology);
        room.came("b", 1, topology);
        for (by, kind, event, now) in events {
            topology = topology.after(kind, event).unwrap();
            room.heard(*by, kind, event, topology, 2, *now);
        }
        room.take_ended()
    }

    #[test]
    fn a_switch_lasts_from_its_beginning_to_its_end_and_is_counted_once() {
        let begins = json!({"epoch": 2, "to": "sfu", "reason": "pinned"});
        let ends = json!({"epoch": 2, "mode": "sfu"});
        let switches = story(&[
            (0, "topology_switching", begins.clone(), 1_000_000),
            (1, "topology_switching", begins, 1_001_000),
            (0, "topology_switched", ends.clone(), 1_400_000),
            (1, "topology_switched", ends, 1_401_000),
        ]);
        let [switch] = &switches[..] else { panic!("{switches:?}") };
        assert_eq!((switch.took_ms, &switch.outcome, switch.to), (400.0, &Outcome::Committed, Mode::Sfu));
    }

    #[test]
    fn one_without_an_end_stays_open_and_a_roll_back_has_its_reason() {
        let switches = story(&[
            (0, "topology_switching", json!({"epoch": 2, "to": "sfu", "reason": "pinned"}), 0),
            (0, "topology_rolled_back", json!({"epoch": 2, "reason": "not_ready"}), 9),
            (0, "topology_switching", json!({"epoch": 3, "to": "sfu", "reason": "pinned"}), 10),
        ]);
        let outcomes: Vec<_> = switches.into_iter().map(|switch| switch.outcome).collect();
        assert_eq!(outcomes, [Outcome::RolledBack("not_ready".into()), Outcome::Open]);
    }
}
