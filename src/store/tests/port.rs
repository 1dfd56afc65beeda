//! What every keeper of rooms must do, whatever it is made of.

use std::sync::Arc;

use actors::clock::{Timestamp, at};
use actors::ids::{Identity, ParticipantId, RoomId, SessionId};
use actors::ports::{
    AuditEntry, JournalEntry, KNOWN_MAX, QualityPoint, RoomRecord, RoomStore, SessionSummary, Snapshot, StoreError, StoredRoom,
};
use actors::protocol::{EndReason, Settings};
use actors::testing::memory_store::MemoryStore;
use serde_json::json;
use uuid::Uuid;

use super::empty;
use crate::store::testing::room;
use crate::store::{AuditFilter, DEFAULT_TENANT};

fn entry(session_id: SessionId, seq: u64) -> JournalEntry {
    JournalEntry { session_id, seq, at: at(1_000 + seq), input: format!(r#"{{"input":"tick","n":{seq}}}"#) }
}

async fn stored(store: &Arc<dyn RoomStore>, room: RoomId) -> StoredRoom {
    store.room(room).await.expect("read").expect("there")
}

fn summary() -> SessionSummary {
    SessionSummary { report: json!({ "chatCount": 3 }), peak: 2 }
}

/// `record` is kept already, without a session.
async fn contract(store: Arc<dyn RoomStore>, record: RoomRecord) {
    let room = record.room_id;
    let (first, second) = (SessionId(Uuid::from_u128(31)), SessionId(Uuid::from_u128(32)));
    assert!(store.room(RoomId(Uuid::from_u128(99))).await == Ok(None), "an unknown room is no error");
    let found = stored(&store, room).await;
    assert!(found.record == record && found.session.is_none());
    assert!(store.rooms_with_open_session().await == Ok(Vec::new()));

    journals_and_snapshots(&store, room, first).await;
    ends(&store, room, first, second).await;
    changes_of_the_room(&store, record).await;
    remembers_the_admitted(&store, room).await;
}

async fn journals_and_snapshots(store: &Arc<dyn RoomStore>, room: RoomId, session: SessionId) {
    assert_eq!(store.start_session(room, session, at(1_000)).await, Ok(()));
    assert!(store.rooms_with_open_session().await == Ok(vec![room]));
    // Asked for all at once, as a room does, and waited for in any order.
    let appends: Vec<_> = (0..=5).map(|seq| store.append(entry(session, seq))).collect();
    for append in appends.into_iter().rev() {
        assert_eq!(append.await, Ok(()));
    }
    assert_eq!(store.append(entry(session, 5)).await, Ok(()), "whoever did not hear the answer may ask again");
    let other = JournalEntry { input: "something else".to_owned(), ..entry(session, 5) };
    assert_eq!(store.append(other).await, Err(StoreError::Conflict), "an entry is written once");
    assert_eq!(store.append(entry(session, 7)).await, Err(StoreError::Conflict), "a journal has no holes");

    let open = stored(store, room).await.session.expect("open");
    assert!(open.session_id == session && open.started_at == at(1_000) && open.snapshot.is_none());
    assert!(open.tail == (0..=5).map(|seq| entry(session, seq)).collect::<Vec<_>>());

    for seq in [2, 4] {
        let snapshot = Snapshot { session_id: session, seq, state: format!("state after {seq}") };
        assert_eq!(store.save_snapshot(snapshot).await, Ok(()));
    }
    let open = stored(store, room).await.session.expect("open");
    assert!(open.snapshot.is_some_and(|kept| kept.seq == 4 && kept.state == "state after 4"));
    assert!(open.tail == [entry(session, 5)], "only what came after the snapshot");
}

async fn ends(store: &Arc<dyn RoomStore>, room: RoomId, first: SessionId, second: SessionId) {
    assert_eq!(store.end_session(first, at(9_000), EndReason::EndedByHost, summary()).await, Ok(()));
    assert!(stored(store, room).await.session.is_none());
    assert!(store.rooms_with_open_session().await == Ok(Vec::new()));
    assert_eq!(store.start_session(room, second, at(10_000)).await, Ok(()));
    let open = stored(store, room).await.session.expect("open");
    assert!(open.session_id == second && open.tail.is_empty(), "a new session starts from nothing");
}

async fn changes_of_the_room(store: &Arc<dyn RoomStore>, record: RoomRecord) {
    let settings = Settings { mute_on_entry: true, ..record.settings.clone() };
    let host = Identity::guest(Uuid::from_u128(77));
    let changed = RoomRecord { name: "Retrospective".to_owned(), settings, host, ..record };
    let update = store.update_room(changed.room_id, changed.name.clone(), changed.settings.clone(), changed.host.clone());
    assert_eq!(update.await, Ok(()));
    assert!(stored(store, changed.room_id).await.record == changed);
}

async fn remembers_the_admitted(store: &Arc<dyn RoomStore>, room: RoomId) {
    let person = |n: usize| Identity::from_subject(format!("guest:{n}"));
    assert!(stored(store, room).await.known.is_empty());
    // Bob is admitted twice: he counts once, as the newest.
    for (n, ms) in [(1, 10), (2, 20), (3, 30), (1, 40)] {
        assert_eq!(store.remember_admitted(room, person(n), at(ms)).await, Ok(()));
    }
    assert!(stored(store, room).await.known == [person(2), person(3), person(1)]);
    assert_eq!(store.forget_admitted(room, person(3)).await, Ok(()));
    assert_eq!(store.forget_admitted(room, person(3)).await, Ok(()), "nothing to do");
    assert!(stored(store, room).await.known == [person(2), person(1)]);

    let many: Vec<_> = (10..10 + KNOWN_MAX).map(|n| store.remember_admitted(room, person(n), at(100 + n as u64))).collect();
    for kept in many {
        assert_eq!(kept.await, Ok(()));
    }
    let known = stored(store, room).await.known;
    assert_eq!(known.len(), KNOWN_MAX);
    assert!(known.first() == Some(&person(10)) && known.last() == Some(&person(9 + KNOWN_MAX)), "the oldest are forgotten");
    let nowhere = RoomId(Uuid::from_u128(98));
    assert_eq!(store.remember_admitted(nowhere, person(1), at(0)).await, Err(StoreError::NotFound));
}

#[tokio::test]
async fn the_database_keeps_the_contract() {
    let (_dir, store) = empty();
    let row = room("ABCD-2345", "user:alice", 500);
    store.create_room(row.clone()).await.expect("kept");
    contract(Arc::new(store), row.record().expect("readable")).await;
}

#[tokio::test]
async fn the_memory_twin_keeps_the_contract() {
    let store = MemoryStore::default();
    let record = room("ABCD-2345", "user:alice", 500).record().expect("readable");
    store.add_room(record.clone());
    contract(Arc::new(store), record).await;
}

async fn in_session() -> (tempfile::TempDir, crate::store::Store, RoomId, SessionId) {
    let (dir, store) = empty();
    let row = room("ABCD-2345", "user:alice", 500);
    store.create_room(row.clone()).await.expect("kept");
    let session = Uuid::from_u128(31);
    store.open_session(row.id.0, session, 1_000).await.expect("open");
    (dir, store, RoomId(row.id.0), SessionId(session))
}

#[tokio::test]
async fn a_journal_has_no_holes() {
    let (_dir, store, _, session) = in_session().await;
    assert_eq!(store.append(entry(session, 1)).await, Err(StoreError::Conflict));
    assert_eq!(store.append(entry(session, 0)).await, Ok(()));
    assert_eq!(store.append(entry(session, 2)).await, Err(StoreError::Conflict));
    let nowhere = SessionId(Uuid::from_u128(404));
    assert_eq!(store.append(entry(nowhere, 0)).await, Err(StoreError::NotFound));
    let kept = store.journal_from(session.0, 0, 10).await.expect("read");
    assert_eq!(kept.iter().map(|row| row.seq).collect::<Vec<_>>(), [0]);
}

#[tokio::test]
async fn a_late_snapshot_does_not_take_a_room_back() {
    let (_dir, store, room, session) = in_session().await;
    for seq in [64, 32] {
        let snapshot = Snapshot { session_id: session, seq, state: seq.to_string() };
        store.save_snapshot(snapshot).await.expect("answered");
    }
    let kept = store.stored_room(room.0).await.expect("read").expect("there").session.expect("open").snapshot;
    assert!(kept.is_some_and(|kept| kept.seq == 64));
}

#[tokio::test]
async fn a_session_ends_once_and_leaves_its_report_and_journal() {
    let (_dir, store, room, session) = in_session().await;
    store.append(entry(session, 0)).await.expect("written");
    store.append(entry(session, 1)).await.expect("written");
    store.end_session(session, at(9_000), EndReason::EndedByHost, summary()).await.expect("ended");
    store.end_session(session, at(9_999), EndReason::Empty, summary()).await.expect("nothing to do");
    let kept = store.session(room.0, session.0).await.expect("there");
    assert_eq!((kept.ended_at, kept.end_reason.as_deref(), kept.peak), (Some(9_000), Some("ended_by_host"), 2));
    assert_eq!(kept.summary.as_deref(), Some(r#"{"chatCount":3}"#));
    assert_eq!(store.journal_after(session.0, 0, 10).await.map(|rows| rows.len()), Ok(1));
    assert!(store.session(Uuid::from_u128(8), session.0).await.is_err(), "not through another room");
}

#[tokio::test]
async fn a_session_that_a_crash_left_in_a_deleted_room_is_over() {
    let (dir, store, room, session) = in_session().await;
    store.delete_room(room.0, 5_000).await.expect("deleted");
    drop(store);
    let store = crate::store::Store::open(dir.path()).expect("opens again");
    assert!(store.rooms_with_open_session().await == Ok(Vec::new()));
    let kept = store.session(room.0, session.0).await.expect("there");
    assert_eq!((kept.ended_at, kept.end_reason.as_deref()), (Some(5_000), Some("deleted")));
    assert_eq!(store.end_session(session, at(6_000), EndReason::Deleted, summary()).await, Ok(()));
    assert!(store.session(room.0, session.0).await.expect("there").summary.is_some(), "a late report is still taken");
}

#[tokio::test]
async fn audit_and_quality_are_kept() {
    let (_dir, store, room, session) = in_session().await;
    for (n, action) in ["room.joined", "role.changed"].into_iter().enumerate() {
        let entry = AuditEntry {
            tenant_id: actors::ids::TenantId(*DEFAULT_TENANT),
            at: Timestamp(n as u64),
            actor: Identity::guest(Uuid::nil()),
            action: action.to_owned(),
            room_id: Some(room),
            session_id: Some(session),
            detail: json!({ "n": n }),
        };
        assert_eq!(store.audit(entry).await, Ok(()));
    }
    let log = store.audit_log(*DEFAULT_TENANT, AuditFilter::default(), 10).await.expect("read");
    assert_eq!(log.iter().map(|row| row.action.as_str()).collect::<Vec<_>>(), ["role.changed", "room.joined"]);
    let rest = AuditFilter { before: Some((log[0].at, log[0].id.0)), ..AuditFilter::default() };
    let rest = store.audit_log(*DEFAULT_TENANT, rest, 10).await.expect("read");
    assert!(rest == log[1..]);
    let joined = AuditFilter { action: Some("room.joined".to_owned()), room: Some(room.0), ..AuditFilter::default() };
    assert!(store.audit_log(*DEFAULT_TENANT, joined, 10).await.expect("read") == log[1..]);
    assert!(store.audit_log(Uuid::from_u128(2), AuditFilter::default(), 10).await.expect("read").is_empty());

    let point = |score| QualityPoint {
        session_id: session,
        participant_id: ParticipantId(Uuid::nil()),
        at: at(5_000),
        score,
        rtt_ms: 40.0,
        loss: 0.25,
        jitter_ms: 3.0,
    };
    assert_eq!(store.record_quality(point(4.5)).await, Ok(()));
    assert_eq!(store.record_quality(point(3.5)).await, Ok(()), "the newer of the same millisecond");
    let kept = store.quality_of(session.0).await.expect("read");
    assert_eq!(kept.iter().map(|row| (row.at, row.score, row.loss)).collect::<Vec<_>>(), [(5_000, 3.5, 0.25)]);
}
