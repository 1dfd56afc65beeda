//! Sound has no holes: a player that ignores timestamps, and all that only counts samples, stays in step when silence stands where
//! nothing came. A muted microphone, a pause of the discontinuous mode and what was lost are all the same here. So is what a slow clock leaves between packets:
//! each leaves less than a millisecond, and an hour of them seconds.
//!
//! What stands in a file stays there, so silence is put in only where nothing can come any more; what comes later even so is left out, and told:
//! packets are never pressed together to make room.

/// What a packet lasts if it doesn't say.
pub const PACKET_US: u64 = 20_000;
/// Less than this between two packets waits until there is more of it.
const TOLERANCE_US: u64 = 15_000;
/// A packet may stand so much later than it should, until it has caught up.
const SHIFT_US: u64 = 60_000;
/// What it catches up with each packet, as a part of that: two in a hundred, which nobody hears.
const CATCHES_UP: u64 = 50;
/// Packets of Opus silence (RFC 6716: CELT, full band, mono, one frame), and how long they are.
pub const SILENCES: [(u64, [u8; 3]); 4] =
    [(20_000, [0xf8, 0xff, 0xfe]), (10_000, [0xf0, 0xff, 0xfe]), (5_000, [0xe8, 0xff, 0xfe]), (2_500, [0xe0, 0xff, 0xfe])];

/// Where the sound that was written ends.
#[derive(Debug, Default)]
pub struct Fill {
    ends: Option<Ends>,
    /// Of silence that was put in.
    pub filled_us: u64,
}

#[derive(Clone, Copy, Debug)]
struct Ends {
    /// By the timestamps.
    at_us: u64,
    /// For who counts samples. Never sooner: between packets is silence. Later where a packet stands a little before the one in front of it ends.
    counted_us: u64,
}

/// Silence that is put in.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Silence {
    pub at_us: u64,
    pub packet: &'static [u8],
}

/// Where a packet goes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Place {
    /// Behind this silence.
    At { silence: Vec<Silence>, at_us: u64 },
    /// Something else stands there.
    Taken,
}

impl Fill {
    /// For a packet that should stand at `at_us`.
    pub fn place(&mut self, at_us: u64, packet_us: u64) -> Place {
        let Some(ends) = self.ends else {
            self.ends = Some(Ends { at_us: at_us + packet_us, counted_us: at_us + packet_us });
            return Place::At { silence: Vec::new(), at_us };
        };
        if at_us + SHIFT_US < ends.at_us {
            return Place::Taken;
        }
        let silence = if at_us > ends.counted_us + TOLERANCE_US { self.up_to(at_us, &SILENCES) } else { Vec::new() };
        let Ends { at_us: ends_us, counted_us } = self.ends.unwrap_or(ends);
        let at_us = at_us.min(counted_us).max(ends_us.saturating_sub(packet_us / CATCHES_UP));
        self.ends = Some(Ends { at_us: at_us + packet_us, counted_us: counted_us + packet_us });
        Place::At { silence, at_us }
    }

    /// Nothing comes any more that should stand before this: silence up to there.
    pub fn certain(&mut self, until_us: u64) -> Vec<Silence> {
        // The last of it is put in when it is known where the sound goes on.
        self.up_to(until_us, &SILENCES[..1])
    }

    fn up_to(&mut self, until_us: u64, packets: &'static [(u64, [u8; 3])]) -> Vec<Silence> {
        let Some(mut ends) = self.ends.filter(|ends| until_us > ends.counted_us) else { return Vec::new() };
        let mut silence = Vec::new();
        for (lasts_us, packet) in packets {
            while ends.counted_us + lasts_us <= until_us {
                silence.push(Silence { at_us: ends.counted_us, packet });
                ends.counted_us += lasts_us;
                ends.at_us = ends.counted_us;
                self.filled_us += lasts_us;
            }
        }
        self.ends = Some(ends);
        silence
    }
}

pub fn is_silence(packet: &[u8]) -> bool {
    SILENCES.iter().any(|(_, silence)| silence == packet)
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
            Place::At { silence, at_us } => Some((silence.iter().map(|one| one.at_us).collect(), at_us)),
            Place::Taken => None,
        }
    }

    #[test]
    fn a_hole_is_filled_and_trembling_is_not() {
        let mut fill = Fill::default();
        assert_eq!(placed(&mut fill, 500_000), Some((vec![], 500_000)), "nothing before the first word");
        assert_eq!(placed(&mut fill, 530_000), Some((vec![], 520_000)));
        assert_eq!(placed(&mut fill, 625_500), Some((vec![540_000, 560_000, 580_000, 600_000, 620_000], 625_000)));
        assert_eq!(fill.filled_us, 85_000);
    }

    #[test]
    fn a_long_silence_is_written_as_it_becomes_certain() {
        let mut fill = Fill::default();
        assert!(fill.certain(9_000_000).is_empty(), "before the first word there is no file");
        placed(&mut fill, 0);
        assert!(fill.certain(30_000).is_empty());
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

    /// What only counts samples finds each word where the timestamps have it: a slow clock, words and pauses, and a clock that was found to be fast.
    #[test]
    fn who_counts_samples_stays_in_step() {
        let (mut fill, mut counted_us, mut worst) = (Fill::default(), 0, 0);
        for packet in 0..100_000_u64 {
            let pause = packet % 150 > 100;
            if pause && packet % 20 != 0 {
                continue;
            }
            let sent_us = packet * 20_000;
            let wanted = sent_us + sent_us / 5_000 + if packet > 50_000 { 0 } else { 40_000 };
            let Place::At { silence, at_us } = fill.place(wanted, 20_000) else { panic!("{packet} has no place") };
            counted_us += silence.iter().filter_map(|one| opus_duration_us(one.packet)).sum::<u64>();
            worst = worst.max(at_us.abs_diff(counted_us + 40_000)).max(at_us.abs_diff(wanted));
            counted_us += 20_000;
        }
        assert!(worst <= 40_000, "{worst}");
        assert!(counted_us.abs_diff(2_000_400_000) < 60_000, "{counted_us}");
    }

    #[test]
    fn a_packet_says_how_long_it_sounds() {
        let table: &[(&[u8], Option<u64>)] = &[
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
        for (lasts_us, packet) in SILENCES {
            assert_eq!(opus_duration_us(&packet), Some(lasts_us));
        }
    }
}
