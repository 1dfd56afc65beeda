//! A track's pictures: each message is one, into a file that only grows.

use super::{
    close::End,
    query::Names,
    socket::{Event, Stream},
    streams::{SessionHold, StreamPlace},
    video_file::PictureFile,
};
use crate::{
    audio_pipeline::{DiskFault, SessionFolder, SessionLog, folder::Naming},
    web::{error::Problem, state::Shared},
};
use actors::{Timestamp, audio::pictures::PictureCodec, ids::SessionId};
use bytes::Bytes;
use serde_json::{Value, json};
use std::{
    task::{Context, Poll},
    thread,
    time::{Duration, Instant},
};
use tokio::sync::mpsc;

/// Pictures that may wait for the disk.
const QUEUE: usize = 16;
const TOLD: usize = 16;
const SYNC_EVERY: Duration = Duration::from_secs(1);
const TELL_EVERY: Duration = Duration::from_secs(2);

enum Input {
    Picture { bytes: Bytes, at_ms: u64 },
    Tick,
    End,
}

pub struct VideoStream {
    queue: mpsc::Sender<Input>,
    told: mpsc::Receiver<Value>,
    session: SessionId,
    codec: PictureCodec,
    file: String,
    began: Option<Timestamp>,
    /// Of the next picture, where the sender says it.
    time: Option<u64>,
    muted: bool,
    _place: StreamPlace,
    _hold: Option<SessionHold>,
}

impl VideoStream {
    pub fn open(
        shared: &Shared,
        session: SessionId,
        names: Names,
        codec: PictureCodec,
        size: (u16, u16),
        place: StreamPlace,
        hold: Option<SessionHold>,
    ) -> Result<Self, Problem> {
        let refused = |fault: DiskFault| Problem::unavailable("storage_unavailable", fault.to_string());
        let now = shared.clock.now();
        let folder = SessionFolder::create(
            SessionFolder::path_of(&shared.config.data_dir, session),
            "video",
            shared.config.session_keep_free_bytes,
        )
        .map_err(refused)?;
        folder.has_room().map_err(refused)?;
        let naming = Naming { at: now, room: &names.room, participant: &names.participant, track: &names.track };
        let (file, name) = folder.new_file("video", &naming, codec.ending()).map_err(|error| refused(DiskFault::from(error)))?;
        let about = json!({ "source": "egress", "room": names.room, "participant": names.participant, "track": names.track });
        let log = SessionLog::open(&folder, about).map_err(|error| refused(error.into()))?;
        let pictures = PictureFile::begin(file, codec, size).map_err(|error| refused(error.into()))?;
        let (queue, input) = mpsc::channel(QUEUE);
        let (tell, told) = mpsc::channel(TOLD);
        let writer = Writer { pictures, folder, log, tell, name: name.clone(), fault: None, dropped: 0, from: now };
        thread::Builder::new().name("video-track".to_owned()).spawn(move || writer.run(input)).map_err(Problem::internal)?;
        Ok(Self { queue, told, session, codec, file: name, began: None, time: None, muted: false, _place: place, _hold: hold })
    }

    async fn pass(&self, input: Input) -> Result<(), End> {
        self.queue.send(input).await.map_err(|_| End::Internal)
    }
}

impl Stream for VideoStream {
    fn opened(&self) -> Value {
        json!({ "type": "opened", "sessionId": self.session, "codec": self.codec.name(), "file": self.file })
    }

    async fn binary(&mut self, bytes: Bytes, now: Timestamp) -> Result<(), End> {
        if bytes.is_empty() {
            return Ok(());
        }
        let began = *self.began.get_or_insert(now);
        let at_ms = self.time.take().unwrap_or_else(|| now.since(began).as_millis() as u64);
        self.pass(Input::Picture { bytes, at_ms }).await
    }

    async fn event(&mut self, event: Event, _now: Timestamp) -> Result<(), End> {
        match event {
            Event::Mute => self.muted = true,
            Event::Unmute => self.muted = false,
            Event::Time(at) => self.time = Some(at),
            Event::End => return Err(End::Done),
            Event::Start | Event::Ping => {}
        }
        Ok(())
    }

    async fn tick(&mut self, _now: Timestamp) {
        // Where the queue is full there is enough to do.
        let _ = self.queue.try_send(Input::Tick);
    }

    fn rests(&self) -> bool {
        self.muted
    }

    fn poll_told(&mut self, cx: &mut Context<'_>) -> Poll<Option<Value>> {
        self.told.poll_recv(cx)
    }

    async fn end(&mut self, _now: Timestamp) {
        // A thread that has gone has ended it already.
        let _ = self.queue.send(Input::End).await;
    }
}

/// The track's own thread: it may wait for the disk.
struct Writer {
    pictures: PictureFile,
    folder: SessionFolder,
    log: SessionLog,
    tell: mpsc::Sender<Value>,
    name: String,
    fault: Option<DiskFault>,
    dropped: u64,
    from: Timestamp,
}

impl Writer {
    fn run(mut self, mut input: mpsc::Receiver<Input>) {
        self.log.line(self.from, "began", &json!({ "file": self.name }));
        let (mut synced, mut told) = (Instant::now(), Instant::now());
        loop {
            match input.blocking_recv() {
                Some(Input::Picture { bytes, at_ms }) => {
                    let kept = self.folder.has_room().and_then(|()| Ok(self.pictures.write(&bytes, at_ms)?));
                    self.dropped += u64::from(kept.is_err());
                    self.judge(kept);
                }
                Some(Input::Tick) => {}
                Some(Input::End) | None => break,
            }
            if synced.elapsed() >= SYNC_EVERY {
                synced = Instant::now();
                let kept = self.pictures.sync().map_err(DiskFault::from);
                self.judge(kept);
            }
            if told.elapsed() >= TELL_EVERY {
                told = Instant::now();
                self.flushed("flushed");
            }
        }
        let kept = self.pictures.finish().map_err(DiskFault::from);
        self.judge(kept);
        self.flushed("ended");
    }

    fn flushed(&mut self, event: &str) {
        let now = self.from + Duration::from_millis(self.pictures.last_ms());
        let more = json!({ "frames": self.pictures.frames(), "bytes": self.pictures.bytes(), "dropped": self.dropped, "file": self.name });
        self.log.line(now, event, &more);
        let mut told = more;
        told["type"] = json!(event);
        // Who does not listen is not told: the log has it.
        let _ = self.tell.try_send(told);
    }

    /// A fault is told when it comes.
    fn judge(&mut self, kept: Result<(), DiskFault>) {
        let fault = kept.err();
        if fault == self.fault {
            return;
        }
        self.fault = fault;
        if let Some(fault) = fault {
            let more = json!({ "type": "fault", "code": fault.code(), "dropped": self.dropped });
            self.log.line(self.from + Duration::from_millis(self.pictures.last_ms()), "fault", &more);
            let _ = self.tell.try_send(more);
        }
    }
}
