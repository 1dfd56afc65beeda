//! What every run has: a server, moments at which its process is looked at, and a line a second.

use std::cell::RefCell;
use std::net::{SocketAddr, ToSocketAddrs};
use std::rc::Rc;
use std::time::Duration;

use tokio::task::{JoinHandle, spawn_local};
use tokio::time::{MissedTickBehavior, interval};

use crate::measure::clock::Micros;
use crate::measure::metrics::Counts;
use crate::measure::process::{self, Usage};
use crate::measure::timeline::{Sample, Timeline};
use crate::world::World;

/// The server under load.
#[derive(Clone, Debug)]
pub struct Target {
    pub base: String,
    pub address: SocketAddr,
    pub pid: Option<u32>,
    /// How it was started, when we did.
    pub command: Option<String>,
}

impl Target {
    /// # Errors
    /// A sentence when the address is no plain `http://host:port`.
    pub fn new(base: &str, pid: Option<u32>) -> Result<Self, String> {
        let authority = base.strip_prefix("http://").ok_or_else(|| format!("{base}: only http:// addresses can be loaded"))?;
        let authority = authority.trim_end_matches('/');
        let with_port = if authority.contains(':') { authority.to_string() } else { format!("{authority}:80") };
        let address = with_port
            .to_socket_addrs()
            .map_err(|error| format!("{base}: {error}"))?
            .next()
            .ok_or_else(|| format!("{base}: no address"))?;
        let pid = pid.or_else(|| address.ip().is_loopback().then(|| process::listener(address.port())).flatten());
        Ok(Self { base: format!("http://{authority}"), address, pid, command: None })
    }
}

/// One look at the server and at the counts.
#[derive(Clone, Copy)]
pub struct Moment {
    pub at: Micros,
    pub counts: Counts,
    pub server: Option<Usage>,
    pub client: Option<Usage>,
}

/// The moments that the figures are differences of.
pub struct Phases {
    pid: Option<u32>,
    pub before: Option<Usage>,
    pub joined: Option<Moment>,
    pub loaded: Option<Moment>,
    pub emptied: Option<Usage>,
    pub peak_rss_kb: Option<u64>,
}

impl Phases {
    pub fn new(pid: Option<u32>) -> Self {
        Self { pid, before: None, joined: None, loaded: None, emptied: None, peak_rss_kb: None }
    }

    fn look(&self) -> Option<Usage> {
        self.pid.and_then(process::usage)
    }

    fn moment(&self, world: &World) -> Moment {
        Moment { at: world.now(), counts: world.metrics().count, server: self.look(), client: process::usage(std::process::id()) }
    }

    pub fn before(&mut self) {
        self.before = self.look();
    }

    pub fn joined(&mut self, world: &World) {
        self.joined = Some(self.moment(world));
    }

    pub fn loaded(&mut self, world: &World) {
        self.loaded = Some(self.moment(world));
    }

    pub fn emptied(&mut self) {
        self.emptied = self.look();
        self.peak_rss_kb = self.pid.and_then(process::peak_rss_kb);
    }
}

/// A line each second until stopped.
pub struct Watch {
    task: JoinHandle<()>,
    timeline: Rc<RefCell<Timeline>>,
}

pub fn watch(world: Rc<World>, pid: Option<u32>) -> Watch {
    let timeline = Rc::new(RefCell::new(Timeline::new(pid)));
    let kept = timeline.clone();
    let task = spawn_local(async move {
        let mut ticks = interval(Duration::from_secs(1));
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        ticks.tick().await;
        loop {
            ticks.tick().await;
            let at = world.now() as f64 / 1e6;
            let mut timeline = timeline.borrow_mut();
            let sample = timeline.sample(at, world.phase.get(), &mut world.metrics());
            eprintln!("{sample}");
        }
    });
    Watch { task, timeline: kept }
}

impl Watch {
    pub fn stop(self) -> Vec<Sample> {
        self.task.abort();
        std::mem::take(&mut self.timeline.borrow_mut().samples)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_target_is_a_plain_http_address() {
        let target = Target::new("http://127.0.0.1:8080/", Some(1)).unwrap();
        assert_eq!((target.base.as_str(), target.address.port(), target.pid), ("http://127.0.0.1:8080", 8080, Some(1)));
        assert!(Target::new("https://127.0.0.1", None).is_err());
        assert!(Target::new("127.0.0.1:8080", None).is_err());
    }
}
