//! A model on a thread of its own, under a watchdog that never waits for it.

use super::{
    model::RunError,
    queue::{Asked, NoAnswer, Queue, Reply},
    state::EngineState,
};
use metrics::{counter, gauge, histogram};
use std::{
    sync::{
        Arc, Condvar, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

/// Something that answers batches. It is used by one thread at a time.
pub trait Predictor: Send + 'static {
    type Ask: Send + 'static;
    type Answer: Send + 'static;

    /// An answer for each, in their order.
    fn predict(&mut self, batch: &[Self::Ask]) -> Vec<Result<Self::Answer, RunError>>;
}

#[derive(Clone, Copy, Debug)]
pub struct EngineLimits {
    /// Asks that wait at most; then the oldest goes.
    pub waiting: usize,
    /// Asks that are answered together at most.
    pub batch: usize,
    /// What one ask takes on an ordinary machine; ten times as long is slow.
    pub usual: Duration,
    /// After this long without an answer the model hangs.
    pub hang: Duration,
    /// Threads that are given up at most because their model hangs; then it stays off.
    pub given_up: u32,
}

impl Default for EngineLimits {
    fn default() -> Self {
        Self { waiting: 128, batch: 16, usual: Duration::from_millis(5), hang: Duration::from_secs(5), given_up: 3 }
    }
}

/// What is slow, in terms of what is usual.
const SLOW: u32 = 10;
/// How much the newest batch counts in what one ask takes.
const NEWEST: f64 = 0.3;
/// How often the watchdog looks.
const LOOK_EVERY: Duration = Duration::from_millis(250);

/// Cheap to clone; the threads end with the last clone.
pub struct Engine<P: Predictor> {
    inner: Arc<Inner<P>>,
}

impl<P: Predictor> Clone for Engine<P> {
    fn clone(&self) -> Self {
        Self { inner: self.inner.clone() }
    }
}

struct Inner<P: Predictor> {
    shared: Arc<Shared<P>>,
}

struct Shared<P: Predictor> {
    name: &'static str,
    limits: EngineLimits,
    queue: Queue<P::Ask, P::Answer>,
    doing: Mutex<Doing>,
    stopped: AtomicBool,
    stop: Condvar,
    make: Box<dyn Fn() -> Option<P> + Send + Sync>,
}

#[derive(Default)]
struct Doing {
    /// Since when the present thread has asked its model.
    since: Option<Instant>,
    /// Which thread is the present one.
    thread: u32,
    each: f64,
    answered: u64,
    dropped: u64,
}

impl<P: Predictor> Engine<P> {
    /// Starts a thread with `first`, and a watchdog. `make` makes another where the first hangs.
    pub fn start(
        name: &'static str,
        limits: EngineLimits,
        first: P,
        make: impl Fn() -> Option<P> + Send + Sync + 'static,
    ) -> std::io::Result<Self> {
        let shared = Arc::new(Shared {
            name,
            limits,
            queue: Queue::new(limits.waiting),
            doing: Mutex::default(),
            stopped: AtomicBool::new(false),
            stop: Condvar::new(),
            make: Box::new(make),
        });
        work(shared.clone(), first, 0)?;
        let watched = shared.clone();
        thread::Builder::new().name(format!("{name}-watch")).spawn(move || watch(&watched))?;
        Ok(Self { inner: Arc::new(Inner { shared }) })
    }

    /// Asks, and never waits: `reply` is called once, on the engine's thread or on this one.
    pub fn ask(&self, ask: P::Ask, reply: impl FnOnce(Result<P::Answer, NoAnswer>) + Send + 'static) {
        self.inner.shared.push(ask, Box::new(reply));
    }

    /// Asks and waits, so long at most. For threads that may wait.
    ///
    /// # Errors
    /// See [`NoAnswer`].
    pub fn ask_and_wait(&self, ask: P::Ask, patience: Duration) -> Result<P::Answer, NoAnswer> {
        let (sender, receiver) = std::sync::mpsc::sync_channel(1);
        // Who waited no longer doesn't listen.
        self.ask(ask, move |answer| drop(sender.try_send(answer)));
        receiver.recv_timeout(patience).unwrap_or(Err(NoAnswer::Late))
    }

    pub fn state(&self) -> EngineState {
        self.inner.shared.state(Instant::now())
    }
}

impl<P: Predictor> Drop for Inner<P> {
    fn drop(&mut self) {
        self.shared.stopped.store(true, Ordering::Release);
        self.shared.queue.close().into_iter().for_each(|asked| (asked.reply)(Err(NoAnswer::Stopped)));
        let _watching = self.shared.doing();
        self.shared.stop.notify_all();
    }
}

impl<P: Predictor> Shared<P> {
    fn doing(&self) -> MutexGuard<'_, Doing> {
        self.doing.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn push(&self, ask: P::Ask, reply: Reply<P::Answer>) {
        match self.queue.push(Asked { ask, reply, since: Instant::now() }) {
            Ok(None) => {}
            Ok(Some(oldest)) => {
                self.doing().dropped += 1;
                counter!("greenroom_inference_dropped_total", "model" => self.name).increment(1);
                (oldest.reply)(Err(NoAnswer::Dropped));
            }
            Err(asked) => (asked.reply)(Err(NoAnswer::Stopped)),
        }
    }

    fn state(&self, now: Instant) -> EngineState {
        let (waiting, behind) = (self.queue.len(), self.queue.behind(now));
        let doing = self.doing();
        let busy = doing.since.map(|since| now.saturating_duration_since(since));
        let each = Duration::from_secs_f64(doing.each);
        EngineState {
            waiting,
            behind: behind.max(busy.unwrap_or_default()),
            dropped: doing.dropped,
            answered: doing.answered,
            each,
            hangs: busy.filter(|busy| *busy >= self.limits.hang),
            slow: each >= self.limits.usual * SLOW,
            away: None,
            given_up: doing.thread,
        }
    }

    /// Is this thread still the one that asks?
    fn begins(&self, thread: u32) -> bool {
        let mut doing = self.doing();
        let present = doing.thread == thread;
        if present {
            doing.since = Some(Instant::now());
        }
        present
    }

    /// Takes the time of a batch; says whether this thread goes on.
    fn ends(&self, thread: u32, asks: usize) -> bool {
        let mut doing = self.doing();
        doing.answered += asks as u64;
        if doing.thread != thread {
            return false;
        }
        let took = doing.since.take().map_or(0.0, |since| since.elapsed().as_secs_f64());
        histogram!("greenroom_inference_seconds", "model" => self.name).record(took);
        let each = took / asks.max(1) as f64;
        doing.each = if doing.each == 0.0 { each } else { doing.each + (each - doing.each) * NEWEST };
        true
    }
}

/// A thread that asks `predictor` until the queue is closed, or it was given up.
fn work<P: Predictor>(shared: Arc<Shared<P>>, mut predictor: P, thread: u32) -> std::io::Result<()> {
    let name = format!("{}-{thread}", shared.name);
    let body = move || {
        super::priority::lower();
        while let Some(batch) = shared.queue.take(shared.limits.batch) {
            if !shared.begins(thread) {
                // Another has taken over in between; it gets what was taken here.
                batch.into_iter().for_each(|asked| shared.push(asked.ask, asked.reply));
                return;
            }
            let (asks, replies): (Vec<_>, Vec<_>) = batch.into_iter().map(|asked| (asked.ask, asked.reply)).unzip();
            let mut answers = predictor.predict(&asks).into_iter();
            let goes_on = shared.ends(thread, asks.len());
            for reply in replies {
                let missing = || Err(RunError::Runtime("it gave fewer answers than it was asked".to_owned()));
                reply(answers.next().unwrap_or_else(missing).map_err(NoAnswer::from));
            }
            if !goes_on {
                return;
            }
        }
    };
    thread::Builder::new().name(name).spawn(body).map(drop)
}

/// Tells how the engine does, and takes a thread's work from it when its model hangs.
fn watch<P: Predictor>(shared: &Arc<Shared<P>>) {
    let mut told = false;
    loop {
        let doing = shared.doing();
        if shared.stopped.load(Ordering::Acquire) {
            return;
        }
        drop(shared.stop.wait_timeout(doing, LOOK_EVERY).unwrap_or_else(PoisonError::into_inner));
        let state = shared.state(Instant::now());
        gauge!("greenroom_inference_waiting", "model" => shared.name).set(state.waiting as f64);
        gauge!("greenroom_inference_behind_seconds", "model" => shared.name).set(state.behind.as_secs_f64());
        gauge!("greenroom_inference_keeps_up", "model" => shared.name).set(if state.check().is_ok() { 1.0 } else { 0.0 });
        match (state.check(), told) {
            (Err(why), false) => tracing::warn!(model = shared.name, %why, "inference doesn't keep up"),
            (Ok(()), true) => tracing::info!(model = shared.name, "inference keeps up again"),
            _ => {}
        }
        told = state.check().is_err();
        if state.hangs.is_some() {
            replace(shared);
        }
    }
}

fn replace<P: Predictor>(shared: &Arc<Shared<P>>) {
    let thread = shared.doing().thread + 1;
    if thread > shared.limits.given_up {
        return;
    }
    let Some(predictor) = (shared.make)() else { return };
    let mut doing = shared.doing();
    doing.thread = thread;
    doing.since = None;
    drop(doing);
    tracing::error!(model = shared.name, "a model hangs; its thread is given up and another begins");
    if let Err(error) = work(shared.clone(), predictor, thread) {
        tracing::error!(model = shared.name, %error, "no thread can be started");
    }
}
