//! Loss that a path has by itself, told apart from loss that comes of what is sent on it.

use super::types::At;

/// What was lost while the least was sent lately. Radio loses some of everything; a line that is too narrow loses what is too much.
#[derive(Clone, Copy, Debug, Default)]
pub struct Loss {
    least: Option<Least>,
    /// Since when more is lost than the path is known to lose.
    since: Option<At>,
}

#[derive(Clone, Copy, Debug)]
struct Least {
    bits: u64,
    /// Mean of what was lost then, 0 to 1.
    lost: f32,
    reports: u16,
    at: At,
}

/// More than this and some times what the path loses by itself is the fault of what is sent: reports are of few packets, and waver.
const CHANCE: f32 = 0.03;
const TIMES: f32 = 2.5;
/// A path that loses more than this by itself is no path: something must be done.
const MOST: f32 = 0.5;
/// Fewer reports say little of what a path loses.
const ENOUGH: u16 = 20;
/// What was known is forgotten after so long without having been true again.
const KNOWN_MICROS: u64 = 30_000_000;
/// Loss that stays for so long whatever is sent is the path's own.
const STAYS_MICROS: u64 = 10_000_000;
/// A mean of so many reports.
const REPORTS: u16 = 40;

impl Loss {
    /// `lost` of a second in which about `bits` were sent. True when it is because of what was sent.
    pub fn is_ours(&mut self, lost: f32, bits: u64, now: At) -> bool {
        let fresh = Least { bits, lost, reports: 1, at: now };
        let known = self.least.filter(|least| bits * 5 >= least.bits * 4 && now.micros_since(least.at) < KNOWN_MICROS);
        let Some(mut least) = known else {
            (self.least, self.since) = (Some(fresh), None);
            return lost > MOST;
        };
        if lost > MOST || (least.reports >= ENOUGH && lost > CHANCE + TIMES * least.lost) {
            let since = *self.since.get_or_insert(now);
            if now.micros_since(since) >= STAYS_MICROS {
                (self.least, self.since) = (Some(fresh), None);
            }
            return true;
        }
        self.since = None;
        if bits * 4 <= least.bits * 5 {
            least.reports = (least.reports + 1).min(REPORTS);
            least.lost += (lost - least.lost) / f32::from(least.reports);
            least.at = now;
            self.least = Some(least);
        }
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is said of reports, ten a second, from this second on.
    fn reports(loss: &mut Loss, lost: f32, bits: u64, from: u64, seconds: u64) -> Vec<bool> {
        (0..seconds * 10).map(|report| loss.is_ours(lost, bits, At::ms(from * 1_000 + report * 100))).collect()
    }

    #[test]
    fn what_is_lost_of_everything_is_not_ours() {
        let mut loss = Loss::default();
        assert!(!reports(&mut loss, 0.05, 40_000, 0, 3).contains(&true), "voices alone");
        assert!(!reports(&mut loss, 0.07, 1_200_000, 3, 20).contains(&true), "and with a picture");
        assert!(reports(&mut loss, 0.25, 1_200_000, 23, 3).iter().all(|ours| *ours), "more than that is");
    }

    #[test]
    fn what_is_lost_of_much_only_is_ours() {
        let mut loss = Loss::default();
        reports(&mut loss, 0.0, 40_000, 0, 3);
        assert!(reports(&mut loss, 0.06, 1_200_000, 3, 5).iter().all(|ours| *ours));
        assert!(!reports(&mut loss, 0.0, 40_000, 8, 3).contains(&true));
    }

    #[test]
    fn loss_that_stays_whatever_is_sent_is_the_paths_own() {
        let mut loss = Loss::default();
        reports(&mut loss, 0.0, 1_200_000, 0, 3);
        assert!(loss.is_ours(0.2, 1_200_000, At::ms(3_000)));
        assert!(!loss.is_ours(0.2, 400_000, At::ms(4_000)), "less is sent, and as much is lost");
        assert!(!loss.is_ours(0.2, 1_200_000, At::ms(9_000)));
        let mut loss = Loss::default();
        reports(&mut loss, 0.0, 40_000, 0, 3);
        let voices = reports(&mut loss, 0.1, 40_000, 3, 12);
        assert_eq!((voices[99], voices[101]), (true, false), "less can't be sent");
    }

    #[test]
    fn a_path_that_loses_most_of_it_is_too_narrow_until_proven_otherwise() {
        let mut loss = Loss::default();
        assert!(loss.is_ours(0.6, 40_000, At::ms(0)));
    }
}
