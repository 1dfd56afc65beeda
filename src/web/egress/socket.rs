//! One stream's socket, whatever it carries: frames in, what became of them out, until the sender ends it, says nothing any more, or the server goes.

use super::{
    Ours,
    close::{End, error},
};
use crate::web::ws::{FramesIn, FramesOut};
use actix_http::ws::{Frame, Item, Message, ProtocolError};
use actors::Timestamp;
use bytes::{Bytes, BytesMut};
use futures_util::Stream as _;
use serde_json::{Value, json};
use std::{
    future::poll_fn,
    pin::Pin,
    rc::Rc,
    sync::atomic::Ordering,
    task::{Context, Poll},
    time::{Duration, Instant},
};
use tokio::{
    net::TcpStream,
    time::{Interval, MissedTickBehavior, interval, timeout},
};

/// How exact a mute's silence is while it lasts, and how soon a drain is seen.
const TICK: Duration = Duration::from_millis(500);
/// How long the disk may hold a sender up.
const STUCK: Duration = Duration::from_secs(30);
/// How long the last samples may take to the disk.
const LAST_WORDS: Duration = Duration::from_secs(10);
/// Texts that are no event, before the socket is closed.
const BAD_MAX: u32 = 20;

/// An event that the sender tells, in any of its forms.
#[derive(Clone, PartialEq, Debug)]
pub enum Event {
    Start,
    Mute,
    Unmute,
    End,
    Ping,
    /// Milliseconds of the next picture.
    Time(u64),
}

/// What a socket carries.
pub trait Stream {
    /// What the sender is told first.
    fn opened(&self) -> Value;
    /// Waits while there is no room.
    async fn binary(&mut self, bytes: Bytes, now: Timestamp) -> Result<(), End>;
    async fn event(&mut self, event: Event, now: Timestamp) -> Result<(), End>;
    /// Time goes on.
    async fn tick(&mut self, now: Timestamp);
    /// May the sender be silent for now?
    fn rests(&self) -> bool;
    /// What became of what came; none when nothing more is told.
    fn poll_told(&mut self, cx: &mut Context<'_>) -> Poll<Option<Value>>;
    async fn end(&mut self, now: Timestamp);
}

enum Next {
    Frame(Option<Result<Frame, ProtocolError>>),
    Told(Option<Value>),
    Tick,
}

pub struct Socket<S> {
    frames: FramesIn,
    out: FramesOut,
    stream: S,
    ours: Ours,
    tick: Interval,
    pieces: Option<(BytesMut, bool)>,
    last_heard: Instant,
    last_media: Instant,
    last_ping: Instant,
    /// Since when the sender does not take what it is told.
    full_since: Option<Instant>,
    bad: u32,
}

impl<S: Stream> Socket<S> {
    pub fn new(io: Rc<TcpStream>, frames: FramesIn, stream: S, ours: Ours) -> Self {
        ours.signalling.open.fetch_add(1, Ordering::Relaxed);
        let mut tick = interval(TICK);
        tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let now = Instant::now();
        Self {
            frames,
            out: FramesOut::new(io),
            stream,
            ours,
            tick,
            pieces: None,
            last_heard: now,
            last_media: now,
            last_ping: now,
            full_since: None,
            bad: 0,
        }
    }

    pub async fn run(mut self) {
        let opened = self.stream.opened();
        self.say(&opened);
        let end = loop {
            let step = match self.next().await {
                Next::Frame(Some(Ok(frame))) => self.frame(frame).await,
                Next::Frame(Some(Err(ProtocolError::Overflow))) => Err(End::TooBig),
                Next::Frame(Some(Err(_))) => Err(End::Policy),
                Next::Frame(None) => Err(End::Done),
                Next::Told(Some(told)) => {
                    self.say(&told);
                    Ok(())
                }
                Next::Told(None) => Err(End::Internal),
                Next::Tick => self.look().await,
            };
            if let Err(end) = step {
                break end;
            }
        };
        self.finish(end).await;
    }

    async fn next(&mut self) -> Next {
        poll_fn(|cx| {
            if let Poll::Ready(told) = self.stream.poll_told(cx) {
                return Poll::Ready(Next::Told(told));
            }
            // Before the frames: whoever sends without end is looked at too.
            if self.tick.poll_tick(cx).is_ready() {
                return Poll::Ready(Next::Tick);
            }
            Pin::new(&mut self.frames).poll_next(cx).map(Next::Frame)
        })
        .await
    }

    async fn frame(&mut self, frame: Frame) -> Result<(), End> {
        self.last_heard = Instant::now();
        match frame {
            Frame::Binary(bytes) => self.media(bytes).await,
            Frame::Text(text) => self.text(&text).await,
            Frame::Continuation(item) => self.piece(item).await,
            Frame::Ping(payload) => {
                self.out.send(Message::Pong(payload));
                self.flush();
                Ok(())
            }
            Frame::Pong(_) => Ok(()),
            Frame::Close(_) => Err(End::Done),
        }
    }

    async fn media(&mut self, bytes: Bytes) -> Result<(), End> {
        self.last_media = Instant::now();
        metrics::counter!("greenroom_egress_bytes_total").increment(bytes.len() as u64);
        let now = self.now();
        timeout(STUCK, self.stream.binary(bytes, now)).await.unwrap_or(Err(End::Stuck))
    }

