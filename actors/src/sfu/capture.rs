//! When was it captured? RTP timestamps of two encodings of one track, or of two people, begin anywhere. Their arrival tells how they lie
//! to one another: the quickest packet so far has the least waiting in it.

use super::types::At;

/// Maps one encoding's timestamps to the core's time, in microseconds.
#[derive(Clone, Copy, Debug, Default)]
pub struct CaptureClock {
    /// Time minus timestamp, the smallest seen, letting go slowly so that a drifting clock is followed.
    offset: Option<i64>,
}

/// A timestamp that lies so far from its arrival begins a new count.
const JUMP_MICROS: i64 = 3_000_000;
/// One part in so many of what a packet came late is believed.
const FOLLOW: i64 = 512;

impl CaptureClock {
    pub fn capture(&mut self, timestamp: u64, hertz: u32, now: At) -> i64 {
        // In thousandths of the rate, so that numbers of a lifetime fit.
        let media = (timestamp.wrapping_mul(1_000) / u64::from(hertz / 1_000)) as i64;
        let seen = (now.0 as i64).wrapping_sub(media);
        let offset = match self.offset {
            Some(offset) if seen.wrapping_sub(offset).saturating_abs() > JUMP_MICROS => seen,
            Some(offset) if seen > offset => offset + (seen - offset) / FOLLOW,
            _ => seen,
        };
        self.offset = Some(offset);
        media.wrapping_add(offset)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_quickest_packet_tells() {
        let mut clock = CaptureClock::default();
        assert_eq!(clock.capture(90_000, 90_000, At::ms(5_050)), 5_050_000);
        assert_eq!(clock.capture(93_000, 90_000, At::ms(5_034)), 5_034_000, "33 ms of media in no time: the first was late");
        let late = clock.capture(96_000, 90_000, At::ms(5_267));
        assert!((5_067_000..5_068_000).contains(&late), "200 ms late: {late}");
    }

    #[test]
    fn a_new_count_is_taken_as_it_comes() {
        let mut clock = CaptureClock::default();
        clock.capture(90_000, 90_000, At::ms(1_000));
        assert_eq!(clock.capture(900_000_000, 90_000, At::ms(1_033)), 1_033_000);
    }

    #[test]
    fn a_drifting_clock_is_followed() {
        let mut clock = CaptureClock::default();
        let mut now = 0;
        // 100 parts in a million too slow for an hour: 360 ms in all.
        for frame in 0..108_000u64 {
            now = frame * 33_336;
            clock.capture(frame * 3_000, 90_000, At(now));
        }
        let captured = clock.capture(108_000 * 3_000, 90_000, At(now + 33_336));
        assert!((captured - (now + 33_336) as i64).abs() < 5_000, "{captured} at {now}");
    }
}
