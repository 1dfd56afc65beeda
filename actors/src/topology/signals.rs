//! What clients measure of a mesh, and when it has lasted long enough to say that the mesh fails.

use crate::{
    clock::Timestamp,
    ids::ParticipantId,
    protocol::{TopologyReason, client::PeerStats},
};
use std::{collections::BTreeMap, time::Duration};

/// A link that loses more than this…
pub const LOSS: f32 = 0.05;
/// …for so long fails.
pub const LOSS_FOR: Duration = Duration::from_secs(8);
/// A device that its processor holds back for so long…
pub const CPU_FOR: Duration = Duration::from_secs(10);
/// …with so many links needs fewer of them.
pub const CPU_LINKS: usize = 3;
/// From so many people on, relayed links are a reason: each one costs the relay twice.
pub const RELAYS_FROM: usize = 4;
/// A report speaks of the time since the one before, this far at most.
const REPORT_COVERS: Duration = Duration::from_secs(10);
/// Reports come a little early or late.
const SLACK: Duration = Duration::from_secs(1);

/// That the mesh fails, and whose links or device it is.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct MeshFails {
    pub reason: TopologyReason,
    pub blamed: Vec<ParticipantId>,
}

#[derive(Clone, Default)]
pub struct Signals {
    reporters: BTreeMap<ParticipantId, Reporter>,
}

#[derive(Clone, Default)]
struct Reporter {
    at: Timestamp,
    /// Since when a link loses too much.
    lossy: BTreeMap<ParticipantId, Timestamp>,
    cpu_since: Option<Timestamp>,
    links: usize,
    relayed: usize,
}

impl Signals {
    /// Takes one report of a mesh's member; says when something has lasted too long. `tapped`: they send the server an extra copy, which
    /// burdens their device like one link more.
    pub fn report(
        &mut self,
        from: ParticipantId,
        peers: &[PeerStats],
        tapped: bool,
        cpu_limited: bool,
        now: Timestamp,
    ) -> Option<MeshFails> {
        let before = self.reporters.remove(&from).unwrap_or(Reporter { at: now, ..Reporter::default() });
        let started = if now.since(before.at) > REPORT_COVERS { now } else { before.at };
        let since = |earlier: Option<Timestamp>| earlier.unwrap_or(started);
        let lossy = peers.iter().filter(|peer| peer.loss_up.max(peer.loss_down) > LOSS);
        let lossy: BTreeMap<_, _> =
            lossy.map(|peer| (peer.participant_id, since(before.lossy.get(&peer.participant_id).copied()))).collect();
        let many = cpu_limited && peers.len() + usize::from(tapped) >= CPU_LINKS;
        let reporter = Reporter {
            at: now,
            cpu_since: many.then(|| since(before.cpu_since)),
            links: peers.len(),
            relayed: peers.iter().filter(|peer| peer.relayed).count(),
            lossy,
        };
        let lossy_with = reporter.lossy.iter().find(|(_, since)| now.since(**since) >= LOSS_FOR).map(|(id, _)| *id);
        let held_back = reporter.cpu_since.is_some_and(|since| now.since(since) + SLACK >= CPU_FOR);
        self.reporters.insert(from, reporter);
        if let Some(other) = lossy_with {
            return Some(MeshFails { reason: TopologyReason::Loss, blamed: vec![from, other] });
        }
        if held_back {
            return Some(MeshFails { reason: TopologyReason::Cpu, blamed: vec![from] });
        }
        self.too_many_relays()
    }

    /// Most of the links of a room of four or more go through relays.
    fn too_many_relays(&self) -> Option<MeshFails> {
        let links: usize = self.reporters.values().map(|reporter| reporter.links).sum();
        let relayed: usize = self.reporters.values().map(|reporter| reporter.relayed).sum();
        let blamed: Vec<_> = self.reporters.iter().filter(|(_, reporter)| reporter.relayed > 0).map(|(id, _)| *id).collect();
        let much = self.reporters.len() >= RELAYS_FROM && relayed * 2 > links;
        much.then_some(MeshFails { reason: TopologyReason::Relays, blamed })
    }

    /// Nobody by this id is in the mesh any more.
    pub fn forget(&mut self, who: ParticipantId) {
        self.reporters.remove(&who);
        for reporter in self.reporters.values_mut() {
            reporter.lossy.remove(&who);
        }
    }

    /// The path is another one: what was measured says nothing about it.
    pub fn clear(&mut self) {
        self.reporters.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::at;
    use uuid::Uuid;

    fn person(n: u128) -> ParticipantId {
        ParticipantId(Uuid::from_u128(n))
    }

    fn link(to: u128, loss: f32, relayed: bool) -> PeerStats {
        let stats = serde_json::json!({ "participantId": person(to), "lossDown": loss, "relayed": relayed });
        serde_json::from_value(stats).expect("stats")
    }

    #[test]
    fn loss_counts_once_it_has_lasted_eight_seconds() {
        let mut signals = Signals::default();
        let mut report =
            |ms, loss| signals.report(person(1), &[link(2, loss, false)], false, false, at(ms)).map(|fails| fails.reason);
        assert_eq!(report(0, 0.2), None);
        assert_eq!(report(4_000, 0.2), None);
        assert_eq!(report(6_000, 0.01), None, "it was better in between");
        assert_eq!(report(8_000, 0.2), None);
        assert_eq!(report(14_000, 0.2), Some(TopologyReason::Loss));
    }

    #[test]
    fn a_report_speaks_of_the_time_since_the_one_before() {
        let mut signals = Signals::default();
        assert_eq!(signals.report(person(1), &[link(2, 0.0, false)], false, false, at(0)), None);
        let fails = signals
            .report(person(1), &[link(2, 0.3, false)], false, false, at(9_900))
            .expect("one report of ten seconds is enough");
        assert_eq!(fails, MeshFails { reason: TopologyReason::Loss, blamed: vec![person(1), person(2)] });
        let mut late = Signals::default();
        late.report(person(1), &[link(2, 0.0, false)], false, false, at(0));
        assert_eq!(late.report(person(1), &[link(2, 0.3, false)], false, false, at(60_000)), None, "a gap says nothing");
    }

    #[test]
    fn a_processor_at_its_limit_counts_with_three_links_and_an_extra_copy_is_one() {
        let links = [link(2, 0.0, false), link(3, 0.0, false), link(4, 0.0, false)];
        let cpu = Some(TopologyReason::Cpu);
        for (links, tapped, expected) in [(&links[..2], false, None), (&links[..], false, cpu), (&links[..2], true, cpu)] {
            let mut signals = Signals::default();
            signals.report(person(1), links, tapped, true, at(0));
            assert_eq!(signals.report(person(1), links, tapped, true, at(9_800)).map(|fails| fails.reason), expected);
        }
    }

    #[test]
    fn relays_count_when_most_links_of_four_people_use_them() {
        let mut signals = Signals::default();
        for n in 1..4 {
            assert_eq!(signals.report(person(n), &[link(9, 0.0, true)], false, false, at(0)), None);
        }
        let fails = signals.report(person(4), &[link(1, 0.0, false)], false, false, at(0)).expect("three of four");
        assert_eq!((fails.reason, fails.blamed.len()), (TopologyReason::Relays, 3));
        signals.forget(person(1));
        assert_eq!(signals.report(person(4), &[link(2, 0.0, false)], false, false, at(0)), None);
    }
}