    async fn piece(&mut self, item: Item) -> Result<(), End> {
        let (bytes, first, last) = match item {
            Item::FirstText(bytes) => (bytes, Some(false), false),
            Item::FirstBinary(bytes) => (bytes, Some(true), false),
            Item::Continue(bytes) => (bytes, None, false),
            Item::Last(bytes) => (bytes, None, true),
        };
        match (first, &self.pieces) {
            (Some(binary), None) => self.pieces = Some((BytesMut::new(), binary)),
            (None, Some(_)) => {}
            _ => return Err(End::Policy),
        }
        let most = self.ours.shared.config.egress_frame_bytes;
        let Some((so_far, binary)) = &mut self.pieces else { return Err(End::Policy) };
        if so_far.len() + bytes.len() > most {
            return Err(End::TooBig);
        }
        so_far.extend_from_slice(&bytes);
        if !last {
            return Ok(());
        }
        let (whole, binary) = (std::mem::take(so_far).freeze(), *binary);
        self.pieces = None;
        if binary { self.media(whole).await } else { self.text(&whole).await }
    }

    async fn text(&mut self, text: &[u8]) -> Result<(), End> {
        let text = std::str::from_utf8(text).map_err(|_| End::NotUtf8)?;
        match event(text) {
            Ok(Event::Ping) => self.say(&json!({ "type": "pong" })),
            Ok(told) => {
                self.last_media = Instant::now();
                let now = self.now();
                timeout(STUCK, self.stream.event(told, now)).await.unwrap_or(Err(End::Stuck))?;
            }
            Err(problem) => {
                self.bad += 1;
                if self.bad > BAD_MAX {
                    return Err(End::Policy);
                }
                self.say(&problem);
            }
        }
        Ok(())
    }

    /// Looks at what no frame tells.
    async fn look(&mut self) -> Result<(), End> {
        if self.ours.shared.health.is_draining() {
            return Err(End::Draining);
        }
        let now = self.now();
        self.stream.tick(now).await;
        let (config, every) = (&self.ours.shared.config, self.ours.signalling.ping_every);
        let idle = Duration::from_secs(config.egress_idle_seconds);
        if self.last_heard.elapsed() > every * 3 {
            metrics::counter!("greenroom_sockets_lost_total").increment(1);
            return Err(End::Done);
        }
        if !self.stream.rests() && self.last_media.elapsed() > idle {
            return Err(End::Idle);
        }
        if self.full_since.is_some_and(|since| since.elapsed() > Duration::from_secs(config.slow_consumer_seconds)) {
            metrics::counter!("greenroom_slow_consumers_total").increment(1);
            return Err(End::Slow);
        }
        if self.last_ping.elapsed() >= every {
            self.last_ping = Instant::now();
            self.out.send(Message::Ping(Bytes::new()));
        }
        self.flush();
        Ok(())
    }

    /// What the sender does not take in time is not told: the session's log has it.
    fn say(&mut self, value: &Value) {
        if self.full_since.is_none() {
            self.out.send(Message::Text(value.to_string().into()));
            self.flush();
        }
    }

    fn flush(&mut self) {
        self.full_since = match self.out.flush() {
            Ok(true) => None,
            // A connection that is gone shows where frames are read.
            Ok(false) | Err(_) => self.full_since.or_else(|| Some(Instant::now())),
        };
    }

    fn now(&self) -> Timestamp {
        self.ours.shared.clock.now()
    }

    /// The last samples to the disk, the last words to the sender.
    async fn finish(&mut self, end: End) {
        if let Some(error) = end.error() {
            self.say(&error);
        }
        let now = self.now();
        let words = async {
            self.stream.end(now).await;
            while let Some(told) = poll_fn(|cx| self.stream.poll_told(cx)).await {
                if self.full_since.is_none() {
                    self.out.send(Message::Text(told.to_string().into()));
                    self.full_since = (!matches!(self.out.flush(), Ok(true))).then(Instant::now);
                }
            }
        };
        if timeout(LAST_WORDS, words).await.is_err() {
            tracing::warn!("a stream's last samples take long to the disk");
        }
        self.out.send(Message::Close(Some(end.reason())));
        self.flush();
        self.out.farewell().await;
    }
}

impl<S> Drop for Socket<S> {
    fn drop(&mut self) {
        self.ours.signalling.open.fetch_sub(1, Ordering::Relaxed);
    }
}

/// `{"type": …}` as described, or `{"muted": true}` as LiveKit's egress tells it.
fn event(text: &str) -> Result<Event, Value> {
    let value: Value = serde_json::from_str(text).map_err(|_| error("bad_json", "not JSON"))?;
    let kind = value.get("type").and_then(Value::as_str);
    if let (None, Some(muted)) = (kind, value.get("muted").and_then(Value::as_bool)) {
        return Ok(if muted { Event::Mute } else { Event::Unmute });
    }
    if let (None | Some("time"), Some(at)) = (kind, value.get("pts").and_then(Value::as_u64)) {
        return Ok(Event::Time(at));
    }
    match kind {
        Some("start") => Ok(Event::Start),
        Some("mute" | "muted") => Ok(Event::Mute),
        Some("unmute" | "unmuted") => Ok(Event::Unmute),
        Some("end" | "stop") => Ok(Event::End),
        Some("ping") => Ok(Event::Ping),
        _ => Err(error("unknown_type", "expected start, mute, unmute, end, ping, time or {\"muted\": …}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_are_told_in_two_forms() {
        assert_eq!(event(r#"{"muted":true}"#), Ok(Event::Mute));
        assert_eq!(event(r#"{"muted":false}"#), Ok(Event::Unmute));
        assert_eq!(event(r#"{"type":"end","more":[]}"#), Ok(Event::End));
        assert_eq!(event(r#"{"pts":40}"#), Ok(Event::Time(40)));
        for bad in ["", "[]", "{", "null", r#"{"type":5}"#, r#"{"type":"launch"}"#, r#"{"muted":"yes"}"#, r#"{"pts":-1}"#] {
            let told = event(bad).unwrap_err();
            assert_eq!(told["type"], "error", "{bad}");
        }
    }
}
