//! An engine whose model does as the test says: what waits is bounded, and a model that hangs or is slow is told.

use super::{Engine, EngineLimits, NoAnswer, Predictor, RunError};
use std::{
    sync::{
        Arc, Mutex,
        mpsc::{Receiver, SyncSender, sync_channel},
    },
    time::{Duration, Instant},
};

const SOON: Duration = Duration::from_secs(10);

/// Doubles what it is asked once it gets leave for each batch; a pause stands for slow arithmetic.
struct Doubler {
    leave: Option<Arc<Mutex<Receiver<()>>>>,
    batches: Arc<Mutex<Vec<usize>>>,
    busy: Duration,
}

impl Predictor for Doubler {
    type Ask = u32;
    type Answer = u32;

    fn predict(&mut self, batch: &[u32]) -> Vec<Result<u32, RunError>> {
        self.batches.lock().expect("not poisoned").push(batch.len());
        if let Some(leave) = &self.leave {
            let _ = leave.lock().expect("not poisoned").recv();
        }
        let until = Instant::now() + self.busy;
        while Instant::now() < until {
            std::hint::spin_loop();
        }
        batch.iter().map(|value| if *value == 13 { Err(RunError::NotFinite) } else { Ok(value * 2) }).collect()
    }
}

struct Held {
    engine: Engine<Doubler>,
    leave: SyncSender<()>,
    batches: Arc<Mutex<Vec<usize>>>,
    answers: Receiver<(u32, Result<u32, NoAnswer>)>,
    answered: SyncSender<(u32, Result<u32, NoAnswer>)>,
}

/// The first thread waits for leave before each batch; those that replace it don't.
fn held(limits: EngineLimits) -> Held {
    let (leave, may) = sync_channel(100);
    let (answered, answers) = sync_channel(1000);
    let batches = Arc::new(Mutex::new(Vec::new()));
    let first = Doubler { leave: Some(Arc::new(Mutex::new(may))), batches: batches.clone(), busy: Duration::ZERO };
    let seen = batches.clone();
    let another = move || Some(Doubler { leave: None, batches: seen.clone(), busy: Duration::ZERO });
    let engine = Engine::start("test", limits, first, another).expect("threads");
    Held { engine, leave, batches, answers, answered }
}

impl Held {
    fn ask(&self, value: u32) {
        let answered = self.answered.clone();
        self.engine.ask(value, move |answer| answered.send((value, answer)).expect("the test listens"));
    }

    fn next(&self) -> (u32, Result<u32, NoAnswer>) {
        self.answers.recv_timeout(SOON).expect("an answer in time")
    }

    fn until(&self, holds: impl Fn(&Self) -> bool) {
        let end = Instant::now() + SOON;
        while !holds(self) {
            assert!(Instant::now() < end, "it doesn't come to it: {:?}", self.engine.state());
            std::thread::yield_now();
        }
    }
}

#[test]
fn a_full_queue_drops_the_oldest_and_answers_the_rest_in_batches() {
    let held = held(EngineLimits { waiting: 4, batch: 3, ..EngineLimits::default() });
    held.ask(0);
    held.until(|held| held.batches.lock().expect("not poisoned").len() == 1);
    (1..=6).for_each(|value| held.ask(value));
    assert_eq!([held.next(), held.next()], [(1, Err(NoAnswer::Dropped)), (2, Err(NoAnswer::Dropped))]);
    let state = held.engine.state();
    assert_eq!((state.waiting, state.dropped), (4, 2));
    assert!(state.behind > Duration::ZERO);
    (0..3).for_each(|_| held.leave.send(()).expect("it listens"));
    let answers: Vec<_> = (0..5).map(|_| held.next()).collect();
    assert_eq!(answers, [(0, Ok(0)), (3, Ok(6)), (4, Ok(8)), (5, Ok(10)), (6, Ok(12))]);
    assert_eq!(*held.batches.lock().expect("not poisoned"), [1, 3, 1]);
}

#[test]
fn a_failure_is_that_asks_own() {
    let held = held(EngineLimits::default());
    held.ask(13);
    held.leave.send(()).expect("it listens");
    assert_eq!(held.next(), (13, Err(NoAnswer::Failed(RunError::NotFinite))));
    held.ask(4);
    held.leave.send(()).expect("it listens");
    assert_eq!(held.next(), (4, Ok(8)));
}

#[test]
fn a_model_that_hangs_is_told_and_its_thread_given_up() {
    let held = held(EngineLimits { hang: Duration::from_millis(50), given_up: 1, ..EngineLimits::default() });
    held.ask(1);
    held.until(|held| held.engine.state().hangs.is_some() || held.engine.state().given_up == 1);
    held.until(|held| held.engine.state().given_up == 1);
    held.ask(2);
    assert_eq!(held.next(), (2, Ok(4)));
    assert_eq!(held.engine.state().check(), Ok(()));
    // The one that hung comes back: who asked is answered, and nobody is asked twice.
    held.leave.send(()).expect("it listens");
    assert_eq!(held.next(), (1, Ok(2)));
}

#[test]
fn who_asks_a_model_that_hangs_waits_no_longer_than_their_patience() {
    let held = held(EngineLimits { given_up: 0, hang: Duration::from_millis(20), ..EngineLimits::default() });
    assert_eq!(held.engine.ask_and_wait(1, Duration::from_millis(50)), Err(NoAnswer::Late));
    held.until(|held| held.engine.state().check().is_err_and(|why| why.contains("hangs")));
    held.leave.send(()).expect("it listens");
    held.until(|held| held.engine.state().hangs.is_none());
}

#[test]
fn a_model_ten_times_as_slow_is_told() {
    let batches = Arc::new(Mutex::new(Vec::new()));
    let slow = Doubler { leave: None, batches, busy: Duration::from_millis(25) };
    let limits = EngineLimits { usual: Duration::from_millis(1), ..EngineLimits::default() };
    let engine = Engine::start("test", limits, slow, || None).expect("threads");
    assert_eq!(engine.ask_and_wait(3, SOON), Ok(6));
    let why = engine.state().check().expect_err("slow");
    assert!(why.contains("slow"), "{why}");
}

#[test]
fn what_waits_when_the_engine_goes_is_answered() {
    let held = held(EngineLimits::default());
    held.ask(1);
    held.until(|held| held.engine.state().waiting == 0);
    held.ask(2);
    let Held { engine, answers, leave, .. } = held;
    drop(engine);
    assert_eq!(answers.recv_timeout(SOON).expect("an answer"), (2, Err(NoAnswer::Stopped)));
    leave.send(()).expect("it listens");
    assert_eq!(answers.recv_timeout(SOON).expect("an answer"), (1, Ok(2)));
}
