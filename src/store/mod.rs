//! What is kept: one SQLite file in the data directory.
//!
//! ```text
//!   write ──▶ bounded queue ──▶ writer thread: up to 512 jobs, one commit ──▶ answers
//!   read  ──▶ a few read-only connections on blocking threads
//! ```
//!
//! A write that was answered `Ok` survives a crash of the process. Each subject has its own file; all of them add methods to
//! [`Store`]. Times are milliseconds since 1970 UTC.

mod api_keys;
mod audit;
mod connection;
mod consents;
mod emotions;
mod error;
mod files;
mod idempotency;
mod journal;
mod known;
pub mod models;
pub mod outside;
mod quality;
mod readers;
pub mod recordings;
mod retention;
mod rooms;
mod schema;
mod sessions;
pub mod tenants;
mod tokens;
mod types;
mod users;
mod writer;

#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use uuid::Uuid;

pub use audit::AuditFilter;
pub use connection::Synchronous;
pub use error::StoreError;
pub use idempotency::Claim;
pub use journal::entry_of;
pub use retention::Overdue;
pub use tokens::{Rotation, Successor};
pub use types::Id;
pub use users::normal_email;

pub use connection::make_private_dir;
use connection::{Conn, Source, in_transaction};
use readers::Readers;
use writer::Writer;

/// The tenant that exists from the start; an installation without tenants of its own lives in it.
pub const DEFAULT_TENANT: Id = Id(Uuid::from_u128(1));

/// Where and how the store keeps things.
#[derive(Clone, Debug)]
pub struct StoreConfig {
    pub data_dir: PathBuf,
    pub synchronous: Synchronous,
    /// How many reads run at once.
    pub readers: usize,
    /// How many writes may wait; one more is [`StoreError::Busy`].
    pub write_queue: usize,
}

impl StoreConfig {
    pub fn new(data_dir: impl Into<PathBuf>) -> Self {
        Self { data_dir: data_dir.into(), synchronous: Synchronous::default(), readers: 4, write_queue: 8192 }
    }
}

/// Cheap to clone. The last clone to go waits until everything queued is written.
#[derive(Clone)]
pub struct Store {
    writer: Arc<Writer>,
    readers: Readers,
}

impl Store {
    /// Opens the database in `data_dir`, making both if needed, and brings its schema up to date. Blocks for that long.
    ///
    /// # Errors
    /// [`StoreError::NewerSchema`] when a newer version wrote it, [`StoreError::Unavailable`] when it can't be used.
    pub fn open(data_dir: impl AsRef<Path>) -> Result<Self, StoreError> {
        Self::open_with(&StoreConfig::new(data_dir.as_ref()))
    }

    /// As [`Store::open`], with everything said.
    ///
    /// # Errors
    /// The same.
    pub fn open_with(config: &StoreConfig) -> Result<Self, StoreError> {
        make_private_dir(&config.data_dir)?;
        let source = Source::new(&config.data_dir, config.synchronous);
        source.migrate()?;
        in_transaction(&mut source.writer()?, sessions::end_those_of_deleted_rooms)?;
        let writer = Arc::new(Writer::start(source.clone(), config.write_queue)?);
        Ok(Self { writer, readers: Readers::new(source, config.readers.max(1)) })
    }

    /// Answers whether the database can be written to just now; for `/readyz`.
    ///
    /// # Errors
    /// What a write would get.
    pub async fn check(&self) -> Result<(), StoreError> {
        self.write(|_| Ok(())).await
    }

    /// Takes its place in the queue now, not when it is first polled: writes happen in the order of the calls.
    fn write<T, F>(&self, work: F) -> impl Future<Output = Result<T, StoreError>> + Send + use<T, F>
    where
        T: Send + 'static,
        F: FnOnce(&mut Conn) -> Result<T, StoreError> + Send + 'static,
    {
        let submitted = self.writer.submit(work);
        async move { submitted?.await.map_err(|_| writer::stopped())? }
    }

    async fn read<T, F>(&self, work: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnOnce(&mut Conn) -> Result<T, StoreError> + Send + 'static,
    {
        self.readers.run(work).await
    }
}
