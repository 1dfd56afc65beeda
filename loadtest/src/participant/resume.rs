//! Coming back after a lost connection, as the same participant.

use std::time::Duration;

use tokio::time::timeout;

use super::enter::{SIGNAL, SUBPROTOCOL};
use super::session::{Session, Why};
use crate::measure::clock::Micros;
use crate::socket::{self, OpenError, Received, Socket};
use crate::wire::incoming::Frame;
use crate::wire::outgoing;
use crate::world::{add, take};

const PATIENCE: Duration = Duration::from_secs(20);
const ATTEMPTS: u32 = 8;
const FIRST_WAIT: Duration = Duration::from_millis(250);

enum Failure {
    Busy(Duration),
    Hard(&'static str, String),
}

impl Session {
    /// Drops the socket, waits until `back`, resumes. False when that is refused; the error is recorded.
    pub async fn come_back(&mut self, back: Micros, why: Why) -> bool {
        let world = self.place.world.clone();
        self.place.seat().away.set(true);
        world.count(|count| count.online -= 1);
        add(&world.entering, 1);
        // An abrupt end: the stream is dropped without a closing handshake.
        self.hang_up().await;
        world.sleep_until(back).await;
        let resumed = self.resume(back, why).await;
        world.count(|count| count.online += 1);
        take(&world.entering, 1);
        self.place.seat().away.set(false);
        match resumed {
            Ok(()) => {
                self.repeat_pending().await;
                true
            }
            Err((kind, detail)) => {
                self.error(kind, || detail);
                false
            }
        }
    }

    async fn hang_up(&mut self) {
        use tokio::io::AsyncWriteExt;
        let _ = self.socket.get_mut().shutdown().await;
    }

    async fn resume(&mut self, due: Micros, why: Why) -> Result<(), (&'static str, String)> {
        let world = self.place.world.clone();
        for attempt in 1.. {
            match timeout(PATIENCE, self.resume_once(why)).await {
                Ok(Ok(())) => {
                    let now = world.now();
                    world.metrics().resume.record(now.saturating_sub(due));
                    world.count(|count| count.resumed += 1);
                    self.pace.relay.skip_to(now);
                    self.pace.chat.skip_to(now);
                    self.measured_from = now;
                    return Ok(());
                }
                Ok(Err(Failure::Busy(after))) if attempt < ATTEMPTS => {
                    world.count(|count| count.resume_retries += 1);
                    tokio::time::sleep(after.mul_f64(rand::random_range(0.5..1.5)) * attempt).await;
                }
                Ok(Err(Failure::Busy(_))) => return Err(("resume_refused", format!("still busy after {attempt} attempts"))),
                Ok(Err(Failure::Hard(kind, detail))) => return Err((kind, detail)),
                Err(_) => return Err(("resume_timeout", "no reply".into())),
            }
        }
        unreachable!("the loop ends by returning")
    }

    async fn resume_once(&mut self, why: Why) -> Result<(), Failure> {
        let mut socket = socket::open(self.place.world.address, SIGNAL, SUBPROTOCOL).await.map_err(refused)?;
        let reference = self.reference();
        let command = outgoing::resume(reference, &self.resume_token, self.sequence.last());
        socket::send(&mut socket, command).await.map_err(|_| Failure::Busy(FIRST_WAIT))?;
        let replayed = reply(&mut socket, reference).await?;
        if !replayed && why == Why::Cut {
            self.error("resume_not_replayed", || "the server lost what it had to keep".into());
        }
        self.socket = socket;
        Ok(())
    }
}

fn refused(error: OpenError) -> Failure {
    if error.is_busy() { Failure::Busy(FIRST_WAIT) } else { Failure::Hard("connect", error.to_string()) }
}

/// The reply to `resume`, which comes before any event. Returns whether the missed events follow.
async fn reply(socket: &mut Socket, reference: u64) -> Result<bool, Failure> {
    let text = match socket::receive(socket).await {
        Received::Text(text) => text,
        Received::Closed(None | Some(1001 | 1011 | 4429 | 4503)) => return Err(Failure::Busy(FIRST_WAIT)),
        Received::Closed(code) => return Err(Failure::Hard("resume_refused", format!("closed with {code:?}"))),
    };
    let frame = Frame::parse(&text).map_err(|error| Failure::Hard("bad_frame", error.to_string()))?;
    if frame.kind != "reply" || frame.reference != Some(reference) {
        return Err(Failure::Hard("unexpected_event", format!("{} before the reply to resume", frame.kind)));
    }
    match frame.error {
        Some(error) if matches!(error.code, "busy" | "rate_limited") => {
            Err(Failure::Busy(error.retry_in_ms.map_or(FIRST_WAIT, Duration::from_millis)))
        }
        Some(error) => Err(Failure::Hard("resume_refused", error.code.to_string())),
        None => frame.replayed.ok_or_else(|| Failure::Hard("bad_frame", "the reply to resume has no replayed".into())),
    }
}
