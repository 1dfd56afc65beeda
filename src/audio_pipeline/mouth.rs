//! The open end of a track: what comes goes into a bounded queue, and what became of it comes back.

use super::{
    About, Inner, OpenError, Place,
    folder::SessionFolder,
    writer::{Told, Writer},
};
use actors::{Timestamp, audio::Track};
use bytes::Bytes;
use std::{
    sync::Arc,
    task::{Context, Poll},
    thread,
};
use tokio::sync::mpsc::{self, error::TrySendError};

/// Things that may wait for the writing thread.
const QUEUE: usize = 32;
/// What may wait for whoever is told. More is not told: the log has it.
const TOLD: usize = 64;

/// What comes in. Times are when it came.
pub enum Input {
    /// As they came off a socket, 16 bits, little endian, cut anywhere.
    Bytes(Bytes, Timestamp),
    /// Whole frames.
    Samples(Vec<i16>, Timestamp),
    /// Frames that were lost before they came here: silence stands for them.
    Missing(u64),
    Mute(Timestamp),
    Unmute(Timestamp),
    /// Time goes on.
    Tick(Timestamp),
    End(Timestamp),
}

/// The writing thread is gone.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("the pipeline has ended")]
pub struct Ended;

pub struct Mouth {
    queue: mpsc::Sender<Input>,
    told: mpsc::Receiver<Told>,
    /// Frames that there was no room for.
    missing: u64,
    channels: usize,
}

impl Mouth {
    pub(super) fn open(inner: Arc<Inner>, place: Place, about: About, now: Timestamp) -> Result<Self, OpenError> {
        let track = Track::new(about.format)?;
        let own = || SessionFolder::path_of(&inner.data_dir, about.session);
        let folder = SessionFolder::create(about.folder.clone().unwrap_or_else(own), "audio", inner.limits.keep_free)?;
        let (queue, input) = mpsc::channel(QUEUE);
        let (tell, told) = mpsc::channel(TOLD);
        let channels = usize::from(about.format.channels);
        let work = move || {
            Writer::new(&inner, place, folder, about, track, tell).run(input, now);
        };
        thread::Builder::new().name("audio-track".to_owned()).spawn(work).map_err(OpenError::Thread)?;
        Ok(Self { queue, told, missing: 0, channels })
    }

    /// Waits while the queue is full: whoever sends is held up, and nothing is lost.
    pub async fn send(&self, input: Input) -> Result<(), Ended> {
        self.queue.send(input).await.map_err(|_| Ended)
    }

    /// Never waits. What there is no room for becomes silence later, so that the time stays true; `false` says so.
    pub fn offer(&mut self, input: Input) -> bool {
        let frames = match &input {
            Input::Samples(samples, _) => (samples.len() / self.channels) as u64,
            _ => 0,
        };
        if self.missing > 0 {
            match self.queue.try_send(Input::Missing(self.missing)) {
                Ok(()) => self.missing = 0,
                Err(_) => {
                    self.missing += frames;
                    return false;
                }
            }
        }
        match self.queue.try_send(input) {
            Ok(()) => true,
            Err(TrySendError::Full(_) | TrySendError::Closed(_)) => {
                self.missing += frames;
                metrics::counter!("greenroom_queue_drops_total", "queue" => "audio").increment(1);
                false
            }
        }
    }

    /// What became of it; none when the writing thread has ended.
    pub async fn told(&mut self) -> Option<Told> {
        self.told.recv().await
    }

    /// As [`told`](Self::told), for who waits for other things too.
    pub fn poll_told(&mut self, cx: &mut Context<'_>) -> Poll<Option<Told>> {
        self.told.poll_recv(cx)
    }

    /// Nothing comes any more; what is told still arrives.
    pub async fn end(&self, now: Timestamp) {
        // A thread that has gone has ended it already.
        let _ = self.queue.send(Input::End(now)).await;
    }
}
