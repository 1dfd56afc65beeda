//! Hello, welcome, resume.

use crate::{
    client::Client,
    people::Account,
    raw::Raw,
    server::Server,
    wire::{is_time, is_uuid},
};
use serde_json::{Value, json};

#[tokio::test]
async fn the_socket_speaks_greenroom_v1_under_both_prefixes() {
    let server = Server::start().await;
    let (_, head) = Raw::upgrade(&server, &[]).await;
    assert!(head.starts_with("http/1.1 101") && head.contains("sec-websocket-protocol: greenroom.v1\r\n"), "{head}");
    let (_, head) = Raw::upgrade_at(&server, "/v1/signal", "greenroom.v1", &[]).await;
    assert!(head.starts_with("http/1.1 101"), "{head}");
    let (_, head) = Raw::upgrade_at(&server, "/api/v1/signal", "chat.v9", &[]).await;
    assert!(head.starts_with("http/1.1 400") && head.contains("application/problem+json"), "{head}");
    let (_, head) = Raw::upgrade_at(&server, "/api/v1/signal", "other, greenroom.v1", &[]).await;
    assert!(head.contains("sec-websocket-protocol: greenroom.v1\r\n"), "{head}");
}

#[tokio::test]
async fn welcome_has_every_field_that_the_contract_names() {
    let server = Server::start_with(&["--stun-urls", "stun:127.0.0.1:3478"]).await;
    let alice = Account::new(&server, "Alice").await;
    let made = server.post_ok("/api/v1/rooms", Some(&alice.access), json!({ "settings": { "waitingRoom": "everyone" } })).await;
    let (mut host, reply) = Client::hello(&server, made["joinToken"].as_str().expect("a token")).await;
    assert_eq!((&reply["ok"], &reply["state"]), (&json!(true), &json!("joined")));
    let welcome = host.hear("welcome").await;
    assert_eq!(welcome["seq"], 1);
    assert!(is_uuid(welcome["sessionId"].as_str().unwrap_or_default()), "{welcome}");
    assert_eq!((&welcome["roomId"], &welcome["roomCode"]), (&made["roomId"], &made["roomCode"]));
    assert!(welcome["resumeToken"].is_string() && welcome["resumeGraceSeconds"] == 30, "{welcome}");
    assert_eq!(
        (&welcome["participants"], &welcome["waiting"], &welcome["chat"]),
        (&json!([welcome["you"]]), &json!([]), &json!([]))
    );
    assert_eq!((&welcome["topology"]["mode"], &welcome["room"]["locked"]), (&json!("mesh"), &json!(false)));
    assert!(welcome["topology"]["epoch"].is_u64() && welcome["topology"]["reason"].is_string(), "{welcome}");
    assert_eq!(welcome["iceServers"][0]["urls"][0], "stun:127.0.0.1:3478");
    let you = &welcome["you"];
    assert!(is_uuid(you["id"].as_str().unwrap_or_default()) && is_time(you["joinedAt"].as_str().unwrap_or_default()), "{you}");
    assert_eq!((&you["userId"], &you["displayName"], &you["role"]), (&json!(alice.id), &json!("Alice"), &json!("host")));
    for flag in ["muted", "videoOn", "screenSharing"] {
        assert!(you[flag].is_boolean(), "{flag}: {you}");
    }
    assert_eq!((&you["connection"], you.get("handRaisedAt")), (&json!("online"), None));
}

#[tokio::test]
async fn only_hosts_are_told_who_waits_and_a_waiting_person_their_place() {
    let server = Server::start().await;
    let room = server.room(json!({})).await;
    let (mut bob, reply) = Client::hello(&server, &server.guest_token(&room, "Bob").await).await;
    assert_eq!((&reply["ok"], &reply["state"]), (&json!(true), &json!("waiting")));
    let waiting = bob.hear("waiting").await;
    assert_eq!((&waiting["position"], &waiting["hostPresent"]), (&json!(1), &json!(false)));
    assert!(waiting.get("participants").is_none() && waiting.get("iceServers").is_none(), "{waiting}");
    let (mut host, welcome) = Client::join(&server, &room.host_token).await;
    let person = &welcome["waiting"][0];
    assert_eq!((&person["id"], &person["displayName"], &person["online"]), (&json!(bob.id), &json!("Bob"), &json!(true)));
    assert!(is_time(person["since"].as_str().unwrap_or_default()), "{person}");
    bob.hear_that("that the host is here", |event| event["type"] == "waiting" && event["hostPresent"] == true).await;
    let mut carol = Client::knock(&server, &room, "Carol").await;
    host.hear_that("both", |event| event["type"] == "waiting_updated" && event["waiting"].as_array().map(Vec::len) == Some(2))
        .await;
    host.do_ok(json!({ "type": "admit", "participantId": bob.id })).await;
    assert_eq!(
        carol.hear_that("that she is next", |event| event["type"] == "waiting" && event["position"] == 1).await["hostPresent"],
        true
    );
    bob.hear("admitted").await;
    let welcome = bob.hear("welcome").await;
    assert!(welcome["waiting"].as_array().is_none_or(Vec::is_empty), "{welcome}");
    assert!(welcome["seq"].as_u64() > Some(1), "numbers go on through admission: {welcome}");
}

