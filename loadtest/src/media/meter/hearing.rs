//! What a receiver heard of one microphone, as a player with a fixed delay would: what comes too late is as good as lost.

use std::collections::VecDeque;

use crate::measure::clock::Micros;

/// A packet that comes so much later than the fastest of late is concealed.
const PLAYOUT: Micros = 200_000;
const WINDOW: Micros = 5_000_000;

#[derive(Default)]
pub struct Hearing {
    /// Arrival and latency, latencies ascending: the front is the fastest of the window.
    fastest: VecDeque<(Micros, Micros)>,
    pub first_at: Option<Micros>,
    pub received: u64,
    /// Came too late to be played.
    pub late: u64,
}

impl Hearing {
    pub fn packet(&mut self, now: Micros, latency: Micros) {
        self.first_at.get_or_insert(now);
        self.received += 1;
        while self.fastest.back().is_some_and(|(_, slower)| *slower >= latency) {
            self.fastest.pop_back();
        }
        self.fastest.push_back((now, latency));
        while self.fastest.front().is_some_and(|(at, _)| now.saturating_sub(*at) > WINDOW) {
            self.fastest.pop_front();
        }
        let fastest = self.fastest.front().map_or(latency, |(_, fastest)| *fastest);
        self.late += u64::from(latency > fastest + PLAYOUT);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn late_is_measured_against_the_fastest_of_late() {
        let mut hearing = Hearing::default();
        hearing.packet(0, 50_000);
        hearing.packet(20_000, 240_000);
        assert_eq!(hearing.late, 0);
        hearing.packet(40_000, 260_000);
        assert_eq!(hearing.late, 1);
        // A path that has become longer for good is the player's new delay.
        hearing.packet(6_000_000, 400_000);
        assert_eq!((hearing.late, hearing.received), (1, 4));
    }
}
