//! Real films of real files.

use super::{plan::Span, *};
use crate::recording::manifest::{Manifest, RecordedPerson, RecordedTrack, Segment, SegmentEnd, SpokeFrom, Stretch, TrackBackup};
use actors::{
    Timestamp,
    ids::{ParticipantId, RecordingId, RoomId, SessionId, TenantId},
    protocol::Source,
};
use std::process::Command;
use uuid::Uuid;

/// A recording's folder, filled by ffmpeg.
struct Place {
    folder: tempfile::TempDir,
    manifest: Manifest,
}

fn person(number: u128) -> ParticipantId {
    ParticipantId(Uuid::from_u128(number))
}

fn ffmpeg(arguments: &[&str]) {
    let output = Command::new("ffmpeg").args(["-v", "error", "-y"]).args(arguments).output().expect("ffmpeg is here");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

impl Place {
    fn new(seconds: u64) -> Self {
        let manifest = Manifest {
            recording_id: RecordingId(Uuid::nil()),
            tenant_id: TenantId(Uuid::nil()),
            room_id: RoomId(Uuid::nil()),
            room_code: String::new(),
            room_name: String::new(),
            session_id: SessionId(Uuid::nil()),
            started_at: Timestamp(0),
            ended_at: Some(Timestamp(seconds * 1000)),
            written_at: Timestamp(0),
            away: Vec::new(),
            people: Vec::new(),
            tracks: Vec::new(),
            speakers: Vec::new(),
        };
        Self { folder: tempfile::tempdir().expect("a folder"), manifest }
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    fn add(&mut self, who: u128, name: &str, source: Source, at: u64, seconds: u64, made_by: &[&str]) {
        let file = format!("{who}-{}-{at}.webm", source.name());
        let length = seconds.to_string();
        let path = self.path().join(&file);
        let mut arguments = vec!["-f", "lavfi", "-t", &length];
        arguments.extend(made_by);
        arguments.push(path.to_str().expect("text"));
        ffmpeg(&arguments);
        let done = SegmentEnd { bytes: 1, duration_ms: seconds * 1000, frames: 1, sha256: String::new(), mended: false };
        let segment = Segment { name: file, number: 1, at_ms: at * 1000, done: Some(done) };
        let (participant, segments) = (person(who), vec![segment]);
        self.manifest.tracks.push(RecordedTrack {
            participant,
            source,
            segments,
            ledgers: Vec::new(),
            fault: None,
            restarts: 0,
            backups: Vec::new(),
        });
        if self.manifest.people.iter().all(|known| known.id != participant) {
            self.manifest.people.push(RecordedPerson { id: participant, display_name: name.to_owned(), consents: Vec::new() });
        }
    }

    /// One colour, and a keyframe at the beginning only, as a meeting sends it.
    fn colour(&mut self, who: u128, name: &str, colour: &str, codec: &str, at: u64, seconds: u64) {
        let input = format!("color=c={colour}:s=320x180:r=15");
        let made_by = ["-i", &input, "-c:v", codec, "-deadline", "realtime", "-cpu-used", "8", "-b:v", "200k", "-g", "9999"];
        self.add(who, name, Source::Camera, at, seconds, &made_by);
    }

    fn tone(&mut self, who: u128, name: &str, frequency: u32, at: u64, seconds: u64) {
        let input = format!("sine=f={frequency}:r=48000");
        self.add(who, name, Source::Microphone, at, seconds, &["-i", &input, "-c:a", "libopus", "-b:a", "48k"]);
    }

    async fn compose(&self) -> Composed {
        let tools = Tools::find(Path::new("ffmpeg")).await.expect("ffmpeg is here");
        let contents = self.contents();
        let plan = Plan::of(&self.manifest, |file| contents.of(file).is_some());
        let mut told = Vec::new();
        let composed = compose(&tools, self.path(), &plan, &contents, |part| told.push(part)).await.expect("composed");
        assert!(told.is_sorted() && told.last() == Some(&1.0), "{told:?}");
        composed
    }

    fn contents(&self) -> Contents {
        let files = self.manifest.tracks.iter().flat_map(|track| &track.segments).map(|segment| segment.name.as_str());
        Contents::read(self.path(), files)
    }

    /// The colour of one dot at a time, each part 0 to 255.
    fn dot(&self, at: &str, x: u32, y: u32) -> [u8; 3] {
        let crop = format!("crop=2:2:{x}:{y},scale=1:1");
        let film = self.path().join(COMPOSITE);
        let arguments = ["-v", "error", "-ss", at, "-i", film.to_str().expect("text"), "-frames:v", "1", "-vf", &crop];
        let raw = ["-f", "rawvideo", "-pix_fmt", "rgb24", "-"];
        let output = Command::new("ffmpeg").args(arguments).args(raw).output().expect("ffmpeg is here");
        output.stdout.get(..3).and_then(|dot| dot.try_into().ok()).unwrap_or_else(|| panic!("no picture at {at}"))
    }

    /// The film's sound, one channel, 48,000 samples a second.
    fn samples(&self) -> Vec<i16> {
        let film = self.path().join(COMPOSITE);
        let arguments = ["-v", "error", "-i", film.to_str().expect("text"), "-ac", "1", "-ar", "48000", "-f", "s16le", "-"];
        let output = Command::new("ffmpeg").args(arguments).output().expect("ffmpeg is here");
        output.stdout.chunks_exact(2).map(|pair| i16::from_le_bytes([pair[0], pair[1]])).collect()
    }

    fn probe(&self, what: &str) -> String {
        let film = self.path().join(COMPOSITE);
        let output = Command::new("ffprobe")
            .args(["-v", "error", "-show_entries", what, "-of", "default=nw=1:nk=1", film.to_str().expect("text")])
            .output()
            .expect("ffprobe is here");
        String::from_utf8_lossy(&output.stdout).trim().to_owned()
    }
}

fn is(dot: [u8; 3], expected: [u8; 3]) -> bool {
    dot.iter().zip(expected).all(|(a, b)| a.abs_diff(b) < 48)
}

/// How much of a frequency is in these samples (Goertzel), as a share of all.
fn share(samples: &[i16], frequency: f64) -> f64 {
    let step = 2.0 * (2.0 * std::f64::consts::PI * frequency / 48_000.0).cos();
    let (mut last, mut before, mut energy) = (0.0, 0.0, 1.0);
    for sample in samples {
        let value = f64::from(*sample);
        (last, before) = (value + step * last - before, last);
        energy += value * value;
    }
    2.0 * (last * last + before * before - step * last * before) / (energy * samples.len() as f64)
}

const RED: [u8; 3] = [255, 0, 0];
const BLUE: [u8; 3] = [0, 0, 255];
/// In the left and the right tile of two, away from names.
const LEFT: (u32, u32) = (320, 360);
const RIGHT: (u32, u32) = (960, 360);
const MIDDLE: (u32, u32) = (640, 200);

#[tokio::test]
async fn a_film_shows_who_is_there_where_and_when() {
    let mut place = Place::new(10);
    place.colour(1, "Alice", "red", "libvpx", 0, 10);
    place.tone(1, "Alice", 440, 0, 10);
    place.colour(2, "بوب {\\an5}; drawtext", "blue", "libvpx-vp9", 4, 4);
    place.tone(2, "Bob", 1000, 4, 4);
    place.manifest.speakers.push(SpokeFrom { at_ms: 0, participant: Some(person(1)) });
    let composed = place.compose().await;
    assert_eq!(composed.poor_windows, 0);
    assert_eq!(place.probe("stream=codec_name"), "h264\naac");
    assert_eq!(place.probe("stream=width,height,r_frame_rate"), "1280\n720\n25/1\n0/0");
    let duration: f64 = place.probe("format=duration").parse().expect("a number");
    assert!((duration - 10.0).abs() < 0.1, "{duration}");
    assert!(is(place.dot("2", MIDDLE.0, MIDDLE.1), RED), "alone: {:?}", place.dot("2", MIDDLE.0, MIDDLE.1));
    assert!(is(place.dot("6", LEFT.0, LEFT.1), RED), "{:?}", place.dot("6", LEFT.0, LEFT.1));
    assert!(is(place.dot("6", RIGHT.0, RIGHT.1), BLUE), "{:?}", place.dot("6", RIGHT.0, RIGHT.1));
    // To within 100 ms.
    assert!(is(place.dot("3.9", RIGHT.0, RIGHT.1), RED) && is(place.dot("4.1", RIGHT.0, RIGHT.1), BLUE));
    assert!(is(place.dot("9", MIDDLE.0, MIDDLE.1), RED), "alone again");
    // Who speaks has a frame, on its edge.
    let edge = place.dot("2", 640, 0);
    assert!(edge[1] > edge[0] + 40, "{edge:?}");
    assert!(
        !place
            .path()
            .read_dir()
            .expect("the folder")
            .any(|entry| { entry.expect("an entry").file_name().to_string_lossy().starts_with(HALF_DONE) })
    );
    // Bob is heard from the fourth second on, within 100 ms, and no longer than he was there.
    let samples = place.samples();
    let heard = |from_ms: usize, to_ms: usize, frequency| share(&samples[from_ms * 48..to_ms * 48], frequency);
    assert!(heard(1_000, 3_900, 1000.0) < 0.01 && heard(1_000, 3_900, 440.0) > 0.8, "{}", heard(1_000, 3_900, 440.0));
    assert!(heard(4_100, 7_900, 1000.0) > 0.2 && heard(4_100, 7_900, 440.0) > 0.2, "{}", heard(4_100, 7_900, 1000.0));
    assert!(heard(8_100, 9_900, 1000.0) < 0.01);
    let onset = (3_800..4_200).step_by(10).find(|at| heard(*at, at + 20, 1000.0) > 0.1).expect("he begins");
    assert!((3_900..=4_100).contains(&onset), "{onset}");
}

#[tokio::test]
async fn a_broken_file_costs_its_own_part_only() {
    let mut place = Place::new(5);
    place.colour(1, "Alice", "red", "libvpx", 0, 5);
    place.colour(2, "Bob", "blue", "libvpx", 0, 5);
    place.tone(2, "Bob", 1000, 0, 5);
    // Its head looks right; behind it is nothing that anybody can open.
    let bob = place.path().join("2-camera-0.webm");
    let head = fs::read(&bob).expect("read");
    let end = head.windows(5).position(|bytes| bytes == b"V_VP8").expect("a codec") + 5;
    let spoilt: Vec<u8> = head[..end].iter().copied().chain(std::iter::repeat_n(0xff, 2_000)).collect();
    fs::write(&bob, spoilt).expect("written");
    let composed = place.compose().await;
    assert!(is(place.dot("2", LEFT.0, LEFT.1), RED));
    assert!(!is(place.dot("2", RIGHT.0, RIGHT.1), BLUE));
    assert!(share(&place.samples()[48_000..4 * 48_000], 1000.0) > 0.5, "his voice is there");
    assert!(composed.poor_windows <= 1);
}

#[tokio::test]
async fn work_that_was_cut_off_goes_on_where_it_was() {
    let mut place = Place::new(4);
    place.colour(1, "Alice", "red", "libvpx", 0, 4);
    let tools = Tools::find(Path::new("ffmpeg")).await.expect("ffmpeg is here");
    let contents = place.contents();
    let plan = Plan::of(&place.manifest, |file| contents.of(file).is_some());
    let work = workplace(place.path(), &plan, &tools).expect("made");
    fs::create_dir(place.path().join(".composite-of-another-plan")).expect("made");
    // The window is there already, of another colour than a new one would have.
    let half = work.join(window_name(0));
    let half = half.to_str().expect("text");
    ffmpeg(&[
        "-f",
        "lavfi",
        "-t",
        "4",
        "-i",
        "color=c=blue:s=1280x720:r=25",
        "-f",
        "lavfi",
        "-t",
        "4",
        "-i",
        "anullsrc=r=48000:cl=stereo",
        "-c:v",
        "libx264",
        "-c:a",
        "flac",
        half,
    ]);
    place.compose().await;
    assert!(is(place.dot("2", MIDDLE.0, MIDDLE.1), BLUE));
    assert!(!place.path().join(".composite-of-another-plan").exists());
    assert_eq!(thumbnails(&tools, place.path(), 4_000).await.len(), 3);
}

#[tokio::test]
async fn a_long_recording_is_made_of_windows_that_fit_together() {
    let mut place = Place::new(60);
    place.colour(1, "Alice", "red", "libvpx", 0, 60);
    place.tone(1, "Alice", 440, 0, 60);
    // Somebody else comes and goes all the time, so that no window may be long.
    for at in (0..30).map(|n| n * 2) {
        place.manifest.speakers.push(SpokeFrom { at_ms: at * 1000, participant: None });
    }
    let contents = place.contents();
    let mut plan = Plan::of(&place.manifest, |file| contents.of(file).is_some());
    let whole = plan.scenes[0].clone();
    plan.scenes = (0..60).map(|n| plan::Scene { from_ms: n * 1000, to_ms: (n + 1) * 1000, ..whole.clone() }).collect();
    let spans = windows(&plan);
    assert!(spans.len() >= 2 && spans[0].from_ms == 0 && spans.last().map(|last| last.to_ms) == Some(60_000), "{spans:?}");
    assert!(spans.windows(2).all(|pair| pair[0].to_ms == pair[1].from_ms));
    let tools = Tools::find(Path::new("ffmpeg")).await.expect("ffmpeg is here");
    compose(&tools, place.path(), &plan, &contents, |_| ()).await.expect("composed");
    let duration: f64 = place.probe("format=duration").parse().expect("a number");
    assert!((duration - 60.0).abs() < 0.1, "{duration}");
    let samples = place.samples();
    for Span { from_ms, .. } in &spans[1..] {
        let at = *from_ms as usize * 48;
        let loud = |samples: &[i16]| samples.iter().map(|sample| f64::from(*sample).powi(2)).sum::<f64>() / samples.len() as f64;
        let usual = loud(&samples[at - 48_000..at]);
        let quiet = samples[at - 4_800..at + 4_800].chunks(480).find(|part| loud(part) < usual / 2.0);
        assert!(quiet.is_none(), "where two windows meet it sounds as everywhere");
        assert!(is(place.dot(&seconds(*from_ms), MIDDLE.0, MIDDLE.1), RED));
    }
}

#[tokio::test]
async fn where_the_server_lost_something_the_browser_s_own_copy_is_heard() {
    let mut place = Place::new(6);
    place.tone(1, "Alice", 440, 0, 6);
    place.tone(2, "a copy", 1000, 0, 6);
    let copy = place.manifest.tracks.pop().expect("the copy").segments.remove(0).name;
    let covers = vec![Stretch { from_ms: 2_000, to_ms: 4_000 }];
    place.manifest.tracks[0].backups.push(TrackBackup { file: copy.clone(), at_ms: 0, covers_ms: 2_000, covers });
    let tools = Tools::find(Path::new("ffmpeg")).await.expect("ffmpeg is here");
    let contents = Contents::read(place.path(), [copy.as_str(), "1-microphone-0.webm"].into_iter());
    let plan = Plan::of(&place.manifest, |file| contents.of(file).is_some());
    compose(&tools, place.path(), &plan, &contents, |_| ()).await.expect("composed");
    let samples = place.samples();
    let copied = |from: usize, to: usize| share(&samples[from * 48..to * 48], 1000.0);
    assert!(copied(0, 1_900) < 0.01 && copied(2_100, 3_900) > 0.2 && copied(4_100, 5_900) < 0.01);
}

#[tokio::test]
async fn nothing_recorded_is_no_film() {
    let place = Place::new(5);
    let tools = Tools::find(Path::new("ffmpeg")).await.expect("ffmpeg is here");
    let plan = Plan::of(&place.manifest, |_| true);
    let refused = compose(&tools, place.path(), &plan, &Contents::default(), |_| ()).await;
    assert!(matches!(refused, Err(ComposeError::Empty)));
}
