//! Recordings as rooms decide them, and who is told of emotion.

use super::story::*;
use crate::{
    ports::RecorderNews,
    protocol::{
        EmotionReading, ErrorCode, RecordingProblem, RecordingStop, ReplyBody, ServerEvent, Settings, room::RecordingSetting,
    },
    room::{Effect, Input, Rules},
};
use serde_json::{Value, json};

fn able() -> Rules {
    Rules { sfu_available: true, can_record: true, can_read_emotion: true, ..Rules::default() }
}

fn room(recording: RecordingSetting) -> Story {
    let mut story = Story::with_rules(Settings { recording, emotion: true, ..open_room() }, able());
    ["alice", "bob"].iter().for_each(|name| story.joins(name));
    story.forget_the_past();
    story
}

fn start() -> Value {
    json!({ "type": "start_recording" })
}

fn stop() -> Value {
    json!({ "type": "stop_recording" })
}

fn news(story: &Story) -> Vec<&'static str> {
    let names = story.effects.iter().filter_map(|effect| match effect {
        Effect::Recorder(RecorderNews::Runs(_)) => Some("runs"),
        Effect::Recorder(RecorderNews::People { .. }) => Some("people"),
        Effect::Recorder(RecorderNews::Stopped { .. }) => Some("stopped"),
        _ => None,
    });
    names.collect()
}

#[test]
fn a_host_starts_and_stops_and_everybody_is_told() {
    let mut story = room(RecordingSetting::Manual);
    let Ok(ReplyBody::Recording { recording_id }) = story.say("alice", start()) else { panic!("not started") };
    let told = story.got("bob", "recording_started");
    assert_eq!(told["recording"]["id"], json!(recording_id));
    assert_eq!(told["recording"]["by"], json!(story.id("alice")));
    assert_eq!(news(&story), ["runs", "people"]);
    assert_eq!(story.audited(), ["recording.started"]);
    story.ok("alice", stop());
    assert_eq!(story.got("bob", "recording_stopped")["reason"], "stopped");
    assert_eq!(news(&story), ["runs", "people", "stopped"]);
    assert_eq!(story.refused("alice", stop()), ErrorCode::NotRecording);
}

#[test]
fn to_start_twice_is_to_start_once() {
    let mut story = room(RecordingSetting::Manual);
    let Ok(ReplyBody::Recording { recording_id: first }) = story.say("alice", start()) else { panic!("not started") };
    story.forget_the_past();
    let Ok(ReplyBody::Recording { recording_id: second }) = story.say("alice", start()) else { panic!("refused") };
    assert_eq!(first, second);
    assert_eq!(news(&story), Vec::<&str>::new());
    assert_eq!(story.heard("bob"), Vec::<String>::new());
}

#[test]
fn guests_do_not_record_and_no_room_is_recorded_against_its_setting() {
    let mut story = room(RecordingSetting::Manual);
    assert_eq!(story.refused("bob", start()), ErrorCode::NotPermitted);
    let mut off = room(RecordingSetting::Off);
    assert_eq!(off.refused("alice", start()), ErrorCode::NotPermitted);
    let refused = off.put(Input::StartRecording { by: identity("alice") }).reply.err();
    assert_eq!(refused.map(|error| error.code), Some(ErrorCode::NotPermitted));
    let mut unable = Story::with(&["alice"]);
    unable.ok("alice", json!({ "type": "update_room", "settings": { "recording": "manual" } }));
    assert_eq!(unable.refused("alice", start()), ErrorCode::NotAvailable);
}

#[test]
fn the_setting_starts_by_itself_until_somebody_stops_it() {
    let mut story = Story::with_rules(Settings { recording: RecordingSetting::Auto, ..open_room() }, able());
    story.joins("alice");
    assert!(story.state.recording().is_some_and(|recording| recording.by.is_none()));
    story.ok("alice", stop());
    story.joins("bob");
    assert_eq!(story.state.recording(), None, "stopped is stopped");
    story.ok("alice", json!({ "type": "update_room", "settings": { "recording": "manual" } }));
    story.ok("alice", json!({ "type": "update_room", "settings": { "recording": "auto" } }));
    assert!(story.state.recording().is_some(), "asked for anew");
    story.ok("alice", json!({ "type": "update_room", "settings": { "recording": "off" } }));
    assert_eq!(story.state.recording(), None);
}

