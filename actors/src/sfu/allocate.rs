//! How much of each picture a receiver's path bears. Audio is taken off first; then everybody gets the lowest rung of the ladder, the most
//! important first; what is left raises the more important ones as far as their tiles need. What is held costs what it costs, what would
//! be new has to fit with a margin: so a figure that wavers around a boundary changes nothing.

use super::rungs::{ByRung, Rung};

/// A picture that a receiver wants. They come with the most important first.
#[derive(Clone, Copy, Debug)]
pub struct Item {
    pub priority: u8,
    /// The most that its tile needs.
    pub wanted: Rung,
    /// What each rung needs, none where it can't be had.
    pub available: ByRung<Option<u64>>,
    /// What it was given last.
    pub held: Option<Rung>,
    /// Never judged before: its lowest rung counts as held.
    pub fresh: bool,
}

#[derive(Clone, Copy, Debug)]
pub struct Budget {
    /// For all pictures.
    pub bits: u64,
    pub margin_percent: u64,
    /// More than is held may be given.
    pub may_rise: bool,
}

/// One grant an item, in their order.
pub fn allocate(items: &[Item], budget: Budget) -> Vec<Option<Rung>> {
    let mut grants = vec![None; items.len()];
    let mut spent = 0;
    for (item, grant) in items.iter().zip(&mut grants) {
        if let Some((rung, bits)) = item.lowest()
            && budget.bears(spent, bits, item.holds(rung) || item.fresh)
        {
            *grant = Some(rung);
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
fn raise(items: &[Item], grants: &mut [Option<Rung>], spent: &mut u64, budget: Budget) {
    for _ in 1..Rung::COUNT {
        for (item, grant) in items.iter().zip(grants.iter_mut()) {
            let Some(now) = *grant else { continue };
            let Some((rung, extra)) = item.above(now) else { continue };
            if budget.bears(*spent, extra, item.holds(rung)) {
                *grant = Some(rung);
                *spent += extra;
            }
        }
    }
}

impl Item {
    fn holds(&self, rung: Rung) -> bool {
        self.held.is_some_and(|held| held >= rung)
    }

    fn needs(&self, rung: Rung) -> Option<(Rung, u64)> {
        self.available[rung.place()].map(|bits| (rung, bits))
    }

    /// The least that can be had, and what it needs. One above the tile's size is better than none.
    fn lowest(&self) -> Option<(Rung, u64)> {
        Rung::all().find_map(|rung| self.needs(rung))
    }

    /// The next one up that the tile needs, and what it needs more.
    fn above(&self, rung: Rung) -> Option<(Rung, u64)> {
        let now = self.available[rung.place()].unwrap_or(0);
        let mut higher = Rung::all().filter(|one| *one > rung && *one <= self.wanted);
        higher.find_map(|one| self.needs(one)).map(|(above, bits)| (above, bits.saturating_sub(now)))
    }

    /// What it would get on a path without limits: the rung, and what it needs.
    pub fn best(&self) -> Option<(Rung, u64)> {
        let mut fits = Rung::all().rev().filter(|rung| *rung <= self.wanted);
        fits.find_map(|rung| self.needs(rung)).or_else(|| self.lowest())
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

    type Layer = u8;

    const THREE: ByRung<Option<u64>> = [None, Some(100), None, Some(400), None, Some(1_500)];

    fn item(priority: u8, wanted: Layer, held: Option<Layer>) -> Item {
        Item { priority, wanted: Rung::whole(wanted), available: THREE, held: held.map(Rung::whole), fresh: false }
    }

    fn grants(bits: u64, may_rise: bool, items: &[Item]) -> Vec<Option<Layer>> {
        let grants = allocate(items, Budget { bits, margin_percent: 120, may_rise });
        grants.iter().map(|grant| grant.map(Rung::layer)).collect()
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
        lone.available = [None, None, None, None, None, Some(1_500)];
        assert_eq!(grants(9_999, true, &[lone]), [Some(2)], "the only one there is");
        let mut gap = item(0, 2, Some(0));
        gap.available = [None, Some(100), None, None, None, Some(1_500)];
        assert_eq!(grants(9_999, true, &[gap]), [Some(2)]);
        let mut nothing = item(0, 2, Some(2));
        nothing.available = [None; Rung::COUNT];
        assert_eq!(grants(9_999, true, &[nothing]), [None]);
    }

    #[test]
    fn a_new_picture_begins_small_at_once() {
        let mut fresh = item(0, 2, None);
        fresh.fresh = true;
        assert_eq!(grants(100, false, &[fresh]), [Some(0)]);
        assert_eq!(fresh.best(), Some((Rung::whole(2), 1_500)));
    }

    #[test]
    fn never_more_than_the_budget() {
        for bits in (0..8_000).step_by(37) {
            for held in [None, Some(0), Some(1), Some(2)] {
                let items = [item(9, 2, held), item(5, 1, Some(1)), item(5, 2, held), item(0, 0, None)];
                let spent: u64 =
                    grants(bits, true, &items).iter().flatten().map(|layer| THREE[Rung::whole(*layer).place()].unwrap()).sum();
                assert!(spent <= bits, "{bits} {held:?}: {spent}");
            }
        }
    }

    #[test]
    fn half_the_pictures_are_a_step_between_the_sizes() {
        let one = |bits, held| {
            let mut one = item(0, 2, None);
            one.available = [Some(60), Some(100), Some(250), Some(400), Some(900), Some(1_500)];
            one.held = held;
            allocate(&[one], Budget { bits, margin_percent: 120, may_rise: true })
        };
        let table = [
            (59, Rung::whole(2), None),
            (60, Rung::whole(2), Some(Rung::thin(0))),
            (399, Rung::whole(2), Some(Rung::thin(1))),
            (1_499, Rung::whole(2), Some(Rung::thin(2))),
            (1_500, Rung::whole(2), Some(Rung::whole(2))),
            (480, Rung::whole(0), Some(Rung::whole(1))),
            (479, Rung::whole(0), Some(Rung::thin(1))),
        ];
        for (bits, held, expected) in table {
            assert_eq!(one(bits, Some(held)), [expected], "{bits} {held:?}");
        }
    }
}
