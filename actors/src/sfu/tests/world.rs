//! A room with people, cameras, wires and a clock, all simulated. Every forwarded packet is checked.

use super::{
    checks::{Checks, Sent},
    decoder::Decoders,
    layers::Layers,
    source::{Made, Track},
};
use crate::{
    ids::ParticipantId,
    protocol::{LimitReason, Source, Want},
    sfu::*,
};
use uuid::Uuid;

pub struct Person {
    pub id: ParticipantId,
    pub peer: PeerIndex,
    pub tracks: Vec<Track>,
    pub permits: Vec<Source>,
    pub slots: (u8, u8),
    /// What their downlink bears; none: they say nothing of it.
    pub downlink: Option<u64>,
    pub loss: f32,
    pub limited: Vec<(ParticipantId, LimitReason)>,
    pub layers: Vec<String>,
    pub here: bool,
}

pub struct World {
    pub core: SfuCore,
    pub ms: u64,
    pub people: Vec<Person>,
    pub sent: Vec<Sent>,
    pub speaker: Option<ParticipantId>,
    pub requests: usize,
    pub checks: Checks,
    pub decoders: Decoders,
    /// Publishers stop the encodings that nobody watches.
    pub pausing: bool,
    forward: Vec<Forward>,
    out: Vec<Output>,
}

/// A person in the room, by their place.
pub type Who = usize;

impl World {
    pub fn new() -> Self {
        World::with(Limits::default())
    }

    pub fn with(limits: Limits) -> Self {
        World {
            core: SfuCore::new(limits),
            ms: 1_000,
            people: Vec::new(),
            sent: Vec::new(),
            speaker: None,
            requests: 0,
            checks: Checks::default(),
            decoders: Decoders::default(),
            pausing: true,
            forward: Vec::new(),
            out: Vec::new(),
        }
    }

    /// Joins with a receiving connection on a good line, and may send everything.
    pub fn joins(&mut self) -> Who {
        let id = ParticipantId(Uuid::from_u128(0xa000 + self.people.len() as u128));
        self.handle(Input::AddPeer { participant: id });
        let peer = self.core.peer(id).expect("just added");
        self.people.push(Person {
            id,
            peer,
            tracks: Vec::new(),
            permits: Vec::new(),
            slots: (0, 0),
            downlink: Some(20_000_000),
            loss: 0.0,
            limited: Vec::new(),
            layers: Vec::new(),
            here: true,
        });
        let who = self.people.len() - 1;
        self.permits(who, &Source::ALL);
        self.receives(who, 4, 4);
        who
    }

    pub fn leaves(&mut self, who: Who) {
        let peer = self.people[who].peer;
        self.people[who].here = false;
        self.people[who].tracks.clear();
        self.checks.gone(peer);
        self.handle(Input::RemovePeer { peer });
    }

    pub fn permits(&mut self, who: Who, sources: &[Source]) {
        self.people[who].permits = sources.to_vec();
        self.handle(Input::Permit { peer: self.people[who].peer, sources: sources.to_vec() });
    }

    pub fn receives(&mut self, who: Who, audio: u8, video: u8) {
        let person = &mut self.people[who];
        if (audio, video) == (0, 0) || person.slots == (0, 0) {
            self.checks.forget(person.peer);
        }
        person.slots = (audio, video);
        let peer = person.peer;
        self.handle(Input::Receiving { peer, audio_slots: audio, video_slots: video });
    }

    /// Publishes so many encodings of each source, in the place of what they published.
    pub fn publishes(&mut self, who: Who, sources: &[(Source, u8)]) {
        let seed = (who as u64 + 1) * 17 + self.ms;
        let person = &mut self.people[who];
        let mut tracks: Vec<Track> = Vec::new();
        for (source, layers) in sources {
            let old = person.tracks.iter().position(|track| track.source == *source);
            match old.map(|index| person.tracks.swap_remove(index)) {
                Some(track) if track.encoders.len() == usize::from(*layers) => tracks.push(track),
                _ => tracks.push(Track::new(*source, *layers, seed)),
            }
            self.checks.republished(person.peer, *source);
        }
        let published =
            tracks.iter().map(|track| Published { source: track.source, codec: track.codec, layers: track.encoders.len() as u8 });
        let input = Input::Publish { peer: person.peer, tracks: published.collect() };
        person.tracks = tracks;
        self.handle(input);
    }

