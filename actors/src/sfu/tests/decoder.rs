//! A receiver's decoder, for streams with layers: what reaches it has to be whole, in order, and decodable.

use super::{layers::Frame, source::Made};
use crate::sfu::{Forward, Patch, PeerIndex, SlotIndex, codec::dependency::Structures, patch_dependencies};
use std::collections::{BTreeMap, BTreeSet};

#[derive(Default)]
pub struct Decoders {
    slots: BTreeMap<(PeerIndex, SlotIndex), Decoder>,
    /// Packets may be lost or late on their way to the server: gaps are then closed later, and frames are not whole at once.
    pub lossy: bool,
}

/// A picture that was shown.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Shown {
    pub ms: u64,
    pub spatial: u8,
    pub temporal: u8,
}

#[derive(Default)]
pub struct Decoder {
    source: Option<u64>,
    newest: Option<u64>,
    missing: BTreeSet<u64>,
    arrived: BTreeMap<u64, (Frame, u64)>,
    decoded: BTreeSet<u64>,
    timestamp: u32,
    ended: bool,
    picture: Option<(u32, u16)>,
    number: Option<(u64, u16)>,
    structures: Structures,
    pub shown: Vec<Shown>,
    pub failed: u64,
}

impl Decoders {
    /// All that somebody was shown.
    pub fn shown(&self, to: PeerIndex) -> Vec<Shown> {
        let own = self.slots.iter().filter(|((peer, _), _)| *peer == to);
        own.flat_map(|(_, decoder)| decoder.shown.iter().copied()).collect()
    }

    pub fn missing(&self) -> usize {
        self.slots.values().map(|decoder| decoder.missing.len()).sum()
    }

    pub fn forward(&mut self, ms: u64, source: u64, made: &Made, frame: &Frame, sent: &Forward) {
        let decoder = self.slots.entry((sent.to, sent.slot)).or_default();
        let at = format!("{ms} ms, {:?} seq {} of {frame:?}", sent.to, sent.seq);
        decoder.number(sent.seq, self.lossy, &at);
        if sent.blank {
            assert!(self.lossy && !sent.marker, "{at}: nothing comes too late here");
            return;
        }
        if decoder.source != Some(source) {
            assert!(made.keyframe, "{at}: another source begins with a keyframe");
            decoder.source = Some(source);
            decoder.decoded.clear();
            decoder.arrived.clear();
        }
        decoder.numbers(made, frame, sent, self.lossy, &at);
        decoder.marker(sent, self.lossy, &at);
        decoder.take(ms, frame, self.lossy, &at);
    }
}

impl Decoder {
    fn number(&mut self, seq: u64, lossy: bool, at: &str) {
        match self.newest {
            Some(newest) if seq <= newest => assert!(self.missing.remove(&seq), "{at}: twice"),
            Some(newest) => {
                assert!(lossy || seq == newest + 1, "{at}: a gap after {newest}");
                self.missing.extend(newest + 1..seq);
                self.newest = Some(seq);
            }
            None => self.newest = Some(seq),
        }
    }

    fn numbers(&mut self, made: &Made, frame: &Frame, sent: &Forward, lossy: bool, at: &str) {
        match sent.patch {
            Patch::Vp8(numbers) | Patch::Vp9(numbers) => {
                let id = numbers.picture_id.expect("the source has one");
                let step = match self.picture {
                    Some((timestamp, before)) if timestamp != sent.timestamp => id.wrapping_sub(before) & 0x7fff,
                    Some((_, before)) => {
                        assert!(lossy || id == before, "{at}: one picture, one id");
                        0
                    }
                    None => 1,
                };
                let dense = matches!(sent.patch, Patch::Vp8(_));
                let fits = if dense { step <= 1 } else { step < 64 };
                assert!(lossy || fits, "{at}: the picture's id went on by {step}");
                self.picture = Some((sent.timestamp, id));
            }
            Patch::Av1(numbers) => {
                let bytes = made.descriptor.as_ref().expect("the source has one");
                let patched = patch_dependencies(bytes, numbers.frame, numbers.targets).expect("whole");
                let read = self.structures.read(&patched);
                assert!(
                    lossy || read.is_some_and(|read| read.frame == numbers.frame && read.spatial == frame.spatial),
                    "{at}: {read:?}"
                );
                let ahead = self.number.map_or(1, |(_, before)| numbers.frame.wrapping_sub(before));
                let same = self.number.is_some_and(|(of, _)| of == frame.number);
                assert!(
                    lossy || if same { ahead == 0 } else { (1..64).contains(&ahead) },
                    "{at}: frame numbers went on by {ahead}"
                );
                self.number = Some((frame.number, numbers.frame));
            }
            Patch::None => panic!("{at}: no numbers"),
        }
    }

    fn marker(&mut self, sent: &Forward, lossy: bool, at: &str) {
        if lossy {
            return;
        }
        if sent.timestamp != self.timestamp {
            assert!(self.ended || self.timestamp == 0, "{at}: the picture before had no end");
        } else {
            assert!(!self.ended, "{at}: after the end of its picture");
        }
        (self.timestamp, self.ended) = (sent.timestamp, sent.marker);
    }

    fn take(&mut self, ms: u64, frame: &Frame, lossy: bool, at: &str) {
        let arrived = self.arrived.entry(frame.number).or_insert_with(|| (frame.clone(), 0));
        arrived.1 += 1;
        if !lossy {
            // Frames come one after the other: one that isn't whole when the next begins never will be.
            let broken = self.arrived.iter().find(|(number, _)| **number < frame.number);
            assert!(broken.is_none(), "{at}: {broken:?} is not whole");
        }
        let whole: Vec<u64> =
            self.arrived.iter().filter(|(_, (frame, count))| *count == frame.packets).map(|(number, _)| *number).collect();
        for number in whole {
            let (frame, _) = &self.arrived[&number];
            if !frame.needs.iter().all(|need| self.decoded.contains(need)) {
                assert!(lossy, "{at}: {frame:?} can't be decoded");
                self.failed += 1;
                continue;
            }
            self.decoded.insert(number);
            self.shown.push(Shown { ms, spatial: frame.spatial, temporal: frame.temporal });
            self.arrived.remove(&number);
        }
    }
}
