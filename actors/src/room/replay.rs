//! A session's journal gives its state back, bit for bit; and the file of one, which may travel with a bug report.
//!
//! A journal file is JSON lines: first `{"journal":"greenroom.v1","record":…,"sessionId":…,"rules":…,"openedAt":…}` or
//! `{"journal":"greenroom.v1","snapshot":{…}}`, then one [`JournalEntry`] a line. A session's journal as it is kept, whose entry 0
//! holds that first line, is one too.

use super::{Drawn, RoomState, Rules};
use crate::{
    clock::Timestamp,
    ids::*,
    ports::{JournalEntry, RoomRecord, Snapshot},
};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use thiserror::Error;

/// The name of the journal's format.
pub const FORMAT: &str = "greenroom.v1";

/// How a session began.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Opening {
    pub record: RoomRecord,
    pub session_id: SessionId,
    pub rules: Rules,
    pub opened_at: Timestamp,
    /// Whom hosts admitted in earlier sessions, the oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub known: Vec<Identity>,
}

/// From where a journal is replayed.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Start {
    Snapshot { snapshot: Snapshot },
    Opening(Box<Opening>),
}

#[derive(Serialize, Deserialize)]
struct Head {
    journal: String,
    #[serde(flatten)]
    start: Start,
}

#[derive(Clone, PartialEq, Eq, Debug, Error)]
pub enum ReplayError {
    #[error("line {line} can't be read: {reason}")]
    Unreadable { line: usize, reason: String },
    #[error("the file is not a journal of the format {FORMAT}")]
    NotAJournal,
    #[error("the snapshot can't be read: {0}")]
    BadSnapshot(String),
    #[error("the entry {seq} can't be read: {reason}")]
    BadEntry { seq: u64, reason: String },
    #[error("the entry {found} follows where {expected} should")]
    Gap { expected: u64, found: u64 },
    #[error("the entry {seq} is of another session")]
    OtherSession { seq: u64 },
}

/// A state with how far it came and its fingerprint.
pub struct Replayed {
    pub state: RoomState,
    /// Entries that were applied.
    pub entries: usize,
    /// The number of the last entry.
    pub seq: u64,
    /// [`digest`] of the state.
    pub digest: String,
}

/// The state after `entries`. Those that a snapshot already holds are passed over.
pub fn replay(start: &Start, entries: &[JournalEntry]) -> Result<RoomState, ReplayError> {
    run(start, entries).map(|replayed| replayed.state)
}

/// As [`replay`], with how far it came.
pub fn run(start: &Start, entries: &[JournalEntry]) -> Result<Replayed, ReplayError> {
    let (mut state, first) = begin(start)?;
    let (mut seq, mut applied) = (first, 0);
    for entry in entries.iter().filter(|entry| entry.seq > first) {
        check(entry, &state, seq + 1)?;
        apply_entry(&mut state, entry)?;
        seq = entry.seq;
        applied += 1;
    }
    let digest = digest(&state);
    Ok(Replayed { state, entries: applied, seq, digest })
}

fn begin(start: &Start) -> Result<(RoomState, u64), ReplayError> {
    match start {
        Start::Opening(opening) => Ok((RoomState::open((**opening).clone()), 0)),
        Start::Snapshot { snapshot } => Ok((restore(snapshot)?, snapshot.seq)),
    }
}

fn apply_entry(state: &mut RoomState, entry: &JournalEntry) -> Result<(), ReplayError> {
    let drawn: Drawn = serde_json::from_str(&entry.input)
        .map_err(|error| ReplayError::BadEntry { seq: entry.seq, reason: error.to_string() })?;
    state.apply(&drawn, entry.at);
    Ok(())
}

/// The state that a snapshot holds.
pub fn restore(snapshot: &Snapshot) -> Result<RoomState, ReplayError> {
    let state: RoomState = serde_json::from_str(&snapshot.state).map_err(|error| ReplayError::BadSnapshot(error.to_string()))?;
    if state.session() == snapshot.session_id {
        Ok(state)
    } else {
        Err(ReplayError::BadSnapshot("it holds another session".to_owned()))
    }
}

/// A snapshot of `state` after the journal entry `seq`.
pub fn snapshot(state: &RoomState, seq: u64) -> Snapshot {
    Snapshot { session_id: state.session(), seq, state: json(state) }
}

/// One line of the journal's `input`.
pub fn encode(drawn: &Drawn) -> String {
    serde_json::to_string(drawn).expect("an input is plain data with string keys")
}

fn json(state: &RoomState) -> String {
    serde_json::to_string(state).expect("a state is plain data with string keys")
}

/// SHA-256 of the state as JSON, in hex. Fields have one order, and people the order in which they came, so equal digests are equal states.
pub fn digest(state: &RoomState) -> String {
    let hash = Sha256::digest(json(state).as_bytes());
    hash.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn check(entry: &JournalEntry, state: &RoomState, expected: u64) -> Result<(), ReplayError> {
    if entry.session_id != state.session() {
        return Err(ReplayError::OtherSession { seq: entry.seq });
    }
    if entry.seq != expected {
        return Err(ReplayError::Gap { expected, found: entry.seq });
    }
    Ok(())
}

/// The first line of a journal file. It is kept as the entry 0 of a session's journal, so that the journal stands alone.
pub fn head_line(start: &Start) -> String {
    let head = Head { journal: FORMAT.to_owned(), start: start.clone() };
    serde_json::to_string(&head).expect("plain data")
}

/// From where the journal with this first line is replayed.
pub fn read_head(line: &str) -> Result<Start, ReplayError> {
    let head: Head = serde_json::from_str(line).map_err(|_| ReplayError::NotAJournal)?;
    if head.journal == FORMAT { Ok(head.start) } else { Err(ReplayError::NotAJournal) }
}

/// A journal as a file.
pub fn write_file(start: &Start, entries: &[JournalEntry]) -> String {
    let mut text = head_line(start);
    for entry in entries {
        text.push('\n');
        text.push_str(&serde_json::to_string(entry).expect("plain data"));
    }
    text.push('\n');
    text
}

/// Reads a journal file and replays it.
pub fn replay_file(text: &str) -> Result<Replayed, ReplayError> {
    let unreadable = |line: usize| move |error: serde_json::Error| ReplayError::Unreadable { line, reason: error.to_string() };
    let mut lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    let (_, first) = lines.next().ok_or(ReplayError::NotAJournal)?;
    let start = match serde_json::from_str::<JournalEntry>(first) {
        Ok(entry) if entry.seq == 0 => read_head(&entry.input)?,
        _ => read_head(first)?,
    };
    let entries = lines.map(|(index, line)| serde_json::from_str(line).map_err(unreadable(index + 1)));
    let entries = entries.collect::<Result<Vec<JournalEntry>, _>>()?;
    run(&start, &entries)
}
