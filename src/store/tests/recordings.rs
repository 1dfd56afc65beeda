use actors::protocol::Settings;
use uuid::Uuid;

use super::empty;
use crate::store::models::{RecordingChanges, RecordingFileRow, RecordingRow, RoomRow, UploadRow};
use crate::store::testing::{self, room};
use crate::store::{DEFAULT_TENANT, Id, Store, StoreError};

const DAY: i64 = 24 * 3600 * 1000;

fn recording(room: &RoomRow, state: &str, ended_at: i64) -> RecordingRow {
    RecordingRow { state: state.to_owned(), ended_at: Some(ended_at), ..testing::recording(room, ended_at - 60_000) }
}

async fn kept(store: &Store, row: &RecordingRow) {
    store.add_recording(row.clone()).await.expect("kept");
}

#[tokio::test]
async fn recordings_are_listed_a_page_at_a_time_and_only_by_their_room() {
    let (_dir, store) = empty();
    let (mine, other) = (room("MINE", "user:alice", 1), room("OTHER", "user:bob", 1));
    store.create_room(mine.clone()).await.expect("kept");
    store.create_room(other.clone()).await.expect("kept");
    let rows: Vec<_> = (1..=3).map(|n| recording(&mine, "ready", n * 100_000)).collect();
    for row in &rows {
        kept(&store, row).await;
    }
    let id = rows[0].id.0;
    assert_eq!(store.add_recording(rows[0].clone()).await, Err(StoreError::Conflict));
    let lost = RecordingRow { id: Id::new(), room_id: Id::new(), ..rows[0].clone() };
    assert_eq!(store.add_recording(lost).await, Err(StoreError::Dangling));
    let page = store.recordings_of(mine.id.0, None, 2).await.expect("listed");
    assert!(page == [rows[2].clone(), rows[1].clone()], "newest first");
    let rest = store.recordings_of(mine.id.0, Some((page[1].started_at, page[1].id.0)), 2).await.expect("listed");
    assert!(rest == [rows[0].clone()]);
    assert!(store.recordings_of(other.id.0, None, 9).await.expect("listed").is_empty());
    assert!(store.recording(mine.id.0, id).await.expect("found") == rows[0]);
    assert!(store.recording(other.id.0, id).await.is_err());
    let gone = RecordingChanges { state: Some("deleting".to_owned()), ..RecordingChanges::default() };
    store.change_recording(id, gone).await.expect("changed");
    assert!(store.recording(mine.id.0, id).await.is_err(), "nobody sees what is being removed");
    assert_eq!(store.recordings_of(mine.id.0, None, 9).await.expect("listed").len(), 2);
    assert_eq!(store.recordings_in("deleting", 9).await.expect("listed").len(), 1);
}

#[tokio::test]
async fn a_file_keeps_its_id_when_it_is_made_again_and_goes_with_its_recording() {
    let (_dir, store) = empty();
    let room = room("MINE", "user:alice", 1);
    store.create_room(room.clone()).await.expect("kept");
    let row = recording(&room, "ready", 5 * DAY);
    kept(&store, &row).await;
    let file = |bytes| RecordingFileRow { bytes, ..testing::recording_file(&row, "composite.mp4") };
    store.keep_recording_files(vec![file(10)]).await.expect("kept");
    let first = store.files_of_recording(row.id.0).await.expect("listed").remove(0);
    store.keep_recording_files(vec![file(20)]).await.expect("kept");
    let again = store.files_of_recording(row.id.0).await.expect("listed");
    assert_eq!(again.len(), 1);
    assert!(again[0] == RecordingFileRow { bytes: 20, id: first.id, ..file(20) });
    assert!(store.recording_file(room.id.0, row.id.0, first.id.0).await.is_ok());
    assert!(store.recording_file(Uuid::nil(), row.id.0, first.id.0).await.is_err());

    let upload = UploadRow {
        file_id: first.id,
        tier: "store".to_owned(),
        location: "a/b".to_owned(),
        upload_id: "7".to_owned(),
        part_bytes: 5,
        parts: "[]".to_owned(),
    };
    for parts in ["[]", "[\"x\"]"] {
        store.keep_upload(UploadRow { parts: parts.to_owned(), ..upload.clone() }).await.expect("kept");
    }
    assert_eq!(store.upload_of(first.id.0).await.expect("read").map(|upload| upload.parts).as_deref(), Some("[\"x\"]"));
    store.move_recording_file(first.id.0, "store", "a/b".to_owned()).await.expect("moved");
    assert!(store.upload_of(first.id.0).await.expect("read").is_none(), "it is over");
    store.remove_recording(row.id.0).await.expect("gone");
    assert!(store.files_of_recording(row.id.0).await.expect("listed").is_empty());
}

#[tokio::test]
async fn a_recording_stays_as_long_as_its_room_says_and_no_longer_than_the_server_does() {
    let (_dir, store) = empty();
    let settings = serde_json::to_string(&Settings { retention_days: 10, ..Settings::default() }).expect("plain data");
    let room = RoomRow { settings, ..room("MINE", "user:alice", 1) };
    store.create_room(room.clone()).await.expect("kept");
    let (old, new) = (recording(&room, "ready", 100 * DAY), recording(&room, "failed", 106 * DAY));
    for row in [&old, &new, &recording(&room, "processing", DAY), &recording(&room, "recording", DAY)] {
        kept(&store, row).await;
    }
    assert_eq!(store.recordings_overdue(110 * DAY, 0, 9).await, Ok(vec![]));
    assert_eq!(store.recordings_overdue(110 * DAY + 1, 0, 9).await, Ok(vec![old.id]));
    assert_eq!(store.recordings_overdue(110 * DAY, 3, 9).await, Ok(vec![old.id, new.id]));
    assert_eq!(store.recordings_overdue(110 * DAY, 3, 1).await, Ok(vec![old.id]));
    assert_eq!(store.recordings_overdue(110 * DAY, 30, 9).await, Ok(vec![]), "the room's word is the shorter one");
    assert!(old.tenant_id == DEFAULT_TENANT);
}
