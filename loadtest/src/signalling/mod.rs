//! The signalling scenario: rooms, joins, load with its troubles, and the reckoning.

mod reckoning;
mod rooms;
mod troubles;

use std::rc::Rc;
use std::time::Duration;

use tokio::task::{JoinSet, spawn_local};

use crate::measure::clock::{Micros, micros};
use crate::participant::{Place, occupy};
use crate::report::Report;
use crate::rest::Rest;
use crate::run::{Phases, Target, watch};
use crate::scenario::Scenario;
use crate::world::World;

/// The first join is due a moment after the schedule is made.
const HEAD_START: Micros = 50_000;
const GLANCE: Duration = Duration::from_millis(20);
/// The longest that joins may lag behind their schedule.
const JOINING_PATIENCE: Duration = Duration::from_secs(120);

/// Runs the scenario against a server that is up.
///
/// # Errors
/// A sentence for the user when there was nothing to measure: no server, no rooms.
pub async fn run(scenario: Scenario, target: &Target) -> Result<Report, String> {
    let rest = Rest::new(&target.base)?;
    rest.ready(Duration::from_secs(10)).await?;
    let world = Rc::new(World::new(scenario, target.address, rest));
    let mut phases = Phases::new(target.pid);
    let watching = watch(world.clone(), target.pid);

    phases.before();
    rooms::create(&world).await?;
    let mut people = join(&world).await;
    everybody_in(&world).await;
    phases.joined(&world);
    load(&world).await;
    phases.loaded(&world);
    reckoning::reckon(&world).await;
    reckoning::finish(&world, &mut people).await;
    phases.emptied();
    Ok(Report::new("signalling", &world, target, &phases, watching.stop()))
}

/// Everybody at their scheduled time, whatever became of those before.
async fn join(world: &Rc<World>) -> JoinSet<()> {
    world.phase.set("joining");
    world.loading.set(true);
    let interval = 1e6 / world.scenario.rate;
    let start = world.now() + HEAD_START;
    let mut people = JoinSet::new();
    let rooms = world.rooms.borrow().clone();
    for (order, (room, number)) in
        rooms.iter().flat_map(|room| (0..room.seats.len()).map(move |number| (room, number))).enumerate()
    {
        let scheduled = start + (order as f64 * interval) as Micros;
        world.sleep_until(scheduled).await;
        let place = Place { world: world.clone(), room: room.clone(), number };
        people.spawn_local(occupy(place, scheduled));
    }
    people
}

async fn everybody_in(world: &World) {
    let deadline = tokio::time::Instant::now() + JOINING_PATIENCE;
    // One glance later than the last spawn: a task counts itself when it first runs.
    tokio::time::sleep(GLANCE).await;
    while world.entering.get() > 0 && tokio::time::Instant::now() < deadline {
        tokio::time::sleep(GLANCE).await;
    }
}

async fn load(world: &Rc<World>) {
    world.phase.set("load");
    let start = world.now();
    let end = start + micros(world.scenario.duration);
    let churning = spawn_local(troubles::churn(world.clone(), end));
    let stalling = spawn_local(troubles::stall(world.clone(), start));
    let storming = spawn_local(troubles::storm(world.clone(), start));
    world.sleep_until(end).await;
    for trouble in [churning, stalling, storming] {
        trouble.abort();
    }
    world.loading.set(false);
}
