//! Admitted once, known in the sessions to come.

use super::story::*;
use crate::{
    at,
    ids::Identity,
    protocol::{Settings, Stage},
    room::{Effect, Rules, replay::Opening},
};
use serde_json::json;

/// What the room tells the store of those whom hosts let in, in order.
fn remembered(story: &Story) -> Vec<(&'static str, Identity)> {
    let told = |effect: &Effect| match effect {
        Effect::RememberAdmitted(identity) => Some(("remember", identity.clone())),
        Effect::ForgetAdmitted(identity) => Some(("forget", identity.clone())),
        _ => None,
    };
    story.effects.iter().filter_map(told).collect()
}

/// The next session of a room in which bob was admitted before.
fn next_session(settings: Settings) -> Story {
    let before = Story::new(settings);
    let record = before.state.record().clone();
    let session_id = uuid::Uuid::from_u128(4).into();
    let known = vec![identity("bob")];
    Story::opened(Opening { record, session_id, rules: Rules::default(), opened_at: at(OPENED), known })
}

#[test]
fn bob_was_admitted_in_an_earlier_session() {
    for (admit_known, stage) in [(true, Stage::Joined), (false, Stage::Waiting)] {
        let mut story = next_session(Settings { admit_known, ..Settings::default() });
        story.joins("alice");
        assert_eq!(story.hello("bob"), Ok(stage), "with admitKnown {admit_known}");
        story.knocks("carol");
        story.check_journal();
        story.check_mirrors();
    }
}

#[test]
fn hosts_and_cohosts_see_who_is_known() {
    let mut story = next_session(Settings { admit_known: false, ..Settings::default() });
    story.joins("alice");
    story.knocks("carol");
    story.ok("alice", json!({ "type": "admit", "participantId": "@carol" }));
    story.ok("alice", json!({ "type": "set_role", "participantId": "@carol", "role": "cohost" }));
    story.knocks("bob");
    story.knocks("dave");
    for host in ["alice", "carol"] {
        let list = story.got(host, "waiting_updated");
        assert_eq!((&list["waiting"][0]["known"], &list["waiting"][1]["known"]), (&json!(true), &json!(false)), "{host}");
    }
}

#[test]
fn an_admission_is_remembered_and_a_removal_forgets_it() {
    let mut story = Story::new(Settings { admit_known: true, ..Settings::default() });
    story.joins("alice");
    story.knocks("bob");
    story.ok("alice", json!({ "type": "admit", "participantId": "@bob" }));
    story.ok("alice", json!({ "type": "remove", "participantId": "@bob" }));
    let expected = [("remember", identity("bob")), ("forget", identity("bob"))];
    assert!(remembered(&story) == expected);
    story.knocks("bob");
    let list = story.got("alice", "waiting_updated");
    assert_eq!(list["waiting"][0]["known"], false);
}

#[test]
fn whoever_needed_no_admission_is_not_remembered() {
    let mut story = Story::with(&["alice", "bob"]);
    story.ok("bob", json!({ "type": "leave_room" }));
    assert!(remembered(&story).is_empty());
}
