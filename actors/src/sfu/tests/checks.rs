//! What must hold of every packet that is forwarded, whatever happens in the room.

use super::source::Made;
use crate::{
    ids::ParticipantId,
    protocol::Source,
    sfu::{Forward, Layer, Patch, PeerIndex, SlotIndex},
};
use std::collections::{BTreeMap, BTreeSet};

/// A packet that reached a receiver.
#[derive(Clone, Debug)]
pub struct Sent {
    pub ms: u64,
    pub from: ParticipantId,
    pub source: Source,
    pub layer: Layer,
    pub to: PeerIndex,
    pub bytes: usize,
}

/// Between two pictures less passes; after more the stream may have been stopped and begun again.
const PAUSE_MS: u64 = 60;

/// The last spliced-in source of a slot, and how its numbers lie to what was sent.
struct Line {
    from: (ParticipantId, Source, Layer),
    seq_ahead: i128,
    timestamp_ahead: u32,
    picture_ahead: u16,
    first: u64,
    newest: u64,
    newest_source: u64,
    newest_timestamp: u32,
    newest_picture: Option<u16>,
    sent: BTreeSet<u64>,
    ms: u64,
}

#[derive(Default)]
pub struct Checks {
    lines: BTreeMap<(PeerIndex, SlotIndex), Line>,
    requests: BTreeMap<(PeerIndex, Source, Layer), u64>,
    /// The source's own numbers may break: what is cut or restarted is joined anew at a keyframe.
    pub sources_break: bool,
}

impl Checks {
    /// A receiver's connection was made anew: its slots count anew.
    pub fn forget(&mut self, peer: PeerIndex) {
        self.lines.retain(|(to, _), _| *to != peer);
    }

    /// A publisher's number may be given to somebody else.
    pub fn gone(&mut self, peer: PeerIndex) {
        self.forget(peer);
        self.requests.retain(|(from, _, _), _| *from != peer);
    }

    pub fn republished(&mut self, peer: PeerIndex, source: Source) {
        self.requests.retain(|(from, of, _), _| *from != peer || *of != source);
    }

    pub fn request(&mut self, ms: u64, peer: PeerIndex, source: Source, layer: Layer) {
        if let Some(last) = self.requests.insert((peer, source, layer), ms) {
            assert!(ms - last >= 1_000, "keyframes asked at {last} and {ms} of {peer:?} {source:?} {layer}");
        }
    }

    pub fn forward(&mut self, ms: u64, from: ParticipantId, made: &Made, sent: &Forward) {
        let key = (sent.to, sent.slot);
        let whose = (from, made.source, made.layer);
        let at = format!("{key:?} {whose:?} seq {}", made.seq);
        assert_eq!(matches!(sent.slot, SlotIndex::Audio(_)), made.source.is_audio(), "{at}");
        let picture = match sent.patch {
            Patch::Vp8(numbers) => numbers.picture_id,
            _ => None,
        };
        assert_eq!(picture.is_some(), !made.source.is_audio(), "{at}");
        let seq_ahead = i128::from(sent.seq) - i128::from(made.seq);
        let timestamp_ahead = sent.timestamp.wrapping_sub(made.timestamp as u32);
        let joinable = made.keyframe || made.source.is_audio();
        let picture_ahead = picture.unwrap_or(0).wrapping_sub(made.picture) & 0x7fff;
        match self.lines.get_mut(&key) {
            Some(line)
                if line.from == whose
                    && line.seq_ahead == seq_ahead
                    && (line.timestamp_ahead == timestamp_ahead || !joinable) =>
            {
                assert_eq!(line.timestamp_ahead, timestamp_ahead, "{at}: time moved within a source");
                if picture.is_some() {
                    assert_eq!(line.picture_ahead, picture_ahead, "{at}: pictures moved within a source");
                }
                assert!(sent.seq >= line.first, "{at}: from before the switch");
                assert!(!line.sent.contains(&sent.seq), "{at}: twice");
                line.take(ms, sent, made, picture);
            }
            last => {
                if let Some(line) = &last {
                    let paused = line.from != whose
                        || made.source.is_audio()
                        || made.seq > line.newest_source + 1
                        || ms > line.ms + PAUSE_MS;
                    assert!(paused || self.sources_break, "{at}: joined anew without having paused");
                    assert_eq!(sent.seq, line.newest + 1, "{at}: a switch is the next packet");
                    assert!(sent.timestamp.wrapping_sub(line.newest_timestamp).wrapping_sub(1) < 1 << 31, "{at}: time went back");
                    if let (Some(before), Some(now)) = (line.newest_picture, picture) {
                        assert_eq!(now, (before + 1) & 0x7fff, "{at}: a switch is the next picture");
                    }
                } else {
                    assert!(sent.seq < 65_536, "{at}: {} to begin with", sent.seq);
                }
                assert!(joinable, "{at}: a switch without a keyframe");
                let mut line = Line {
                    from: whose,
                    seq_ahead,
                    timestamp_ahead,
                    picture_ahead,
                    first: sent.seq,
                    newest: sent.seq,
                    newest_source: made.seq,
                    newest_timestamp: sent.timestamp,
                    newest_picture: picture,
                    sent: BTreeSet::new(),
                    ms,
                };
                line.take(ms, sent, made, picture);
                self.lines.insert(key, line);
            }
        }
    }
}

impl Line {
    fn take(&mut self, ms: u64, sent: &Forward, made: &Made, picture: Option<u16>) {
        if sent.seq >= self.newest {
            self.newest = sent.seq;
            self.newest_source = made.seq;
            self.newest_timestamp = sent.timestamp;
            self.newest_picture = picture.or(self.newest_picture);
        }
        self.ms = ms;
        self.sent.insert(sent.seq);
        if self.sent.len() > 2_048 {
            self.sent.pop_first();
        }
    }
}
