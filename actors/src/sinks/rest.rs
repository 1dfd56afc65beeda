//! A mute, and other times in which nobody was to be heard ([`Gap::Off`](super::Gap::Off)). Browsers' timestamps stand still meanwhile, so where the sound goes on is learned
//! from when it comes. Single packets overtake the word of a rest, and others come before it ends.

/// It is over when packets come for so long without a hole as long as [`STILL_US`].
const ON_FOR_SURE_US: u64 = 500_000;
const STILL_US: u64 = 100_000;

#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub struct Rest {
    /// When the first packet came that may be the first behind it, and the newest.
    heard: Option<(u64, u64)>,
}

impl Rest {
    /// Whether a packet that comes now is the first behind it, as far as is known.
    pub fn ends_with(self, now_us: u64) -> bool {
        self.heard.is_none_or(|(_, newest)| now_us > newest + STILL_US)
    }

    /// A packet came: what is left of it.
    pub fn hear(self, now_us: u64) -> Option<Self> {
        let (since, newest) = self.heard.filter(|_| !self.ends_with(now_us)).unwrap_or((now_us, now_us));
        (now_us < since + ON_FOR_SURE_US).then_some(Self { heard: Some((since, newest.max(now_us))) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_ends_with_the_first_packet_and_again_behind_each_hole_until_sound_came_for_a_while() {
        let mut rest = Some(Rest::default());
        let mut ends = Vec::new();
        for at_ms in [0, 20, 3_000, 3_020, 3_200].into_iter().chain((3_220..4_000).step_by(20)).chain([6_000]) {
            let now_us = at_ms * 1_000;
            if rest.is_some_and(|rest| rest.ends_with(now_us)) {
                ends.push(at_ms);
            }
            rest = rest.and_then(|rest| rest.hear(now_us));
        }
        assert_eq!(ends, [0, 3_000, 3_200]);
    }
}
