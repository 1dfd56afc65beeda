//! A few connections that only read, lent to blocking threads.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::Semaphore;
use tokio::task::spawn_blocking;

use super::StoreError;
use super::connection::{Conn, Source};

/// How many reads may wait for a connection before the next one is refused.
const WAITING: usize = 1024;

pub(super) struct Readers {
    source: Source,
    idle: Mutex<Vec<Conn>>,
    permits: Arc<Semaphore>,
    asked: AtomicUsize,
    limit: usize,
}

impl Readers {
    pub fn new(source: Source, connections: usize) -> Self {
        Self {
            source,
            idle: Mutex::new(Vec::with_capacity(connections)),
            permits: Arc::new(Semaphore::new(connections)),
            asked: AtomicUsize::new(0),
            limit: connections + WAITING,
        }
    }

    pub async fn run<T, F>(self: &Arc<Self>, work: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnOnce(&mut Conn) -> Result<T, StoreError> + Send + 'static,
    {
        let _place = Place::take(self)?;
        let permit = self.permits.clone().acquire_owned().await.map_err(unavailable)?;
        let readers = Arc::clone(self);
        spawn_blocking(move || {
            let _permit = permit;
            // A connection is put back only when the work did not panic; the next reader opens a new one.
            let mut conn = readers.checkout()?;
            let result = work(&mut conn);
            readers.idle.lock().unwrap_or_else(PoisonError::into_inner).push(conn);
            result
        })
        .await
        .map_err(unavailable)?
    }

    fn checkout(&self) -> Result<Conn, StoreError> {
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        idle.map_or_else(|| self.source.reader(), Ok)
    }
}

/// A place in the bounded crowd of readers, given back even when the caller stops waiting.
struct Place<'a>(&'a AtomicUsize);

impl<'a> Place<'a> {
    fn take(readers: &'a Readers) -> Result<Self, StoreError> {
        let place = Self(&readers.asked);
        match readers.asked.fetch_add(1, Ordering::Relaxed) {
            before if before < readers.limit => Ok(place),
            _ => Err(StoreError::Busy),
        }
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

fn unavailable(error: impl std::fmt::Display) -> StoreError {
    StoreError::Unavailable(error.to_string())
}
