//! Encodings that nobody watches are paused at the sender: at once back when somebody does, away only after a while.

use super::{limits::Limits, types::*};

/// The largest encoding that a tile of this height needs, of so many.
pub fn layer_for_height(height: u32, layers: u8, limits: &Limits) -> Layer {
    let [small, middle] = limits.tile_heights;
    match layers {
        0 | 1 => 0,
        2 => u8::from(height > middle),
        _ => u8::from(height > small) + u8::from(height > middle),
    }
}

const NAMES: [&str; 3] = ["q", "h", "f"];

/// The smallest so many encodings, as the wire names them.
pub fn names(count: u8) -> Vec<String> {
    NAMES.iter().take(count.into()).map(|name| (*name).to_owned()).collect()
}

/// How many of a track's encodings, from the smallest, its publisher was told to send.
#[derive(Clone, Copy, Debug)]
pub struct Watched {
    told: u8,
    /// Since when fewer would do.
    fewer_since: Option<At>,
    /// The most that was needed since then.
    most: u8,
}

impl Watched {
    /// Who publishes begins with all.
    pub fn new(layers: u8, now: At) -> Self {
        Watched { told: layers, fewer_since: Some(now), most: 0 }
    }

    pub fn told(&self) -> u8 {
        self.told
    }

    /// `needed`: how many are watched now. True when the publisher is to be told anew.
    pub fn settle(&mut self, needed: u8, now: At, patience_ms: u64) -> bool {
        if needed >= self.told {
            let changed = needed > self.told;
            *self = Watched { told: needed, fewer_since: None, most: 0 };
            return changed;
        }
        self.most = self.most.max(needed);
        let since = *self.fewer_since.get_or_insert(now);
        if now.micros_since(since) < patience_ms * 1_000 {
            return false;
        }
        let most = self.most;
        // What still lies between is let go after another wait.
        *self = Watched { told: most, fewer_since: (needed < most).then_some(now), most: needed };
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tiles_need_layers_by_their_height() {
        let limits = Limits::default();
        let table = [(90, 3, 0), (270, 3, 0), (271, 3, 1), (540, 3, 1), (541, 3, 2), (540, 2, 0), (720, 2, 1), (2_160, 1, 0)];
        for (height, layers, expected) in table {
            assert_eq!(layer_for_height(height, layers, &limits), expected, "{height} px of {layers}");
        }
    }

    #[test]
    fn more_at_once_fewer_after_a_while() {
        let mut watched = Watched::new(3, At::ms(0));
        assert!(!watched.settle(1, At::ms(4_999), 5_000));
        assert!(watched.settle(1, At::ms(5_000), 5_000));
        assert_eq!(watched.told(), 1);
        assert!(watched.settle(3, At::ms(5_100), 5_000), "back at once");
        assert!(!watched.settle(0, At::ms(6_000), 5_000));
        assert!(!watched.settle(2, At::ms(10_900), 5_000), "a tile that grows and shrinks");
        assert!(watched.settle(0, At::ms(11_000), 5_000));
        assert_eq!(watched.told(), 2, "what was needed in between is kept");
        assert!(watched.settle(0, At::ms(16_000), 5_000));
        assert_eq!(watched.told(), 0);
    }
}
