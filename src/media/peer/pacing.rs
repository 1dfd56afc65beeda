//! Whether all that was written to a connection has left it.
//!
//! After each packet the engine's pacer asks to be called again in a microsecond, whether or not there is more, and such a call costs as much as
//! sending a packet. When it is known that nothing waits, it can wait until the connection is used again.

use std::time::{Duration, Instant};

/// A formal call may come so late: longer than it is from one packet of a voice to the next, which brings one anyway.
pub const LATER: Duration = Duration::from_millis(25);
/// While the engine tries what the path bears, it is called whenever it asks.
const PROBE: Duration = Duration::from_millis(100);
/// The bit of an RTP packet that says that it is padded.
const PADDED: u8 = 0x20;

#[derive(Debug, Default)]
pub struct Pacing {
    /// Packets that were written and have not left.
    waiting: u32,
    /// Some have left since it was called.
    left: bool,
    probes_until: Option<Instant>,
}

impl Pacing {
    pub fn begins(&mut self) {
        self.left = false;
    }

    pub fn written(&mut self, written: bool) {
        self.waiting += u32::from(written);
    }

    pub fn probes(&mut self, now: Instant) {
        self.probes_until = Some(now + PROBE);
    }

    /// A datagram left.
    pub fn sent(&mut self, datagram: &[u8], is_media: impl FnOnce(u8) -> bool, now: Instant) {
        let [first @ 128..192, second, ..] = *datagram else { return };
        let pt = second & 0x7f;
        if (64..96).contains(&pt) {
            return;
        }
        if first & PADDED == 0 && is_media(pt) {
            self.waiting = self.waiting.saturating_sub(1);
            self.left = true;
        } else {
            self.probes(now);
        }
    }

    /// All that was written has left since it was called, and nothing else is going on.
    pub fn is_done(&self, now: Instant) -> bool {
        self.left && self.waiting == 0 && self.probes_until.is_none_or(|until| until <= now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MEDIA: [u8; 3] = [0x90, 96, 0];
    const PADDING: [u8; 3] = [0xb0, 96, 0];
    const AGAIN: [u8; 3] = [0x90, 97, 0];
    const REPORT: [u8; 3] = [0x80, 200, 0];

    #[test]
    fn it_is_done_when_what_was_written_has_left() {
        let (mut pacing, now) = (Pacing::default(), Instant::now());
        let sends = |pacing: &mut Pacing, datagram: &[u8]| pacing.sent(datagram, |pt| pt == 96, now);
        pacing.written(true);
        pacing.written(true);
        pacing.written(false);
        pacing.begins();
        sends(&mut pacing, &MEDIA);
        assert!(!pacing.is_done(now), "one waits");
        sends(&mut pacing, &MEDIA);
        sends(&mut pacing, &REPORT);
        assert!(pacing.is_done(now));
        pacing.begins();
        assert!(!pacing.is_done(now), "called for something else");
    }

    #[test]
    fn it_is_called_as_often_as_it_asks_while_it_probes_or_repairs() {
        for other in [PADDING, AGAIN] {
            let (mut pacing, now) = (Pacing::default(), Instant::now());
            pacing.begins();
            pacing.written(true);
            pacing.sent(&MEDIA, |pt| pt == 96, now);
            assert!(pacing.is_done(now));
            pacing.sent(&other, |pt| pt == 96, now);
            assert!(!pacing.is_done(now + PROBE / 2));
            assert!(pacing.is_done(now + PROBE));
        }
    }
}
