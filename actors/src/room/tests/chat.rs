use super::story::*;
use crate::{
    protocol::{ErrorCode, ReplyBody, SharedFile},
    room::{Input, Rules},
};
use serde_json::{Value, json};

fn chat(text: &str, client_id: &str) -> Value {
    json!({ "type": "chat", "text": text, "clientId": client_id })
}

fn id_of(reply: ReplyBody) -> String {
    let ReplyBody::Sent { id } = reply else { panic!("chat is answered with an id") };
    id.to_string()
}

#[test]
fn a_line_reaches_all_and_late_joiners_too() {
    let mut story = Story::with(&["alice", "bob"]);
    let id = id_of(story.ok("bob", chat("hello\u{202E} <b>all</b>", "c1")));
    for name in ["alice", "bob"] {
        let message = story.got(name, "chat_received");
        assert_eq!((&message["text"], &message["fromName"]), (&json!("hello <b>all</b>"), &json!("Bob")));
        assert_eq!(message["id"], json!(id));
    }
    story.joins("carol");
    assert_eq!(story.got("carol", "welcome")["chat"][0]["clientId"], "c1");
}

#[test]
fn the_same_client_id_is_the_same_message() {
    let mut story = Story::with(&["alice", "bob"]);
    let first = id_of(story.ok("bob", chat("hi", "c1")));
    let again = id_of(story.ok("bob", chat("hi", "c1")));
    let of_alice = id_of(story.ok("alice", chat("hi", "c1")));
    assert_eq!(first, again);
    assert_ne!(first, of_alice);
    assert_eq!(story.heard("bob"), ["chat_received", "chat_received"]);
}

#[test]
fn a_private_line_is_seen_by_two() {
    let mut story = Story::with(&["alice", "bob", "carol"]);
    let secret = id_of(story.ok("bob", json!({ "type": "chat", "text": "psst", "clientId": "1", "to": "@alice" })));
    assert_eq!(story.heard("carol"), Vec::<String>::new());
    assert_eq!(story.heard("alice"), ["chat_received"]);
    for name in ["alice", "bob", "carol"] {
        story.resumes(name, true).unwrap();
        let lines = story.got(name, "welcome")["chat"].as_array().map(Vec::len);
        assert_eq!(lines, Some(usize::from(name != "carol")), "{name}");
    }
    let reply = |to: Value| json!({ "type": "chat", "text": "x", "clientId": "2", "replyTo": secret, "to": to });
    for (name, to) in [("carol", Value::Null), ("alice", Value::Null), ("alice", json!("@carol"))] {
        assert_eq!(story.error(name, reply(to)).field.as_deref(), Some("replyTo"), "{name}");
    }
    story.ok("alice", reply(json!("@bob")));
    assert!(!story.state.summary(crate::at(OPENED)).report.to_string().contains("psst"), "private lines are in no report");
}

#[test]
fn bad_lines_are_refused_with_the_field() {
    let mut story = Story::with(&["alice", "bob"]);
    let nobody = uuid::Uuid::from_u128(9);
    for (command, code, field) in [
        (chat("", "c"), ErrorCode::BadField, Some("text")),
        (chat(" \u{0} ", "c"), ErrorCode::BadField, Some("text")),
        (chat(&"😀".repeat(4_001), "c"), ErrorCode::TooLong, Some("text")),
        (chat("x", ""), ErrorCode::BadField, Some("clientId")),
        (chat("x", &"c".repeat(129)), ErrorCode::TooLong, Some("clientId")),
        (json!({ "type": "chat", "text": "x", "clientId": "c", "to": nobody }), ErrorCode::NoSuchParticipant, None),
        (json!({ "type": "chat", "text": "x", "clientId": "c", "to": "@bob" }), ErrorCode::BadField, Some("to")),
        (json!({ "type": "chat", "text": "x", "clientId": "c", "replyTo": nobody }), ErrorCode::BadField, Some("replyTo")),
        (json!({ "type": "chat", "text": "x", "clientId": "c", "fileId": nobody }), ErrorCode::BadField, Some("fileId")),
    ] {
        let error = story.error("bob", command);
        assert_eq!((error.code, error.field.as_deref()), (code, field));
    }
    story.ok("bob", chat(&"😀".repeat(4_000), "c"));
}

#[test]
fn only_ones_own_upload_can_be_sent() {
    let mut story = Story::with(&["alice", "bob"]);
    let id = uuid::Uuid::from_u128(77).into();
    let file = SharedFile { id, name: "a.txt".into(), size: 3, mime: "text/plain".into(), url: "/f".into() };
    let participant = story.id("bob");
    story.put(Input::FileUploaded { participant, file });
    let send = |client_id: &str| json!({ "type": "chat", "text": "", "clientId": client_id, "fileId": id });
    assert_eq!(story.error("alice", send("1")).field.as_deref(), Some("fileId"));
    story.ok("bob", send("1"));
    assert_eq!(story.got("alice", "chat_received")["file"]["name"], "a.txt");
}

#[test]
fn the_oldest_lines_make_place() {
    let mut story = Story::with_rules(open_room(), Rules { chat_kept: 3, chat_kept_bytes: 4_000, ..Rules::default() });
    story.joins("alice");
    for n in 0..5 {
        story.ok("alice", chat(&format!("line {n}"), &format!("c{n}")));
    }
    story.joins("bob");
    let welcome = story.got("bob", "welcome");
    assert_eq!(welcome["chat"].as_array().map(Vec::len), Some(3));
    assert_eq!(welcome["chat"][0]["text"], "line 2");
    story.ok("alice", chat(&"x".repeat(3_900), "big"));
    story.resumes("bob", true).unwrap();
    assert_eq!(story.got("bob", "welcome")["chat"].as_array().map(Vec::len), Some(1));
    assert_eq!(story.state.summary(crate::at(OPENED)).report["chatCount"], 6);
}

#[test]
fn typing_is_told_once_and_ends_with_the_line() {
    let mut story = Story::with(&["alice", "bob", "carol"]);
    story.ok("bob", json!({ "type": "typing", "typing": true }));
    story.ok("bob", json!({ "type": "typing", "typing": true }));
    assert_eq!(story.heard("alice"), ["typing_changed"]);
    story.ok("bob", chat("done", "c"));
    assert_eq!(story.heard("alice"), ["typing_changed", "chat_received"]);
    story.ok("bob", json!({ "type": "typing", "typing": true, "to": "@carol" }));
    assert_eq!(story.heard("alice"), Vec::<String>::new());
    story.loses_socket("bob");
    assert_eq!(story.got("carol", "typing_changed")["typing"], false);
}

#[test]
fn chat_may_be_for_hosts_alone() {
    let mut story = Story::with(&["alice", "bob"]);
    story.ok("alice", json!({ "type": "update_room", "settings": { "chat": "hosts" } }));
    assert_eq!(story.refused("bob", chat("x", "c")), ErrorCode::NotPermitted);
    assert_eq!(story.refused("bob", json!({ "type": "typing", "typing": true })), ErrorCode::NotPermitted);
    story.ok("alice", chat("x", "c"));
}
