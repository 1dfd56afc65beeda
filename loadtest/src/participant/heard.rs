//! What one participant has heard so far: the sequence of events, and the chat lines of everybody.

use crate::wire::mark::ChatLine;

/// Events since the last `ack` that call for one.
const ACK_EVERY: u64 = 16;

/// Sequenced events without gaps and repeats.
pub struct Sequence {
    last: u64,
    acknowledged: u64,
}

#[derive(Debug, PartialEq)]
pub enum Step {
    Next,
    /// Sixteen are due to be acknowledged.
    AckNow,
    /// Not the one after the last: a hole or a repeat.
    Wrong {
        expected: u64,
    },
}

impl Sequence {
    pub fn starting_at(seq: u64) -> Self {
        Self { last: seq, acknowledged: seq - seq.min(1) }
    }

    pub fn last(&self) -> u64 {
        self.last
    }

    pub fn unacknowledged(&self) -> u64 {
        self.last - self.acknowledged
    }

    pub fn acknowledge(&mut self) -> u64 {
        self.acknowledged = self.last;
        self.last
    }

    pub fn step(&mut self, seq: u64) -> Step {
        let expected = self.last + 1;
        self.last = self.last.max(seq);
        if seq != expected {
            Step::Wrong { expected }
        } else if self.unacknowledged() >= ACK_EVERY {
            Step::AckNow
        } else {
            Step::Next
        }
    }
}

/// The newest chat line of each seat.
pub struct ChatHeard {
    seats: Vec<Option<(u32, u64)>>,
}

impl ChatHeard {
    pub fn new(seats: usize) -> Self {
        Self { seats: vec![None; seats] }
    }

    /// Whether this line follows the one before it of the same person. The first one heard may be any.
    pub fn follows(&mut self, line: ChatLine) -> bool {
        let Some(seat) = self.seats.get_mut(line.seat) else { return false };
        let follows = match *seat {
            Some((incarnation, number)) if incarnation == line.incarnation => line.number == number + 1,
            Some((incarnation, _)) => line.incarnation > incarnation,
            None => true,
        };
        *seat = Some((line.incarnation, line.number));
        follows
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hole_and_a_repeat_are_wrong() {
        let mut sequence = Sequence::starting_at(3);
        assert_eq!(sequence.step(4), Step::Next);
        assert_eq!(sequence.step(6), Step::Wrong { expected: 5 });
        assert_eq!(sequence.step(6), Step::Wrong { expected: 7 });
    }

    #[test]
    fn sixteen_events_are_acknowledged() {
        let mut sequence = Sequence::starting_at(1);
        let first_ack = (2..).find(|seq| sequence.step(*seq) == Step::AckNow).unwrap();
        assert_eq!(first_ack, 16);
        assert_eq!(sequence.acknowledge(), 16);
        assert_eq!(sequence.step(17), Step::Next);
        assert_eq!(sequence.unacknowledged(), 1);
    }

    #[test]
    fn chat_lines_of_a_person_follow_each_other() {
        let mut heard = ChatHeard::new(2);
        let line = |seat, incarnation, number| ChatLine { seat, incarnation, number };
        assert!(heard.follows(line(0, 0, 5)));
        assert!(heard.follows(line(1, 0, 1)));
        assert!(heard.follows(line(0, 0, 6)));
        assert!(!heard.follows(line(0, 0, 6)), "a repeat");
        assert!(!heard.follows(line(0, 0, 8)), "a hole");
        assert!(heard.follows(line(0, 1, 0)), "somebody new in the seat");
        assert!(!heard.follows(line(9, 0, 0)), "no such seat");
    }
}
