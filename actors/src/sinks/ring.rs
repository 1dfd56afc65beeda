//! From a media thread to one reader. A reader that is slow loses the newest: what it has is whole, and behind it stands a mark that says
//! how much is missing. Nobody waits for anybody.

use super::{Gap, SinkEnd, SinkItem};
use crate::ports::MediaSink;
use std::sync::{
    Arc,
    atomic::{AtomicU64, AtomicUsize, Ordering},
    mpsc::{Receiver, SyncSender, sync_channel},
};

/// Places for marks beside those for packets: a full ring still takes them.
const MARKS: usize = 16;

/// The end on the media thread.
pub struct RingSink {
    sender: SyncSender<SinkItem>,
    shared: Arc<Shared>,
    wake: Box<dyn Fn() + Send + Sync>,
}

/// The other end. Packets that were dropped, and gaps, are counted in it.
pub struct RingReader {
    receiver: Receiver<SinkItem>,
    shared: Arc<Shared>,
    ended: Option<SinkEnd>,
}

struct Shared {
    capacity: usize,
    waiting: AtomicUsize,
    /// Dropped since the last mark.
    unmarked: AtomicU64,
    dropped: AtomicU64,
    gaps: AtomicU64,
}

/// A ring of so many packets. `wake` is called, on the media thread, when something comes into an empty one: it must not block.
pub fn ring(capacity: usize, wake: impl Fn() + Send + Sync + 'static) -> (RingSink, RingReader) {
    let (sender, receiver) = sync_channel(capacity + MARKS);
    let shared = Arc::new(Shared {
        capacity,
        waiting: AtomicUsize::new(0),
        unmarked: AtomicU64::new(0),
        dropped: AtomicU64::new(0),
        gaps: AtomicU64::new(0),
    });
    (RingSink { sender, shared: shared.clone(), wake: Box::new(wake) }, RingReader { receiver, shared, ended: None })
}

impl RingSink {
    /// Says whether there was a place.
    fn push(&self, item: SinkItem) -> bool {
        // Counted before it is there, so that a reader never takes more than is counted.
        let before = self.shared.waiting.fetch_add(1, Ordering::AcqRel);
        let pushed = self.sender.try_send(item).is_ok();
        if !pushed {
            self.shared.waiting.fetch_sub(1, Ordering::AcqRel);
        } else if before == 0 {
            (self.wake)();
        }
        pushed
    }

    fn mark(&self, gap: Gap) -> bool {
        let marked = self.push(SinkItem::Gap(gap));
        if marked {
            self.shared.gaps.fetch_add(1, Ordering::Relaxed);
        }
        marked
    }

    /// What was dropped is marked where it is missing.
    fn mark_dropped(&self) {
        let dropped = self.shared.unmarked.swap(0, Ordering::AcqRel);
        if dropped > 0 && !self.mark(Gap::Overflow { dropped }) {
            self.shared.unmarked.fetch_add(dropped, Ordering::AcqRel);
        }
    }

    fn frame(&self, item: SinkItem) -> bool {
        let room = self.shared.waiting.load(Ordering::Acquire) < self.shared.capacity;
        if room {
            self.mark_dropped();
        }
        let pushed = room && self.push(item);
        if !pushed {
            self.shared.unmarked.fetch_add(1, Ordering::AcqRel);
            self.shared.dropped.fetch_add(1, Ordering::Relaxed);
        }
        pushed
    }
}

impl MediaSink for RingSink {
    fn put(&self, item: SinkItem) -> bool {
        match item {
            SinkItem::Frame(_) => self.frame(item),
            SinkItem::Gap(gap) => {
                self.mark_dropped();
                self.mark(gap)
            }
            SinkItem::Ended(_) => {
                self.mark_dropped();
                self.push(item)
            }
        }
    }
}

impl RingReader {
    /// The next item, if there is one. After [`SinkItem::Ended`] there is none.
    #[allow(clippy::should_implement_trait, reason = "more may come after none")]
    pub fn next(&mut self) -> Option<SinkItem> {
        if self.ended.is_some() {
            return None;
        }
        let item = self.receiver.try_recv().ok()?;
        self.shared.waiting.fetch_sub(1, Ordering::AcqRel);
        if let SinkItem::Ended(why) = item {
            self.ended = Some(why);
        }
        Some(item)
    }

