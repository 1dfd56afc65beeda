//! Voices that another server sends, of those who agreed as it says: judged clip by clip, into the report of their session. Nobody of them is in a room
//! here, so nobody is told live.

use super::{Emotions, listen::Listener, live::reading};
use crate::{
    audio,
    audio_pipeline::{AudioConsumer, AudioGroup, Mouthed},
    inference::priority,
};
use ::actors::{
    Timestamp,
    emotion::{features::RATE, window::CLIP},
    ids::{ParticipantId, SessionId},
    protocol::EmotionReading,
};
use std::{
    collections::BTreeMap,
    io,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::mpsc::{Receiver, SyncSender, sync_channel},
    thread,
};
use uuid::Uuid;

/// Groups that wait; then the newest go.
const PLACES: usize = 16;
/// A hole that a player would not notice.
const TOLERANCE_MS: u64 = 60;
/// From a clip's beginning to its end.
const CLIP_MS: u64 = (CLIP * 1_000 / RATE) as u64;
/// Nothing came of a voice for so long: it is forgotten.
const FORGOTTEN_MS: u64 = 600_000;

/// Where readings go, with the speaker's name.
pub type Keep = Box<dyn Fn(SessionId, String, EmotionReading) + Send>;

/// Judges on a thread of its own, which ends with this.
pub struct OutsideVoices(SyncSender<AudioGroup>);

impl OutsideVoices {
    /// # Errors
    /// No thread.
    pub fn start(emotions: Emotions, keep: Keep) -> io::Result<Self> {
        let (sender, groups) = sync_channel(PLACES);
        thread::Builder::new().name("outside-voices".to_owned()).spawn(move || {
            priority::lower();
            judge_all(&groups, &emotions, &keep);
        })?;
        Ok(Self(sender))
    }
}

impl AudioConsumer for OutsideVoices {
    fn take(&self, group: AudioGroup) -> bool {
        // To whoever is in a room here the room's own service listens.
        group.source == Mouthed::Track || self.0.try_send(group).is_ok()
    }
}

/// The same in every stream of a session.
fn participant(session: SessionId, name: &str) -> ParticipantId {
    ParticipantId(Uuid::new_v5(&session.0, name.as_bytes()))
}

fn judge_all(groups: &Receiver<AudioGroup>, emotions: &Emotions, keep: &Keep) {
    let mut voices: BTreeMap<(SessionId, String), Voice<'_>> = BTreeMap::new();
    while let Ok(group) = groups.recv() {
        voices.retain(|_, voice| voice.ends_ms + FORGOTTEN_MS > group.at.0);
        let whose = (group.session, group.participant.clone());
        let voice = voices.remove(&whose);
        // A fault in what one of them sends costs nobody else's.
        let heard = catch_unwind(AssertUnwindSafe(|| Voice::hear(voice, emotions, &group, keep)));
        if let Ok(Some(voice)) = heard {
            voices.insert(whose, voice);
        }
    }
}

/// One speaker's sound, as far as it follows itself.
struct Voice<'a> {
    listener: Listener<'a>,
    rate: u32,
    /// On the wall's clock.
    begins_ms: u64,
    ends_ms: u64,
}

impl<'a> Voice<'a> {
    /// None when the model gives no answer: the speaker begins anew.
    fn hear(before: Option<Self>, emotions: &'a Emotions, group: &AudioGroup, keep: &Keep) -> Option<Self> {
        let begins_ms = group.at.0;
        let mut voice = match before {
            Some(voice) if voice.rate == group.rate && voice.ends_ms.abs_diff(begins_ms) <= TOLERANCE_MS => voice,
            before => {
                // No clip may hold both sides of a hole; how they usually sound is known all the same.
                let speaker = before.and_then(|voice| voice.listener.finish(&mut |_| ()).ok()).map(|(_, speaker)| speaker);
                let listener = Listener::new(emotions, speaker.unwrap_or_else(|| emotions.speaker()), group.rate).ok()?;
                Self { listener, rate: group.rate, begins_ms, ends_ms: begins_ms }
            }
        };
        let interleaved: Vec<f32> = group.samples.iter().map(|sample| f32::from(*sample) / 32_768.0).collect();
        let mut mono = Vec::with_capacity(interleaved.len());
        audio::mix(&interleaved, usize::from(group.channels), &mut mono);
        let (session, name) = (group.session, &group.participant);
        let mut tell = |clip: super::listen::ClipResult| {
            if clip.view.reason.is_none() {
                let at = Timestamp(voice.begins_ms + clip.starts_ms + CLIP_MS);
                keep(session, name.clone(), reading(participant(session, name), at, &clip.view));
            }
        };
        if let Err(error) = voice.listener.push(&mono, &mut tell) {
            tracing::debug!(%error, "a clip from outside has no answer");
            return None;
        }
        voice.ends_ms = begins_ms + mono.len() as u64 * 1_000 / u64::from(group.rate.max(1));
        Some(voice)
    }
}
