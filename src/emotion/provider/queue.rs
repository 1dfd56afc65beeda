//! What waits for the provider: bounded, the oldest goes, and nothing is kept longer than anybody waits for it.

use crate::inference::{EngineState, NoAnswer, RunError};
use actors::emotion::Answer;
use std::{
    collections::VecDeque,
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};
use tokio::sync::Notify;

pub type Reply = Box<dyn FnOnce(Result<Answer, NoAnswer>) + Send>;

/// Clips that wait at most.
const MOST: usize = 64;
/// After this long nobody wants the answer any more.
pub const STALE: Duration = Duration::from_secs(8);

pub struct Asked {
    pub samples: Vec<f32>,
    pub reply: Reply,
    pub since: Instant,
}

#[derive(Default)]
pub struct Queue {
    inner: Mutex<Inner>,
    /// Something came, or it is over.
    pub news: Notify,
}

#[derive(Default)]
struct Inner {
    waiting: VecDeque<Asked>,
    stopped: bool,
    dropped: u64,
    answered: u64,
    /// Why the provider isn't there; none while it is.
    down: Option<(String, Instant)>,
}

impl Queue {
    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn push(&self, samples: Vec<f32>, reply: Reply) {
        let mut inner = self.inner();
        let oldest = if inner.waiting.len() == MOST { inner.waiting.pop_front() } else { None };
        inner.dropped += u64::from(oldest.is_some());
        inner.waiting.push_back(Asked { samples, reply, since: Instant::now() });
        drop(inner);
        self.news.notify_one();
        if let Some(oldest) = oldest {
            metrics::counter!("greenroom_inference_dropped_total", "model" => "emotion").increment(1);
            (oldest.reply)(Err(NoAnswer::Dropped));
        }
    }

    pub fn take(&self) -> Option<Asked> {
        self.inner().waiting.pop_front()
    }

    /// Answers what nobody waits for any more.
    pub fn expire(&self) {
        let mut stale = Vec::new();
        let mut inner = self.inner();
        while inner.waiting.front().is_some_and(|asked| asked.since.elapsed() > STALE) {
            stale.extend(inner.waiting.pop_front());
        }
        drop(inner);
        stale.into_iter().for_each(|asked| (asked.reply)(Err(NoAnswer::Late)));
    }

    pub fn answer(&self, reply: Reply, answer: Result<Answer, String>) {
        self.inner().answered += 1;
        reply(answer.map_err(|why| NoAnswer::Failed(RunError::Runtime(why))));
    }

    pub fn is_up(&self) {
        self.inner().down = None;
    }

    pub fn is_down(&self, why: String) {
        self.inner().down.get_or_insert((why, Instant::now()));
    }

    pub fn stop(&self) {
        let mut inner = self.inner();
        inner.stopped = true;
        let left = std::mem::take(&mut inner.waiting);
        drop(inner);
        left.into_iter().for_each(|asked| (asked.reply)(Err(NoAnswer::Stopped)));
        self.news.notify_one();
    }

    pub fn stopped(&self) -> bool {
        self.inner().stopped
    }

    pub fn state(&self) -> EngineState {
        let inner = self.inner();
        EngineState {
            waiting: inner.waiting.len(),
            behind: inner.waiting.front().map_or(Duration::ZERO, |asked| asked.since.elapsed()),
            dropped: inner.dropped,
            answered: inner.answered,
            away: inner.down.as_ref().map(|(why, _)| why.clone()),
            ..EngineState::default()
        }
    }
}
