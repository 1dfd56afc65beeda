//! Consent, quality and topology, as people are told of them.

use super::story::*;
use crate::{
    protocol::{ConsentAnswer, Consents, ErrorCode, Purpose},
    room::Effect,
};
use serde_json::{Value, json};

fn telemetry(rtt: f64, loss: f64) -> Value {
    json!({ "type": "telemetry", "peers": [{ "participantId": "@alice", "rttMs": rtt, "lossDown": loss, "jitterMs": 5.0 }] })
}

#[test]
fn consent_is_kept_with_the_person_and_audited() {
    let mut story = Story::with(&["alice", "bob"]);
    story.ok("bob", json!({ "type": "consent", "purposes": { "recording": true } }));
    story.ok("bob", json!({ "type": "consent", "purposes": { "emotion": true } }));
    story.ok("bob", json!({ "type": "consent", "purposes": { "emotion": true } }));
    assert_eq!(story.audited(), ["consent.changed", "consent.changed"]);
    let told = story.got("alice", "participant_updated");
    assert_eq!(told["participant"]["consents"]["recording"], "granted");
    story.ok("bob", json!({ "type": "leave_room" }));
    story.joins("bob");
    assert!(story.person("bob").consents.allow(Purpose::Emotion));
}

#[test]
fn a_refusal_is_an_answer_and_kept_with_the_words_that_were_shown() {
    let mut story = Story::with(&["alice", "bob"]);
    assert_eq!(story.person("bob").consents.recording, ConsentAnswer::Unanswered);
    story.ok("bob", json!({ "type": "consent", "purposes": { "recording": false, "emotion": true }, "textVersion": "2026-11", "shareEmotion": true }));
    let told = story.got("alice", "participant_updated");
    assert_eq!(told["participant"]["consents"]["recording"], "refused");
    assert_eq!(told["participant"]["consents"]["shareEmotion"], true);
    let given: Vec<_> = story
        .effects
        .iter()
        .filter_map(|effect| match effect {
            Effect::ConsentGiven { purpose, granted, text_version, .. } => Some((*purpose, *granted, text_version.clone())),
            _ => None,
        })
        .collect();
    assert_eq!(given, [(Purpose::Recording, false, "2026-11".to_owned()), (Purpose::Emotion, true, "2026-11".to_owned())]);
    story.ok("bob", json!({ "type": "consent", "purposes": { "emotion": false } }));
    assert!(!story.person("bob").consents.share_emotion, "what is not read is not shared");
    let report = story.state.summary(story.state.started_at()).report;
    assert_eq!(report["consents"][0]["textVersion"], "2026-11");
    assert_eq!(report["consents"][1]["consents"]["emotion"], "refused");
}

#[test]
fn a_text_version_is_a_short_plain_word() {
    let mut story = Story::with(&["alice"]);
    for version in ["", "with space", "<b>", &"x".repeat(41)] {
        let refused =
            story.refused("alice", json!({ "type": "consent", "purposes": { "recording": true }, "textVersion": version }));
        assert_eq!(refused, ErrorCode::BadField, "{version}");
    }
    assert_eq!(story.person("alice").consents.recording, ConsentAnswer::Unanswered, "nothing was changed");
}

#[test]
fn answers_of_older_journals_are_understood() {
    let old: Consents =
        serde_json::from_value(json!({ "recording": true, "transcription": false, "emotion": false, "assistant": false }))
            .unwrap();
    assert_eq!((old.recording, old.emotion), (ConsentAnswer::Granted, ConsentAnswer::Unanswered));
}

#[test]
fn quality_is_told_when_it_changes_and_not_too_often() {
    let mut story = Story::with(&["alice", "bob"]);
    story.ok("bob", telemetry(20.0, 0.0));
    assert_eq!(story.got("alice", "quality_updated")["level"], "good");
    story.ok("bob", telemetry(100.0, 0.1));
    assert_eq!(story.heard("alice").iter().filter(|name| *name == "quality_updated").count(), 0, "too soon");
    story.at(5_000);
    story.ok("bob", telemetry(100.0, 0.1));
    assert_eq!(story.got("alice", "quality_updated")["level"], "poor");
    story.at(15_000);
    story.ok("bob", telemetry(100.0, 0.1));
    assert_eq!(story.heard("alice"), Vec::<String>::new(), "the same again");
    let points = story.effects.iter().filter(|effect| matches!(effect, Effect::Quality(_))).count();
    assert_eq!(points, 4);
}

#[test]
fn a_warning_with_advice_goes_to_the_person_and_the_hosts() {
    let mut story = Story::with(&["alice", "bob", "carol"]);
    for ms in [0, 10_000, 20_000] {
        story.at(ms);
        story.ok("bob", telemetry(50.0, 0.2));
    }
    assert!(!story.heard("carol").contains(&"quality_warned".to_owned()));
    assert_eq!(story.heard("bob").iter().filter(|name| *name == "quality_warned").count(), 1);
    let warning = story.got("alice", "quality_warned");
    assert_eq!(warning["reason"], "loss");
    assert!(warning["advice"].as_str().is_some_and(|advice| advice.contains("cable")));
}

#[test]
fn telemetry_about_strangers_says_nothing() {
    let mut story = Story::with(&["alice", "bob"]);
    let stranger = uuid::Uuid::from_u128(5);
    story.ok("bob", json!({ "type": "telemetry", "peers": [{ "participantId": stranger, "rttMs": 9e9, "lossUp": 9.0 }] }));
    assert_eq!(story.heard("alice"), Vec::<String>::new());
}

#[test]
fn a_room_that_outgrows_the_mesh_says_what_it_would_want() {
    let mut story = Story::with(&["alice", "bob"]);
    story.joins("carol");
    assert_eq!(story.got("alice", "topology_updated")["topology"]["reason"], "small_room");
    ["dave", "erin", "frank"].iter().for_each(|name| story.joins(name));
    let topology = story.got("alice", "topology_updated")["topology"].clone();
    assert_eq!(topology, json!({ "mode": "mesh", "epoch": 1, "reason": "too_large_for_mesh", "wanted": "sfu" }));
    assert_eq!(story.got("frank", "welcome")["topology"], topology);
    story.check_mirrors();
}

#[test]
fn telemetry_that_nobody_can_measure_is_refused() {
    let mut story = Story::with(&["alice", "bob"]);
    story.forget_the_past();
    let fields =
        ["rttMs", "lossUp", "lossDown", "jitterMs", "bitrateUp", "bitrateDown", "framesPerSecond"].map(|name| ("peers.", name));
    for (prefix, name) in fields {
        for odd in [json!(-0.5), json!(1e300)] {
            let mut telemetry = telemetry(20.0, 0.0);
            telemetry["peers"][0][name] = odd.clone();
            let error = story.error("bob", telemetry);
            let field = format!("{prefix}{name}");
            assert_eq!((error.code, error.field), (ErrorCode::BadField, Some(field)), "{odd}");
        }
    }
    let error = story.error("bob", json!({ "type": "telemetry", "audioLevel": -1 }));
    assert_eq!((error.code, error.field.as_deref()), (ErrorCode::BadField, Some("audioLevel")));
    assert!(story.effects.is_empty(), "a refused command changes nothing");
}

#[test]
fn telemetry_speaks_of_a_hundred_links_at_most() {
    let mut story = Story::with(&["alice", "bob"]);
    let links = |count: usize| json!({ "type": "telemetry", "peers": vec![json!({ "participantId": "@alice" }); count] });
    story.ok("bob", links(100));
    assert_eq!(story.refused("bob", links(101)), ErrorCode::TooLong);
}
