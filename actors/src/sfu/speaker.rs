//! The active speaker: who speaks long enough takes the place, who has it keeps it over pauses, and nobody has it after a long silence.

use super::{
    limits::Limits,
    loudness::Loudness,
    types::{At, PeerIndex},
};

#[derive(Clone, Copy, Debug, Default)]
pub struct Speaker {
    current: Option<PeerIndex>,
    since: At,
}

/// A pause between words is no end of speech.
const PAUSE_MS: u64 = 600;
/// Who talks over the speaker has to be so much louder, in decibels.
const LOUDER: f32 = 6.0;

impl Speaker {
    pub fn current(&self) -> Option<PeerIndex> {
        self.current
    }

    /// True when the speaker changed.
    pub fn decide(&mut self, voices: &[(PeerIndex, &Loudness)], limits: &Limits, now: At) -> bool {
        let next = self.next(voices, limits, now);
        if next == self.current {
            return false;
        }
        *self = Speaker { current: next, since: now };
        true
    }

    fn next(&self, voices: &[(PeerIndex, &Loudness)], limits: &Limits, now: At) -> Option<PeerIndex> {
        let speaking =
            voices.iter().filter(|(peer, voice)| Some(*peer) != self.current && voice.speaks(now, limits.speaker_attack_ms));
        let challenger = speaking.max_by(|(_, a), (_, b)| a.loud().total_cmp(&b.loud()));
        let current = self.current.and_then(|current| voices.iter().find(|(peer, _)| *peer == current));
        let Some((current, voice)) = current else { return challenger.map(|(peer, _)| *peer) };
        if now.micros_since(self.since) < limits.speaker_hold_ms * 1_000 {
            return Some(*current);
        }
        let pausing = !voice.sounded_within(now, PAUSE_MS);
        match challenger {
            Some((peer, _)) if pausing => Some(*peer),
            Some((peer, other)) if other.loud() > voice.loud() + LOUDER && other.speech_ms() >= 2 * limits.speaker_attack_ms => {
                Some(*peer)
            }
            _ => voice.sounded_within(now, limits.speaker_release_ms).then_some(*current),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALICE: PeerIndex = PeerIndex(1);
    const BOB: PeerIndex = PeerIndex(2);

    /// Who was the speaker from when on. The story: until when, and the level of each by then.
    fn changes(story: &[(u64, u8, u8)]) -> Vec<(u64, Option<PeerIndex>)> {
        let limits = Limits::default();
        let (mut alice, mut bob, mut speaker) = (Loudness::default(), Loudness::default(), Speaker::default());
        let (mut changes, mut ms) = (Vec::new(), 0);
        for (until, first, second) in story {
            while ms < *until {
                alice.hear(*first, At::ms(ms));
                bob.hear(*second, At::ms(ms));
                if ms % 100 == 0 {
                    alice.settle(At::ms(ms), limits.speaker_attack_ms);
                    bob.settle(At::ms(ms), limits.speaker_attack_ms);
                    if speaker.decide(&[(ALICE, &alice), (BOB, &bob)], &limits, At::ms(ms)) {
                        changes.push((ms, speaker.current()));
                    }
                }
                ms += 20;
            }
        }
        changes
    }

    #[test]
    fn speech_takes_the_place_within_half_a_second() {
        let changes = changes(&[(1_000, 80, 80), (3_000, 25, 80)]);
        assert_eq!(changes.len(), 1);
        assert!((1_300..=1_500).contains(&changes[0].0) && changes[0].1 == Some(ALICE), "{changes:?}");
    }

    #[test]
    fn a_cough_takes_nothing() {
        assert_eq!(changes(&[(1_000, 80, 80), (4_000, 25, 80), (4_260, 25, 15), (8_000, 25, 80)]).len(), 1);
    }

    #[test]
    fn turns_are_followed_and_silence_ends_them() {
        let turns = changes(&[(1_000, 80, 80), (4_000, 25, 80), (8_000, 80, 25), (20_000, 80, 80)]);
        let who: Vec<_> = turns.iter().map(|(_, who)| *who).collect();
        assert_eq!(who, [Some(ALICE), Some(BOB), None], "{turns:?}");
        assert!((4_600..=4_900).contains(&turns[1].0), "{turns:?}");
        assert!((11_900..=12_300).contains(&turns[2].0), "{turns:?}");
    }

    #[test]
    fn two_at_once_do_not_flap() {
        let both = changes(&[(1_000, 80, 80), (3_000, 25, 80), (30_000, 25, 24)]);
        assert_eq!(both.len(), 1, "{both:?}");
    }
}
