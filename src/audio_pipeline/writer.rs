//! A track's own thread: groups into files, lines into the log, and on to the consumers.

use super::{
    About, AudioConsumer, AudioGroup, DiskFault, Inner, Input, Place, SessionLog, folder::SessionFolder, wav::TrackFiles,
};
use actors::{
    Timestamp,
    audio::{Group, Sounded, Track},
};
use serde::Serialize;
use serde_json::json;
use std::{sync::Arc, time::Duration};
use tokio::sync::mpsc;

/// What became of what came.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Told {
    Flushed(Flushed),
    /// Nothing is kept while this lasts; it is tried again with each group.
    #[serde(rename_all = "camelCase")]
    Fault {
        code: &'static str,
        dropped: u64,
    },
    Ended {
        samples: u64,
        ms: u64,
        dropped: u64,
    },
}

/// A group that was written and handed on.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Flushed {
    /// Of its first sample.
    pub from: Timestamp,
    pub at_ms: u64,
    pub ms: u64,
    /// Of one channel.
    pub samples: u64,
    /// As it came; full scale is 1.
    pub rms: f64,
    pub peak: f64,
    pub gain: f64,
    /// Samples of one channel that are lost so far: no room on the disk or in the queue.
    pub dropped: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
}

pub struct Writer {
    /// Given back before whoever waits for the end hears of it.
    _place: Place,
    about: About,
    track: Track,
    files: Option<TrackFiles>,
    log: Option<SessionLog>,
    consumers: Vec<Arc<dyn AudioConsumer>>,
    tell: mpsc::Sender<Told>,
    /// When the first sample came: the track's beginning.
    began: Option<Timestamp>,
    sounded: Vec<Sounded>,
    samples: u64,
    dropped: u64,
    fault: Option<DiskFault>,
}

impl Writer {
    pub fn new(inner: &Inner, place: Place, folder: SessionFolder, about: About, track: Track, tell: mpsc::Sender<Told>) -> Self {
        let named = json!({
            "source": about.source, "room": about.room, "participant": about.participant, "track": about.track,
        });
        let log =
            SessionLog::open(&folder, named).inspect_err(|error| tracing::warn!(%error, "a session's log can't be opened")).ok();
        let files = about.keep.then(|| TrackFiles::new(folder, about.clone(), inner.limits.wav_bytes));
        let consumers = inner.consumers(&about.purposes);
        Self {
            _place: place,
            about,
            track,
            files,
            log,
            consumers,
            tell,
            began: None,
            sounded: Vec::new(),
            samples: 0,
            dropped: 0,
            fault: None,
        }
    }

    /// Until the track ends, or nobody can send any more.
    pub fn run(mut self, mut input: mpsc::Receiver<Input>, now: Timestamp) {
        metrics::gauge!("greenroom_audio_tracks").increment(1.0);
        let format = self.track.format();
        let purposes: Vec<_> = self.about.purposes.iter().map(|purpose| purpose.name()).collect();
        let more = json!({
            "rate": format.rate, "channels": format.channels, "groupMs": format.group_ms,
            "normalise": format!("{:?}", format.normalise).to_ascii_lowercase(), "meeting": self.about.meeting, "agreed": purposes,
        });
        self.note(now, "began", &more);
        let mut last = now;
        loop {
            match input.blocking_recv() {
                Some(Input::End(at)) => {
                    last = at;
                    break;
                }
                Some(input) => last = self.take(input).unwrap_or(last),
                None => break,
            }
        }
        self.end(last);
        metrics::gauge!("greenroom_audio_tracks").decrement(1.0);
    }

    /// The time that the input says it is.
    fn take(&mut self, input: Input) -> Option<Timestamp> {
        let mut sounded = std::mem::take(&mut self.sounded);
        let now = match input {
            Input::Bytes(bytes, now) => {
                self.since(now);
                self.track.bytes(&bytes, &mut sounded);
                Some(now)
            }
            Input::Samples(samples, now) => {
                self.since(now);
                self.track.samples(&samples, &mut sounded);
                Some(now)
            }
            Input::Missing(frames) => {
                self.dropped += frames;
                self.track.silence(frames, &mut sounded);
                None
            }
            Input::Mute(now) => {
                let at = self.since(now);
                self.track.mute(at);
                self.note(now, "muted", &json!({}));
                Some(now)
            }
            Input::Unmute(now) => {
                let at = self.since(now);
                self.track.unmute(at, &mut sounded);
                self.note(now, "unmuted", &json!({}));
                Some(now)
            }
            Input::Tick(now) => {
                // Before the first sample there is no time to fill.
                if self.began.is_some() {
                    let at = self.since(now);
                    self.track.tick(at, &mut sounded);
                }
                Some(now)
            }
            Input::End(now) => Some(now),
        };
        self.flush(&mut sounded, now);
        self.sounded = sounded;
        now
    }

