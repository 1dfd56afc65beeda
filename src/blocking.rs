//! Work that would hold up an async thread, run elsewhere: so many at once, so many waiting, the rest refused.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::sync::Semaphore;
use tokio::task::spawn_blocking;

/// Why work was not done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BlockingError {
    #[error("too much work of this kind is waiting")]
    Busy,
    #[error("the work panicked")]
    Panicked,
}

/// A bounded crowd of blocking jobs. Cheap to clone; clones share the bound.
#[derive(Clone)]
pub struct Blocking {
    running: Arc<Semaphore>,
    inside: Arc<AtomicUsize>,
    limit: usize,
}

impl Blocking {
    /// `running` jobs at once and `waiting` more in line.
    pub fn new(running: usize, waiting: usize) -> Self {
        Self { running: Arc::new(Semaphore::new(running)), inside: Arc::new(AtomicUsize::new(0)), limit: running + waiting }
    }

    /// # Errors
    /// [`BlockingError::Busy`] at once when the line is full.
    pub async fn run<T, F>(&self, work: F) -> Result<T, BlockingError>
    where
        T: Send + 'static,
        F: FnOnce() -> T + Send + 'static,
    {
        let place = Place::take(self)?;
        let permit = Arc::clone(&self.running).acquire_owned().await.map_err(|_| BlockingError::Panicked)?;
        // Both go with the work: a caller that stops waiting does not make room for another while its work still runs.
        spawn_blocking(move || {
            let _held = (place, permit);
            work()
        })
        .await
        .map_err(|_| BlockingError::Panicked)
    }
}

struct Place(Arc<AtomicUsize>);

impl Place {
    fn take(crowd: &Blocking) -> Result<Self, BlockingError> {
        let place = Self(Arc::clone(&crowd.inside));
        match crowd.inside.fetch_add(1, Ordering::Relaxed) {
            before if before < crowd.limit => Ok(place),
            _ => Err(BlockingError::Busy),
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;

    #[tokio::test]
    async fn beyond_the_line_work_is_refused_and_a_panic_gives_its_place_back() {
        let crowd = Blocking::new(1, 1);
        let (go, wait) = mpsc::channel::<()>();
        let first = tokio::spawn({
            let crowd = crowd.clone();
            async move { crowd.run(move || wait.recv().is_ok()).await }
        });
        let second = tokio::spawn({
            let crowd = crowd.clone();
            async move { crowd.run(|| 2).await }
        });
        while crowd.inside.load(Ordering::Relaxed) < 2 {
            tokio::task::yield_now().await;
        }
        assert_eq!(crowd.run(|| 3).await, Err(BlockingError::Busy));
        go.send(()).expect("the first is waiting");
        assert_eq!(first.await.expect("no panic"), Ok(true));
        assert_eq!(second.await.expect("no panic"), Ok(2));
        assert_eq!(crowd.run(|| panic!("on purpose")).await, Err(BlockingError::Panicked));
        assert_eq!(crowd.run(|| 4).await, Ok(4));
    }
}
