//! The sinks of a room, by the numbers that its core knows them by.

use actors::{
    sfu::SinkIndex,
    sinks::{SinkKey, Valve},
};

pub struct Attached {
    key: SinkKey,
    pub to: Valve,
    /// The last packet found no room: one gap, however many follow.
    pub full: bool,
}

#[derive(Default)]
pub struct Sinks {
    places: Vec<Option<Attached>>,
}

impl Sinks {
    pub fn get_mut(&mut self, sink: SinkIndex) -> Option<&mut Attached> {
        self.places.get_mut(sink.0 as usize)?.as_mut()
    }

    pub fn number(&self, key: SinkKey) -> Option<SinkIndex> {
        let place = self.places.iter().position(|place| place.as_ref().is_some_and(|attached| attached.key == key));
        place.map(|place| SinkIndex(place as u32))
    }

    /// Its number, and whether it is new. The valve is the newest.
    pub fn attach(&mut self, key: SinkKey, to: Valve) -> (SinkIndex, bool) {
        if let Some(number) = self.number(key) {
            if let Some(attached) = self.get_mut(number) {
                attached.to = to;
            }
            return (number, false);
        }
        let place = self.places.iter().position(Option::is_none).unwrap_or_else(|| {
            self.places.push(None);
            self.places.len() - 1
        });
        self.places[place] = Some(Attached { key, to, full: false });
        (SinkIndex(place as u32), true)
    }

    pub fn detach(&mut self, key: SinkKey) -> Option<SinkIndex> {
        let number = self.number(key)?;
        self.places[number.0 as usize] = None;
        Some(number)
    }

    pub fn len(&self) -> usize {
        self.places.iter().flatten().count()
    }
}
