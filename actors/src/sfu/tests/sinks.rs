//! Stories of those who listen on the server itself.

use super::{
    source::{Made, Track},
    world::{Who, World},
};
use crate::{
    protocol::Source::{self, *},
    sfu::*,
};

/// What a sink was given.
#[derive(Clone, Copy, Debug)]
struct Heard {
    ms: u64,
    stream: u32,
    layer: Layer,
    keyframe: bool,
}

struct Listening {
    room: World,
    heard: Vec<Heard>,
    sunk: Vec<Sunk>,
}

const SINK: SinkIndex = SinkIndex(0);

impl Listening {
    /// Alice's track of this source has a sink.
    fn to(source: Source, best: bool) -> (Self, Who) {
        let mut room = World::new();
        let alice = room.joins();
        let mut story = Listening { room, heard: Vec::new(), sunk: Vec::new() };
        story.wants(alice, source, best, true);
        (story, alice)
    }

    fn wants(&mut self, whom: Who, source: Source, best: bool, on: bool) {
        let wanted = SinkWanted { participant: self.room.people[whom].id, source, best, on };
        self.room.handle(Input::AttachSink { sink: SINK, wanted });
    }

    /// Runs on; what of it the sink gets is noted.
    fn runs(&mut self, ms: u64) {
        for _ in 0..ms {
            let mut sent = Vec::new();
            self.room.runs_with(1, |who, made| {
                sent.push((who, made.layer));
                true
            });
            self.note(sent.last().map_or(0, |(_, layer)| *layer));
        }
    }

    fn note(&mut self, layer: Layer) {
        self.room.core.take_sunk(&mut self.sunk);
        let ms = self.room.ms;
        self.heard.extend(self.sunk.drain(..).map(|one| Heard { ms, stream: one.stream, layer, keyframe: one.keyframe }));
    }

    /// Her extra copy, as a peer of its own.
    fn taps(&mut self, who: Who, sources: &[Source]) -> (PeerIndex, Vec<Track>) {
        let participant = self.room.people[who].id;
        self.room.handle(Input::AddTap { participant });
        let peer = self.room.core.tap(participant).expect("just added");
        self.room.handle(Input::Permit { peer, sources: sources.to_vec() });
        let tracks: Vec<Track> = sources.iter().map(|source| Track::new(*source, 1, 99)).collect();
        let published = tracks.iter().map(|track| Published { source: track.source, codec: track.codec, layers: 3 }).collect();
        self.room.handle(Input::Publish { peer, tracks: published });
        (peer, tracks)
    }

    fn runs_tap(&mut self, peer: PeerIndex, tracks: &mut [Track], ms: u64) {
        let mut made: Vec<Made> = Vec::new();
        for _ in 0..ms {
            self.runs(1);
            tracks.iter_mut().for_each(|track| track.make(self.room.ms, &mut made));
            for packet in made.drain(..) {
                let view = PacketView {
                    from: peer,
                    source: packet.source,
                    layer: packet.layer,
                    seq: packet.seq,
                    timestamp: packet.timestamp,
                    marker: packet.marker,
                    audio_level: packet.level,
                    red: false,
                    payload: &packet.payload,
                    dependency_descriptor: None,
                };
                let (mut forward, mut out) = (Vec::new(), Vec::new());
                self.room.core.packet(&view, At::ms(self.room.ms), &mut forward, &mut out);
                assert!(forward.is_empty(), "an extra copy goes to nobody");
                self.note(packet.layer);
            }
        }
    }

    fn longest_silence(&self, from: u64) -> u64 {
        let times: Vec<u64> = self.heard.iter().map(|one| one.ms).filter(|ms| *ms >= from).collect();
        times.windows(2).map(|pair| pair[1] - pair[0]).max().unwrap_or(u64::MAX)
    }
}

#[test]
fn a_voice_is_heard_whole_and_not_while_it_is_off_or_not_permitted() {
    let (mut story, alice) = Listening::to(Microphone, false);
    story.room.publishes(alice, &[(Microphone, 1)]);
    story.runs(1_000);
    assert!((48..=51).contains(&story.heard.len()), "{}", story.heard.len());
    story.heard.clear();
    story.wants(alice, Microphone, false, false);
    story.runs(500);
    story.wants(alice, Microphone, false, true);
    story.room.permits(alice, &[Camera]);
    story.runs(500);
    assert!(story.heard.is_empty());
    story.room.permits(alice, &Source::ALL);
    story.runs(500);
    assert!(story.heard.len() >= 24);
    assert!(story.heard.iter().all(|one| one.stream == 1), "it is the same numbering as before");
}

#[test]
fn a_picture_begins_with_a_keyframe_that_is_asked_for_and_is_as_large_as_needed() {
    for (best, layers) in [(false, 1), (true, 3)] {
        let (mut story, alice) = Listening::to(Camera, best);
        story.room.handle(Input::DetachSink { sink: SINK });
        story.room.publishes(alice, &[(Camera, 3)]);
        story.runs(7_000);
        assert!(story.room.people[alice].layers.is_empty(), "nobody watches");
        story.wants(alice, Camera, best, true);
        story.runs(3_000);
        assert!(story.heard[0].keyframe, "asked for");
        assert_eq!(story.room.people[alice].layers.len(), layers, "all up to the one that is needed");
        assert!(story.heard.len() > 50);
    }
}

