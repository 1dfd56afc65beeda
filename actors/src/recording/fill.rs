//! Sound has no holes: a player that ignores timestamps, and all that only counts samples, stays in step when silence stands where
//! nothing came. A muted microphone, a pause of the discontinuous mode and what was lost are all the same here.
//!
//! What stands in a file stays there, so silence is put in only where nothing can come any more; what comes later even so is left out, and told:
//! packets are never pressed together to make room.

/// Twenty milliseconds of Opus silence (RFC 6716: CELT, full band, mono, one frame).
pub const SILENCE: [u8; 3] = [0xf8, 0xff, 0xfe];
pub const SILENCE_US: u64 = 20_000;
/// A path's trembling is no hole.
const TOLERANCE_US: u64 = 40_000;
/// A packet may stand so much later than it should, until it has caught up.
const SHIFT_US: u64 = 60_000;
/// What it catches up with each packet, as a part of that: two in a hundred, which nobody hears.
const CATCHES_UP: u64 = 50;

/// Where the sound that was written ends.
#[derive(Debug, Default)]
pub struct Fill {
    ends_us: Option<u64>,
    /// Of silence that was put in.
    pub filled_us: u64,
}

/// Where a packet goes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Place {
    /// Behind silence at these places, in order.
    At { silence: Vec<u64>, at_us: u64 },
    /// Something else stands there.
    Taken,
}

impl Fill {
    /// For a packet that should stand at `at_us`.
    pub fn place(&mut self, at_us: u64, packet_us: u64) -> Place {
        let Some(ends) = self.ends_us else { return self.at(Vec::new(), at_us, packet_us) };
        if at_us > ends + TOLERANCE_US {
            let silence = self.up_to(at_us);
            return self.at(silence, at_us, packet_us);
        }
        if at_us + SHIFT_US < ends {
            return Place::Taken;
        }
        self.at(Vec::new(), at_us.max(ends.saturating_sub(packet_us / CATCHES_UP)), packet_us)
    }

    /// Nothing comes any more that should stand before this: the places of silence up to there.
    pub fn certain(&mut self, until_us: u64) -> Vec<u64> {
        match self.ends_us {
            Some(ends) if until_us > ends + TOLERANCE_US => self.up_to(until_us),
            _ => Vec::new(),
        }
    }

    fn at(&mut self, silence: Vec<u64>, at_us: u64, packet_us: u64) -> Place {
        self.ends_us = Some(at_us + packet_us);
        Place::At { silence, at_us }
    }

    fn up_to(&mut self, until_us: u64) -> Vec<u64> {
        let Some(ends) = self.ends_us else { return Vec::new() };
        let count = until_us.saturating_sub(ends) / SILENCE_US;
        self.ends_us = Some(ends + count * SILENCE_US);
        self.filled_us += count * SILENCE_US;
        (0..count).map(|place| ends + place * SILENCE_US).collect()
    }
}

/// How long an Opus packet sounds, microseconds (RFC 6716, 3.1). None for what is no packet.
pub fn opus_duration_us(packet: &[u8]) -> Option<u64> {
    let toc = *packet.first()?;
    let frame = match toc >> 3 {
        config @ 0..=11 => [10_000, 20_000, 40_000, 60_000][usize::from(config & 3)],
        config @ 12..=15 => [10_000, 20_000][usize::from(config & 1)],
        config => [2_500, 5_000, 10_000, 20_000][usize::from(config & 3)],
    };
    let frames = match toc & 3 {
        0 => 1,
        1 | 2 => 2,
        _ => u64::from(packet.get(1)? & 0x3f),
    };
    Some(frame * frames).filter(|sounds| (2_500..=120_000).contains(sounds))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Behind this silence, if it has a place.
    fn placed(fill: &mut Fill, at_us: u64) -> Option<(Vec<u64>, u64)> {
        match fill.place(at_us, 20_000) {
            Place::At { silence, at_us } => Some((silence, at_us)),
            Place::Taken => None,
        }
    }

    #[test]
    fn a_hole_is_filled_and_trembling_is_not() {
        let mut fill = Fill::default();
        assert_eq!(placed(&mut fill, 500_000), Some((vec![], 500_000)), "nothing before the first word");
        assert_eq!(placed(&mut fill, 535_000), Some((vec![], 535_000)));
        assert_eq!(placed(&mut fill, 635_000), Some((vec![555_000, 575_000, 595_000, 615_000], 635_000)));
        assert_eq!(fill.filled_us, 80_000);
    }

    #[test]
    fn a_long_silence_is_written_as_it_becomes_certain() {
        let mut fill = Fill::default();
        assert!(fill.certain(9_000_000).is_empty(), "before the first word there is no file");
        placed(&mut fill, 0);
        assert!(fill.certain(50_000).is_empty());
        assert_eq!(fill.certain(2_000_000).len(), 99);
        assert_eq!(fill.certain(3_000_000).len(), 50);
        let silence = vec![3_000_000, 3_020_000, 3_040_000, 3_060_000, 3_080_000];
        assert_eq!(placed(&mut fill, 3_100_000), Some((silence, 3_100_000)));
    }

    #[test]
    fn what_comes_when_its_place_is_taken_is_left_out() {
        let mut fill = Fill::default();
        placed(&mut fill, 0);
        fill.certain(4_020_000);
        assert_eq!(placed(&mut fill, 3_000_000), None);
        assert_eq!(placed(&mut fill, 3_959_000), None);
        assert_eq!(placed(&mut fill, 4_020_000), Some((vec![], 4_020_000)));
    }

    #[test]
    fn a_little_too_late_is_made_good_so_slowly_that_nobody_hears_it() {
        let mut fill = Fill::default();
        placed(&mut fill, 0);
        fill.certain(1_020_000);
        let at: Vec<u64> = (0..100).filter_map(|packet| placed(&mut fill, 970_000 + packet * 20_000)).map(|(_, at)| at).collect();
        assert_eq!((at.len(), at[0]), (100, 1_019_600));
        assert!(at.windows(2).all(|two| two[1] - two[0] >= 19_600), "{at:?}");
        let wanted = 970_000 + 99 * 20_000;
        assert!(at[99] - wanted <= 11_000, "{}", at[99] - wanted);
    }

    #[test]
    fn a_packet_says_how_long_it_sounds() {
        let table: &[(&[u8], Option<u64>)] = &[
            (&SILENCE, Some(20_000)),
            (&[0x78], Some(20_000)),
            (&[0x08], Some(20_000)),
            (&[0x19], Some(120_000)),
            (&[0xfb, 3], Some(60_000)),
            (&[0xfb], None),
            (&[0x1b, 63], None),
            (&[], None),
        ];
        for (packet, sounds) in table {
            assert_eq!(opus_duration_us(packet), *sounds, "{packet:02x?}");
        }
    }
}
