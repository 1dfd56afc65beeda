//! When somebody spoke, from the level that their sender wrote beside each packet of sound (RFC 6464): nothing is decoded for it.

use super::stretch::Stretch;

/// In -dBov, as on the wire: 0 is the loudest. A voice at a microphone is at 20 to 40, a quiet room at 60 and more.
const VOICE: u8 = 45;
/// A pause of a sentence does not end a turn.
const PAUSE_MS: u64 = 800;
/// Shorter than this was a cough.
const LEAST_MS: u64 = 400;
/// Turns that are listed of one track; the last one grows then.
const TURNS_MAX: usize = 20_000;

#[derive(Clone, Default, PartialEq, Debug)]
pub struct Speaking {
    turns: Vec<Stretch>,
    /// The one that may go on; too short as yet to be listed, perhaps.
    now: Option<Stretch>,
}

impl Speaking {
    pub fn hear(&mut self, at_ms: u64, level: u8) {
        if level > VOICE {
            return;
        }
        match &mut self.now {
            Some(turn) if at_ms.saturating_sub(turn.to_ms) <= PAUSE_MS => turn.to_ms = turn.to_ms.max(at_ms),
            _ => {
                self.close();
                self.now = Some(Stretch { from_ms: at_ms, to_ms: at_ms });
            }
        }
    }

    fn close(&mut self) {
        let Some(turn) = self.now.take().filter(counts) else { return };
        let full = self.turns.len() >= TURNS_MAX;
        match self.turns.last_mut().filter(|_| full) {
            Some(last) => last.to_ms = turn.to_ms,
            None => self.turns.push(turn),
        }
    }

    /// The turns so far, in order.
    pub fn turns(&self) -> Vec<Stretch> {
        self.turns.iter().copied().chain(self.now.filter(counts)).collect()
    }
}

fn counts(turn: &Stretch) -> bool {
    turn.to_ms - turn.from_ms >= LEAST_MS
}

/// Who speaks from when on, of several people at once: whoever began last has the word, and gives it back to who goes on speaking. Nobody where all
/// are silent.
pub fn order<Who: Copy + Ord>(people: &[(Who, Vec<Stretch>)]) -> Vec<(u64, Option<Who>)> {
    let all = people.iter().flat_map(|(who, turns)| turns.iter().map(move |turn| (*who, *turn)));
    let mut all: Vec<(Who, Stretch)> = all.collect();
    all.sort_by_key(|(who, turn)| (turn.from_ms, *who));
    let mut edges: Vec<u64> = all.iter().flat_map(|(_, turn)| [turn.from_ms, turn.to_ms]).collect();
    edges.sort_unstable();
    edges.dedup();
    let (mut order, mut open, mut next) = (Vec::new(), Vec::<(Who, Stretch)>::new(), 0);
    for at in edges {
        while next < all.len() && all[next].1.from_ms <= at {
            open.push(all[next]);
            next += 1;
        }
        open.retain(|(_, turn)| turn.to_ms > at);
        let who = open.last().map(|(who, _)| *who);
        if order.last().is_none_or(|(_, before)| *before != who) {
            order.push((at, who));
        }
    }
    order
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(words: &[(u64, u64)]) -> Vec<Stretch> {
        let mut speaking = Speaking::default();
        for (from, to) in words {
            (*from..=*to).step_by(20).for_each(|at| speaking.hear(at, 30));
        }
        speaking.turns()
    }

    #[test]
    fn a_pause_of_a_sentence_is_part_of_it_and_a_cough_is_nothing() {
        assert_eq!(said(&[(1_000, 2_000), (2_600, 4_000)]), [Stretch { from_ms: 1_000, to_ms: 4_000 }]);
        assert_eq!(said(&[(1_000, 2_000), (3_000, 4_000)]).len(), 2);
        assert_eq!(said(&[(1_000, 1_200)]), []);
    }

    #[test]
    fn a_quiet_room_says_nothing() {
        let mut speaking = Speaking::default();
        (0..500).for_each(|packet| speaking.hear(packet * 20, 70));
        assert_eq!(speaking.turns(), []);
    }

    #[test]
    fn the_word_goes_from_one_to_the_next_and_back() {
        let turn = |from_ms, to_ms| Stretch { from_ms, to_ms };
        let people = [('a', vec![turn(0, 5_000)]), ('b', vec![turn(2_000, 3_000), turn(7_000, 8_000)])];
        let told = order(&people);
        assert_eq!(
            told,
            [(0, Some('a')), (2_000, Some('b')), (3_000, Some('a')), (5_000, None), (7_000, Some('b')), (8_000, None)]
        );
    }
}
