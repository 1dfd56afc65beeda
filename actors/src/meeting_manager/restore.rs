//! From what the store has of a session to the state it was in.

use crate::{
    ports::{JournalEntry, StoredSession},
    room::replay::{self, ReplayError, Replayed, Start},
};

/// From the newest snapshot if there is one, else from the opening, which is the journal's entry 0.
pub fn restore(session: &StoredSession) -> Result<Replayed, ReplayError> {
    let start = match &session.snapshot {
        Some(snapshot) => Start::Snapshot { snapshot: snapshot.clone() },
        None => {
            let opening = session.tail.first().filter(|entry| entry.seq == 0).ok_or(ReplayError::NotAJournal)?;
            replay::read_head(&opening.input)?
        }
    };
    let entries: Vec<JournalEntry> = session.tail.iter().filter(|entry| entry.seq > 0).cloned().collect();
    replay::run(&start, &entries)
}
