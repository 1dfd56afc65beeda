//! A media run: rooms, everybody in, everybody received, the measured time, everybody out.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{oneshot, watch};
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep, sleep_until, timeout};

use super::cycles;
use super::driver::{self, Impairment};
use super::peer::Identity;
use super::person::{Role, attend};
use super::report::{MediaReport, Moments};
use super::scenario::Scenario;
use super::source::voice::Voice;
use super::stage::{Room, Stage};
use super::studio::{Order, Snapshot, Studio};
use super::timeline::Timeline;
use crate::measure::clock::Clock;
use crate::measure::process;
use crate::rest::Rest;
use crate::run::Target;

const READY_WITHIN: Duration = Duration::from_secs(10);
/// After the last join, everybody should receive everybody within this.
const RECEIVED_WITHIN: Duration = Duration::from_secs(30);
const GLANCE: Duration = Duration::from_millis(250);
const LEFT_WITHIN: Duration = Duration::from_secs(20);
/// The server frees what belonged to people shortly after they left.
const SETTLE: Duration = Duration::from_secs(3);

/// # Errors
/// A sentence for the user when there was nothing to measure: no server, no rooms, no thread.
pub async fn run(scenario: Scenario, target: &Target) -> Result<MediaReport, String> {
    let rest = Rest::new(&target.base)?;
    rest.ready(READY_WITHIN).await?;
    let voice = scenario.voice.as_deref().map(Voice::read).transpose()?.map(Arc::new);
    let clock = Clock::start();
    let identity = Identity::generate().map_err(|error| error.to_string())?;
    let handle = driver::start("media", identity, move || Studio::new(clock)).map_err(|error| error.to_string())?;
    let stage = Rc::new(Stage {
        impaired: scenario.impaired(),
        voice,
        scenario,
        clock,
        address: target.address,
        rest,
        handle,
        rooms: RefCell::default(),
        errors: RefCell::default(),
        present: Cell::new(0),
        entering: Cell::new(0),
        limited: Cell::new(0),
        over: watch::Sender::new(false),
    });
    create_rooms(&stage).await?;
    let mut timeline = Timeline::new(target.pid);
    let mut moments = Moments { before: usage(target), ..Moments::default() };
    match stage.scenario.cycles {
        Some(count) => cycles::run(&stage, target, count, &mut moments, &mut timeline).await?,
        None => measured(&stage, target, &mut moments, &mut timeline).await?,
    }
    Ok(MediaReport::new(&stage, target, moments, timeline.samples))
}

pub fn usage(target: &Target) -> Option<process::Usage> {
    target.pid.and_then(process::usage)
}

pub async fn snapshot(stage: &Stage) -> Result<Snapshot, String> {
    let (reply, answer) = oneshot::channel();
    stage.handle.tell(Order::Snapshot(reply));
    answer.await.map(|snapshot| *snapshot).map_err(|_| "the media loop has ended".to_string())
}

async fn create_rooms(stage: &Stage) -> Result<(), String> {
    for number in 0..stage.scenario.rooms {
        let size = stage.scenario.publishers + stage.scenario.subscribers + 2 * stage.scenario.cycles_at_once;
        let made = stage.rest.create_forwarding_room(number, size, &stage.scenario.agree).await;
        let made = made.map_err(|error| format!("cannot create room {number}: {error}"))?;
        stage.rooms.borrow_mut().push(Room {
            id: made.room_id,
            host_token: RefCell::new(Some(made.join_token)),
            publishers: RefCell::default(),
            changed: watch::Sender::new(0),
        });
    }
    Ok(())
}

