//! From packets as they arrive to a sound without holes: what is fed to a decoder for each.

use crate::sinks::MediaFrame;

/// What to do, in order, for a packet that arrived.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Feed {
    /// Here a packet is missing: let the decoder guess one.
    Lost,
    /// So many samples at 48 kHz in which nothing was sent.
    Silence(usize),
    /// What came before belongs to another sound: begin anew.
    Anew,
    /// The packet itself.
    Packet,
}

/// Samples at 48 kHz of a packet where its own time isn't known.
const USUAL: u64 = 960;
/// Packets in a row that are guessed at most; more of a hole is silence.
const MOST_GUESSED: u64 = 5;
/// A longer hole, in samples at 48 kHz, ends the sound.
const LONGEST_HOLE: u64 = 2 * 48_000;

/// Knows where in its stream a sound is.
#[derive(Clone, Debug, Default)]
pub struct Feeder {
    last: Option<Last>,
}

#[derive(Clone, Copy, Debug)]
struct Last {
    stream: u32,
    seq: u64,
    timestamp: u64,
    /// Samples from one packet to the next, as last seen.
    step: u64,
}

impl Feeder {
    /// A packet that comes after its turn is worth nothing any more: then there is nothing to do.
    pub fn place(&mut self, frame: &MediaFrame) -> Vec<Feed> {
        let here = Last { stream: frame.stream, seq: frame.seq, timestamp: frame.timestamp, step: USUAL };
        let Some(last) = self.last.filter(|last| last.stream == frame.stream) else {
            let first = self.last.replace(here).is_none();
            return if first { vec![Feed::Packet] } else { vec![Feed::Anew, Feed::Packet] };
        };
        if frame.seq <= last.seq || frame.timestamp <= last.timestamp {
            return Vec::new();
        }
        let (missing, passed) = (frame.seq - last.seq - 1, frame.timestamp - last.timestamp);
        let step = if missing == 0 && passed <= 2 * 2_880 { passed } else { last.step };
        self.last = Some(Last { step, ..here });
        let hole = passed.saturating_sub(last.step);
        if hole > LONGEST_HOLE {
            return vec![Feed::Anew, Feed::Packet];
        }
        let guessed = missing.min(MOST_GUESSED).min(hole / last.step.max(1));
        let silence = if missing == 0 && step == passed { 0 } else { hole.saturating_sub(guessed * last.step) };
        let mut feeds = vec![Feed::Lost; guessed as usize];
        feeds.extend((silence > 0).then_some(Feed::Silence(silence as usize)));
        feeds.push(Feed::Packet);
        feeds
    }
}
