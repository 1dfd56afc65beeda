//! A receiver's path: what it bears, when something larger may be tried on it, and whether anything is heard of it at all.

use super::{
    limits::Limits,
    loss::Loss,
    probing::{Least, Probing},
    types::At,
};

#[derive(Clone, Debug, Default)]
pub struct Path {
    estimate: Option<Estimate>,
    least_rtt: Least,
    loss: Loss,
    /// What is sent now, and since when.
    sending: (u64, At),
    /// What went through without harm, and when it last did.
    proven: Option<(u64, At)>,
    /// What was sent did harm at some time.
    harmed: bool,
    probing: Probing,
    /// Reports in a row that say that the line is choked.
    choked: u8,
    /// Reports in a row of which each told of much more loss than the one before.
    rising: u8,
    /// Reports in a row of which each told of a queue that is longer by nearly as much as time went by.
    filling: u8,
    heard: At,
    /// The newest one was the first to say for sure that the line is choked, or about to be, and that was not acted upon yet.
    begins_again: bool,
    /// Since when it would have borne more than is sent.
    bears_more: Option<At>,
    rose: Option<At>,
    fell: Option<At>,
    /// The wait before a rise is doubled so many times.
    backoff: u32,
    /// Since when something goes to it and nothing is heard.
    unheard: Option<At>,
    silent_until: Option<At>,
}

#[derive(Clone, Copy, Debug)]
struct Estimate {
    bits: u64,
    loss: f32,
    rtt_ms: u32,
    /// What is sent does harm: it is lost because it is too much, or a queue grows of it.
    harmed: bool,
}

/// Loss that is more than chance.
const HEAVY_LOSS: f32 = 0.1;
/// A round trip so far over the best one is a queue that fills.
const QUEUE_MS: u32 = 400;
/// A line that loses so much is choked: until it is free again there is room for voices alone. A queue says less: that of a device that has no time
/// for its packets looks the same.
const CHOKED_LOSS: f32 = 0.5;
/// ... as so many reports in a row say: one may tell of a device that had no time for a moment.
const CHOKED_REPORTS: u8 = 2;
/// Loss is told as a share of the last second, and a line that chokes fills that bit by bit: so much more with each report, for so many, is sure
/// enough long before half of the second is lost. A device that had no time tells of all it missed at once.
const CHOKING_RISE: f32 = 0.06;
const CHOKING_REPORTS: u8 = 3;
/// ... or for fewer, when so much is lost already.
const CHOKING_LOSS: f32 = 0.4;
/// With so little loss it is free again.
const FREE_LOSS: f32 = 0.2;
/// A queue that grows by so much of the time that goes by, as so many reports in a row say: nearly nothing of what is sent gets through, and long before
/// the first loss is told. A device that had no time tells of its delay at once, and then of none.
const FILLING_SHARE: f64 = 0.7;
const FILLING_REPORTS: u8 = 2;
/// So much of what is sent may get through then.
const FILLING_LEAVES: f64 = 0.1;
/// A queue so long that also loses is full. So much of the estimate is believed then.
const OVERFLOW_QUEUE_MS: u32 = 150;
const OVERFLOW_LOSS: f32 = 0.05;
const OVERFLOWS_LEAVE: f64 = 0.25;
/// What it is thought to bear then beside the voices, until it is found out: a small picture.
const CHOKED_BITS: u64 = 150_000;
/// A fall so soon after a rise was the rise's fault.
const SOON_MICROS: u64 = 6_000_000;
/// Less of a queue than this does no harm: what is sent then is borne, whatever is estimated.
const HARMLESS_QUEUE_MS: u32 = 100;
/// What is sent for so long shows in the reports.
const SHOWS_MICROS: u64 = 1_000_000;
/// A proof is worth so long.
const PROOF_MICROS: u64 = 10_000_000;
/// What was measured wavers: so many percent of what was proven are as good as that.
const PROOF_PERCENT: u64 = 120;

