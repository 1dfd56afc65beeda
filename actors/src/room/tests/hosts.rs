use super::story::*;
use crate::protocol::{CloseCode, ErrorCode, MediaKind, Settings, room::Allowed};
use serde_json::{Value, json};

fn with_cohost() -> Story {
    let mut story = Story::with(&["alice", "bob", "carol", "dave"]);
    story.ok("alice", json!({ "type": "set_role", "participantId": "@bob", "role": "cohost" }));
    story.forget_the_past();
    story
}

#[test]
fn muting_all_spares_the_sender_and_hosts() {
    let mut story = with_cohost();
    story.ok("bob", json!({ "type": "mute", "all": true, "kind": "audio" }));
    let muted = ["alice", "bob", "carol", "dave"].map(|name| story.person(name).muted);
    assert_eq!(muted, [false, false, true, true]);
    let told = story.got("carol", "participant_updated");
    assert_eq!(told["by"], json!(story.id("bob")));
    story.check_mirrors();
}

#[test]
fn each_kind_is_switched_off_by_itself() {
    let mut story = with_cohost();
    story.ok("carol", json!({ "type": "update_state", "videoOn": true, "screenSharing": true }));
    for kind in [MediaKind::Video, MediaKind::Screen] {
        story.ok("alice", json!({ "type": "mute", "participantId": "@carol", "kind": kind }));
    }
    let carol = story.person("carol");
    assert!(!carol.muted && !carol.video_on && !carol.screen_sharing);
    for bad in [json!({}), json!({ "participantId": "@carol", "all": true })] {
        let mut command: Value = json!({ "type": "mute", "kind": "audio" });
        bad.as_object().unwrap().iter().for_each(|(key, value)| command[key] = value.clone());
        assert_eq!(story.refused("alice", command), ErrorCode::BadField);
    }
}

#[test]
fn being_asked_is_a_permission_to_unmute() {
    let mut story = Story::new(Settings { unmute: Allowed::Hosts, mute_on_entry: true, ..open_room() });
    ["alice", "bob"].iter().for_each(|name| story.joins(name));
    let unmute = json!({ "type": "update_state", "muted": false });
    assert_eq!(story.refused("bob", unmute.clone()), ErrorCode::NotPermitted);
    story.ok("alice", json!({ "type": "ask_unmute", "participantId": "@bob", "kind": "audio" }));
    assert_eq!(story.got("bob", "unmute_requested")["from"], json!(story.id("alice")));
    story.ok("bob", unmute.clone());
    story.ok("alice", json!({ "type": "mute", "participantId": "@bob", "kind": "audio" }));
    assert_eq!(story.refused("bob", unmute), ErrorCode::NotPermitted);
}

#[test]
fn cohosts_do_not_act_on_the_host() {
    let mut story = with_cohost();
    for command in [
        json!({ "type": "mute", "participantId": "@alice", "kind": "audio" }),
        json!({ "type": "mute", "participantId": "@alice", "kind": "video" }),
        json!({ "type": "mute", "participantId": "@alice", "kind": "screen" }),
        json!({ "type": "remove", "participantId": "@alice" }),
        json!({ "type": "remove", "participantId": "@alice", "ban": true }),
        json!({ "type": "rename", "participantId": "@alice", "displayName": "X" }),
        json!({ "type": "send_to_waiting", "participantId": "@alice" }),
        json!({ "type": "transfer_host", "participantId": "@alice" }),
        json!({ "type": "transfer_host", "participantId": "@bob" }),
        json!({ "type": "set_role", "participantId": "@alice", "role": "host" }),
        json!({ "type": "set_role", "participantId": "@alice", "role": "cohost" }),
        json!({ "type": "set_role", "participantId": "@alice", "role": "participant" }),
        json!({ "type": "set_role", "participantId": "@carol", "role": "host" }),
        json!({ "type": "set_role", "participantId": "@carol", "role": "cohost" }),
    ] {
        assert_eq!(story.refused("bob", command.clone()), ErrorCode::NotPermitted, "{command}");
    }
    story.ok("bob", json!({ "type": "set_role", "participantId": "@carol", "role": "presenter" }));
}

#[test]
fn a_removed_person_comes_back_only_through_the_waiting_room() {
    let mut story = with_cohost();
    story.ok("bob", json!({ "type": "remove", "participantId": "@carol" }));
    assert_eq!(story.got("carol", "removed")["ban"], false);
    assert_eq!(story.closed_with("carol"), Some(CloseCode::Refused));
    assert_eq!(story.got("dave", "participant_left")["reason"], "removed");
    assert_eq!(story.resumes("carol", false), Err(ErrorCode::ResumeExpired));
    story.knocks("carol");
    story.ok("alice", json!({ "type": "admit", "participantId": "@carol" }));
    story.ok("carol", json!({ "type": "leave_room" }));
    story.joins("carol");
    story.check_mirrors();
}

#[test]
fn a_ban_holds_for_the_session() {
    let mut story = with_cohost();
    story.ok("alice", json!({ "type": "remove", "participantId": "@bob", "ban": true }));
    assert_eq!(story.hello("bob"), Err(ErrorCode::Banned));
    assert!(story.state.is_banned(&identity("bob")));
    assert_eq!(story.refused("alice", json!({ "type": "remove", "participantId": "@alice" })), ErrorCode::BadField);
}

#[test]
fn a_waiting_person_can_be_banned_too() {
    let mut story = Story::new(Settings::default());
    story.joins("alice");
    story.knocks("bob");
    story.ok("alice", json!({ "type": "remove", "participantId": "@bob", "ban": true }));
    assert_eq!(story.hello("bob"), Err(ErrorCode::Banned));
}

#[test]
fn the_spotlight_goes_out_with_its_person() {
    let mut story = with_cohost();
    story.ok("bob", json!({ "type": "spotlight", "participantId": "@carol" }));
    assert_eq!(story.got("dave", "room_updated")["room"]["spotlight"], json!(story.id("carol")));
    story.ok("carol", json!({ "type": "leave_room" }));
    assert_eq!(story.got("dave", "room_updated")["room"].get("spotlight"), None);
    story.check_mirrors();
}

#[test]
fn a_name_that_a_host_chose_stays() {
    let mut story = with_cohost();
    story.ok("dave", json!({ "type": "rename", "displayName": "D\u{202E}ave" }));
    assert_eq!(story.person("dave").display_name, "Dave");
    story.ok("alice", json!({ "type": "rename", "participantId": "@dave", "displayName": "Guest 4" }));
    story.joins("dave");
    assert_eq!(story.person("dave").display_name, "Guest 4");
    assert_eq!(
        story.refused("carol", json!({ "type": "rename", "participantId": "@dave", "displayName": "X" })),
        ErrorCode::NotPermitted
    );
}

#[test]
fn settings_are_laid_over_and_checked() {
    let mut story = with_cohost();
    story.ok("bob", json!({ "type": "update_room", "name": "Coffee", "settings": { "meshLimit": 3 } }));
    let room = story.got("carol", "room_updated");
    assert_eq!((&room["room"]["name"], &room["room"]["settings"]["meshLimit"]), (&json!("Coffee"), &json!(3)));
    assert!(story.effects.iter().any(|effect| matches!(effect, crate::room::Effect::RoomRecordChanged)));
    let error = story.error("bob", json!({ "type": "update_room", "name": "Tea", "settings": { "meshLimit": 99 } }));
    assert_eq!((error.code, error.field.as_deref()), (ErrorCode::BadField, Some("meshLimit")));
    assert_eq!(story.state.room().name, "Coffee");
    story.check_mirrors();
}