    /// From the track's beginning, which is now if it had none.
    fn since(&mut self, now: Timestamp) -> u64 {
        let began = *self.began.get_or_insert(now);
        now.since(began).as_millis() as u64
    }

    fn flush(&mut self, sounded: &mut Vec<Sounded>, now: Option<Timestamp>) {
        for sounded in sounded.drain(..) {
            match sounded {
                Sounded::Group(group) => self.group(group, now),
                Sounded::Break { at_ms } => {
                    let kept = self.files.as_mut().map_or(Ok(()), TrackFiles::close);
                    let at = self.wall(at_ms);
                    self.note(at, "paused", &json!({ "atMs": at_ms }));
                    self.judge(kept, 0, at);
                }
            }
        }
    }

    fn wall(&self, at_ms: u64) -> Timestamp {
        self.began.unwrap_or_default() + Duration::from_millis(at_ms)
    }

    fn group(&mut self, group: Group, now: Option<Timestamp>) {
        let format = self.track.format();
        let at = self.wall(group.at_ms);
        let samples = (group.samples.len() / usize::from(format.channels)) as u64;
        self.samples += samples;
        let kept = self.files.as_mut().map_or(Ok(()), |files| files.write(at, &group.samples));
        self.judge(kept, samples, at);
        let flushed = Flushed {
            from: at,
            at_ms: group.at_ms,
            ms: group.ms,
            samples,
            rms: rounded(group.level.rms),
            peak: rounded(group.level.peak),
            gain: rounded(group.gain),
            dropped: self.dropped,
            file: self.files.as_ref().filter(|_| kept.is_ok()).map(TrackFiles::name),
        };
        self.note(now.unwrap_or(at), "flushed", &flushed);
        metrics::counter!("greenroom_audio_groups_total", "source" => source(&self.about)).increment(1);
        self.hand_on(group, at);
        // Who does not listen is not told: the log has it.
        let _ = self.tell.try_send(Told::Flushed(flushed));
    }

    fn hand_on(&self, group: Group, at: Timestamp) {
        if self.consumers.is_empty() {
            return;
        }
        let format = self.track.format();
        let group = AudioGroup {
            session: self.about.session,
            source: self.about.source,
            participant: self.about.participant.clone(),
            participant_id: self.about.participant_id,
            track: self.about.track.clone(),
            at,
            at_ms: group.at_ms,
            rate: format.rate,
            channels: format.channels,
            samples: group.samples.into(),
            level: group.level,
        };
        for consumer in &self.consumers {
            let outcome = if consumer.take(group.clone()) { "taken" } else { "refused" };
            metrics::counter!("greenroom_audio_handed_on_total", "outcome" => outcome).increment(1);
        }
    }

    /// A fault is told when it comes, and when it went.
    fn judge(&mut self, kept: Result<(), DiskFault>, samples: u64, at: Timestamp) {
        let fault = kept.err();
        if fault.is_some() {
            self.dropped += samples;
        }
        if fault == self.fault {
            return;
        }
        self.fault = fault;
        match fault {
            Some(fault) => {
                self.note(at, "fault", &json!({ "code": fault.code(), "dropped": self.dropped }));
                let _ = self.tell.try_send(Told::Fault { code: fault.code(), dropped: self.dropped });
            }
            None => self.note(at, "mended", &json!({ "dropped": self.dropped })),
        }
    }

    fn end(mut self, now: Timestamp) {
        let mut sounded = Vec::new();
        if self.began.is_some() {
            let at = self.since(now);
            self.track.end(at, &mut sounded);
        }
        self.flush(&mut sounded, Some(now));
        let kept = self.files.as_mut().map_or(Ok(()), TrackFiles::close);
        self.judge(kept, 0, now);
        let ms = self.track.at_ms();
        self.note(now, "ended", &json!({ "samples": self.samples, "ms": ms, "dropped": self.dropped }));
        if let Some(log) = &self.log
            && let Err(error) = log.sync()
        {
            tracing::warn!(%error, "a session's log is not on the disk yet");
        }
        let _ = self.tell.try_send(Told::Ended { samples: self.samples, ms, dropped: self.dropped });
    }

    fn note(&mut self, at: Timestamp, event: &str, more: &impl Serialize) {
        if let Some(log) = &mut self.log {
            log.line(at, event, more);
        }
    }
}

fn source(about: &About) -> &'static str {
    match about.source {
        super::Mouthed::Track => "track",
        super::Mouthed::Egress => "egress",
    }
}

/// Six digits are more than anybody hears.
fn rounded(value: f64) -> f64 {
    (value * 1e6).round() / 1e6
}
