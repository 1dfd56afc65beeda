//! A person in a room, as the server sees one: a task a seat, which holds one person after another.

mod commands;
mod enter;
mod events;
mod heard;
mod pace;
mod resume;
mod session;

use std::rc::Rc;

pub use pace::Beat;

use crate::measure::clock::Micros;
use crate::room::{Room, Seat};
use crate::world::World;

/// Where a participant is.
#[derive(Clone)]
pub struct Place {
    pub world: Rc<World>,
    pub room: Rc<Room>,
    pub number: usize,
}

impl Place {
    pub fn seat(&self) -> &Seat {
        &self.room.seats[self.number]
    }
}

/// How a person's stay ended.
enum Stay {
    /// Left by order: the next one comes.
    Left,
    /// The run is over.
    Finished,
    /// Could not go on; the error is recorded.
    Lost,
}

/// Holds the seat from the scheduled time to the end of the run.
pub async fn occupy(place: Place, scheduled: Micros) {
    let mut scheduled = scheduled;
    while let Some(session) = enter::enter(&place, scheduled).await {
        let stay = session.stay().await;
        place.seat().vacate();
        match stay {
            Stay::Left => {
                scheduled = place.world.now();
                place.seat().incarnation.set(place.seat().incarnation.get() + 1);
            }
            Stay::Finished | Stay::Lost => break,
        }
    }
}
