//! Stands before a sink. The room turns it, the media thread asks it for every packet: what is shut lets nothing through, whatever is still
//! under way between the two.

use super::{Gap, MediaFrame, SinkEnd, SinkItem};
use crate::ports::MediaSink;
use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicU8, Ordering},
    },
};

const OPEN: u8 = 0;
const OFF: u8 = 1;
const SHUT: u8 = 2;

/// Shared by the room and the media plane.
#[derive(Clone)]
pub struct Valve(Arc<Inner>);

struct Inner {
    state: AtomicU8,
    sink: Arc<dyn MediaSink>,
}

/// What became of a packet.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Passed {
    Taken,
    /// The sink has no room: it was dropped.
    Full,
    /// It is not to be heard.
    Shut,
}

impl Valve {
    /// Open.
    pub fn new(sink: Arc<dyn MediaSink>) -> Self {
        Self(Arc::new(Inner { state: AtomicU8::new(OPEN), sink }))
    }

    pub fn put(&self, frame: MediaFrame) -> Passed {
        if self.0.state.load(Ordering::Acquire) != OPEN {
            return Passed::Shut;
        }
        if self.0.sink.put(SinkItem::Frame(frame)) { Passed::Taken } else { Passed::Full }
    }

    /// Off for a while, or on again. Off leaves a mark.
    pub fn turn(&self, on: bool) {
        let (from, to) = if on { (OFF, OPEN) } else { (OPEN, OFF) };
        let turned = self.0.state.compare_exchange(from, to, Ordering::AcqRel, Ordering::Acquire).is_ok();
        if turned && !on {
            self.0.sink.put(SinkItem::Gap(Gap::Off));
        }
    }

    /// For good.
    pub fn shut(&self, why: SinkEnd) {
        if self.0.state.swap(SHUT, Ordering::AcqRel) != SHUT {
            self.0.sink.put(SinkItem::Ended(why));
        }
    }
}

impl PartialEq for Valve {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl fmt::Debug for Valve {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.0.state.load(Ordering::Relaxed) {
            OPEN => "Valve(open)",
            OFF => "Valve(off)",
            _ => "Valve(shut)",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sinks::ring::{self, tests::frame};

    #[test]
    fn off_and_shut_let_nothing_through_and_leave_their_marks_once() {
        let (sink, mut reader) = ring::ring(8, || ());
        let valve = Valve::new(Arc::new(sink));
        assert_eq!(valve.put(frame(1)), Passed::Taken);
        valve.turn(false);
        valve.turn(false);
        assert_eq!(valve.put(frame(2)), Passed::Shut);
        valve.turn(true);
        assert_eq!(valve.put(frame(3)), Passed::Taken);
        valve.shut(SinkEnd::Withdrawn);
        valve.shut(SinkEnd::Left);
        valve.turn(true);
        assert_eq!(valve.put(frame(4)), Passed::Shut);
        let read: Vec<SinkItem> = std::iter::from_fn(|| reader.next()).collect();
        let expected =
            [SinkItem::Frame(frame(1)), SinkItem::Gap(Gap::Off), SinkItem::Frame(frame(3)), SinkItem::Ended(SinkEnd::Withdrawn)];
        assert_eq!(read, expected);
    }
}
