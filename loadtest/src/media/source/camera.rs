//! A camera: frames on a fixed beat in one encoding or three, each paused and resumed as it is wanted.

use std::time::{Duration, Instant};

use super::mark::Mark;
use super::vp8::{self, Picture};
use super::{Sink, clock};

/// What one encoding of a camera sends.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Encoding {
    /// Packets a second; a frame has as many as that gives, and carries the rest over.
    pub packets: f64,
    /// Bytes of a payload; the last of a frame is as long as the others.
    pub payload: usize,
    pub height: u16,
}

/// Keyframes are so many times as large where encodings have a bit rate to keep.
const KEYFRAME_FACTOR: f64 = 3.0;
/// Keyframes of one encoding are at least so far apart, however often they are asked for.
const KEYFRAMES_APART: Duration = Duration::from_millis(300);
const VIDEO_CLOCK: u32 = 90_000;

pub struct Camera {
    source: u32,
    every: Duration,
    next: Instant,
    frame: u32,
    streams: Vec<Stream>,
    /// Packets of a frame that wait for their own moment.
    even: Option<Even>,
    large_keyframes: bool,
    payload: Vec<u8>,
}

struct Stream {
    encoding: Encoding,
    carried: f64,
    serial: u32,
    picture: u16,
    timestamp: u32,
    wanted: bool,
    keyframe: bool,
    keyframe_at: Option<Instant>,
}

/// Evenly paced packets: how far apart, and those still to go.
struct Even {
    waiting: std::collections::VecDeque<(Instant, usize, Picture, Mark, u32)>,
}

impl Camera {
    /// `even`: the packets of a frame are spread over its time, else they leave together.
    pub fn new(source: u32, fps: f64, encodings: &[Encoding], even: bool, start: Instant) -> Self {
        Self {
            source,
            every: Duration::from_secs_f64(1.0 / fps),
            next: start,
            frame: 0,
            streams: encodings.iter().map(|encoding| Stream::new(*encoding)).collect(),
            even: even.then(|| Even { waiting: Default::default() }),
            large_keyframes: encodings.len() > 1,
            payload: Vec::with_capacity(1500),
        }
    }

    pub fn want_keyframe(&mut self, layer: usize) {
        if let Some(stream) = self.streams.get_mut(layer) {
            stream.keyframe = true;
        }
    }

    /// Which encodings somebody watches. One that starts again starts with a keyframe.
    pub fn want_layers(&mut self, wanted: impl Fn(usize) -> bool) {
        for (layer, stream) in self.streams.iter_mut().enumerate() {
            let wanted = wanted(layer);
            stream.keyframe |= wanted && !stream.wanted;
            stream.wanted = wanted;
        }
    }

    pub fn next(&self) -> Instant {
        let waiting = self.even.as_ref().and_then(|even| even.waiting.front()).map(|(at, ..)| *at);
        waiting.map_or(self.next, |at| at.min(self.next))
    }

    /// Sends what is due.
    pub fn run(&mut self, now: Instant, sink: &mut dyn Sink) {
        while let Some((at, layer, picture, mark, timestamp)) = self.pop_even(now) {
            let _ = at;
            self.packet(layer, picture, mark, timestamp, sink);
        }
        while self.next <= now {
            let at = self.next;
            self.next += self.every;
            // A frame whose time is long past, because nobody could send, is skipped like a real camera would.
            if now.saturating_duration_since(at) < self.every * 4 {
                self.take_frame(at, sink);
            }
            self.frame += 1;
        }
    }

    fn pop_even(&mut self, now: Instant) -> Option<(Instant, usize, Picture, Mark, u32)> {
        let waiting = &mut self.even.as_mut()?.waiting;
        waiting.front().filter(|(at, ..)| *at <= now)?;
        waiting.pop_front()
    }

    fn take_frame(&mut self, at: Instant, sink: &mut dyn Sink) {
        for layer in 0..self.streams.len() {
            let factor = if self.large_keyframes { KEYFRAME_FACTOR } else { 1.0 };
            let Some(frame) = self.streams[layer].frame(at, self.every, factor) else { continue };
            let stream = &self.streams[layer];
            let encoding = stream.encoding;
            let picture = Picture {
                id: stream.picture,
                tl0: stream.picture as u8,
                width: encoding.height / 9 * 16,
                height: encoding.height,
            };
            let timestamp = stream.timestamp.wrapping_add(clock(self.frame, self.every, VIDEO_CLOCK));
            for index in 0..frame.count {
                let mark = Mark {
                    source: self.source,
                    layer: layer as u8,
                    keyframe: frame.keyframe,
                    frame: self.frame,
                    index,
                    count: frame.count,
                    ..Mark::default()
                };
                match self.even.as_mut() {
                    Some(even) if index > 0 => {
                        let moment = at + self.every * u32::from(index) / u32::from(frame.count);
                        even.waiting.push_back((moment, layer, picture, mark, timestamp));
                    }
                    _ => self.packet(layer, picture, mark, timestamp, sink),
                }
            }
        }
    }

