//! The paths of one person: the present one, the next one while the room switches, the old one for a moment after.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use super::edges::{Came, Ready};
use crate::media::driver::PeerId;
use crate::switch::topology::{Mode, Topology, Way};

/// The old path is sent on for so long, and listened to for a moment more.
pub const KEPT: Duration = Duration::from_millis(1500);
const LISTENED: Duration = Duration::from_millis(700);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    Current,
    Next,
    /// Since then.
    Old(Instant),
}

pub struct Path {
    pub way: Way,
    pub place: Place,
    pub since: Instant,
    /// Connections by what they lead to: a person's id, `publish` or `receive`.
    pub links: BTreeMap<String, Link>,
    pub came: Came,
    pub ready: Ready,
    /// Nothing is sent any more.
    pub retired: bool,
}

pub struct Link {
    pub peer: PeerId,
    pub up: bool,
    /// The server's session of the description that it was answered with.
    pub session: String,
    pub offer: Option<Offer>,
}

/// An offer without an answer yet.
pub struct Offer {
    pub text: String,
    pub at: Instant,
}

impl Link {
    pub fn new(peer: PeerId) -> Self {
        Self { peer, up: false, session: String::new(), offer: None }
    }
}

impl Path {
    fn new(way: Way, place: Place, now: Instant) -> Self {
        let (came, ready) = (Came::default(), Ready::default());
        Self { way, place, since: now, links: BTreeMap::new(), came, ready, retired: false }
    }
}

/// What follows from a new topology.
#[derive(Debug, PartialEq, Eq)]
pub enum Step {
    /// A path is to be brought up.
    Open(Way),
    /// It is played from now on.
    Front(u32),
    Close(u32),
}

#[derive(Default)]
pub struct Paths(pub Vec<Path>);

impl Paths {
    pub fn get(&mut self, epoch: u32) -> Option<&mut Path> {
        self.0.iter_mut().find(|path| path.way.epoch == epoch)
    }

    pub fn of_peer(&mut self, peer: PeerId) -> Option<(&mut Path, String)> {
        self.0.iter_mut().find_map(|path| {
            let name = path.links.iter().find(|(_, link)| link.peer == peer).map(|(name, _)| name.clone())?;
            Some((path, name))
        })
    }

    pub fn next(&mut self) -> Option<&mut Path> {
        self.0.iter_mut().find(|path| path.place == Place::Next)
    }

    /// Whoever comes in the middle of a switch takes the next path only.
    pub fn follow(&mut self, topology: &Topology, now: Instant) -> Vec<Step> {
        let mut steps = Vec::new();
        let coming = topology.switching;
        if self.0.iter().all(|path| matches!(path.place, Place::Old(_))) {
            let begins = coming.unwrap_or(topology.present);
            let place = if coming.is_some() { Place::Next } else { Place::Current };
            self.open(begins, place, now, &mut steps);
            steps.push(Step::Front(begins.epoch));
            return steps;
        }
        if self.next().is_some_and(|path| path.way == topology.present) {
            self.promote(now, &mut steps);
        }
        if let Some(epoch) = self.next().map(|path| path.way).filter(|way| Some(*way) != coming).map(|way| way.epoch) {
            self.close(epoch, &mut steps);
        }
        let has_present = self.0.iter().any(|path| path.way == topology.present);
        let has_next = self.next().is_some();
        let came_in_the_middle = has_next && self.0.iter().all(|path| path.place != Place::Current);
        if !has_present && !came_in_the_middle {
            self.age(now);
            self.open(topology.present, Place::Current, now, &mut steps);
            steps.push(Step::Front(topology.present.epoch));
        }
        if let (Some(way), false) = (coming, has_next) {
            self.open(way, Place::Next, now, &mut steps);
        }
        steps
    }

    fn promote(&mut self, now: Instant, steps: &mut Vec<Step>) {
        self.age(now);
        if let Some(path) = self.next() {
            path.place = Place::Current;
            steps.push(Step::Front(path.way.epoch));
        }
    }

    fn age(&mut self, now: Instant) {
        for path in self.0.iter_mut().filter(|path| path.place == Place::Current) {
            path.place = Place::Old(now);
        }
    }

