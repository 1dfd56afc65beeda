//! Chat, reactions, typing; numbers and acknowledgements.

use crate::{
    client::Client,
    server::Server,
    wire::{is_time, is_uuid},
};
use serde_json::json;
use tokio_tungstenite::tungstenite::Message;

#[tokio::test]
async fn chat_reaches_all_or_one_and_once() {
    let server = Server::start().await;
    let room = server.open_room().await;
    let (mut alice, mut bob) = (Client::host(&server, &room).await, Client::guest(&server, &room, "Bob").await);
    let mut carol = Client::guest(&server, &room, "Carol").await;
    let reply = alice.do_ok(json!({ "type": "chat", "text": "to all", "clientId": "a-1" })).await;
    for one in [&mut alice, &mut bob, &mut carol] {
        let line = one.hear("chat_received").await;
        assert_eq!((&line["id"], &line["text"], &line["clientId"]), (&reply["id"], &json!("to all"), &json!("a-1")));
        assert!(
            is_uuid(line["id"].as_str().unwrap_or_default()) && is_time(line["sentAt"].as_str().unwrap_or_default()),
            "{line}"
        );
        assert!(line["seq"].is_u64() && line.get("to").is_none(), "{line}");
    }
    let again = alice.do_ok(json!({ "type": "chat", "text": "to all", "clientId": "a-1" })).await;
    assert_eq!(again["id"], reply["id"]);
    bob.do_ok(json!({ "type": "chat", "text": "to Alice", "to": alice.id, "replyTo": reply["id"], "clientId": "a-1" })).await;
    for one in [&mut alice, &mut bob] {
        let line = one.hear("chat_received").await;
        assert_eq!((&line["text"], &line["replyTo"], &line["from"]), (&json!("to Alice"), &reply["id"], &json!(bob_id(&line))));
        assert!(line["to"].is_string(), "{line}");
    }
    carol.hears_nothing_of("chat_received").await;
    let late = Client::guest_welcome(&server, &room, "Dave").await;
    let lines: Vec<_> = late["chat"].as_array().expect("a list").iter().map(|line| line["text"].clone()).collect();
    assert_eq!(lines, [json!("to all")], "who comes later sees what was said to all");
}

fn bob_id(line: &serde_json::Value) -> String {
    line["from"].as_str().expect("an id").to_owned()
}

#[tokio::test]
async fn lines_that_can_not_be_are_refused() {
    let server = Server::start().await;
    let room = server.open_room().await;
    let mut alice = Client::host(&server, &room).await;
    let nobody = uuid::Uuid::nil();
    alice.refused(json!({ "type": "chat", "text": "", "clientId": "1" }), "bad_field").await;
    alice.refused(json!({ "type": "chat", "text": "x".repeat(4_001), "clientId": "1" }), "too_long").await;
    alice.refused(json!({ "type": "chat", "text": "x", "clientId": "" }), "bad_field").await;
    alice.refused(json!({ "type": "chat", "text": "x", "clientId": "1", "to": nobody }), "no_such_participant").await;
    alice.refused(json!({ "type": "chat", "text": "x", "clientId": "1", "fileId": nobody }), "bad_field").await;
    alice.do_ok(json!({ "type": "chat", "text": "é".repeat(4_000), "clientId": "1" })).await;
}

#[tokio::test]
async fn reactions_and_typing_reach_the_others() {
    let server = Server::start().await;
    let room = server.open_room().await;
    let (mut alice, mut bob) = (Client::host(&server, &room).await, Client::guest(&server, &room, "Bob").await);
    bob.do_ok(json!({ "type": "react", "emoji": "👍" })).await;
    let reaction = alice.hear("reaction_received").await;
    assert_eq!((&reaction["from"], &reaction["emoji"]), (&json!(bob.id), &json!("👍")));
    bob.do_ok(json!({ "type": "typing", "typing": true })).await;
    let typing = alice.hear("typing_changed").await;
    assert_eq!((&typing["participantId"], &typing["typing"], typing.get("seq")), (&json!(bob.id), &json!(true), None));
    bob.hears_nothing_of("typing_changed").await;
}

#[tokio::test]
async fn latest_wins_events_are_not_replayed_one_by_one() {
    let server = Server::start().await;
    let room = server.open_room().await;
    let (mut alice, mut bob) = (Client::host(&server, &room).await, Client::guest(&server, &room, "Bob").await);
    alice.do_ok(json!({ "type": "ping" })).await;
    alice.cut();
    bob.hear_that("that she is away", |event| event["participant"]["connection"] == "reconnecting").await;
    bob.chat("missed").await;
    for typing in [true, false, true, false, true] {
        bob.do_ok(json!({ "type": "typing", "typing": typing })).await;
    }
    assert_eq!(alice.resume(&server).await["replayed"], true);
    assert_eq!(alice.hear("typing_changed").await["typing"], true);
    assert_eq!(alice.hear("chat_received").await["text"], "missed");
    alice.hears_nothing_of("typing_changed").await;
}

#[tokio::test]
async fn an_ack_without_ref_gets_no_reply_and_one_with_it_does() {
    let server = Server::start().await;
    let room = server.open_room().await;
    let mut alice = Client::host(&server, &room).await;
    alice.acks = false;
    alice.send_raw(Message::text(r#"{"type":"ack","seq":1}"#)).await;
    alice.hears_nothing_of("reply").await;
    alice.do_ok(json!({ "type": "ack", "seq": 1 })).await;
}

#[tokio::test]
async fn without_acknowledgements_the_server_stops_at_its_window_and_goes_on_after_them() {
    let server = Server::start().await;
    let room = server.open_room().await;
    let (mut alice, mut bob) = (Client::host(&server, &room).await, Client::guest(&server, &room, "Bob").await);
    bob.do_ok(json!({ "type": "ping" })).await;
    let acknowledged = bob.last_seq;
    bob.acks = false;
    for _ in 0..300 {
        alice.do_ok(json!({ "type": "answer", "to": bob.id, "sdp": "v=0\r\n", "epoch": 1 })).await;
    }
    bob.do_ok(json!({ "type": "ping" })).await;
    assert_eq!(bob.last_seq, acknowledged + 256, "the window is full");
    bob.acks = true;
    bob.do_ok(json!({ "type": "ack", "seq": bob.last_seq })).await;
    for _ in 0..300 {
        bob.hear("answer_received").await;
    }
}

#[tokio::test]
async fn replies_carry_the_ref_and_ping_the_time() {
    let server = Server::start().await;
    let room = server.open_room().await;
    let mut alice = Client::host(&server, &room).await;
    alice.send_raw(Message::text(r#"{"type":"ping","ref":9007199254740991,"more":{"nobody":"knows"}}"#)).await;
    let reply = alice.hear("reply").await;
    assert_eq!((&reply["ref"], &reply["ok"]), (&json!(9_007_199_254_740_991_u64), &json!(true)));
    assert!(is_time(reply["serverTime"].as_str().unwrap_or_default()), "{reply}");
    alice.send_raw(Message::text(r#"{"type":"fly","ref":7}"#)).await;
    let reply = alice.hear("reply").await;
    assert_eq!((&reply["ref"], &reply["ok"], &reply["error"]["code"]), (&json!(7), &json!(false), &json!("unknown_type")));
    assert!(reply["error"]["message"].is_string(), "{reply}");
}
