use super::*;
use crate::recording::mux::open_wav_file;
use actors::{
    audio::Normalise,
    ports::MediaSink,
    recording::fill::SILENCES,
    sfu::Codec,
    sinks::{Gap, MediaFrame, SinkEnd, SinkItem, ring},
};
use serde_json::Value;
use std::{
    fs,
    path::Path,
    sync::Mutex,
    time::{Duration, SystemTime},
};
use tokio::time::timeout;
use uuid::Uuid;

const DEADLINE: Duration = Duration::from_secs(10);

fn session() -> SessionId {
    SessionId(Uuid::from_u128(5))
}

fn about() -> About {
    About {
        session: session(),
        source: Mouthed::Egress,
        room: "standup".to_owned(),
        participant: "../kim".to_owned(),
        track: "TR_1".to_owned(),
        participant_id: None,
        meeting: None,
        format: Format { rate: 16_000, channels: 1, group_ms: 500, normalise: Normalise::Off },
        folder: None,
        keep: true,
        purposes: Vec::new(),
    }
}

async fn told_until_the_end(mouth: &mut Mouth) -> Vec<Told> {
    let mut all = Vec::new();
    while let Some(told) = timeout(DEADLINE, mouth.told()).await.expect("it ends") {
        all.push(told);
    }
    all
}

fn log(data: &Path) -> Vec<Value> {
    let text = fs::read_to_string(data.join("sessions").join(session().to_string()).join("pipeline.jsonl")).expect("a log");
    text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
}

fn events(data: &Path) -> Vec<String> {
    log(data).iter().map(|line| line["event"].as_str().expect("an event").to_owned()).collect()
}

fn wavs(data: &Path) -> Vec<std::path::PathBuf> {
    let folder = data.join("sessions").join(session().to_string()).join("audio");
    let mut found: Vec<_> = fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path()).collect();
    found.sort();
    found
}

fn seconds(path: &Path) -> f64 {
    let wav = open_wav_file(path).expect("a WAV file");
    wav.info.frames as f64 / f64::from(wav.info.rate)
}

#[tokio::test]
async fn what_comes_is_written_logged_and_told() {
    let data = tempfile::tempdir().unwrap();
    let pipeline = AudioPipeline::new(data.path(), Limits { keep_free: 0, ..Limits::default() });
    let mut mouth = pipeline.open(about(), Timestamp(1_000)).unwrap();
    let bytes: Vec<u8> = (0..16_000_i16).flat_map(|n| (n % 100 * 50).to_le_bytes()).collect();
    for piece in bytes.chunks(641) {
        mouth.send(Input::Bytes(bytes::Bytes::copy_from_slice(piece), Timestamp(2_000))).await.unwrap();
    }
    mouth.send(Input::Mute(Timestamp(3_000))).await.unwrap();
    mouth.send(Input::Unmute(Timestamp(3_700))).await.unwrap();
    mouth.end(Timestamp(4_000)).await;
    let told = told_until_the_end(&mut mouth).await;
    let Some(Told::Flushed(first)) = told.first() else { panic!("{told:?}") };
    assert_eq!((first.from, first.at_ms, first.ms, first.samples), (Timestamp(2_000), 0, 500, 8_000));
    assert_eq!(first.file.as_deref(), Some("19700101T000002000Z_standup_---kim_TR_1.wav"));
    assert_eq!(told.last(), Some(&Told::Ended { samples: 27_200, ms: 1_700, dropped: 0 }));
    assert_eq!(seconds(&wavs(data.path())[0]), 1.7);
    let flushes = ["flushed"; 2];
    let expected = [&["began"][..], &flushes, &["muted"], &["flushed", "unmuted"], &["flushed", "ended"]].concat();
    let mut found = events(data.path());
    // The mute's groups are written when it ends.
    found.sort();
    let mut expected: Vec<String> = expected.into_iter().map(str::to_owned).collect();
    expected.sort();
    assert_eq!(found, expected);
    assert_eq!(log(data.path())[1]["participant"], "../kim");
    assert_eq!(pipeline.tracks(), 0);
}

