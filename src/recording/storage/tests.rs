//! What every place must do, whatever it is made of; and a store that goes away.

use super::*;
use futures_util::TryStreamExt;
use object_server::{KEY, ObjectServer, SECRET};
use std::{cell::RefCell, fs, sync::atomic::Ordering};

// The tests of the whole server use the rest of it.
#[allow(dead_code)]
#[path = "../../../tests/it/object_server.rs"]
pub mod object_server;

pub fn access(server: &ObjectServer) -> Access {
    Access {
        endpoint: Some(server.endpoint()),
        region: "us-east-1".to_owned(),
        key: KEY.parse().ok(),
        secret: SECRET.parse().ok(),
    }
}

fn bytes(count: usize) -> Vec<u8> {
    (0..count).map(|n| (n * 7 + n / 251) as u8).collect()
}

/// A file of so many bytes in a folder.
fn source(count: usize) -> (tempfile::TempDir, Place, Vec<u8>) {
    let folder = tempfile::tempdir().expect("a folder");
    fs::create_dir(folder.path().join("id")).expect("made");
    let content = bytes(count);
    fs::write(folder.path().join("id/film.mp4"), &content).expect("written");
    let place = Place::folder(folder.path()).expect("a place");
    (folder, place, content)
}

async fn send(from: &Place, to: &Place) -> Result<u64, StorageError> {
    copy(Copied { from, to, name: "id/film.mp4", mime: "video/mp4" }, None, async |_, _| Ok(())).await
}

async fn contract(place: Place) {
    assert_eq!(place.size("id/film.mp4").await, Err(StorageError::Missing));
    assert_eq!(place.remove("id/film.mp4").await, Ok(()), "what is not there is removed");
    // One part, several parts, and nothing at all.
    for count in [100_000, 17 * 1024 * 1024, 0] {
        let (_folder, local, content) = source(count);
        assert_eq!(send(&local, &place).await, Ok(count as u64));
        assert_eq!(place.size("id/film.mp4").await, Ok(count as u64));
        let whole: Vec<_> = place.stream("id/film.mp4", 0..count as u64).try_collect().await.expect("read");
        assert!(whole.concat() == content);
    }
    let (_folder, local, content) = source(3_000_000);
    send(&local, &place).await.expect("again, over the old one");
    let part: Vec<_> = place.stream("id/film.mp4", 1_999..2_500_001).try_collect().await.expect("read");
    assert!(part.concat() == content[1_999..2_500_001]);
    place.remove("id/film.mp4").await.expect("removed");
    assert_eq!(place.size("id/film.mp4").await, Err(StorageError::Missing));
    for name in ["../out", "id/../../out", "/etc/passwd", "id//x", ""] {
        assert!(place.size(name).await.is_err(), "{name}");
    }
    assert_eq!(
        send(&Place::folder(tempfile::tempdir().expect("a folder").path()).expect("a place"), &place).await,
        Err(StorageError::Missing)
    );
}

#[tokio::test]
async fn a_folder_is_a_place() {
    let folder = tempfile::tempdir().expect("a folder");
    let url = format!("file://{}/below", folder.path().display());
    contract(Place::at(&url, &Access::default()).expect("a place")).await;
}

#[tokio::test]
async fn a_bucket_is_a_place() {
    let server = ObjectServer::start().await;
    let place = Place::at("s3://bucket/some/prefix/", &access(&server)).expect("a place");
    contract(place.clone()).await;
    let (_folder, local, content) = source(10);
    send(&local, &place).await.expect("sent");
    assert_eq!(server.names(), ["bucket/some/prefix/id/film.mp4"]);
    let link = place.link("id/film.mp4", std::time::Duration::from_secs(60)).await.expect("it signs");
    assert!(link.starts_with(&server.endpoint()) && link.contains("X-Amz-Signature=") && !link.contains(SECRET));
    assert_eq!(server.object("bucket/some/prefix/id/film.mp4"), Some(content));
}

#[tokio::test]
async fn r2_an_upload_goes_on_where_the_store_went_away() {
    let server = ObjectServer::start().await;
    let place = Place::at("s3://bucket", &access(&server)).expect("a place");
    let (_folder, local, content) = source(40 * 1024 * 1024);
    let known = RefCell::new(None);
    let send = |begun| {
        let copied = Copied { from: &local, to: &place, name: "id/film.mp4", mime: "video/mp4" };
        copy(copied, begun, |upload, _| {
            *known.borrow_mut() = Some(upload);
            async { Ok(()) }
        })
    };
    server.leave_after_parts(2);
    assert!(matches!(send(None).await, Err(StorageError::Away(_))));
    let begun = known.borrow().clone().expect("remembered");
    assert_eq!(begun.parts.len(), 2);
    server.come_back();
    assert_eq!(send(Some(begun)).await, Ok(content.len() as u64));
    assert_eq!(server.parts_taken.load(Ordering::SeqCst), 5, "no part was sent twice");
    assert!(server.object("bucket/id/film.mp4") == Some(content));
}

#[tokio::test]
async fn an_upload_that_the_store_forgot_is_missing() {
    let server = ObjectServer::start().await;
    let place = Place::at("s3://bucket", &access(&server)).expect("a place");
    let (_folder, local, _) = source(20 * 1024 * 1024);
    let begun = Upload { id: "upload-9".to_owned(), part_bytes: 8 * 1024 * 1024, parts: vec!["\"x\"".to_owned()] };
    let copied = Copied { from: &local, to: &place, name: "id/film.mp4", mime: "video/mp4" };
    assert_eq!(copy(copied, Some(begun), async |_, _| Ok(())).await, Err(StorageError::Missing));
}

#[test]
fn a_place_that_is_none_is_refused() {
    for url in ["", "relative/folder", "https://example.org/x", "ftp://x"] {
        assert!(matches!(Place::at(url, &Access::default()), Err(StorageError::Wrong(_))), "{url}");
    }
}