    pub fn ended(&self) -> Option<SinkEnd> {
        self.ended
    }

    /// Packets that were dropped because they were not read in time.
    pub fn dropped(&self) -> u64 {
        self.shared.dropped.load(Ordering::Relaxed)
    }

    /// Marks that were made.
    pub fn gaps(&self) -> u64 {
        self.shared.gaps.load(Ordering::Relaxed)
    }
}

#[cfg(test)]
pub mod tests {
    use super::*;
    use crate::{
        sfu::Codec,
        sinks::{MediaFrame, SinkItem::*},
    };

    pub fn frame(seq: u64) -> MediaFrame {
        MediaFrame {
            stream: 1,
            codec: Codec::Opus,
            layer: 0,
            seq,
            timestamp: seq * 960,
            marker: false,
            keyframe: true,
            arrived_us: seq * 20_000,
            report: None,
            audio_level: None,
            payload: Arc::from([1, 2, 3]),
        }
    }

    fn fill(sink: &RingSink, seqs: std::ops::RangeInclusive<u64>) {
        for seq in seqs {
            sink.put(Frame(frame(seq)));
        }
    }

    fn read(reader: &mut RingReader) -> Vec<SinkItem> {
        std::iter::from_fn(|| reader.next()).collect()
    }

    #[test]
    fn a_slow_reader_loses_the_newest_and_finds_a_mark_in_their_place() {
        let (sink, mut reader) = ring(4, || ());
        let taken: Vec<bool> = (1..=10).map(|seq| sink.put(Frame(frame(seq)))).collect();
        assert_eq!(taken.iter().filter(|taken| **taken).count(), 4);
        assert_eq!(read(&mut reader), (1..=4).map(|seq| Frame(frame(seq))).collect::<Vec<_>>());
        assert!(sink.put(Frame(frame(11))));
        assert_eq!(read(&mut reader), [Gap(super::Gap::Overflow { dropped: 6 }), Frame(frame(11))]);
        assert_eq!((reader.dropped(), reader.gaps()), (6, 1));
    }

    #[test]
    fn a_full_ring_still_takes_the_end_and_nothing_is_read_behind_it() {
        let (sink, mut reader) = ring(2, || ());
        fill(&sink, 1..=5);
        assert!(sink.put(Ended(SinkEnd::Withdrawn)));
        sink.put(Frame(frame(6)));
        let last = read(&mut reader).split_off(2);
        assert_eq!(last, [Gap(super::Gap::Overflow { dropped: 3 }), Ended(SinkEnd::Withdrawn)]);
        assert_eq!(reader.ended(), Some(SinkEnd::Withdrawn));
    }

    #[test]
    fn the_reader_is_woken_once_for_what_comes_into_an_empty_ring() {
        let woken = Arc::new(AtomicUsize::new(0));
        let counts = woken.clone();
        let (sink, mut reader) = ring(8, move || {
            counts.fetch_add(1, Ordering::Relaxed);
        });
        fill(&sink, 1..=3);
        assert_eq!(woken.load(Ordering::Relaxed), 1);
        read(&mut reader);
        sink.put(Frame(frame(4)));
        assert_eq!(woken.load(Ordering::Relaxed), 2);
    }

    #[test]
    fn both_ends_on_their_own_threads_agree_about_every_packet() {
        let (sink, mut reader) = ring(64, || ());
        const SENT: u64 = 200_000;
        let writer = std::thread::spawn(move || {
            fill(&sink, 1..=SENT);
            sink.put(Ended(SinkEnd::Left));
        });
        let (mut got, mut missing, mut last) = (0, 0, 0);
        while reader.ended().is_none() {
            match reader.next() {
                Some(Frame(frame)) => {
                    assert!(frame.seq > last, "in order");
                    (last, got) = (frame.seq, got + 1);
                }
                Some(Gap(super::Gap::Overflow { dropped })) => missing += dropped,
                _ => std::thread::yield_now(),
            }
        }
        writer.join().unwrap();
        assert_eq!(got + missing, SENT);
        assert_eq!(reader.dropped(), missing);
    }
}
