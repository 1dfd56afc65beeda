//! Outcomes wait here until their journal entry is kept: what was answered survives a crash, and order is never lost.

use super::messages::{Entrance, Refused};
use crate::{
    ids::ParticipantId,
    participant::{Participant, messages::Socket},
    ports::JournalEntry,
    protocol::{ServerEvent, Stage},
    room::{CommandResult, Effect},
};
use actix::Addr;
use std::{collections::VecDeque, sync::Arc};
use tokio::sync::oneshot;

/// Who asked for what an outcome answers.
pub enum Asker {
    Nobody,
    Participant { id: ParticipantId, reference: Option<u64> },
    Outside(oneshot::Sender<CommandResult>),
    Entering(Box<Entering>),
}

pub struct Entering {
    pub participant: ParticipantId,
    pub entrance: Entrance,
    pub resume_token: String,
    pub socket: Socket,
    pub reference: Option<u64>,
    /// Where the state put them.
    pub stage: Option<Stage>,
    pub answer: oneshot::Sender<Result<Addr<Participant>, Refused>>,
}

/// What is to be done once everything before it is kept.
pub enum Work {
    Outcome { asker: Asker, reply: CommandResult, effects: Vec<Effect> },
    Snapshot { to: ParticipantId, event: Box<ServerEvent> },
}

/// Work with the room's journal number at which it was decided.
pub struct Decided {
    pub seq: u64,
    pub work: Work,
}

struct Pending {
    /// The entry that must be kept first; `None` when it is, or when there is none.
    entry: Option<Arc<JournalEntry>>,
    decided: Decided,
}

/// A queue that releases from its head.
#[derive(Default)]
pub struct PendingQueue {
    queue: VecDeque<Pending>,
}

impl PendingQueue {
    pub fn len(&self) -> usize {
        self.queue.len()
    }

    pub fn is_empty(&self) -> bool {
        self.queue.is_empty()
    }

    pub fn push(&mut self, entry: Option<Arc<JournalEntry>>, decided: Decided) {
        self.queue.push_back(Pending { entry, decided });
    }

    /// The entries that are not known to be kept, in order.
    pub fn entries(&self) -> Vec<Arc<JournalEntry>> {
        self.queue.iter().filter_map(|pending| pending.entry.clone()).collect()
    }

    /// The entry `seq` is kept.
    pub fn committed(&mut self, seq: u64) {
        let found = self.queue.iter_mut().find(|pending| pending.entry.as_ref().is_some_and(|entry| entry.seq == seq));
        if let Some(pending) = found {
            pending.entry = None;
        }
    }

    /// The next one that may be released.
    pub fn pop_ready(&mut self) -> Option<Decided> {
        match self.queue.front() {
            Some(pending) if pending.entry.is_none() => self.queue.pop_front().map(|pending| pending.decided),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{clock::at, ids::SessionId, protocol::ReplyBody};

    fn entry(seq: u64) -> Option<Arc<JournalEntry>> {
        let session_id = SessionId(uuid::Uuid::nil());
        Some(Arc::new(JournalEntry { session_id, seq, at: at(0), input: String::new() }))
    }

    fn decided(seq: u64) -> Decided {
        Decided { seq, work: Work::Outcome { asker: Asker::Nobody, reply: Ok(ReplyBody::Done {}), effects: vec![] } }
    }

    #[test]
    fn nothing_overtakes_an_entry_that_is_not_kept_yet() {
        let mut queue = PendingQueue::default();
        queue.push(entry(1), decided(1));
        queue.push(None, decided(1));
        queue.push(entry(2), decided(2));
        queue.committed(2);
        assert!(queue.pop_ready().is_none());
        queue.committed(1);
        let seqs: Vec<u64> = std::iter::from_fn(|| queue.pop_ready()).map(|decided| decided.seq).collect();
        assert_eq!(seqs, [1, 1, 2]);
        assert!(queue.is_empty());
    }
}
