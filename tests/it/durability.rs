//! What was acknowledged is there after the worst (D2), and an orderly end leaves nothing behind (O4).

use crate::{client::Client, server::Server};
use serde_json::json;
use std::collections::BTreeSet;

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
    assert_eq!(alice.resume(&server).await["ok"], true);
    let welcome = alice.hear("welcome").await;
    let kept: BTreeSet<String> =
        welcome["chat"].as_array().expect("a list").iter().filter_map(|line| line["text"].as_str()).map(str::to_owned).collect();
    assert!(acknowledged.is_subset(&kept), "lost: {:?}", acknowledged.difference(&kept).collect::<Vec<_>>());
}

#[tokio::test]
async fn o4_sigterm_tells_clients_ends_with_0_and_the_next_process_goes_on() {
    let mut server = Server::start().await;
    let room = server.open_room().await;
    let (mut alice, mut bob) = (Client::host(&server, &room).await, Client::guest(&server, &room, "Bob").await);
    alice.chat("before").await;
    server.signal("TERM");
    let draining = bob.hear("server_draining").await;
    assert!(draining["retryInMs"].as_u64().is_some(), "{draining}");
    assert_eq!(bob.close_code().await, Some(1001));
    assert_eq!(server.ends().await, Some(0));
    server.run().await;
    assert_eq!(bob.resume(&server).await["ok"], true);
    assert_eq!(alice.resume(&server).await["ok"], true);
    alice.chat("after").await;
    bob.hear_that("the newest line", |event| event["type"] == "chat_received" && event["text"] == "after").await;
}

#[tokio::test]
async fn o4_a_second_signal_does_not_wait() {
    let mut server = Server::start().await;
    let room = server.open_room().await;
    let _alice = Client::host(&server, &room).await;
    server.signal("TERM");
    server.signal("TERM");
    let began = std::time::Instant::now();
    server.ends().await;
    assert!(began.elapsed().as_secs() < 5, "it ends fast");
}
