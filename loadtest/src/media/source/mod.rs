//! What publishers send: pictures and sound that are made up, with their time and place inside.

pub mod camera;
pub mod mark;
pub mod mic;
pub mod voice;
pub mod vp8;

use std::time::Duration;

use crate::measure::clock::Micros;

/// Where a source's packets go: to one connection, or to several of the same person's.
pub trait Sink {
    /// For the mark, as late as can be.
    fn now(&self) -> Micros;

    fn send(&mut self, layer: usize, timestamp: u32, marker: bool, level: Option<(u8, bool)>, payload: &[u8]);
}

/// RTP time of the `number`-th of things that come at a fixed beat, without adding up roundings.
fn clock(number: u32, every: Duration, rate: u32) -> u32 {
    (u128::from(number) * every.as_nanos() * u128::from(rate) / 1_000_000_000) as u32
}

#[cfg(test)]
pub mod tests {
    use super::*;
    use mark::Mark;

    /// Keeps what was sent.
    #[derive(Default)]
    pub struct Tape {
        pub now: Micros,
        pub sent: Vec<Sent>,
    }

    pub struct Sent {
        pub timestamp: u32,
        pub marker: bool,
        pub level: Option<(u8, bool)>,
        pub len: usize,
        pub mark: Mark,
    }

    impl Sink for Tape {
        fn now(&self) -> Micros {
            self.now
        }

        fn send(&mut self, _: usize, timestamp: u32, marker: bool, level: Option<(u8, bool)>, payload: &[u8]) {
            let mark = Mark::read(payload).expect("every payload is marked");
            self.sent.push(Sent { timestamp, marker, level, len: payload.len(), mark });
        }
    }

    #[test]
    fn timestamps_do_not_drift() {
        let frame = Duration::from_secs_f64(1.0 / 30.0);
        assert!(clock(30 * 3600, frame, 90_000).abs_diff(90_000 * 3600) < 40);
    }
}
