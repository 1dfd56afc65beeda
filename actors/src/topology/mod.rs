//! Which way media takes: a function of facts. Today every room is a mesh; where the policy would rather have the server in
//! the middle, the answer says so.

use crate::protocol::{Topology, TopologyMode, TopologyReason, room::TopologyChoice};

/// All that the policy looks at.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Facts {
    /// People in the room.
    pub count: usize,
    pub choice: TopologyChoice,
    /// How many may be peer to peer.
    pub mesh_limit: u32,
    /// Has the server a media plane?
    pub sfu_available: bool,
    /// The path that media takes now.
    pub current: Option<Topology>,
}

/// The path that media should take, in the epoch of the present one as long as the mode stays.
pub fn decide(facts: &Facts) -> Topology {
    let (wanted, reason) = preference(facts);
    let reachable = wanted == TopologyMode::Mesh || facts.sfu_available;
    let mode = if reachable { wanted } else { TopologyMode::Mesh };
    let reason = match (reachable, facts.choice) {
        (false, TopologyChoice::Sfu) => TopologyReason::SfuNotAvailable,
        _ => reason,
    };
    Topology { mode, epoch: epoch(facts.current, mode), reason, wanted: (!reachable).then_some(wanted), switching: None }
}

fn preference(facts: &Facts) -> (TopologyMode, TopologyReason) {
    match facts.choice {
        TopologyChoice::Mesh => (TopologyMode::Mesh, TopologyReason::Pinned),
        TopologyChoice::Sfu => (TopologyMode::Sfu, TopologyReason::Pinned),
        TopologyChoice::Auto if facts.count <= 2 => (TopologyMode::Mesh, TopologyReason::Pair),
        TopologyChoice::Auto if facts.count <= facts.mesh_limit as usize => (TopologyMode::Mesh, TopologyReason::SmallRoom),
        TopologyChoice::Auto => (TopologyMode::Sfu, TopologyReason::TooLargeForMesh),
    }
}

fn epoch(current: Option<Topology>, mode: TopologyMode) -> u32 {
    match current {
        None => 1,
        Some(now) if now.mode == mode => now.epoch,
        Some(now) => now.epoch + 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use TopologyChoice as Choice;
    use TopologyMode::{Mesh, Sfu};
    use TopologyReason::*;

    #[test]
    fn the_policy_as_a_table() {
        for (count, choice, sfu_available, mode, reason, wanted) in [
            (0, Choice::Auto, false, Mesh, Pair, None),
            (2, Choice::Auto, false, Mesh, Pair, None),
            (3, Choice::Auto, false, Mesh, SmallRoom, None),
            (5, Choice::Auto, true, Mesh, SmallRoom, None),
            (6, Choice::Auto, false, Mesh, TooLargeForMesh, Some(Sfu)),
            (6, Choice::Auto, true, Sfu, TooLargeForMesh, None),
            (50, Choice::Mesh, true, Mesh, Pinned, None),
            (2, Choice::Sfu, false, Mesh, SfuNotAvailable, Some(Sfu)),
            (2, Choice::Sfu, true, Sfu, Pinned, None),
        ] {
            let topology = decide(&Facts { count, choice, mesh_limit: 5, sfu_available, current: None });
            assert_eq!((topology.mode, topology.reason, topology.wanted), (mode, reason, wanted), "{count} {choice:?}");
        }
    }

    #[test]
    fn an_epoch_is_one_path_of_media() {
        let facts = |count, current| Facts { count, choice: Choice::Auto, mesh_limit: 5, sfu_available: true, current };
        let pair = decide(&facts(2, None));
        let small = decide(&facts(4, Some(pair)));
        let large = decide(&facts(9, Some(small)));
        assert_eq!((pair.epoch, small.epoch, large.epoch), (1, 1, 2));
    }
}
