//! Who is seen where and when: from a recording's manifest to scenes, without a file or a clock.

use super::layout::{COLUMN_MOST, GRID_MOST, Place, beside, grid};
use crate::recording::manifest::{Manifest, RecordedTrack, Segment};
use actors::{ids::ParticipantId, protocol::Source, recording::ledger::GapReason};
use serde::Serialize;

mod spans;

pub use spans::{Span, bridged, minus};

/// Who is away for less than this stays in the picture.
const AWAY_MS: u64 = 10_000;
/// A screen that comes back this soon was never away.
const FLICKER_MS: u64 = 1_000;
/// Who speaks for less does not get somebody else's place.
const TURN_MS: u64 = 1_500;
/// A picture that stood still on purpose for less is not taken away.
const STILL_MS: u64 = 1_000;
/// A picture that stood still by loss for less is not taken away.
const FROZEN_MS: u64 = 5_000;

/// Everything that the composite shows and plays. Times are milliseconds from the recording's beginning.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Plan {
    pub duration_ms: u64,
    /// In the order in which they came. Only who was recorded is here.
    pub people: Vec<Person>,
    pub pictures: Vec<Picture>,
    pub sounds: Vec<Sound>,
    /// One after the other, without gaps, from 0 to the end.
    pub scenes: Vec<Scene>,
    pub speaking: Vec<Speaking>,
}

#[derive(Clone, PartialEq, Eq, Serialize)]
pub struct Person {
    pub id: ParticipantId,
    pub name: String,
}

/// A name is personal.
impl std::fmt::Debug for Person {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.id.fmt(f)
    }
}

/// A file with a picture in it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Picture {
    pub file: String,
    /// Index into the people.
    pub person: usize,
    pub screen: bool,
    pub at_ms: u64,
    pub end_ms: u64,
    /// When there is something to see in it.
    pub seen: Vec<Span>,
}

/// A file with sound in it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Sound {
    pub file: String,
    pub at_ms: u64,
    pub end_ms: u64,
    /// Heard at these times alone; none: always.
    pub only: Option<Vec<Span>>,
}

#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Scene {
    pub from_ms: u64,
    pub to_ms: u64,
    pub tiles: Vec<Tile>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
pub struct Tile {
    pub person: usize,
    pub screen: bool,
    pub place: Place,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
pub struct Speaking {
    pub from_ms: u64,
    pub to_ms: u64,
    pub person: usize,
}

impl Plan {
    /// `usable`: is there anything in that file?
    pub fn of(manifest: &Manifest, usable: impl Fn(&str) -> bool) -> Self {
        let tracks: Vec<(&RecordedTrack, Vec<&Segment>)> = manifest
            .tracks
            .iter()
            .map(|track| (track, track.segments.iter().filter(|one| usable(&one.name)).collect()))
            .collect();
        let known = manifest.duration_ms();
        let end_of = |segment: &Segment| match &segment.done {
            Some(done) => segment.at_ms + done.duration_ms,
            None => known.max(segment.at_ms),
        };
        let last = tracks.iter().flat_map(|(_, segments)| segments.iter().map(|one| end_of(one))).max();
        let duration_ms = known.max(last.unwrap_or(0));
        let mut people: Vec<(u64, ParticipantId)> = Vec::new();
        for (track, segments) in &tracks {
            let Some(first) = segments.iter().map(|one| one.at_ms).min() else { continue };
            match people.iter_mut().find(|(_, id)| *id == track.participant) {
                Some((at, _)) => *at = first.min(*at),
                None => people.push((first, track.participant)),
            }
        }
        people.sort();
        let index = |id: ParticipantId| people.iter().position(|(_, known)| *known == id);
        let (mut pictures, mut sounds, mut there) = (Vec::new(), Vec::new(), vec![Vec::new(); people.len()]);
        for (track, segments) in &tracks {
            let Some(person) = index(track.participant) else { continue };
            let gone = unseen(track);
            for segment in segments {
                let span = Span { from_ms: segment.at_ms, to_ms: end_of(segment) };
                there[person].push(span);
                let file = segment.name.clone();
                if track.source.is_audio() {
                    sounds.push(Sound { file, at_ms: span.from_ms, end_ms: span.to_ms, only: None });
                } else {
                    let seen = minus(&[span], &gone);
                    let screen = track.source == Source::Screen;
                    pictures.push(Picture { file, person, screen, at_ms: span.from_ms, end_ms: span.to_ms, seen });
                }
            }
        }
        sounds.extend(manifest.tracks.iter().flat_map(backups).filter(|sound| usable(&sound.file)));
        let there = there.into_iter().map(|spans| bridged(spans, AWAY_MS)).collect();
        let speaking = speaking(manifest, duration_ms, index);
        let scenes = Scenes { duration_ms, there, screens: screens(&pictures, people.len()), speaking: &speaking }.all();
        let name = |id: ParticipantId| manifest.people.iter().find(|one| one.id == id).map(|one| one.display_name.clone());
        let people = people.iter().map(|(_, id)| Person { id: *id, name: name(*id).unwrap_or_default() }).collect();
        Self { duration_ms, people, pictures, sounds, scenes, speaking }
    }
}

/// What the sender's own browser kept, where ours has a gap.
fn backups(track: &RecordedTrack) -> impl Iterator<Item = Sound> {
    track.backups.iter().filter(|_| track.source.is_audio()).filter_map(|backup| {
        let covers = backup.covers.iter().map(|stretch| Span { from_ms: stretch.from_ms, to_ms: stretch.to_ms });
        let covers = bridged(covers.collect(), 0);
        let end_ms = covers.last()?.to_ms;
        Some(Sound { file: backup.file.clone(), at_ms: backup.at_ms, end_ms, only: Some(covers) })
    })
}

/// When a picture stands still for so long that it says nothing of now.
fn unseen(track: &RecordedTrack) -> Vec<Span> {
    let gaps = track.ledgers.iter().flat_map(|ledger| &ledger.gaps);
    let long = gaps.filter(|gap| {
        let least = match gap.reason {
            GapReason::Lost | GapReason::Broken => FROZEN_MS,
            _ => STILL_MS,
        };
        gap.to_ms.saturating_sub(gap.from_ms) >= least
    });
    bridged(long.map(|gap| Span { from_ms: gap.from_ms, to_ms: gap.to_ms }).collect(), 0)
}

fn speaking(manifest: &Manifest, end: u64, index: impl Fn(ParticipantId) -> Option<usize>) -> Vec<Speaking> {
    let until = manifest.speakers.iter().skip(1).map(|next| next.at_ms).chain([end]);
    let turns = manifest.speakers.iter().zip(until);
    turns
        .filter_map(|(turn, to_ms)| Some(Speaking { from_ms: turn.at_ms, to_ms, person: index(turn.participant?)? }))
        .filter(|turn| turn.from_ms < turn.to_ms)
        .collect()
}

/// Of each person, when their screen is seen.
fn screens(pictures: &[Picture], people: usize) -> Vec<Vec<Span>> {
    let of = |person| {
        let theirs = pictures.iter().filter(|one| one.screen && one.person == person);
        bridged(theirs.flat_map(|one| one.seen.iter().copied()).collect(), FLICKER_MS)
    };
    (0..people).map(of).collect()
}

struct Scenes<'a> {
    duration_ms: u64,
    there: Vec<Vec<Span>>,
    screens: Vec<Vec<Span>>,
    speaking: &'a [Speaking],
}

