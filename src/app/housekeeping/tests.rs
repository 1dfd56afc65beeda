use super::*;
use crate::store::{
    Claim, DEFAULT_TENANT,
    models::{ConsentRow, FileRow, RefreshTokenRow, RoomChanges, RoomRow},
    testing,
};
use actors::{
    clock::{Clock, Timestamp},
    ids::{Identity, SessionId, TenantId},
    ports::{AuditEntry, JournalEntry, RoomStore, SessionSummary},
    protocol::{EndReason, Settings},
};
use serde_json::json;
use std::path::PathBuf;
use uuid::Uuid;

/// A server's store and disk at the start of 2024, without the server.
struct Place {
    dir: tempfile::TempDir,
    store: Store,
}

const START: i64 = 1_704_067_200_000;

fn day(n: i64) -> i64 {
    START + n * DAY_MS
}

impl Place {
    fn new() -> Self {
        let dir = tempfile::tempdir().expect("a folder");
        let store = Store::open(dir.path()).expect("opens");
        Self { dir, store }
    }

    fn house(&self) -> House {
        let data_dir = self.dir.path().to_owned();
        let config =
            Config { data_dir, audit_retention_days: 90, removed_room_days: 7, removed_account_days: 30, ..Config::default() };
        let library = Library::new(self.store.clone(), Clock::starting_at(Timestamp(0)), &config).expect("a library");
        House::new(self.store.clone(), library, &config)
    }

    async fn room(&self, code: &str, retention_days: u32) -> RoomRow {
        let settings = serde_json::to_string(&Settings { retention_days, ..Settings::default() }).expect("plain data");
        let row = RoomRow { settings, ..testing::room(code, "user:alice", START) };
        self.store.create_room(row.clone()).await.expect("kept");
        row
    }

    /// A sitting with a journal, which ended unless it goes on.
    async fn session(&self, room: &RoomRow, entries: u64, ended_at: Option<i64>) -> Uuid {
        let session = Uuid::now_v7();
        self.store.open_session(room.id.0, session, START).await.expect("open");
        let journal: Vec<_> = (0..entries)
            .map(|seq| JournalEntry { session_id: SessionId(session), seq, at: Timestamp(0), input: "{}".to_owned() })
            .map(|entry| self.store.append(entry))
            .collect();
        for kept in journal {
            kept.await.expect("written");
        }
        if let Some(at) = ended_at {
            let summary = SessionSummary { report: json!({}), peak: 1 };
            self.store.close_session(session, at, EndReason::Empty, summary).await.expect("ended");
        }
        session
    }

    async fn file(&self, room: &RoomRow, session: Uuid, created_at: i64) -> PathBuf {
        let id = Id::new();
        let path = PathBuf::from("files").join(room.id.to_string()).join(id.to_string());
        let row = FileRow {
            id,
            room_id: room.id,
            session_id: Id(session),
            uploader: "user:alice".to_owned(),
            name: "notes.txt".to_owned(),
            size: 5,
            mime: "text/plain".to_owned(),
            path: path.display().to_string(),
            created_at,
        };
        self.store.add_file(row).await.expect("kept");
        self.write(path)
    }

    fn write(&self, path: PathBuf) -> PathBuf {
        let path = self.dir.path().join(path);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("made");
        std::fs::write(&path, "bytes").expect("written");
        path
    }
}

fn counts(removed: &Removed) -> Vec<(&'static str, usize)> {
    assert!(removed.failed.is_empty(), "{removed:?}");
    removed.counts.iter().map(|(what, count)| (*what, *count)).collect()
}

