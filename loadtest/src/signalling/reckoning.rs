//! After the load: everything promised must have arrived, and everybody must see who is there.

use std::rc::Rc;
use std::time::Duration;

use tokio::task::JoinSet;
use tokio::time::{Instant, sleep, timeout};

use crate::room::{Order, Room, Seat};
use crate::world::World;

/// No answer within this is none.
const PATIENCE: Duration = Duration::from_secs(12);
const GLANCE: Duration = Duration::from_millis(50);
/// Events of the last leavers and comers are still under way when the last reply is in.
const SETTLE: Duration = Duration::from_millis(500);

pub async fn reckon(world: &Rc<World>) {
    world.phase.set("drain");
    let deadline = Instant::now() + PATIENCE;
    while !quiet(world) && Instant::now() < deadline {
        sleep(GLANCE).await;
    }
    sleep(SETTLE).await;
    unanswered(world);
    undelivered(world);
    compare_rosters(world).await;
}

fn quiet(world: &World) -> bool {
    let owing = |seat: &Seat| seat.relays.missing() + seat.chats.missing() > 0;
    world.pending.get() == 0
        && world.entering.get() == 0
        && !seats(world).iter().any(|(room, number)| owing(&room.seats[*number]))
}

/// The seats with somebody in them.
fn seats(world: &World) -> Vec<(Rc<Room>, usize)> {
    let rooms = world.rooms.borrow();
    let all = rooms.iter().flat_map(|room| (0..room.seats.len()).map(move |number| (room.clone(), number)));
    all.filter(|(room, number)| room.seats[*number].live.get().is_some()).collect()
}

fn unanswered(world: &World) {
    let (pending, entering) = (world.pending.get(), world.entering.get());
    if pending > 0 {
        world.metrics().errors.add_many("no_reply", pending, || format!("{pending} commands were never answered"));
    }
    if entering > 0 {
        world.metrics().errors.add_many("stuck", entering, || format!("{entering} people are still on their way in or out"));
    }
}

fn undelivered(world: &World) {
    for (room, number) in seats(world) {
        let seat = &room.seats[number];
        for (what, ledger) in [("relay", &seat.relays), ("chat", &seat.chats)] {
            let (missing, surplus) = (ledger.missing(), ledger.surplus());
            let (lost, doubled) = if what == "relay" { ("lost_relay", "doubled_relay") } else { ("lost_chat", "doubled_chat") };
            if missing > 0 {
                world.metrics().errors.add_many(lost, missing, || {
                    format!("room {} seat {number}: {missing} answered ok never arrived", room.number)
                });
            }
            if surplus > 0 {
                world
                    .metrics()
                    .errors
                    .add_many(doubled, surplus, || format!("room {} seat {number}: {surplus} more than were sent", room.number));
            }
        }
    }
}

async fn compare_rosters(world: &World) {
    let present = seats(world);
    for (room, number) in &present {
        room.seats[*number].tell(Order::Check);
    }
    let deadline = Instant::now() + PATIENCE;
    while (world.checked.get() as usize) < present.len() && Instant::now() < deadline {
        sleep(GLANCE).await;
    }
    let silent = present.len() as u64 - world.checked.get().min(present.len() as u64);
    if silent > 0 {
        world.metrics().errors.add_many("stuck", silent, || format!("{silent} participants did not come to compare their room"));
    }
}

/// Everybody leaves.
pub async fn finish(world: &Rc<World>, people: &mut JoinSet<()>) {
    world.phase.set("leaving");
    for (room, number) in seats(world) {
        room.seats[number].tell(Order::Finish);
    }
    let everybody = async { while people.join_next().await.is_some() {} };
    if timeout(PATIENCE, everybody).await.is_err() {
        people.abort_all();
    }
}
