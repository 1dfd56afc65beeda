//! A disk without room: what was acknowledged is there, the rest is an error, and it goes on when there is room again.

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use futures_util::future::join_all;

use super::empty;
use super::writing::hold;
use crate::store::testing::room;
use crate::store::{Store, StoreError};

#[derive(QueryableByName)]
struct Pages {
    #[diesel(sql_type = diesel::sql_types::BigInt)]
    page_count: i64,
}

/// Lets the writer's connection grow the file by `pages` and no more, as a disk that is nearly full would.
async fn fill_disk(store: &Store, pages: i64) {
    let limit = store.write(move |conn| {
        let now: Pages = diesel::sql_query("SELECT page_count FROM pragma_page_count").get_result(conn)?;
        conn.batch_execute(&format!("PRAGMA max_page_count = {};", now.page_count + pages))?;
        Ok(())
    });
    limit.await.expect("limited");
}

#[tokio::test]
async fn a_full_disk_costs_what_did_not_fit_and_nothing_else() {
    let (dir, store) = empty();
    fill_disk(&store, 50).await;
    let rows: Vec<_> = (0..200)
        .map(|n| {
            let mut row = room(&format!("ROOM-{n}"), "user:alice", n);
            row.name = "x".repeat(4_000);
            row
        })
        .collect();
    // All in one group: some fit, one does not, and others come after it.
    let (go, held) = hold(&store);
    let writes = join_all(rows.iter().map(|row| store.create_room(row.clone())));
    // Polled last: by then the others are in the queue.
    let release = async { drop(go) };
    let (answers, held, ()) = tokio::join!(writes, held, release);
    assert_eq!(held, Ok(()));
    assert!(answers.iter().any(|answer| matches!(answer, Err(StoreError::Unavailable(_)))), "it did get full");

    // The writer opened a new connection, which is not limited: there is room again.
    let retried = join_all(rows.iter().zip(&answers).map(|(row, answer)| {
        let (store, row, failed) = (store.clone(), row.clone(), answer.is_err());
        async move { if failed { store.create_room(row).await } else { Ok(()) } }
    }))
    .await;
    assert!(retried.iter().all(Result::is_ok), "nothing that failed had been kept, and now it fits");
    drop(store);
    let store = Store::open(dir.path()).expect("opens again");
    for row in &rows {
        assert!(store.room_by_code(&row.code).await.is_ok(), "{} was acknowledged", row.code);
    }
}
