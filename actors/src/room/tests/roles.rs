use super::story::*;
use crate::protocol::{ErrorCode, Role, Settings};
use serde_json::json;

fn roles(story: &Story, names: &[&str]) -> Vec<Role> {
    names.iter().map(|name| story.person(name).role).collect()
}

#[test]
fn who_may_admit_since_now_sees_who_waits_and_who_may_not_any_more_does_not() {
    let mut story = Story::new(Settings::default());
    story.joins("alice");
    ["bob", "carol"].iter().for_each(|name| story.knocks(name));
    story.ok("alice", json!({ "type": "admit", "participantId": "@bob" }));
    story.forget_the_past();
    story.ok("alice", json!({ "type": "set_role", "participantId": "@bob", "role": "cohost" }));
    assert_eq!(story.got("bob", "waiting_updated")["waiting"][0]["displayName"], "Carol");
    story.check_mirrors();
    story.ok("alice", json!({ "type": "set_role", "participantId": "@bob", "role": "presenter" }));
    assert_eq!(story.got("bob", "waiting_updated")["waiting"], json!([]));
    story.check_mirrors();
    assert_eq!(story.audited(), ["role.changed", "role.changed"]);
}

#[test]
fn a_role_is_kept_for_the_session() {
    let mut story = Story::with(&["alice", "bob"]);
    story.ok("alice", json!({ "type": "set_role", "participantId": "@bob", "role": "presenter" }));
    story.ok("bob", json!({ "type": "leave_room" }));
    story.joins("bob");
    assert_eq!(story.person("bob").role, Role::Presenter);
}

#[test]
fn the_host_hands_over_on_purpose_and_it_stays_so() {
    let mut story = Story::with(&["alice", "bob"]);
    story.ok("alice", json!({ "type": "transfer_host", "participantId": "@bob" }));
    assert_eq!(roles(&story, &["alice", "bob"]), [Role::Cohost, Role::Host]);
    story.ok("alice", json!({ "type": "leave_room" }));
    story.joins("alice");
    assert_eq!(roles(&story, &["alice", "bob"]), [Role::Cohost, Role::Host]);
    assert_eq!(story.refused("alice", json!({ "type": "transfer_host", "participantId": "@alice" })), ErrorCode::NotPermitted);
    story.ok("bob", json!({ "type": "set_role", "participantId": "@alice", "role": "host" }));
    assert_eq!(roles(&story, &["alice", "bob"]), [Role::Host, Role::Cohost]);
    assert_eq!(
        story.refused("alice", json!({ "type": "set_role", "participantId": "@alice", "role": "observer" })),
        ErrorCode::BadField
    );
}

#[test]
fn an_absent_host_is_replaced_by_whoever_is_here_longest() {
    let mut story = Story::with(&["alice", "bob", "carol"]);
    story.ok("alice", json!({ "type": "leave_room" }));
    assert_eq!(story.got("bob", "room_updated")["room"]["hostPresent"], false);
    story.at(59_999);
    assert_eq!(roles(&story, &["bob", "carol"]), [Role::Participant, Role::Participant]);
    story.at(60_000);
    assert_eq!(roles(&story, &["bob", "carol"]), [Role::Host, Role::Participant]);
    assert_eq!(story.got("carol", "room_updated")["room"]["hostPresent"], true);
    story.joins("alice");
    assert_eq!(roles(&story, &["alice", "bob"]), [Role::Host, Role::Cohost], "the host is back");
    story.check_mirrors();
}

#[test]
fn a_cohost_comes_before_longer_presence() {
    let mut story = Story::with(&["alice", "bob", "carol"]);
    story.ok("alice", json!({ "type": "set_role", "participantId": "@carol", "role": "cohost" }));
    story.ok("alice", json!({ "type": "leave_room" }));
    story.at(60_000);
    assert_eq!(roles(&story, &["bob", "carol"]), [Role::Participant, Role::Host]);
}

#[test]
fn no_hand_over_where_it_is_switched_off_or_no_host_ever_was() {
    let mut off = Story::new(Settings { hand_over_host: false, ..open_room() });
    ["alice", "bob"].iter().for_each(|name| off.joins(name));
    off.ok("alice", json!({ "type": "leave_room" }));
    off.at(600_000);
    assert_eq!(off.person("bob").role, Role::Participant);
    let mut never = Story::new(open_room());
    never.joins("bob");
    never.at(600_000);
    assert_eq!(never.person("bob").role, Role::Participant);
}

#[test]
fn a_host_who_reconnects_in_time_was_never_absent() {
    let mut story = Story::with(&["alice", "bob"]);
    story.loses_socket("alice");
    story.at(29_000);
    story.resumes("alice", false).unwrap();
    story.at(200_000);
    assert_eq!(roles(&story, &["alice", "bob"]), [Role::Host, Role::Participant]);
}

#[test]
fn only_observers_are_no_heirs_and_the_room_does_not_spin() {
    let mut story = Story::with(&["alice"]);
    story.hello_as("olga", crate::room::Claims { role: Role::Observer, ..claims("olga") }).unwrap();
    story.ok("alice", json!({ "type": "leave_room" }));
    let entries = story.journal.len();
    story.at(300_000);
    assert_eq!(story.person("olga").role, Role::Observer);
    assert!(story.journal.len() - entries <= 5);
}

#[test]
fn a_second_claimed_host_is_cohost() {
    let host = |name: &str| crate::room::Claims { role: Role::Host, ..claims(name) };
    let mut story = Story::new(open_room());
    story.hello_as("bob", host("bob")).unwrap();
    story.hello_as("carol", host("carol")).unwrap();
    assert_eq!(roles(&story, &["bob", "carol"]), [Role::Host, Role::Cohost]);
    story.joins("alice");
    assert_eq!(roles(&story, &["alice", "bob", "carol"]), [Role::Host, Role::Cohost, Role::Cohost]);
    story.check_mirrors();
}
