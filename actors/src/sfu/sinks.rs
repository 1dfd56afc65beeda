//! Sinks: who listens on the server itself. A sink hears one source of one person, over whichever of their connections it comes: what they send
//! to all, or in a mesh an extra copy. It follows the newest that delivers, goes over at a packet with which it can begin, and back when that
//! one ends.

use super::{
    core::SfuCore,
    peers::Peers,
    publications::{Publication, Taken},
    rungs::Rung,
    switch::{Seen, Step, Switch},
    tracks::TrackKey,
    types::*,
};
use crate::ids::ParticipantId;
use crate::protocol::Source;

/// A connection of which nothing came for so long has no claim any more. Opus pauses for 400 ms while nobody speaks.
const QUIET_MICROS: u64 = 1_000_000;

#[derive(Clone, Debug)]
pub struct Sink {
    participant: ParticipantId,
    source: Source,
    /// The best encoding, instead of the smallest.
    best: bool,
    on: bool,
    follows: Option<Followed>,
    switch: Switch,
    /// Counts how often numbering began anew.
    stream: u32,
    /// What was passed on last.
    numbering: Option<Numbering>,
}

/// Packets of one numbering have sequence numbers and timestamps that compare.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Numbering {
    track: TrackKey,
    since: At,
    layer: Layer,
    generation: u32,
}

#[derive(Clone, Copy, Debug)]
struct Followed {
    track: TrackKey,
    since: At,
    heard: At,
}

/// One packet to one sink.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Sunk {
    pub sink: SinkIndex,
    /// Grows when numbering begins anew.
    pub stream: u32,
    pub keyframe: bool,
}

/// All sinks of a room, by the worker's numbers.
#[derive(Debug, Default)]
pub struct Sinks {
    places: Vec<Option<Sink>>,
}

impl Sinks {
    fn get_mut(&mut self, sink: SinkIndex) -> Option<&mut Sink> {
        self.places.get_mut(sink.0 as usize)?.as_mut()
    }

    fn iter_mut(&mut self) -> impl Iterator<Item = (SinkIndex, &mut Sink)> {
        self.places.iter_mut().enumerate().filter_map(|(index, sink)| Some((SinkIndex(index as u32), sink.as_mut()?)))
    }

    fn are_none(&self) -> bool {
        self.places.iter().all(Option::is_none)
    }

    /// A packet of a track, to all that hear it.
    pub fn packet(
        &mut self,
        track: TrackKey,
        publication: &Publication,
        layer: Layer,
        taken: &Taken,
        now: At,
        sunk: &mut Vec<Sunk>,
    ) {
        for index in &publication.sinks {
            let Some(sink) = self.get_mut(*index) else { continue };
            if let Some((stream, keyframe)) = sink.packet(track, publication, layer, taken, now) {
                sunk.push(Sunk { sink: *index, stream, keyframe });
            }
        }
    }

    /// The encoding of this track whose keyframe some sink waits for.
    pub fn awaited(&self, track: TrackKey, publication: &Publication, now: At) -> Option<Layer> {
        let waiting = publication.sinks.iter().filter_map(|index| self.places.get(index.0 as usize)?.as_ref());
        waiting.filter_map(|sink| sink.awaits(track, publication, now)).next()
    }

    /// How many sizes of this track sinks need.
    pub fn watched(&self, publication: &Publication) -> u8 {
        let hearing = publication.sinks.iter().filter_map(|index| self.places.get(index.0 as usize)?.as_ref());
        hearing.map(|sink| sink.sizes(publication)).max().unwrap_or(0)
    }
}

impl Sink {
    /// The encoding to hear, with all its spatial layers.
    fn target(&self, publication: &Publication) -> Layer {
        if self.best { publication.encoded - 1 } else { 0 }
    }

    /// So many sizes of it have to be sent.
    fn sizes(&self, publication: &Publication) -> u8 {
        if self.best { publication.layers } else { 1 }
    }

    /// The encoding whose keyframe is to be asked for. What isn't sent just now (a small camera, a narrow line) answers nobody: with nothing to hear, the
    /// best that comes will do.
    fn awaits(&self, track: TrackKey, publication: &Publication, now: At) -> Option<Layer> {
        let target = self.target(publication);
        let coming = || (0..=target).rev().find(|layer| publication.comes(*layer, now));
        match self.follows {
            Some(followed) if followed.is(track, publication) => match self.switch.current() {
                None => Some(coming().unwrap_or(target)),
                Some(1..) if followed.is_quiet(now) => Some(coming().unwrap_or(0)),
                Some(_) => self.switch.awaits(),
            },
            // A newer one is gone over to at its first keyframe.
            Some(followed) if publication.since <= followed.since => None,
            _ => Some(coming().unwrap_or(target)),
        }
    }

