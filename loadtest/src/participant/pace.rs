//! When a participant next does something, on a schedule that does not wait for answers.

use crate::measure::clock::{Micros, micros};

/// Well inside the five seconds that the protocol allows.
const ACK_AFTER: Micros = 4_000_000;

/// A steady beat from a random phase. Beats that were missed come at once, and late ones count as late.
pub struct Beat {
    period: Option<Micros>,
    next: Micros,
}

impl Beat {
    /// `rate` beats a second, none at 0.
    pub fn new(rate: f64, now: Micros) -> Self {
        let period = (rate > 0.0).then(|| micros(1.0 / rate).max(1));
        let next = now + period.map_or(0, |period| rand::random_range(0..period));
        Self { period, next }
    }

    pub fn next(&self) -> Option<Micros> {
        self.period.map(|_| self.next)
    }

    /// The scheduled time of the beat that is due, once for each.
    pub fn due(&mut self, now: Micros) -> Option<Micros> {
        let period = self.period.filter(|_| self.next <= now)?;
        let due = self.next;
        self.next += period;
        Some(due)
    }

    /// Lets beats pass that nobody could have kept.
    pub fn skip_to(&mut self, now: Micros) {
        while self.due(now).is_some() {}
    }
}

/// All that one participant has to do by the clock.
pub struct Pace {
    pub relay: Beat,
    pub chat: Beat,
    pub ack: Option<Micros>,
    /// When a slow reader counts as having survived.
    pub judged: Option<Micros>,
}

impl Pace {
    pub fn new(relay_rate: f64, chat_rate: f64, now: Micros) -> Self {
        Self { relay: Beat::new(relay_rate, now), chat: Beat::new(chat_rate, now), ack: None, judged: None }
    }

    pub fn heard_something(&mut self, now: Micros) {
        self.ack.get_or_insert(now + ACK_AFTER);
    }

    /// The next thing to do; traffic only while the run makes load.
    pub fn next(&self, loading: bool) -> Option<Micros> {
        let traffic = [self.relay.next(), self.chat.next()].into_iter().flatten().filter(|_| loading);
        traffic.chain(self.ack).chain(self.judged).min()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_late_beat_keeps_its_scheduled_time() {
        let mut beat = Beat::new(10.0, 0);
        let first = beat.next().unwrap();
        assert!(first < 100_000);
        assert_eq!(beat.due(first + 250_000), Some(first));
        assert_eq!(beat.due(first + 250_000), Some(first + 100_000));
        assert_eq!(beat.due(first + 250_000), Some(first + 200_000));
        assert_eq!(beat.due(first + 250_000), None);
    }

    #[test]
    fn no_rate_has_no_beat_and_no_load_has_no_traffic() {
        assert_eq!(Beat::new(0.0, 5).next(), None);
        let mut pace = Pace::new(1.0, 1.0, 0);
        assert_eq!(pace.next(false), None);
        pace.heard_something(7);
        pace.heard_something(9);
        assert_eq!(pace.next(false), Some(7 + ACK_AFTER));
    }
}
