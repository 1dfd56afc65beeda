use uuid::Uuid;

use super::empty;
use crate::store::models::{ConsentRow, FileRow, RoomChanges, UserChanges};
use crate::store::testing::{room, user};
use crate::store::{Claim, DEFAULT_TENANT, Id, StoreError};

const ELSEWHERE: Uuid = Uuid::from_u128(2);

#[tokio::test]
async fn a_room_is_found_changed_listed_and_deleted() {
    let (_dir, store) = empty();
    let rooms: Vec<_> = (0..5).map(|n| room(&format!("ROOM-{n}"), "user:alice", 100 + n / 2)).collect();
    for room in &rooms {
        store.create_room(room.clone()).await.expect("kept");
    }
    store.create_room(room("BOBS-1", "user:bob", 500)).await.expect("kept");
    assert_eq!(store.create_room(room("ROOM-0", "user:bob", 1)).await, Err(StoreError::Conflict));
    assert!(store.room_by_code("ROOM-3").await.expect("found") == rooms[3]);
    assert!(store.room_by_id(rooms[3].id.0).await.expect("found") == rooms[3]);
    assert!(store.room_by_code("room-3").await.is_err());

    let mut seen = Vec::new();
    let mut before = None;
    loop {
        let page = store.rooms_of_host(*DEFAULT_TENANT, "user:alice", before, 2).await.expect("listed");
        let Some(last) = page.last() else { break };
        before = Some((last.created_at, last.id.0));
        seen.extend(page);
    }
    let mut expected = rooms.clone();
    expected.sort_by_key(|room| std::cmp::Reverse((room.created_at, room.id)));
    assert!(seen == expected, "each once, newest first");
    assert_eq!(store.count_rooms(*DEFAULT_TENANT).await, Ok(6));
    assert!(store.rooms_of_host(ELSEWHERE, "user:alice", None, 9).await.expect("listed").is_empty());

    let changes = RoomChanges { name: Some("Retro".to_owned()), expires_at: Some(Some(9)), ..RoomChanges::default() };
    let changed = store.change_room(rooms[0].id.0, changes).await.expect("changed");
    assert!(changed.name == "Retro" && changed.expires_at == Some(9) && changed.expired(9) && !changed.expired(8));
    let cleared = RoomChanges { expires_at: Some(None), ..RoomChanges::default() };
    assert!(store.change_room(rooms[0].id.0, cleared).await.expect("changed").expires_at.is_none());
    assert!(store.change_room(rooms[0].id.0, RoomChanges::default()).await.is_ok(), "nothing to change");

    store.delete_room(rooms[0].id.0, 1_000).await.expect("deleted");
    assert_eq!(store.delete_room(rooms[0].id.0, 1_001).await, Err(StoreError::NotFound));
    assert!(store.room_by_id(rooms[0].id.0).await.is_err());
    assert!(store.change_room(rooms[0].id.0, RoomChanges::default()).await.is_err());
    assert_eq!(store.rooms_over_since(1_000, 9).await, Ok(vec![]));
    assert_eq!(store.rooms_over_since(1_001, 9).await, Ok(vec![rooms[0].id]));
    store.purge_room(rooms[0].id.0).await.expect("gone");
    assert_eq!(store.rooms_over_since(1_001, 9).await, Ok(vec![]));
}

#[tokio::test]
async fn a_room_in_session_is_not_over() {
    let (_dir, store) = empty();
    let row = room("ROOM-1", "user:alice", 0);
    store.create_room(row.clone()).await.expect("kept");
    store.open_session(row.id.0, Uuid::from_u128(5), 1).await.expect("open");
    store.delete_room(row.id.0, 2).await.expect("deleted");
    assert_eq!(store.rooms_over_since(100, 9).await, Ok(vec![]));
}

#[tokio::test]
async fn an_account_is_one_address_whatever_its_case() {
    let (_dir, store) = empty();
    let alice = user(&store, "Alice@Example.org").await;
    let bob = user(&store, "bob@example.org").await;
    let found = store.user_by_email(*DEFAULT_TENANT, " ALICE@example.ORG ").await.expect("found");
    assert!(found.id == alice && found.email == "alice@example.org");
    let taken = UserChanges { email: Some("ALICE@EXAMPLE.ORG".to_owned()), ..UserChanges::default() };
    assert!(store.change_user(*DEFAULT_TENANT, bob, taken).await.err() == Some(StoreError::Conflict));
    assert!(store.user_by_id(ELSEWHERE, alice).await.err() == Some(StoreError::NotFound), "another tenant's");
    assert!(store.user_by_email(ELSEWHERE, "alice@example.org").await.is_err());
    assert!(store.user_of_token(alice).await.is_ok());
}

