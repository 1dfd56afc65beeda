//! A few connections that only read, lent to blocking threads.

use std::sync::{Arc, Mutex, PoisonError};

use super::StoreError;
use super::connection::{Conn, Source};
use crate::blocking::{Blocking, BlockingError};

/// How many reads may wait for a connection before the next one is refused.
const WAITING: usize = 1024;

#[derive(Clone)]
pub(super) struct Readers {
    source: Source,
    idle: Arc<Mutex<Vec<Conn>>>,
    threads: Blocking,
}

impl Readers {
    pub fn new(source: Source, connections: usize) -> Self {
        Self { source, idle: Arc::default(), threads: Blocking::new(connections, WAITING) }
    }

    pub async fn run<T, F>(&self, work: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnOnce(&mut Conn) -> Result<T, StoreError> + Send + 'static,
    {
        let readers = self.clone();
        let read = self.threads.run(move || {
            // Put back only when the work did not panic: the next reader then opens a new one.
            let mut conn = readers.checkout()?;
            let result = work(&mut conn);
            readers.idle.lock().unwrap_or_else(PoisonError::into_inner).push(conn);
            result
        });
        read.await.map_err(|error| match error {
            BlockingError::Busy => StoreError::Busy,
            BlockingError::Panicked => StoreError::Unavailable("a read panicked".to_owned()),
        })?
    }

    fn checkout(&self) -> Result<Conn, StoreError> {
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        idle.map_or_else(|| self.source.reader(), Ok)
    }
}
