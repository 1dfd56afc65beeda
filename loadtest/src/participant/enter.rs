//! The way in: REST, socket, hello, welcome, timed from the moment that was scheduled, whenever this process got round to it.

use std::time::Duration;

use tokio::time::timeout;

use super::Place;
use super::session::{Session, What};
use crate::measure::clock::Micros;
use crate::rest::RestError;
use crate::socket::{self, OpenError, Received, Socket};
use crate::wire::incoming::{Frame, Welcome};
use crate::wire::outgoing;
use crate::world::{add, take};

pub const SIGNAL: &str = "/api/v1/signal";
pub const SUBPROTOCOL: Option<&str> = Some("greenroom.v1");

/// A join slower than this has failed.
const PATIENCE: Duration = Duration::from_secs(30);
const ATTEMPTS: u32 = 10;

/// Why one attempt to get in did not work.
enum Failure {
    /// The server asked to come back.
    Busy(Duration),
    Hard(&'static str, String),
}

/// `None` when they could not get in; the error is recorded.
pub async fn enter(place: &Place, scheduled: Micros) -> Option<Session> {
    let world = &place.world;
    add(&world.entering, 1);
    world.count(|count| count.join_attempts += 1);
    let entered = attempt_until_in(place, scheduled).await;
    take(&world.entering, 1);
    match entered {
        Ok(session) => Some(session),
        Err((kind, detail)) => {
            world.error(kind, || format!("room {} seat {}: {detail}", place.room.number, place.number));
            None
        }
    }
}

async fn attempt_until_in(place: &Place, scheduled: Micros) -> Result<Session, (&'static str, String)> {
    for attempt in 1.. {
        match attempt_in(place, scheduled).await {
            Ok(session) => return Ok(session),
            Err(Failure::Busy(after)) if attempt < ATTEMPTS => {
                place.world.count(|count| count.join_retries += 1);
                tokio::time::sleep(after.mul_f64(rand::random_range(0.75..1.25))).await;
            }
            Err(Failure::Busy(_)) => return Err(("join_refused", format!("still busy after {attempt} attempts"))),
            Err(Failure::Hard(kind, detail)) => return Err((kind, detail)),
        }
    }
    unreachable!("the loop ends by returning")
}

async fn attempt_in(place: &Place, scheduled: Micros) -> Result<Session, Failure> {
    let world = &place.world;
    let token = token(place, scheduled).await?;
    // The host has a token already: for them the socket was due at the scheduled time.
    let opening = if token.fetched { world.now() } else { scheduled };
    let way_in = async {
        let socket = socket::open(world.address, SIGNAL, SUBPROTOCOL).await.map_err(refused)?;
        hello(place, socket, &token.text).await
    };
    let session = timeout(PATIENCE, way_in).await.map_err(|_| Failure::Hard("join_timeout", "no welcome".into()))??;
    let now = world.now();
    world.metrics().joined(now.saturating_sub(scheduled), now.saturating_sub(opening));
    Ok(session)
}

struct Token {
    text: String,
    fetched: bool,
}

async fn token(place: &Place, scheduled: Micros) -> Result<Token, Failure> {
    let host_token = place.seat().token.borrow().clone();
    if let Some(text) = host_token.filter(|_| place.seat().incarnation.get() == 0) {
        return Ok(Token { text, fetched: false });
    }
    let joined = place.world.rest.join(&place.room.id, place.number).await;
    let text = joined.map_err(|error| match error {
        RestError::Busy(after) => Failure::Busy(after),
        error => Failure::Hard("rest_join", error.to_string()),
    })?;
    let took = place.world.now().saturating_sub(scheduled);
    place.world.metrics().rest.record(took);
    Ok(Token { text, fetched: true })
}

fn refused(error: OpenError) -> Failure {
    if error.is_busy() { Failure::Busy(Duration::from_millis(500)) } else { Failure::Hard("connect", error.to_string()) }
}

/// Says hello and waits for the welcome.
async fn hello(place: &Place, mut socket: Socket, token: &str) -> Result<Session, Failure> {
    const REFERENCE: u64 = 1;
    socket::send(&mut socket, outgoing::hello(REFERENCE, token)).await.map_err(|error| Failure::Hard("connect", error))?;
    let mut replied = false;
    loop {
        let text = match socket::receive(&mut socket).await {
            Received::Text(text) => text,
            Received::Closed(Some(4429 | 4503 | 1001)) => return Err(Failure::Busy(Duration::from_millis(500))),
            Received::Closed(code) => return Err(Failure::Hard("join_closed", format!("closed with {code:?} before welcome"))),
        };
        let frame = Frame::parse(&text).map_err(|error| Failure::Hard("bad_frame", error.to_string()))?;
        match frame.kind {
            "reply" => {
                accepted(&frame, REFERENCE)?;
                replied = true;
            }
            "welcome" => {
                let welcome: Welcome =
                    serde_json::from_str(&text).map_err(|error| Failure::Hard("bad_frame", error.to_string()))?;
                let mut session =
                    Session::new(place.clone(), socket, &welcome).map_err(|error| Failure::Hard("bad_frame", error))?;
                if !replied {
                    session.expect(REFERENCE, What::Hello);
                }
                return Ok(session);
            }
            other => return Err(Failure::Hard("unexpected_event", format!("{other} before welcome"))),
        }
    }
}

fn accepted(frame: &Frame, reference: u64) -> Result<(), Failure> {
    if let Some(error) = &frame.error {
        return Err(match (error.code, error.retry_in_ms) {
            ("busy" | "rate_limited", after) => Failure::Busy(Duration::from_millis(after.unwrap_or(500))),
            (code, _) => Failure::Hard("join_refused", code.to_string()),
        });
    }
    if frame.reference != Some(reference) || frame.state != Some("joined") {
        return Err(Failure::Hard(
            "join_refused",
            format!("hello was answered with ref {:?}, state {:?}", frame.reference, frame.state),
        ));
    }
    Ok(())
}
