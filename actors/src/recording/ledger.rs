//! What a track's recording says of itself: how much there is, what is missing, when, and why.

use super::stretch::Stretch;
use serde::{Deserialize, Serialize};

/// Gaps that are listed; those beyond are counted, and the last one grows.
pub const GAPS_MAX: usize = 2_000;

/// Why something is not there.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GapReason {
    /// Muted, switched off, or silent: nothing was sent.
    Off,
    /// On the way here, and not sent again in time.
    Lost,
    /// Pictures that hang on one that was lost.
    Broken,
    /// The recording was too slow.
    Overflow,
    /// The disk took nothing.
    Disk,
    /// The server was away.
    Restart,
}

impl GapReason {
    /// Whoever is off loses nothing; else the gravest of what is known counts.
    pub fn with(self, before: Option<Self>) -> Self {
        match before {
            Some(before) if before != Self::Off && self != Self::Off => self.max(before),
            Some(_) => Self::Off,
            None => self,
        }
    }
}

/// Milliseconds from the recording's beginning.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Gap {
    pub from_ms: u64,
    pub to_ms: u64,
    pub reason: GapReason,
}

#[derive(Clone, Default, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TrackLedger {
    /// Of the first and behind the last frame, milliseconds from the recording's beginning.
    pub first_ms: Option<u64>,
    pub end_ms: Option<u64>,
    pub frames: u64,
    pub bytes: u64,
    /// Packets that never came.
    pub packets_lost: u64,
    /// Packets that came twice, or too late.
    pub packets_late: u64,
    /// Packets that the recording had no time for.
    pub packets_dropped: u64,
    pub pictures_dropped: u64,
    /// Of silence that stands where nothing came.
    pub silence_ms: u64,
    /// By which the sender's clock was slow (positive) or fast against the server's.
    pub drift_ppm: Option<f64>,
    /// When there was a voice in it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub spoken: Vec<Stretch>,
    pub gaps: Vec<Gap>,
    /// More than are listed.
    pub gaps_unlisted: u64,
}

impl TrackLedger {
    pub fn gap(&mut self, gap: Gap) {
        self.gap_behind(gap, 0);
    }

    /// A gap of the same kind that ends no longer than so many milliseconds before it is the same one.
    pub fn gap_behind(&mut self, gap: Gap, snippet_ms: u64) {
        let snippet_ms = if gap.reason == GapReason::Off { snippet_ms } else { 0 };
        let goes_on = |last: &&mut Gap| last.reason == gap.reason && last.to_ms + snippet_ms >= gap.from_ms;
        if let Some(last) = self.gaps.last_mut().filter(goes_on) {
            last.to_ms = last.to_ms.max(gap.to_ms);
        } else if self.gaps.len() < GAPS_MAX {
            self.gaps.push(gap);
        } else {
            self.gaps_unlisted += 1;
        }
    }

    pub fn frame(&mut self, at_ms: u64, until_ms: u64, bytes: usize) {
        self.first_ms.get_or_insert(at_ms);
        self.end_ms = Some(self.end_ms.unwrap_or(0).max(until_ms));
        self.frames += 1;
        self.bytes += bytes as u64;
    }
}

#[cfg(test)]
mod tests {
    use super::{GapReason::*, *};

    #[test]
    fn gaps_that_touch_are_one_and_too_many_are_counted() {
        let mut ledger = TrackLedger::default();
        for (from_ms, to_ms, reason) in [(0, 100, Lost), (100, 200, Lost), (200, 300, Off), (900, 950, Off)] {
            ledger.gap(Gap { from_ms, to_ms, reason });
        }
        let listed: Vec<_> = ledger.gaps.iter().map(|gap| (gap.from_ms, gap.to_ms, gap.reason)).collect();
        assert_eq!(listed, [(0, 200, Lost), (200, 300, Off), (900, 950, Off)]);
        for at in 0..GAPS_MAX as u64 {
            ledger.gap(Gap { from_ms: 1_000 + at * 10, to_ms: 1_005 + at * 10, reason: Lost });
        }
        assert_eq!((ledger.gaps.len(), ledger.gaps_unlisted), (GAPS_MAX, 3));
    }
}
