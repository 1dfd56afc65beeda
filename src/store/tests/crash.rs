//! `kill -9` of a process that writes: what it said was written must be there.

use std::io::{BufRead, BufReader, Write};
use std::process::{Command, Stdio};

use futures_util::stream::{self, StreamExt};

use crate::store::testing::room;
use crate::store::{DEFAULT_TENANT, Store};

const CHILD: &str = "GREENROOM_TEST_WRITER_DIR";
const ENOUGH: usize = 1_000;

/// Not a test of its own: the process that gets killed. It prints each code once its row was acknowledged.
#[tokio::test]
async fn writer_process() {
    let Ok(dir) = std::env::var(CHILD) else { return };
    let store = Store::open(dir).expect("opens");
    let writes = stream::iter(0_u32..).map(|n| {
        let store = store.clone();
        async move {
            let code = format!("code-{n}");
            store.create_room(room(&code, "guest:a", 0)).await.expect("written");
            code
        }
    });
    let mut acknowledged = writes.buffer_unordered(64);
    let mut out = std::io::stdout().lock();
    while let Some(code) = acknowledged.next().await {
        writeln!(out, "wrote {code}").expect("heard");
    }
}

#[tokio::test]
async fn every_acknowledged_row_survives_kill_9() {
    let dir = tempfile::tempdir().expect("a folder");
    let mut child = Command::new(std::env::current_exe().expect("this test"))
        .args(["--exact", "store::tests::crash::writer_process", "--nocapture"])
        .env(CHILD, dir.path())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("starts");
    let mut lines = BufReader::new(child.stdout.take().expect("piped")).lines();
    let mut acknowledged = Vec::new();
    let codes = |line: String| line.strip_prefix("wrote ").map(str::to_owned);
    while acknowledged.len() < ENOUGH {
        let line = lines.next().expect("the writer goes on").expect("text");
        acknowledged.extend(codes(line));
    }
    // On Unix this is SIGKILL.
    child.kill().expect("killed");
    child.wait().expect("gone");
    // What it could still say before it died counts too; its last line may be cut short.
    let said: Vec<String> = lines.map_while(Result::ok).collect();
    acknowledged.extend(said.into_iter().rev().skip(1).filter_map(codes));

    let store = Store::open(dir.path()).expect("opens after the crash");
    for code in &acknowledged {
        assert!(store.room_by_code(code).await.is_ok(), "{code} was acknowledged and is not there");
    }
    assert!(store.count_rooms(*DEFAULT_TENANT).await.expect("counted") >= acknowledged.len() as u64);
}
