//! Control inputs: each changes what is, then the forwarding is brought in line.

use super::{
    core::SfuCore,
    publications::Publication,
    rungs::Rung,
    slots::Slot,
    tracks::{TrackKey, place},
    types::*,
};
use crate::protocol::{Source, Want};

/// Longer lists than any screen has tiles are cut.
const WANTS_MOST: usize = 256;

impl SfuCore {
    /// Takes a control input. What is to be done about it is added to `out`.
    pub fn handle(&mut self, input: Input, now: At, out: &mut Vec<Output>) {
        match input {
            Input::AddPeer { participant } => {
                self.peers.add(participant, false);
            }
            Input::AddTap { participant } => {
                self.peers.add(participant, true);
            }
            Input::AttachSink { sink, wanted } => self.attach_sink(sink, wanted, now, out),
            Input::DetachSink { sink } => self.detach_sink(sink, now, out),
            Input::SinkLost { sink } => self.sink_lost(sink, now, out),
            Input::RemovePeer { peer } => self.remove(peer, now, out),
            Input::Publish { peer, tracks } => self.publish(peer, &tracks, now, out),
            Input::Permit { peer, sources } => self.permit(peer, &sources, now, out),
            Input::Receiving { peer, audio_slots, video_slots } => self.receiving(peer, audio_slots, video_slots, now, out),
            Input::ReceivingLost { peer } => self.receiving_lost(peer, now, out),
            Input::Want { peer, tracks } => self.want(peer, tracks, now, out),
            Input::Estimate { peer, bits, loss, rtt_ms } => {
                if let Some(peer) = self.peers.get_mut(peer) {
                    peer.receiver.path.heard(bits, loss, rtt_ms, now);
                }
                self.share(peer, now, out);
            }
            Input::KeyframeRequest { peer, slot } => self.keyframe_requested(peer, slot, now, out),
            Input::LayerActive { peer, source, layer, active } => {
                let publication = self.peers.publication_mut(TrackKey { peer, source });
                if let Some(encoding) = publication.and_then(|publication| publication.encodings.get_mut(usize::from(layer))) {
                    encoding.stopped = !active;
                }
            }
            Input::Tick => self.tick(now, out),
        }
    }

    fn remove(&mut self, peer: PeerIndex, now: At, out: &mut Vec<Output>) {
        for source in Source::ALL {
            self.unpublish(TrackKey { peer, source }, now);
        }
        self.resize(peer, true, 0, now);
        self.resize(peer, false, 0, now);
        if self.peers.remove(peer).is_none() {
            return;
        }
        self.choose_speaker(now, out);
        self.reconcile_all(now, out);
    }

    fn publish(&mut self, peer: PeerIndex, tracks: &[Published], now: At, out: &mut Vec<Output>) {
        for source in Source::ALL {
            let published = tracks.iter().find(|track| track.source == source);
            let track = TrackKey { peer, source };
            let same = match (self.peers.publication(track), published) {
                (Some(publication), Some(published)) => publication.is_same(published),
                (None, None) => true,
                _ => false,
            };
            if same {
                continue;
            }
            self.unpublish(track, now);
            if let (Some(peer), Some(published)) = (self.peers.get_mut(peer), published) {
                let (permitted, tap) = (peer.permits[place(source)], peer.tap);
                peer.publications[place(source)] = Some(Publication::new(published, permitted, tap, now));
            }
        }
        self.reconcile_all(now, out);
    }

    /// Takes a track away, with everything that carries it.
    fn unpublish(&mut self, track: TrackKey, now: At) {
        let Some(peer) = self.peers.get_mut(track.peer) else { return };
        let Some(publication) = peer.publications[place(track.source)].take() else { return };
        for id in publication.streams {
            let stream = self.streams.get_mut(id);
            stream.carry(None);
            let (to, slot) = (stream.to, stream.slot);
            if let Some(slot) = self.peers.get_mut(to).and_then(|peer| peer.receiver.slot_mut(slot)) {
                slot.release(now);
            }
        }
    }

    fn permit(&mut self, peer: PeerIndex, sources: &[Source], now: At, out: &mut Vec<Output>) {
        let Some(peer) = self.peers.get_mut(peer) else { return };
        for source in Source::ALL {
            let permitted = sources.contains(&source);
            peer.permits[place(source)] = permitted;
            if let Some(publication) = peer.publication_mut(source) {
                publication.permitted = permitted;
            }
        }
        self.reconcile_all(now, out);
    }

    fn receiving(&mut self, peer: PeerIndex, audio: u8, video: u8, now: At, out: &mut Vec<Output>) {
        let Some(state) = self.peers.get_mut(peer) else { return };
        let receiver = &mut state.receiver;
        let lost = std::mem::take(&mut receiver.lost);
        if lost || (receiver.audio.is_empty() && receiver.video.is_empty()) {
            receiver.path = Default::default();
            receiver.told.slots = None;
            receiver.told.bitrate = (0, 0);
        }
        if (audio, video) != (0, 0) {
            let (told_audio, told_video) = receiver.told.needed;
            receiver.told.needed = (told_audio.min(audio), told_video.min(video));
        }
        self.resize(peer, true, audio, now);
        self.resize(peer, false, video, now);
        self.reconcile(peer, now, out);
        self.settle_watched(now, out);
    }

    fn receiving_lost(&mut self, peer: PeerIndex, now: At, out: &mut Vec<Output>) {
        let Some(state) = self.peers.get_mut(peer) else { return };
        state.receiver.lost = true;
        self.reconcile(peer, now, out);
        self.settle_watched(now, out);
    }

    /// Makes slots of a kind, or takes the last ones away.
    fn resize(&mut self, peer: PeerIndex, audio: bool, count: u8, now: At) {
        let Some(state) = self.peers.get_mut(peer) else { return };
        let slots = state.receiver.slots_mut(audio);
        while slots.len() < usize::from(count) {
            let index = slots.len() as u8;
            let slot = if audio { SlotIndex::Audio(index) } else { SlotIndex::Video(index) };
            slots.push(Slot::new(self.streams.open(peer, slot)));
        }
        let gone = slots.split_off(count.into());
        for mut slot in gone {
            if let Some(track) = slot.track {
                self.detach(slot.stream, track);
            }
            slot.release(now);
            self.streams.close(slot.stream);
        }
    }

    fn want(&mut self, peer: PeerIndex, mut tracks: Vec<Want>, now: At, out: &mut Vec<Output>) {
        let Some(state) = self.peers.get_mut(peer) else { return };
        tracks.truncate(WANTS_MOST);
        if state.receiver.wants.as_ref() == Some(&tracks) {
            return;
        }
        state.receiver.wants = Some(tracks);
        self.reconcile(peer, now, out);
        self.settle_watched(now, out);
    }

    fn keyframe_requested(&mut self, peer: PeerIndex, slot: SlotIndex, now: At, out: &mut Vec<Output>) {
        let slot = self.peers.get(peer).and_then(|peer| peer.receiver.slot(slot));
        let Some((track, stream)) = slot.and_then(|slot| Some((slot.track?, self.streams.get(slot.stream)))) else { return };
        if let Some(layer) = stream.switch.current().or(stream.switch.target().map(Rung::layer)) {
            self.ask_keyframe(track, layer, now, out);
        }
    }
}
