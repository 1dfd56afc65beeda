//! One person's microphone in a meeting: packets to clips to readings, an actor each.

use super::{Emotions, listen::question};
use crate::{audio::OpusDecoder, inference::NoAnswer};
use ::actors::{
    Timestamp,
    emotion::{
        Answer, ClipView, Extractor, Speaker, Windows,
        feed::{Feed, Feeder},
    },
    ids::ParticipantId,
    ports::MediaSink,
    protocol::EmotionReading,
    sinks::{MediaFrame, RingReader, SinkItem, ring},
    supervise::{BackOff, Pulse, PulseWatch},
};
use actix::prelude::*;
use std::{
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

/// How often a ring is read.
const EVERY: Duration = Duration::from_millis(200);
/// Packets that wait: five seconds of them. Then the newest go.
const PLACES: usize = 256;

/// Where readings go.
pub type Tell = Arc<dyn Fn(EmotionReading) + Send + Sync>;

/// Listens to a participant's track until it ends; what comes into the sink is heard on that arbiter.
pub fn listen(participant: ParticipantId, emotions: Emotions, arbiter: &ArbiterHandle, tell: Tell) -> Arc<dyn MediaSink> {
    let (sink, reader) = ring(PLACES, || ());
    let life = Life { participant, emotions, tell, reader: Arc::new(Mutex::new(reader)), over: Arc::default() };
    arbiter.spawn(watch_over(life));
    Arc::new(sink)
}

/// As the wire has it.
pub fn reading(participant: ParticipantId, at: Timestamp, view: &ClipView) -> EmotionReading {
    EmotionReading {
        participant_id: participant,
        at,
        arousal: view.arousal,
        label: view.label.map(|label| label.word().to_owned()),
        confidence: view.confidence,
        scores: view.scores.iter().map(|(label, score)| ((*label).to_owned(), *score)).collect(),
        unusual: view.unusual,
    }
}

/// What outlives the actor of a track.
#[derive(Clone)]
struct Life {
    participant: ParticipantId,
    emotions: Emotions,
    tell: Tell,
    reader: Arc<Mutex<RingReader>>,
    over: Arc<AtomicBool>,
}

/// Makes the actor, and makes it again after a panic; the speaker begins anew then.
async fn watch_over(life: Life) {
    let mut back_off = BackOff::default();
    loop {
        Listening::start(life.clone()).gone().await;
        if life.over.load(Ordering::Acquire) {
            return;
        }
        metrics::counter!("greenroom_actor_restarts_total", "actor" => "emotion").increment(1);
        tracing::error!(participant = %life.participant.short(), "an emotion actor ended; making it again");
        tokio::time::sleep(back_off.next_pause()).await;
    }
}

struct Listening {
    life: Life,
    decoder: OpusDecoder,
    feeder: Feeder,
    windows: Windows,
    extractor: Extractor,
    speaker: Speaker,
    /// The arrival of the newest packet, in milliseconds since 1970.
    newest_ms: u64,
    /// A clip is with the model: the next needs to know what became of it.
    asked: bool,
    _pulse: Pulse,
}

/// The model's answer for the clip that ended then.
#[derive(Message)]
#[rtype(result = "()")]
struct Answered {
    at_ms: u64,
    answer: Result<Answer, NoAnswer>,
}

impl Listening {
    fn start(life: Life) -> PulseWatch {
        let pulse = Pulse::new();
        let watch = pulse.watch();
        // 48 kHz is among the rates that are taken.
        if let Ok(windows) = Windows::new(crate::audio::decode::RATE) {
            let speaker = life.emotions.speaker();
            let (decoder, feeder, extractor) = (OpusDecoder::new(), Feeder::default(), Extractor::default());
            Self { life, decoder, feeder, windows, extractor, speaker, newest_ms: 0, asked: false, _pulse: pulse }.start();
        }
        watch
    }

    fn step(&mut self, ctx: &mut Context<Self>) {
        loop {
            let item = self.life.reader.lock().unwrap_or_else(PoisonError::into_inner).next();
            match item {
                Some(SinkItem::Frame(frame)) => self.hear(&frame),
                Some(SinkItem::Gap(_)) => self.anew(),
                Some(SinkItem::Ended(_)) => {
                    // Nothing of them stays: neither what was heard nor what they usually sound like.
                    self.life.over.store(true, Ordering::Release);
                    return ctx.stop();
                }
                None => break,
            }
        }
        self.judge(ctx);
    }

    fn hear(&mut self, frame: &MediaFrame) {
        self.newest_ms = frame.arrived_us / 1_000;
        for feed in self.feeder.place(frame) {
            match feed {
                Feed::Packet => self.windows.push(self.decoder.decode(&frame.payload, false)),
                Feed::Lost => self.windows.push(self.decoder.decode(&[], true)),
                Feed::Silence(samples) => self.windows.push(&vec![0.0; samples]),
                Feed::Anew => self.anew(),
            }
        }
    }

    /// What comes next is not the continuation of what came: no clip may hold both.
    fn anew(&mut self) {
        if let Ok(windows) = Windows::new(crate::audio::decode::RATE) {
            self.windows = windows;
        }
        self.decoder = OpusDecoder::new();
    }

    fn judge(&mut self, ctx: &mut Context<Self>) {
        while !self.asked
            && let Some(clip) = self.windows.take()
        {
            let Ok(ask) = question(&mut self.extractor, &self.speaker, clip) else {
                metrics::counter!("greenroom_emotion_clips_total", "outcome" => "no_voice").increment(1);
                continue;
            };
            self.asked = true;
            let (actor, at_ms) = (ctx.address().downgrade(), self.newest_ms);
            self.life.emotions.ask(ask, move |answer| {
                // An actor that is gone, or that has no time, has no use for it.
                if let Some(actor) = actor.upgrade() {
                    drop(actor.try_send(Answered { at_ms, answer }));
                }
            });
        }
    }
}

impl Actor for Listening {
    type Context = Context<Self>;

    fn started(&mut self, ctx: &mut Self::Context) {
        ctx.run_interval(EVERY, Self::step);
    }
}

impl Handler<Answered> for Listening {
    type Result = ();

    fn handle(&mut self, answered: Answered, ctx: &mut Self::Context) {
        self.asked = false;
        let heard = answered.answer.map_err(|error| error.to_string());
        let heard = heard.and_then(|answer| self.speaker.hear(answered.at_ms, &answer).map_err(|error| error.to_string()));
        match heard {
            Ok(heard) => {
                metrics::counter!("greenroom_emotion_clips_total", "outcome" => "read").increment(1);
                (self.life.tell)(reading(self.life.participant, Timestamp(answered.at_ms), &ClipView::of(&heard)));
            }
            Err(why) => {
                metrics::counter!("greenroom_emotion_clips_total", "outcome" => "failed").increment(1);
                tracing::debug!(%why, "a clip has no answer");
            }
        }
        self.judge(ctx);
    }
}

#[cfg(test)]
mod tests;
