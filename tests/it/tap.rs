//! Sinks over real sockets: what a consenting alice sends to the server comes out, decrypted and in order; of a refusing bob not one packet.

use crate::media_client::{Way, World};
use actors::{
    ids::ParticipantId,
    media::MediaCommand,
    ports::MediaSink,
    protocol::{ConsentAnswer, Consents, Purpose, Source},
    sfu::Codec,
    sinks::{ConsentedTrack, Gap, MediaFrame, Need, NeedId, NeededMedia, Quality, RingReader, SinkEnd, SinkItem, Valve, ring},
};
use std::{
    collections::BTreeSet,
    sync::Arc,
    time::{Duration, Instant},
};

const NEED: Need = Need { id: NeedId(1), purpose: Purpose::Recording, media: NeededMedia::LowVideo };
const AGREED: Consents = Consents {
    recording: ConsentAnswer::Granted,
    transcription: ConsentAnswer::Unanswered,
    emotion: ConsentAnswer::Refused,
    assistant: ConsentAnswer::Unanswered,
    share_emotion: false,
};

struct Listening {
    track: ConsentedTrack,
    valve: Valve,
    reader: RingReader,
}

/// A sink for somebody's track, as their consent allows; none if it doesn't.
fn listen(world: &World, who: ParticipantId, consents: Consents, source: Source, places: usize) -> Option<Listening> {
    let track = ConsentedTrack::of(who, &consents, &NEED, source)?;
    let (sink, reader) = ring(places, || ());
    let valve = Valve::new(Arc::new(sink) as Arc<dyn MediaSink>);
    world.ask(MediaCommand::AttachSink { track, quality: Quality::Low, on: true, to: valve.clone() });
    Some(Listening { track, valve, reader })
}

fn read(listening: &mut Listening, into: &mut Vec<SinkItem>) {
    into.extend(std::iter::from_fn(|| listening.reader.next()));
}

fn frames(items: &[SinkItem]) -> Vec<&MediaFrame> {
    items.iter().filter_map(|item| if let SinkItem::Frame(frame) = item { Some(frame) } else { None }).collect()
}

/// The layer and number that the publisher wrote at a payload's end.
fn mark(frame: &MediaFrame) -> (u8, u32) {
    let [.., layer, a, b, c, d] = frame.payload[..] else { return (u8::MAX, 0) };
    (layer, u32::from_be_bytes([a, b, c, d]))
}

#[test]
fn an_extra_copy_comes_out_of_the_sink_and_goes_to_nobody_else() {
    let mut world = World::new();
    let (alice, bob) = (world.join(Way::Udp), world.join(Way::Udp));
    world.receives(bob);
    let id = world.people[alice].id;
    let mut voice = listen(&world, id, AGREED, Source::Microphone, 4_096).unwrap();
    let mut camera = listen(&world, id, AGREED, Source::Camera, 4_096).unwrap();
    world.copies(alice, &[Source::Microphone, Source::Camera], 3);
    let (mut heard, mut seen) = (Vec::new(), Vec::new());
    // The first sender report of a voice comes after some seconds.
    let deadline = Instant::now() + Duration::from_secs(15);
    while !frames(&heard).iter().any(|frame| frame.report.is_some()) {
        assert!(Instant::now() < deadline, "a sender report in time");
        let until = Instant::now() + Duration::from_millis(500);
        world.plays(alice, 3, "half a second", |_| Instant::now() > until);
        read(&mut voice, &mut heard);
        read(&mut camera, &mut seen);
    }
    let (heard, seen) = (frames(&heard), frames(&seen));
    assert!(heard.len() > 60 && seen.len() > 60, "{} voices, {} pictures", heard.len(), seen.len());
    assert!(heard.iter().all(|frame| frame.codec == Codec::Opus && frame.payload[0] == 0x78 && frame.stream == 1));
    assert!(heard.windows(2).all(|pair| pair[1].seq == pair[0].seq + 1 && pair[1].timestamp == pair[0].timestamp + 960));
    assert!(heard.windows(2).all(|pair| pair[1].arrived_us >= pair[0].arrived_us));
    assert!(seen[0].keyframe && seen.iter().all(|frame| mark(frame).0 == 0 && frame.codec == Codec::Vp8), "the low layer alone");
    let report = heard.iter().rev().find_map(|frame| frame.report).expect("just found");
    let age = heard.last().unwrap().timestamp.abs_diff(report.timestamp);
    assert!(age < 48_000 * 10, "the report's timestamp is one of the stream's: {age}");
    assert!(world.people[bob].receiving.as_ref().unwrap().got.is_empty(), "bob got something of it");
}

#[test]
fn who_refuses_has_no_sink_and_not_one_packet_is_heard() {
    let mut world = World::new();
    let (alice, bob, carol) = (world.join(Way::Udp), world.join(Way::Udp), world.join(Way::Udp));
    let ids = [world.people[alice].id, world.people[bob].id];
    let mut voice = listen(&world, ids[0], AGREED, Source::Microphone, 4_096).unwrap();
    assert!(listen(&world, ids[1], Consents::default(), Source::Microphone, 16).is_none(), "there is no way to make one");
    world.publishes(alice, 1);
    world.publishes(bob, 1);
    world.receives(carol);
    let voices = |world: &World, whom: ParticipantId| {
        let slot = world.people[carol].slots.iter().find(|slot| (slot.participant_id, slot.source) == (whom, Source::Microphone));
        let mid = slot.map(|slot| slot.mid.clone());
        world.people[carol].receiving.iter().flat_map(|leg| &leg.got).filter(|got| Some(&got.mid) == mid.as_ref()).count()
    };
    world.plays(bob, 1, "carol hears bob", |world| voices(world, ids[1]) > 50);
    let mut heard = Vec::new();
    read(&mut voice, &mut heard);
    assert!(heard.is_empty(), "alice is silent, and what bob says is nobody's to record: {}", heard.len());
    world.plays(alice, 1, "carol hears alice", |world| voices(world, ids[0]) > 50);
    read(&mut voice, &mut heard);
    assert!(frames(&heard).len() > 40, "through the server the sink hears what is published already");
}

