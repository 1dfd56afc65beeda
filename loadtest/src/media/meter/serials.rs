//! Which of a source's packets never came, from end to end: by the sender's own count, whatever was rewritten on the way.

use std::collections::BTreeSet;

/// A hole longer than this was not meant for us: another layer, a pause.
const LONGEST_HOLE: u32 = 200;
/// Holes are open for so many packets; repairs come within that.
const OPEN: u32 = 400;

#[derive(Default)]
pub struct Serials {
    last: Option<(u8, u32)>,
    holes: BTreeSet<u32>,
    pub received: u64,
    pub lost: u64,
}

impl Serials {
    pub fn arrived(&mut self, layer: u8, serial: u32) {
        self.received += 1;
        match self.last {
            Some((before, last)) if before == layer => self.follow(layer, last, serial),
            // Another layer's count begins anew.
            _ => {
                self.close(u32::MAX);
                self.last = Some((layer, serial));
            }
        }
    }

    fn follow(&mut self, layer: u8, last: u32, serial: u32) {
        if serial <= last {
            self.holes.remove(&serial);
            return;
        }
        if serial - last <= LONGEST_HOLE {
            self.holes.extend(last + 1..serial);
        }
        self.last = Some((layer, serial));
        self.close(serial.saturating_sub(OPEN));
    }

    /// Holes before this serial will not be filled any more.
    fn close(&mut self, before: u32) {
        let open = self.holes.split_off(&before);
        self.lost += std::mem::replace(&mut self.holes, open).len() as u64;
    }

    /// What never came so far; the newest holes may still be filled.
    pub fn missing(&self) -> u64 {
        const REPAIRED_WITHIN: u32 = 100;
        let settled = self.last.map_or(0, |(_, last)| last.saturating_sub(REPAIRED_WITHIN));
        self.lost + self.holes.range(..settled).count() as u64
    }

    /// At the end: what is open is lost, but for the newest, which may be under way.
    pub fn finish(&mut self) -> u64 {
        const UNDER_WAY: u32 = 30;
        let end = self.last.map_or(0, |(_, last)| last.saturating_sub(UNDER_WAY));
        self.close(end);
        self.lost
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn story(steps: &[(u8, u32)]) -> Serials {
        let mut serials = Serials::default();
        steps.iter().for_each(|(layer, serial)| serials.arrived(*layer, *serial));
        serials
    }

    #[test]
    fn a_hole_that_is_filled_late_is_none() {
        let mut serials = story(&[(0, 1), (0, 4), (0, 2), (0, 100)]);
        // Of 3 and 5 to 69 nothing came; 70 and later may be under way.
        assert_eq!(serials.finish(), 1 + 65);
        assert_eq!(serials.received, 4);
    }

    #[test]
    fn another_layer_and_a_pause_are_no_losses() {
        assert_eq!(story(&[(0, 1), (2, 900), (2, 901), (0, 50), (0, 2000)]).finish(), 0);
    }

    #[test]
    fn what_was_open_when_the_layer_changed_is_lost() {
        assert_eq!(story(&[(0, 1), (0, 3), (1, 9)]).finish(), 1);
    }
}
