use super::story::*;
use crate::protocol::{ErrorCode, Role};
use serde_json::json;

#[test]
fn a_state_is_taken_whole_or_not_at_all() {
    let mut story = Story::with(&["alice", "bob"]);
    story.ok("alice", json!({ "type": "update_room", "settings": { "screenShare": "hosts" } }));
    assert_eq!(
        story.refused("bob", json!({ "type": "update_state", "videoOn": true, "screenSharing": true })),
        ErrorCode::NotPermitted
    );
    assert!(!story.person("bob").video_on);
    story.forget_the_past();
    story.ok("bob", json!({ "type": "update_state", "videoOn": true, "muted": true }));
    assert_eq!(story.heard("alice"), ["participant_updated"]);
    story.ok("bob", json!({ "type": "update_state", "videoOn": true }));
    assert_eq!(story.heard("alice"), Vec::<String>::new(), "nothing changed, nothing is told");
}

#[test]
fn one_screen_at_a_time() {
    let mut story = Story::with(&["alice", "bob"]);
    story.ok("bob", json!({ "type": "update_state", "screenSharing": true }));
    story.ok("alice", json!({ "type": "update_state", "screenSharing": true }));
    assert!(story.person("alice").screen_sharing && !story.person("bob").screen_sharing);
    let told = json!(story.events_of("bob"));
    assert_eq!(told[1]["by"], json!(story.id("alice")));
    story.check_mirrors();
}

#[test]
fn observers_publish_nothing() {
    let mut story = Story::with(&["alice"]);
    story.hello_as("olga", crate::room::Claims { role: Role::Observer, ..claims("olga") }).unwrap();
    for state in [json!({ "muted": false }), json!({ "videoOn": true }), json!({ "screenSharing": true })] {
        let mut command = state;
        command["type"] = json!("update_state");
        assert_eq!(story.refused("olga", command.clone()), ErrorCode::NotPermitted, "{command}");
    }
    story.ok("olga", json!({ "type": "raise_hand" }));
}

#[test]
fn who_becomes_an_observer_stops_publishing() {
    let mut story = Story::with(&["alice", "bob"]);
    story.ok("bob", json!({ "type": "update_state", "videoOn": true, "screenSharing": true }));
    story.ok("alice", json!({ "type": "set_role", "participantId": "@bob", "role": "observer" }));
    let bob = story.person("bob");
    assert!(bob.muted && !bob.video_on && !bob.screen_sharing);
    story.check_mirrors();
}

#[test]
fn narrowing_a_setting_stops_what_it_forbids() {
    let mut story = Story::with(&["alice", "bob"]);
    story.ok("bob", json!({ "type": "update_state", "screenSharing": true }));
    story.ok("alice", json!({ "type": "update_room", "settings": { "screenShare": "presenters" } }));
    assert!(!story.person("bob").screen_sharing);
    story.check_mirrors();
}

#[test]
fn hands_keep_the_order_in_which_they_went_up() {
    let mut story = Story::with(&["alice", "bob", "carol"]);
    story.at(1_000);
    story.ok("carol", json!({ "type": "raise_hand", "raised": true }));
    story.at(2_000);
    story.ok("bob", json!({ "type": "update_state", "handRaised": true }));
    story.ok("carol", json!({ "type": "raise_hand", "raised": true }));
    assert!(story.person("carol").hand_raised_at < story.person("bob").hand_raised_at);
    story.ok("alice", json!({ "type": "lower_hands", "participantId": "@carol" }));
    assert_eq!(story.person("carol").hand_raised_at, None);
    assert!(story.person("bob").hand_raised_at.is_some());
    story.ok("alice", json!({ "type": "lower_hands" }));
    assert_eq!(story.person("bob").hand_raised_at, None);
    assert_eq!(story.refused("bob", json!({ "type": "lower_hands" })), ErrorCode::NotPermitted);
}

#[test]
fn offers_pass_between_two_and_change_nothing() {
    let mut story = Story::with(&["alice", "bob"]);
    let sdp = "v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\n";
    let entries = story.journal.len();
    story.ok("bob", json!({ "type": "offer", "to": "@alice", "sdp": sdp, "epoch": 1 }));
    story.ok("alice", json!({ "type": "answer", "to": "@bob", "sdp": sdp, "epoch": 1 }));
    story.ok("alice", json!({ "type": "ice_candidate", "to": "@bob", "candidate": null, "epoch": 1 }));
    assert_eq!(story.journal.len(), entries);
    assert_eq!(story.got("alice", "offer_received")["from"], json!(story.id("bob")));
    assert_eq!(story.heard("bob"), ["answer_received", "ice_candidate_received"]);
    assert_eq!(story.refused("bob", json!({ "type": "offer", "to": "@bob", "sdp": sdp, "epoch": 1 })), ErrorCode::BadField);
    story.ok("bob", json!({ "type": "leave_room" }));
    let late = json!({ "type": "offer", "to": "@bob", "sdp": sdp, "epoch": 1 });
    assert_eq!(story.refused("alice", late), ErrorCode::NoSuchParticipant);
}

#[test]
fn sdp_never_reaches_who_waits() {
    let mut story = Story::new(Default::default());
    story.joins("alice");
    story.knocks("bob");
    let offer = json!({ "type": "offer", "to": "@bob", "sdp": "v=0\r\n", "epoch": 1 });
    assert_eq!(story.refused("alice", offer), ErrorCode::NoSuchParticipant);
}

#[test]
fn reactions_pass_by() {
    let mut story = Story::with(&["alice", "bob"]);
    story.ok("bob", json!({ "type": "react", "emoji": "👩‍💻" }));
    assert_eq!(story.got("alice", "reaction_received")["emoji"], "👩‍💻");
    assert_eq!(story.refused("bob", json!({ "type": "react", "emoji": "x".repeat(33) })), ErrorCode::TooLong);
    assert_eq!(story.refused("bob", json!({ "type": "react", "emoji": "\u{202E}" })), ErrorCode::BadField);
}
