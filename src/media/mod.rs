//! The media plane: sockets, the WebRTC engine, and the forwarding cores, on a thread a core. Rooms talk to it through
//! [`MediaPlane`](actors::ports::MediaPlane); packets never leave their thread.
//!
//! ```text
//! socket ─▶ demux ─▶ connection (engine) ─▶ SfuCore ─▶ connections of the receivers ─▶ batches ─▶ socket
//! ```

mod address;
mod connection;
mod counts;
mod demux;
pub mod engine;
mod framing;
mod gone;
mod outbox;
mod peer;
mod plane;
mod room;
mod sdp;
mod sinks;
mod slab;
mod stun;
mod tcp;
mod timers;
mod udp;
mod worker;

#[cfg(test)]
mod tests;

use crate::config::Config;
use actors::{ports::MediaPlane, sfu::Limits};
use address::Address;
use engine::Engines;
use mio::{Poll, Waker};
pub use plane::Observed;
use plane::{Plane, WorkerHandle};
use std::{
    io,
    net::{SocketAddr, TcpListener, UdpSocket},
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Arc, Mutex, PoisonError},
    thread::{self, JoinHandle},
    time::Duration,
};
use worker::{Equipment, Rules, WAKER, Worker};

/// How far from the port that is asked for a free one is looked for.
const PORTS_TRIED: u16 = 100;

/// Why there is no media plane.
#[derive(Debug, thiserror::Error)]
pub enum MediaError {
    #[error("media can't use {0}, UDP and TCP: {1}")]
    Bind(SocketAddr, io::Error),
    #[error("{workers} media workers from port {port} on go beyond the last port")]
    Ports { port: u16, workers: usize },
    #[error("no certificate can be made for media")]
    Certificate,
    #[error("a media worker can't start: {0}")]
    Start(io::Error),
}

/// The running workers. Dropped, it stops them and waits for them.
pub struct Media {
    plane: Arc<Plane>,
    threads: Mutex<Vec<JoinHandle<()>>>,
    /// Where each worker listens, UDP and TCP, as its candidates say.
    pub addresses: Vec<SocketAddr>,
}

/// Starts the workers as configured.
pub fn start(config: &Config) -> Result<Media, MediaError> {
    let workers =
        if config.media_workers == 0 { thread::available_parallelism().map_or(2, usize::from) } else { config.media_workers };
    let rules = Rules {
        idle: Duration::from_millis(config.media_idle_ms),
        people: config.max_media_people_per_worker,
        limits: Limits::default(),
    };
    start_with(&Address::of(config), config.media_port, workers, &rules, |advertised| {
        peer::Str0m::new(advertised).map(|engines| Arc::new(engines) as Arc<dyn Engines>)
    })
}

fn start_with(
    address: &Address,
    first_port: u16,
    workers: usize,
    rules: &Rules,
    engines: impl Fn(SocketAddr) -> Option<Arc<dyn Engines>>,
) -> Result<Media, MediaError> {
    let (mut handles, mut parts, mut addresses) = (Vec::new(), Vec::new(), Vec::new());
    let mut port = Some(first_port);
    for _ in 0..workers {
        let from = port.ok_or(MediaError::Ports { port: first_port, workers })?;
        let (udp, tcp) = bind_from(address, from)?;
        let bound = udp.local_addr().map_err(MediaError::Start)?;
        port = if from == 0 { Some(0) } else { bound.port().checked_add(1) };
        let advertised = SocketAddr::new(address.advertised, bound.port());
        let engines = engines(advertised).ok_or(MediaError::Certificate)?;
        let poll = Poll::new().map_err(MediaError::Start)?;
        let waker = Waker::new(poll.registry(), WAKER).map_err(MediaError::Start)?;
        handles.push(WorkerHandle::new(waker));
        parts.push((poll, udp, tcp, engines));
        addresses.push(advertised);
    }
    let plane = Arc::new(Plane::new(handles));
    let mut threads = Vec::new();
    for (index, (poll, udp, tcp, engines)) in parts.into_iter().enumerate() {
        let stand = Stand { index, plane: plane.clone(), udp, tcp, engines, rules: rules.clone() };
        let name = format!("media-{index}");
        threads.push(thread::Builder::new().name(name).spawn(move || stand.work(poll)).map_err(MediaError::Start)?);
    }
    tracing::info!(workers, first = %addresses.first().map(SocketAddr::to_string).unwrap_or_default(), "media listens");
    Ok(Media { plane, threads: Mutex::new(threads), addresses })
}

/// The first port from `first` on that is free: a second server on this machine gets the next ones. 0 stands for any.
fn bind_from(address: &Address, first: u16) -> Result<(UdpSocket, TcpListener), MediaError> {
    let mut port = first;
    loop {
        match address.bind(port) {
            Err(error) if error.kind() == io::ErrorKind::AddrInUse && port != 0 && port < first.saturating_add(PORTS_TRIED) => {
                tracing::warn!(port, "another program has this media port: the next one is tried");
                port += 1;
            }
            bound => return bound.map_err(|error| MediaError::Bind(address.at(port), error)),
        }
    }
}

impl Media {
    pub fn plane(&self) -> Arc<dyn MediaPlane> {
        self.plane.clone()
    }

    /// The workers as they saw themselves last, some milliseconds ago.
    pub fn observe(&self) -> Vec<Observed> {
        self.plane.observe()
    }

    /// Says goodbye to everybody and waits until the threads have ended.
    pub fn shutdown(&self) {
        self.plane.stop();
        let threads = std::mem::take(&mut *self.threads.lock().unwrap_or_else(PoisonError::into_inner));
        for thread in threads {
            if thread.join().is_err() {
                tracing::error!("a media worker did not end well");
            }
        }
    }
}

impl Drop for Media {
    fn drop(&mut self) {
        self.shutdown();
    }
}

/// What is needed to set a worker up again after a fault of its own.
struct Stand {
    index: usize,
    plane: Arc<Plane>,
    udp: UdpSocket,
    tcp: TcpListener,
    engines: Arc<dyn Engines>,
    rules: Rules,
}

impl Stand {
    fn work(self, mut poll: Poll) {
        loop {
            match catch_unwind(AssertUnwindSafe(|| self.run(&mut poll))) {
                Ok(Ok(())) => return,
                Ok(Err(error)) => tracing::error!(worker = self.index, %error, "a media worker failed"),
                Err(_) => tracing::error!(worker = self.index, "a media worker panicked"),
            }
            metrics::counter!("greenroom_actor_restarts_total", "actor" => "media_worker").increment(1);
            self.plane.failed(self.index);
            // The sockets stay; what was registered of them went with the worker.
            thread::park_timeout(Duration::from_millis(100));
        }
    }

    fn run(&self, poll: &mut Poll) -> io::Result<()> {
        let equipment = Equipment {
            udp: self.udp.try_clone()?,
            tcp: self.tcp.try_clone()?,
            engines: self.engines.clone(),
            rules: self.rules.clone(),
        };
        Worker::new(self.plane.orders(self.index), equipment, poll)?.run(poll)
    }
}
