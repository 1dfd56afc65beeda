//! What is known of a recording while it goes on: written by its tracks, read by whoever tells of it. Nobody waits for anybody longer than
//! a look takes.

use super::{
    files::{Container, FileError, SegmentDone, SegmentKey},
    ledger::{Gap, GapReason, TrackLedger},
    track::TrackEvent,
};
use crate::{ids::ParticipantId, protocol::Source, sinks::SinkEnd};
use serde::{Deserialize, Serialize};
use std::{
    collections::BTreeMap,
    sync::{Mutex, MutexGuard, PoisonError},
};
use tokio::sync::Notify;

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TrackKey {
    pub participant: ParticipantId,
    pub source: Source,
}

#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SegmentEntry {
    pub key: SegmentKey,
    pub container: Container,
    /// Of its first frame, milliseconds from the recording's beginning.
    pub at_ms: u64,
    /// None while it is written, and when it could not be closed.
    pub done: Option<SegmentDone>,
}

/// One track of one person, through mutes, reconnects and restarts of its actor.
#[derive(Clone, Default, PartialEq, Debug)]
pub struct TrackState {
    pub segments: Vec<SegmentEntry>,
    /// Of each stretch from when the track was heard until it ended; the last one may go on.
    pub ledgers: Vec<TrackLedger>,
    /// Why nothing is kept now.
    pub fault: Option<FileError>,
    pub ended: Option<SinkEnd>,
    /// How often its actor was made again.
    pub restarts: u32,
}

#[derive(Debug, Default)]
pub struct RecordingBook {
    tracks: Mutex<BTreeMap<TrackKey, TrackState>>,
    changed: Notify,
}

impl RecordingBook {
    /// Of a recording that goes on: what was known of it before.
    pub fn resuming(tracks: BTreeMap<TrackKey, TrackState>) -> Self {
        Self { tracks: Mutex::new(tracks), changed: Notify::new() }
    }

    /// A track is heard, for the first time or again. The number of its newest segment.
    pub fn begin(&self, track: TrackKey) -> u32 {
        let mut tracks = self.tracks();
        let state = tracks.entry(track).or_default();
        state.ended = None;
        state.ledgers.push(TrackLedger::default());
        state.newest_segment()
    }

    /// Its actor was made again: what was not told is a gap. The number of its newest segment.
    pub fn restart(&self, track: TrackKey, now_ms: u64) -> u32 {
        let mut tracks = self.tracks();
        let state = tracks.entry(track).or_default();
        state.restarts += 1;
        let from_ms = state.ledgers.last().and_then(|ledger| ledger.end_ms).unwrap_or(now_ms);
        let mut next = TrackLedger::default();
        next.gap(Gap { from_ms, to_ms: now_ms.max(from_ms), reason: GapReason::Restart });
        state.ledgers.push(next);
        state.newest_segment()
    }

    pub fn note(&self, track: TrackKey, events: Vec<TrackEvent>, ledger: TrackLedger) {
        let mut tracks = self.tracks();
        let state = tracks.entry(track).or_default();
        state.take(events);
        state.progress(ledger);
        drop(tracks);
        self.changed.notify_waiters();
    }

    pub fn end(&self, track: TrackKey, why: SinkEnd) {
        self.tracks().entry(track).or_default().ended = Some(why);
        self.changed.notify_waiters();
    }

    pub fn read(&self) -> BTreeMap<TrackKey, TrackState> {
        self.tracks().clone()
    }

    /// Resolves when no track goes on.
    pub async fn all_ended(&self) {
        loop {
            let changed = self.changed.notified();
            if self.tracks().values().all(|track| track.ended.is_some()) {
                return;
            }
            changed.await;
        }
    }

    fn tracks(&self) -> MutexGuard<'_, BTreeMap<TrackKey, TrackState>> {
        self.tracks.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl TrackState {
    fn newest_segment(&self) -> u32 {
        self.segments.iter().map(|segment| segment.key.number).max().unwrap_or(0)
    }

    fn take(&mut self, events: Vec<TrackEvent>) {
        for event in events {
            match event {
                TrackEvent::SegmentBegan { key, container, at_ms } => {
                    self.segments.push(SegmentEntry { key, container, at_ms, done: None });
                }
                TrackEvent::SegmentClosed { key, done } => {
                    if let Some(segment) = self.segments.iter_mut().find(|segment| segment.key == key) {
                        segment.done = Some(done);
                    }
                }
                TrackEvent::DiskFailed(error) => self.fault = Some(error),
                TrackEvent::DiskBack => self.fault = None,
            }
        }
    }

    /// What a restart made a gap of stays in front.
    fn progress(&mut self, ledger: TrackLedger) {
        let Some(last) = self.ledgers.last_mut() else { return self.ledgers.push(ledger) };
        let restarted: Vec<Gap> = last.gaps.iter().copied().filter(|gap| gap.reason == GapReason::Restart).collect();
        *last = ledger;
        last.gaps.splice(0..0, restarted);
    }
}