    /// Publishes a camera of one stream with layers, in the place of everything.
    pub fn publishes_layers(&mut self, who: Who, layers: Layers) {
        let track = Track::layered(layers);
        let published = Published { source: Source::Camera, codec: track.codec, layers: 1 };
        self.people[who].tracks = vec![track];
        self.handle(Input::Publish { peer: self.people[who].peer, tracks: vec![published] });
    }

    pub fn wants(&mut self, who: Who, tiles: &[(Who, Source, u32, u8)]) {
        let tracks = tiles.iter().map(|(whose, source, height, priority)| Want {
            participant_id: self.people[*whose].id,
            source: *source,
            height: *height,
            priority: *priority,
        });
        let tracks = tracks.collect();
        self.handle(Input::Want { peer: self.people[who].peer, tracks });
    }

    pub fn speaks(&mut self, who: Who, level: u8) {
        let mut tracks = self.people[who].tracks.iter_mut();
        tracks.find(|track| track.source == Source::Microphone).expect("a microphone").level = level;
    }

    pub fn track(&mut self, who: Who, source: Source) -> &mut Track {
        self.people[who].tracks.iter_mut().find(|track| track.source == source).expect("published")
    }

    pub fn runs(&mut self, ms: u64) {
        self.runs_with(ms, |_, _| true);
    }

    /// Runs on; packets of which `arrives` says no are lost on the way to the server.
    pub fn runs_with(&mut self, ms: u64, mut arrives: impl FnMut(Who, &Made) -> bool) {
        for _ in 0..ms {
            self.ms += 1;
            let mut made = Vec::new();
            for who in 0..self.people.len() {
                self.people[who].tracks.iter_mut().for_each(|track| track.make(self.ms, &mut made));
                for packet in made.drain(..) {
                    if arrives(who, &packet) {
                        self.packet(who, &packet);
                    }
                }
            }
            if self.ms.is_multiple_of(100) {
                self.reports();
                self.handle(Input::Tick);
            }
        }
    }

    fn reports(&mut self) {
        for who in 0..self.people.len() {
            let person = &self.people[who];
            if let (true, Some(bits)) = (person.here, person.downlink) {
                let rtt_ms = if self.gets(who) > bits { 640 } else { 40 };
                self.handle(Input::Estimate { peer: self.people[who].peer, bits, loss: self.people[who].loss, rtt_ms });
            }
        }
    }

    /// Bits a second that went to somebody in the last 300 ms.
    fn gets(&self, who: Who) -> u64 {
        let lately = self.sent.iter().rev().take_while(|sent| sent.ms + 300 > self.ms);
        lately.filter(|sent| sent.to == self.people[who].peer).map(|sent| sent.bytes as u64 * 8).sum::<u64>() * 10 / 3
    }

    pub fn packet(&mut self, who: Who, made: &Made) {
        let from = self.people[who].peer;
        let view = PacketView {
            from,
            source: made.source,
            layer: made.layer,
            seq: made.seq,
            timestamp: made.timestamp,
            marker: made.marker,
            audio_level: made.level,
            payload: &made.payload,
            red: false,
            dependency_descriptor: made.descriptor.as_deref(),
        };
        let (mut forward, mut out) = (std::mem::take(&mut self.forward), std::mem::take(&mut self.out));
        self.core.packet(&view, At::ms(self.ms), &mut forward, &mut out);
        let person = &self.people[who];
        for packet in forward.drain(..) {
            assert!(person.here && person.permits.contains(&made.source), "forwarded what isn't permitted");
            assert!(packet.to != from, "their own packet");
            assert!(self.people.iter().any(|other| other.here && other.peer == packet.to), "sent to somebody who left");
            match &made.frame {
                Some(frame) => self.decoders.forward(self.ms, who as u64, made, frame, &packet),
                None => self.checks.forward(self.ms, person.id, made, &packet),
            }
            self.sent.push(Sent {
                ms: self.ms,
                from: person.id,
                source: made.source,
                layer: made.layer,
                to: packet.to,
                bytes: made.payload.len(),
            });
        }
        self.forward = forward;
        self.take(out);
    }

