//! Brings slots and streams in line with what should be: the difference between the wanted and the actual forwarding table is applied,
//! and nothing else. Joining, leaving, muting and wanting something else all come here.

use super::{
    core::SfuCore,
    desired::desired,
    rungs::Rung,
    slots::{self, Change, in_steps},
    streams::StreamId,
    switch::Switch,
    tracks::TrackKey,
    types::*,
};

impl SfuCore {
    pub(super) fn reconcile_all(&mut self, now: At, out: &mut Vec<Output>) {
        for peer in self.peers.numbers() {
            self.reconcile(peer, now, out);
        }
        self.place_sinks(now, out);
        self.settle_watched(now, out);
    }

    pub(super) fn reconcile(&mut self, receiver: PeerIndex, now: At, out: &mut Vec<Output>) {
        let desired = desired(&self.peers, receiver, &self.limits, now);
        let Some(peer) = self.peers.get_mut(receiver) else { return };
        let state = &mut peer.receiver;
        state.crowded = desired.crowded;
        let pictures: Vec<TrackKey> = desired.pictures.iter().map(|picture| picture.track).collect();
        let audio = in_steps(desired.voices.len(), self.limits.audio_slots).max(state.needed.0);
        let video = in_steps(pictures.len(), self.limits.video_slots).max(state.needed.1);
        state.needed = (audio, video);
        if audio > state.told.needed.0 || video > state.told.needed.1 {
            state.told.needed = (audio, video);
            out.push(Output::SlotsNeeded { peer: receiver, audio, video });
        }
        let mut changes = slots::assign(&mut state.audio, &desired.voices, now);
        changes.extend(slots::assign(&mut state.video, &pictures, now));
        changes.into_iter().for_each(|change| self.apply(change, now));
        self.keep_pictures(receiver, &desired.pictures);
        self.tell_slots(receiver, out);
        self.share(receiver, now, out);
    }

    fn apply(&mut self, change: Change, now: At) {
        if let Some(from) = change.from {
            self.detach(change.stream, from);
        }
        let stream = self.streams.get_mut(change.stream);
        stream.carry(change.to);
        let Some(to) = change.to else { return };
        stream.switch = Switch::new(self.peers.publication(to).is_some_and(|publication| publication.layered));
        if to.source.is_audio() {
            stream.switch.aim(Some(Rung::whole(0)), now);
        }
        if let Some(publication) = self.peers.publication_mut(to) {
            publication.streams.push(change.stream);
        }
    }

    /// Takes a stream out of a publication's row of the forwarding table.
    pub(super) fn detach(&mut self, stream: StreamId, from: TrackKey) {
        if let Some(publication) = self.peers.publication_mut(from) {
            publication.streams.retain(|id| *id != stream);
        }
    }

    /// Notes which picture is in which stream, and how large it is wanted.
    fn keep_pictures(&mut self, receiver: PeerIndex, desired: &[super::peers::Picture]) {
        let Some(peer) = self.peers.get_mut(receiver) else { return };
        let state = &mut peer.receiver;
        let placed = desired.iter().filter_map(|picture| {
            let slot = state.video.iter().find(|slot| slot.track == Some(picture.track))?;
            Some((slot.stream, *picture))
        });
        state.pictures = placed.collect();
        for (stream, picture) in &state.pictures {
            self.streams.get_mut(*stream).wanted = Some(picture.layer);
        }
    }

    fn tell_slots(&mut self, receiver: PeerIndex, out: &mut Vec<Output>) {
        let Some(peer) = self.peers.get(receiver) else { return };
        if peer.receiver.lost || peer.receiver.all_slots().next().is_none() {
            return;
        }
        let used = peer.receiver.all_slots().filter_map(|slot| {
            let track = slot.track?;
            let participant = self.peers.get(track.peer)?.participant;
            Some(SlotUse { slot: self.streams.get(slot.stream).slot, participant, source: track.source })
        });
        let slots: Vec<SlotUse> = used.collect();
        let Some(peer) = self.peers.get_mut(receiver) else { return };
        if peer.receiver.told.slots.as_ref() != Some(&slots) {
            peer.receiver.told.slots = Some(slots.clone());
            out.push(Output::Slots { peer: receiver, slots });
        }
    }
}
