//! What was acknowledged is there after the worst (D2), and an orderly end leaves nothing behind (O4).

use crate::{
    client::{Client, until},
    problem::problem,
    raw::Raw,
    server::Server,
};
use futures_util::{StreamExt, stream};
use serde_json::{Value, json};
use std::{
    collections::BTreeSet,
    pin::pin,
    time::{Duration, Instant},
};
use tokio::{io::AsyncWriteExt, net::TcpStream};

#[tokio::test]
async fn d2_kill_9_in_the_middle_of_writing_loses_no_acknowledged_line() {
    let mut server = Server::start().await;
    let room = server.open_room().await;
    let mut alice = Client::host(&server, &room).await;
    let mut acknowledged = BTreeSet::new();
    let mut writers = Vec::new();
    for n in 0..8 {
        writers.push(Client::guest(&server, &room, &format!("Writer {n}")).await);
    }
    for line in 0..12 {
        for (n, writer) in writers.iter_mut().enumerate() {
            let text = format!("{n}-{line}");
            writer.send(json!({ "type": "chat", "text": text, "clientId": text })).await;
        }
        for (n, writer) in writers.iter_mut().enumerate() {
            let reply = writer.hear("reply").await;
            assert_eq!(reply["ok"], true, "{reply}");
            acknowledged.insert(format!("{n}-{line}"));
        }
    }
    // More is on its way when the end comes.
    for writer in &mut writers {
        writer.send(json!({ "type": "chat", "text": "too late", "clientId": "late" })).await;
    }
    server.kill();
    server.run().await;
    // Whatever number it names, even none: it is told everything anew.
    alice.last_seq = 0;
    assert_eq!(alice.resume(&server).await["ok"], true);
    let welcome = alice.hear("welcome").await;
    let kept: BTreeSet<String> =
        welcome["chat"].as_array().expect("a list").iter().filter_map(|line| line["text"].as_str()).map(str::to_owned).collect();
    assert!(acknowledged.is_subset(&kept), "lost: {:?}", acknowledged.difference(&kept).collect::<Vec<_>>());
}

#[tokio::test]
async fn d2_kill_9_during_a_thousand_writes_keeps_every_acknowledged_row() {
    let mut server = Server::start_with(&["--rooms-per-minute-per-address", "100000"]).await;
    let (http, url) = (server.http.clone(), server.url("/api/v1/rooms"));
    let write = async |n: usize| {
        let name = format!("Room {n}");
        let answer = http.post(&url).json(&json!({ "name": name })).send().await.ok()?;
        let made: Value = answer.json().await.ok()?;
        let text = |field: &str| made[field].as_str().map(str::to_owned);
        Some((name, text("roomId")?, text("guestToken")?))
    };
    let mut acknowledged = Vec::new();
    let mut writes = pin!(stream::iter(0..1_000).map(write).buffer_unordered(32));
    while let Some(answer) = writes.next().await {
        acknowledged.extend(answer);
        if acknowledged.len() == 500 {
            server.kill();
        }
    }
    assert!((500..1_000).contains(&acknowledged.len()), "{} before the end", acknowledged.len());
    server.run().await;
    for (name, id, token) in acknowledged {
        let kept: Value = server.get(&format!("/api/v1/rooms/{id}"), &token).await.json().await.expect("JSON");
        assert_eq!(kept["name"], json!(name), "{kept}");
    }
}

/// Asks until the server says that it is not ready. Before that it may only have been ready, and never gone.
async fn says_that_it_drains(server: &Server) {
    let began = Instant::now();
    loop {
        let answer = server.http.get(server.url("/readyz")).send().await.expect("it still answers");
        match answer.status().as_u16() {
            200 => assert!(began.elapsed() < Duration::from_millis(500), "not ready at once"),
            503 => {
                let body: Value = answer.json().await.expect("JSON");
                assert_eq!((&body["ready"], &body["components"]["serving"]["ready"]), (&json!(false), &json!(false)), "{body}");
                assert!(body["components"]["serving"]["reason"].is_string(), "{body}");
                return;
            }
            other => panic!("{other}"),
        }
    }
}

#[tokio::test]
async fn o4_sigterm_tells_clients_ends_with_0_and_the_next_process_goes_on() {
    let mut server = Server::start().await;
    let room = server.open_room().await;
    let (mut alice, mut bob) = (Client::host(&server, &room).await, Client::guest(&server, &room, "Bob").await);
    let carols = server.guest_token(&room, "Carol").await;
    alice.chat("before").await;
    server.signal("TERM");
    says_that_it_drains(&server).await;
    // Nothing new begins, and whoever asks is told why.
    problem(server.post("/api/v1/rooms", None, json!({})).await, 503, "draining").await;
    let join = format!("/api/v1/rooms/{}/join", room.code);
    problem(server.post(&join, None, json!({ "displayName": "Dave" })).await, 503, "draining").await;
    let (_, head) = Raw::upgrade(&server, &[]).await;
    assert!(head.starts_with("http/1.1 503"), "{head}");
    for person in [&mut alice, &mut bob] {
        let draining = person.hear("server_draining").await;
        assert!(draining["retryInMs"].as_u64() > Some(0), "{draining}");
        assert_eq!(person.close_code().await, Some(4503));
    }
    assert_eq!(server.ends().await, Some(0));
    server.run().await;
    assert_eq!(bob.resume(&server).await["ok"], true);
    assert_eq!(alice.resume(&server).await["ok"], true);
    alice.chat("after").await;
    bob.hear_that("the newest line", |event| event["type"] == "chat_received" && event["text"] == "after").await;
    Client::join(&server, &carols).await;
}

#[tokio::test]
async fn o4_a_second_signal_does_not_wait() {
    let mut server = Server::start().await;
    let room = server.open_room().await;
    let _alice = Client::host(&server, &room).await;
    // A request that never ends holds an orderly end up for as long as that may take.
    let mut endless = Raw::connect(&server).await;
    let head = "POST /api/v1/rooms HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{";
    endless.0.write_all(head.as_bytes()).await.expect("written");
    server.signal("TERM");
    says_that_it_drains(&server).await;
    until("the listener is closed", async || TcpStream::connect(server.address()).await.is_err()).await;
    assert!(server.is_running(), "it waits for the request");
    server.signal("TERM");
    let began = Instant::now();
    assert_eq!(server.ends().await, Some(0));
    assert!(began.elapsed() < Duration::from_secs(1), "{:?}", began.elapsed());
}

#[tokio::test]
async fn a_second_server_on_the_same_data_is_refused() {
    let mut server = Server::start().await;
    let data = server.data_dir();
    let second = tokio::process::Command::new(env!("CARGO_BIN_EXE_greenroom"))
        .args(["--listen", "127.0.0.1:0", "--data-dir"])
        .arg(&data)
        .output()
        .await
        .expect("it runs");
    assert_eq!(second.status.code(), Some(1));
    let said = String::from_utf8_lossy(&second.stderr).into_owned() + &String::from_utf8_lossy(&second.stdout);
    assert!(said.contains("another server runs on this data folder"), "{said}");
    assert!(server.is_running());
}
