use std::sync::Barrier;
use std::thread;

use diesel::connection::SimpleConnection;
use diesel::prelude::*;

use crate::store::connection::Conn;
use crate::store::{DEFAULT_TENANT, Store, StoreConfig, StoreError, Synchronous};

fn raw(dir: &tempfile::TempDir) -> Conn {
    Conn::establish(&dir.path().join("greenroom.db").to_string_lossy()).expect("opens")
}

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = diesel::sql_types::BigInt)]
    n: i64,
}

fn count(conn: &mut Conn, sql: &str) -> i64 {
    diesel::sql_query(sql).get_result::<Count>(conn).expect("counts").n
}

/// As many as there are.
fn migrations() -> i64 {
    let folder = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/migrations/sqlite"));
    folder.expect("the migrations").count() as i64
}

#[test]
fn of_many_that_migrate_at_once_one_does_it_and_all_open() {
    let dir = tempfile::tempdir().expect("a folder");
    let start = Barrier::new(8);
    thread::scope(|scope| {
        let open = || {
            start.wait();
            Store::open(dir.path()).map(drop)
        };
        let opening: Vec<_> = (0..8).map(|_| scope.spawn(open)).collect();
        for thread in opening {
            assert_eq!(thread.join().expect("no panic"), Ok(()));
        }
    });
    let mut conn = raw(&dir);
    assert_eq!(count(&mut conn, "SELECT count(*) AS n FROM __diesel_schema_migrations"), migrations());
    assert_eq!(count(&mut conn, "SELECT count(*) AS n FROM tenants"), 1);
}

#[test]
fn a_database_of_a_newer_version_is_refused_and_left_alone() {
    let dir = tempfile::tempdir().expect("a folder");
    drop(Store::open(dir.path()).expect("opens"));
    raw(&dir).batch_execute("INSERT INTO __diesel_schema_migrations (version) VALUES ('99990101000000')").expect("written");
    let error = Store::open(dir.path()).err().expect("refused");
    assert!(matches!(&error, StoreError::NewerSchema { found, .. } if found == "99990101000000"), "{error}");
    assert!(error.to_string().contains("newer version of Greenroom"));
    assert_eq!(count(&mut raw(&dir), "SELECT count(*) AS n FROM __diesel_schema_migrations"), migrations() + 1);
}

#[test]
fn what_is_no_database_is_an_error_and_no_panic() {
    let dir = tempfile::tempdir().expect("a folder");
    std::fs::write(dir.path().join("greenroom.db"), "this is not a database".repeat(100)).expect("written");
    assert!(matches!(Store::open(dir.path()), Err(StoreError::Unavailable(_))));
    let file = dir.path().join("a file");
    std::fs::write(&file, "").expect("written");
    assert!(matches!(Store::open(&file), Err(StoreError::Unavailable(_))));
}

#[cfg(unix)]
#[test]
fn the_folder_is_private() {
    use std::os::unix::fs::PermissionsExt;
    let dir = tempfile::tempdir().expect("a folder");
    let data = dir.path().join("deep/data");
    let _store = Store::open(&data).expect("opens");
    let mode = std::fs::metadata(&data).expect("there").permissions().mode();
    assert_eq!(mode & 0o777, 0o700);
}

#[tokio::test]
async fn the_careful_way_of_writing_works_too() {
    let dir = tempfile::tempdir().expect("a folder");
    let config = StoreConfig { synchronous: Synchronous::Full, ..StoreConfig::new(dir.path()) };
    let store = Store::open_with(&config).expect("opens");
    assert_eq!(store.check().await, Ok(()));
    assert_eq!(store.count_rooms(*DEFAULT_TENANT).await, Ok(0));
}

#[test]
fn the_way_back_takes_everything_away() {
    let dir = tempfile::tempdir().expect("a folder");
    drop(Store::open(dir.path()).expect("opens"));
    let mut conn = raw(&dir);
    conn.batch_execute(include_str!("../../../migrations/sqlite/00000000000005_outside/down.sql")).expect("undone");
    conn.batch_execute(include_str!("../../../migrations/sqlite/00000000000004_answers/down.sql")).expect("undone");
    conn.batch_execute(include_str!("../../../migrations/sqlite/00000000000003_recordings/down.sql")).expect("undone");
    conn.batch_execute(include_str!("../../../migrations/sqlite/00000000000002_known/down.sql")).expect("undone");
    conn.batch_execute(include_str!("../../../migrations/sqlite/00000000000001_first/down.sql")).expect("undone");
    let tables = "SELECT count(*) AS n FROM sqlite_master WHERE type = 'table' AND name NOT LIKE '%diesel%'";
    assert_eq!(count(&mut conn, tables), 0);
}
