//! Things that come at a beat and are numbered: how long it lasted until the next new one. Pure.

use crate::measure::clock::Micros;

/// What one receiver saw or heard of one sender, on whatever path was in front.
#[derive(Debug, Default, PartialEq)]
pub struct Rhythm {
    last: Option<(Micros, u32)>,
    longest: Micros,
    skipped: u32,
    repeats: u32,
}

/// A stretch of time of a [`Rhythm`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// The longest time without a new one; the beat itself when nothing happened.
    pub longest: Micros,
    /// Numbers that were passed over.
    pub skipped: u32,
    /// Came again, or after a newer one.
    pub repeats: u32,
}

impl Rhythm {
    /// True: it is newer than all before.
    pub fn arrived(&mut self, at: Micros, number: u32) -> bool {
        match self.last {
            Some((_, last)) if number <= last => {
                self.repeats += 1;
                return false;
            }
            Some((before, last)) => {
                self.longest = self.longest.max(at.saturating_sub(before));
                self.skipped += number - last - 1;
            }
            None => {}
        }
        self.last = Some((at, number));
        true
    }

    /// The sender rests: what comes next begins anew.
    pub fn rest(&mut self) {
        *self = Self::default();
    }

    pub fn last_at(&self) -> Option<Micros> {
        self.last.map(|(at, _)| at)
    }

    /// Ends a stretch. A silence that still goes on is in it. `None`: there was nothing to wait for.
    pub fn end(&mut self, now: Micros) -> Option<Span> {
        let (at, _) = self.last?;
        let longest = self.longest.max(now.saturating_sub(at));
        let span = Span { longest, skipped: self.skipped, repeats: self.repeats };
        (self.longest, self.skipped, self.repeats) = (0, 0, 0);
        Some(span)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn heard(story: &[(Micros, u32)], end: Micros) -> Option<Span> {
        let mut rhythm = Rhythm::default();
        story.iter().for_each(|(at, number)| _ = rhythm.arrived(*at, *number));
        rhythm.end(end)
    }

    #[test]
    fn a_gap_is_the_time_until_something_newer() {
        type Row<'a> = (&'a str, &'a [(Micros, u32)], Micros, Option<(Micros, u32, u32)>);
        let table: [Row; 7] = [
            ("nothing", &[], 90, None),
            ("a steady beat", &[(0, 0), (20, 1), (40, 2)], 50, Some((20, 0, 0))),
            ("one that never came", &[(0, 0), (20, 1), (60, 3)], 70, Some((40, 1, 0))),
            ("the second path is behind", &[(0, 5), (20, 6), (30, 5), (50, 6), (70, 7)], 75, Some((50, 0, 2))),
            ("the second path is ahead", &[(0, 5), (20, 6), (25, 7), (45, 8)], 50, Some((20, 0, 0))),
            ("a silence that goes on", &[(0, 0), (20, 1)], 520, Some((500, 0, 0))),
            ("a burst after a silence", &[(0, 0), (100, 1), (101, 2), (102, 3)], 110, Some((100, 0, 0))),
        ];
        for (name, story, end, expected) in table {
            let span = heard(story, end).map(|span| (span.longest, span.skipped, span.repeats));
            assert_eq!(span, expected, "{name}");
        }
    }

    #[test]
    fn stretches_follow_each_other_and_a_rest_is_no_gap() {
        let mut rhythm = Rhythm::default();
        rhythm.arrived(0, 0);
        rhythm.arrived(100, 1);
        assert_eq!(rhythm.end(110).map(|span| span.longest), Some(100));
        rhythm.arrived(120, 2);
        assert_eq!(rhythm.end(130).map(|span| span.longest), Some(20), "counted from what came before the stretch");
        rhythm.rest();
        assert_eq!(rhythm.end(900), None);
        rhythm.arrived(1000, 60);
        assert_eq!(rhythm.end(1001).map(|span| (span.longest, span.skipped)), Some((1, 0)));
    }
}
