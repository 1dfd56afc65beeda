//! Numbers that a source counted and a stream didn't pass on: what comes after them is counted down by as many, so that the receiver sees
//! no gap. What the source lost is not left out: its number stays free until it comes.

const WINDOW: u64 = 1_024;
const WORDS: usize = (WINDOW / 64) as usize;

#[derive(Clone, Debug)]
pub struct LeftOut {
    newest: u64,
    marks: [u64; WORDS],
    total: u64,
}

impl LeftOut {
    /// Begins at this number, which is passed on.
    pub fn new(first: u64) -> Self {
        LeftOut { newest: first, marks: [0; WORDS], total: 0 }
    }

    pub fn newest(&self) -> u64 {
        self.newest
    }

    /// Takes note of a number that is higher than all before it.
    pub fn advance(&mut self, number: u64, left_out: bool) {
        let missing = number.saturating_sub(self.newest.saturating_add(1)).min(WINDOW);
        (number - missing..number).for_each(|one| self.mark(one, false));
        self.mark(number, left_out);
        self.newest = number;
        self.total += u64::from(left_out);
    }

    /// How many were left out before this number; none when that isn't known any more.
    pub fn before(&self, number: u64) -> Option<u64> {
        if number >= self.newest {
            return Some(self.total - u64::from(self.has(number)));
        }
        if self.newest - number >= WINDOW {
            return None;
        }
        let since = (number..=self.newest).filter(|one| self.has(*one)).count() as u64;
        Some(self.total - since)
    }

    pub fn has(&self, number: u64) -> bool {
        let (word, bit) = place(number);
        number <= self.newest && self.newest - number < WINDOW && self.marks[word] & bit != 0
    }

    fn mark(&mut self, number: u64, left_out: bool) {
        let (word, bit) = place(number);
        if left_out {
            self.marks[word] |= bit;
        } else {
            self.marks[word] &= !bit;
        }
    }
}

fn place(number: u64) -> (usize, u64) {
    ((number % WINDOW / 64) as usize, 1 << (number % 64))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_follows_is_counted_down_and_what_went_before_is_not() {
        let mut left = LeftOut::new(100);
        for (number, out) in [(101, true), (102, false), (105, true), (106, false)] {
            left.advance(number, out);
        }
        let before: Vec<Option<u64>> = [100, 102, 103, 104, 106, 107].iter().map(|number| left.before(*number)).collect();
        assert_eq!(before, [Some(0), Some(1), Some(1), Some(1), Some(2), Some(2)]);
        assert!(left.has(101) && !left.has(103) && left.has(105));
    }

    #[test]
    fn what_is_too_far_back_is_not_known() {
        let mut left = LeftOut::new(0);
        (1..3_000).for_each(|number| left.advance(number, number % 3 == 0));
        assert_eq!(left.before(2_999 - 1_024), None);
        assert_eq!(left.before(2_999), Some(999));
        assert_eq!(left.before(2_500), Some(833));
        left.advance(1_000_000, true);
        assert!(!left.has(999_999), "a jump forgets");
    }
}
