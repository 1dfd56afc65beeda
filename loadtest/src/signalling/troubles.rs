//! What goes wrong on purpose while the load runs.

use std::rc::Rc;

use rand::RngExt;
use rand::seq::{IndexedRandom, SliceRandom};

use crate::measure::clock::{Micros, micros};
use crate::room::{Order, Room};
use crate::world::World;

/// Slow readers stop this long after the load began.
const STALL_AFTER: Micros = 1_000_000;
/// No new people so close to the end.
const QUIET_END: Micros = 1_000_000;

/// Guests leave one by one, each followed by somebody new.
pub async fn churn(world: Rc<World>, end: Micros) {
    let rate = world.scenario.churn;
    if rate <= 0.0 || world.scenario.size < 2 {
        return;
    }
    let mut due = world.now() as f64;
    loop {
        due += 1e6 / rate;
        if due as Micros + QUIET_END > end {
            return;
        }
        world.sleep_until(due as Micros).await;
        let chosen = some_guest(&world);
        if let Some((room, number)) = chosen {
            room.seats[number].away.set(true);
            room.seats[number].tell(Order::Leave);
        }
    }
}

/// Not the host: who gets the room when the host goes is another question than this one.
fn some_guest(world: &World) -> Option<(Rc<Room>, usize)> {
    const TRIES: usize = 32;
    let rooms = world.rooms.borrow();
    let mut random = rand::rng();
    (0..TRIES).find_map(|_| {
        let room = rooms.choose(&mut random)?;
        let number = random.random_range(1..room.seats.len());
        let seat = &room.seats[number];
        (seat.live.get().is_some() && !seat.away.get()).then(|| (room.clone(), number))
    })
}

/// At half time a share of all connections breaks in one instant; all of them come back within the spread.
pub async fn storm(world: Rc<World>, start: Micros) {
    let share = world.scenario.storm;
    if share <= 0.0 {
        return;
    }
    world.sleep_until(start + micros(world.scenario.duration / 2.0)).await;
    let present = present(&world);
    let count = (present.len() as f64 * share).round() as usize;
    let spread = micros(world.scenario.storm_spread);
    let now = world.now();
    for (room, number) in present.into_iter().take(count) {
        let back = now + if spread > 0 { rand::random_range(0..spread) } else { 0 };
        room.seats[number].away.set(true);
        room.seats[number].tell(Order::Drop { back });
    }
}

/// A few stop reading while their rooms go on.
pub async fn stall(world: Rc<World>, start: Micros) {
    world.sleep_until(start + STALL_AFTER).await;
    // They must have time to read again, and to resume, before the load ends.
    let longest = (world.scenario.duration - 3.0).max(0.5);
    let until = world.now() + micros(world.scenario.slow_seconds.min(longest));
    for (room, number) in present(&world).into_iter().take(world.scenario.slow) {
        room.seats[number].away.set(true);
        room.seats[number].tell(Order::Stall { until });
    }
}

/// Everybody who is there and left alone, in no order.
fn present(world: &World) -> Vec<(Rc<Room>, usize)> {
    let rooms = world.rooms.borrow();
    let mut present: Vec<(Rc<Room>, usize)> = rooms
        .iter()
        .flat_map(|room| (0..room.seats.len()).map(move |number| (room.clone(), number)))
        .filter(|(room, number)| room.seats[*number].live.get().is_some() && !room.seats[*number].away.get())
        .collect();
    present.shuffle(&mut rand::rng());
    present
}