#[tokio::test]
async fn a_deleted_account_leaves_no_name_and_its_address_is_free() {
    let (_dir, store) = empty();
    let alice = user(&store, "alice@example.org").await;
    let theirs = room("ROOM-1", &format!("user:{alice}"), 0);
    store.create_room(theirs.clone()).await.expect("kept");
    let consent = consent(alice, "recording", true, 1);
    store.record_consents(vec![consent]).await.expect("kept");
    store.delete_user(*DEFAULT_TENANT, alice, 9).await.expect("deleted");
    assert_eq!(store.delete_user(*DEFAULT_TENANT, alice, 9).await, Err(StoreError::NotFound));
    assert!(store.user_by_email(*DEFAULT_TENANT, "alice@example.org").await.is_err());
    assert!(store.user_of_token(alice).await.is_err());
    assert!(store.room_by_id(theirs.id.0).await.is_err());
    assert_eq!(store.consents_of(alice).await, Ok(vec![]));
    assert_ne!(user(&store, "alice@example.org").await, alice);
}

fn consent(user: Uuid, purpose: &str, granted: bool, at: i64) -> ConsentRow {
    let text_version = "2026-01".to_owned();
    ConsentRow { id: Id::new(), user_id: Id(user), purpose: purpose.to_owned(), granted, text_version, at, session_id: None }
}

#[tokio::test]
async fn the_newest_word_on_a_purpose_holds() {
    let (_dir, store) = empty();
    let alice = user(&store, "alice@example.org").await;
    let given = vec![consent(alice, "recording", true, 1), consent(alice, "emotion", true, 1)];
    store.record_consents(given).await.expect("kept");
    store.record_consents(vec![consent(alice, "recording", false, 2)]).await.expect("kept");
    let holds = store.consents_of(alice).await.expect("read");
    let holds: Vec<_> = holds.iter().map(|row| (row.purpose.as_str(), row.granted)).collect();
    assert_eq!(holds, [("emotion", true), ("recording", false)]);
    let nobody = vec![consent(alice, "emotion", false, 3), consent(Uuid::nil(), "recording", true, 3)];
    assert_eq!(store.record_consents(nobody).await, Err(StoreError::Dangling));
    assert!(store.consents_of(alice).await.expect("read")[0].granted, "all of a call or nothing");
}

#[tokio::test]
async fn files_belong_to_their_room() {
    let (_dir, store) = empty();
    let (here, there) = (room("ROOM-1", "user:a", 0), room("ROOM-2", "user:a", 0));
    store.create_room(here.clone()).await.expect("kept");
    store.create_room(there.clone()).await.expect("kept");
    let session = Uuid::from_u128(5);
    let file = |size, created_at| FileRow {
        id: Id::new(),
        room_id: here.id,
        session_id: Id(session),
        uploader: "user:a".to_owned(),
        name: "../../etc/passwd".to_owned(),
        size,
        mime: "text/plain".to_owned(),
        path: "files/x".to_owned(),
        created_at,
    };
    let (one, two) = (file(10, 1), file(32, 2));
    store.add_file(one.clone()).await.expect("kept");
    store.add_file(two.clone()).await.expect("kept");
    assert!(store.file(here.id.0, one.id.0).await.expect("found") == one);
    assert!(store.file(there.id.0, one.id.0).await.err() == Some(StoreError::NotFound));
    assert_eq!(store.file_usage(session).await, Ok((2, 42)));
    assert!(store.files_of_room(here.id.0).await.expect("read") == [one.clone(), two]);
    assert!(store.remove_file(one.id.0).await.expect("removed") == one);
    assert!(store.remove_file(one.id.0).await.is_err());
}

#[tokio::test]
async fn a_request_with_a_key_is_done_once() {
    let (_dir, store) = empty();
    let claim = |hash: &'static str, now| {
        let store = store.clone();
        async move { store.claim_request(*DEFAULT_TENANT, "user:a", "k", hash, now, 60_000).await.expect("answered") }
    };
    assert!(claim("h1", 0).await == Claim::Yours);
    assert!(claim("h1", 1).await == Claim::InProgress);
    assert!(claim("h2", 1).await == Claim::Mismatch);
    store.abandon_request(*DEFAULT_TENANT, "user:a", "k").await.expect("given back");
    assert!(claim("h1", 2).await == Claim::Yours);
    assert!(claim("h1", 60_003).await == Claim::Yours, "the first one died");
    store.finish_request(*DEFAULT_TENANT, "user:a", "k", 201, "{}".to_owned()).await.expect("kept");
    assert!(claim("h1", 60_004).await == Claim::Done { status: 201, body: "{}".to_owned() });
    assert!(claim("h2", 60_004).await == Claim::Mismatch);
    store.abandon_request(*DEFAULT_TENANT, "user:a", "k").await.expect("too late");
    assert!(claim("h1", 60_005).await == Claim::Done { status: 201, body: "{}".to_owned() });
    let other = store.claim_request(*DEFAULT_TENANT, "user:b", "k", "h1", 0, 60_000).await.expect("answered");
    assert!(other == Claim::Yours, "keys are each actor's own");
    assert_eq!(store.purge_requests(60_004).await, Ok(2));
    assert!(claim("h1", 70_000).await == Claim::Yours);
}

#[tokio::test]
async fn one_key_claimed_by_many_at_once_is_one_claim() {
    let (_dir, store) = empty();
    let claims = (0..50).map(|_| store.claim_request(*DEFAULT_TENANT, "user:a", "k", "h", 0, 60_000));
    let claims = futures_util::future::join_all(claims).await;
    let yours = claims.into_iter().filter(|claim| matches!(claim, Ok(Claim::Yours))).count();
    assert_eq!(yours, 1);
}
