//! Many peer connections on one thread with one event loop, apart from the signalling so that neither disturbs the other's timing.
//!
//! A [`Handle`] is used from anywhere: it opens and closes connections and exchanges their descriptions. What is sent and what
//! is made of what comes in is a [`Handler`]'s, which lives on the loop's thread: packets never leave it.
//!
//! ```text
//! let handle = driver::start("media", identity, || MyHandler::new())?;
//! let peer = handle.open(Impairment::default());
//! let offer = handle.offer(peer, vec![Track::sending(Kind::Audio)]).await?;   // signal it …
//! handle.accept(peer, answer).await?;                                         // … and from here Handler::event, packet, run
//! ```

mod impair;
mod looping;
mod peers;
mod socket;
#[cfg(test)]
mod tests;

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::mpsc::{SyncSender, sync_channel};
use std::time::Instant;

use mio::{Poll, Waker};
use tokio::sync::oneshot;

use super::peer::{Event, Identity, Packet, PeerError, Track};
pub use impair::Impairment;
pub use peers::{Ended, Peers};

/// A connection of this run; never used twice.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct PeerId(u32);

/// Lives on the loop's thread. It must not block, and reads the time from its arguments.
pub trait Handler {
    /// What others tell it through [`Handle::tell`].
    type Command: Send + 'static;

    fn command(&mut self, peers: &mut Peers, now: Instant, command: Self::Command);

    /// Something came in. `now` is when it was read from the socket.
    fn packet(&mut self, peers: &mut Peers, now: Instant, peer: PeerId, packet: Packet);

    fn event(&mut self, peers: &mut Peers, now: Instant, peer: PeerId, event: Event);

    /// A connection was closed from this side, with what it counted.
    fn ended(&mut self, peer: PeerId, ended: Ended);

    /// When [`Self::run`] is due next.
    fn deadline(&self) -> Option<Instant>;

    fn run(&mut self, peers: &mut Peers, now: Instant);
}

/// What the loop is told. `Drop` of the last handle stops it.
enum Message<C> {
    Open(PeerId, Impairment),
    Offer(PeerId, Vec<Track>, Reply<String>),
    Answer(PeerId, String, Vec<Track>, Reply<String>),
    Accept(PeerId, String, Reply<()>),
    Close(PeerId),
    Tell(C),
}

type Reply<T> = oneshot::Sender<Result<T, PeerError>>;

/// Waiting messages; then whoever sends the next one waits.
const WAITING: usize = 4096;

/// How others speak with the loop. Clones are the same loop.
pub struct Handle<C> {
    messages: SyncSender<Message<C>>,
    waker: Arc<Waker>,
    next: Arc<AtomicU32>,
}

impl<C> Clone for Handle<C> {
    fn clone(&self) -> Self {
        Self { messages: self.messages.clone(), waker: self.waker.clone(), next: self.next.clone() }
    }
}

/// Starts the loop's thread; it ends with the last handle. The handler is made there, so it need not be `Send`.
///
/// # Errors
/// When the system has no thread or no poll for us.
pub fn start<H: Handler>(
    name: &str,
    identity: Arc<Identity>,
    make: impl FnOnce() -> H + Send + 'static,
) -> std::io::Result<Handle<H::Command>> {
    let poll = Poll::new()?;
    let waker = Arc::new(Waker::new(poll.registry(), looping::WAKE)?);
    let (messages, inbox) = sync_channel(WAITING);
    let peers = Peers::new(identity, poll.registry().try_clone()?);
    std::thread::Builder::new().name(name.to_string()).spawn(move || looping::Looping::new(poll, peers, inbox, make()).run())?;
    Ok(Handle { messages, waker, next: Arc::default() })
}

impl<C> Handle<C> {
    fn put(&self, message: Message<C>) {
        // A loop that has ended takes nothing more; whoever waits for a reply learns it from that.
        let _ = self.messages.send(message);
        let _ = self.waker.wake();
    }

    async fn ask<T>(&self, message: impl FnOnce(Reply<T>) -> Message<C>) -> Result<T, PeerError> {
        let (reply, answer) = oneshot::channel();
        self.put(message(reply));
        answer.await.unwrap_or_else(|_| Err(PeerError::Ice("the connection is gone".into())))
    }

    /// A new connection with a socket of its own on loopback.
    pub fn open(&self, impairment: Impairment) -> PeerId {
        let id = PeerId(self.next.fetch_add(1, Ordering::Relaxed));
        self.put(Message::Open(id, impairment));
        id
    }

    /// An offer of all m-lines so far and these.
    pub async fn offer(&self, peer: PeerId, tracks: Vec<Track>) -> Result<String, PeerError> {
        self.ask(|reply| Message::Offer(peer, tracks, reply)).await
    }

    /// The answer to an offer; see [`super::peer::Peer::answer`].
    pub async fn answer(&self, peer: PeerId, offer: String, tracks: Vec<Track>) -> Result<String, PeerError> {
        self.ask(|reply| Message::Answer(peer, offer, tracks, reply)).await
    }

    pub async fn accept(&self, peer: PeerId, answer: String) -> Result<(), PeerError> {
        self.ask(|reply| Message::Accept(peer, answer, reply)).await
    }

    /// Says goodbye to the other side and forgets the connection.
    pub fn close(&self, peer: PeerId) {
        self.put(Message::Close(peer));
    }

    pub fn tell(&self, command: C) {
        self.put(Message::Tell(command));
    }
}
