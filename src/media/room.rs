//! A room as its worker keeps it: the forwarding core, the people by their numbers in it, and the way back to the room's actor.

use super::{engine::Line, outbox::Outbox, sdp::Origin, sinks::Sinks, slab::Key};
use actors::{
    ids::{ParticipantId, RoomId},
    media::Permit,
    protocol::{Leg, Source, TrackLabel},
    sfu::{Codec, PeerIndex, Published, SfuCore},
};
use std::time::Instant;

pub struct Room {
    pub id: RoomId,
    pub core: SfuCore,
    pub outbox: Outbox,
    people: Vec<Option<Person>>,
    pub sinks: Sinks,
    /// Layer switches that were counted already.
    pub switches: u64,
}

pub struct Person {
    pub participant: ParticipantId,
    /// What they publish on: their path, or an extra copy.
    pub leg: Leg,
    pub publishing: Side,
    pub receiving: Side,
    /// What the publisher says that its m-lines are.
    pub labels: Vec<TrackLabel>,
    pub lines: Vec<Line>,
    /// Since when an offer of ours waits for its answer.
    pub offered: Option<Instant>,
    /// Another offer is due after that; with new credentials.
    pub again: Option<bool>,
}

/// One of the two connections of a person.
#[derive(Default)]
pub struct Side {
    pub connection: Option<Key>,
    pub epoch: u32,
    /// Who is at its other end.
    pub origin: Option<Origin>,
}

impl Room {
    pub fn new(id: RoomId, core: SfuCore, outbox: Outbox) -> Self {
        Self { id, core, outbox, people: Vec::new(), sinks: Sinks::default(), switches: 0 }
    }

    pub fn person(&self, peer: PeerIndex) -> Option<&Person> {
        self.people.get(peer.0 as usize)?.as_ref()
    }

    pub fn person_mut(&mut self, peer: PeerIndex) -> Option<&mut Person> {
        self.people.get_mut(peer.0 as usize)?.as_mut()
    }

    pub fn add(&mut self, peer: PeerIndex, participant: ParticipantId, leg: Leg) {
        let index = peer.0 as usize;
        if self.people.len() <= index {
            self.people.resize_with(index + 1, || None);
        }
        self.people[index].get_or_insert_with(|| Person::new(participant, leg));
    }

    pub fn remove(&mut self, peer: PeerIndex) -> Option<Person> {
        self.people.get_mut(peer.0 as usize)?.take()
    }

    pub fn people(&self) -> impl Iterator<Item = (PeerIndex, &Person)> {
        let numbered = self.people.iter().enumerate();
        numbered.filter_map(|(index, person)| Some((PeerIndex(index as u16), person.as_ref()?)))
    }
}

impl Person {
    fn new(participant: ParticipantId, leg: Leg) -> Self {
        Self {
            participant,
            leg,
            publishing: Side::default(),
            receiving: Side::default(),
            labels: Vec::new(),
            lines: Vec::new(),
            offered: None,
            again: None,
        }
    }

    pub fn side(&mut self, leg: Leg) -> &mut Side {
        match leg {
            Leg::Publish | Leg::Tap => &mut self.publishing,
            Leg::Receive => &mut self.receiving,
        }
    }

    /// What each m-line is: as labelled, or by kind and order. No source twice.
    pub fn sources(&self) -> Vec<Option<Source>> {
        let mut taken: Vec<Source> = Vec::new();
        let by_order = |audio: bool, taken: &[Source]| {
            let order = if audio { [Source::Microphone, Source::ScreenAudio] } else { [Source::Camera, Source::Screen] };
            order.into_iter().find(|source| !taken.contains(source))
        };
        let mut sources = Vec::with_capacity(self.lines.len());
        for line in &self.lines {
            let label = self.labels.iter().find(|label| label.mid == line.mid).map(|label| label.source);
            let source = if self.labels.is_empty() { by_order(line.audio, &taken) } else { label };
            let source = source.filter(|source| source.is_audio() == line.audio && !taken.contains(source));
            // An m-line that sends nothing keeps its place in the order, and is not published.
            taken.extend(source);
            sources.push(source.filter(|_| line.codec.is_some()));
        }
        sources
    }

    /// What the core is told of it.
    pub fn published(&self) -> Vec<Published> {
        let sources = self.sources();
        let tracks = self.lines.iter().zip(sources);
        tracks.filter_map(|(line, source)| Some(Published { source: source?, codec: line.codec?, layers: line.layers })).collect()
    }

    /// The line of a source.
    pub fn line_of(&self, source: Source) -> Option<u8> {
        self.sources().iter().position(|known| *known == Some(source)).map(|line| line as u8)
    }

    /// The publisher sends another codec than the first of its answer. Says whether that is new.
    pub fn sends(&mut self, line: u8, codec: Codec) -> bool {
        match self.lines.get_mut(line as usize) {
            Some(known) if known.codec != Some(codec) => {
                known.codec = Some(codec);
                true
            }
            _ => false,
        }
    }
}

/// What a permit allows.
pub fn permitted(permit: Permit) -> Vec<Source> {
    let screen = permit.screen;
    [
        (permit.microphone, Source::Microphone),
        (permit.camera, Source::Camera),
        (screen, Source::Screen),
        (screen, Source::ScreenAudio),
    ]
    .into_iter()
    .filter_map(|(granted, source)| granted.then_some(source))
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn person(lines: &[(&str, Option<Codec>)], labels: &[(&str, Source)]) -> Person {
        let mut person = Person::new(ParticipantId(uuid::Uuid::from_u128(1)), Leg::Publish);
        let line = |(mid, codec): &(&str, Option<Codec>)| Line {
            mid: (*mid).to_owned(),
            audio: mid.starts_with('a'),
            codec: *codec,
            layers: 1,
        };
        person.lines = lines.iter().map(line).collect();
        person.labels = labels.iter().map(|(mid, source)| TrackLabel { mid: (*mid).to_owned(), source: *source }).collect();
        person
    }

    #[test]
    fn without_labels_the_order_tells() {
        let lines = [("a", Some(Codec::Opus)), ("v", None), ("v2", Some(Codec::Vp8)), ("a2", Some(Codec::Opus))];
        let sources = person(&lines, &[]).sources();
        assert_eq!(sources, [Some(Source::Microphone), None, Some(Source::Screen), Some(Source::ScreenAudio)]);
    }

    #[test]
    fn labels_go_first_and_no_source_is_taken_twice_or_by_the_wrong_kind() {
        let lines = [("v", Some(Codec::Vp8)), ("v2", Some(Codec::Vp8)), ("a", Some(Codec::Opus))];
        let labels = [("v", Source::Screen), ("v2", Source::Screen), ("a", Source::Camera)];
        assert_eq!(person(&lines, &labels).sources(), [Some(Source::Screen), None, None]);
        assert_eq!(person(&lines, &labels).line_of(Source::Screen), Some(0));
    }
}
