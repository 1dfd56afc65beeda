//! A sentence for the log: what a room does with its media, and why.

use super::Ended;
use crate::protocol::{RollbackReason, TopologyMode, TopologyReason};

pub fn mode_name(mode: TopologyMode) -> &'static str {
    match mode {
        TopologyMode::Mesh => "mesh",
        TopologyMode::Sfu => "sfu",
    }
}

/// As on the wire.
pub fn reason_name(reason: TopologyReason) -> &'static str {
    match reason {
        TopologyReason::Pair => "pair",
        TopologyReason::SmallRoom => "small_room",
        TopologyReason::Pinned => "pinned",
        TopologyReason::TooLargeForMesh => "too_large_for_mesh",
        TopologyReason::SfuNotAvailable => "sfu_not_available",
        TopologyReason::Loss => "loss",
        TopologyReason::Cpu => "cpu",
        TopologyReason::Relays => "relays",
        TopologyReason::Recording => "recording",
        TopologyReason::Captions => "captions",
        TopologyReason::Tap => "tap",
        TopologyReason::Settling => "settling",
    }
}

/// As on the wire.
pub fn rollback_name(reason: RollbackReason) -> &'static str {
    match reason {
        RollbackReason::NotReady => "not_ready",
        RollbackReason::NotNeeded => "not_needed",
        RollbackReason::MediaFailed => "media_failed",
    }
}

/// How a switch ended, with at most five of the edges for which it waited.
pub fn ended(ended: &Ended) -> String {
    match ended {
        Ended::Committed { epoch, to, reason, took } => {
            format!("media took the path {epoch} ({}, {}) after {} ms", mode_name(*to), reason_name(*reason), took.as_millis())
        }
        Ended::RolledBack { epoch, to, why, took, unready } => {
            let edges: Vec<String> = unready
                .iter()
                .take(5)
                .map(|(receiver, sender)| format!("{} had not {}", receiver.short(), sender.short()))
                .collect();
            let more = unready.len().saturating_sub(edges.len());
            let edges = if more > 0 { format!("{} and {more} more", edges.join(", ")) } else { edges.join(", ") };
            let path = format!(
                "the path {epoch} ({}) was given up after {} ms: {}",
                mode_name(*to),
                took.as_millis(),
                rollback_name(*why)
            );
            if edges.is_empty() { path } else { format!("{path}; {edges}") }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::ParticipantId;
    use std::time::Duration;
    use uuid::Uuid;

    #[test]
    fn reasons_are_named_as_on_the_wire() {
        for reason in
            [TopologyReason::Pair, TopologyReason::TooLargeForMesh, TopologyReason::SfuNotAvailable, TopologyReason::Settling]
        {
            assert_eq!(serde_json::json!(reason), reason_name(reason));
        }
    }

    #[test]
    fn a_rollback_names_who_waited_for_whom() {
        let edge = |n: u128| (ParticipantId(Uuid::from_u128(n << 96)), ParticipantId(Uuid::from_u128(0xB << 96)));
        let told = ended(&Ended::RolledBack {
            epoch: 4,
            to: TopologyMode::Sfu,
            why: RollbackReason::NotReady,
            took: Duration::from_secs(10),
            unready: (1..8).map(edge).collect(),
        });
        assert!(told.starts_with("the path 4 (sfu) was given up after 10000 ms: not_ready; 00000001 had not 0000000b"), "{told}");
        assert!(told.ends_with("and 2 more"), "{told}");
    }
}
