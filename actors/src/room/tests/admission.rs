use super::story::*;
use crate::{
    protocol::{CloseCode, ErrorCode, Settings, Stage},
    room::{Effect, Input},
};
use serde_json::json;

/// Alice is in; the named ones wait.
fn waiting(names: &[&str]) -> Story {
    let mut story = Story::new(Settings::default());
    story.joins("alice");
    names.iter().for_each(|name| story.knocks(name));
    story
}

fn admit(story: &mut Story, name: &str) {
    story.ok("alice", json!({ "type": "admit", "participantId": format!("@{name}") }));
}

#[test]
fn alice_admits_bob() {
    let mut story = waiting(&["bob"]);
    let list = story.got("alice", "waiting_updated");
    assert_eq!(list["waiting"][0]["displayName"], "Bob");
    assert_eq!(list["waiting"][0]["known"], false);
    story.forget_the_past();
    admit(&mut story, "bob");
    assert_eq!(story.heard("bob"), ["admitted", "welcome"]);
    let heard = story.heard("alice");
    assert!(heard.contains(&"participant_joined".to_owned()), "{heard:?}");
    assert_eq!(heard.last().map(String::as_str), Some("waiting_updated"));
    assert_eq!(story.audited(), ["person.admitted", "room.joined"]);
    story.check_mirrors();
}

#[test]
fn an_offline_knock_is_admitted_when_it_is_back_in_time() {
    for (back_after, stage) in [(59_000, Stage::Joined), (61_000, Stage::Waiting)] {
        let mut story = waiting(&["bob"]);
        story.loses_socket("bob");
        admit(&mut story, "bob");
        assert!(story.waits("bob"), "an admission without a socket is only a promise");
        story.at(back_after);
        story.resumes("bob", false).unwrap();
        assert_eq!(story.state.stage(story.id("bob")), Some(stage), "after {back_after} ms");
        story.check_mirrors();
    }
}

#[test]
fn a_grant_is_for_once_and_for_one() {
    let mut story = waiting(&["bob", "carol"]);
    story.redeems = false;
    admit(&mut story, "bob");
    let grant = story.effects.iter().find_map(|effect| match effect {
        Effect::Grant { grant, .. } => Some(*grant),
        _ => None,
    });
    let (grant, bob, carol) = (grant.expect("bob is online"), story.id("bob"), story.id("carol"));
    let stolen = story.put(Input::Redeem { participant: carol, grant });
    assert_eq!(stolen.reply.err().map(|error| error.code), Some(ErrorCode::NotAdmitted));
    story.at(60_000);
    let late = story.put(Input::Redeem { participant: bob, grant });
    assert_eq!(late.reply.err().map(|error| error.code), Some(ErrorCode::NotAdmitted));
    story.redeems = true;
    admit(&mut story, "bob");
    assert!(story.is_here("bob"));
}

#[test]
fn admit_leave_and_deny_race_without_a_ghost() {
    let mut story = waiting(&["bob", "carol"]);
    story.redeems = false;
    admit(&mut story, "bob");
    story.ok("bob", json!({ "type": "leave_room" }));
    admit(&mut story, "carol");
    story.ok("alice", json!({ "type": "deny", "participantId": "@carol" }));
    let grants: Vec<_> = story
        .effects
        .iter()
        .filter_map(|e| if let Effect::Grant { to, grant } = e { Some((*to, *grant)) } else { None })
        .collect();
    for (participant, grant) in grants {
        let reply = story.put(Input::Redeem { participant, grant }).reply;
        assert_eq!(reply.err().map(|error| error.code), Some(ErrorCode::NoSuchParticipant));
    }
    assert_eq!(story.state.observe().participants, 1);
    assert_eq!(story.closed_with("carol"), Some(CloseCode::Refused));
}

#[test]
fn admitting_all_stops_at_the_last_place() {
    let mut story = Story::new(Settings { max_participants: 3, ..Settings::default() });
    story.joins("alice");
    ["bob", "carol", "dave"].iter().for_each(|name| story.knocks(name));
    story.ok("alice", json!({ "type": "admit_all" }));
    assert!(story.is_here("bob") && story.is_here("carol") && story.waits("dave"));
    assert_eq!(story.refused("alice", json!({ "type": "admit", "participantId": "@dave" })), ErrorCode::RoomFull);
    assert_eq!(story.refused("alice", json!({ "type": "admit_all" })), ErrorCode::RoomFull);
    story.check_mirrors();
}

#[test]
fn bob_is_denied_and_may_knock_again() {
    let mut story = waiting(&["bob"]);
    story.ok("alice", json!({ "type": "deny", "participantId": "@bob", "message": "later" }));
    assert_eq!(story.got("bob", "denied")["message"], "later");
    assert!(story.forgotten("bob"));
    story.knocks("bob");
    story.ok("alice", json!({ "type": "deny_all" }));
    assert_eq!(story.state.observe().waiting, 0);
}

