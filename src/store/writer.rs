//! One thread owns the only connection that writes. Whatever is queued when it wakes becomes one transaction, so a thousand
//! rooms share a commit instead of waiting for each other's.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::thread::{self, JoinHandle};
use std::time::Instant;

use diesel::Connection;
use tokio::sync::oneshot;

use super::StoreError;
use super::connection::{Conn, Source, in_transaction};

/// The most jobs that share one commit: bounds how long the first of them waits.
const GROUP: usize = 512;

pub(super) struct Writer {
    queue: Option<SyncSender<Box<dyn Job>>>,
    thread: Option<JoinHandle<()>>,
}

impl Writer {
    /// Starts the thread. `capacity` is how many jobs may wait; one more is [`StoreError::Busy`].
    pub fn start(source: Source, capacity: usize) -> Result<Self, StoreError> {
        let conn = source.writer()?;
        let (queue, jobs) = sync_channel(capacity);
        let thread = thread::Builder::new()
            .name("store-writer".to_owned())
            .spawn(move || write_all(&source, conn, &jobs))
            .map_err(|error| StoreError::Unavailable(error.to_string()))?;
        Ok(Self { queue: Some(queue), thread: Some(thread) })
    }

    /// Queues `work`; the receiver gets its answer once it is committed.
    pub fn submit<T, F>(&self, work: F) -> Result<oneshot::Receiver<Result<T, StoreError>>, StoreError>
    where
        T: Send + 'static,
        F: FnOnce(&mut Conn) -> Result<T, StoreError> + Send + 'static,
    {
        let (reply, answer) = oneshot::channel();
        let job = Box::new(Typed { work: Some(work), outcome: None, reply, queued: Instant::now() });
        let queue = self.queue.as_ref().ok_or_else(stopped)?;
        queue.try_send(job).map_err(|error| match error {
            TrySendError::Full(_) => {
                metrics::counter!("greenroom_queue_drops_total", "queue" => "store").increment(1);
                StoreError::Busy
            }
            TrySendError::Disconnected(_) => stopped(),
        })?;
        metrics::counter!("greenroom_store_writes_total").increment(1);
        Ok(answer)
    }
}

impl Drop for Writer {
    /// What was queued is still written.
    fn drop(&mut self) {
        drop(self.queue.take());
        if let Some(thread) = self.thread.take()
            && thread.thread().id() != thread::current().id()
            && thread.join().is_err()
        {
            tracing::error!("the store's writer ended with a panic");
        }
    }
}

pub(super) fn stopped() -> StoreError {
    StoreError::Unavailable("the writer has stopped".to_owned())
}

fn write_all(source: &Source, conn: Conn, jobs: &Receiver<Box<dyn Job>>) {
    let mut conn = Some(conn);
    while let Ok(first) = jobs.recv() {
        let mut group = vec![first];
        group.extend(jobs.try_iter().take(GROUP - 1));
        metrics::histogram!("greenroom_store_group_size").record(group.len() as f64);
        let started = Instant::now();
        let committed = commit_group(source, &mut conn, &mut group);
        metrics::histogram!("greenroom_store_commit_seconds").record(started.elapsed().as_secs_f64());
        if let Err(error) = &committed {
            tracing::error!(%error, jobs = group.len(), "a group of writes was not committed");
            // After a full disk or an I/O error the connection's idea of its transaction can't be trusted any more.
            conn = None;
        }
        for job in group {
            job.answer(&committed);
        }
    }
}

fn commit_group(source: &Source, slot: &mut Option<Conn>, group: &mut [Box<dyn Job>]) -> Result<(), StoreError> {
    let conn = match slot {
        Some(conn) => conn,
        None => slot.insert(source.writer()?),
    };
    in_transaction(conn, |conn| group.iter_mut().try_for_each(|job| job.run(conn)))
}

trait Job: Send {
    /// An error here is the whole group's.
    fn run(&mut self, conn: &mut Conn) -> Result<(), StoreError>;
    fn answer(self: Box<Self>, committed: &Result<(), StoreError>);
}

struct Typed<T, F> {
    work: Option<F>,
    outcome: Option<Result<T, StoreError>>,
    reply: oneshot::Sender<Result<T, StoreError>>,
    queued: Instant,
}

impl<T, F> Job for Typed<T, F>
where
    T: Send,
    F: FnOnce(&mut Conn) -> Result<T, StoreError> + Send,
{
    /// Under a savepoint of its own, so that a job that fails or panics takes back only what it did itself. A database that
    /// can't go on is another matter: on a full disk SQLite has taken back the whole transaction by itself, savepoints and all,
    /// and what ran after that would be kept although the group is answered with an error.
    fn run(&mut self, conn: &mut Conn) -> Result<(), StoreError> {
        let Some(work) = self.work.take() else { return Ok(()) };
        let mut panicked = false;
        let outcome = conn.transaction(|conn| {
            catch_unwind(AssertUnwindSafe(|| work(conn))).unwrap_or_else(|_| {
                panicked = true;
                Err(StoreError::Unavailable("a write panicked".to_owned()))
            })
        });
        match outcome {
            Err(error @ StoreError::Unavailable(_)) if !panicked => Err(error),
            outcome => {
                self.outcome = Some(outcome);
                Ok(())
            }
        }
    }

    fn answer(self: Box<Self>, committed: &Result<(), StoreError>) {
        let outcome = match committed {
            Ok(()) => self.outcome.unwrap_or_else(|| Err(stopped())),
            Err(error) => Err(error.clone()),
        };
        metrics::histogram!("greenroom_store_write_seconds").record(self.queued.elapsed().as_secs_f64());
        // Whoever asked may have gone away; the row stays.
        let _ = self.reply.send(outcome);
    }
}
