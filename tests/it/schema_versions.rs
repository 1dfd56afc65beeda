//! The database's schema changes under servers that start (D3).

use crate::{client::Client, people::greenroom_ok, server::Server};
use diesel::{Connection, RunQueryDsl, sql_query, sqlite::SqliteConnection};
use std::{
    net::TcpListener,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

fn start(data: &std::path::Path) -> (Child, String) {
    let port = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).expect("a free port").port();
    let address = format!("127.0.0.1:{port}");
    let child = Command::new(env!("CARGO_BIN_EXE_greenroom"))
        .args(["--media-port", "0", "--listen", &address, "--data-dir"])
        .arg(data)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .expect("it starts");
    (child, address)
}

/// Ready, or ended by itself with this exit code.
async fn outcome(child: &mut Child, address: &str) -> Option<i32> {
    let deadline = Instant::now() + crate::server::DEADLINE;
    loop {
        if let Some(status) = child.try_wait().expect("it can be asked") {
            return Some(status.code().expect("not by a signal"));
        }
        if reqwest::get(format!("http://{address}/readyz")).await.is_ok_and(|answer| answer.status().is_success()) {
            return None;
        }
        assert!(Instant::now() < deadline, "it gets ready or ends");
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
}

#[tokio::test]
async fn d3_servers_that_start_at_once_on_one_folder_leave_it_whole() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data");
    let mut servers: Vec<_> = (0..3).map(|_| start(&data)).collect();
    let mut ready = 0;
    for (child, address) in &mut servers {
        match outcome(child, address).await {
            None => ready += 1,
            Some(code) => assert_eq!(code, 1, "who may not run says so"),
        }
    }
    assert_eq!(ready, 1, "one runs");
    for (child, _) in &mut servers {
        drop(child.kill());
        child.wait().expect("it ends");
    }
    let mut database = SqliteConnection::establish(&data.join("greenroom.db").to_string_lossy()).expect("it opens");
    #[derive(diesel::QueryableByName)]
    struct Checked {
        #[diesel(sql_type = diesel::sql_types::Text)]
        integrity_check: String,
    }
    let checked: Vec<Checked> = sql_query("PRAGMA integrity_check").load(&mut database).expect("it can be checked");
    assert_eq!(checked.iter().map(|row| row.integrity_check.as_str()).collect::<Vec<_>>(), ["ok"]);
    drop(database);
    let (mut child, address) = start(&data);
    assert_eq!(outcome(&mut child, &address).await, None, "it starts again");
    child.kill().expect("it ends");
    child.wait().expect("it ends");
}

#[tokio::test]
async fn d3_an_older_program_refuses_a_newer_schema_and_changes_nothing() {
    let mut server = Server::start().await;
    let room = server.open_room().await;
    Client::host(&server, &room).await.chat("kept").await;
    server.kill();
    let path = server.data_dir().join("greenroom.db");
    let mut database = SqliteConnection::establish(&path.to_string_lossy()).expect("it opens");
    sql_query("INSERT INTO __diesel_schema_migrations (version) VALUES ('99999999999999')")
        .execute(&mut database)
        .expect("written");
    drop(database);
    let (child, _) = start(&server.data_dir());
    let output = child.wait_with_output().expect("it ends");
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("99999999999999") && said.contains("newer"), "{said}");
    let mut database = SqliteConnection::establish(&path.to_string_lossy()).expect("it opens");
    sql_query("DELETE FROM __diesel_schema_migrations WHERE version = '99999999999999'").execute(&mut database).expect("written");
    drop(database);
    server.run().await;
    assert!(!greenroom_ok(&server, &["tenants", "list"]).is_empty());
    assert_eq!(server.get(&format!("/api/v1/rooms/{}", room.id), &room.guest_token).await.status(), 200);
}
