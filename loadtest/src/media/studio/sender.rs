//! A person's sources, on the connection that they publish on.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Instant;

use super::{Who, audio_of, video_of};
use crate::measure::clock::{Clock, Micros};
use crate::media::peer::{Content, Peer};
use crate::media::source::Sink;
use crate::media::source::camera::{Camera, Encoding};
use crate::media::source::mic::Mic;
use crate::media::source::voice::Voice;

pub const MICROPHONE_LINE: usize = 0;
pub const CAMERA_LINE: usize = 1;

/// What somebody sends.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    pub audio_bytes: usize,
    pub audio_level: u8,
    pub voice: Option<Arc<Voice>>,
    pub fps: f64,
    /// Empty: no camera.
    pub encodings: Vec<Encoding>,
    pub even: bool,
    /// Encodings that nobody watches are paused.
    pub obeys_layers: bool,
}

pub struct Sender {
    pub who: Who,
    plan: Plan,
    running: Option<Running>,
    wanted: [bool; 3],
}

struct Running {
    mic: Mic,
    camera: Option<Camera>,
}

impl Sender {
    pub fn new(who: Who, plan: Plan) -> Self {
        Self { who, plan, running: None, wanted: [true; 3] }
    }

    pub fn start(&mut self, now: Instant) {
        let plan = &self.plan;
        let mic = Mic::new(audio_of(self.who), plan.audio_bytes, plan.audio_level, now).saying(plan.voice.clone());
        let camera = || Camera::new(video_of(self.who), plan.fps, &plan.encodings, plan.even, now);
        self.running = Some(Running { mic, camera: (!plan.encodings.is_empty()).then(camera) });
        self.want_layers(self.wanted);
    }

    pub fn want_layers(&mut self, wanted: [bool; 3]) {
        self.wanted = wanted;
        let camera = self.running.as_mut().and_then(|running| running.camera.as_mut());
        if let Some(camera) = camera.filter(|_| self.plan.obeys_layers) {
            camera.want_layers(|layer| wanted.get(layer).copied().unwrap_or(true));
        }
    }

    pub fn want_keyframe(&mut self, encoding: usize) {
        if let Some(camera) = self.running.as_mut().and_then(|running| running.camera.as_mut()) {
            camera.want_keyframe(encoding);
        }
    }

    pub fn next(&self) -> Option<Instant> {
        let running = self.running.as_ref()?;
        running.camera.iter().map(Camera::next).chain([running.mic.next()]).min()
    }

    pub fn run(&mut self, now: Instant, clock: Clock, peer: &mut Peer, began: &mut HashMap<u32, Micros>) {
        let Some(running) = self.running.as_mut() else { return };
        let mut line = Line { clock, now, peer, line: MICROPHONE_LINE, source: audio_of(self.who), began };
        if running.mic.next() <= now {
            running.mic.run(now, &mut line);
        }
        if let Some(camera) = running.camera.as_mut().filter(|camera| camera.next() <= now) {
            line.line = CAMERA_LINE;
            line.source = video_of(self.who);
            camera.run(now, &mut line);
        }
    }
}

/// An m-line as a sink.
struct Line<'a> {
    clock: Clock,
    now: Instant,
    peer: &'a mut Peer,
    line: usize,
    source: u32,
    began: &'a mut HashMap<u32, Micros>,
}

impl Sink for Line<'_> {
    fn now(&self) -> Micros {
        self.clock.now()
    }

    fn send(&mut self, layer: usize, timestamp: u32, marker: bool, audio_level: Option<(u8, bool)>, payload: &[u8]) {
        if self.peer.write(self.now, self.line, layer, Content { timestamp, marker, audio_level, payload }) {
            self.began.entry(self.source).or_insert_with(|| self.clock.now());
        }
    }
}
