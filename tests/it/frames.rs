//! What strangers and broken clients send (S1 to S5): a typed error or a close code, and nobody else notices.

use crate::{
    client::Client,
    raw::Raw,
    server::{Room, Server},
};
use serde_json::{Value, json};
use std::time::{Duration, Instant};
use tokio::io::AsyncWriteExt;
use tokio_tungstenite::tungstenite::Message;

const TEXT: u8 = 1;
const BINARY: u8 = 2;

/// Two people in a room, to see that a third one's nonsense does not reach them.
async fn undisturbed(alice: &mut Client, bob: &mut Client) {
    alice.chat("all is well").await;
    assert_eq!(bob.hear("chat_received").await["text"], "all is well");
}

#[tokio::test]
async fn s1_a_frame_over_the_limit_closes_1009_and_the_room_goes_on() {
    let server = Server::start().await;
    let room = server.open_room().await;
    let (mut alice, mut bob) = (Client::host(&server, &room).await, Client::guest(&server, &room, "Bob").await);
    let mut mallory = Client::guest(&server, &room, "Mallory").await;
    let text = json!({ "type": "chat", "ref": 9, "clientId": "1", "text": "x".repeat(70_000) }).to_string();
    mallory.send_raw(Message::text(text)).await;
    assert_eq!(mallory.close_code().await, Some(1009));
    undisturbed(&mut alice, &mut bob).await;
    let metrics = server.get("/metrics", "").await.text().await.expect("text");
    assert!(
        metrics.lines().any(|line| line.starts_with("greenroom_socket_closes_total") && line.contains("1009")),
        "it is counted"
    );
}

#[tokio::test]
async fn s2_compression_is_not_negotiated() {
    let server = Server::start().await;
    let (mut raw, head) = Raw::upgrade(&server, &["Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits"]).await;
    assert!(head.starts_with("http/1.1 101") && !head.contains("sec-websocket-extensions"), "{head}");
    // The reserved bit of a compressed frame is an error then.
    raw.0.write_all(&[0xC1, 0x81, 0, 0, 0, 0, b'x']).await.expect("written");
    assert_eq!(raw.close_code().await, Some(1008));
}

#[tokio::test]
async fn s3_frames_that_are_no_text_close_the_socket() {
    let server = Server::start().await;
    let (mut raw, _) = Raw::upgrade(&server, &[]).await;
    raw.frame(TEXT, &[0xff, 0xfe, 0xfd]).await;
    assert_eq!(raw.close_code().await, Some(1007));
    let (mut raw, _) = Raw::upgrade(&server, &[]).await;
    raw.frame(BINARY, b"\x00\x01").await;
    assert_eq!(raw.close_code().await, Some(1008));
}

