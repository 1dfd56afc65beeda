//! Lost sockets, slow readers and second tabs over real TCP (S6 to S8).

use crate::{client::Client, server::Server};
use serde_json::json;
use std::time::Duration;

#[tokio::test]
async fn s6_a_client_that_stops_reading_is_closed_as_slow_and_may_come_back() {
    let server = Server::start_with(&["--slow-consumer-seconds", "2"]).await;
    let room = server.open_room().await;
    let (mut alice, mut bob) = (Client::host(&server, &room).await, Client::guest(&server, &room, "Bob").await);
    let mut slow = Client::guest(&server, &room, "Slow").await;
    // It neither reads nor acknowledges while the room talks.
    let sdp = "x".repeat(20_000);
    for n in 0..400 {
        alice.send(json!({ "type": "offer", "to": slow.id, "sdp": format!("v=0\r\n{sdp}"), "epoch": 1 })).await;
        if n % 50 == 0 {
            alice.chat("still here").await;
            assert_eq!(bob.hear("chat_received").await["text"], "still here");
        }
    }
    bob.hear_that("that it is gone", |event| {
        event["type"] == "participant_updated"
            && event["participant"]["id"] == slow.id
            && event["participant"]["connection"] == "reconnecting"
    })
    .await;
    slow.acks = false;
    assert!(matches!(slow.close_code().await, Some(4408 | 1006)), "{:?}", slow.closed);
    slow.acks = true;
    assert_eq!(slow.resume(&server).await["ok"], true);
    alice.chat("welcome back").await;
    slow.hear_that("the newest line", |event| event["text"] == "welcome back").await;
}

#[tokio::test]
async fn s7_a_socket_that_vanishes_without_a_fin_resumes_with_exactly_what_it_missed() {
    let server = Server::start().await;
    let room = server.open_room().await;
    let (mut alice, mut bob) = (Client::host(&server, &room).await, Client::guest(&server, &room, "Bob").await);
    // The old socket stays open and silent, as behind a dead network.
    let mut ghost = Client::connect(&server).await;
    std::mem::swap(&mut ghost, &mut bob);
    (bob.id, bob.resume_token, bob.last_seq) = (ghost.id.clone(), ghost.resume_token.clone(), ghost.last_seq);
    for text in ["one", "two", "three"] {
        alice.chat(text).await;
    }
    let reply = bob.resume(&server).await;
    assert_eq!((&reply["replayed"], &reply["participantId"]), (&json!(true), &json!(bob.id)));
    for text in ["one", "two", "three"] {
        assert_eq!(bob.hear("chat_received").await["text"], text);
    }
    alice.hears_nothing_of("participant_left").await;
    drop(ghost);
}

#[tokio::test]
async fn s7_past_the_grace_time_it_is_a_clean_leave_and_a_new_join() {
    let server = Server::start_with(&["--resume-grace-seconds", "1"]).await;
    let room = server.open_room().await;
    let (mut alice, mut bob) = (Client::host(&server, &room).await, Client::guest(&server, &room, "Bob").await);
    alice.hear("participant_joined").await;
    bob.cut();
    let left = alice.hear("participant_left").await;
    assert_eq!((&left["participantId"], &left["reason"]), (&json!(bob.id), &json!("connection_lost")));
    let reply = bob.resume(&server).await;
    assert_eq!(reply["error"]["code"], "resume_expired");
    let again = Client::guest(&server, &room, "Bob").await;
    assert_eq!(alice.hear("participant_joined").await["participant"]["id"], again.id);
}

#[tokio::test]
async fn s8_the_newest_tab_wins_and_the_old_one_stays_out() {
    let server = Server::start().await;
    let room = server.open_room().await;
    let mut alice = Client::host(&server, &room).await;
    let token = server.guest_token(&room, "Bob").await;
    let (mut first, _) = Client::join(&server, &token).await;
    let (second, _) = Client::join(&server, &token).await;
    assert_eq!(first.close_code().await, Some(4409));
    assert_eq!(second.id, first.id);
    assert_eq!(first.resume(&server).await["error"]["code"], "resume_invalid");
    alice.hear("participant_joined").await;
    assert_eq!(alice.hear("participant_left").await["reason"], "rejoined");
    alice.hear("participant_joined").await;
}

#[tokio::test]
async fn a_resume_after_a_lost_reply_does_nothing_twice() {
    let server = Server::start().await;
    let room = server.open_room().await;
    let (mut alice, mut bob) = (Client::host(&server, &room).await, Client::guest(&server, &room, "Bob").await);
    let line = json!({ "type": "chat", "text": "only once", "clientId": "c-1" });
    bob.send(line.clone()).await;
    bob.cut();
    bob.resume(&server).await;
    let first = bob.do_ok(line.clone()).await;
    let second = bob.do_ok(line).await;
    assert_eq!(first["id"], second["id"]);
    assert_eq!(alice.hear("chat_received").await["text"], "only once");
    tokio::time::timeout(Duration::from_secs(5), alice.hears_nothing_of("chat_received")).await.expect("in time");
}