async fn measured(stage: &Rc<Stage>, target: &Target, moments: &mut Moments, timeline: &mut Timeline) -> Result<(), String> {
    let mut people = JoinSet::new();
    join(stage, &mut people, timeline).await?;
    received(stage, timeline).await?;
    moments.joined = usage(target);
    watch_for(stage, stage.scenario.warmup(), "warming up", timeline).await?;
    stage.handle.tell(Order::Measure);
    moments.start(snapshot(stage).await?, usage(target));
    load(stage, timeline).await?;
    moments.end(snapshot(stage).await?, usage(target));
    stage.over.send_replace(true);
    let everybody = async { while people.join_next().await.is_some() {} };
    if timeout(LEFT_WITHIN, everybody).await.is_err() {
        stage.error("stuck", || "somebody did not leave in time".into());
        people.abort_all();
    }
    sleep(SETTLE).await;
    moments.emptied = usage(target);
    moments.final_state = Some(snapshot(stage).await?);
    Ok(())
}

/// Publishers of all rooms first, then the others, at the rate that was asked for.
async fn join(stage: &Rc<Stage>, people: &mut JoinSet<()>, timeline: &mut Timeline) -> Result<(), String> {
    let scenario = &stage.scenario;
    let size = scenario.publishers + scenario.subscribers;
    let seats =
        |range: std::ops::Range<usize>| (0..scenario.rooms).flat_map(move |room| range.clone().map(move |seat| (room, seat)));
    let order = seats(0..scenario.publishers).chain(seats(scenario.publishers..size));
    let start = Instant::now();
    for (number, (room, seat)) in order.enumerate() {
        sleep_until(start + Duration::from_secs_f64(number as f64 / scenario.join_rate)).await;
        let role = Role { room, who: (room * size + seat) as u32, publishes: seat < scenario.publishers, gives_up: None };
        people.spawn_local(attend(stage.clone(), role));
        timeline.glance(stage, "joining").await?;
    }
    Ok(())
}

/// Waits until everybody receives everybody.
async fn received(stage: &Stage, timeline: &mut Timeline) -> Result<(), String> {
    let views = stage.scenario.views();
    let pictures = if stage.scenario.has_video() { views } else { 0 };
    let deadline = Instant::now() + RECEIVED_WITHIN;
    loop {
        sleep(GLANCE).await;
        timeline.glance(stage, "joining").await?;
        let now = snapshot(stage).await?;
        let connected = stage.entering.get() == 0 && now.connected >= now.expected;
        if connected && now.hearing >= views && now.seeing >= pictures {
            return Ok(());
        }
        if Instant::now() > deadline {
            stage.error("not_received", || {
                format!(
                    "{} of {} connections are up, {} of {views} sounds and {} of {pictures} pictures are received",
                    now.connected, now.expected, now.hearing, now.seeing
                )
            });
            return Ok(());
        }
    }
}

async fn watch_for(stage: &Stage, time: Duration, phase: &'static str, timeline: &mut Timeline) -> Result<(), String> {
    let end = Instant::now() + time;
    while Instant::now() < end {
        sleep(GLANCE.min(end - Instant::now())).await;
        timeline.glance(stage, phase).await?;
    }
    Ok(())
}

/// The measured time, in which bad paths that have a time begin and end.
async fn load(stage: &Stage, timeline: &mut Timeline) -> Result<(), String> {
    timeline.start(stage.clock.now());
    let mut moments: Vec<(f64, usize, bool)> = Vec::new();
    for (label, impaired) in stage.impaired.iter().enumerate() {
        moments.extend(impaired.from.map(|from| (from, label, true)));
        moments.extend(impaired.until.map(|until| (until, label, false)));
    }
    moments.sort_by(|one, other| one.0.total_cmp(&other.0));
    let (start, mut passed) = (Instant::now(), 0.0);
    for (at, label, begins) in moments.into_iter().filter(|(at, ..)| *at < stage.scenario.duration) {
        watch_for(stage, Duration::from_secs_f64((at - passed).max(0.0)), "load", timeline).await?;
        passed = start.elapsed().as_secs_f64();
        let path = if begins { stage.impaired[label].path() } else { Impairment::default() };
        stage.handle.tell(Order::Impair { label, path });
    }
    let rest = stage.scenario.duration - start.elapsed().as_secs_f64();
    watch_for(stage, Duration::from_secs_f64(rest.max(0.0)), "load", timeline).await
}
