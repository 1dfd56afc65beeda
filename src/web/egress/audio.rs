//! A track's sound through the pipeline's other mouth.

use super::{
    close::End,
    socket::{Event, Stream},
    streams::{SessionHold, StreamPlace},
};
use crate::audio_pipeline::{Input, Mouth};
use actors::{Timestamp, audio::Format, ids::SessionId};
use bytes::Bytes;
use serde_json::{Value, json};
use std::task::{Context, Poll};

pub struct AudioStream {
    mouth: Mouth,
    session: SessionId,
    format: Format,
    muted: bool,
    _place: StreamPlace,
    _hold: Option<SessionHold>,
}

impl AudioStream {
    pub fn new(mouth: Mouth, session: SessionId, format: Format, place: StreamPlace, hold: Option<SessionHold>) -> Self {
        Self { mouth, session, format, muted: false, _place: place, _hold: hold }
    }

    async fn pass(&self, input: Input) -> Result<(), End> {
        self.mouth.send(input).await.map_err(|_| End::Internal)
    }
}

impl Stream for AudioStream {
    fn opened(&self) -> Value {
        json!({
            "type": "opened", "sessionId": self.session, "sampleRate": self.format.rate, "channels": self.format.channels,
            "groupSeconds": self.format.group_ms as f64 / 1_000.0,
        })
    }

    async fn binary(&mut self, bytes: Bytes, now: Timestamp) -> Result<(), End> {
        self.pass(Input::Bytes(bytes, now)).await
    }

    async fn event(&mut self, event: Event, now: Timestamp) -> Result<(), End> {
        match event {
            Event::Mute => {
                self.muted = true;
                self.pass(Input::Mute(now)).await
            }
            Event::Unmute => {
                self.muted = false;
                self.pass(Input::Unmute(now)).await
            }
            Event::End => Err(End::Done),
            Event::Start | Event::Ping | Event::Time(_) => Ok(()),
        }
    }

    async fn tick(&mut self, now: Timestamp) {
        // Where the queue is full, what is in it moves time on.
        self.mouth.offer(Input::Tick(now));
    }

    fn rests(&self) -> bool {
        self.muted
    }

    fn poll_told(&mut self, cx: &mut Context<'_>) -> Poll<Option<Value>> {
        self.mouth.poll_told(cx).map(|told| told.and_then(|told| serde_json::to_value(told).ok()))
    }

    async fn end(&mut self, now: Timestamp) {
        self.mouth.end(now).await;
    }
}
