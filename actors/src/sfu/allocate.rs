//! Which encoding of each picture a receiver's path bears. Audio is taken off first; then everybody gets the smallest encoding, the most
//! important first; what is left raises the more important ones as far as their tiles need. What is held costs what it costs, what would
//! be new has to fit with a margin: so a figure that wavers around a boundary changes nothing.

use super::{publications::MAX_LAYERS, types::Layer};

/// A picture that a receiver wants. They come with the most important first.
#[derive(Clone, Copy, Debug)]
pub struct Item {
    pub priority: u8,
    /// The largest encoding that its tile needs.
    pub wanted: Layer,
    /// What each encoding needs, none where it can't be had.
    pub available: [Option<u64>; MAX_LAYERS],
    /// What it was given last.
    pub held: Option<Layer>,
    /// Never judged before: its smallest encoding counts as held.
    pub fresh: bool,
}

#[derive(Clone, Copy, Debug)]
pub struct Budget {
    /// For all pictures.
    pub bits: u64,
    pub margin_percent: u64,
    /// Larger encodings than held may be given.
    pub may_rise: bool,
}

/// One grant an item, in their order.
pub fn allocate(items: &[Item], budget: Budget) -> Vec<Option<Layer>> {
    let mut grants = vec![None; items.len()];
    let mut spent = 0;
    for (item, grant) in items.iter().zip(&mut grants) {
        if let Some((layer, bits)) = item.smallest()
            && budget.bears(spent, bits, item.holds(layer) || item.fresh)
        {
            *grant = Some(layer);
            spent += bits;
        }
    }
    let mut first = 0;
    for group in items.chunk_by(|a, b| a.priority == b.priority) {
        raise(group, &mut grants[first..first + group.len()], &mut spent, budget);
        first += group.len();
    }
    grants
}

/// One step for each, then another, so that equals are treated as such.
fn raise(items: &[Item], grants: &mut [Option<Layer>], spent: &mut u64, budget: Budget) {
    for _ in 1..MAX_LAYERS {
        for (item, grant) in items.iter().zip(grants.iter_mut()) {
            let Some(now) = *grant else { continue };
            let Some((layer, extra)) = item.above(now) else { continue };
            if budget.bears(*spent, extra, item.holds(layer)) {
                *grant = Some(layer);
                *spent += extra;
            }
        }
    }
}

impl Item {
    fn holds(&self, layer: Layer) -> bool {
        self.held.is_some_and(|held| held >= layer)
    }

    /// The smallest that can be had, and what it needs. One above the tile's size is better than none.
    fn smallest(&self) -> Option<(Layer, u64)> {
        self.next(0, Layer::MAX)
    }

    /// The next one up that the tile needs, and what it needs more.
    fn above(&self, layer: Layer) -> Option<(Layer, u64)> {
        let now = self.available[usize::from(layer)].unwrap_or(0);
        self.next(layer + 1, self.wanted).map(|(above, bits)| (above, bits.saturating_sub(now)))
    }

    fn next(&self, from: Layer, to: Layer) -> Option<(Layer, u64)> {
        (from..MAX_LAYERS as Layer)
            .filter(|layer| *layer <= to)
            .find_map(|layer| Some((layer, self.available[usize::from(layer)]?)))
    }

    /// What it would get on a path without limits: the layer, and what it needs.
    pub fn best(&self) -> Option<(Layer, u64)> {
        let fits = (0..=self.wanted.min(MAX_LAYERS as Layer - 1)).rev();
        let fits = fits.filter_map(|layer| Some((layer, self.available[usize::from(layer)]?)));
        fits.into_iter().next().or_else(|| self.smallest())
    }
}

impl Budget {
    fn bears(self, spent: u64, more: u64, held: bool) -> bool {
        match held {
            true => spent + more <= self.bits,
            false => self.may_rise && (spent + more) * self.margin_percent / 100 <= self.bits,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const THREE: [Option<u64>; 3] = [Some(100), Some(400), Some(1_500)];

    fn item(priority: u8, wanted: Layer, held: Option<Layer>) -> Item {
        Item { priority, wanted, available: THREE, held, fresh: false }
    }

    fn grants(bits: u64, may_rise: bool, items: &[Item]) -> Vec<Option<Layer>> {
        allocate(items, Budget { bits, margin_percent: 120, may_rise })
    }

    #[test]
    fn by_budget() {
        let one = |held| [item(0, 2, held)];
        let table: &[(u64, Option<Layer>, bool, Option<Layer>)] = &[
            (0, None, true, None),
            (99, Some(2), true, None),
            (100, Some(2), true, Some(0)),
            (399, Some(2), true, Some(0)),
            (400, Some(1), true, Some(1)),
            (1_500, Some(2), false, Some(2)),
            (1_499, Some(2), false, Some(1)),
            (1_799, Some(1), true, Some(1)),
            (1_800, Some(1), true, Some(2)),
            (9_999, Some(1), false, Some(1)),
            (9_999, None, false, None),
            (119, None, true, None),
            (120, None, true, Some(0)),
        ];
        for (bits, held, may_rise, expected) in table {
            assert_eq!(grants(*bits, *may_rise, &one(*held)), [*expected], "{bits} {held:?} {may_rise}");
        }
    }

    #[test]
    fn everybody_has_the_smallest_before_anybody_a_larger_one() {
        assert_eq!(grants(500, true, &[item(5, 2, None), item(0, 2, None), item(0, 2, None)]), [Some(0); 3]);
    }

    #[test]
    fn the_important_one_is_raised_first_and_equals_together() {
        let important = [item(5, 2, None), item(0, 2, None), item(0, 2, None)];
        assert_eq!(grants(2_100, true, &important), [Some(2), Some(0), Some(0)]);
        let equal = [item(0, 2, None), item(0, 2, None)];
        assert_eq!(grants(1_000, true, &equal), [Some(1), Some(1)]);
    }

    #[test]
    fn tiles_get_no_more_than_they_need() {
        assert_eq!(grants(99_999, true, &[item(0, 0, None), item(0, 1, None)]), [Some(0), Some(1)]);
    }

    #[test]
    fn what_can_not_be_had_is_passed_over() {
        let mut lone = item(0, 0, None);
        lone.available = [None, None, Some(1_500)];
        assert_eq!(grants(9_999, true, &[lone]), [Some(2)], "the only one there is");
        let mut gap = item(0, 2, Some(0));
        gap.available = [Some(100), None, Some(1_500)];
        assert_eq!(grants(9_999, true, &[gap]), [Some(2)]);
        let mut nothing = item(0, 2, Some(2));
        nothing.available = [None; 3];
        assert_eq!(grants(9_999, true, &[nothing]), [None]);
    }

    #[test]
    fn a_new_picture_begins_small_at_once() {
        let mut fresh = item(0, 2, None);
        fresh.fresh = true;
        assert_eq!(grants(100, false, &[fresh]), [Some(0)]);
        assert_eq!(fresh.best(), Some((2, 1_500)));
    }

    #[test]
    fn never_more_than_the_budget() {
        for bits in (0..8_000).step_by(37) {
            for held in [None, Some(0), Some(1), Some(2)] {
                let items = [item(9, 2, held), item(5, 1, Some(1)), item(5, 2, held), item(0, 0, None)];
                let spent: u64 =
                    grants(bits, true, &items).iter().flatten().map(|layer| THREE[usize::from(*layer)].unwrap()).sum();
                assert!(spent <= bits, "{bits} {held:?}: {spent}");
            }
        }
    }
}