#[test]
fn places_move_up_and_each_is_told_only_what_changed_for_them() {
    let mut story = waiting(&["bob", "carol"]);
    assert_eq!(story.got("carol", "waiting")["position"], 2);
    story.forget_the_past();
    story.ok("bob", json!({ "type": "leave_room" }));
    assert_eq!(story.got("carol", "waiting")["position"], 1);
    story.knocks("dave");
    assert_eq!(story.heard("carol"), Vec::<String>::new());
}

#[test]
fn alice_writes_to_those_who_wait() {
    let mut story = waiting(&["bob", "carol"]);
    story.ok("alice", json!({ "type": "waiting_message", "text": "Five minutes" }));
    story.ok("alice", json!({ "type": "waiting_message", "text": "You next", "to": "@bob" }));
    story.knocks("dave");
    for (name, message) in [("bob", "You next"), ("carol", "Five minutes"), ("dave", "Five minutes")] {
        assert_eq!(story.got(name, "waiting")["message"], message);
    }
    story.ok("alice", json!({ "type": "waiting_message", "text": "" }));
    assert_eq!(story.got("bob", "waiting").get("message"), None);
    story.check_mirrors();
}

#[test]
fn bob_is_sent_back_to_wait_and_stays_the_same_person() {
    let mut story = Story::with(&["alice", "bob", "carol"]);
    let bob = story.id("bob");
    story.ok("alice", json!({ "type": "send_to_waiting", "participantId": "@bob" }));
    assert_eq!(story.heard("bob"), ["waiting"]);
    assert_eq!(story.got("carol", "participant_left")["reason"], "sent_to_waiting");
    assert!(story.waits("bob"), "though the room has no waiting room");
    story.knocks("bob");
    admit(&mut story, "bob");
    assert_eq!(story.id("bob"), bob);
    assert_eq!(story.refused("alice", json!({ "type": "send_to_waiting", "participantId": "@alice" })), ErrorCode::NotPermitted);
    story.check_mirrors();
}

#[test]
fn who_was_admitted_before_may_be_let_in_at_once() {
    for (admit_known, stage) in [(true, Stage::Joined), (false, Stage::Waiting)] {
        let mut story = Story::new(Settings { admit_known, ..Settings::default() });
        story.joins("alice");
        story.knocks("bob");
        admit(&mut story, "bob");
        story.ok("bob", json!({ "type": "leave_room" }));
        assert_eq!(story.hello("bob"), Ok(stage));
    }
}

#[test]
fn a_knock_outlives_its_socket_and_a_restart_for_two_minutes() {
    let mut story = waiting(&["bob"]);
    story.put(Input::Restarted { sfu_available: None });
    story.at(29_000);
    story.resumes("alice", true).unwrap();
    story.at(119_000);
    assert!(story.waits("bob"));
    story.resumes("bob", true).unwrap();
    story.loses_socket("bob");
    story.at(119_000 + 120_000);
    assert!(!story.waits("bob") && story.forgotten("bob"));
    assert_eq!(story.resumes("bob", false), Err(ErrorCode::ResumeExpired));
}

#[test]
fn a_preview_is_shown_to_those_who_may_admit() {
    let mut story = Story::new(Settings::default());
    story.joins("alice");
    story.knocks("bob");
    admit(&mut story, "bob");
    story.knocks("carol");
    story.forget_the_past();
    let image = "data:image/jpeg;base64,AAAA";
    story.ok("carol", json!({ "type": "offer_preview", "image": image }));
    assert_eq!(story.heard("bob"), Vec::<String>::new());
    let heard = story.events_of("alice");
    assert_eq!(json!(heard)[0]["image"], image);
    assert_eq!(json!(heard)[1]["waiting"][0]["hasPreview"], true);
    story.ok("alice", json!({ "type": "set_role", "participantId": "@bob", "role": "cohost" }));
    assert_eq!(story.got("bob", "waiting_preview")["image"], image);
    for bad in ["", "data:image/png;base64,AAAA", "data:image/jpeg;base64,<script>", "https://x/y.jpg"] {
        assert_eq!(story.refused("carol", json!({ "type": "offer_preview", "image": bad })), ErrorCode::BadField, "{bad}");
    }
    let huge = format!("data:image/jpeg;base64,{}", "A".repeat(33_000));
    assert_eq!(story.refused("carol", json!({ "type": "offer_preview", "image": huge })), ErrorCode::TooLong);
    assert_eq!(story.refused("bob", json!({ "type": "offer_preview", "image": null })), ErrorCode::NotPermitted);
    story.check_mirrors();
}
