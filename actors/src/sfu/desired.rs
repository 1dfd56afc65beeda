//! What a receiver should get, whatever it has now: the voices of all others, or the loudest of them, and the pictures that it asked for.

use super::{
    audio::{self, Voice},
    limits::Limits,
    paused::layer_for_height,
    peers::{Peer, Peers, Picture},
    publications::Publication,
    tracks::TrackKey,
    types::*,
};
use crate::protocol::Source;
use std::cmp::Reverse;

pub struct Desired {
    pub voices: Vec<TrackKey>,
    /// The most important first.
    pub pictures: Vec<Picture>,
    /// More than it can have was wanted.
    pub crowded: bool,
}

/// Who spoke so lately is shown before others.
const LATELY_MS: u64 = 15_000;
/// A voice sounds until it paused for so long.
const SOUNDS_MS: u64 = 1_000;

pub fn desired(peers: &Peers, receiver: PeerIndex, limits: &Limits, now: At) -> Desired {
    let Some(peer) = peers.get(receiver).filter(|peer| !peer.receiver.lost && !peer.tap) else {
        return Desired { voices: Vec::new(), pictures: Vec::new(), crowded: false };
    };
    let voices = voices(peers, receiver, peer, now);
    let mut pictures = match &peer.receiver.wants {
        Some(_) => asked(peers, receiver, peer, limits),
        None => unasked(peers, receiver),
    };
    let most = match peer.receiver.wants {
        Some(_) => limits.video_slots,
        None => limits.unasked_videos.min(limits.video_slots),
    };
    let crowded = voices.len() > usize::from(limits.audio_slots) || pictures.len() > usize::from(most);
    if pictures.len() > usize::from(most) {
        keep_the_important(&mut pictures, peers, peer, usize::from(most), now);
    }
    Desired { voices: audio::loudest(&voices, limits.audio_slots.into()), pictures, crowded }
}

/// Everybody else's tracks that may be forwarded.
fn others(peers: &Peers, receiver: PeerIndex) -> impl Iterator<Item = (PeerIndex, &Peer, &Publication)> {
    let others = peers.iter().filter(move |(index, peer)| *index != receiver && !peer.tap);
    others.flat_map(|(index, peer)| peer.permitted().map(move |publication| (index, peer, publication)))
}

fn voices(peers: &Peers, receiver: PeerIndex, to: &Peer, now: At) -> Vec<Voice> {
    let audio = others(peers, receiver).filter(|(_, _, publication)| publication.is_audio());
    audio
        .map(|(index, peer, publication)| {
            let track = TrackKey { peer: index, source: publication.source };
            Voice {
                track,
                always: publication.source == Source::ScreenAudio,
                held: to.receiver.audio.iter().any(|slot| slot.track == Some(track)),
                sounds: peer.voice.sounded_within(now, SOUNDS_MS),
                loud: peer.voice.loud(),
                sounded: peer.voice.sounded(),
            }
        })
        .collect()
}

/// Screens first, then the cameras of who came first, all of them small.
fn unasked(peers: &Peers, receiver: PeerIndex) -> Vec<Picture> {
    let mut video: Vec<_> = others(peers, receiver).filter(|(_, _, publication)| !publication.is_audio()).collect();
    video.sort_by_key(|(_, peer, publication)| (publication.source != Source::Screen, peer.came));
    let picture = |(index, _, publication): (PeerIndex, &Peer, &Publication)| Picture {
        track: TrackKey { peer: index, source: publication.source },
        layer: 0,
        priority: 0,
    };
    video.into_iter().map(picture).collect()
}

fn asked(peers: &Peers, receiver: PeerIndex, to: &Peer, limits: &Limits) -> Vec<Picture> {
    let mut pictures: Vec<Picture> = Vec::new();
    for want in to.receiver.wants.iter().flatten().filter(|want| want.height > 0 && !want.source.is_audio()) {
        let Some(peer) = peers.number(want.participant_id).filter(|peer| *peer != receiver) else { continue };
        let track = TrackKey { peer, source: want.source };
        let Some(publication) = peers.publication(track).filter(|publication| publication.permitted) else { continue };
        let layer = layer_for_height(want.height, publication.layers, limits);
        match pictures.iter_mut().find(|picture| picture.track == track) {
            // The same track in two tiles: the larger one counts.
            Some(picture) => {
                picture.layer = picture.layer.max(layer);
                picture.priority = picture.priority.max(want.priority);
            }
            None => pictures.push(Picture { track, layer, priority: want.priority }),
        }
    }
    let came = |picture: &Picture| peers.get(picture.track.peer).map(|peer| peer.came);
    pictures.sort_by_key(|picture| (Reverse(picture.priority), picture.track.source != Source::Screen, came(picture)));
    pictures
}

/// Last-N: by priority, screens, who spoke lately, who is shown already.
fn keep_the_important(pictures: &mut Vec<Picture>, peers: &Peers, to: &Peer, most: usize, now: At) {
    let rank = |picture: &Picture| {
        let spoke = peers.get(picture.track.peer).and_then(|peer| peer.voice.spoke());
        let lately = spoke.is_some_and(|spoke| now.micros_since(spoke) <= LATELY_MS * 1_000);
        let shown = to.receiver.video.iter().any(|slot| slot.track == Some(picture.track));
        (Reverse(picture.priority), picture.track.source != Source::Screen, !lately, !shown, Reverse(spoke))
    };
    let mut ranked = pictures.clone();
    ranked.sort_by_key(rank);
    ranked.truncate(most);
    pictures.retain(|picture| ranked.contains(picture));
}
