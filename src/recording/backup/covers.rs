//! Which gaps of the server's copy a backup fills. Pure.

use crate::recording::manifest::Stretch;
use actors::recording::ledger::{Gap, GapReason};

/// Is it missing though the person was there and on? What was off is missing everywhere.
pub fn is_fillable(reason: GapReason) -> bool {
    matches!(reason, GapReason::Lost | GapReason::Broken | GapReason::Overflow | GapReason::Disk | GapReason::Restart)
}

/// The parts of the gaps that lie in what the backup has, in order; touching ones are one. Times are of the recording.
pub fn covers(gaps: &[Gap], backup: &[Stretch]) -> Vec<Stretch> {
    let mut parts: Vec<Stretch> = Vec::new();
    for gap in gaps.iter().filter(|gap| is_fillable(gap.reason)) {
        for have in backup {
            let part = Stretch { from_ms: gap.from_ms.max(have.from_ms), to_ms: gap.to_ms.min(have.to_ms) };
            if part.from_ms < part.to_ms {
                parts.push(part);
            }
        }
    }
    merged(parts)
}

/// In order, and without overlaps.
pub fn merged(mut parts: Vec<Stretch>) -> Vec<Stretch> {
    parts.sort_by_key(|part| (part.from_ms, part.to_ms));
    let mut merged: Vec<Stretch> = Vec::new();
    for part in parts {
        match merged.last_mut() {
            Some(last) if part.from_ms <= last.to_ms => last.to_ms = last.to_ms.max(part.to_ms),
            _ => merged.push(part),
        }
    }
    merged
}

pub fn total_ms(parts: &[Stretch]) -> u64 {
    parts.iter().map(|part| part.to_ms.saturating_sub(part.from_ms)).sum()
}

#[cfg(test)]
mod tests {
    use super::{GapReason::*, *};

    fn stretch((from_ms, to_ms): (u64, u64)) -> Stretch {
        Stretch { from_ms, to_ms }
    }

    #[test]
    fn what_both_have_is_covered_and_silence_is_no_gap() {
        let gaps = [(0, 100, Lost), (200, 500, Restart), (600, 900, Off), (1_000, 1_100, Disk), (1_050, 1_200, Overflow)];
        let gaps = gaps.map(|(from_ms, to_ms, reason)| Gap { from_ms, to_ms, reason });
        let backup = [(50, 300), (300, 400), (700, 1_150), (5_000, 4_000)].map(stretch);
        let covered = covers(&gaps, &backup);
        assert_eq!(covered, [(50, 100), (200, 400), (1_000, 1_150)].map(stretch));
        assert_eq!(total_ms(&covered), 400);
        assert_eq!(covers(&gaps, &[]), []);
        assert_eq!(covers(&[], &backup), []);
    }
}
