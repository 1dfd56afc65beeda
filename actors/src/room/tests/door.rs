use super::story::*;
use crate::protocol::{CloseCode, ErrorCode, Role, Settings, Stage, room::WaitingRoom};
use serde_json::json;

fn settings(waiting_room: WaitingRoom, join_before_host: bool) -> Settings {
    Settings { waiting_room, join_before_host, ..Settings::default() }
}

fn account(name: &str) -> crate::room::Claims {
    crate::room::Claims { guest: false, ..claims(name) }
}

#[test]
fn who_waits_is_a_table() {
    use Stage::{Joined, Waiting};
    for (waiting_room, before_host, host_there, guest, stage) in [
        (WaitingRoom::Off, true, false, true, Joined),
        (WaitingRoom::Off, false, false, true, Waiting),
        (WaitingRoom::Off, false, true, true, Joined),
        (WaitingRoom::Everyone, true, true, false, Waiting),
        (WaitingRoom::Guests, true, true, true, Waiting),
        (WaitingRoom::Guests, true, true, false, Joined),
        (WaitingRoom::Guests, false, false, false, Waiting),
    ] {
        let mut story = Story::new(settings(waiting_room, before_host));
        if host_there {
            story.joins("alice");
        }
        let bob = if guest { claims("bob") } else { account("bob") };
        assert_eq!(story.hello_as("bob", bob), Ok(stage), "{waiting_room:?} {before_host} {host_there} {guest}");
    }
}

#[test]
fn the_owner_is_host_and_never_waits() {
    let mut story = Story::new(settings(WaitingRoom::Everyone, false));
    story.joins("alice");
    assert_eq!(story.person("alice").role, Role::Host);
    assert_eq!(story.heard("alice"), ["welcome"]);
}

#[test]
fn without_a_host_people_wait_and_come_in_by_themselves_when_it_arrives() {
    let mut story = Story::new(settings(WaitingRoom::Off, false));
    story.knocks("bob");
    assert_eq!(story.got("bob", "waiting")["hostPresent"], false);
    story.joins("alice");
    assert!(story.is_here("bob"));
    assert_eq!(story.heard("bob"), ["admitted", "welcome"]);
    story.check_mirrors();
}

#[test]
fn switching_the_waiting_room_off_lets_in_who_waits() {
    let mut story = Story::new(settings(WaitingRoom::Everyone, true));
    story.joins("alice");
    story.knocks("bob");
    story.ok("alice", json!({ "type": "update_room", "settings": { "waitingRoom": "off" } }));
    assert!(story.is_here("bob"));
    story.check_mirrors();
}

#[test]
fn a_locked_room_lets_nobody_new_in_not_even_to_wait() {
    let mut story = Story::with(&["alice", "bob"]);
    story.ok("alice", json!({ "type": "lock", "locked": true }));
    assert_eq!(story.hello("carol"), Err(ErrorCode::RoomLocked));
    story.joins("bob");
    assert_eq!(story.closed_with("bob"), Some(CloseCode::JoinedElsewhere), "who is here may come from elsewhere");
}

#[test]
fn a_full_room_refuses_but_its_host() {
    let mut story = Story::new(Settings { max_participants: 2, ..open_room() });
    story.joins("bob");
    story.joins("carol");
    assert_eq!(story.hello("dave"), Err(ErrorCode::RoomFull));
    story.joins("alice");
    assert_eq!(story.state.observe().participants, 3);
}

#[test]
fn no_setting_and_no_host_takes_a_room_over_the_operators_maximum() {
    let rules = crate::room::Rules { participants_max: 3, ..Default::default() };
    let mut story =
        Story::with_rules(Settings { max_participants: 100, waiting_room: WaitingRoom::Guests, ..open_room() }, rules);
    let host = |name: &str| crate::room::Claims { role: Role::Host, ..account(name) };
    story.joins("alice");
    story.hello_as("bob", account("bob")).unwrap();
    story.knocks("carol");
    story.loses_socket("carol");
    story.ok("alice", json!({ "type": "admit", "participantId": "@carol" }));
    // One place is promised, and it stays hers.
    assert_eq!(story.hello_as("dave", account("dave")), Err(ErrorCode::RoomFull));
    assert_eq!(story.hello_as("erin", host("erin")), Err(ErrorCode::RoomFull));
    story.resumes("carol", false).unwrap();
    assert_eq!(story.state.observe().participants, 3);
    assert_eq!(story.hello_as("erin", host("erin")), Err(ErrorCode::RoomFull));
    let more = json!({ "type": "update_room", "settings": { "maxParticipants": 4 } });
    let error = story.error("alice", more);
    assert_eq!((error.code, error.field.as_deref()), (ErrorCode::BadField, Some("maxParticipants")));
    story.ok("alice", json!({ "type": "update_room", "settings": { "meshLimit": 3 } }));
}

#[test]
fn guests_may_be_kept_out() {
    let mut story = Story::new(Settings { allow_guests: false, ..open_room() });
    assert_eq!(story.hello("bob"), Err(ErrorCode::NotPermitted));
    assert_eq!(story.hello_as("bob", account("bob")), Ok(Stage::Joined));
}

#[test]
fn a_name_is_cleaned_at_the_door() {
    let mut story = Story::with(&["alice"]);
    let named = |name: &str| crate::room::Claims { display_name: name.to_owned(), ..claims("bob") };
    assert_eq!(story.hello_as("bob", named(" B\u{202E}ob\u{0} ")), Ok(Stage::Joined));
    assert_eq!(story.person("bob").display_name, "Bob");
    assert_eq!(story.hello_as("bob", named(&"x".repeat(81))), Err(ErrorCode::TooLong));
    assert_eq!(story.hello_as("bob", named("\u{7}")), Err(ErrorCode::BadField));
}

#[test]
fn only_so_many_may_wait() {
    let rules = crate::room::Rules { waiting_max: 2, ..Default::default() };
    let mut story = Story::with_rules(Settings::default(), rules);
    story.knocks("bob");
    story.knocks("carol");
    assert_eq!(story.hello("dave"), Err(ErrorCode::RoomFull));
}

#[test]
fn mute_on_entry_spares_hosts_and_observers_are_always_muted() {
    let mut story = Story::new(Settings { mute_on_entry: true, ..open_room() });
    story.joins("alice");
    story.joins("bob");
    assert!(!story.person("alice").muted);
    assert!(story.person("bob").muted);
    let mut quiet = Story::with(&["alice"]);
    quiet.hello_as("olga", crate::room::Claims { role: Role::Observer, ..claims("olga") }).unwrap();
    assert!(quiet.person("olga").muted);
}
