//! The store's memory twin: what is in it survives the rooms, as a database survives the process.

use crate::{
    clock::Timestamp,
    ids::*,
    ports::*,
    protocol::{EmotionReading, EndReason, Settings},
};
use std::{
    collections::BTreeMap,
    sync::{
        Mutex, MutexGuard,
        atomic::{AtomicBool, Ordering},
    },
};

#[derive(Default)]
struct Kept {
    rooms: BTreeMap<RoomId, RoomRecord>,
    sessions: BTreeMap<SessionId, KeptSession>,
    /// By room, the oldest first.
    known: BTreeMap<RoomId, Vec<Identity>>,
    audit: Vec<AuditEntry>,
    quality: Vec<QualityPoint>,
    consents: Vec<ConsentRecord>,
    emotions: Vec<EmotionReading>,
}

struct KeptSession {
    room: RoomId,
    started_at: Timestamp,
    ended: Option<(Timestamp, EndReason, SessionSummary)>,
    snapshot: Option<Snapshot>,
    journal: Vec<JournalEntry>,
}

#[derive(Default)]
pub struct MemoryStore {
    kept: Mutex<Kept>,
    broken: AtomicBool,
}

impl MemoryStore {
    pub fn add_room(&self, record: RoomRecord) {
        self.kept().rooms.insert(record.room_id, record);
    }

    /// While broken, every write and read fails.
    pub fn set_broken(&self, broken: bool) {
        self.broken.store(broken, Ordering::SeqCst);
    }

    pub fn audit_actions(&self) -> Vec<String> {
        self.kept().audit.iter().map(|entry| entry.action.clone()).collect()
    }

    pub fn quality_points(&self) -> usize {
        self.kept().quality.len()
    }

    /// What was answered to whom for what, in order.
    pub fn consents(&self) -> Vec<ConsentRecord> {
        self.kept().consents.clone()
    }

    pub fn emotions(&self) -> usize {
        self.kept().emotions.len()
    }

    /// How the room's sessions ended, oldest first; `None` is open.
    pub fn sessions(&self, room: RoomId) -> Vec<Option<EndReason>> {
        let kept = self.kept();
        let mut sessions: Vec<_> = kept.sessions.values().filter(|session| session.room == room).collect();
        sessions.sort_by_key(|session| session.started_at);
        sessions.iter().map(|session| session.ended.as_ref().map(|ended| ended.1)).collect()
    }

    /// The journal of the room's newest session.
    pub fn journal(&self, room: RoomId) -> Vec<JournalEntry> {
        let kept = self.kept();
        let newest = kept.sessions.values().filter(|session| session.room == room).max_by_key(|session| session.started_at);
        newest.map(|session| session.journal.clone()).unwrap_or_default()
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }

    fn answer<T: Send + 'static>(&self, work: impl FnOnce(&mut Kept) -> Result<T, StoreError>) -> Answer<T> {
        let result = if self.broken.load(Ordering::SeqCst) {
            Err(StoreError::Failed("the test broke it".to_owned()))
        } else {
            work(&mut self.kept())
        };
        Box::pin(std::future::ready(result))
    }

    fn session<T: Send + 'static>(
        &self,
        id: SessionId,
        work: impl FnOnce(&mut KeptSession) -> Result<T, StoreError>,
    ) -> Answer<T> {
        self.answer(|kept| work(kept.sessions.get_mut(&id).ok_or(StoreError::NotFound)?))
    }
}

impl RoomStore for MemoryStore {
    fn room(&self, room: RoomId) -> Answer<Option<StoredRoom>> {
        self.answer(|kept| {
            let Some(record) = kept.rooms.get(&room).cloned() else { return Ok(None) };
            let open = kept.sessions.iter().find(|(_, session)| session.room == room && session.ended.is_none());
            let session = open.map(|(id, session)| {
                let from = session.snapshot.as_ref().map(|snapshot| snapshot.seq);
                let tail = session.journal.iter().filter(|entry| from.is_none_or(|seq| entry.seq > seq)).cloned().collect();
                StoredSession { session_id: *id, started_at: session.started_at, snapshot: session.snapshot.clone(), tail }
            });
            let known = kept.known.get(&room).cloned().unwrap_or_default();
            Ok(Some(StoredRoom { record, session, known }))
        })
    }