#[tokio::test]
async fn each_room_keeps_its_sessions_and_files_as_long_as_it_says() {
    let place = Place::new();
    let (short, long) = (place.room("SHRT-2345", 10).await, place.room("LONG-2345", 100).await);
    // More journal than one write removes.
    let gone = place.session(&short, 1_200, Some(day(1))).await;
    let (recent, other) = (place.session(&short, 2, Some(day(5))).await, place.session(&long, 2, Some(day(1))).await);
    let open = place.session(&short, 2, None).await;
    let old_file = place.file(&short, gone, day(1)).await;
    let (in_use, other_file) = (place.file(&short, open, day(1)).await, place.file(&long, other, day(1)).await);
    place.store.remember_known(short.id.0, "guest:bob".to_owned(), day(1)).await.expect("kept");
    place.store.remember_known(short.id.0, "guest:eve".to_owned(), day(5)).await.expect("kept");
    let mut house = place.house();

    assert_eq!(counts(&house.tidy(day(11)).await), [], "not a moment too early");
    assert_eq!(counts(&house.tidy(day(11) + 1).await), [("files", 1), ("known_people", 1), ("sessions", 1)]);
    assert!(!old_file.exists() && in_use.exists() && other_file.exists());
    assert!(place.store.session(short.id.0, gone).await.is_err());
    assert_eq!(place.store.journal_after(gone, 0, 9).await.map(|rows| rows.len()), Ok(0));
    for (room, session) in [(&short, recent), (&short, open), (&long, other)] {
        assert!(place.store.session(room.id.0, session).await.is_ok());
        assert_eq!(place.store.journal_after(session, 0, 9).await.map(|rows| rows.len()), Ok(1));
    }
    assert!(
        RoomStore::room(&place.store, actors::ids::RoomId(short.id.0)).await.expect("read").expect("there").known
            == [Identity::from_subject("guest:eve")]
    );
    assert_eq!(counts(&house.tidy(day(11) + 2).await), [], "once is enough");
}

#[tokio::test]
async fn rooms_that_are_over_go_with_all_they_had() {
    let place = Place::new();
    let (expired, deleted, live) =
        (place.room("EXPR-2345", 3650).await, place.room("DELE-2345", 3650).await, place.room("LIVE-2345", 3650).await);
    let changes = RoomChanges { expires_at: Some(Some(day(2))), ..RoomChanges::default() };
    place.store.change_room(expired.id.0, changes.clone()).await.expect("changed");
    place.store.delete_room(deleted.id.0, day(2)).await.expect("deleted");
    // An expired room in which a session is still open stays until that has ended.
    let busy = place.room("BUSY-2345", 3650).await;
    place.store.change_room(busy.id.0, changes).await.expect("changed");
    place.session(&busy, 1, None).await;
    let mut files = Vec::new();
    for room in [&expired, &deleted, &live] {
        let session = place.session(room, 3, Some(day(1))).await;
        files.push(place.file(room, session, day(1)).await);
    }
    let mut house = place.house();
    assert_eq!(counts(&house.tidy(day(9)).await), []);
    assert_eq!(counts(&house.tidy(day(9) + 1).await), [("rooms", 2)]);
    assert_eq!(files.iter().map(|file| file.exists()).collect::<Vec<_>>(), [false, false, true]);
    assert!(place.store.room_by_id(expired.id.0).await.is_err());
    assert!(place.store.room_by_id(live.id.0).await.is_ok() && place.store.room_by_id(busy.id.0).await.is_ok());
}

#[tokio::test]
async fn tokens_answers_and_the_audit_log_have_their_times() {
    let place = Place::new();
    let user = testing::user(&place.store, "alice@example.org").await;
    let token = RefreshTokenRow {
        id: Id::new(),
        family_id: Id::new(),
        parent_id: None,
        user_id: Id(user),
        token_hash: "hash".to_owned(),
        issued_at: START,
        expires_at: day(30),
        used_at: None,
        revoked_at: None,
    };
    place.store.start_token_family(token).await.expect("kept");
    let claim = || place.store.claim_request(DEFAULT_TENANT.0, "user:alice", "key", "hash", START, DAY_MS);
    assert!(claim().await == Ok(Claim::Yours));
    let audited = |n: u64| AuditEntry {
        tenant_id: TenantId(DEFAULT_TENANT.0),
        at: Timestamp(START.unsigned_abs() + n),
        actor: Identity::from_subject("user:alice"),
        action: "room.created".to_owned(),
        room_id: None,
        session_id: None,
        detail: json!({}),
    };
    for kept in (0..1_100).map(|n| place.store.record_audit(audited(n / 100))).collect::<Vec<_>>() {
        kept.await.expect("kept");
    }
    let mut house = place.house();
    assert_eq!(counts(&house.tidy(day(1)).await), []);
    assert_eq!(counts(&house.tidy(day(1) + 1).await), [("idempotency_keys", 1)]);
    assert!(claim().await == Ok(Claim::Yours), "the answer is forgotten");
    assert_eq!(counts(&house.tidy(day(30) + 1).await), [("idempotency_keys", 1), ("refresh_tokens", 1)]);
    assert_eq!(counts(&house.tidy(day(90) + 10).await), [("audit", 1_000)]);
}

