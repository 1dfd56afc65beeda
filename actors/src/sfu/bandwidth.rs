//! Shares what a receiver's path bears among its pictures, and says what there was no room for.

use super::{
    allocate::{Budget, Item, allocate},
    core::SfuCore,
    peers::{Peers, Picture, Receiver},
    rungs::Rung,
    streams::{StreamId, Streams},
    tracks::TrackKey,
    types::*,
};
use crate::protocol::{LimitReason, Limited};

/// Kept free for a voice that begins while others are silent.
const VOICE_RESERVE_BITS: u64 = 32_000;

impl SfuCore {
    /// Decides anew how much of each picture this receiver gets.
    pub(super) fn share(&mut self, receiver: PeerIndex, now: At, out: &mut Vec<Output>) {
        let Some(peer) = self.peers.get(receiver) else { return };
        let pictures = peer.receiver.pictures.clone();
        let items = self.items(&pictures, now);
        let audio = self.audio_bits(&peer.receiver, now);
        let sending = peer.receiver.all_slots().any(|slot| self.streams.get(slot.stream).switch.current().is_some());
        let Some(peer) = self.peers.get_mut(receiver) else { return };
        let path = &mut peer.receiver.path;
        let silent = path.is_silent(sending, &self.limits, now);
        let bits = if silent { 0 } else { path.bears(&self.limits).saturating_sub(audio) };
        let reserve = if audio == 0 { 0 } else { VOICE_RESERVE_BITS.min(bits / 4) };
        let budget = Budget { bits: bits - reserve, margin_percent: self.limits.rise_margin_percent, may_rise: false };
        if let Some(bits) = path.begins_again() {
            out.push(Output::Restart { peer: receiver, bits: audio + bits });
        }
        let guessed = path.estimate().is_none();
        let may_rise = !silent && path.may_rise();
        let mut grants = allocate(&items, budget);
        let fallen = grants.iter().zip(&items).zip(&pictures).filter(|((grant, item), _)| fell(**grant, item));
        let fallen: Vec<StreamId> = fallen.map(|(_, (stream, _))| *stream).collect();
        if !fallen.is_empty() {
            path.fell(now);
        }
        out.extend(fallen.iter().map(|id| Output::Forget { peer: receiver, slot: self.streams.get(*id).slot }));
        let risen = allocate(&items, Budget { may_rise, ..budget });
        let more = risen.iter().zip(&items).any(|(grant, item)| *grant > item.held);
        if path.is_time_to_rise(more, &self.limits, now) {
            path.rose(now);
            grants = risen;
        }
        self.aim(&pictures, &items, &grants, guessed, now, out);
        self.tell_limited(receiver, &pictures, &items, &grants, now, out);
        self.tell_bitrate(receiver, &items, &grants, audio, now, out);
    }

    fn items(&self, pictures: &[(StreamId, Picture)], now: At) -> Vec<Item> {
        let item = |(id, picture): &(StreamId, Picture)| {
            let stream = self.streams.get(*id);
            let publication = self.peers.publication(picture.track);
            let mut available = publication.map_or([None; Rung::COUNT], |publication| publication.available(&self.limits, now));
            for rung in Rung::all().filter(|rung| stream.switch.avoids(rung.layer(), now)) {
                available[rung.place()] = None;
            }
            Item {
                priority: picture.priority,
                wanted: Rung::whole(picture.layer),
                available,
                held: stream.switch.target(),
                fresh: stream.fresh,
            }
        };
        pictures.iter().map(item).collect()
    }

    fn audio_bits(&self, receiver: &Receiver, now: At) -> u64 {
        let tracks = receiver.audio.iter().filter_map(|slot| slot.track);
        tracks.filter_map(|track| self.peers.publication(track)).map(|voice| voice.encodings[0].rate.now(now)).sum()
    }

    fn aim(
        &mut self,
        pictures: &[(StreamId, Picture)],
        items: &[Item],
        grants: &[Option<Rung>],
        guessed: bool,
        now: At,
        out: &mut Vec<Output>,
    ) {
        for (((id, picture), item), grant) in pictures.iter().zip(items).zip(grants) {
            let stream = self.streams.get_mut(*id);
            // What can't be had from the publisher just now begins anew, without waiting, when it comes again. So does what was refused on
            // a guess, before the path's first estimate.
            stream.fresh = item.available == [None; Rung::COUNT] || (guessed && grant.is_none());
            let awaited = stream.switch.awaits();
            if stream.switch.aim(*grant, now)
                && let Some(layer) = stream.switch.awaits()
                && awaited != Some(layer)
            {
                self.ask_keyframe(picture.track, layer, now, out);
            }
        }
    }