    fn packet(
        &mut self,
        track: TrackKey,
        publication: &Publication,
        layer: Layer,
        taken: &Taken,
        now: At,
    ) -> Option<(u32, bool)> {
        let joinable = publication.is_audio() || taken.unit.keyframe;
        let follows = self.follows.is_some_and(|followed| followed.is(track, publication));
        if !follows && (!joinable || layer > self.target(publication) || !self.goes_over(publication, now)) {
            return None;
        }
        if !follows || (joinable && self.follows.is_some_and(|followed| followed.is_quiet(now))) {
            self.switch = Switch::default();
        }
        self.switch.aim(Some(Rung::whole(self.target(publication))), now);
        let seen = Seen {
            encoding: layer,
            generation: taken.generation,
            joinable,
            timestamp: taken.numbers.timestamp,
            unit: &taken.unit,
            top: taken.top,
            ceiling: u8::MAX,
            bound: None,
        };
        if !matches!(self.switch.step(&seen), Step::Forward | Step::Splice) {
            return None;
        }
        let numbering = Some(Numbering { track, since: publication.since, layer, generation: taken.generation });
        self.stream += u32::from(self.numbering != numbering);
        self.numbering = numbering;
        self.follows = Some(Followed { track, since: publication.since, heard: now });
        Some((self.stream, joinable))
    }

    fn goes_over(&self, publication: &Publication, now: At) -> bool {
        self.follows.is_none_or(|followed| publication.since > followed.since || followed.is_quiet(now))
    }
}

impl Followed {
    fn is(&self, track: TrackKey, publication: &Publication) -> bool {
        self.track == track && self.since == publication.since
    }

    fn is_quiet(&self, now: At) -> bool {
        now.micros_since(self.heard) > QUIET_MICROS
    }
}

impl SfuCore {
    /// What the packets since the last call bring to sinks.
    pub fn take_sunk(&mut self, into: &mut Vec<Sunk>) {
        into.append(&mut self.sunk);
    }

    pub(super) fn attach_sink(&mut self, index: SinkIndex, wanted: SinkWanted, now: At, out: &mut Vec<Output>) {
        let SinkWanted { participant, source, best, on } = wanted;
        let place = index.0 as usize;
        if self.sinks.places.len() <= place {
            self.sinks.places.resize_with(place + 1, || None);
        }
        let before = self.sinks.places[place].take().filter(|sink| (sink.participant, sink.source) == (participant, source));
        let (stream, numbering) = before.map_or((0, None), |sink| (sink.stream, sink.numbering));
        let sink = Sink { participant, source, best, on, follows: None, switch: Switch::default(), stream, numbering };
        self.sinks.places[place] = Some(sink);
        self.place_sinks(now, out);
        self.settle_watched(now, out);
    }

    pub(super) fn detach_sink(&mut self, index: SinkIndex, now: At, out: &mut Vec<Output>) {
        if let Some(place) = self.sinks.places.get_mut(index.0 as usize) {
            *place = None;
        }
        for (_, peer) in self.peers.iter_mut() {
            peer.publications.iter_mut().flatten().for_each(|publication| publication.sinks.retain(|sink| *sink != index));
        }
        self.settle_watched(now, out);
    }

    /// The sink lost what it was given: a picture goes on with the next keyframe.
    pub(super) fn sink_lost(&mut self, index: SinkIndex, now: At, out: &mut Vec<Output>) {
        let Some(sink) = self.sinks.get_mut(index).filter(|sink| !sink.source.is_audio()) else { return };
        let Some(followed) = sink.follows else { return };
        let target = sink.switch.target().map(Rung::layer);
        sink.switch = Switch::default();
        if let Some(layer) = target {
            self.ask_keyframe(followed.track, layer, now, out);
        }
    }

    /// Enters sinks into the rows of what they may hear now; permission and mutes are in that.
    pub(super) fn place_sinks(&mut self, now: At, out: &mut Vec<Output>) {
        if self.sinks.are_none() {
            return;
        }
        for (_, peer) in self.peers.iter_mut() {
            peer.publications.iter_mut().flatten().for_each(|publication| publication.sinks.clear());
        }
        let mut awaited = Vec::new();
        for (index, sink) in self.sinks.iter_mut() {
            let tracks = tracks_of(&self.peers, sink);
            if sink.follows.is_some_and(|followed| !tracks.contains(&followed.track)) {
                sink.follows = None;
            }
            for track in tracks {
                let Some(publication) = self.peers.publication_mut(track) else { continue };
                publication.sinks.push(index);
                awaited.extend(sink.awaits(track, publication, now).map(|layer| (track, layer)));
            }
        }
        for (track, layer) in awaited {
            self.ask_keyframe(track, layer, now, out);
        }
    }
}

/// Where a sink may hear its source: nowhere while it is off.
fn tracks_of(peers: &Peers, sink: &Sink) -> Vec<TrackKey> {
    let connections = [peers.number(sink.participant), peers.tap(sink.participant)];
    let tracks = connections.into_iter().flatten().map(|peer| TrackKey { peer, source: sink.source });
    let permitted = |track: &TrackKey| peers.publication(*track).is_some_and(|publication| publication.permitted);
    tracks.filter(|track| sink.on && permitted(track)).collect()
}