#[tokio::test]
async fn a_revoked_key_and_a_deleted_account_are_forgotten_in_the_end() {
    let place = Place::new();
    let alice = testing::user(&place.store, "alice@example.org").await;
    let bob = testing::user(&place.store, "bob@example.org").await;
    let keys = crate::identity::ApiKeys::new(place.store.clone());
    let (revoked, _) = keys.create(*DEFAULT_TENANT, Some(alice), "old", &[], START).await.expect("kept");
    let (_, live) = keys.create(*DEFAULT_TENANT, Some(alice), "ci", &[], START).await.expect("kept");
    place.store.revoke_api_key(*DEFAULT_TENANT, alice, revoked.id.0, day(1)).await.expect("revoked");
    place.store.delete_user(*DEFAULT_TENANT, bob, day(2)).await.expect("forgotten");
    let mut house = place.house();
    assert_eq!(counts(&house.tidy(day(31)).await), [], "not a moment too early");
    assert_eq!(counts(&house.tidy(day(31) + 1).await), [("api_keys", 1)]);
    assert_eq!(counts(&house.tidy(day(32) + 1).await), [("accounts", 1)]);
    assert!(keys.authenticate(live.expose(), day(32)).await.is_ok());
    assert!(place.store.user_by_id(*DEFAULT_TENANT, alice).await.is_ok());
}

#[tokio::test]
async fn of_consents_what_holds_stays_and_what_was_replaced_goes() {
    let place = Place::new();
    let alice = testing::user(&place.store, "alice@example.org").await;
    let given = |purpose: &str, granted, at| ConsentRow {
        id: Id::new(),
        user_id: Id(alice),
        purpose: purpose.to_owned(),
        granted,
        text_version: "1".to_owned(),
        at,
        session_id: None,
    };
    let all = vec![
        given("recording", true, START),
        given("recording", false, day(1)),
        given("recording", true, day(2)),
        given("emotion", true, START),
    ];
    place.store.record_consents(all).await.expect("kept");
    let mut house = place.house();
    assert_eq!(counts(&house.tidy(day(90)).await), []);
    assert_eq!(counts(&house.tidy(day(200)).await), [("consents", 2)]);
    let held = place.store.consents_of(alice).await.expect("read");
    let held: Vec<_> = held.iter().map(|row| (row.purpose.as_str(), row.granted)).collect();
    assert_eq!(held, [("emotion", true), ("recording", true)]);
}

#[tokio::test]
async fn a_file_that_stays_keeps_its_row_and_the_rest_goes_on() {
    let place = Place::new();
    let room = place.room("SHRT-2345", 10).await;
    let session = place.session(&room, 1, Some(day(1))).await;
    let stuck = place.file(&room, session, day(1)).await;
    // A folder by that name is no file that could be removed.
    std::fs::remove_file(&stuck).expect("removed");
    std::fs::create_dir(&stuck).expect("made");
    let mut house = place.house();
    let removed = house.tidy(day(20)).await;
    assert_eq!(removed.failed.get("files"), Some(&1));
    assert_eq!(removed.counts.get("sessions"), Some(&1));
    assert_eq!(place.store.files_of_room(room.id.0).await.map(|rows| rows.len()), Ok(1));
    std::fs::remove_dir(&stuck).expect("removed");
    assert_eq!(counts(&house.tidy(day(20) + 1).await), [("files", 1)], "tried again");
}

#[tokio::test]
async fn what_an_interrupted_upload_left_is_found_a_day_later() {
    let place = Place::new();
    let room = place.room("ROOM-2345", 3650).await;
    let session = place.session(&room, 1, None).await;
    let kept = place.file(&room, session, START).await;
    let lost = place.write(PathBuf::from("files").join(room.id.to_string()).join(Uuid::now_v7().to_string()));
    let written = i64::try_from(std::time::UNIX_EPOCH.elapsed().expect("after 1970").as_millis()).expect("fits");
    let mut house = place.house();
    assert_eq!(counts(&house.tidy(written + DAY_MS / 2).await), [], "it may still be on its way up");
    assert_eq!(counts(&house.tidy(written + 2 * DAY_MS).await), [("lost_files", 1)]);
    assert!(kept.exists() && !lost.exists());
}
