use super::*;
use crate::recording::manifest::{RecordedPerson, SegmentEnd, SpokeFrom, Stretch};
use actors::{
    Timestamp,
    ids::{RecordingId, RoomId, SessionId, TenantId},
    recording::ledger::{Gap, TrackLedger},
};
use uuid::Uuid;

const ALICE: u128 = 1;
const BOB: u128 = 2;

fn id(person: u128) -> ParticipantId {
    ParticipantId(Uuid::from_u128(person))
}

/// A recording of `seconds`, in which nobody was yet.
fn recording(seconds: u64) -> Manifest {
    Manifest {
        recording_id: RecordingId(Uuid::nil()),
        tenant_id: TenantId(Uuid::nil()),
        room_id: RoomId(Uuid::nil()),
        room_code: String::new(),
        room_name: String::new(),
        session_id: SessionId(Uuid::nil()),
        started_at: Timestamp(1_000_000),
        ended_at: Some(Timestamp(1_000_000 + seconds * 1000)),
        written_at: Timestamp(0),
        away: Vec::new(),
        people: Vec::new(),
        tracks: Vec::new(),
        speakers: Vec::new(),
    }
}

/// Somebody sent this from one second to another, in one piece.
fn sent(manifest: &mut Manifest, person: u128, source: Source, from: u64, to: u64) {
    let participant = id(person);
    let name = format!("{person}-{}-{from}.webm", source.name());
    let done = SegmentEnd { bytes: 1, duration_ms: (to - from) * 1000, frames: 1, sha256: String::new(), mended: false };
    let segment = Segment { name, number: 1, at_ms: from * 1000, done: Some(done) };
    match manifest.tracks.iter_mut().find(|track| track.participant == participant && track.source == source) {
        Some(track) => track.segments.push(segment),
        None => manifest.tracks.push(RecordedTrack {
            participant,
            source,
            segments: vec![segment],
            ledgers: Vec::new(),
            fault: None,
            restarts: 0,
            backups: Vec::new(),
        }),
    }
    if manifest.people.iter().all(|known| known.id != participant) {
        let display_name = format!("Person {person}");
        manifest.people.push(RecordedPerson { id: participant, display_name, consents: Vec::new() });
    }
}

fn plan(manifest: &Manifest) -> Plan {
    let plan = Plan::of(manifest, |_| true);
    // Scenes cover everything, in order.
    let mut at = 0;
    for scene in &plan.scenes {
        assert_eq!(scene.from_ms, at);
        assert!(scene.to_ms > at);
        at = scene.to_ms;
    }
    assert_eq!(at, plan.duration_ms);
    plan
}

/// From which second on whose tiles are seen; a screen has an `s`.
fn scenes(plan: &Plan) -> Vec<(u64, Vec<String>)> {
    let tile = |tile: &Tile| {
        let person = plan.people[tile.person].name.replace("Person ", "");
        if tile.screen { format!("{person}s") } else { person }
    };
    plan.scenes.iter().map(|scene| (scene.from_ms / 1000, scene.tiles.iter().map(tile).collect())).collect()
}

fn seen(expected: &[(u64, &str)]) -> Vec<(u64, Vec<String>)> {
    expected.iter().map(|(at, tiles)| (*at, tiles.split_whitespace().map(str::to_owned).collect())).collect()
}

#[test]
fn who_comes_is_seen_and_who_leaves_is_not() {
    let mut manifest = recording(60);
    sent(&mut manifest, ALICE, Source::Microphone, 0, 60);
    sent(&mut manifest, ALICE, Source::Camera, 5, 60);
    sent(&mut manifest, BOB, Source::Microphone, 20, 40);
    let plan = plan(&manifest);
    assert_eq!(scenes(&plan), seen(&[(0, "1"), (20, "1 2"), (40, "1")]));
    assert_eq!((plan.pictures.len(), plan.sounds.len()), (1, 2));
}

