//! Which track is in which slot of a receiver. A track that stays keeps its slot; one that comes back gets the one that it had, if free.

use super::{limits::Limits, streams::StreamId, tracks::TrackKey, types::At};

#[derive(Clone, Copy, Debug)]
pub struct Slot {
    pub stream: StreamId,
    pub track: Option<TrackKey>,
    last: Option<TrackKey>,
    freed: At,
}

impl Slot {
    pub fn new(stream: StreamId) -> Self {
        Slot { stream, track: None, last: None, freed: At::default() }
    }

    pub fn release(&mut self, now: At) {
        if let Some(track) = self.track.take() {
            self.last = Some(track);
            self.freed = now;
        }
    }
}

/// What changed in a slot.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Change {
    pub stream: StreamId,
    pub from: Option<TrackKey>,
    pub to: Option<TrackKey>,
}

/// Puts the wanted tracks into the slots, the first ones first where there are too few.
pub fn assign(slots: &mut [Slot], wanted: &[TrackKey], now: At) -> Vec<Change> {
    let wanted = &wanted[..wanted.len().min(slots.len())];
    let mut changes = Vec::new();
    for slot in slots.iter_mut() {
        let Some(from) = slot.track.filter(|track| !wanted.contains(track)) else { continue };
        slot.release(now);
        changes.push(Change { stream: slot.stream, from: Some(from), to: None });
    }
    for track in wanted {
        if slots.iter().any(|slot| slot.track == Some(*track)) {
            continue;
        }
        let free = slots.iter_mut().filter(|slot| slot.track.is_none());
        let Some(slot) = free.min_by_key(|slot| (slot.last != Some(*track), slot.last.is_some(), slot.freed)) else { break };
        slot.track = Some(*track);
        match changes.iter_mut().find(|change| change.stream == slot.stream) {
            Some(change) => change.to = Some(*track),
            None => changes.push(Change { stream: slot.stream, from: None, to: Some(*track) }),
        }
    }
    changes
}

/// So many slots, in whole steps, one step at least and no more than `most`.
pub fn in_steps(tracks: usize, most: u8) -> u8 {
    let step = usize::from(Limits::SLOT_STEP);
    (tracks.div_ceil(step).max(1) * step).min(most.into()) as u8
}

#[cfg(test)]
mod tests {
    use super::{
        super::{streams::Streams, types::*},
        *,
    };
    use crate::protocol::Source;

    fn track(peer: u16) -> TrackKey {
        TrackKey { peer: PeerIndex(peer), source: Source::Camera }
    }

    fn slots(count: u8) -> Vec<Slot> {
        let mut streams = Streams::default();
        (0..count).map(|index| Slot::new(streams.open(PeerIndex(0), SlotIndex::Video(index)))).collect()
    }

    fn inside(slots: &[Slot]) -> Vec<Option<u16>> {
        slots.iter().map(|slot| slot.track.map(|track| track.peer.0)).collect()
    }

    #[test]
    fn tracks_stay_where_they_are() {
        let mut slots = slots(4);
        let story: &[(&[u16], [Option<u16>; 4])] = &[
            (&[1, 2, 3], [Some(1), Some(2), Some(3), None]),
            (&[3, 1], [Some(1), None, Some(3), None]),
            (&[3, 1, 4], [Some(1), None, Some(3), Some(4)]),
            (&[3, 1, 4, 2], [Some(1), Some(2), Some(3), Some(4)]),
            (&[5, 3, 1, 4, 2], [Some(1), Some(5), Some(3), Some(4)]),
            (&[], [None; 4]),
            (&[4], [None, None, None, Some(4)]),
        ];
        for (step, (wanted, expected)) in story.iter().enumerate() {
            let wanted: Vec<TrackKey> = wanted.iter().map(|peer| track(*peer)).collect();
            assign(&mut slots, &wanted, At::ms(step as u64));
            assert_eq!(inside(&slots), expected, "step {step}");
            assert_eq!(assign(&mut slots, &wanted, At::ms(step as u64)), [], "settled after step {step}");
        }
    }

    #[test]
    fn a_slot_that_changes_hands_is_one_change() {
        let mut slots = slots(1);
        assign(&mut slots, &[track(1)], At::ms(0));
        let changes = assign(&mut slots, &[track(2)], At::ms(1));
        assert_eq!(changes, [Change { stream: slots[0].stream, from: Some(track(1)), to: Some(track(2)) }]);
    }

    #[test]
    fn slots_come_in_steps() {
        for (tracks, expected) in [(0, 2), (1, 2), (2, 2), (3, 4), (15, 16), (16, 16), (99, 16)] {
            assert_eq!(in_steps(tracks, 16), expected, "{tracks}");
        }
    }
}
