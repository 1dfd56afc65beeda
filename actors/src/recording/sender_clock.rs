//! One sender's wall clock, as all their tracks know it. Each track's packets are on their way for as long as an encoder and a queue take, and
//! pictures take longer than sound: what the fastest of them says holds for all, or lips would lag behind.

use crate::{ids::ParticipantId, protocol::Source};
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

/// What a track said longer ago is not counted on.
const FRESH_US: u64 = 30_000_000;
const JUST_NOW_US: u64 = 1_000_000;
/// Nothing is so much longer on its way than another track: then they go by different clocks.
const SAME_CLOCK_US: u64 = 1_000_000;

/// Of one sender. Cheap to clone: all clones are one.
#[derive(Clone, Default, Debug)]
pub struct SenderClock(Arc<Mutex<BTreeMap<Source, Said>>>);

#[derive(Clone, Copy, Debug)]
struct Said {
    /// The least of arrival minus the sender's wall clock, microseconds.
    delay: i64,
    /// How much longer the fastest of just now were on their way.
    behind: Option<i64>,
    at_us: u64,
}

impl SenderClock {
    /// What a track knows now; none when it has to begin anew.
    pub fn say(&self, source: Source, delay: Option<i64>, behind: Option<i64>, now_us: u64) {
        match delay {
            Some(delay) => drop(self.said().insert(source, Said { delay, behind, at_us: now_us })),
            None => drop(self.said().remove(&source)),
        }
    }

    /// By the fastest of the tracks that go by the same clock as one with this delay.
    pub fn least(&self, own: i64, now_us: u64) -> i64 {
        let said = self.said();
        let others = said.values().filter(|said| said.at_us + FRESH_US >= now_us && said.delay.abs_diff(own) <= SAME_CLOCK_US);
        others.map(|said| said.delay).fold(own, i64::min)
    }

    /// By how much the fastest of all other tracks are behind just now; none if there are none.
    pub fn least_behind(&self, own: Source, now_us: u64) -> Option<i64> {
        let said = self.said();
        let others = said.iter().filter(|(source, said)| **source != own && said.at_us + JUST_NOW_US >= now_us);
        others.filter_map(|(_, said)| said.behind).min()
    }

    fn said(&self) -> MutexGuard<'_, BTreeMap<Source, Said>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Of everybody in a recording.
#[derive(Default, Debug)]
pub struct SenderClocks(Mutex<BTreeMap<ParticipantId, SenderClock>>);

impl SenderClocks {
    pub fn of(&self, participant: ParticipantId) -> SenderClock {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).entry(participant).or_default().clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Source::{Camera, Microphone};

    #[test]
    fn the_fastest_track_of_late_counts_unless_it_goes_by_another_clock() {
        let clock = SenderClock::default();
        assert_eq!(clock.least(90_000, 0), 90_000, "nobody said anything");
        clock.say(Microphone, Some(20_000), Some(4_000), 1_000);
        clock.say(Camera, Some(90_000), Some(2_000), 1_000);
        assert_eq!((clock.least(90_000, 2_000), clock.least(20_000, 2_000)), (20_000, 20_000));
        assert_eq!((clock.least_behind(Microphone, 2_000), clock.least_behind(Camera, 2_000)), (Some(2_000), Some(4_000)));
        assert_eq!(clock.least_behind(Microphone, 2_000_000), None, "nothing came of the pictures for a while");
        assert_eq!(clock.least(3_000_000, 2_000), 3_000_000);
        assert_eq!(clock.least(90_000, 60_000_000), 90_000, "that is long ago");
        clock.say(Microphone, None, None, 2_000);
        assert_eq!(clock.least(95_000, 2_000), 90_000);
    }
}
