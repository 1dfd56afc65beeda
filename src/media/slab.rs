//! Things by number. A number of something that left never finds what took its place.

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, PartialOrd, Ord)]
pub struct Key {
    index: u32,
    turn: u32,
}

struct Place<T> {
    turn: u32,
    thing: Option<T>,
}

pub struct Slab<T> {
    places: Vec<Place<T>>,
    free: Vec<u32>,
}

impl<T> Default for Slab<T> {
    fn default() -> Self {
        Self { places: Vec::new(), free: Vec::new() }
    }
}

impl<T> Slab<T> {
    pub fn insert(&mut self, thing: T) -> Key {
        let index = self.free.pop().unwrap_or_else(|| {
            self.places.push(Place { turn: 0, thing: None });
            self.places.len() as u32 - 1
        });
        let place = &mut self.places[index as usize];
        place.thing = Some(thing);
        Key { index, turn: place.turn }
    }

    pub fn get(&self, key: Key) -> Option<&T> {
        self.places.get(key.index as usize).filter(|place| place.turn == key.turn)?.thing.as_ref()
    }

    pub fn get_mut(&mut self, key: Key) -> Option<&mut T> {
        self.places.get_mut(key.index as usize).filter(|place| place.turn == key.turn)?.thing.as_mut()
    }

    pub fn remove(&mut self, key: Key) -> Option<T> {
        let place = self.places.get_mut(key.index as usize).filter(|place| place.turn == key.turn)?;
        let thing = place.thing.take()?;
        place.turn = place.turn.wrapping_add(1);
        self.free.push(key.index);
        Some(thing)
    }

    pub fn len(&self) -> usize {
        self.places.len() - self.free.len()
    }

    pub fn iter(&self) -> impl Iterator<Item = (Key, &T)> {
        let numbered = self.places.iter().enumerate();
        numbered.filter_map(|(index, place)| Some((Key { index: index as u32, turn: place.turn }, place.thing.as_ref()?)))
    }

    pub fn keys(&self) -> Vec<Key> {
        self.iter().map(|(key, _)| key).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_used_again_under_another_key() {
        let mut slab = Slab::default();
        let alice = slab.insert("alice");
        assert_eq!(slab.remove(alice), Some("alice"));
        let bob = slab.insert("bob");
        assert_eq!((slab.get(alice), slab.get(bob), slab.len()), (None, Some(&"bob"), 1));
        assert_eq!(slab.remove(alice), None);
        assert_eq!(slab.keys(), [bob]);
    }
}
