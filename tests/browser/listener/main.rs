//! The server with something on it that listens, for the browser stories: `listen PURPOSE audio|low_video` and `release`, `record FOLDER` and `stop`
//! come in by its standard input; what it heard goes out, a JSON line a track.

use actix::{Arbiter, System};
use actors::{
    Clock, RoomsHandle, Timestamp,
    ports::MediaSink,
    protocol::Purpose,
    recording::{Recording, RecordingSetup, track::SEGMENT_MAX},
    sinks::{ConsentedTrack, MediaNeed, NeededMedia, RingReader, SinkItem, SinkKey, ring},
};
use greenroom::recording::RecordingFolder;
use serde_json::json;
use std::{
    collections::BTreeMap,
    io::BufRead,
    path::Path,
    process::ExitCode,
    sync::{
        Arc, Mutex,
        mpsc::{Receiver, RecvTimeoutError, channel},
    },
    thread,
    time::{Duration, SystemTime},
};

/// Two seconds of a voice, and of a small picture.
const PLACES: usize = 256;
const EVERY: Duration = Duration::from_millis(200);

fn main() -> ExitCode {
    greenroom::cli::main_with(|rooms| {
        let (tell, lines) = channel();
        thread::spawn(move || std::io::stdin().lock().lines().map_while(Result::ok).try_for_each(|line| tell.send(line)));
        let system = System::current();
        thread::spawn(move || {
            System::set_current(system);
            Listener::default().run(&rooms, &lines);
        });
    })
}

#[derive(Default)]
struct Listener {
    needs: Vec<MediaNeed>,
    recordings: Vec<Recording>,
    tracks: Arc<Mutex<BTreeMap<SinkKey, Track>>>,
}

struct Track {
    reader: RingReader,
    frames: u64,
    keyframes: u64,
    bytes: usize,
    streams: u32,
    reports: bool,
    offs: u64,
    printed: String,
}

impl Listener {
    fn run(mut self, rooms: &RoomsHandle, lines: &Receiver<String>) {
        loop {
            match lines.recv_timeout(EVERY) {
                Ok(line) => self.command(rooms, &line),
                Err(RecvTimeoutError::Timeout) => {}
                // Nobody asks any more; the server goes on.
                Err(RecvTimeoutError::Disconnected) => return,
            }
            self.report();
        }
    }

    fn command(&mut self, rooms: &RoomsHandle, line: &str) {
        let words: Vec<&str> = line.split_whitespace().collect();
        match words[..] {
            ["listen", purpose, media] => {
                let purpose = Purpose::ALL.into_iter().find(|one| one.name() == purpose).expect("a purpose");
                let media = if media == "audio" { NeededMedia::Audio } else { NeededMedia::LowVideo };
                self.listen(rooms, purpose, media);
            }
            ["release"] => self.needs.clear(),
            ["record", folder] => self.record(rooms, Path::new(folder)),
            ["stop"] => self.stop(),
            _ => println!("not understood: {line}"),
        }
    }

    /// In every room that is open.
    fn listen(&mut self, rooms: &RoomsHandle, purpose: Purpose, media: NeededMedia) {
        for live in runtime().block_on(rooms.observe()) {
            let tracks = self.tracks.clone();
            let sinks = Arc::new(move |track: &ConsentedTrack| {
                let (sink, reader) = ring(PLACES, || ());
                tracks.lock().expect("whole").insert(track.key(), Track::new(reader));
                Arc::new(sink) as Arc<dyn MediaSink>
            });
            self.needs.extend(rooms.need(live.room_id, purpose, media, sinks));
        }
    }

    /// Every room that is open, each into a folder of its own.
    fn record(&mut self, rooms: &RoomsHandle, folder: &Path) {
        let wall = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).expect("after 1970");
        let clock = Clock::starting_at(Timestamp(wall.as_millis() as u64));
        for live in runtime().block_on(rooms.observe()) {
            let began = clock.now();
            let files = RecordingFolder::create(&folder.join(live.room_id.to_string()), began, 0).expect("a folder");
            let arbiter = Arbiter::new().handle();
            let setup = RecordingSetup {
                clock,
                files: Arc::new(files),
                arbiter,
                began,
                segment_max: SEGMENT_MAX,
                known: BTreeMap::new(),
            };
            self.recordings.extend(Recording::start(rooms, live.room_id, NeededMedia::LowVideo, setup));
        }
    }

    fn stop(&mut self) {
        for recording in self.recordings.drain(..) {
            for (key, track) in runtime().block_on(recording.stop(Duration::from_secs(10))) {
                let line = json!({
                    "participant": key.participant, "source": key.source, "segments": track.segments, "ledgers": track.ledgers,
                    "ended": track.ended.map(|why| format!("{why:?}")),
                });
                println!("recorded {line}");
            }
            println!("stopped");
        }
    }

    fn report(&self) {
        for (key, track) in self.tracks.lock().expect("whole").iter_mut() {
            track.read();
            let line = json!({
                "participant": key.participant, "source": key.source, "need": key.need.0, "frames": track.frames,
                "keyframes": track.keyframes, "bytes": track.bytes, "streams": track.streams, "reports": track.reports,
                "offs": track.offs, "dropped": track.reader.dropped(),
                "ended": track.reader.ended().map(|why| format!("{why:?}")),
            });
            let line = line.to_string();
            if line != track.printed {
                println!("heard {line}");
                track.printed = line;
            }
        }
    }
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime")
}

impl Track {
    fn new(reader: RingReader) -> Self {
        Self { reader, frames: 0, keyframes: 0, bytes: 0, streams: 0, reports: false, offs: 0, printed: String::new() }
    }

    fn read(&mut self) {
        while let Some(item) = self.reader.next() {
            match item {
                SinkItem::Frame(frame) => {
                    self.frames += 1;
                    self.keyframes += u64::from(frame.keyframe);
                    self.bytes += frame.payload.len();
                    self.streams = frame.stream;
                    self.reports |= frame.report.is_some();
                }
                SinkItem::Gap(_) => self.offs += 1,
                SinkItem::Ended(_) => {}
            }
        }
    }
}