/// A browser's timestamps stand still while it is muted, and nobody sees that in the packets' numbers.
#[tokio::test]
async fn the_sound_of_a_track_is_as_long_as_its_mutes_make_it() {
    let data = tempfile::tempdir().unwrap();
    let pipeline = AudioPipeline::new(data.path(), Limits { keep_free: 0, ..Limits::default() });
    let (sink, reader) = ring(256, || ());
    let packet = |number: u64, at_ms: u64| {
        SinkItem::Frame(MediaFrame {
            stream: 1,
            codec: Codec::Opus,
            layer: 0,
            seq: number,
            timestamp: number * 960,
            marker: false,
            keyframe: true,
            arrived_us: at_ms * 1_000,
            report: None,
            audio_level: None,
            payload: SILENCES[0].1.as_slice().into(),
        })
    };
    assert!((0..50).all(|number| sink.put(packet(number, 10_000 + number * 20))));
    sink.put(SinkItem::Gap(Gap::Off));
    assert!((50..100).all(|number| sink.put(packet(number, 10_700 + number * 20))));
    sink.put(SinkItem::Ended(SinkEnd::Left));
    let about = About { format: Format { rate: 48_000, ..about().format }, source: Mouthed::Track, ..about() };
    let written = async {
        tracks::read(pipeline.clone(), about, reader).await;
        while pipeline.tracks() > 0 {
            tokio::task::yield_now().await;
        }
    };
    timeout(DEADLINE, written).await.expect("it ends");
    let length: f64 = wavs(data.path()).iter().map(|path| seconds(path)).sum();
    assert!((length - 2.7).abs() < 0.05, "two seconds of sound and a mute of 0.7 s: {length}");
}

struct Ear(Mutex<Vec<AudioGroup>>, bool);

impl AudioConsumer for Ear {
    fn take(&self, group: AudioGroup) -> bool {
        self.0.lock().unwrap().push(group);
        self.1
    }
}

#[tokio::test]
async fn only_who_agreed_is_handed_on() {
    let data = tempfile::tempdir().unwrap();
    let pipeline = AudioPipeline::new(data.path(), Limits { keep_free: 0, ..Limits::default() });
    let ear = Arc::new(Ear(Mutex::default(), true));
    pipeline.hand_to(Purpose::Emotion, ear.clone());
    for purposes in [vec![], vec![Purpose::Recording, Purpose::Transcription], vec![Purpose::Emotion]] {
        let agreed = purposes.contains(&Purpose::Emotion);
        let about = About { purposes, keep: !agreed, ..about() };
        let mut mouth = pipeline.open(about, Timestamp(0)).unwrap();
        mouth.send(Input::Samples(vec![7; 8_000], Timestamp(100))).await.unwrap();
        mouth.end(Timestamp(600)).await;
        told_until_the_end(&mut mouth).await;
        let heard = ear.0.lock().unwrap();
        assert_eq!(heard.len(), usize::from(agreed));
        if let Some(group) = heard.first() {
            assert_eq!((group.at, group.rate, group.samples.len()), (Timestamp(100), 16_000, 8_000));
        }
    }
    assert_eq!(wavs(data.path()).len(), 2, "what is not to be kept is not");
}

#[tokio::test]
async fn r2_a_full_disk_is_told_once_and_costs_only_the_sound() {
    let data = tempfile::tempdir().unwrap();
    let pipeline = AudioPipeline::new(data.path(), Limits { keep_free: u64::MAX, ..Limits::default() });
    let ear = Arc::new(Ear(Mutex::default(), false));
    pipeline.hand_to(Purpose::Emotion, ear.clone());
    let mut mouth = pipeline.open(About { purposes: vec![Purpose::Emotion], ..about() }, Timestamp(0)).unwrap();
    mouth.send(Input::Samples(vec![7; 16_000], Timestamp(0))).await.unwrap();
    mouth.end(Timestamp(1_000)).await;
    let told = told_until_the_end(&mut mouth).await;
    let faults: Vec<_> = told.iter().filter(|told| matches!(told, Told::Fault { .. })).collect();
    assert_eq!(faults, [&Told::Fault { code: "disk_full", dropped: 8_000 }]);
    assert_eq!(told.last(), Some(&Told::Ended { samples: 16_000, ms: 1_000, dropped: 16_000 }));
    assert_eq!(ear.0.lock().unwrap().len(), 2, "whoever listens hears it all the same");
    assert!(wavs(data.path()).is_empty());
}