    pub(super) fn ask_keyframe(&mut self, track: TrackKey, layer: Layer, now: At, out: &mut Vec<Output>) {
        let every = self.limits.keyframe_every_ms;
        let publication = self.peers.publication_mut(track).filter(|publication| !publication.is_audio());
        let Some(publication) = publication else { return };
        let new = publication.is_new(now);
        let place = publication.encoding_of(layer);
        let Some(encoding) = publication.encodings.get_mut(usize::from(place)) else { return };
        if new {
            encoding.keyframes.want();
        } else if encoding.keyframes.ask(now, every) {
            self.counts.keyframes_requested += 1;
            out.push(Output::RequestKeyframe { peer: track.peer, source: track.source, layer: place });
        }
    }

    fn tell_limited(
        &mut self,
        receiver: PeerIndex,
        pictures: &[(StreamId, Picture)],
        items: &[Item],
        grants: &[Option<Rung>],
        now: At,
        out: &mut Vec<Output>,
    ) {
        let missing = pictures.iter().zip(items).zip(grants).filter_map(|((place, item), grant)| {
            let (reason, participant) = self.why_not(place.1.track, item, *grant, now)?;
            Some(Limited { participant_id: participant, source: place.1.track.source, reason })
        });
        let tracks: Vec<Limited> = missing.collect();
        let Some(peer) = self.peers.get_mut(receiver) else { return };
        if peer.receiver.told.limited != tracks {
            peer.receiver.told.limited = tracks.clone();
            out.push(Output::Limited { peer: receiver, tracks });
        }
    }

    fn why_not(
        &self,
        track: TrackKey,
        item: &Item,
        grant: Option<Rung>,
        now: At,
    ) -> Option<(LimitReason, crate::ids::ParticipantId)> {
        let peer = self.peers.get(track.peer)?;
        let publication = peer.publication(track.source)?;
        let reason = if publication.is_over_limit(now) {
            LimitReason::SourceLimit
        } else if publication.is_not_sent(&self.limits, now) || item.available == [None; Rung::COUNT] {
            LimitReason::NotSent
        } else if grant.is_none() {
            LimitReason::Bandwidth
        } else {
            return None;
        };
        Some((reason, peer.participant))
    }

    fn tell_bitrate(
        &mut self,
        receiver: PeerIndex,
        items: &[Item],
        grants: &[Option<Rung>],
        audio: u64,
        now: At,
        out: &mut Vec<Output>,
    ) {
        let granted = items.iter().zip(grants).filter_map(|(item, grant)| item.available[(*grant)?.place()]);
        let current = audio + granted.sum::<u64>();
        let desired = audio + items.iter().filter_map(Item::best).map(|(_, bits)| bits).sum::<u64>();
        let needed = if desired > current { desired.saturating_mul(self.limits.rise_margin_percent) / 100 } else { current };
        let Some(peer) = self.peers.get_mut(receiver) else { return };
        let told = peer.receiver.told.bitrate;
        if differs(told.0, current) || differs(told.1, desired) {
            if differs(told.0, current) {
                peer.receiver.path.sends(current, now);
            }
            peer.receiver.told.bitrate = (current, desired);
            out.push(Output::Bitrate { peer: receiver, current, desired });
        }
        let path = &mut peer.receiver.path;
        if path.is_time_to_probe(needed, now) {
            out.push(Output::Probe { peer: receiver, known: path.bears(&self.limits), bits: needed });
        }
    }
}

/// It gets less than it had though it still wants it and it could be had.
fn fell(grant: Option<Rung>, item: &Item) -> bool {
    let Some(held) = item.held else { return false };
    let due = item.best().map(|(rung, _)| rung.min(held));
    grant < due
}

/// By more than a tenth.
fn differs(told: u64, now: u64) -> bool {
    told.abs_diff(now) * 10 > told.max(now)
}

/// How many encodings of a track are watched: one more than the largest that a receiver's tile needs.
pub(super) fn watched(peers: &Peers, streams: &Streams, track: TrackKey) -> u8 {
    let Some(publication) = peers.publication(track) else { return 0 };
    let wanted = publication.streams.iter().filter_map(|id| streams.get(*id).wanted);
    wanted.map(|layer| layer + 1).max().unwrap_or(0).min(publication.layers)
}
