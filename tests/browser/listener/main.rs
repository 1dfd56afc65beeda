//! The server with something on it that listens, for the browser stories: `listen PURPOSE audio|low_video` and `release` come in by its standard
//! input; what it heard goes out, a JSON line a track.

use actors::{
    RoomsHandle,
    ports::MediaSink,
    protocol::Purpose,
    sinks::{ConsentedTrack, MediaNeed, NeededMedia, RingReader, SinkItem, SinkKey, ring},
};
use serde_json::json;
use std::{
    collections::BTreeMap,
    io::BufRead,
    process::ExitCode,
    sync::{
        Arc, Mutex,
        mpsc::{Receiver, RecvTimeoutError, channel},
    },
    thread,
    time::Duration,
};

/// Two seconds of a voice, and of a small picture.
const PLACES: usize = 256;
const EVERY: Duration = Duration::from_millis(200);

fn main() -> ExitCode {
    greenroom::cli::main_with(|rooms| {
        let (tell, lines) = channel();
        thread::spawn(move || std::io::stdin().lock().lines().map_while(Result::ok).try_for_each(|line| tell.send(line)));
        thread::spawn(move || Listener::default().run(&rooms, &lines));
    })
}

#[derive(Default)]
struct Listener {
    needs: Vec<MediaNeed>,
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
            _ => println!("not understood: {line}"),
        }
    }

    /// In every room that is open.
    fn listen(&mut self, rooms: &RoomsHandle, purpose: Purpose, media: NeededMedia) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        for live in runtime.block_on(rooms.observe()) {
            let tracks = self.tracks.clone();
            let sinks = Arc::new(move |track: &ConsentedTrack| {
                let (sink, reader) = ring(PLACES, || ());
                tracks.lock().expect("whole").insert(track.key(), Track::new(reader));
                Arc::new(sink) as Arc<dyn MediaSink>
            });
            self.needs.extend(rooms.need(live.room_id, purpose, media, sinks));
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