#[tokio::test]
async fn what_a_full_queue_refuses_is_silence_of_its_length() {
    let data = tempfile::tempdir().unwrap();
    let pipeline = AudioPipeline::new(data.path(), Limits { keep_free: 0, ..Limits::default() });
    let mut mouth = pipeline.open(about(), Timestamp(0)).unwrap();
    let mut refused = 0;
    // Faster than any disk: some of it finds no room.
    for _ in 0..400 {
        refused += u64::from(!mouth.offer(Input::Samples(vec![900; 8_000], Timestamp(0))));
    }
    while !mouth.offer(Input::Tick(Timestamp(0))) {
        tokio::task::yield_now().await;
    }
    mouth.end(Timestamp(0)).await;
    let told = told_until_the_end(&mut mouth).await;
    let all = 400 * 8_000;
    assert_eq!(told.last(), Some(&Told::Ended { samples: all, ms: all / 16, dropped: refused * 8_000 }));
    let kept: f64 = wavs(data.path()).iter().map(|path| seconds(path)).sum();
    assert_eq!(kept, all as f64 / 16_000.0);
}

#[tokio::test]
async fn r3_a_file_is_split_before_it_is_too_large_and_a_night_of_mute_is_no_file() {
    let data = tempfile::tempdir().unwrap();
    let pipeline = AudioPipeline::new(data.path(), Limits { keep_free: 0, wav_bytes: 40_000, ..Limits::default() });
    let mut mouth = pipeline.open(about(), Timestamp(0)).unwrap();
    mouth.send(Input::Samples(vec![900; 48_000], Timestamp(0))).await.unwrap();
    mouth.send(Input::Mute(Timestamp(3_000))).await.unwrap();
    mouth.end(Timestamp(3_600_000)).await;
    told_until_the_end(&mut mouth).await;
    let found = wavs(data.path());
    assert!(found.iter().all(|path| fs::metadata(path).unwrap().len() <= 40_000));
    let kept: f64 = found.iter().map(|path| seconds(path)).sum();
    assert!((kept - 603.0).abs() < 1e-6, "three seconds of sound, ten minutes of silence: {kept}");
    assert!(events(data.path()).contains(&"paused".to_owned()));
}

#[tokio::test]
async fn r1_what_a_crash_cut_off_is_mended_at_the_next_start() {
    let data = tempfile::tempdir().unwrap();
    let pipeline = AudioPipeline::new(data.path(), Limits { keep_free: 0, ..Limits::default() });
    let mut mouth = pipeline.open(about(), Timestamp(0)).unwrap();
    mouth.send(Input::Samples(vec![900; 24_000], Timestamp(0))).await.unwrap();
    mouth.end(Timestamp(1_500)).await;
    told_until_the_end(&mut mouth).await;
    // As the process leaves it: a head that knows of less, and half a sample.
    let path = wavs(data.path()).remove(0);
    let mut bytes = fs::read(&path).unwrap();
    bytes[40..44].copy_from_slice(&16_000_u32.to_le_bytes());
    bytes.push(1);
    fs::write(&path, &bytes).unwrap();
    fs::write(path.with_file_name("notes.wav"), b"somebody's").unwrap();
    let mend = |started| recover::mend(data.path(), &[recover::WAV], started, Timestamp(9_000)).unwrap();
    assert_eq!(mend(SystemTime::UNIX_EPOCH), 0, "what is newer than the start is being written");
    let later = SystemTime::now() + Duration::from_secs(60);
    assert_eq!((mend(later), mend(later)), (1, 0));
    assert_eq!(seconds(&path), 1.5);
    let lines = log(data.path());
    let line = lines.last().expect("a line");
    assert_eq!((&line["event"], &line["ms"], &line["cutBytes"]), (&"mended_file".into(), &1_500.into(), &1.into()));
    assert_eq!(fs::read(path.with_file_name("notes.wav")).unwrap(), b"somebody's");
}

#[tokio::test]
async fn one_track_too_many_and_a_format_that_is_none_are_refused() {
    let data = tempfile::tempdir().unwrap();
    let pipeline = AudioPipeline::new(data.path(), Limits { tracks: 1, keep_free: 0, ..Limits::default() });
    let mut bad = about();
    bad.format.rate = 1;
    assert!(matches!(pipeline.open(bad, Timestamp(0)), Err(OpenError::Format(_))));
    let mut first = pipeline.open(about(), Timestamp(0)).unwrap();
    assert!(matches!(pipeline.open(about(), Timestamp(0)), Err(OpenError::Full)));
    first.end(Timestamp(0)).await;
    told_until_the_end(&mut first).await;
    pipeline.open(about(), Timestamp(0)).expect("there is room again");
}