#[test]
fn a_picture_whose_larger_sizes_are_not_sent_is_heard_in_the_one_that_is() {
    for sent in [1, 2, 3] {
        let (mut story, alice) = Listening::to(Camera, true);
        story.room.handle(Input::DetachSink { sink: SINK });
        story.room.publishes(alice, &[(Camera, 3)]);
        story.room.track(alice, Camera).encoders[sent..].iter_mut().for_each(|encoder| encoder.on = false);
        let bob = story.room.joins();
        story.room.receives(bob, 0, 1);
        story.room.wants(bob, &[(alice, Camera, 1_280, 0)]);
        story.runs(7_000);
        story.wants(alice, Camera, true, true);
        story.runs(1_000);
        assert!(story.heard.len() > 20, "{sent} sent: {} packets", story.heard.len());
    }
}

#[test]
fn a_sink_whose_size_is_not_sent_any_more_goes_on_with_a_smaller_one() {
    let (mut story, alice) = Listening::to(Camera, true);
    story.room.publishes(alice, &[(Camera, 3)]);
    story.runs(3_000);
    // The line gets narrow, and what the sink had is lost in the same moment.
    story.room.track(alice, Camera).encoders[1..].iter_mut().for_each(|encoder| encoder.on = false);
    story.room.handle(Input::SinkLost { sink: SINK });
    story.runs(3_000);
    story.heard.clear();
    story.runs(1_000);
    assert!(story.heard.len() > 20, "{} packets", story.heard.len());
}

#[test]
fn an_extra_copy_reaches_sinks_alone_and_never_the_speaker() {
    let (mut story, alice) = Listening::to(Microphone, false);
    let _bob = story.room.joins();
    let (peer, mut tracks) = story.taps(alice, &[Microphone]);
    tracks[0].level = 10;
    story.runs_tap(peer, &mut tracks, 3_000);
    assert!(story.heard.len() >= 145);
    assert_eq!(story.room.speaker, None);
}

#[test]
fn of_an_extra_copy_one_encoding_counts() {
    let (mut story, alice) = Listening::to(Camera, true);
    let (peer, mut tracks) = story.taps(alice, &[Camera]);
    tracks[0] = Track::new(Camera, 3, 5);
    story.runs_tap(peer, &mut tracks, 1_000);
    assert!(!story.heard.is_empty() && story.heard.iter().all(|one| one.layer == 0));
}

#[test]
fn from_the_copy_to_the_path_through_the_server_and_back_no_voice_is_missing() {
    let (mut story, alice) = Listening::to(Microphone, false);
    let (peer, mut tracks) = story.taps(alice, &[Microphone]);
    story.runs_tap(peer, &mut tracks, 1_000);
    let began = story.room.ms;
    story.room.publishes(alice, &[(Microphone, 1)]);
    story.runs_tap(peer, &mut tracks, 300);
    story.room.handle(Input::RemovePeer { peer });
    story.runs(1_000);
    let (peer, mut tracks) = story.taps(alice, &[Microphone]);
    story.runs_tap(peer, &mut tracks, 300);
    story.room.publishes(alice, &[]);
    story.runs_tap(peer, &mut tracks, 1_000);
    assert!(story.longest_silence(began) <= 40, "{} ms", story.longest_silence(began));
    let streams: Vec<u32> = story.heard.iter().map(|one| one.stream).collect();
    assert!(streams.is_sorted(), "it never falls back");
    assert_eq!(streams.last(), Some(&3), "the copy, the path, the copy again");
}

#[test]
fn when_the_new_path_is_given_up_the_copy_that_is_still_there_serves_on() {
    let (mut story, alice) = Listening::to(Microphone, false);
    let (peer, mut tracks) = story.taps(alice, &[Microphone]);
    story.runs_tap(peer, &mut tracks, 500);
    let began = story.room.ms;
    story.room.publishes(alice, &[(Microphone, 1)]);
    story.runs_tap(peer, &mut tracks, 500);
    story.room.publishes(alice, &[]);
    story.runs_tap(peer, &mut tracks, 500);
    assert!(story.longest_silence(began) <= 40, "{} ms", story.longest_silence(began));
}

#[test]
fn a_sink_that_lost_pictures_goes_on_with_a_keyframe() {
    let (mut story, alice) = Listening::to(Camera, false);
    story.room.publishes(alice, &[(Camera, 1)]);
    story.runs(3_000);
    story.heard.clear();
    story.room.handle(Input::SinkLost { sink: SINK });
    story.runs(2_000);
    assert!(story.heard.first().is_some_and(|one| one.keyframe) && story.heard.len() > 10);
}
