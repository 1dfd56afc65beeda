//! The mouth of our own tracks: packets of those who agree, decoded, on the time at which they were sent.

use super::{About, AudioPipeline, Input, Mouth, Mouthed};
use crate::audio::{OpusDecoder, decode::RATE};
use actix::ArbiterHandle;
use actors::{
    RoomsHandle, Timestamp,
    audio::{Format, Normalise},
    emotion::feed::{Feed, Feeder},
    ids::{RoomId, SessionId},
    ports::MediaSink,
    protocol::{CommandError, Purpose},
    sinks::{ConsentedTrack, Gap, MediaFrame, MediaNeed, NeededMedia, Rest, RingReader, SinkFactory, SinkItem, ring},
};
use std::{path::PathBuf, sync::Arc, time::Duration};

/// How often a ring is read.
const EVERY: Duration = Duration::from_millis(200);
/// Packets that wait: five seconds of them. Then the newest go, and silence stands for them.
const PLACES: usize = 256;
const GROUP_MS: u64 = 2_000;

/// Whose sound, and where it goes.
#[derive(Clone)]
pub struct Heard {
    pub room: RoomId,
    pub session: SessionId,
    pub room_code: String,
    /// In place of the session's own folder.
    pub folder: Option<PathBuf>,
    /// What they have to agree to.
    pub purpose: Purpose,
}

/// Writes the sound of everybody who agrees, until what is returned is dropped. `Err`: no session is open.
pub fn listen(
    pipeline: &AudioPipeline,
    rooms: &RoomsHandle,
    heard: Heard,
    home: ArbiterHandle,
) -> Result<MediaNeed, CommandError> {
    let (pipeline, room, purpose) = (pipeline.clone(), heard.room, heard.purpose);
    let sinks: SinkFactory = Arc::new(move |track: &ConsentedTrack| -> Arc<dyn MediaSink> {
        let (sink, reader) = ring(PLACES, || ());
        let about = about(&heard, track);
        home.spawn(read(pipeline.clone(), about, reader));
        Arc::new(sink)
    });
    rooms.need(room, purpose, NeededMedia::Audio, sinks)
}

fn about(heard: &Heard, track: &ConsentedTrack) -> About {
    About {
        session: heard.session,
        source: Mouthed::Track,
        room: heard.room_code.clone(),
        participant: track.participant().to_string(),
        track: track.source().name().to_owned(),
        participant_id: Some(track.participant()),
        meeting: None,
        format: Format { rate: RATE, channels: 1, group_ms: GROUP_MS, normalise: Normalise::Off },
        folder: heard.folder.clone(),
        keep: true,
        purposes: vec![heard.purpose],
    }
}

/// Until the track ends: a person's microphone that is muted is silent, not over.
pub(super) async fn read(pipeline: AudioPipeline, about: About, mut reader: RingReader) {
    let mut listening: Option<Listening> = None;
    loop {
        tokio::time::sleep(EVERY).await;
        loop {
            match reader.next() {
                Some(SinkItem::Frame(frame)) if frame.payload.is_empty() => {}
                Some(SinkItem::Frame(frame)) => {
                    let at = Timestamp(frame.arrived_us / 1_000);
                    if listening.is_none() {
                        match pipeline.open(about.clone(), at) {
                            Ok(mouth) => listening = Some(Listening::new(mouth, at)),
                            // It is tried again with the next packet.
                            Err(error) => tracing::debug!(%error, "a track's sound can't be written"),
                        }
                    }
                    if let Some(listening) = &mut listening {
                        listening.hear(&frame, at);
                    }
                }
                Some(SinkItem::Gap(Gap::Off)) => {
                    if let Some(listening) = &mut listening {
                        listening.rest = Some(Rest::default());
                    }
                }
                // What was lost shows in the packets' numbers.
                Some(SinkItem::Gap(Gap::Overflow { .. })) => {}
                Some(SinkItem::Ended(_)) => {
                    if let Some(listening) = &mut listening {
                        listening.end().await;
                    }
                    return;
                }
                None => break,
            }
        }
        if let Some(listening) = &mut listening {
            listening.flush();
        }
    }
}

struct Listening {
    mouth: Mouth,
    decoder: OpusDecoder,
    feeder: Feeder,
    rest: Option<Rest>,
    began: Timestamp,
    /// Samples since then.
    fed: u64,
    /// Not in the pipeline yet.
    waiting: Vec<i16>,
}

impl Listening {
    fn new(mouth: Mouth, began: Timestamp) -> Self {
        Self { mouth, decoder: OpusDecoder::new(), feeder: Feeder::default(), rest: None, began, fed: 0, waiting: Vec::new() }
    }

    fn hear(&mut self, frame: &MediaFrame, at: Timestamp) {
        if let Some(rest) = self.rest {
            if rest.ends_with(frame.arrived_us) {
                self.feeder = Feeder::default();
                self.anew(at);
            }
            self.rest = rest.hear(frame.arrived_us);
        }
        for feed in self.feeder.place(frame) {
            match feed {
                Feed::Packet => push(self.decoder.decode(&frame.payload, false), &mut self.waiting),
                Feed::Lost => push(self.decoder.decode(&[], true), &mut self.waiting),
                Feed::Silence(samples) => self.waiting.resize(self.waiting.len() + samples, 0),
                Feed::Anew => self.anew(at),
            }
        }
    }

    /// After a hole, or on another connection: what follows is on its time.
    fn anew(&mut self, at: Timestamp) {
        self.flush();
        self.decoder = OpusDecoder::new();
        let until = self.until();
        if at > until {
            let hole = at.since(until).as_millis() as u64;
            self.mouth.offer(Input::Mute(until));
            self.mouth.offer(Input::Unmute(at));
            self.fed += hole * u64::from(RATE) / 1_000;
        }
    }

    /// Where the sound has come to.
    fn until(&self) -> Timestamp {
        self.began + Duration::from_millis(self.fed * 1_000 / u64::from(RATE))
    }

    fn flush(&mut self) {
        if self.waiting.is_empty() {
            return;
        }
        let at = self.until();
        let samples = std::mem::take(&mut self.waiting);
        self.fed += samples.len() as u64;
        self.mouth.offer(Input::Samples(samples, at));
    }

    async fn end(&mut self) {
        self.flush();
        self.mouth.end(self.until()).await;
    }
}

fn push(decoded: &[f32], waiting: &mut Vec<i16>) {
    waiting.extend(decoded.iter().map(|sample| (sample * 32_767.0).round() as i16));
}
