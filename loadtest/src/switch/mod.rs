//! `loadtest switch`: rooms that go from few people to many and back, between mesh and server, again and again; what is seen
//! and heard meanwhile.

mod director;
mod gaps;
mod options;
mod person;
mod report;
mod room;
mod stage;
mod topology;
mod world;

use std::path::PathBuf;
use std::rc::Rc;
use std::time::Duration;

use tokio::sync::oneshot;
use tokio::task::{JoinHandle, spawn_local};
use tokio::time::{interval, sleep};

use crate::measure::clock::Clock;
use crate::measure::process;
use crate::media::driver;
use crate::media::peer::Identity;
use crate::rest::Rest;
use crate::run::Target;
use director::Director;
use gaps::Tally;
pub use options::Options;
use options::Story;
pub use report::SwitchReport;
use report::Usage;
use stage::{Order, Stage};
use world::World;

const READY: Duration = Duration::from_secs(20);
/// Rooms begin one after the other, and so switch one after the other.
const BETWEEN_ROOMS: Duration = Duration::from_millis(700);
/// How long the server keeps what is left: the old path's time and a moment.
const SERVER_RETIRES: Duration = Duration::from_secs(8);

/// # Errors
/// Why nothing could be measured, in words.
pub async fn run(story: Story, target: &Target) -> Result<SwitchReport, String> {
    let rest = Rest::new(&target.base)?;
    rest.ready(READY).await?;
    let clock = Clock::start();
    let identity = Identity::generate().map_err(|error| error.to_string())?;
    let stage = driver::start("switch", identity, move || Stage::new(clock)).map_err(|error| error.to_string())?;
    let world = Rc::new(World::new(clock, target.address, rest, stage, story.plan()));
    let before = Usage::look(target.pid);
    let watch = watch(world.clone());
    let directors: Vec<JoinHandle<Result<(), String>>> =
        (0..story.rooms).map(|number| spawn_local(direct(world.clone(), number, story))).collect();
    for director in directors {
        if let Err(error) = director.await.map_err(|error| error.to_string()).and_then(|told| told) {
            world.error("room", || error);
        }
    }
    watch.abort();
    let used = Usage::look(target.pid).since(before);
    let tally = tally(&world).await?;
    let left = connections_left(target).await;
    Ok(SwitchReport::new(&story, target, &world, &tally, used, left))
}

async fn direct(world: Rc<World>, number: usize, story: Story) -> Result<(), String> {
    sleep(BETWEEN_ROOMS * number as u32).await;
    Director::begin(world, number, story).await?.run().await
}

async fn tally(world: &World) -> Result<Tally, String> {
    let (reply, answer) = oneshot::channel();
    world.stage.tell(Order::Tally(reply));
    answer.await.map(|tally| *tally).map_err(|_| "the loop has ended".into())
}

/// Says now and then how far it is.
fn watch(world: Rc<World>) -> JoinHandle<()> {
    spawn_local(async move {
        let mut ticks = interval(Duration::from_secs(10));
        ticks.tick().await;
        loop {
            ticks.tick().await;
            let Ok(tally) = tally(&world).await else { return };
            let switches = &tally.switches;
            eprintln!(
                "{:>4.0} s · {} stretches with a switch · longest gaps p95 {} ms video, {} ms audio · {} stuck · {} errors",
                world.now() as f64 / 1e6,
                switches.audio.count(),
                switches.video.quantile_ms(0.95),
                switches.audio.quantile_ms(0.95),
                world.stuck.get(),
                world.errors.borrow().total(),
            );
        }
    })
}

/// Media connections that the server still has when nobody is there any more; `None` when it does not say.
async fn connections_left(target: &Target) -> Option<f64> {
    let deadline = tokio::time::Instant::now() + SERVER_RETIRES;
    loop {
        let left = connections(target).await?;
        if left == 0.0 || tokio::time::Instant::now() >= deadline {
            return Some(left);
        }
        sleep(Duration::from_millis(200)).await;
    }
}

async fn connections(target: &Target) -> Option<f64> {
    let client = reqwest::Client::builder().no_proxy().timeout(Duration::from_secs(5)).build().ok()?;
    let answer = client.get(format!("{}/metrics", target.base)).send().await.ok()?;
    if !answer.status().is_success() {
        return None;
    }
    let text = answer.text().await.ok()?;
    let values = text.lines().filter(|line| line.starts_with("greenroom_media_connections"));
    Some(values.filter_map(|line| line.rsplit(' ').next()?.parse::<f64>().ok()).sum())
}

impl Usage {
    fn look(pid: Option<u32>) -> Self {
        let cpu = |pid| process::usage(pid).map(|usage| usage.cpu_seconds);
        Self {
            server_cpu_s: pid.and_then(cpu),
            tester_cpu_s: cpu(std::process::id()),
            wall_s: 0.0,
            at: std::time::Instant::now(),
        }
    }

    fn since(self, earlier: Self) -> Self {
        let less = |later: Option<f64>, earlier: Option<f64>| Some(later? - earlier?);
        Self {
            server_cpu_s: less(self.server_cpu_s, earlier.server_cpu_s),
            tester_cpu_s: less(self.tester_cpu_s, earlier.tester_cpu_s),
            wall_s: (self.at - earlier.at).as_secs_f64(),
            at: self.at,
        }
    }
}

/// Where a report goes.
pub fn report_files(options: &Options) -> (PathBuf, PathBuf) {
    let usual = |extension| crate::scenario::default_report("switch", extension);
    (options.json.clone().unwrap_or_else(|| usual("json")), options.html.clone().unwrap_or_else(|| usual("html")))
}

/// Sockets and files that a run has open at its largest.
pub fn files(story: &Story) -> u64 {
    let people = story.to + 1;
    // A WebSocket, a link to each other one, and two to the server.
    (story.rooms * people * (people + 4)) as u64
}