impl Path {
    pub fn heard(&mut self, bits: u64, loss: f32, rtt_ms: u32, now: At) {
        let loss = if loss.is_finite() { loss.clamp(0.0, 1.0) } else { 0.0 };
        self.least_rtt.add(rtt_ms, now);
        let queues = self.queues(rtt_ms, HARMLESS_QUEUE_MS);
        let harmed = self.loss.is_ours(loss, self.sending.0, now) || queues;
        let rises = harmed && self.estimate.is_some_and(|before| loss >= before.loss + CHOKING_RISE);
        self.rising = if rises { self.rising.saturating_add(1) } else { 0 };
        self.filling = if queues && self.fills(rtt_ms, now) { self.filling.saturating_add(1) } else { 0 };
        self.heard = now;
        self.estimate = Some(Estimate { bits, loss, rtt_ms, harmed });
        let was_choked = self.is_choked();
        self.choked = self.choked_reports(loss, harmed);
        self.begins_again = (self.is_choked() && !was_choked) || self.filling == FILLING_REPORTS;
        self.unheard = None;
        self.silent_until = None;
        if harmed {
            self.proven = None;
            self.harmed = true;
        } else if now.micros_since(self.sending.1) >= SHOWS_MICROS {
            let sent = self.sending.0;
            let stands = self.proven.is_some_and(|(bits, at)| bits > sent && now.micros_since(at) < PROOF_MICROS);
            if !stands {
                self.proven = Some((sent, now));
            }
        }
    }

    /// What goes to it from now on.
    pub fn sends(&mut self, bits: u64, now: At) {
        self.sending = (bits, now);
    }

    pub fn estimate(&self) -> Option<u64> {
        self.estimate.map(|estimate| estimate.bits)
    }

    /// Bits a second that may be sent. The estimate follows what is sent: with little to send, a late thread looks like a slow path and the
    /// estimate falls far below it. So what is proven counts beside it, as long as neither loss nor a queue speaks against that. And a line that was never
    /// harmed is thought to bear what it began with: before the first picture there is nothing to probe it with.
    pub fn bears(&self, limits: &Limits) -> u64 {
        let Some(estimate) = self.estimate else { return limits.start_bits };
        if self.is_choked() {
            return 0;
        }
        let proven = self.proven.map_or(0, |(bits, _)| bits.saturating_mul(PROOF_PERCENT) / 100);
        let believed = if self.harmed { 0 } else { limits.start_bits };
        let mut bits = estimate.bits.max(proven).max(believed) as f64;
        if estimate.loss > HEAVY_LOSS {
            bits *= 1.0 - 0.5 * f64::from(estimate.loss);
        }
        if self.overflows(estimate) {
            bits *= OVERFLOWS_LEAVE;
        }
        if self.filling >= FILLING_REPORTS {
            bits = bits.min(self.sending.0 as f64 * FILLING_LEAVES);
        }
        if self.queues(estimate.rtt_ms, 2 * QUEUE_MS) {
            bits *= 0.7;
        }
        bits as u64
    }

    /// What to begin with again, beside the voices, when the newest report says that the line is choked or about to be. Said once.
    pub fn begins_again(&mut self) -> Option<u64> {
        std::mem::take(&mut self.begins_again).then_some(CHOKED_BITS)
    }

    fn fills(&self, rtt_ms: u32, now: At) -> bool {
        let passed_ms = now.micros_since(self.heard) as f64 / 1_000.0;
        let longer_ms = self.estimate.map_or(0.0, |before| f64::from(rtt_ms) - f64::from(before.rtt_ms));
        passed_ms > 0.0 && longer_ms >= FILLING_SHARE * passed_ms
    }

    /// A queue is full, and what comes is lost: what is behind it is far narrower than what is estimated, and each moment of more costs voices.
    fn overflows(&self, estimate: Estimate) -> bool {
        estimate.harmed && estimate.loss > OVERFLOW_LOSS && self.queues(estimate.rtt_ms, OVERFLOW_QUEUE_MS)
    }

    fn is_choked(&self) -> bool {
        self.choked >= CHOKED_REPORTS
    }

    fn is_choking(&self, loss: f32) -> bool {
        self.rising >= CHOKING_REPORTS || (self.rising + 1 >= CHOKING_REPORTS && loss > CHOKING_LOSS)
    }

