//! How much is missing, and why. Gaps may overlap: each moment counts once, for the gravest reason.

use super::super::{
    ledger::{Gap, GapReason, TrackLedger},
    stretch::{Stretch, Stretches},
};
use serde::{Deserialize, Serialize};

/// Milliseconds.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Missing {
    pub off: u64,
    pub lost: u64,
    pub broken: u64,
    pub overflow: u64,
    pub disk: u64,
    pub restart: u64,
}

impl Missing {
    /// Of what is wanted.
    pub fn wanted_ms(&self) -> u64 {
        self.lost + self.broken + self.by_the_server_ms()
    }

    /// It reached the server, or would have.
    pub fn by_the_server_ms(&self) -> u64 {
        self.overflow + self.disk + self.restart
    }

    fn of_mut(&mut self, reason: GapReason) -> &mut u64 {
        match reason {
            GapReason::Off => &mut self.off,
            GapReason::Lost => &mut self.lost,
            GapReason::Broken => &mut self.broken,
            GapReason::Overflow => &mut self.overflow,
            GapReason::Disk => &mut self.disk,
            GapReason::Restart => &mut self.restart,
        }
    }
}

/// All gaps of a track, in order, within the recording. Until a track that the server's absence cut off is heard again, it is that absence.
pub fn gaps(ledgers: &[TrackLedger], duration_ms: u64) -> Vec<Gap> {
    let mut gaps: Vec<Gap> = Vec::new();
    for ledger in ledgers {
        // An absence stands at the end of what it cut off, or in front of what follows it.
        let is_in_front =
            |gap: &&Gap| gap.reason == GapReason::Restart && ledger.first_ms.is_none_or(|first_ms| gap.from_ms < first_ms);
        let (in_front, others) = ledger.gaps.split_at(ledger.gaps.iter().take_while(is_in_front).count());
        gaps.extend(in_front);
        if let (Some(last), Some(first_ms)) = (gaps.last_mut(), ledger.first_ms)
            && last.reason == GapReason::Restart
        {
            last.to_ms = last.to_ms.max(first_ms);
        }
        gaps.extend(others);
    }
    gaps.iter_mut().for_each(|gap| gap.to_ms = gap.to_ms.min(duration_ms));
    gaps.retain(|gap| gap.from_ms < gap.to_ms);
    gaps.sort_unstable_by_key(|gap| (gap.from_ms, gap.to_ms));
    gaps
}

/// When the track was there, and what is missing of that.
pub fn of(ledgers: &[TrackLedger], gaps: &[Gap]) -> (Stretches, Missing) {
    let heard = ledgers.iter().filter_map(|ledger| Some(Stretch { from_ms: ledger.first_ms?, to_ms: ledger.end_ms? }));
    let every_gap = gaps.iter().map(|gap| Stretch { from_ms: gap.from_ms, to_ms: gap.to_ms });
    let span = Stretches::of(heard.chain(every_gap));
    let (mut missing, mut counted) = (Missing::default(), Stretches::default());
    use GapReason::{Broken, Disk, Lost, Off, Overflow, Restart};
    for reason in [Restart, Disk, Overflow, Broken, Lost, Off] {
        let these = gaps.iter().filter(|gap| gap.reason == reason);
        let these = Stretches::of(these.map(|gap| Stretch { from_ms: gap.from_ms, to_ms: gap.to_ms }));
        let before = counted.total_ms();
        counted = counted.and(these);
        *missing.of_mut(reason) = counted.total_ms() - before;
    }
    (span, missing)
}