#[tokio::test]
async fn s3_unreadable_commands_get_a_typed_error_and_change_nothing() {
    let server = Server::start().await;
    let room = server.open_room().await;
    let (mut alice, mut bob) = (Client::host(&server, &room).await, Client::guest(&server, &room, "Bob").await);
    let deep = format!("{}1{}", "[".repeat(20_000), "]".repeat(20_000));
    let nested = format!(r#"{{"type":"ice_candidate","ref":1,"to":"{}","epoch":1,"candidate":{deep}}}"#, bob.id);
    let cases = [
        ("{", "bad_json"),
        ("", "bad_json"),
        ("null", "bad_field"),
        ("[]", "bad_field"),
        (r#"{"type":7,"ref":1}"#, "bad_field"),
        (r#"{"ref":1}"#, "bad_field"),
        (r#"{"type":"fly","ref":1}"#, "unknown_type"),
        (r#"{"type":"lock","ref":1,"locked":true,"locked":false}"#, "bad_field"),
        (r#"{"type":"lock","ref":-1,"locked":true}"#, "bad_field"),
        (r#"{"type":"lock","locked":true}"#, "bad_field"),
        (nested.as_str(), "bad_json"),
    ];
    for (text, code) in cases {
        alice.send_raw(Message::text(text.to_owned())).await;
        let reply = alice.hear("reply").await;
        assert_eq!(reply["error"]["code"], code, "{}", &text[..text.len().min(80)]);
    }
    bob.hears_nothing_of("room_updated").await;
    undisturbed(&mut alice, &mut bob).await;
}

/// A value that fits a field's schema well enough to be read.
fn sample(schema: &Value, definitions: &Value) -> Value {
    if let Some(reference) = schema["$ref"].as_str() {
        return sample(&definitions[reference.rsplit('/').next().expect("a name")], definitions);
    }
    let one = &schema["oneOf"][0];
    if let Some(first) = schema["enum"].get(0).or_else(|| one["enum"].get(0)).or_else(|| one.get("const")) {
        return first.clone();
    }
    match (&schema["type"], schema["format"].as_str()) {
        (Value::String(kind), Some("uuid")) if kind == "string" => json!(uuid::Uuid::nil()),
        (Value::String(kind), _) => match kind.as_str() {
            "string" => json!("x"),
            "integer" | "number" => json!(1),
            "boolean" => json!(true),
            "array" => json!([]),
            _ => json!({}),
        },
        // Either of two shapes: a person's id is one of them wherever a person can be meant.
        _ => schema["anyOf"].as_array().and_then(|shapes| shapes.last()).map_or(Value::Null, |shape| sample(shape, definitions)),
    }
}

/// Every command of the schema with the fields that it requires.
fn commands() -> Vec<(Value, Vec<String>)> {
    let schema: Value = serde_json::from_str(include_str!("../../docs/protocol.schema.json")).expect("JSON");
    let definitions = &schema["$defs"];
    let variants = definitions["CommandFrame"]["oneOf"].as_array().or_else(|| definitions["CommandFrame"]["anyOf"].as_array());
    let variants = variants.expect("the commands");
    let commands = variants.iter().map(|variant| {
        let parts = variant["allOf"].as_array().expect("its parts");
        let of = |key: &str| parts.iter().find_map(|part| part.get(key)).expect("both parts").clone();
        let name = of("properties")["type"]["const"].clone();
        let definition = &definitions[of("$ref").as_str().and_then(|path| path.rsplit('/').next()).expect("a name")];
        let required: Vec<String> =
            definition["required"].as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect();
        let mut command = json!({ "type": name });
        for field in &required {
            command[field] = sample(&definition["properties"][field], definitions);
        }
        (command, required)
    });
    commands.collect()
}

#[tokio::test]
async fn s3_each_field_missing_in_turn_is_named_in_the_error() {
    let server = Server::start().await;
    let room = server.open_room().await;
    let commands = commands();
    assert!(commands.len() > 30, "all commands are tried");
    let mut alice = Client::host(&server, &room).await;
    let mut tried = 0;
    for (command, required) in commands {
        for field in required {
            // A socket takes only so much nonsense.
            if tried % 20 == 19 {
                let token = server.guest_token(&room, "Alice").await;
                alice = Client::join(&server, &token).await.0;
            }
            let mut broken = command.clone();
            broken.as_object_mut().expect("an object").remove(&field);
            let reply = alice.ask(broken.clone()).await;
            assert_eq!((&reply["error"]["code"], &reply["error"]["field"]), (&json!("bad_field"), &json!(field)), "{broken}");
            tried += 1;
        }
    }
}

#[tokio::test]
async fn s3_a_flood_of_nonsense_ends_the_socket() {
    let server = Server::start().await;
    let room = server.open_room().await;
    let mut mallory = Client::guest(&server, &room, "Mallory").await;
    for _ in 0..60 {
        mallory.send_raw(Message::text("nonsense")).await;
    }
    assert_eq!(mallory.close_code().await, Some(1008));
}

#[tokio::test]
async fn s4_a_cookie_from_a_foreign_page_gets_no_socket() {
    let server = Server::start().await;
    let cookie = "Cookie: greenroom_refresh=whatever";
    for origin in [Some("Origin: https://evil.example"), Some("Origin: null"), None] {
        let lines: Vec<&str> = origin.into_iter().chain([cookie]).collect();
        let (_, head) = Raw::upgrade(&server, &lines).await;
        assert!(head.starts_with("http/1.1 403"), "{origin:?}: {head}");
    }
    let ours = format!("Origin: http://{}", server.address());
    let (_, head) = Raw::upgrade(&server, &[&ours, cookie]).await;
    assert!(head.starts_with("http/1.1 101"), "{head}");
}

/// Of ten joins, one after the other.
async fn slowest_join(server: &Server, room: &Room) -> Duration {
    let mut slowest = Duration::ZERO;
    for _ in 0..10 {
        let token = server.guest_token(room, "Bob").await;
        let began = Instant::now();
        Client::join(server, &token).await;
        slowest = slowest.max(began.elapsed());
    }
    slowest
}

#[tokio::test]
async fn s5_sockets_that_say_nothing_are_closed_and_hold_nobody_up() {
    let server = Server::start().await;
    let room = server.open_room().await;
    let undisturbed = slowest_join(&server, &room).await;
    let mut halves = Vec::new();
    for _ in 0..250 {
        let mut half = Raw::connect(&server).await;
        half.0.write_all(b"GET /api/v1/signal HTTP/1.1\r\nHost: x\r\n").await.expect("written");
        halves.push(half);
    }
    let mut silent = Vec::new();
    for _ in 0..250 {
        silent.push(Raw::upgrade(&server, &[]).await.0);
    }
    let meanwhile = slowest_join(&server, &room).await;
    // A busy machine takes its time; waiting for the silent ones would take seconds.
    assert!(meanwhile < 2 * undisturbed + Duration::from_millis(500), "{meanwhile:?} after {undisturbed:?}");
    for mut silent in silent {
        assert_eq!(silent.close_code().await, Some(4401));
    }
    for mut half in halves {
        half.is_ended().await;
    }
}

#[tokio::test]
async fn nothing_but_hello_and_resume_is_answered_before_them() {
    let server = Server::start().await;
    let mut stranger = Client::connect(&server).await;
    stranger.refused(json!({ "type": "ping" }), "not_authenticated").await;
    stranger.refused(json!({ "type": "resume", "resumeToken": "x", "lastSeq": 0 }), "resume_invalid").await;
    stranger.refused(json!({ "type": "hello", "token": "not a token" }), "token_invalid").await;
    assert_eq!(stranger.close_code().await, Some(4401));
}
