//! Which voices a receiver gets when there are more than it has slots: the loudest, and who has a slot keeps it until somebody needs it more.

use super::{tracks::TrackKey, types::At};

#[derive(Clone, Copy, Debug)]
pub struct Voice {
    pub track: TrackKey,
    /// A screen's sound: always.
    pub always: bool,
    pub held: bool,
    /// It sounds now.
    pub sounds: bool,
    pub loud: f32,
    pub sounded: Option<At>,
}

/// Decibels by which a voice must be louder than one that sounds too.
const LOUDER: f32 = 6.0;

/// At most so many of them, in the order in which they came.
pub fn loudest(voices: &[Voice], most: usize) -> Vec<TrackKey> {
    if voices.len() <= most {
        return voices.iter().map(|voice| voice.track).collect();
    }
    let mut ranked: Vec<&Voice> = voices.iter().collect();
    ranked.sort_by(|a, b| standing(b).partial_cmp(&standing(a)).unwrap_or(std::cmp::Ordering::Equal));
    let chosen = &ranked[..most];
    voices.iter().filter(|voice| chosen.iter().any(|one| one.track == voice.track)).map(|voice| voice.track).collect()
}

/// What ranks a voice: who sounds by loudness, with a bonus for who is in; the silent by when they last sounded.
fn standing(voice: &Voice) -> (bool, bool, f32, bool, Option<At>) {
    let loud = if voice.sounds { voice.loud + if voice.held { LOUDER } else { 0.0 } } else { 0.0 };
    (voice.always, voice.sounds, loud, voice.held, voice.sounded)
}

#[cfg(test)]
mod tests {
    use super::{super::types::PeerIndex, *};
    use crate::protocol::Source;

    fn voice(peer: u16, held: bool, loud: f32, sounded: u64) -> Voice {
        let track = TrackKey { peer: PeerIndex(peer), source: Source::Microphone };
        Voice { track, always: false, held, sounds: loud > 0.0, loud, sounded: Some(At::ms(sounded)) }
    }

    fn chosen(voices: &[Voice], most: usize) -> Vec<u16> {
        loudest(voices, most).iter().map(|track| track.peer.0).collect()
    }

    #[test]
    fn all_while_there_is_room() {
        assert_eq!(chosen(&[voice(1, false, 0.0, 0), voice(2, false, 0.0, 0)], 2), [1, 2]);
    }

    #[test]
    fn who_sounds_comes_before_who_is_silent() {
        assert_eq!(chosen(&[voice(1, true, 0.0, 9), voice(2, true, 0.0, 5), voice(3, false, 70.0, 0)], 2), [1, 3]);
    }

    #[test]
    fn a_little_louder_is_not_enough() {
        assert_eq!(chosen(&[voice(1, true, 80.0, 9), voice(2, false, 85.0, 9)], 1), [1]);
        assert_eq!(chosen(&[voice(1, true, 80.0, 9), voice(2, false, 87.0, 9)], 1), [2]);
    }

    #[test]
    fn the_silent_stay_where_they_are() {
        assert_eq!(chosen(&[voice(1, false, 0.0, 9), voice(2, true, 0.0, 5), voice(3, false, 0.0, 8)], 2), [1, 2]);
    }

    #[test]
    fn a_screens_sound_is_never_left_out() {
        let mut screen = voice(9, false, 0.0, 0);
        screen.always = true;
        assert_eq!(chosen(&[voice(1, true, 90.0, 9), screen], 1), [9]);
    }
}