#[test]
fn a_withdrawal_in_the_middle_ends_it_whatever_still_comes() {
    let mut world = World::new();
    let alice = world.join(Way::Udp);
    let id = world.people[alice].id;
    let mut voice = listen(&world, id, AGREED, Source::Microphone, 4_096).unwrap();
    world.copies(alice, &[Source::Microphone], 1);
    let until = Instant::now() + Duration::from_millis(600);
    world.plays(alice, 1, "a while", |_| Instant::now() > until);
    // The valve alone: the media plane has not heard of it yet.
    voice.valve.shut(SinkEnd::Withdrawn);
    let until = Instant::now() + Duration::from_millis(600);
    world.plays(alice, 1, "a while", |_| Instant::now() > until);
    let mut items = Vec::new();
    read(&mut voice, &mut items);
    assert!(frames(&items).len() > 5);
    assert_eq!(items.last(), Some(&SinkItem::Ended(SinkEnd::Withdrawn)));
    world.ask(MediaCommand::DetachSink { key: voice.track.key() });
    world.ask(MediaCommand::RemoveTap { participant: id });
    world.until("her connection is told goodbye", |world| world.people[alice].copying.as_ref().unwrap().closed);
}

#[test]
fn what_is_not_on_stops_at_the_server_whatever_the_client_sends() {
    let mut world = World::new();
    let alice = world.join(Way::Udp);
    let id = world.people[alice].id;
    let mut voice = listen(&world, id, AGREED, Source::Microphone, 4_096).unwrap();
    let mut camera = listen(&world, id, AGREED, Source::Camera, 4_096).unwrap();
    world.copies(alice, &[Source::Camera], 1);
    let until = Instant::now() + Duration::from_secs(1);
    world.plays(alice, 1, "a second", |_| Instant::now() > until);
    let (mut heard, mut seen) = (Vec::new(), Vec::new());
    read(&mut voice, &mut heard);
    read(&mut camera, &mut seen);
    assert!(heard.is_empty(), "she is muted, and sends all the same");
    assert!(frames(&seen).len() > 10);
}

#[test]
fn a_reader_that_sleeps_finds_a_gap_and_nobody_waited_for_it() {
    let mut world = World::new();
    let (alice, bob) = (world.join(Way::Udp), world.join(Way::Udp));
    let id = world.people[alice].id;
    world.publishes(alice, 1);
    world.receives(bob);
    let mut camera = listen(&world, id, AGREED, Source::Camera, 8).unwrap();
    world.plays(alice, 1, "bob sees a hundred pictures", |world| world.got(bob, Source::Camera).count() > 100);
    let seqs: Vec<u64> = world.got(bob, Source::Camera).map(|got| got.seq).collect();
    assert!(seqs.windows(2).all(|pair| pair[1] == pair[0] + 1), "bob noticed nothing");
    let mut items = Vec::new();
    read(&mut camera, &mut items);
    assert_eq!(frames(&items).len(), 8, "as many as there are places");
    assert!(camera.reader.dropped() > 0);
    items.clear();
    let seen = world.got(bob, Source::Camera).count();
    world.plays(alice, 1, "pictures after it", |world| world.got(bob, Source::Camera).count() > seen + 40);
    read(&mut camera, &mut items);
    assert!(matches!(items[0], SinkItem::Gap(Gap::Overflow { dropped }) if dropped > 0), "{:?}", items[0]);
    assert!(frames(&items)[0].keyframe, "what follows a gap begins with a whole picture");
}

#[test]
fn from_the_copy_to_the_path_and_back_hardly_a_word_is_missing() {
    let mut world = World::new();
    let alice = world.join(Way::Udp);
    let id = world.people[alice].id;
    let mut voice = listen(&world, id, AGREED, Source::Microphone, 8_192).unwrap();
    world.talks = Some(alice);
    world.copies(alice, &[Source::Microphone], 1);
    world.words(30);
    world.publishes(alice, 1);
    world.words(30);
    world.ask(MediaCommand::RemoveTap { participant: id });
    world.people[alice].copying = None;
    world.words(30);
    world.told.clear();
    world.copies(alice, &[Source::Microphone], 1);
    world.words(30);
    world.people[alice].publishing = None;
    world.words(30);
    let mut items = Vec::new();
    read(&mut voice, &mut items);
    let frames = frames(&items);
    let words: BTreeSet<u32> = frames.iter().map(|frame| mark(frame).1).collect();
    let words: Vec<u32> = words.into_iter().collect();
    let missing = words.windows(2).map(|pair| pair[1] - pair[0] - 1).max();
    assert!(missing.is_some_and(|missing| missing <= 3), "{missing:?} words in a row of {words:?}");
    assert!(frames.windows(2).all(|pair| pair[0].stream <= pair[1].stream));
    assert_eq!(frames.last().map(|frame| frame.stream), Some(3), "the copy, the path, another copy");
}
