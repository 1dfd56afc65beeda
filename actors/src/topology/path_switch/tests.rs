use super::*;
use crate::clock::at;
use proptest::prelude::*;
use uuid::Uuid;

const TIMES: Times = Times::USUAL;

fn person(n: u128) -> ParticipantId {
    ParticipantId(Uuid::from_u128(n))
}

fn people(ids: &[u128]) -> BTreeSet<ParticipantId> {
    ids.iter().map(|n| person(*n)).collect()
}

fn opened() -> PathSwitch {
    let mut path = PathSwitch::new(TopologyMode::Mesh);
    path.open(TopologyMode::Sfu, TopologyReason::TooLargeForMesh, at(0), &TIMES);
    path
}

#[test]
fn every_edge_ready_commits() {
    let (mut path, online) = (opened(), people(&[1, 2]));
    assert_eq!(path.settle(&online, at(10), &TIMES), None);
    let before = path.clone();
    assert!(!path.ready(2, person(1), people(&[]), at(0), &TIMES), "nobody yet is no news");
    assert_eq!(path, before);
    assert!(path.ready(2, person(1), people(&[2]), at(0), &TIMES));
    assert!(!path.ready(2, person(1), people(&[2]), at(0), &TIMES), "no news");
    assert!(!path.ready(1, person(2), people(&[1]), at(0), &TIMES), "of another epoch");
    assert_eq!(path.unready(&online), [(person(2), person(1))]);
    path.ready(2, person(2), people(&[1]), at(0), &TIMES);
    let ended = path.settle(&online, at(800), &TIMES).expect("all are ready");
    let took = Duration::from_millis(800);
    let reason = TopologyReason::TooLargeForMesh;
    assert_eq!(ended, Ended::Committed { epoch: 2, to: TopologyMode::Sfu, reason, took });
    assert_eq!((path.mode(), path.epoch(), path.switching()), (TopologyMode::Sfu, 2, None));
}

#[test]
fn what_a_receiver_loses_again_is_not_ready() {
    let (mut path, online) = (opened(), people(&[1, 2]));
    path.ready(2, person(1), people(&[2]), at(0), &TIMES);
    assert!(path.ready(2, person(1), people(&[]), at(0), &TIMES));
    path.ready(2, person(2), people(&[1]), at(0), &TIMES);
    assert_eq!(path.settle(&online, at(800), &TIMES), None);
}

#[test]
fn one_that_never_gets_ready_rolls_it_back_and_the_tries_get_rarer() {
    let (mut path, online) = (opened(), people(&[1, 2]));
    path.ready(2, person(1), people(&[2]), at(0), &TIMES);
    let ended = path.settle(&online, at(15_000), &TIMES);
    let Some(Ended::RolledBack { epoch: 2, why: RollbackReason::NotReady, unready, .. }) = ended else { panic!("{ended:?}") };
    assert_eq!(unready, [(person(2), person(1))]);
    assert_eq!((path.mode(), path.epoch()), (TopologyMode::Mesh, 1));
    let mut now = 15_000;
    for pause in [15, 30, 60, 120, 240, 300, 300] {
        assert_eq!(path.deadline(true), Some(at(now + pause * 1_000)));
        assert_eq!(path.deadline(false), None);
        assert!(!path.may_open(at(now + pause * 1_000 - 1)));
        now += pause * 1_000;
        assert!(path.may_open(at(now)));
        path.open(TopologyMode::Sfu, TopologyReason::TooLargeForMesh, at(now), &TIMES);
        now += 15_000;
        assert!(path.settle(&online, at(now), &TIMES).is_some());
    }
}

#[test]
fn without_those_who_blocked_it_the_next_try_is_at_once() {
    let (mut path, online) = (opened(), people(&[1, 2, 3]));
    path.ready(2, person(1), people(&[2, 3]), at(0), &TIMES);
    path.settle(&online, at(15_000), &TIMES);
    path.left(person(2));
    assert!(!path.may_open(at(15_001)), "the third did not get ready either");
    path.left(person(3));
    assert!(path.may_open(at(15_001)));
}

#[test]
fn with_everybody_away_nothing_is_committed_before_the_deadline() {
    let mut path = opened();
    assert_eq!(path.settle(&people(&[]), at(14_999), &TIMES), None);
    assert!(matches!(path.settle(&people(&[]), at(15_000), &TIMES), Some(Ended::Committed { .. })));
}

#[test]
fn a_newcomer_gets_time_but_not_for_ever() {
    let (mut path, online) = (opened(), people(&[1, 2]));
    assert!(path.arrived(person(3), true, at(9_000), &TIMES));
    assert_eq!(path.deadline(true), Some(at(24_000)));
    for (n, ms) in [(4, 20_000), (5, 34_000), (6, 48_000), (7, 62_000), (8, 76_000)] {
        path.arrived(person(n), true, at(ms), &TIMES);
    }
    assert_eq!(path.deadline(true), Some(at(90_000)));
    assert!(path.settle(&online, at(90_000), &TIMES).is_some());
}