#[tokio::test]
async fn a_name_in_hello_is_the_name() {
    let server = Server::start().await;
    let room = server.open_room().await;
    let mut bob = Client::connect(&server).await;
    let token = server.guest_token(&room, "Bob").await;
    let reply = bob
        .ask(json!({ "type": "hello", "token": token, "displayName": "Robert", "capabilities": ["simulcast"], "unheardOf": [1] }))
        .await;
    assert_eq!(reply["state"], "joined");
    assert_eq!(bob.hear("welcome").await["you"]["displayName"], "Robert");
    bob.refused(json!({ "type": "hello", "token": token, "capabilities": [] }), "already_authenticated").await;
}

#[tokio::test]
async fn resume_brings_exactly_the_missed_events() {
    let server = Server::start().await;
    let room = server.open_room().await;
    let (mut alice, mut bob) = (Client::host(&server, &room).await, Client::guest(&server, &room, "Bob").await);
    bob.do_ok(json!({ "type": "ping" })).await;
    bob.cut();
    alice.hear_that("that he is away", |event| event["participant"]["connection"] == "reconnecting").await;
    alice.chat("one").await;
    alice.do_ok(json!({ "type": "lock", "locked": true })).await;
    let missed = alice.last_seq;
    let reply = bob.resume(&server).await;
    assert_eq!((&reply["state"], &reply["replayed"], &reply["participantId"]), (&json!("joined"), &json!(true), &json!(bob.id)));
    assert_eq!(bob.hear("chat_received").await["text"], "one");
    assert_eq!(bob.hear("room_updated").await["room"]["locked"], true);
    bob.hears_nothing_of("welcome").await;
    alice
        .hear_that("that he is back", |event| {
            event["participant"]["connection"] == "online" && event["seq"].as_u64() > Some(missed)
        })
        .await;
    alice.hears_nothing_of("participant_left").await;
}

#[tokio::test]
async fn what_was_not_acknowledged_comes_again_and_what_was_does_not() {
    let server = Server::start().await;
    let room = server.open_room().await;
    let (mut alice, mut bob) = (Client::host(&server, &room).await, Client::guest(&server, &room, "Bob").await);
    bob.do_ok(json!({ "type": "ping" })).await;
    bob.acks = false;
    for text in ["one", "two", "three"] {
        alice.chat(text).await;
    }
    for text in ["one", "two", "three"] {
        assert_eq!(bob.hear("chat_received").await["text"], text);
    }
    bob.do_ok(json!({ "type": "ping" })).await;
    bob.cut();
    // It says that it has seen all but the last.
    bob.last_seq -= 1;
    bob.resume(&server).await;
    let again = bob.hear_that("an old event", |event| event["seq"].is_u64()).await;
    assert_eq!(again["text"], "three");
    bob.hears_nothing_of("chat_received").await;
}

#[tokio::test]
async fn a_resume_that_can_not_be_says_why_and_hello_still_works() {
    let server = Server::start_with(&["--resume-grace-seconds", "1"]).await;
    let room = server.open_room().await;
    let (mut alice, mut bob) = (Client::host(&server, &room).await, Client::guest(&server, &room, "Bob").await);
    bob.cut();
    alice.hear("participant_left").await;
    let mut socket = Client::connect(&server).await;
    socket.refused(json!({ "type": "resume", "resumeToken": bob.resume_token, "lastSeq": 0 }), "resume_expired").await;
    let (head, tail) = alice.resume_token.split_at(alice.resume_token.len() - 8);
    let forged = format!("{head}{}", tail.chars().rev().collect::<String>());
    // The room's id is at the head of it.
    let elsewhere = format!("AAAA{}", &alice.resume_token[4..]);
    for token in [forged, elsewhere, String::new(), "x".repeat(10_000)] {
        socket.refused(json!({ "type": "resume", "resumeToken": token, "lastSeq": 0 }), "resume_invalid").await;
    }
    let token = server.guest_token(&room, "Bob").await;
    assert_eq!(socket.ask(json!({ "type": "hello", "token": token, "capabilities": [] })).await["state"], "joined");
}

#[tokio::test]
async fn a_page_that_was_loaded_anew_gets_a_snapshot_as_the_same_person() {
    let server = Server::start().await;
    let room = server.open_room().await;
    let (mut alice, mut bob) = (Client::host(&server, &room).await, Client::guest(&server, &room, "Bob").await);
    alice.hear("participant_joined").await;
    bob.do_ok(json!({ "type": "update_state", "muted": true })).await;
    bob.hear("participant_updated").await;
    let (token, last_seq, id) = (bob.resume_token.clone(), bob.last_seq, bob.id.clone());
    bob.cut();
    let mut bob = Client::connect(&server).await;
    bob.last_seq = last_seq;
    let reply: Value = bob.ask(json!({ "type": "resume", "resumeToken": token, "lastSeq": last_seq, "fresh": true })).await;
    assert_eq!((&reply["replayed"], &reply["participantId"]), (&json!(false), &json!(id)));
    let welcome = bob.hear("welcome").await;
    assert_eq!((&welcome["you"]["id"], &welcome["you"]["muted"]), (&json!(id), &json!(true)));
    let left = alice.hear("participant_left").await;
    assert_eq!((&left["reason"], &left["participantId"]), (&json!("rejoined"), &json!(id)));
    assert_eq!(alice.hear("participant_joined").await["participant"]["id"], id);
}