    /// Two of a kind would take each other's messages: an old one gives way at once.
    fn open(&mut self, way: Way, place: Place, now: Instant, steps: &mut Vec<Step>) {
        let old = |path: &&Path| matches!(path.place, Place::Old(_)) && path.way.mode == way.mode;
        if let Some(epoch) = self.0.iter().find(old).map(|path| path.way.epoch) {
            self.close(epoch, steps);
        }
        self.0.push(Path::new(way, place, now));
        steps.push(Step::Open(way));
    }

    /// Its connections are the caller's to close.
    fn close(&mut self, epoch: u32, steps: &mut Vec<Step>) {
        steps.push(Step::Close(epoch));
        if let Some(path) = self.get(epoch) {
            path.place = Place::Old(path.since - KEPT - LISTENED);
        }
    }

    /// Old paths to send nothing on any more, and old paths to close.
    pub fn expired(&mut self, now: Instant) -> (Vec<u32>, Vec<u32>) {
        let (mut silent, mut closed) = (Vec::new(), Vec::new());
        for path in &mut self.0 {
            let Place::Old(since) = path.place else { continue };
            if now >= since + KEPT && !std::mem::replace(&mut path.retired, true) {
                silent.push(path.way.epoch);
            }
            if now >= since + KEPT + LISTENED {
                closed.push(path.way.epoch);
            }
        }
        (silent, closed)
    }

    pub fn remove(&mut self, epoch: u32) -> Option<Path> {
        let at = self.0.iter().position(|path| path.way.epoch == epoch)?;
        Some(self.0.remove(at))
    }

    pub fn mode(&self, mode: Mode) -> impl Iterator<Item = &Path> {
        self.0.iter().filter(move |path| path.way.mode == mode)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MESH: Way = Way { mode: Mode::Mesh, epoch: 1 };
    const SFU: Way = Way { mode: Mode::Sfu, epoch: 2 };
    const MESH_AGAIN: Way = Way { mode: Mode::Mesh, epoch: 3 };

    fn topology(present: Way, switching: Option<Way>) -> Topology {
        Topology { present, switching }
    }

    fn story(steps: &[(Topology, &[Step])]) -> Paths {
        let (mut paths, now) = (Paths::default(), Instant::now());
        for (topology, expected) in steps {
            assert_eq!(paths.follow(topology, now), *expected, "{topology:?}");
        }
        paths
    }

    #[test]
    fn a_switch_brings_up_the_next_path_and_plays_it() {
        let mut paths = story(&[
            (topology(MESH, None), &[Step::Open(MESH), Step::Front(1)]),
            (topology(MESH, Some(SFU)), &[Step::Open(SFU)]),
            (topology(MESH, Some(SFU)), &[]),
            (topology(SFU, None), &[Step::Front(2)]),
        ]);
        let later = Instant::now() + KEPT;
        assert_eq!(paths.expired(later), (vec![1], vec![]));
        assert_eq!(paths.expired(later + LISTENED), (vec![], vec![1]));
    }

    #[test]
    fn a_path_that_is_given_up_is_closed_and_the_old_one_goes_on() {
        story(&[
            (topology(MESH, None), &[Step::Open(MESH), Step::Front(1)]),
            (topology(MESH, Some(SFU)), &[Step::Open(SFU)]),
            (topology(MESH, None), &[Step::Close(2)]),
        ]);
    }

    #[test]
    fn whoever_comes_in_the_middle_takes_the_next_path_only() {
        story(&[(topology(MESH, Some(SFU)), &[Step::Open(SFU), Step::Front(2)]), (topology(SFU, None), &[Step::Front(2)])]);
        story(&[
            (topology(MESH, Some(SFU)), &[Step::Open(SFU), Step::Front(2)]),
            (topology(MESH, None), &[Step::Close(2), Step::Open(MESH), Step::Front(1)]),
        ]);
    }

    #[test]
    fn back_at_once_closes_the_old_path_of_the_same_kind() {
        story(&[
            (topology(MESH, None), &[Step::Open(MESH), Step::Front(1)]),
            (topology(MESH, Some(SFU)), &[Step::Open(SFU)]),
            (topology(SFU, None), &[Step::Front(2)]),
            (topology(SFU, Some(MESH_AGAIN)), &[Step::Close(1), Step::Open(MESH_AGAIN)]),
        ]);
    }

    #[test]
    fn whoever_missed_a_whole_switch_goes_straight_to_what_is_there() {
        story(&[
            (topology(MESH, None), &[Step::Open(MESH), Step::Front(1)]),
            (topology(SFU, None), &[Step::Open(SFU), Step::Front(2)]),
        ]);
    }
}
