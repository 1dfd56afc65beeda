use super::story::*;
use crate::{
    at,
    ports::SessionSummary,
    protocol::{CloseCode, EndReason, ErrorCode, Settings},
    room::{Effect, Input},
};
use serde_json::json;

fn ended(story: &Story) -> Option<(EndReason, SessionSummary)> {
    story.effects.iter().find_map(|effect| match effect {
        Effect::SessionEnded { reason, summary } => Some((*reason, (**summary).clone())),
        _ => None,
    })
}

#[test]
fn the_host_ends_it_for_all_waiting_people_too() {
    let mut story = Story::new(Settings::default());
    story.joins("alice");
    story.knocks("bob");
    story.at(90_500);
    story.ok("alice", json!({ "type": "end_session" }));
    for name in ["alice", "bob"] {
        assert_eq!(story.got(name, "session_ended")["reason"], "ended_by_host");
        assert_eq!(story.closed_with(name), Some(CloseCode::SessionEnded));
        assert!(story.forgotten(name));
    }
    let (reason, summary) = ended(&story).expect("it ended");
    assert_eq!((reason, summary.peak), (EndReason::EndedByHost, 1));
    assert_eq!(summary.report["participants"][0]["seconds"], 90);
    assert_eq!(summary.report["participants"].as_array().map(Vec::len), Some(1), "who only waited was not there");
    assert_eq!(story.hello("carol"), Err(ErrorCode::RoomEnded));
    assert_eq!(story.state.next_deadline(), None);
    story.check_journal();
}

#[test]
fn an_empty_session_ends_after_its_grace() {
    let mut story = Story::with(&["alice"]);
    story.ok("alice", json!({ "type": "leave_room" }));
    story.at(30_000);
    story.joins("alice");
    story.at(200_000);
    assert!(ended(&story).is_none());
    story.ok("alice", json!({ "type": "leave_room" }));
    story.at(260_000);
    assert_eq!(ended(&story).map(|(reason, _)| reason), Some(EndReason::Empty));
}

#[test]
fn nobody_ever_came() {
    let mut story = Story::new(Settings::default());
    story.at(60_000);
    assert_eq!(story.state.ended(), Some(EndReason::Empty));
}

#[test]
fn people_who_wait_for_their_host_keep_the_session_open() {
    let mut story = Story::new(Settings::default());
    story.knocks("bob");
    story.at(3_600_000);
    assert!(story.waits("bob"));
}

#[test]
fn a_room_expires() {
    let mut story = Story::with(&["alice"]);
    let record = crate::ports::RoomRecord { expires_at: Some(at(OPENED + 5_000)), ..story.state.record().clone() };
    story.put(Input::RoomChanged { record: Box::new(record) });
    assert_eq!(story.heard("alice"), ["room_updated"]);
    story.at(5_000);
    assert_eq!(ended(&story).map(|(reason, _)| reason), Some(EndReason::Expired));
}

#[test]
fn a_deleted_room_ends_its_session() {
    let mut story = Story::with(&["alice"]);
    story.put(Input::End { reason: EndReason::Deleted });
    assert_eq!(story.got("alice", "session_ended")["reason"], "deleted");
    let again = story.put(Input::End { reason: EndReason::Deleted });
    assert!(again.reply.is_ok() && !again.durable);
}

#[test]
fn the_report_adds_stays_up() {
    let mut story = Story::with(&["alice", "bob"]);
    story.at(10_000);
    story.ok("alice", json!({ "type": "send_to_waiting", "participantId": "@bob" }));
    story.at(50_000);
    story.ok("alice", json!({ "type": "admit", "participantId": "@bob" }));
    story.at(55_000);
    let bob = story.state.summary(at(OPENED + 55_000)).report["participants"][1].clone();
    assert_eq!((&bob["displayName"], &bob["seconds"], &bob["leftAt"]), (&json!("Bob"), &json!(15), &json!(null)));
}
