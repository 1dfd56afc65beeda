//! People who come and go again and again, half of them in the middle of getting in: afterwards the server must be as it was.

use std::rc::Rc;
use std::time::Duration;

use tokio::task::JoinSet;
use tokio::time::sleep;

use super::person::{GivesUp, Role, attend};
use super::report::Moments;
use super::run::{snapshot, usage};
use super::stage::Stage;
use super::timeline::Timeline;
use crate::run::Target;

/// Caches and allocators are warm after so many; what comes on top of that is a leak.
const WARM: usize = 100;
const SETTLE: Duration = Duration::from_secs(6);
/// Numbers of people that no seat has.
const FIRST: u32 = 1 << 20;

pub async fn run(
    stage: &Rc<Stage>,
    target: &Target,
    count: usize,
    moments: &mut Moments,
    timeline: &mut Timeline,
) -> Result<(), String> {
    let mut people = JoinSet::new();
    // One who stays and sends, so that the rooms live and those who come have something to receive.
    for room in 0..stage.scenario.rooms {
        let role = Role { room, who: room as u32, publishes: true, gives_up: None };
        people.spawn_local(attend(stage.clone(), role));
    }
    some(stage, WARM.min(count), 0, timeline).await?;
    sleep(SETTLE).await;
    moments.joined = usage(target);
    moments.start(snapshot(stage).await?, usage(target));
    moments.files.0 = open_files(target);
    some(stage, count, WARM as u32, timeline).await?;
    sleep(SETTLE).await;
    moments.end(snapshot(stage).await?, usage(target));
    moments.files.1 = open_files(target);
    stage.over.send_replace(true);
    while people.join_next().await.is_some() {}
    sleep(SETTLE).await;
    moments.emptied = usage(target);
    moments.cycles = Some(count);
    Ok(())
}

async fn some(stage: &Rc<Stage>, count: usize, first: u32, timeline: &mut Timeline) -> Result<(), String> {
    let mut under_way = JoinSet::new();
    for number in 0..count as u32 {
        if under_way.len() >= stage.scenario.cycles_at_once {
            under_way.join_next().await;
        }
        // Every second one gives up, by turns before ICE and in it.
        let gives_up = match number % 4 {
            1 => GivesUp::BeforeIce,
            3 => GivesUp::InIce,
            _ => GivesUp::Settled,
        };
        let room = number as usize % stage.scenario.rooms;
        let role = Role { room, who: FIRST + first + number, publishes: number % 8 < 4, gives_up: Some(gives_up) };
        under_way.spawn_local(attend(stage.clone(), role));
        timeline.glance(stage, "cycles").await?;
    }
    while under_way.join_next().await.is_some() {
        timeline.glance(stage, "cycles").await?;
    }
    Ok(())
}

/// Files that the server has open, sockets too.
fn open_files(target: &Target) -> Option<u64> {
    let files = std::fs::read_dir(format!("/proc/{}/fd", target.pid?)).ok()?;
    Some(files.count() as u64)
}
