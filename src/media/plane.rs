//! The media plane as rooms see it: places rooms on workers and passes commands on, never waiting.

use super::counts;
use actors::{
    ids::RoomId,
    media::{MediaCommand, MediaEvent, MediaEvents},
    ports::{MediaBusy, MediaPlane},
};
use mio::Waker;
use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
        mpsc::{Receiver, SyncSender, TrySendError, sync_channel},
    },
};

/// Commands that may wait for one worker.
const WAITING: usize = 4_096;
/// What a room without connections counts for when the next one is placed.
const ROOM_LOAD: u64 = 20;

pub enum Order {
    Open(RoomId, MediaEvents),
    Command(RoomId, MediaCommand),
}

/// A worker's end of its queue, and what both ends read.
pub struct Orders {
    queue: Mutex<Receiver<Order>>,
    /// Packets forwarded in a second, and something for each connection.
    pub load: AtomicU64,
    pub stop: AtomicBool,
    /// As the worker saw itself last.
    pub observed: Mutex<Observed>,
}

/// What a worker keeps: nothing of it grows with what has gone.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub struct Observed {
    pub rooms: usize,
    pub people: usize,
    pub connections: usize,
    /// User fragments and addresses by which connections are found.
    pub names: usize,
    pub streams: usize,
    pub timers: usize,
    /// Datagrams since it began, also those that were dropped.
    pub received: u64,
    /// Times that it looked.
    pub looks: u64,
}

impl Orders {
    pub fn next(&self) -> Option<Order> {
        lock(&self.queue).try_recv().ok()
    }

    pub fn observe(&self, observed: Observed) {
        let mut place = lock(&self.observed);
        *place = Observed { looks: place.looks + 1, ..observed };
    }

    /// What was asked of a worker that failed is nothing to the next.
    pub fn discard(&self) {
        while self.next().is_some() {}
    }
}

/// The plane's end.
pub struct WorkerHandle {
    sender: SyncSender<Order>,
    waker: Waker,
    pub orders: Arc<Orders>,
}

impl WorkerHandle {
    pub fn new(waker: Waker) -> Self {
        let (sender, receiver) = sync_channel(WAITING);
        let orders = Orders {
            queue: Mutex::new(receiver),
            load: AtomicU64::new(0),
            stop: AtomicBool::new(false),
            observed: Mutex::default(),
        };
        Self { sender, waker, orders: Arc::new(orders) }
    }

    fn send(&self, order: Order) -> Result<(), MediaBusy> {
        self.sender.try_send(order).map_err(|error| {
            let (TrySendError::Full(_) | TrySendError::Disconnected(_)) = error;
            metrics::counter!("greenroom_queue_drops_total", "queue" => "media").increment(1);
            MediaBusy
        })?;
        self.wake();
        Ok(())
    }

    fn wake(&self) {
        // It fails only when the kernel's counter is full, which wakes all the same.
        let _ = self.waker.wake();
    }

    pub fn stop(&self) {
        self.orders.stop.store(true, Ordering::Relaxed);
        self.wake();
    }
}

struct Placed {
    worker: usize,
    events: MediaEvents,
}

/// Rooms and their workers.
pub struct Plane {
    workers: Vec<WorkerHandle>,
    placed: Mutex<HashMap<RoomId, Placed>>,
}

impl Plane {
    pub fn new(workers: Vec<WorkerHandle>) -> Self {
        Self { workers, placed: Mutex::default() }
    }

    pub fn orders(&self, worker: usize) -> Arc<Orders> {
        self.workers[worker].orders.clone()
    }

    pub fn observe(&self) -> Vec<Observed> {
        self.workers.iter().map(|worker| *lock(&worker.orders.observed)).collect()
    }

    pub fn stop(&self) {
        self.workers.iter().for_each(WorkerHandle::stop);
    }

    /// A worker failed: its rooms are told and may open anew.
    pub fn failed(&self, worker: usize) {
        self.workers[worker].orders.discard();
        let mut placed = lock(&self.placed);
        let gone: Vec<_> = placed.extract_if(|_, room| room.worker == worker).collect();
        drop(placed);
        counts::rooms(-(gone.len() as f64));
        for (room, placed) in gone {
            if !(placed.events)(MediaEvent::Failed) {
                tracing::error!(room = %room.short(), "a room does not know that its media failed");
            }
        }
    }

    fn least_loaded(&self, placed: &HashMap<RoomId, Placed>) -> usize {
        let mut loads: Vec<u64> = self.workers.iter().map(|worker| worker.orders.load.load(Ordering::Relaxed)).collect();
        for room in placed.values() {
            loads[room.worker] += ROOM_LOAD;
        }
        (0..loads.len()).min_by_key(|worker| loads[*worker]).unwrap_or_default()
    }
}

impl MediaPlane for Plane {
    fn open(&self, room: RoomId, events: MediaEvents) -> Result<(), MediaBusy> {
        let mut placed = lock(&self.placed);
        let worker = placed.get(&room).map_or_else(|| self.least_loaded(&placed), |room| room.worker);
        self.workers.get(worker).ok_or(MediaBusy)?.send(Order::Open(room, events.clone()))?;
        placed.insert(room, Placed { worker, events });
        Ok(())
    }

    fn send(&self, room: RoomId, command: MediaCommand) -> Result<(), MediaBusy> {
        let mut placed = lock(&self.placed);
        let worker = placed.get(&room).ok_or(MediaBusy)?.worker;
        let closes = command == MediaCommand::Close;
        self.workers[worker].send(Order::Command(room, command))?;
        if closes {
            placed.remove(&room);
        }
        Ok(())
    }
}

/// A panic elsewhere leaves nothing half done under these locks.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
