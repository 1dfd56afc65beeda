//! What comes of one encoding: bits a second of each spatial layer, of all its pictures and of those below the topmost temporal layer.

use super::{codec::Unit, publications::MAX_LAYERS, rate::Rate, types::At};

#[derive(Clone, Debug, Default)]
pub struct Flows {
    spatial: [Flow; MAX_LAYERS],
    top: u8,
    top_seen: At,
}

#[derive(Clone, Copy, Debug, Default)]
struct Flow {
    all: Rate,
    /// Without the topmost temporal layer.
    rest: Rate,
}

/// A temporal layer of which nothing came for so long is not sent any more.
const GONE_MICROS: u64 = 1_500_000;

/// The spatial layer as a place in tables: hostile ones count as the last.
pub fn place(spatial: u8) -> usize {
    usize::from(spatial).min(MAX_LAYERS - 1)
}

impl Flows {
    pub fn add(&mut self, unit: &Unit, bytes: usize, now: At) {
        if unit.temporal >= self.top || now.micros_since(self.top_seen) > GONE_MICROS {
            self.top = unit.temporal;
            self.top_seen = now;
        }
        let flow = &mut self.spatial[place(unit.spatial)];
        flow.all.add(bytes, now);
        if unit.temporal < self.top {
            flow.rest.add(bytes, now);
        }
    }

    /// The topmost temporal layer; 0 where there are none.
    pub fn top(&self) -> u8 {
        self.top
    }

    /// What the layers up to this one need together, with all their pictures.
    pub fn whole(&self, spatial: u8) -> Option<u64> {
        let known = self.spatial[..=place(spatial)].iter().filter_map(|flow| flow.all.known());
        known.reduce(|sum, bits| sum + bits)
    }

    /// ... and without the topmost temporal layer; none where there is one layer only.
    pub fn thin(&self, spatial: u8) -> Option<u64> {
        let known = self.spatial[..=place(spatial)].iter().filter_map(|flow| flow.rest.known());
        known.reduce(|sum, bits| sum + bits).filter(|_| self.top > 0)
    }

    pub fn newest(&self, spatial: u8) -> Option<At> {
        self.spatial[place(spatial)].all.newest()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn layers_add_up_and_the_topmost_temporal_one_is_left_out() {
        let mut flows = Flows::default();
        for frame in 0..200u64 {
            for spatial in 0..2 {
                let unit = Unit { spatial, temporal: (frame % 2) as u8, ..Unit::default() };
                flows.add(&unit, 1_000 * (1 + usize::from(spatial)), At::ms(1_000 + frame * 20));
            }
        }
        let near = |bits: Option<u64>, expected: u64| bits.unwrap().abs_diff(expected) < expected / 10;
        assert!(near(flows.whole(0), 400_000) && near(flows.whole(1), 1_200_000), "{:?}", flows.whole(1));
        assert!(near(flows.thin(0), 200_000) && near(flows.thin(2), 600_000), "{:?}", flows.thin(1));
        assert_eq!(flows.top(), 1);
        for frame in 0..200 {
            flows.add(&Unit::default(), 1_000, At::ms(6_000 + frame * 20));
        }
        assert_eq!((flows.top(), flows.thin(0)), (0, None), "it is sent no more");
    }
}