#[test]
fn a_short_absence_changes_nothing_and_a_long_one_does() {
    let mut manifest = recording(100);
    sent(&mut manifest, ALICE, Source::Microphone, 0, 100);
    for (from, to) in [(0, 20), (25, 50), (70, 100)] {
        sent(&mut manifest, BOB, Source::Camera, from, to);
    }
    assert_eq!(scenes(&plan(&manifest)), seen(&[(0, "1 2"), (50, "1"), (70, "1 2")]));
}

#[test]
fn a_screen_is_large_as_long_as_it_is_there_and_the_newest_one_wins() {
    let mut manifest = recording(60);
    for person in [ALICE, BOB] {
        sent(&mut manifest, person, Source::Microphone, 0, 60);
    }
    sent(&mut manifest, ALICE, Source::Screen, 10, 30);
    sent(&mut manifest, BOB, Source::Screen, 20, 40);
    let plan = plan(&manifest);
    assert_eq!(scenes(&plan), seen(&[(0, "1 2"), (10, "1s 1 2"), (20, "2s 1 2"), (40, "1 2")]));
    let chapters = super::super::chapters::chapters(&plan, &[Stretch { from_ms: 50_000, to_ms: 55_000 }]);
    let listed: Vec<_> = chapters.iter().map(|chapter| (chapter.at_ms, chapter.title.as_str())).collect();
    assert_eq!(
        listed,
        [
            (0, "Beginning"),
            (10_000, "Person 1 shows a screen"),
            (20_000, "Person 2 shows a screen"),
            (55_000, "After an interruption")
        ]
    );
}

#[test]
fn of_a_crowd_those_are_seen_who_speak() {
    let mut manifest = recording(60);
    for person in 1..=12 {
        sent(&mut manifest, person, Source::Microphone, 0, 60);
    }
    for (at, person) in [(0, 1), (10, 2), (15, 12), (20, 3), (22, 11), (23, 4)] {
        manifest.speakers.push(SpokeFrom { at_ms: at * 1000, participant: Some(id(person)) });
    }
    let scenes = scenes(&plan(&manifest));
    // The twelfth takes the place of the last one who has said nothing; a word of one second moves nobody.
    assert_eq!(scenes, seen(&[(0, "1 2 3 4 5 6 7 8 9"), (15, "1 2 3 4 5 6 7 8 12")]));
}

#[test]
fn a_picture_that_was_switched_off_is_not_shown_standing_still() {
    let mut manifest = recording(60);
    sent(&mut manifest, ALICE, Source::Camera, 0, 60);
    let gap = |from: u64, to: u64, reason| Gap { from_ms: from * 1000, to_ms: to * 1000, reason };
    let gaps = vec![gap(10, 20, GapReason::Off), gap(30, 33, GapReason::Lost), gap(40, 50, GapReason::Restart)];
    manifest.tracks[0].ledgers.push(TrackLedger { gaps, ..TrackLedger::default() });
    let plan = plan(&manifest);
    let seen: Vec<_> = plan.pictures[0].seen.iter().map(|span| (span.from_ms / 1000, span.to_ms / 1000)).collect();
    assert_eq!(seen, [(0, 10), (20, 40), (50, 60)]);
    assert_eq!(scenes(&plan).len(), 1, "she was there all the time");
}

#[test]
fn files_that_hold_nothing_are_left_out_and_nobody_is_a_plan_too() {
    let mut manifest = recording(10);
    sent(&mut manifest, ALICE, Source::Camera, 0, 10);
    sent(&mut manifest, BOB, Source::Microphone, 0, 10);
    let without_alice = Plan::of(&manifest, |name| !name.starts_with("1-"));
    assert_eq!(without_alice.people.len(), 1);
    assert_eq!(without_alice.scenes.len(), 1);
    let nobody = plan(&recording(10));
    assert_eq!((nobody.duration_ms, nobody.scenes.len(), nobody.people.len()), (10_000, 1, 0));
    assert!(plan(&recording(0)).scenes.is_empty());
}
