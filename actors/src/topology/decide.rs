//! Facts → the mode that a room should have, and why.

use crate::protocol::{TopologyMode, TopologyReason, room::TopologyChoice};

/// What runs on the server and needs media. Sound and the low encoding of pictures come as an extra copy of a mesh ([`super::tap`]) and are no
/// reason to leave it; more than that only the SFU has. That a copy does not arrive, or that a device can't bear to send it, is a
/// [`Facts::mesh_problem`].
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Needs {
    /// Something needs everybody's media whole: [`TopologyReason::Recording`] or `Captions`.
    pub whole: Option<TopologyReason>,
}

/// All that the policy looks at.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Facts {
    /// People in the room.
    pub count: usize,
    pub choice: TopologyChoice,
    /// How many may be peer to peer.
    pub mesh_limit: u32,
    /// Has the server a media plane?
    pub sfu_available: bool,
    /// Why the mesh does not serve these people, if it was found out: [`TopologyReason::Loss`], `Cpu`, `Relays` or `Tap`.
    pub mesh_problem: Option<TopologyReason>,
    pub needs: Needs,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Wanted {
    pub mode: TopologyMode,
    pub reason: TopologyReason,
    /// Where the room would be, if the server could.
    pub missed: Option<TopologyMode>,
}

pub fn decide(facts: &Facts) -> Wanted {
    let (mode, reason) = preference(facts);
    if mode == TopologyMode::Mesh || facts.sfu_available {
        return Wanted { mode, reason, missed: None };
    }
    let reason = if facts.choice == TopologyChoice::Sfu { TopologyReason::SfuNotAvailable } else { reason };
    Wanted { mode: TopologyMode::Mesh, reason, missed: Some(mode) }
}

/// In the order in which people would name the causes.
fn preference(facts: &Facts) -> (TopologyMode, TopologyReason) {
    use TopologyMode::{Mesh, Sfu};
    match facts.choice {
        TopologyChoice::Mesh => return (Mesh, TopologyReason::Pinned),
        TopologyChoice::Sfu => return (Sfu, TopologyReason::Pinned),
        TopologyChoice::Auto => {}
    }
    if facts.count > facts.mesh_limit as usize {
        return (Sfu, TopologyReason::TooLargeForMesh);
    }
    // Alone there is nobody to whom media could go another way.
    let problem = facts.mesh_problem.filter(|_| facts.count > 1);
    match facts.needs.whole.or(problem) {
        Some(reason) => (Sfu, reason),
        None if facts.count <= 2 => (Mesh, TopologyReason::Pair),
        None => (Mesh, TopologyReason::SmallRoom),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use TopologyChoice as Choice;
    use TopologyMode::{Mesh, Sfu};
    use TopologyReason::*;

    fn facts(count: usize, choice: Choice, sfu_available: bool) -> Facts {
        Facts { count, choice, mesh_limit: 5, sfu_available, mesh_problem: None, needs: Needs::default() }
    }

    #[test]
    fn the_policy_as_a_table() {
        for (count, choice, sfu_available, mode, reason, missed) in [
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
            let wanted = decide(&facts(count, choice, sfu_available));
            assert_eq!(wanted, Wanted { mode, reason, missed }, "{count} {choice:?} {sfu_available}");
        }
    }

    #[test]
    fn a_mesh_that_fails_and_what_the_server_needs_are_reasons_unless_the_mesh_is_pinned() {
        let (recording, captions) = (Needs { whole: Some(Recording) }, Needs { whole: Some(Captions) });
        for (count, problem, needs, mode, reason) in [
            (3, Some(Loss), Needs::default(), Sfu, Loss),
            (2, Some(Loss), Needs::default(), Sfu, Loss),
            (1, Some(Loss), Needs::default(), Mesh, Pair),
            (4, Some(Cpu), captions, Sfu, Captions),
            (4, Some(Cpu), Needs::default(), Sfu, Cpu),
            (3, Some(Tap), Needs::default(), Sfu, Tap),
            (3, None, recording, Sfu, Recording),
            (9, Some(Relays), recording, Sfu, TooLargeForMesh),
        ] {
            let auto = Facts { mesh_problem: problem, needs, ..facts(count, Choice::Auto, true) };
            assert_eq!((decide(&auto).mode, decide(&auto).reason), (mode, reason), "{count} {problem:?} {needs:?}");
            let pinned = decide(&Facts { choice: Choice::Mesh, ..auto });
            assert_eq!((pinned.mode, pinned.reason), (Mesh, Pinned));
            let without = decide(&Facts { sfu_available: false, ..auto });
            assert_eq!((without.mode, without.missed), (Mesh, (mode == Sfu).then_some(Sfu)));
        }
    }
}