    fn choked_reports(&self, loss: f32, harmed: bool) -> u8 {
        let stays = self.is_choked() && loss > FREE_LOSS;
        match harmed {
            true if stays || self.is_choking(loss) => CHOKED_REPORTS,
            true if loss > CHOKED_LOSS => self.choked + 1,
            _ => 0,
        }
    }

    /// Nothing speaks against trying more; whether there is room is another question.
    pub fn may_rise(&self) -> bool {
        self.estimate.is_some_and(|estimate| estimate.loss <= HEAVY_LOSS && !self.queues(estimate.rtt_ms, QUEUE_MS))
    }

    fn queues(&self, rtt_ms: u32, by_ms: u32) -> bool {
        self.least_rtt.get().is_some_and(|least| rtt_ms > least.saturating_add(by_ms))
    }

    /// True when it is to be found out whether the path bears so much: it seems that it does not, and nothing speaks against trying.
    pub fn is_time_to_probe(&mut self, needed: u64, now: At) -> bool {
        let unsure = self.estimate.filter(|estimate| estimate.bits < needed && !estimate.harmed);
        unsure.is_some_and(|estimate| self.probing.is_due(estimate.bits, now))
    }

    /// `more`: there would be room for more than is sent. True when there was for long enough.
    pub fn is_time_to_rise(&mut self, more: bool, limits: &Limits, now: At) -> bool {
        if !more {
            self.bears_more = None;
            return false;
        }
        let since = *self.bears_more.get_or_insert(now);
        if self.fell.is_some_and(|fell| now.micros_since(fell) > 2 * SOON_MICROS) {
            self.backoff = 0;
        }
        let wait = (limits.rise_after_ms << self.backoff).min(limits.rise_backoff_max_ms);
        now.micros_since(since) >= wait * 1_000
    }

    pub fn rose(&mut self, now: At) {
        self.rose = Some(now);
        self.bears_more = None;
    }

    pub fn fell(&mut self, now: At) {
        if self.rose.take().is_some_and(|rose| now.micros_since(rose) < SOON_MICROS) {
            self.backoff = (self.backoff + 1).min(8);
        }
        self.fell = Some(now);
        self.bears_more = None;
    }

    /// `sending`: media goes to it. A path of which nothing is heard then is left in peace as long as it was tried, and tried again.
    pub fn is_silent(&mut self, sending: bool, limits: &Limits, now: At) -> bool {
        if let Some(until) = self.silent_until {
            if now < until {
                return true;
            }
            self.silent_until = None;
            self.unheard = None;
        }
        if !sending {
            self.unheard = None;
            return false;
        }
        let since = *self.unheard.get_or_insert(now);
        let silent = now.micros_since(since) >= limits.silent_ms * 1_000;
        if silent {
            self.silent_until = Some(At(now.0 + limits.silent_ms * 1_000));
        }
        silent
    }

