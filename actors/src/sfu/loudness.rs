//! How loud somebody is, and whether that is speech: from RFC 6464 levels, over the noise of their own room.

use super::types::At;

#[derive(Clone, Debug, Default)]
pub struct Loudness {
    /// Decibels over the quietest level that can be said: 127 minus the packet's level. Smoothed while it sounds.
    loud: f32,
    /// Speech lately, in milliseconds; wears off half as fast as it came.
    speech_ms: f32,
    /// When it last sounded.
    sounded: Option<At>,
    /// When it last was enough to be taken for speech.
    spoke: Option<At>,
    floor: Floor,
    /// Until when all is counted.
    counted: At,
}

/// The quietest of the last seconds.
#[derive(Clone, Copy, Debug, Default)]
struct Floor {
    before: Option<f32>,
    lately: Option<f32>,
    began: At,
}

const FLOOR_HALF_MICROS: u64 = 2_500_000;
/// However steady: louder than this is never the room's noise.
const FLOOR_MOST: f32 = 78.0;
const OVER_FLOOR: f32 = 9.0;
/// -65 dBov: below it nobody speaks.
const LEAST: f32 = 62.0;
const SPEECH_MOST_MS: f32 = 1_500.0;
/// A packet counts for no more than this.
const PACKET_MOST_MS: f32 = 60.0;
const QUIET_MICROS: u64 = 200_000;

impl Loudness {
    /// A packet's level: 0 is loudest, 127 silence.
    pub fn hear(&mut self, level: u8, now: At) {
        let loud = f32::from(127 - level.min(127));
        let passed = (now.micros_since(self.counted) as f32 / 1_000.0).min(PACKET_MOST_MS);
        self.counted = now;
        let floor = self.floor.hear(loud, now);
        if loud < LEAST.max(floor.min(FLOOR_MOST) + OVER_FLOOR) {
            return self.wear(passed);
        }
        self.loud += (loud - self.loud) * (passed / 300.0).min(1.0);
        self.speech_ms = (self.speech_ms + passed).min(SPEECH_MOST_MS);
        self.sounded = Some(now);
    }

    /// Who sends nothing is silent.
    pub fn settle(&mut self, now: At, attack_ms: u64) {
        let passed = now.micros_since(self.counted);
        if passed >= QUIET_MICROS {
            self.wear(passed as f32 / 1_000.0);
            self.counted = now;
        }
        if self.speaks(now, attack_ms) {
            self.spoke = Some(now);
        }
    }

    fn wear(&mut self, ms: f32) {
        self.speech_ms = (self.speech_ms - ms / 2.0).max(0.0);
        if self.speech_ms == 0.0 {
            self.loud = 0.0;
        }
    }

    pub fn loud(&self) -> f32 {
        self.loud
    }

    pub fn speech_ms(&self) -> u64 {
        self.speech_ms as u64
    }

    pub fn sounded_within(&self, now: At, ms: u64) -> bool {
        self.sounded.is_some_and(|sounded| now.micros_since(sounded) <= ms * 1_000)
    }

    pub fn speaks(&self, now: At, attack_ms: u64) -> bool {
        self.speech_ms() >= attack_ms && self.sounded_within(now, 400)
    }

    /// When they last spoke; who never did comes first in time.
    pub fn spoke(&self) -> Option<At> {
        self.spoke
    }

    pub fn sounded(&self) -> Option<At> {
        self.sounded
    }
}

impl Floor {
    fn hear(&mut self, loud: f32, now: At) -> f32 {
        if now.micros_since(self.began) >= FLOOR_HALF_MICROS {
            *self = Floor { before: self.lately, lately: None, began: now };
        }
        let lately = self.lately.map_or(loud, |lately| lately.min(loud));
        self.lately = Some(lately);
        // Nothing is known of the room until it was heard for a while.
        self.before.map_or(0.0, |before| before.min(lately))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Hears 20 ms packets of a level from a time on, and returns the time after.
    fn hear(voice: &mut Loudness, level: u8, from: u64, ms: u64) -> u64 {
        for at in (from..from + ms).step_by(20) {
            voice.hear(level, At::ms(at));
            voice.settle(At::ms(at), 350);
        }
        from + ms
    }

    #[test]
    fn speech_takes_a_while_and_a_cough_is_none() {
        let mut voice = Loudness::default();
        let now = hear(&mut voice, 70, 1_000, 1_000);
        let now = hear(&mut voice, 20, now, 240);
        assert!(!voice.speaks(At::ms(now), 350), "a cough");
        let now = hear(&mut voice, 70, now, 2_000);
        let now = hear(&mut voice, 25, now, 400);
        assert!(voice.speaks(At::ms(now), 350));
        let now = hear(&mut voice, 70, now, 500);
        assert!(!voice.speaks(At::ms(now), 350));
    }

    #[test]
    fn steady_noise_is_no_speech_and_speech_over_it_is() {
        let mut voice = Loudness::default();
        let now = hear(&mut voice, 55, 1_000, 12_000);
        assert!(!voice.speaks(At::ms(now), 350));
        let now = hear(&mut voice, 30, now, 400);
        assert!(voice.speaks(At::ms(now), 350));
    }

    #[test]
    fn a_loud_steady_tone_is_heard_on() {
        let mut voice = Loudness::default();
        let now = hear(&mut voice, 20, 1_000, 30_000);
        assert!(voice.speaks(At::ms(now), 350));
    }

    #[test]
    fn who_stops_sending_falls_silent() {
        let mut voice = Loudness::default();
        let now = hear(&mut voice, 20, 1_000, 2_000);
        for ms in (now..now + 3_500).step_by(100) {
            voice.settle(At::ms(ms), 350);
        }
        assert_eq!(voice.speech_ms(), 0);
        assert!(voice.spoke() < Some(At::ms(now + 500)));
    }
}
