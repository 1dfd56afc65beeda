use super::*;
use actors::{Timestamp, ids::ParticipantId, protocol::Source};

const SIZE: u64 = 1_000;
const MOST: u64 = 100_000;

fn about() -> About {
    About {
        id: Uuid::from_u128(77),
        participant: ParticipantId(Uuid::from_u128(5)),
        identity: "guest:x".to_owned(),
        source: Source::Microphone,
        mime: Mime::Webm,
        chunk_bytes: SIZE,
        started_at_ms: 10_000,
        began: Timestamp(1),
        complete: None,
    }
}

/// Chunk `n` of a file that begins as WebM does.
fn chunk(n: u32, length: usize) -> Vec<u8> {
    let mut bytes = vec![n as u8; length];
    if n == 0 {
        bytes[..4].copy_from_slice(&[0x1a, 0x45, 0xdf, 0xa3]);
    }
    bytes
}

fn begun() -> (tempfile::TempDir, Backup) {
    let place = tempfile::tempdir().unwrap();
    let backup = Backup::begin(place.path(), about()).unwrap();
    (place, backup)
}

fn put(backup: &Backup, n: u32, length: usize) -> Result<Kept, BackupError> {
    let from = u64::from(n) * 500;
    backup.put(n, &chunk(n, length), from, from + 500, MOST)
}

#[test]
fn chunks_in_any_order_become_the_file_that_was_cut() {
    let (place, mut backup) = begun();
    for (n, length) in [(2, 300), (0, 1_000), (1, 1_000)] {
        assert_eq!(put(&backup, n, length).unwrap(), Kept::Now);
        assert_eq!(put(&backup, n, length).unwrap(), Kept::Before);
    }
    // Another process goes on with it.
    backup = Backup::open(place.path(), backup.about.id).unwrap();
    let complete = backup.complete(Some(3), Timestamp(9)).unwrap();
    assert_eq!((complete.chunks, complete.bytes, complete.duration_ms), (3, 2_300, 1_500));
    assert_eq!(complete, backup.complete(None, Timestamp(99)).unwrap(), "twice is the same");
    let whole: Vec<u8> = [chunk(0, 1_000), chunk(1, 1_000), chunk(2, 300)].concat();
    assert_eq!(fs::read(place.path().join(&complete.file)).unwrap(), whole);
    assert_eq!(put(&backup, 1, 1_000).unwrap(), Kept::Before);
    assert!(matches!(put(&backup, 3, 1_000), Err(BackupError::Complete)));
    assert_eq!(fs::read_dir(place.path().join(WHOLE)).unwrap().count(), 1);
}

#[test]
fn d4_what_is_not_a_chunk_of_this_is_refused_and_changes_nothing() {
    let (_place, backup) = begun();
    put(&backup, 1, 1_000).unwrap();
    assert!(matches!(backup.put(1, &chunk(9, 1_000), 500, 1_000, MOST), Err(BackupError::Differs)));
    assert!(matches!(backup.put(1, &chunk(1, 1_000), 501, 1_000, MOST), Err(BackupError::Differs)));
    assert!(matches!(put(&backup, 2, 1_001), Err(BackupError::Length)));
    assert!(matches!(put(&backup, 2, 0), Err(BackupError::Length)));
    assert!(matches!(put(&backup, 0, 999), Err(BackupError::Length)), "a short one is the last");
    assert!(matches!(put(&backup, 100, 1), Err(BackupError::TooLarge)));
    assert!(matches!(put(&backup, u32::MAX, 1_000), Err(BackupError::TooLarge)));
    assert!(matches!(backup.put(2, &chunk(2, 10), 999, 1_200, MOST), Err(BackupError::Time)));
    assert!(matches!(backup.put(0, &chunk(0, 1_000), 0, 501, MOST), Err(BackupError::Time)));
    assert!(matches!(backup.put(0, &chunk(0, 1_000), 50, 49, MOST), Err(BackupError::Time)));
    put(&backup, 3, 10).unwrap();
    assert!(matches!(put(&backup, 4, 1_000), Err(BackupError::Length)), "nothing comes after the last");
    let there: Vec<u32> = backup.chunks().unwrap().into_iter().map(|(number, _)| number).collect();
    assert_eq!(there, [1, 3]);
}

#[test]
fn what_is_missing_is_named_and_what_is_no_media_is_no_backup() {
    let (_place, mut backup) = begun();
    assert!(matches!(backup.complete(None, Timestamp(9)), Err(BackupError::Missing(_))));
    put(&backup, 2, 1_000).unwrap();
    match backup.complete(Some(5), Timestamp(9)) {
        Err(BackupError::Missing(missing)) => assert_eq!(missing, [0, 1, 3, 4]),
        other => panic!("{:?}", other.map(drop)),
    }
    let (_place, mut other) = begun();
    other.put(0, b"<script>", 0, 1, MOST).unwrap();
    assert!(matches!(other.complete(Some(1), Timestamp(9)), Err(BackupError::NotMedia)));
}

#[test]
fn a_chunk_that_changed_on_the_disk_is_found() {
    let (place, mut backup) = begun();
    put(&backup, 0, 1_000).unwrap();
    let data = place.path().join(PARTS).join(backup.about.id.to_string()).join("data");
    let mut bytes = fs::read(&data).unwrap();
    bytes[500] ^= 1;
    fs::write(&data, bytes).unwrap();
    assert!(matches!(backup.complete(None, Timestamp(9)), Err(BackupError::Hash)));
}