    fn rooms_with_open_session(&self) -> Answer<Vec<RoomId>> {
        self.answer(|kept| {
            Ok(kept.sessions.values().filter(|session| session.ended.is_none()).map(|session| session.room).collect())
        })
    }

    fn start_session(&self, room: RoomId, id: SessionId, at: Timestamp) -> Answer<()> {
        self.answer(|kept| {
            if kept.sessions.contains_key(&id) {
                return Err(StoreError::Conflict);
            }
            let session = KeptSession { room, started_at: at, ended: None, snapshot: None, journal: Vec::new() };
            kept.sessions.insert(id, session);
            Ok(())
        })
    }

    fn append(&self, entry: JournalEntry) -> Answer<()> {
        self.session(entry.session_id, |session| {
            let last = session.journal.last().map(|kept| kept.seq);
            match session.journal.iter().find(|kept| kept.seq == entry.seq) {
                Some(kept) if *kept == entry => Ok(()),
                Some(_) => Err(StoreError::Conflict),
                None if entry.seq != last.map_or(0, |last| last + 1) => Err(StoreError::Conflict),
                None => {
                    session.journal.push(entry);
                    Ok(())
                }
            }
        })
    }

    fn save_snapshot(&self, snapshot: Snapshot) -> Answer<()> {
        self.session(snapshot.session_id, |session| {
            session.snapshot = Some(snapshot);
            Ok(())
        })
    }

    fn end_session(&self, id: SessionId, at: Timestamp, reason: EndReason, summary: SessionSummary) -> Answer<()> {
        self.session(id, |session| {
            session.ended.get_or_insert((at, reason, summary));
            Ok(())
        })
    }

    fn update_room(&self, room: RoomId, name: String, settings: Settings, host: Identity) -> Answer<()> {
        self.answer(|kept| {
            let record = kept.rooms.get_mut(&room).ok_or(StoreError::NotFound)?;
            (record.name, record.settings, record.host) = (name, settings, host);
            Ok(())
        })
    }

    fn remember_admitted(&self, room: RoomId, identity: Identity, _: Timestamp) -> Answer<()> {
        self.answer(|kept| {
            if !kept.rooms.contains_key(&room) {
                return Err(StoreError::NotFound);
            }
            let known = kept.known.entry(room).or_default();
            known.retain(|other| *other != identity);
            known.push(identity);
            let over = known.len().saturating_sub(KNOWN_MAX);
            known.drain(..over);
            Ok(())
        })
    }

    fn forget_admitted(&self, room: RoomId, identity: Identity) -> Answer<()> {
        self.answer(|kept| {
            if let Some(known) = kept.known.get_mut(&room) {
                known.retain(|other| *other != identity);
            }
            Ok(())
        })
    }

    fn audit(&self, entry: AuditEntry) -> Answer<()> {
        self.answer(|kept| {
            kept.audit.push(entry);
            Ok(())
        })
    }

    fn record_quality(&self, point: QualityPoint) -> Answer<()> {
        self.answer(|kept| {
            kept.quality.push(point);
            Ok(())
        })
    }

    fn record_consent(&self, _: SessionId, consent: ConsentRecord) -> Answer<()> {
        self.answer(|kept| {
            kept.consents.push(consent);
            Ok(())
        })
    }

    fn record_emotion(&self, _: SessionId, reading: EmotionReading) -> Answer<()> {
        self.answer(|kept| {
            kept.emotions.push(reading);
            Ok(())
        })
    }
}
