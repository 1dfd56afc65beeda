//! A microphone: Opus packets every 20 ms, always on.

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::mark::{self, Mark};
use super::voice::Voice;
use super::{Sink, clock};

const EVERY: Duration = Duration::from_millis(20);
const AUDIO_CLOCK: u32 = 48_000;
/// Full band, 20 ms, mono, one frame (RFC 6716, 3.1: configuration 31, code 0).
const TABLE_OF_CONTENTS: u8 = 31 << 3;

pub struct Mic {
    source: u32,
    bytes: usize,
    level: u8,
    next: Instant,
    serial: u32,
    timestamp: u32,
    payload: Vec<u8>,
    /// In place of bytes that are made up, from this packet on.
    voice: Option<(Arc<Voice>, usize)>,
}

impl Mic {
    /// `bytes` a packet: 80 are 32 kbit/s. `level` is `-dBov`.
    pub fn new(source: u32, bytes: usize, level: u8, start: Instant) -> Self {
        let bytes = bytes.max(1 + mark::LEN);
        Self {
            source,
            bytes,
            level,
            next: start,
            serial: 0,
            timestamp: rand::random(),
            payload: Vec::with_capacity(bytes),
            voice: None,
        }
    }

    /// Says this, each from another place of it on.
    pub fn saying(self, voice: Option<Arc<Voice>>) -> Self {
        let voice = voice.map(|voice| {
            let from = rand::random_range(0..voice.packets());
            (voice, from)
        });
        Self { voice, ..self }
    }

    pub fn next(&self) -> Instant {
        self.next
    }

    pub fn run(&mut self, now: Instant, sink: &mut dyn Sink) {
        while self.next <= now {
            self.next += EVERY;
            let mark = Mark {
                sent: sink.now(),
                source: self.source,
                serial: self.serial,
                frame: self.serial,
                count: 1,
                ..Mark::default()
            };
            self.payload.clear();
            if let Some((voice, from)) = &self.voice {
                voice.write(from + self.serial as usize, &mark, &mut self.payload);
            } else {
                self.payload.push(TABLE_OF_CONTENTS);
                self.payload.resize(self.bytes - mark::LEN, self.serial as u8 ^ 0xa5);
                mark.write(&mut self.payload);
            }
            let timestamp = self.timestamp.wrapping_add(clock(self.serial, EVERY, AUDIO_CLOCK));
            sink.send(0, timestamp, self.serial == 0, Some((self.level, true)), &self.payload);
            self.serial = self.serial.wrapping_add(1);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::media::source::tests::Tape;

    #[test]
    fn fifty_packets_a_second_with_level_and_steady_timestamps() {
        let (start, mut tape) = (Instant::now(), Tape::default());
        let mut mic = Mic::new(3, 80, 30, start);
        for ms in 0..1000 {
            mic.run(start + Duration::from_millis(ms), &mut tape);
        }
        assert_eq!(tape.sent.len(), 50);
        assert!(tape.sent.iter().all(|sent| sent.level == Some((30, true)) && sent.len == 80));
        let steps = tape.sent.windows(2).map(|pair| pair[1].timestamp.wrapping_sub(pair[0].timestamp));
        assert!(steps.into_iter().all(|step| step == 960));
        assert_eq!(mic.next(), start + Duration::from_secs(1));
    }
}
