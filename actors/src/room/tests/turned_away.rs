//! A host said no while the socket was gone: whoever resumes is told so.

use super::story::*;
use crate::{
    at,
    protocol::{ErrorCode, Settings},
    room::Input,
};
use serde_json::{Value, json};

const TEN_MINUTES: u64 = 600_000;

/// Bob waits (or is in) without a socket when alice says this; then he shows his token. The error's code and sentence.
fn told(inside: bool, command: Value, after_ms: u64) -> (ErrorCode, String) {
    let mut story = Story::new(Settings::default());
    story.joins("alice");
    story.knocks("bob");
    if inside {
        story.ok("alice", json!({ "type": "admit", "participantId": "@bob" }));
    }
    let bob = story.id("bob");
    let hash = story.state.resume_hash(bob).expect("he has a token").to_owned();
    story.loses_socket("bob");
    story.ok("alice", command);
    story.put(Input::Restarted { sfu_available: None });
    story.check_journal();
    let stranger = story.state.check_resume(bob, "another hash", at(OPENED)).expect_err("not his token");
    assert_eq!(stranger.code, ErrorCode::ResumeExpired, "only bob learns what happened to bob");
    let error = story.state.check_resume(bob, &hash, at(OPENED + after_ms)).expect_err("he is not here");
    (error.code, error.message)
}

#[test]
fn bob_learns_what_happened_while_he_was_gone() {
    let deny = json!({ "type": "deny", "participantId": "@bob", "message": "we are full today" });
    let wordless = json!({ "type": "deny_all" });
    let remove = |ban: bool| json!({ "type": "remove", "participantId": "@bob", "ban": ban });
    for (inside, command, code) in [
        (false, deny.clone(), ErrorCode::Denied),
        (false, wordless.clone(), ErrorCode::Denied),
        (false, remove(true), ErrorCode::Banned),
        (true, remove(false), ErrorCode::Removed),
        (true, remove(true), ErrorCode::Banned),
    ] {
        assert_eq!(told(inside, command.clone(), 1_000).0, code, "{command}");
        assert_eq!(told(inside, command.clone(), TEN_MINUTES).0, ErrorCode::ResumeExpired, "{command}");
    }
    assert_eq!(told(false, deny, 0).1, "we are full today");
    assert_eq!(told(false, wordless, 0).1, "a host did not let you in");
}

#[test]
fn only_the_newest_refusals_are_kept() {
    let mut story = Story::new(Settings::default());
    story.joins("alice");
    let mut refused = Vec::new();
    for n in 0..201 {
        let name = format!("guest{n}");
        story.knocks(&name);
        let id = story.id(&name);
        refused.push((id, story.state.resume_hash(id).expect("a token").to_owned()));
        story.ok("alice", json!({ "type": "deny", "participantId": id }));
    }
    let codes: Vec<_> = [0, 1, 200]
        .map(|n: usize| story.state.check_resume(refused[n].0, &refused[n].1, at(OPENED)).expect_err("gone").code)
        .to_vec();
    assert_eq!(codes, [ErrorCode::ResumeExpired, ErrorCode::Denied, ErrorCode::Denied]);
}

#[test]
fn a_denied_person_may_knock_again_by_their_own_wish() {
    let mut story = Story::new(Settings::default());
    story.joins("alice");
    story.knocks("bob");
    story.ok("alice", json!({ "type": "deny", "participantId": "@bob" }));
    story.knocks("bob");
    let (bob, now) = (story.id("bob"), at(OPENED));
    let hash = story.state.resume_hash(bob).expect("a token").to_owned();
    assert_eq!(story.state.check_resume(bob, &hash, now), Ok(()));
    assert_eq!(story.state.check_resume(bob, "another hash", now).map_err(|e| e.code), Err(ErrorCode::ResumeInvalid));
}
