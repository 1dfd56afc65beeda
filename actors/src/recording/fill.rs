//! Sound has no holes: a player that ignores timestamps, and all that only counts samples, stays in step when silence stands where
//! nothing came. A muted microphone, a pause of the discontinuous mode and what was lost are all the same here.

/// Twenty milliseconds of Opus silence (RFC 6716: CELT, full band, mono, one frame).
pub const SILENCE: [u8; 3] = [0xf8, 0xff, 0xfe];
pub const SILENCE_US: u64 = 20_000;
/// A path's trembling is no hole.
const TOLERANCE_US: u64 = 40_000;
/// Silence is written this far behind what is now: what was sent then has come, or won't.
const BEHIND_US: u64 = 1_000_000;

/// Where the sound that was written ends.
#[derive(Debug, Default)]
pub struct Fill {
    ends_us: Option<u64>,
    /// Of silence that was put in.
    pub filled_us: u64,
}

impl Fill {
    /// Before a packet that stands at `at_us`: the places of silence, in order. Then it is written.
    pub fn before(&mut self, at_us: u64, packet_us: u64) -> Vec<u64> {
        let places = match self.ends_us {
            Some(ends) if at_us > ends + TOLERANCE_US => self.up_to(at_us),
            _ => Vec::new(),
        };
        // What comes late stands where silence was put: the silence is not put there again.
        self.ends_us = self.ends_us.max(Some(at_us + packet_us));
        places
    }

    /// While nothing comes: the places of silence up to a moment ago.
    pub fn tick(&mut self, now_us: u64) -> Vec<u64> {
        let until = now_us.saturating_sub(BEHIND_US);
        match self.ends_us {
            Some(ends) if until > ends + TOLERANCE_US => self.up_to(until),
            _ => Vec::new(),
        }
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

    #[test]
    fn a_hole_is_filled_and_trembling_is_not() {
        let mut fill = Fill::default();
        assert!(fill.before(500_000, 20_000).is_empty(), "nothing before the first word");
        assert!(fill.before(535_000, 20_000).is_empty());
        assert_eq!(fill.before(635_000, 20_000), [555_000, 575_000, 595_000, 615_000]);
        assert_eq!(fill.filled_us, 80_000);
    }

    #[test]
    fn a_long_silence_is_written_as_it_goes() {
        let mut fill = Fill::default();
        assert!(fill.tick(9_000_000).is_empty(), "before the first word there is no file");
        fill.before(0, 20_000);
        assert!(fill.tick(1_050_000).is_empty());
        assert_eq!(fill.tick(3_000_000).len(), 99);
        assert_eq!(fill.tick(4_000_000).len(), 50);
        assert_eq!(fill.before(3_100_000, 20_000), [3_000_000, 3_020_000, 3_040_000, 3_060_000, 3_080_000]);
    }

    #[test]
    fn what_comes_later_than_its_silence_makes_no_more_of_it() {
        let mut fill = Fill::default();
        fill.before(0, 20_000);
        assert_eq!(fill.tick(5_000_000).len(), 199);
        assert!(fill.before(3_000_000, 20_000).is_empty());
        assert_eq!(fill.tick(5_100_000).len(), 5);
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
