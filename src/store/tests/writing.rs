use std::sync::mpsc;
use std::time::{Duration, Instant};

use diesel::prelude::*;
use futures_util::future::join_all;
use uuid::Uuid;

use super::empty;
use crate::store::schema::tenants;
use crate::store::{Id, Store, StoreConfig, StoreError};

fn tenant(n: u128) -> (Id, String) {
    (Id(Uuid::from_u128(1_000 + n)), format!("tenant {n}"))
}

async fn add(store: &Store, n: u128) -> Result<(), StoreError> {
    let (id, name) = tenant(n);
    store
        .write(move |conn| {
            let row = (tenants::id.eq(id), tenants::name.eq(name), tenants::created_at.eq(0_i64));
            diesel::insert_into(tenants::table).values(row).execute(conn)?;
            Ok(())
        })
        .await
}

async fn names(store: &Store) -> Vec<String> {
    let rows = store.read(|conn| Ok(tenants::table.select(tenants::name).order(tenants::id).load::<String>(conn)?));
    rows.await.expect("read")
}

#[tokio::test]
async fn a_thousand_writes_at_once_are_all_there_afterwards() {
    let (dir, store) = empty();
    let answers = join_all((0..1_000).map(|n| add(&store, n))).await;
    assert!(answers.iter().all(Result::is_ok));
    drop(store);
    let store = Store::open(dir.path()).expect("opens again");
    assert_eq!(names(&store).await.len(), 1_001);
}

/// Keeps the writer busy until the sender is used or dropped, so that what comes next shares one commit.
pub fn hold(store: &Store) -> (mpsc::Sender<()>, impl Future<Output = Result<(), StoreError>> + use<>) {
    let (go, wait) = mpsc::channel::<()>();
    let (busy, is_busy) = mpsc::channel::<()>();
    let held = store.write(move |_| {
        drop(busy);
        let _ = wait.recv();
        Ok(())
    });
    // By then the writer has its group: nothing that comes next shares that one.
    let _ = is_busy.recv();
    (go, held)
}

#[tokio::test]
async fn one_that_fails_takes_back_only_itself() {
    let (_dir, store) = empty();
    let (go, held) = hold(&store);
    let (id, name) = tenant(1);
    let half = store.write(move |conn| {
        let row = (tenants::id.eq(id), tenants::name.eq(name), tenants::created_at.eq(0_i64));
        diesel::insert_into(tenants::table).values(row).execute(conn)?;
        Err::<(), _>(StoreError::NotFound)
    });
    let (id, name) = tenant(2);
    let panics = store.write(move |conn| {
        let row = (tenants::id.eq(id), tenants::name.eq(name), tenants::created_at.eq(0_i64));
        diesel::insert_into(tenants::table).values(row).execute(conn)?;
        panic!("on purpose");
        #[allow(unreachable_code)]
        Ok(())
    });
    let (third, twice) = (add(&store, 3), add(&store, 3));
    let ((), held, half, panics, third, twice) =
        tokio::join!(async { go.send(()).expect("waiting") }, held, half, panics, third, twice);
    assert_eq!(held, Ok(()));
    assert_eq!(half, Err(StoreError::NotFound));
    assert!(matches!(panics, Err(StoreError::Unavailable(_))));
    assert_eq!(third, Ok(()));
    assert_eq!(twice, Err(StoreError::Conflict));
    assert_eq!(names(&store).await, ["default", "tenant 3"]);
}

#[tokio::test]
async fn a_full_queue_says_busy_at_once_and_goes_on_later() {
    let dir = tempfile::tempdir().expect("a folder");
    let config = StoreConfig { write_queue: 4, ..StoreConfig::new(dir.path()) };
    let store = Store::open_with(&config).expect("opens");
    let (go, held) = hold(&store);
    let deadline = Instant::now() + Duration::from_secs(10);
    // The one that holds may still be in the queue itself: fill until the queue is really full.
    let mut queued = Vec::new();
    let refused = loop {
        assert!(Instant::now() < deadline && queued.len() < 100, "the queue has no end");
        let submitted = store.writer.submit(|_| Ok(()));
        match submitted {
            Ok(answer) => queued.push(answer),
            Err(error) => break error,
        }
    };
    assert_eq!(refused, StoreError::Busy);
    assert!(queued.len() >= 3);
    go.send(()).expect("waiting");
    assert_eq!(held.await, Ok(()));
    for answer in join_all(queued).await {
        assert_eq!(answer.expect("answered"), Ok(()));
    }
    assert_eq!(add(&store, 1).await, Ok(()));
}

#[tokio::test]
async fn writes_happen_in_the_order_of_the_calls_whoever_is_polled_first() {
    let (_dir, store) = empty();
    let (go, held) = hold(&store);
    let first = store.write(|conn| {
        diesel::update(tenants::table).set(tenants::name.eq("first")).execute(conn)?;
        Ok(())
    });
    let second = store.write(|conn| {
        diesel::update(tenants::table).set(tenants::name.eq("second")).execute(conn)?;
        Ok(())
    });
    drop(go);
    second.await.expect("written");
    first.await.expect("written");
    held.await.expect("done");
    assert_eq!(names(&store).await, ["second"]);
}

#[tokio::test]
async fn a_write_happens_even_when_nobody_waits_for_it() {
    let (dir, store) = empty();
    drop(store.write(|conn| {
        diesel::update(tenants::table).set(tenants::name.eq("renamed")).execute(conn)?;
        Ok(())
    }));
    drop(store);
    assert_eq!(names(&Store::open(dir.path()).expect("opens again")).await, ["renamed"]);
}

#[tokio::test]
async fn readers_can_not_write() {
    let (_dir, store) = empty();
    let wrote = store.read(|conn| Ok(diesel::delete(tenants::table).execute(conn)?)).await;
    assert!(matches!(wrote, Err(StoreError::Unavailable(_))));
    assert_eq!(names(&store).await, ["default"]);
}

#[tokio::test]
async fn a_read_that_panics_costs_only_itself() {
    let (_dir, store) = empty();
    let panicked = store.read(|_| -> Result<(), StoreError> { panic!("on purpose") }).await;
    assert!(matches!(panicked, Err(StoreError::Unavailable(_))));
    let answers = join_all((0..100).map(|_| names(&store))).await;
    assert!(answers.iter().all(|names| names == &["default"]));
}