#[test]
fn the_recorder_knows_who_is_there_and_what_they_answered() {
    let mut story = room(RecordingSetting::Manual);
    story.ok("alice", start());
    story.ok("bob", json!({ "type": "consent", "purposes": { "recording": false } }));
    story.joins("carol");
    let Some(Effect::Recorder(RecorderNews::People { people, .. })) =
        story.effects.iter().rev().find(|effect| matches!(effect, Effect::Recorder(RecorderNews::People { .. })))
    else {
        panic!("nobody was told")
    };
    let told: Vec<_> = people.iter().map(|person| (person.display_name.as_str(), json!(person.consents.recording))).collect();
    assert_eq!(told, [("Alice", json!("unanswered")), ("Bob", json!("refused")), ("Carol", json!("unanswered"))]);
}

#[test]
fn a_problem_is_told_once_and_goes_by() {
    let mut story = room(RecordingSetting::Manual);
    let Ok(ReplyBody::Recording { recording_id: recording }) = story.say("alice", start()) else { panic!("not started") };
    story.forget_the_past();
    let full = Input::RecordingTroubled { recording, problem: Some(RecordingProblem::DiskFull) };
    let _ = story.put(full.clone());
    let _ = story.put(full);
    assert_eq!(story.heard("bob"), ["recording_updated"]);
    let _ = story.put(Input::RecordingTroubled { recording, problem: None });
    assert_eq!(story.state.recording().and_then(|running| running.problem), None);
    let other = uuid::Uuid::from_u128(99).into();
    let _ = story.put(Input::StopRecording { recording: other, reason: RecordingStop::Failed, by: None });
    assert!(story.state.recording().is_some(), "another one was meant");
    let _ = story.put(Input::StopRecording { recording, reason: RecordingStop::Failed, by: None });
    assert_eq!(story.got("bob", "recording_stopped")["reason"], "failed");
}

#[test]
fn a_recording_goes_on_after_a_restart_and_ends_with_the_session() {
    let mut story = room(RecordingSetting::Manual);
    story.ok("alice", start());
    let running = story.state.recording();
    let _ = story.put(Input::Restarted { sfu_available: Some(true) });
    let _ = story.put(Input::ServerCan { record: true, read_emotion: true });
    assert_eq!(story.state.recording(), running);
    assert!(matches!(&story.state.recording_again()[..], [Effect::Recorder(RecorderNews::Runs(_)), Effect::Recorder(_)]));
    story.forget_the_past();
    let _ = story.put(Input::End { reason: crate::protocol::EndReason::EndedByHost });
    assert_eq!(news(&story), ["stopped"]);
    let report = story.state.summary(story.state.started_at()).report;
    assert_eq!(report["recordings"][0]["recordingId"], json!(running.map(|running| running.id)));
}

#[test]
fn a_server_that_cannot_record_any_more_says_so() {
    let mut story = room(RecordingSetting::Manual);
    story.ok("alice", start());
    let _ = story.put(Input::ServerCan { record: false, read_emotion: false });
    assert_eq!(story.got("bob", "recording_stopped")["reason"], "failed");
    assert!(!story.state.room().can_record);
}

fn reading(story: &Story, of: &str) -> EmotionReading {
    EmotionReading {
        participant_id: story.id(of),
        at: story.state.started_at(),
        arousal: 0.7,
        label: None,
        confidence: 0.3,
        scores: Default::default(),
        unusual: false,
    }
}

/// Who is told of it, by name.
fn told(story: &Story, of: &str, names: &[&str]) -> Vec<String> {
    let effects = story.state.emotion_read(reading(story, of));
    let to = effects.iter().find_map(|effect| match effect {
        Effect::Deliver { to, event: ServerEvent::EmotionUpdated(_) } => Some(to.clone()),
        _ => None,
    });
    let to = to.unwrap_or_default();
    names.iter().filter(|name| to.contains(&story.id(name))).map(|name| (*name).to_owned()).collect()
}

#[test]
fn emotion_is_for_the_person_and_for_hosts_if_the_person_says_so() {
    let mut story = room(RecordingSetting::Off);
    story.joins("carol");
    let names = ["alice", "bob", "carol"];
    assert_eq!(told(&story, "bob", &names), Vec::<String>::new(), "was not asked");
    story.ok("bob", json!({ "type": "consent", "purposes": { "emotion": true } }));
    assert_eq!(told(&story, "bob", &names), ["bob"]);
    story.ok("bob", json!({ "type": "consent", "purposes": {}, "shareEmotion": true }));
    assert_eq!(told(&story, "bob", &names), ["alice", "bob"]);
    story.ok("alice", json!({ "type": "update_room", "settings": { "emotion": false } }));
    assert_eq!(told(&story, "bob", &names), Vec::<String>::new(), "switched off");
    assert!(story.effects.iter().any(|effect| *effect == Effect::EmotionWanted(false)));
}
