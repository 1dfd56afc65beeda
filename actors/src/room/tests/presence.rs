use super::story::*;
use crate::{
    protocol::{CloseCode, Connection, ErrorCode},
    room::{Effect, Input},
};
use serde_json::json;

#[test]
fn a_lost_socket_within_the_grace_time_is_no_leave() {
    let mut story = Story::with(&["alice", "bob"]);
    story.loses_socket("bob");
    assert_eq!(story.person("bob").connection, Connection::Reconnecting);
    story.at(29_999);
    story.resumes("bob", false).unwrap();
    assert_eq!(story.person("bob").connection, Connection::Online);
    assert_eq!(story.heard("alice"), ["participant_updated", "participant_updated"]);
    assert_eq!(story.heard("bob"), ["participant_updated", "participant_updated"], "what they missed, and no snapshot");
    story.check_mirrors();
}

#[test]
fn beyond_the_grace_time_it_is_one() {
    let mut story = Story::with(&["alice", "bob"]);
    story.loses_socket("bob");
    story.at(30_000);
    assert_eq!(story.got("alice", "participant_left")["reason"], "connection_lost");
    assert!(story.forgotten("bob"));
    assert_eq!(story.resumes("bob", false), Err(ErrorCode::ResumeExpired));
    let before = story.id("bob");
    story.joins("bob");
    assert_ne!(story.id("bob"), before);
}

#[test]
fn a_resume_that_comes_before_the_late_tick_is_too_late_too() {
    let mut story = Story::with(&["alice", "bob"]);
    story.loses_socket("bob");
    let (participant, deadline) = (story.id("bob"), story.state.next_deadline().expect("bob's grace"));
    let drawn =
        crate::room::Drawn { draw: crate::room::Draw(uuid::Uuid::nil()), input: Input::Resumed { participant, fresh: false } };
    let outcome = story.state.apply(&drawn, deadline);
    assert_eq!(outcome.reply.err().map(|error| error.code), Some(ErrorCode::ResumeExpired));
    assert!(outcome.durable);
}

#[test]
fn the_same_person_from_elsewhere_takes_over() {
    let mut story = Story::with(&["alice", "bob"]);
    let (bob, old) = (story.id("bob"), story.state.resume_hash(story.id("bob")).map(str::to_owned));
    story.ok("bob", json!({ "type": "update_state", "videoOn": true, "handRaised": true }));
    story.forget_the_past();
    story.joins("bob");
    assert_eq!(story.id("bob"), bob);
    assert!(matches!(&story.effects[0], Effect::Close { participant, code: CloseCode::JoinedElsewhere } if *participant == bob));
    assert_ne!(story.state.resume_hash(bob).map(str::to_owned), old);
    let told = json!(story.events_of("alice"));
    assert_eq!(told[0]["reason"], "rejoined");
    assert_eq!(told[1]["participant"]["id"], json!(bob));
    assert_eq!(story.heard("bob"), ["welcome"]);
    assert!(!story.person("bob").video_on, "the old page's camera is gone");
    assert!(story.person("bob").hand_raised_at.is_some());
    story.check_mirrors();
}

#[test]
fn a_fresh_resume_is_told_to_the_others() {
    let mut story = Story::with(&["alice", "bob"]);
    story.resumes("bob", true).unwrap();
    assert_eq!(story.heard("bob"), ["welcome"]);
    assert_eq!(story.heard("alice"), ["participant_left", "participant_joined"]);
    story.check_mirrors();
}

#[test]
fn a_muted_person_is_not_unmuted_by_coming_back() {
    let mut story = Story::with(&["alice", "bob"]);
    story.ok("alice", json!({ "type": "update_room", "settings": { "unmute": "hosts" } }));
    story.ok("alice", json!({ "type": "mute", "participantId": "@bob", "kind": "audio" }));
    story.joins("bob");
    assert!(story.person("bob").muted);
    assert_eq!(story.refused("bob", json!({ "type": "update_state", "muted": false })), ErrorCode::NotPermitted);
}

#[test]
fn leaving_is_told_and_closes() {
    let mut story = Story::with(&["alice", "bob"]);
    story.ok("bob", json!({ "type": "leave_room" }));
    assert_eq!(story.got("alice", "participant_left")["reason"], "left");
    assert_eq!(story.closed_with("bob"), Some(CloseCode::Normal));
    assert_eq!(story.heard("bob"), Vec::<String>::new());
    assert_eq!(story.refused("bob", json!({ "type": "react", "emoji": "x" })), ErrorCode::NotInRoom);
    assert_eq!(story.audited(), ["room.left"]);
}

#[test]
fn a_restart_gives_everybody_a_new_grace() {
    let mut story = Story::with(&["alice", "bob"]);
    story.at(100_000);
    story.put(Input::Restarted { sfu_available: None });
    story.at(129_000);
    story.resumes("alice", true).unwrap();
    assert_eq!(story.person("bob").connection, Connection::Reconnecting);
    story.at(131_000);
    assert!(story.is_here("alice") && !story.is_here("bob"));
    story.check_mirrors();
}

#[test]
fn a_forgotten_resume_token_is_worth_nothing() {
    let mut story = Story::with(&["alice", "bob"]);
    let participant = story.id("bob");
    story.put(Input::ForgetResume { participant });
    assert_eq!(story.state.resume_hash(participant), None);
}
