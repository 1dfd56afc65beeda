//! What is due by time: the speaker, shares of paths, keyframes that are still waited for, encodings that nobody watches any more.

use super::{
    bandwidth::watched,
    core::SfuCore,
    loudness::Loudness,
    paused::names,
    publications::MAX_LAYERS,
    tracks::{TrackKey, place},
    types::*,
};
use crate::protocol::{LayersWanted, Source};

/// A quiet encoding is asked for keyframes less often, by this: a still picture needs the asking, a camera that is off doesn't hear it.
const QUIET_TIMES: u64 = 5;

impl SfuCore {
    pub(super) fn tick(&mut self, now: At, out: &mut Vec<Output>) {
        self.choose_speaker(now, out);
        for receiver in self.peers.numbers() {
            match self.peers.get(receiver).map(|peer| peer.receiver.crowded) {
                Some(true) => self.reconcile(receiver, now, out),
                Some(false) => self.share(receiver, now, out),
                None => {}
            }
        }
        for peer in self.peers.numbers() {
            Source::ALL.iter().for_each(|source| self.chase_keyframes(TrackKey { peer, source: *source }, now, out));
        }
        self.settle_watched(now, out);
    }

    pub(super) fn choose_speaker(&mut self, now: At, out: &mut Vec<Output>) {
        let attack = self.limits.speaker_attack_ms;
        self.peers.iter_mut().for_each(|(_, peer)| peer.voice.settle(now, attack));
        let audible = self.peers.iter().filter(|(_, peer)| {
            !peer.tap && peer.permits[place(Source::Microphone)] && peer.publication(Source::Microphone).is_some()
        });
        let voices: Vec<(PeerIndex, &Loudness)> = audible.map(|(index, peer)| (index, &peer.voice)).collect();
        if self.speaker.decide(&voices, &self.limits, now) {
            let speaker = self.speaker.current().and_then(|peer| self.peers.get(peer));
            out.push(Output::Speaker { participant: speaker.map(|peer| peer.participant) });
        }
    }

    /// Asks again for what streams still wait for, and gives up what doesn't come.
    fn chase_keyframes(&mut self, track: TrackKey, now: At, out: &mut Vec<Output>) {
        let (every, patience) = (self.limits.keyframe_every_ms, self.limits.switch_patience_ms);
        let Some(publication) = self.peers.publication_mut(track).filter(|publication| !publication.is_audio()) else { return };
        let mut awaited = [false; MAX_LAYERS];
        for id in &publication.streams {
            let switch = &mut self.streams.get_mut(*id).switch;
            switch.give_up(now, patience);
            if let Some(layer) = switch.awaits() {
                awaited[usize::from(publication.encoding_of(layer))] = true;
            }
        }
        if let Some(layer) = self.sinks.awaited(track, publication, now) {
            awaited[usize::from(publication.encoding_of(layer))] = true;
        }
        for (encoding, _) in publication.encodings.iter_mut().zip(awaited).filter(|(_, awaited)| *awaited) {
            encoding.keyframes.want();
        }
        if publication.is_new(now) {
            return;
        }
        for (layer, encoding) in publication.encodings.iter_mut().enumerate() {
            let every = if encoding.is_quiet(now) { QUIET_TIMES * every } else { every };
            if !encoding.stopped && encoding.keyframes.due(now, every) {
                self.counts.keyframes_requested += 1;
                out.push(Output::RequestKeyframe { peer: track.peer, source: track.source, layer: layer as Layer });
            }
        }
    }

    /// Tells publishers which of their encodings are watched, where that changed.
    pub(super) fn settle_watched(&mut self, now: At, out: &mut Vec<Output>) {
        for peer in self.peers.numbers() {
            let mut changed = false;
            for source in [Source::Camera, Source::Screen] {
                let track = TrackKey { peer, source };
                let sinks = self.peers.publication(track).map_or(0, |publication| self.sinks.watched(publication));
                let needed = watched(&self.peers, &self.streams, track).max(sinks);
                if let Some(publication) = self.peers.publication_mut(track) {
                    changed |= publication.watched.settle(needed, now, self.limits.unwatched_ms);
                }
            }
            // Of an extra copy there is nothing to choose: who sends it was told what.
            if let Some(state) = self.peers.get(peer).filter(|state| changed && !state.tap) {
                let video = state.publications.iter().flatten().filter(|publication| !publication.is_audio());
                let tracks = video.map(|track| LayersWanted { source: track.source, layers: names(track.watched.told()) });
                out.push(Output::LayersWanted { peer, tracks: tracks.collect() });
            }
        }
    }
}
