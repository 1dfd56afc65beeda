//! Events on their way to a room. A room that is busy gets them later, in order; of what only the newest counts, only that is kept.

use actors::{
    ids::ParticipantId,
    media::{MediaEvent, MediaEvents},
};
use std::{collections::VecDeque, mem::discriminant};

/// Events that wait for one room. Beyond this the room is so far behind that the oldest say nothing true any more.
const WAITING: usize = 512;

pub struct Outbox {
    events: MediaEvents,
    waiting: VecDeque<MediaEvent>,
}

impl Outbox {
    pub fn new(events: MediaEvents) -> Self {
        Self { events, waiting: VecDeque::new() }
    }

    /// Events go here from now on, those that waited first.
    pub fn redirect(&mut self, events: MediaEvents) {
        self.events = events;
    }

    /// Returns how many events were lost.
    pub fn push(&mut self, event: MediaEvent) -> u64 {
        if self.waiting.is_empty() && (self.events)(event.clone()) {
            return 0;
        }
        self.waiting.retain(|older| !replaces(&event, older));
        self.waiting.push_back(event);
        if self.waiting.len() > WAITING {
            self.waiting.pop_front();
            return 1;
        }
        0
    }

    pub fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }

    /// Tries again.
    pub fn flush(&mut self) {
        while let Some(event) = self.waiting.front() {
            if !(self.events)(event.clone()) {
                return;
            }
            self.waiting.pop_front();
        }
    }
}

/// Of whom and what the event says the newest; none for those that all count.
fn subject(event: &MediaEvent) -> Option<Option<ParticipantId>> {
    match event {
        MediaEvent::Speaker { .. } => Some(None),
        MediaEvent::LayersWanted { participant, .. } | MediaEvent::Limited { participant, .. } => Some(Some(*participant)),
        _ => None,
    }
}

fn replaces(newer: &MediaEvent, older: &MediaEvent) -> bool {
    discriminant(newer) == discriminant(older) && subject(newer).is_some() && subject(newer) == subject(older)
}

#[cfg(test)]
mod tests {
    use super::*;
    use actors::protocol::Leg;
    use std::sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    };

    #[test]
    fn a_busy_room_gets_its_events_in_order_and_of_some_only_the_newest() {
        let (got, open) = (Arc::new(Mutex::new(Vec::new())), Arc::new(AtomicBool::new(false)));
        let mut outbox = Outbox::new(Arc::new({
            let (got, open) = (got.clone(), open.clone());
            move |event| {
                let takes = open.load(Ordering::Relaxed);
                if takes {
                    got.lock().unwrap().push(event);
                }
                takes
            }
        }));
        let alice = ParticipantId(uuid::Uuid::from_u128(1));
        let connected = MediaEvent::Connected { participant: alice, leg: Leg::Publish };
        let speaker = |participant| MediaEvent::Speaker { participant };
        for event in [speaker(Some(alice)), connected.clone(), speaker(None), connected.clone()] {
            outbox.push(event);
        }
        open.store(true, Ordering::Relaxed);
        outbox.push(speaker(Some(alice)));
        outbox.flush();
        assert_eq!(*got.lock().unwrap(), [connected.clone(), connected, speaker(Some(alice))]);
    }
}
