//! What waits for a model: bounded, the oldest goes when it is full, since a late emotion is worth less than a fresh one.

use std::{
    collections::VecDeque,
    sync::{Condvar, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

/// Why who asked gets no answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoAnswer {
    #[error("too much waits for the model: this was the oldest")]
    Dropped,
    #[error("the model took too long")]
    Late,
    #[error("the model is being stopped")]
    Stopped,
    #[error(transparent)]
    Failed(#[from] super::RunError),
}

pub type Reply<T> = Box<dyn FnOnce(Result<T, NoAnswer>) + Send>;

pub struct Asked<Ask, Answer> {
    pub ask: Ask,
    pub reply: Reply<Answer>,
    pub since: Instant,
}

pub struct Queue<Ask, Answer> {
    most: usize,
    waiting: Mutex<Waiting<Ask, Answer>>,
    more: Condvar,
}

struct Waiting<Ask, Answer> {
    asked: VecDeque<Asked<Ask, Answer>>,
    closed: bool,
}

impl<Ask, Answer> Queue<Ask, Answer> {
    pub fn new(most: usize) -> Self {
        let waiting = Mutex::new(Waiting { asked: VecDeque::with_capacity(most), closed: false });
        Self { most, waiting, more: Condvar::new() }
    }

    /// Puts it at the end; gives back what had to go for it, and says whether it came in at all.
    pub fn push(&self, asked: Asked<Ask, Answer>) -> Result<Option<Asked<Ask, Answer>>, Asked<Ask, Answer>> {
        let mut waiting = self.locked();
        if waiting.closed {
            return Err(asked);
        }
        let oldest = if waiting.asked.len() >= self.most { waiting.asked.pop_front() } else { None };
        waiting.asked.push_back(asked);
        drop(waiting);
        self.more.notify_one();
        Ok(oldest)
    }

    /// Up to `most` of what waits; waits for the first. `None`: closed, and nothing is left.
    pub fn take(&self, most: usize) -> Option<Vec<Asked<Ask, Answer>>> {
        let mut waiting = self.locked();
        while waiting.asked.is_empty() {
            if waiting.closed {
                return None;
            }
            waiting = self.more.wait(waiting).unwrap_or_else(PoisonError::into_inner);
        }
        let count = waiting.asked.len().min(most);
        Some(waiting.asked.drain(..count).collect())
    }

    pub fn len(&self) -> usize {
        self.locked().asked.len()
    }

    /// How long the oldest has waited.
    pub fn behind(&self, now: Instant) -> Duration {
        self.locked().asked.front().map_or(Duration::ZERO, |asked| now.saturating_duration_since(asked.since))
    }

    /// Takes no more; gives back what waits.
    pub fn close(&self) -> Vec<Asked<Ask, Answer>> {
        let mut waiting = self.locked();
        waiting.closed = true;
        let left = waiting.asked.drain(..).collect();
        drop(waiting);
        self.more.notify_all();
        left
    }

    fn locked(&self) -> MutexGuard<'_, Waiting<Ask, Answer>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
