//! The ladder of what can be sent of a picture: every size of it, and below each the same size with half the pictures.

use super::{publications::MAX_LAYERS, types::Layer};

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Rung(u8);

/// Something a rung.
pub type ByRung<T> = [T; Rung::COUNT];

impl Rung {
    pub const COUNT: usize = 2 * MAX_LAYERS;

    /// All pictures of a size.
    pub const fn whole(layer: Layer) -> Rung {
        Rung(2 * layer + 1)
    }

    /// A size without its topmost temporal layer.
    pub const fn thin(layer: Layer) -> Rung {
        Rung(2 * layer)
    }

    /// From the lowest.
    pub fn all() -> impl DoubleEndedIterator<Item = Rung> {
        (0..Rung::COUNT as u8).map(Rung)
    }

    pub fn layer(self) -> Layer {
        self.0 / 2
    }

    pub fn is_thin(self) -> bool {
        self.0.is_multiple_of(2)
    }

    pub fn place(self) -> usize {
        usize::from(self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fewer_pictures_of_a_size_lie_below_all_of_it_and_above_the_smaller_one() {
        let ladder: Vec<(Layer, bool)> = Rung::all().map(|rung| (rung.layer(), rung.is_thin())).collect();
        assert_eq!(ladder, [(0, true), (0, false), (1, true), (1, false), (2, true), (2, false)]);
        assert!(Rung::whole(0) < Rung::thin(1) && Rung::thin(1) < Rung::whole(1));
    }
}