    fn packet(&mut self, layer: usize, picture: Picture, mark: Mark, timestamp: u32, sink: &mut dyn Sink) {
        let stream = &mut self.streams[layer];
        let mark = Mark { serial: stream.serial, sent: sink.now(), ..mark };
        stream.serial = stream.serial.wrapping_add(1);
        self.payload.clear();
        vp8::write(&mut self.payload, picture, &mark, stream.encoding.payload);
        sink.send(layer, timestamp, mark.index + 1 == mark.count, None, &self.payload);
    }
}

struct Frame {
    keyframe: bool,
    count: u16,
}

impl Stream {
    fn new(encoding: Encoding) -> Self {
        Self {
            encoding,
            carried: 0.0,
            serial: 0,
            picture: rand::random::<u16>() & 0x7fff,
            timestamp: rand::random(),
            wanted: true,
            keyframe: true,
            keyframe_at: None,
        }
    }

    /// The next frame, if this encoding sends one now.
    fn frame(&mut self, at: Instant, every: Duration, factor: f64) -> Option<Frame> {
        if !self.wanted {
            return None;
        }
        let allowed = self.keyframe_at.is_none_or(|last| at.saturating_duration_since(last) >= KEYFRAMES_APART);
        let keyframe = self.keyframe && allowed;
        if keyframe {
            self.keyframe = false;
            self.keyframe_at = Some(at);
        }
        let share = self.encoding.packets * every.as_secs_f64();
        // What a keyframe takes more, the frames after it don't give back: encoders overshoot too.
        self.carried += share;
        let whole = self.carried.floor().max(1.0);
        self.carried -= whole;
        self.carried = self.carried.max(0.0);
        let count = if keyframe { (share * factor).ceil().max(whole) } else { whole };
        self.picture = self.picture.wrapping_add(1) & 0x7fff;
        Some(Frame { keyframe, count: count as u16 })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::media::source::tests::Tape;

    const FULL: Encoding = Encoding { packets: 115.0, payload: 1100, height: 720 };

    fn run(camera: &mut Camera, start: Instant, ms: std::ops::Range<u64>, tape: &mut Tape) {
        for ms in ms {
            tape.now = ms * 1000;
            camera.run(start + Duration::from_millis(ms), tape);
        }
    }

    #[test]
    fn sends_its_packets_a_second_in_whole_frames() {
        for even in [false, true] {
            let (start, mut tape) = (Instant::now(), Tape::default());
            let mut camera = Camera::new(7, 30.0, &[FULL], even, start);
            run(&mut camera, start, 0..10_000, &mut tape);
            assert!((1145..=1155).contains(&tape.sent.len()), "{}", tape.sent.len());
            let marks: Vec<Mark> = tape.sent.iter().map(|sent| sent.mark).collect();
            assert!(marks[0].keyframe && marks[0].source == 7);
            assert_eq!(marks.iter().filter(|mark| mark.keyframe && mark.index == 0).count(), 1);
            assert!(marks.iter().enumerate().all(|(at, mark)| mark.serial == at as u32), "in order");
            let mut ends = tape.sent.iter().zip(&marks);
            assert!(ends.all(|(sent, mark)| sent.marker == (mark.index + 1 == mark.count)));
            assert!(tape.sent.iter().all(|sent| sent.len == 1100));
        }
    }

    #[test]
    fn evenly_paced_packets_are_apart() {
        let (start, mut tape) = (Instant::now(), Tape::default());
        let mut camera = Camera::new(7, 30.0, &[FULL], true, start);
        run(&mut camera, start, 0..1_000, &mut tape);
        let together = tape.sent.windows(2).filter(|pair| pair[0].mark.sent == pair[1].mark.sent).count();
        assert_eq!(together, 0);
    }

    #[test]
    fn an_encoding_that_nobody_wants_rests_and_comes_back_with_a_keyframe() {
        let (start, mut tape) = (Instant::now(), Tape::default());
        let mut camera = Camera::new(1, 30.0, &[FULL, FULL], false, start);
        camera.want_layers(|layer| layer == 0);
        run(&mut camera, start, 0..1000, &mut tape);
        assert!(tape.sent.iter().all(|sent| sent.mark.layer == 0));
        camera.want_layers(|_| true);
        tape.sent.clear();
        run(&mut camera, start, 1000..2000, &mut tape);
        let first = tape.sent.iter().find(|sent| sent.mark.layer == 1).unwrap();
        assert!(first.mark.keyframe);
    }

    #[test]
    fn keyframes_come_when_asked_for_but_not_more_often_than_is_good() {
        let (start, mut tape) = (Instant::now(), Tape::default());
        let mut camera = Camera::new(1, 30.0, &[FULL], false, start);
        for ms in 0..1000 {
            camera.want_keyframe(0);
            run(&mut camera, start, ms..ms + 1, &mut tape);
        }
        let keyframes = tape.sent.iter().filter(|sent| sent.mark.keyframe && sent.mark.index == 0).count();
        assert!((3..=4).contains(&keyframes), "{keyframes}");
    }
}
