//! How a numbering's timestamps run against its sender's wall clock, by the sender's reports (RFC 3550, 6.4.1). A browser notes the time of a report when
//! it gets to it, up to 20 ms beside the timestamp next to it; and a device that was short of time leaves out sound, which the reports know from then on.
//! So the middle one of the newest few counts: one alone says nothing, and two that agree are believed.

use crate::sinks::SenderReport;
use std::collections::VecDeque;

const COUNTED: usize = 3;
/// By so much no two reports differ, unless the sender's wall clock was set, or what makes the timestamps stood still.
const SET_US: i64 = 100_000;

/// Two ways to measure the same are not further apart.
const AGREE_US: u64 = 30_000;

/// Of one numbering.
#[derive(Clone, Default, Debug)]
pub struct Reported {
    newest: Option<SenderReport>,
    /// The wall clock minus the timestamp, microseconds.
    said: VecDeque<i64>,
}

impl Reported {
    /// The newest report, once or again, and the wall clock minus the timestamp by it; `left_out`: how much more that should be by the packets.
    /// Says whether nothing of before holds any more.
    pub fn hear(&mut self, report: SenderReport, ahead: i64, left_out: i64) -> bool {
        if self.newest == Some(report) {
            return false;
        }
        self.newest = Some(report);
        let more = self.value().map_or(0, |known| ahead - known);
        let expected = left_out > 0 && more.abs_diff(left_out) <= AGREE_US;
        let set = !expected && more.abs() > SET_US;
        if set || expected {
            self.said.clear();
        }
        self.said.push_back(ahead);
        if self.said.len() > COUNTED {
            self.said.pop_front();
        }
        set
    }

    /// This one is not true any more.
    pub fn leave_out(&mut self, report: Option<SenderReport>) {
        self.newest = report;
    }

    /// The wall clock minus the timestamp, microseconds; none before the first report. Of two, the one that was noted sooner.
    pub fn value(&self) -> Option<i64> {
        let mut said: Vec<i64> = self.said.iter().copied().collect();
        said.sort_unstable();
        said.get(said.len().saturating_sub(1) / 2).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report(ntp_us: u64) -> SenderReport {
        SenderReport { ntp_us, timestamp: 0 }
    }

    /// What is known behind each of them, milliseconds.
    fn known(reports_ms: &[i64]) -> Vec<i64> {
        let mut reported = Reported::default();
        let one = |(number, ms): (usize, &i64)| {
            reported.hear(report(number as u64), ms * 1_000, 0);
            reported.value().unwrap() / 1_000
        };
        reports_ms.iter().enumerate().map(one).collect()
    }

    #[test]
    fn one_report_that_trembles_moves_nothing() {
        assert_eq!(known(&[0, 1, -1, 20, 0, 2]), [0, 0, 0, 1, 0, 2]);
    }

    /// A machine without time leaves out a moment of its sound.
    #[test]
    fn what_two_reports_agree_on_is_followed() {
        assert_eq!(known(&[0, 2, 1, 60, 62, 61]), [0, 0, 1, 2, 60, 61]);
    }

    #[test]
    fn one_report_that_says_what_the_packets_say_is_followed() {
        let mut reported = Reported::default();
        reported.hear(report(0), 0, 0);
        reported.hear(report(1), 2_000, 0);
        assert!(!reported.hear(report(2), 61_000, 50_000));
        assert_eq!(reported.value(), Some(61_000));
        assert!(!reported.hear(report(3), 60_000, 90_000), "the packets were late, and nothing is missing");
        assert_eq!(reported.value(), Some(60_000));
    }

    #[test]
    fn a_clock_that_was_set_counts_at_once() {
        let mut reported = Reported::default();
        assert_eq!(reported.value(), None);
        assert!(!reported.hear(report(0), 5_000_000, 0));
        assert!(reported.hear(report(100), 5_200_000, 0));
        assert_eq!(reported.value(), Some(5_200_000));
        assert!(!reported.hear(report(100), 5_200_000, 0), "the same report with the next packet");
    }

    #[test]
    fn what_runs_away_is_followed() {
        let mut reported = Reported::default();
        for number in 0..100_i64 {
            reported.hear(report(number as u64), number * 500, 0);
        }
        assert!(reported.value().unwrap().abs_diff(99 * 500) < 2_000);
    }

    #[test]
    fn what_was_said_before_a_rest_is_left_out() {
        let mut reported = Reported::default();
        reported.leave_out(Some(report(7)));
        assert!(!reported.hear(report(7), 3_000_000, 0));
        assert_eq!(reported.value(), None);
        reported.hear(report(8), 9_000, 0);
        assert_eq!(reported.value(), Some(9_000));
    }
}
