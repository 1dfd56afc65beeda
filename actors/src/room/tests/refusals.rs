//! Everybody sends everything: what must be refused is, and changes nothing.

use super::story::*;
use crate::{
    protocol::{ClientCommand, ErrorCode, Permission, Role, Settings},
    room::permissions::{self, Requirement},
};
use serde_json::{Value, json};

/// One valid example of every command.
fn examples() -> Vec<Value> {
    let sdp = "v=0\r\n";
    vec![
        json!({ "type": "hello", "token": "t" }),
        json!({ "type": "resume", "resumeToken": "t", "lastSeq": 0 }),
        json!({ "type": "ack", "seq": 1 }),
        json!({ "type": "ping" }),
        json!({ "type": "offer", "to": "@alice", "sdp": sdp, "epoch": 1 }),
        json!({ "type": "answer", "to": "@alice", "sdp": sdp, "epoch": 1 }),
        json!({ "type": "ice_candidate", "to": "@alice", "candidate": null, "epoch": 1 }),
        json!({ "type": "get_ice_servers" }),
        json!({ "type": "update_state", "muted": true }),
        json!({ "type": "raise_hand", "raised": true }),
        json!({ "type": "react", "emoji": "x" }),
        json!({ "type": "typing", "typing": true }),
        json!({ "type": "chat", "text": "x", "clientId": "c" }),
        json!({ "type": "rename", "displayName": "X" }),
        json!({ "type": "admit", "participantId": "@carol" }),
        json!({ "type": "admit_all" }),
        json!({ "type": "deny", "participantId": "@carol" }),
        json!({ "type": "deny_all" }),
        json!({ "type": "send_to_waiting", "participantId": "@dave" }),
        json!({ "type": "waiting_message", "text": "x" }),
        json!({ "type": "offer_preview", "image": null }),
        json!({ "type": "set_role", "participantId": "@dave", "role": "observer" }),
        json!({ "type": "mute", "all": true, "kind": "audio" }),
        json!({ "type": "ask_unmute", "all": true, "kind": "audio" }),
        json!({ "type": "lower_hands" }),
        json!({ "type": "remove", "participantId": "@dave" }),
        json!({ "type": "lock", "locked": true }),
        json!({ "type": "spotlight", "participantId": null }),
        json!({ "type": "update_room", "name": "X" }),
        json!({ "type": "transfer_host", "participantId": "@dave" }),
        json!({ "type": "end_session" }),
        json!({ "type": "consent", "purposes": { "recording": true } }),
        json!({ "type": "topology_ready", "epoch": 1 }),
        json!({ "type": "subscribe", "tracks": [] }),
        json!({ "type": "restart_receive", "epoch": 1 }),
        json!({ "type": "telemetry" }),
        json!({ "type": "start_recording" }),
        json!({ "type": "stop_recording" }),
        json!({ "type": "emotion_clip", "clip": "" }),
        json!({ "type": "simulate", "fault": "panic_room" }),
        json!({ "type": "leave_room" }),
    ]
}

/// Alice and dave are in, carol waits.
fn scene() -> Story {
    let mut story = Story::new(Settings::default());
    story.joins("alice");
    ["dave", "carol"].iter().for_each(|name| story.knocks(name));
    story.ok("alice", json!({ "type": "admit", "participantId": "@dave" }));
    story.forget_the_past();
    story
}

#[test]
fn there_is_an_example_of_every_command() {
    let names: Vec<_> = examples().iter().map(|example| example["type"].as_str().unwrap().to_owned()).collect();
    assert_eq!(names.len(), ClientCommand::NAMES.len());
    assert!(ClientCommand::NAMES.iter().all(|name| names.iter().any(|other| other == name)));
}

#[test]
fn a_waiting_person_may_do_nothing_and_learns_nothing() {
    for example in examples() {
        let name = example["type"].as_str().unwrap().to_owned();
        let mut story = scene();
        match (name.as_str(), story.say("carol", example)) {
            ("leave_room" | "offer_preview", reply) => assert!(reply.is_ok(), "{name}"),
            (_, reply) => {
                assert_eq!(reply.err().map(|error| error.code), Some(ErrorCode::NotAdmitted), "{name}");
                assert!(story.waits("carol"));
                assert_eq!(story.heard("alice"), Vec::<String>::new(), "{name}");
                assert_eq!(story.heard("carol"), Vec::<String>::new(), "{name}");
            }
        }
    }
}

#[test]
fn what_the_table_forbids_is_refused_for_every_role_and_changes_nothing() {
    for role in [Role::Cohost, Role::Presenter, Role::Participant, Role::Observer] {
        for example in examples() {
            let mut story = scene();
            story.knocks("bob");
            story.ok("alice", json!({ "type": "admit", "participantId": "@bob" }));
            story.ok("alice", json!({ "type": "set_role", "participantId": "@bob", "role": role }));
            let command: ClientCommand = {
                let text = example.to_string().replace("@alice", &story.id("alice").to_string());
                let text = text.replace("@carol", &story.id("carol").to_string()).replace("@dave", &story.id("dave").to_string());
                serde_json::from_str(&text).unwrap()
            };
            let before = story.state.clone();
            let reply = story.say("bob", example.clone());
            let Requirement::Permission(permission) = permissions::required(&command) else { continue };
            let allowed = permissions::allows(role, permission, &Settings::default());
            let refused = reply.err().is_some_and(|error| error.code == ErrorCode::NotPermitted);
            assert_eq!(refused, !allowed, "{role:?} {example}");
            assert!(allowed || story.state == before, "{role:?} {example}");
        }
    }
    assert!(!permissions::allows(Role::Cohost, Permission::TransferHost, &Settings::default()));
}

#[test]
fn strangers_and_those_gone_get_not_in_room() {
    for example in examples() {
        let mut story = scene();
        story.ok("dave", json!({ "type": "leave_room" }));
        assert_eq!(story.refused("dave", example.clone()), ErrorCode::NotInRoom, "{example}");
    }
}

#[test]
fn what_the_server_lacks_is_not_available() {
    for name in ["topology_ready", "subscribe", "restart_receive", "emotion_clip"] {
        let mut story = scene();
        let example = examples().into_iter().find(|example| example["type"] == name).unwrap();
        assert_eq!(story.refused("alice", example), ErrorCode::NotAvailable, "{name}");
    }
}
