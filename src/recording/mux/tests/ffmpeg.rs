//! What the world's reader says of our files.

use super::{
    super::*,
    encoded::{Encoded, SECONDS, all, run},
    *,
};
use serde_json::Value;
use std::{
    fs::{self, OpenOptions},
    path::Path,
};

fn probe(path: &Path, more: &[&str]) -> Value {
    let path = path.to_str().expect("a plain path");
    let arguments = [&["-of", "json", "-show_format", "-show_streams", "-show_packets"], more, &[path]].concat();
    serde_json::from_slice(&run("ffprobe", &arguments)).expect("JSON")
}

/// Decodes all of it; whatever is said is a fault.
fn plays(path: &Path) {
    run("ffmpeg", &["-xerror", "-i", path.to_str().expect("a plain path"), "-f", "null", "-"]);
}

fn seconds(value: &Value) -> f64 {
    value.as_str().and_then(|text| text.parse().ok()).unwrap_or(f64::NAN)
}

fn holds(probed: &Value, encoded: &Encoded) {
    let stream = &probed["streams"][0];
    assert_eq!(stream["codec_name"], encoded.name);
    if let Some((width, height)) = encoded.track.size {
        assert_eq!((&stream["width"], &stream["height"]), (&Value::from(width), &Value::from(height)));
    } else {
        assert_eq!((&stream["sample_rate"], &stream["channels"]), (&Value::from("48000"), &Value::from(2)));
    }
}

/// Time in milliseconds, keyframe, bytes.
fn packets(probed: &Value) -> Vec<(u64, bool, usize)> {
    let packets = probed["packets"].as_array().expect("packets");
    let packet = |packet: &Value| {
        let at_ms = (seconds(&packet["pts_time"]) * 1_000.0).round() as u64;
        let keyframe = packet["flags"].as_str().expect("flags").starts_with('K');
        (at_ms, keyframe, packet["size"].as_str().expect("a size").parse().expect("a number"))
    };
    packets.iter().map(packet).collect()
}

fn expected(frames: &[Frame]) -> Vec<(u64, bool, usize)> {
    frames.iter().map(|frame| (frame.at_ms, frame.keyframe, frame.data.len())).collect()
}

fn lasts(probed: &Value, ms: u64) {
    let said = seconds(&probed["format"]["duration"]) * 1_000.0;
    assert!((said - ms as f64).abs() <= 1.0, "{said} ms, not {ms}");
}

#[test]
fn every_codec_plays_unfinished_finished_cut_and_recovered() {
    let folder = tempfile::tempdir().expect("a folder");
    for encoded in all() {
        let frames = &encoded.frames;
        let path = folder.path().join(encoded.name);
        assert!(frames.len() as u64 >= 10 * SECONDS && frames[0].keyframe, "{}: {} frames", encoded.name, frames.len());

        let mut writer = written(&encoded.track, frames);
        fs::write(&path, bytes(&mut writer)).expect("room");
        assert_eq!(packets(&probe(&path, &[])), expected(frames), "{} without an end", encoded.name);
        plays(&path);

        let said = writer.finish().expect("finished");
        let whole = bytes(&mut writer);
        fs::write(&path, &whole).expect("room");
        let probed = probe(&path, &[]);
        holds(&probed, &encoded);
        lasts(&probed, 1_000 * SECONDS);
        assert_eq!((packets(&probed), said.duration_ms), (expected(frames), 1_000 * SECONDS));
        plays(&path);

        fs::write(&path, &whole[..whole.len() * 2 / 3]).expect("room");
        let mut file = OpenOptions::new().read(true).write(true).open(&path).expect("a file");
        let said = recover(&mut file).expect("ours");
        assert!(!said.finished_before && said.frames as usize > frames.len() / 3 && (said.frames as usize) < frames.len());
        let probed = probe(&path, &[]);
        holds(&probed, &encoded);
        lasts(&probed, said.duration_ms);
        assert_eq!(packets(&probed), expected(&frames[..said.frames as usize]));
        plays(&path);
    }
}

#[test]
fn a_cut_file_plays_up_to_the_cut_before_anybody_recovers_it() {
    let encoded = encoded::vp8();
    let mut writer = written(&encoded.track, &encoded.frames);
    let whole = bytes(&mut writer);
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("cut.webm");
    fs::write(&path, &whole[..whole.len() / 2]).expect("room");
    let arguments = ["-of", "json", "-show_packets", path.to_str().expect("a plain path")];
    let output = std::process::Command::new("ffprobe").args(["-v", "quiet"]).args(arguments).output().expect("ffprobe");
    let probed: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let whole_frames = super::reader::read(&whole[..whole.len() / 2]).frames;
    assert!(whole_frames.len() > 15);
    assert_eq!(packets(&probed)[..whole_frames.len()], expected(&whole_frames));
}

#[test]
fn a_player_jumps_by_the_index() {
    let encoded = encoded::vp8();
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("film.webm");
    fs::write(&path, finished(&encoded.track, &encoded.frames)).expect("room");
    let there = packets(&probe(&path, &["-read_intervals", "3.5%+#1"]));
    assert_eq!(there[0].0, 3_000, "the keyframe before it");
}

#[test]
fn a_file_of_somebody_else_is_known_by_its_name() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("theirs.webm");
    let source = ["-f", "lavfi", "-i", "sine=duration=1", "-c:a", "libopus", path.to_str().expect("a plain path")];
    run("ffmpeg", &source);
    let before = fs::read(&path).expect("a file");
    let mut file = OpenOptions::new().read(true).write(true).open(&path).expect("a file");
    assert!(matches!(recover(&mut file), Err(RecoverError::NotOurs)));
    assert_eq!(fs::read(&path).expect("a file"), before);
}

#[test]
fn wav_is_read_by_others_and_theirs_by_us() {
    let folder = tempfile::tempdir().expect("a folder");
    let ours = folder.path().join("ours.wav");
    let mut wav = WavFiles::new(16_000, 1, WAV_LIMIT, |_| fs::File::create_new(&ours)).expect("sound like any other");
    wav.write(&[1_000; 24_000]).expect("room");
    wav.finish().expect("room");
    let probed = probe(&ours, &[]);
    assert_eq!(probed["streams"][0]["codec_name"], "pcm_s16le");
    lasts(&probed, 1_500);
    let path = |name: &str| folder.path().join(name).to_str().expect("a plain path").to_owned();
    for codec in ["pcm_u8", "pcm_s16le", "pcm_s24le", "pcm_s32le", "pcm_f32le", "pcm_f64le"] {
        let theirs = path(codec);
        run("ffmpeg", &["-i", &path("ours.wav"), "-ac", "6", "-c:a", codec, "-f", "wav", &theirs]);
        let read = open_wav_file(Path::new(&theirs)).expect(codec);
        assert_eq!((read.info.rate, read.info.channels, read.info.frames), (16_000, 6, 24_000), "{codec}");
        assert_eq!(read.samples.filter(|sample| sample.is_ok()).count(), 6 * 24_000);
    }
    let piped = run("ffmpeg", &["-i", &path("ours.wav"), "-f", "wav", "-"]);
    assert_eq!(open_wav(Cursor::new(piped)).expect("streamed").info.frames, 24_000);
}