    pub fn handle(&mut self, input: Input) {
        let mut out = std::mem::take(&mut self.out);
        self.core.handle(input, At::ms(self.ms), &mut out);
        self.take(out);
    }

    fn take(&mut self, mut out: Vec<Output>) {
        for output in out.drain(..) {
            self.output(output);
        }
        if self.out.capacity() == 0 {
            self.out = out;
        }
    }

    fn output(&mut self, output: Output) {
        match output {
            Output::RequestKeyframe { peer, source, layer } => {
                self.requests += 1;
                self.checks.request(self.ms, peer, source, layer);
                let due = self.ms + 60;
                let person = self.people.iter_mut().find(|person| person.here && person.peer == peer).expect("here");
                let track = person.tracks.iter_mut().find(|track| track.source == source);
                if let Some(encoder) = track.and_then(|track| track.encoders.get_mut(usize::from(layer))) {
                    encoder.keyframe_due.get_or_insert(due);
                }
            }
            Output::SlotsNeeded { peer, audio, video } => {
                // A connection has more lines with each offer, never fewer.
                let who = self.who(peer);
                let has = self.people[who].slots;
                if has != (0, 0) {
                    self.receives(who, audio.max(has.0), video.max(has.1));
                }
            }
            Output::Slots { peer, slots } => {
                let person = &self.people[self.who(peer)];
                assert!(slots.iter().all(|slot| slot.participant != person.id));
            }
            Output::LayersWanted { peer, tracks } => {
                let pausing = self.pausing;
                let who = self.who(peer);
                for wanted in tracks {
                    if wanted.source == Source::Camera {
                        self.people[who].layers = wanted.layers.clone();
                    }
                    let track = self.people[who].tracks.iter_mut().find(|track| track.source == wanted.source);
                    for (index, encoder) in track.into_iter().flat_map(|track| track.encoders.iter_mut().enumerate()) {
                        encoder.on = !pausing || index < wanted.layers.len();
                    }
                }
            }
            Output::Limited { peer, tracks } => {
                let who = self.who(peer);
                self.people[who].limited = tracks.iter().map(|track| (track.participant_id, track.reason)).collect();
            }
            Output::Bitrate { current, desired, .. } => assert!(current <= desired || desired > 0),
            Output::Probe { known, bits, .. } => assert!(known > 0 && bits > 0),
            Output::Forget { peer, .. } | Output::Restart { peer, .. } => assert!(self.who(peer) < self.people.len()),
            Output::Speaker { participant } => self.speaker = participant,
        }
    }

    fn who(&self, peer: PeerIndex) -> Who {
        self.people.iter().position(|person| person.here && person.peer == peer).unwrap_or_else(|| self.people.len() - 1)
    }

    /// Bits a second of a source that reached somebody since a time.
    pub fn bits(&self, to: Who, from: Who, source: Source, since: u64) -> u64 {
        let (to, from) = (self.people[to].peer, self.people[from].id);
        let sent = self.sent.iter().filter(|sent| sent.ms > since && sent.to == to && sent.from == from && sent.source == source);
        sent.map(|sent| sent.bytes as u64 * 8_000).sum::<u64>() / (self.ms - since).max(1)
    }

    /// The encoding of somebody's camera that reached a receiver last, in the last 100 ms.
    pub fn layer(&self, to: Who, from: Who) -> Option<Layer> {
        let (to, from) = (self.people[to].peer, self.people[from].id);
        let lately = self.sent.iter().rev().take_while(|sent| sent.ms + 100 > self.ms);
        let mut camera = lately.filter(|sent| sent.to == to && sent.from == from && sent.source == Source::Camera);
        camera.next().map(|sent| sent.layer)
    }

    /// When first, from a time on, this encoding came to a receiver.
    pub fn first(&self, to: Who, from: Who, layer: Layer, since: u64) -> Option<u64> {
        let (to, from) = (self.people[to].peer, self.people[from].id);
        let camera = |sent: &&Sent| sent.to == to && sent.from == from && sent.source == Source::Camera && sent.layer == layer;
        self.sent.iter().filter(|sent| sent.ms > since).find(camera).map(|sent| sent.ms)
    }
}
