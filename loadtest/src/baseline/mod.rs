//! The same relays through a Socket.IO server: what Greenroom is compared with.

mod member;
mod wire;

use std::rc::Rc;
use std::time::Duration;

use tokio::sync::Notify;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep, timeout};

use crate::measure::clock::{Micros, micros};
use crate::report::Report;
use crate::rest::Rest;
use crate::run::{Phases, Target, watch};
use crate::scenario::Scenario;
use crate::world::World;

const HEAD_START: Micros = 50_000;
const GLANCE: Duration = Duration::from_millis(20);
const PATIENCE: Duration = Duration::from_secs(12);

/// Runs the relays of a scenario, and nothing else of it, against a baseline server that is up.
///
/// # Errors
/// A sentence for the user when there is no server.
pub async fn run(scenario: Scenario, target: &Target) -> Result<Report, String> {
    let rest = Rest::new(&target.base)?;
    rest.ready(Duration::from_secs(10)).await?;
    let world = Rc::new(World::new(scenario.only_relays(), target.address, rest));
    let mut phases = Phases::new(target.pid);
    let watching = watch(world.clone(), target.pid);
    let over = Rc::new(Notify::new());

    phases.before();
    let mut members = join(&world, &over).await;
    wait_until(|| world.entering.get() == 0).await;
    phases.joined(&world);
    world.phase.set("load");
    sleep(Duration::from_micros(micros(world.scenario.duration))).await;
    world.loading.set(false);
    phases.loaded(&world);
    reckon(&world).await;
    world.phase.set("leaving");
    over.notify_waiters();
    let everybody = async { while members.join_next().await.is_some() {} };
    if timeout(PATIENCE, everybody).await.is_err() {
        members.abort_all();
    }
    phases.emptied();
    Ok(Report::new("baseline", &world, target, &phases, watching.stop()))
}

async fn join(world: &Rc<World>, over: &Rc<Notify>) -> JoinSet<()> {
    world.phase.set("joining");
    world.loading.set(true);
    let interval = 1e6 / world.scenario.rate;
    let start = world.now() + HEAD_START;
    let mut members = JoinSet::new();
    for order in 0..world.scenario.participants() {
        let scheduled = start + (order as f64 * interval) as Micros;
        world.sleep_until(scheduled).await;
        let room = order / world.scenario.size;
        members.spawn_local(member::take_part(world.clone(), over.clone(), room, scheduled));
    }
    sleep(GLANCE).await;
    members
}

async fn wait_until(done: impl Fn() -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !done() && Instant::now() < deadline {
        sleep(GLANCE).await;
    }
}

/// Everything acknowledged must have arrived, and everything sent must be acknowledged.
async fn reckon(world: &World) {
    world.phase.set("drain");
    let lost = || {
        let count = world.metrics().count;
        (count.relays_sent - count.relays_missed).saturating_sub(count.relays_delivered)
    };
    wait_until(|| world.pending.get() == 0 && lost() == 0).await;
    let (pending, lost) = (world.pending.get(), lost());
    if pending > 0 {
        world.metrics().errors.add_many("no_reply", pending, || format!("{pending} relays were never acknowledged"));
    }
    if lost > 0 {
        world.metrics().errors.add_many("lost_relay", lost, || format!("{lost} relays never arrived"));
    }
}
