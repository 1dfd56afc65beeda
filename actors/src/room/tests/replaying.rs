use super::story::*;
use crate::room::{
    Input,
    replay::{self, ReplayError, Start},
};
use serde_json::json;

fn a_lively_meeting() -> Story {
    let mut story = Story::new(Default::default());
    story.joins("alice");
    ["bob", "carol"].iter().for_each(|name| story.knocks(name));
    story.ok("alice", json!({ "type": "admit_all" }));
    story.ok("bob", json!({ "type": "chat", "text": "hi 😀", "clientId": "1" }));
    story.ok("bob", json!({ "type": "raise_hand" }));
    story.at(4_000);
    story.loses_socket("carol");
    story.at(40_000);
    story.put(Input::Restarted { sfu_available: None });
    story.at(50_000);
    story
}

#[test]
fn a_journal_gives_the_state_back_bit_for_bit() {
    let story = a_lively_meeting();
    story.check_journal();
}

#[test]
fn a_snapshot_in_the_middle_and_the_rest_give_the_same() {
    let story = a_lively_meeting();
    for cut in 0..=story.journal.len() {
        let (head, tail) = story.journal.split_at(cut);
        let middle = replay::replay(&story.start, head).expect("the head replays");
        let snapshot = replay::snapshot(&middle, cut as u64);
        let start = Start::Snapshot { snapshot };
        let whole = replay::replay_file(&replay::write_file(&start, &story.journal)).expect("entries before it are passed over");
        assert_eq!(whole.digest, replay::digest(&story.state), "cut at {cut}");
        assert_eq!(whole.entries, tail.len());
    }
}

#[test]
fn a_broken_journal_says_where() {
    let story = a_lively_meeting();
    let file = replay::write_file(&story.start, &story.journal);
    let error = |text: &str| replay::replay_file(text).err().expect("must be refused");
    assert_eq!(error(""), ReplayError::NotAJournal);
    assert_eq!(error("{\"journal\":\"other\"}"), ReplayError::NotAJournal);
    assert!(matches!(error(&file.replacen("greenroom.v1", "greenroom.v9", 1)), ReplayError::NotAJournal));
    let lines: Vec<&str> = file.lines().collect();
    let gap = [&lines[..2], &lines[3..]].concat().join("\n");
    assert_eq!(error(&gap), ReplayError::Gap { expected: 2, found: 3 });
    let torn = format!("{}\n{}", lines[0], &lines[1][..40]);
    assert!(matches!(error(&torn), ReplayError::Unreadable { line: 2, .. }));
    let strange = lines[..2].join("\n").replace("\\\"hello\\\"", "\\\"howdy\\\"");
    assert!(matches!(error(&strange), ReplayError::BadEntry { seq: 1, .. }), "{strange}");
}

#[test]
fn a_raw_journal_with_its_entry_zero_replays_too() {
    let story = a_lively_meeting();
    let mut entries = story.journal.clone();
    let zero = crate::ports::JournalEntry {
        session_id: story.state.session(),
        seq: 0,
        at: crate::at(OPENED),
        input: replay::head_line(&story.start),
    };
    entries.insert(0, zero);
    let text: Vec<String> = entries.iter().map(|entry| serde_json::to_string(entry).expect("plain data")).collect();
    let replayed = replay::replay_file(&text.join("\n")).expect("it replays");
    assert_eq!(replayed.digest, replay::digest(&story.state));
}
