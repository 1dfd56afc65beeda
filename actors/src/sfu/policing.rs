//! What a publisher sends beyond its limit. Audio over it is dropped packet by packet. Of video the largest encoding is cut for a while,
//! then the next: a whole encoding less leaves a picture, packets missing here and there leave none.

use super::types::{At, Layer};

#[derive(Clone, Debug, Default)]
pub struct Policer {
    /// A second's worth of bits at most, in millionths of a bit so that nothing is lost to rounding.
    credit: Option<u64>,
    at: At,
    /// Encodings from this one up are cut, until then.
    cut: Option<(Layer, At)>,
    /// Cuts one after the other, each twice as long.
    again: u32,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Verdict {
    Pass,
    Drop,
    /// Dropped, and with it this encoding and those above from now on.
    Cut(Layer),
}

/// On the wire beside the payload: IP, UDP, RTP and its extensions.
const OVERHEAD_BYTES: usize = 56;

impl Policer {
    /// `largest`: tells the largest encoding that comes now; asked only when one has to go.
    pub fn judge(&mut self, layer: Layer, largest: impl FnOnce(&Self) -> Layer, bytes: usize, limit: Limit, now: At) -> Verdict {
        if self.is_cut(layer, now) {
            return Verdict::Drop;
        }
        let full = limit.bits.saturating_mul(1_000_000);
        let earned = now.micros_since(self.at).saturating_mul(limit.bits);
        let credit = self.credit.map_or(full, |credit| credit.saturating_add(earned).min(full));
        self.at = now;
        let cost = (bytes + OVERHEAD_BYTES) as u64 * 8_000_000;
        if cost <= credit {
            self.credit = Some(credit - cost);
            return Verdict::Pass;
        }
        self.credit = Some(credit);
        if limit.packet_by_packet {
            return Verdict::Drop;
        }
        let largest = largest(self).max(layer);
        Verdict::Cut(self.cut(largest, limit.cut_ms, now))
    }

    fn cut(&mut self, largest: Layer, cut_ms: u64, now: At) -> Layer {
        let again = self.cut.filter(|(_, until)| now.micros_since(*until) < cut_ms * 4_000);
        self.again = if again.is_some() { (self.again + 1).min(3) } else { 0 };
        // While the one above is still cut, it is this one's turn.
        let from = match self.cut {
            Some((from, until)) if now < until => largest.min(from.saturating_sub(1)),
            _ => largest,
        };
        self.cut = Some((from, At(now.0 + ((cut_ms * 1_000) << self.again))));
        from
    }

    pub fn is_cut(&self, layer: Layer, now: At) -> bool {
        self.cut_from(now).is_some_and(|from| layer >= from)
    }

    /// The smallest encoding that is cut now.
    pub fn cut_from(&self, now: At) -> Option<Layer> {
        self.cut.filter(|(_, until)| now < *until).map(|(from, _)| from)
    }
}

#[derive(Clone, Copy, Debug)]
pub struct Limit {
    pub bits: u64,
    pub packet_by_packet: bool,
    pub cut_ms: u64,
}

#[cfg(test)]
mod tests {
    use super::*;

    const VIDEO: Limit = Limit { bits: 1_000_000, packet_by_packet: false, cut_ms: 2_000 };

    /// Bits that pass in ten seconds, of so many sent evenly in each of the layers.
    fn passed(limit: Limit, layers: &[u64]) -> Vec<u64> {
        let mut policer = Policer::default();
        let mut passed = vec![0; layers.len()];
        for ms in 0..10_000u64 {
            for (layer, bits) in layers.iter().enumerate() {
                let bytes = (bits / 8_000) as usize;
                let largest = layers.len() as u8 - 1;
                if policer.judge(layer as u8, |_| largest, bytes - OVERHEAD_BYTES, limit, At::ms(ms)) == Verdict::Pass {
                    passed[layer] += bytes as u64 * 8;
                }
            }
        }
        passed
    }

    #[test]
    fn who_keeps_to_the_limit_is_let_through() {
        assert_eq!(passed(VIDEO, &[960_000]), [9_600_000]);
    }

    #[test]
    fn four_times_the_limit_is_capped() {
        let total: u64 = passed(VIDEO, &[4_000_000]).iter().sum();
        assert!(total <= 11_000_000, "{total}");
        let audio = passed(Limit { packet_by_packet: true, ..VIDEO }, &[4_000_000])[0];
        assert!((9_500_000..=11_000_000).contains(&audio), "{audio}");
    }

    #[test]
    fn the_largest_encoding_goes_first() {
        let bits = passed(VIDEO, &[560_000, 3_200_000]);
        assert_eq!(bits[0], 5_600_000, "the small one is whole");
        assert!(bits[1] < 6_000_000, "{bits:?}");
    }
}