    pub fn was_silent(&self) -> bool {
        self.silent_until.is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn loss_and_queues_are_taken_off() {
        let limits = Limits::default();
        let mut path = Path { harmed: true, ..Path::default() };
        assert_eq!((path.bears(&limits), path.may_rise()), (limits.start_bits, false), "begin small");
        let table = [
            (1_000_000, 0.0, 50, 1_000_000, true),
            (1_000_000, 0.05, 50, 1_000_000, true),
            (1_000_000, 0.2, 50, 900_000, false),
            (1_000_000, 0.0, 451, 1_000_000, false),
            (1_000_000, 0.0, 900, 700_000, false),
            (1_000_000, f32::NAN, 50, 1_000_000, true),
        ];
        for (bits, loss, rtt, bears, may_rise) in table {
            path.heard(bits, loss, rtt, At::ms(0));
            assert!(path.bears(&limits).abs_diff(bears) < 10, "{loss} {rtt}: {}", path.bears(&limits));
            assert_eq!(path.may_rise(), may_rise, "{loss} {rtt}");
        }
    }

    #[test]
    fn a_line_that_was_never_harmed_bears_what_it_began_with() {
        let limits = Limits::default();
        let mut path = Path::default();
        path.heard(90_000, 0.0, 20, At::ms(0));
        assert_eq!(path.bears(&limits), limits.start_bits, "voices alone prove little, and there is no picture to probe with");
        path.heard(90_000, 0.0, 400, At::ms(250));
        path.heard(90_000, 0.0, 20, At::ms(500));
        assert_eq!(path.bears(&limits), 90_000);
    }

    #[test]
    fn what_goes_through_without_harm_is_borne_whatever_is_estimated() {
        let limits = Limits::default();
        let mut path = Path { harmed: true, ..Path::default() };
        let mut bears = |sends: Option<u64>, bits, loss, rtt, second: u64| {
            if let Some(sends) = sends {
                path.sends(sends, At::ms(second * 1_000 - 1_000));
            }
            path.heard(bits, loss, rtt, At::ms(second * 1_000));
            path.bears(&limits)
        };
        assert_eq!(bears(Some(500_000), 700_000, 0.0, 20, 1), 700_000);
        assert_eq!(bears(None, 60_000, 0.01, 60, 2), 600_000, "a late thread, and little to send");
        assert_eq!(bears(Some(100_000), 60_000, 0.0, 60, 5), 600_000, "it was true a moment ago");
        assert_eq!(bears(None, 60_000, 0.0, 60, 13), 120_000, "and may not be any more");
        assert_eq!(bears(Some(500_000), 60_000, 0.0, 121, 20), 60_000, "a queue");
        assert_eq!(bears(Some(500_000), 60_000, 0.6, 20, 30), 41_999, "loss");
        assert_eq!(bears(None, 60_000, 0.0, 20, 31), 600_000, "it was something else");
    }

    #[test]
    fn it_is_found_out_what_an_idle_path_bears_but_not_a_full_one() {
        let mut path = Path::default();
        assert!(!path.is_time_to_probe(1_000_000, At::ms(0)), "nothing is known");
        path.heard(100_000, 0.0, 20, At::ms(100));
        assert!(path.is_time_to_probe(1_000_000, At::ms(100)));
        assert!(!path.is_time_to_probe(1_000_000, At::ms(200)), "just tried");
        path.heard(100_000, 0.0, 900, At::ms(5_000));
        assert!(!path.is_time_to_probe(1_000_000, At::ms(5_000)), "a queue");
        path.heard(1_000_000, 0.0, 20, At::ms(6_000));
        assert!(!path.is_time_to_probe(1_000_000, At::ms(6_000)), "enough");
    }

    #[test]
    fn a_rise_waits_longer_when_the_last_one_failed() {
        let limits = Limits::default();
        let mut path = Path::default();
        let wait = |path: &mut Path, from: u64| {
            (from..from + 10_000).step_by(100).find(|ms| path.is_time_to_rise(true, &limits, At::ms(*ms))).unwrap() - from
        };
        assert_eq!(wait(&mut path, 1_000), 800);
        path.rose(At::ms(1_800));
        path.fell(At::ms(3_000));
        assert_eq!(wait(&mut path, 3_000), 1_600);
        path.rose(At::ms(4_600));
        path.fell(At::ms(5_000));
        path.rose(At::ms(5_100));
        path.fell(At::ms(5_200));
        assert_eq!(wait(&mut path, 6_000), 4_000, "never longer");
        path.rose(At::ms(10_000));
        path.fell(At::ms(40_000));
        path.is_time_to_rise(false, &limits, At::ms(60_000));
        assert_eq!(wait(&mut path, 60_000), 800, "forgiven");
    }

    #[test]
    fn a_choked_line_has_room_for_voices_alone_and_begins_again_once() {
        let limits = Limits::default();
        let mut path = Path::default();
        path.heard(1_500_000, 0.0, 20, At::ms(0));
        assert_eq!(path.begins_again(), None);
        let story = [
            (0.6, 20, 1_500_000 * 7 / 10, None),
            (0.6, 320, 0, Some(CHOKED_BITS)),
            (0.9, 320, 0, None),
            (0.0, 20, 1_500_000, None),
        ];
        for (at, (loss, rtt, bears, begins)) in story.into_iter().enumerate() {
            path.heard(1_500_000, loss, rtt, At::ms(100 * at as u64 + 100));
            assert!(path.bears(&limits).abs_diff(bears) < 10, "{at}: {}", path.bears(&limits));
            assert_eq!(path.begins_again(), begins, "{at}");
        }
    }

    #[test]
    fn loss_that_fills_the_second_bit_by_bit_is_a_line_that_chokes_and_a_jump_is_not() {
        let limits = Limits::default();
        let calm = || {
            let mut path = Path::default();
            path.sends(1_500_000, At::ms(0));
            (0..30).for_each(|report| path.heard(1_500_000, 0.0, 20, At::ms(100 * report)));
            path
        };
        let bears = |path: &mut Path, losses: &[f32]| -> Vec<bool> {
            let each = losses.iter().enumerate();
            each.map(|(at, loss)| {
                path.heard(1_500_000, *loss, 20, At::ms(3_000 + 100 * at as u64));
                path.bears(&limits) > 0
            })
            .collect()
        };
        let choking = [0.09, 0.18, 0.27, 0.36, 0.5, 0.4, 0.25, 0.15];
        assert_eq!(bears(&mut calm(), &choking), [true, true, false, false, false, false, false, true]);
        assert!(!bears(&mut calm(), &[0.4, 0.4, 0.4, 0.3]).contains(&false), "a device that had no time for a moment");
        assert!(!bears(&mut calm(), &[0.02, 0.04, 0.06, 0.08, 0.1, 0.12]).contains(&false), "loss by chance");
    }

    #[test]
    fn a_queue_that_grows_as_time_goes_by_is_a_line_that_is_far_too_narrow() {
        let limits = Limits::default();
        let mut path = Path::default();
        path.sends(1_500_000, At::ms(0));
        (0..30).for_each(|report| path.heard(1_500_000, 0.0, 20, At::ms(100 * report)));
        let story = [(130, false), (240, true), (300, false), (340, false), (345, false)];
        for (at, (rtt, fills)) in story.into_iter().enumerate() {
            path.heard(1_500_000, 0.0, rtt, At::ms(3_000 + 100 * at as u64));
            assert_eq!(path.bears(&limits) <= 150_000, fills, "{rtt}");
            assert_eq!(path.begins_again(), fills.then_some(CHOKED_BITS), "{rtt}");
        }
        path.heard(1_500_000, 0.0, 20, At::ms(5_000));
        path.heard(1_500_000, 0.0, 500, At::ms(5_100));
        assert!(path.bears(&limits) > 1_000_000, "a device that was late once");
    }

    #[test]
    fn a_full_queue_that_loses_leaves_little() {
        let limits = Limits::default();
        let mut path = Path::default();
        path.heard(1_500_000, 0.0, 20, At::ms(0));
        path.heard(1_000_000, 0.07, 300, At::ms(1_000));
        assert_eq!(path.bears(&limits), 250_000);
    }

    #[test]
    fn room_that_comes_and_goes_is_no_room() {
        let limits = Limits::default();
        let mut path = Path::default();
        for ms in (0..20_000).step_by(100) {
            assert!(!path.is_time_to_rise(ms % 700 != 0, &limits, At::ms(ms)));
        }
    }

    #[test]
    fn a_receiver_that_says_nothing_gets_pauses() {
        let limits = Limits::default();
        let mut path = Path::default();
        let silent: Vec<u64> = (0..40).filter(|second| path.is_silent(true, &limits, At::ms(second * 1_000))).collect();
        assert_eq!(silent.first(), Some(&10));
        assert!(!silent.contains(&21) && silent.contains(&35), "{silent:?}");
        path.heard(1_000_000, 0.0, 50, At::ms(40_000));
        assert!(!path.is_silent(true, &limits, At::ms(40_000)));
        assert!(!path.is_silent(false, &limits, At::ms(400_000)), "nothing is sent, so nothing can be heard");
    }
}