#[test]
fn a_slow_machine_gets_time_as_long_as_it_goes_forward_but_not_for_ever() {
    let (mut path, online) = (opened(), people(&[1, 2, 3]));
    path.ready(2, person(1), people(&[2]), at(9_000), &TIMES);
    assert_eq!(path.settle(&online, at(18_000), &TIMES), None);
    path.ready(2, person(1), people(&[2, 3]), at(18_500), &TIMES);
    path.ready(2, person(1), people(&[2]), at(20_000), &TIMES);
    assert_eq!(path.deadline(true), Some(at(33_500)), "a step back gives no time");
    path.ready(2, person(1), people(&[2, 3]), at(85_000), &TIMES);
    assert_eq!(path.deadline(true), Some(at(90_000)));
}

#[test]
fn new_connections_take_their_edges_along_and_a_return_does_not() {
    let (mut path, online) = (opened(), people(&[1, 2]));
    path.ready(2, person(1), people(&[2]), at(0), &TIMES);
    path.arrived(person(2), false, at(1), &TIMES);
    assert_eq!(path.unready(&online).len(), 1);
    path.arrived(person(2), true, at(2), &TIMES);
    assert_eq!(path.unready(&online).len(), 2);
}

#[test]
fn the_server_s_path_stays_a_moment_after_it_was_left() {
    let mut path = PathSwitch::new(TopologyMode::Sfu);
    path.open(TopologyMode::Mesh, TopologyReason::Pair, at(0), &TIMES);
    assert_eq!(path.server_epoch(), Some(1));
    path.settle(&people(&[1]), at(100), &TIMES).expect("nobody to wait for");
    assert_eq!((path.epoch(), path.server_epoch(), path.deadline(true)), (2, Some(1), Some(at(5_100))));
    assert!(!path.retire(at(5_099)));
    assert!(path.retire(at(5_100)));
    assert_eq!(path.server_epoch(), None);
}

#[derive(Clone, Debug)]
enum Step {
    Join(u8),
    Leave(u8),
    Away(u8),
    Back(u8),
    Ready(u8, Vec<u8>, bool),
    Want(bool),
    Wait(u16),
}

fn step() -> impl Strategy<Value = Step> {
    let who = 0..6u8;
    prop_oneof![
        1 => who.clone().prop_map(Step::Join),
        1 => who.clone().prop_map(Step::Leave),
        1 => who.clone().prop_map(Step::Away),
        1 => who.clone().prop_map(Step::Back),
        4 => (who.clone(), prop::collection::vec(who, 0..6), prop::bool::weighted(0.9)).prop_map(|(who, of, now)| Step::Ready(who, of, now)),
        1 => any::<bool>().prop_map(Step::Want),
        2 => (1..12_000u16).prop_map(Step::Wait),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, ..ProptestConfig::default() })]

    /// Never stuck: a switch ends within its longest time; epochs only grow; a commit had all that were online.
    #[test]
    fn whatever_happens_in_the_middle_a_switch_ends(steps in prop::collection::vec(step(), 1..80)) {
        let mut path = PathSwitch::new(TopologyMode::Mesh);
        let (mut here, mut online) = (BTreeSet::new(), BTreeSet::new());
        let (mut now, mut opened_at, mut wanted) = (at(0), None, TopologyMode::Mesh);
        for step in steps {
            let epoch = path.epoch();
            match step {
                Step::Join(n) => {
                    path.arrived(person(n.into()), true, now, &TIMES);
                    here.insert(n);
                    online.insert(person(n.into()));
                }
                Step::Leave(n) => {
                    path.left(person(n.into()));
                    here.remove(&n);
                    online.remove(&person(n.into()));
                }
                Step::Away(n) => drop(online.remove(&person(n.into()))),
                Step::Back(n) if here.contains(&n) => {
                    online.insert(person(n.into()));
                    path.arrived(person(n.into()), false, now, &TIMES);
                }
                Step::Ready(n, of, current) => {
                    let newest = path.switching().map_or(epoch, |switching| switching.epoch);
                    let of = of.into_iter().map(|n| person(n.into())).collect();
                    path.ready(if current { newest } else { epoch }, person(n.into()), of, now, &TIMES);
                }
                Step::Want(sfu) => wanted = if sfu { TopologyMode::Sfu } else { TopologyMode::Mesh },
                Step::Wait(ms) => now = now + Duration::from_millis(ms.into()),
                Step::Back(_) => {}
            }
            if wanted != path.mode() && path.may_open(now) {
                path.open(wanted, TopologyReason::Pinned, now, &TIMES);
                opened_at = Some(now);
            }
            path.retire(now);
            let unready = path.unready(&online);
            match path.settle(&online, now, &TIMES) {
                Some(Ended::Committed { epoch: new, .. }) => {
                    prop_assert!(unready.is_empty() && new > epoch);
                    prop_assert_eq!(path.epoch(), new);
                    opened_at = None;
                }
                Some(Ended::RolledBack { unready, .. }) => {
                    prop_assert!(!unready.is_empty());
                    prop_assert_eq!(path.epoch(), epoch);
                    opened_at = None;
                }
                None => prop_assert_eq!(path.switching().is_some(), opened_at.is_some()),
            }
            if let Some(opened_at) = opened_at {
                prop_assert!(now.since(opened_at) < Duration::from_millis(TIMES.ready_longest_ms));
                prop_assert!(path.deadline(true).is_some_and(|deadline| deadline > now));
            }
            prop_assert!(path.switching().is_none_or(|switching| switching.epoch > path.epoch()));
        }
    }
}