impl Scenes<'_> {
    fn all(&self) -> Vec<Scene> {
        let mut scenes: Vec<Scene> = Vec::new();
        let mut shown: Vec<usize> = Vec::new();
        for (from_ms, to_ms) in self.stretches() {
            let tiles = self.tiles(from_ms, &mut shown);
            match scenes.last_mut() {
                Some(last) if last.tiles == tiles => last.to_ms = to_ms,
                _ => scenes.push(Scene { from_ms, to_ms, tiles }),
            }
        }
        scenes
    }

    /// In each of them the same people and screens are there, and the same one speaks.
    fn stretches(&self) -> Vec<(u64, u64)> {
        let spans = self.there.iter().chain(&self.screens).flatten();
        let mut times: Vec<u64> = spans.flat_map(|span| [span.from_ms, span.to_ms]).collect();
        times.extend(self.turns().map(|turn| turn.from_ms));
        times.extend([0, self.duration_ms]);
        times.retain(|at| *at <= self.duration_ms);
        times.sort_unstable();
        times.dedup();
        times.windows(2).map(|pair| (pair[0], pair[1])).collect()
    }

    fn turns(&self) -> impl Iterator<Item = &Speaking> {
        self.speaking.iter().filter(|turn| turn.to_ms - turn.from_ms >= TURN_MS)
    }

    fn tiles(&self, at: u64, shown: &mut Vec<usize>) -> Vec<Tile> {
        let at_in = |spans: &Vec<Span>| spans.iter().find(|span| span.holds(at)).map(|span| span.from_ms);
        let screens = self.screens.iter().enumerate().filter_map(|(person, spans)| Some((at_in(spans)?, person)));
        // The newest screen is what they talk about.
        let screen = screens.max().map(|(_, person)| person);
        let there: Vec<usize> = (0..self.there.len()).filter(|person| at_in(&self.there[*person]).is_some()).collect();
        self.choose(at, &there, if screen.is_some() { COLUMN_MOST } else { GRID_MOST }, shown);
        let (large, places) = match screen {
            Some(person) => {
                let (large, places) = beside(shown.len());
                (Some(Tile { person, screen: true, place: large }), places)
            }
            None => (None, grid(shown.len())),
        };
        let people = shown.iter().zip(places).map(|(person, place)| Tile { person: *person, screen: false, place });
        large.into_iter().chain(people).collect()
    }

    /// Whoever is shown stays, unless they leave or somebody speaks who is not shown.
    fn choose(&self, at: u64, there: &[usize], most: usize, shown: &mut Vec<usize>) {
        shown.retain(|person| there.contains(person));
        while shown.len() > most {
            let quietest = self.quietest(at, shown);
            shown.remove(quietest);
        }
        let waiting: Vec<usize> = there.iter().copied().filter(|person| !shown.contains(person)).collect();
        shown.extend(waiting.iter().take(most - shown.len()));
        let speaker = self.turns().find(|turn| turn.from_ms <= at && at < turn.to_ms).map(|turn| turn.person);
        if let Some(speaker) = speaker.filter(|speaker| there.contains(speaker) && !shown.contains(speaker)) {
            let quietest = self.quietest(at, shown);
            shown[quietest] = speaker;
        }
        shown.sort_unstable();
    }

    /// The place in `shown` of who has not spoken for the longest time.
    fn quietest(&self, at: u64, shown: &[usize]) -> usize {
        let spoke =
            |person: usize| self.turns().filter(|turn| turn.person == person && turn.from_ms <= at).map(|turn| turn.to_ms).max();
        (0..shown.len()).min_by_key(|place| (spoke(shown[*place]), std::cmp::Reverse(shown[*place]))).unwrap_or(0)
    }
}

#[cfg(test)]
mod tests;
