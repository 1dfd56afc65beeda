//! The shipped models on real clips, and models that are none.

use super::{EmotionError, Emotions, Judge, JudgeError, Listener};
use crate::{audio::Opener, inference::ModelError};
use actors::emotion::{Label, Speaker, features::RATE, window::CLIP};
use sha2::{Digest, Sha256};
use std::{fs, path::Path, time::Duration};
use tempfile::TempDir;

/// Voices of two seconds each, 16 kHz.
const VOICES: &[u8] = include_bytes!("../../actors/src/emotion/fixtures/clips.s16le");

fn voice(seconds: usize) -> Vec<f32> {
    let all = VOICES.chunks_exact(2).map(|two| f32::from(i16::from_le_bytes([two[0], two[1]])) / 32_768.0);
    all.cycle().take(seconds * RATE).collect()
}

fn emotions() -> Emotions {
    Emotions::open(None, None).expect("the models that are built in")
}

/// Labels, and arousal, of each clip.
fn heard(emotions: &Emotions, speaker: Speaker, samples: &[f32]) -> Vec<super::ClipResult> {
    let mut listener = Listener::new(emotions, speaker, RATE as u32).expect("a rate that is taken");
    let mut clips = Vec::new();
    listener.push(samples, &mut |clip| clips.push(clip)).expect("answers");
    listener.finish(&mut |clip| clips.push(clip)).expect("answers");
    clips
}

#[test]
fn clips_get_scores_over_all_labels_and_a_label_after_three() {
    let emotions = emotions();
    let clips = heard(&emotions, emotions.speaker(), &voice(8));
    assert!(clips.len() >= 6);
    for (at, clip) in clips.iter().enumerate() {
        assert_eq!(clip.starts_ms, at as u64 * 1000);
        let sum: f32 = clip.view.scores.values().sum();
        assert!(clip.view.scores.len() == 7 && (sum - 1.0).abs() < 1e-3, "{clip:?}");
        assert!(at > 1 || clip.view.label.is_none(), "too early: {clip:?}");
    }
}

#[test]
fn a_clip_by_itself_and_in_a_crowd_is_the_same() {
    let emotions = emotions();
    let alone = heard(&emotions, emotions.speaker(), &voice(2));
    let crowd: Vec<_> = std::thread::scope(|scope| {
        let judged: Vec<_> = (0..8).map(|_| scope.spawn(|| heard(&emotions, emotions.speaker(), &voice(2)))).collect();
        judged.into_iter().map(|clips| clips.join().expect("no panic")).collect()
    });
    for clips in crowd {
        let (one, other) = (&alone[0].view.scores, &clips[0].view.scores);
        assert!(one.iter().zip(other).all(|((_, a), (_, b))| (a - b).abs() < 1e-5), "{one:?} {other:?}");
    }
}

#[test]
fn a_reference_moves_what_is_said_of_a_voice() {
    let emotions = emotions();
    let mut reference = Listener::new(&emotions, emotions.speaker(), RATE as u32).expect("a rate").as_reference();
    reference.push(&voice(10), &mut |_| ()).expect("answers");
    let (_, speaker) = reference.finish(&mut |_| ()).expect("answers");
    assert!(speaker.heard() >= 5);
    let (without, with) = (heard(&emotions, emotions.speaker(), &voice(2)), heard(&emotions, speaker, &voice(2)));
    assert_ne!(without[0].view.scores, with[0].view.scores);
}

#[test]
fn a2_no_words_come_out_of_silence_tones_clipping_or_what_is_no_number() {
    let emotions = emotions();
    let tone = |hz: f32| (0..CLIP).map(move |at| (at as f32 * hz * std::f32::consts::TAU / RATE as f32).sin());
    let mut holes = voice(2);
    holes.iter_mut().step_by(3).for_each(|sample| *sample = f32::NAN);
    let sounds: [(&str, Vec<f32>); 5] = [
        ("silence", vec![0.0; CLIP]),
        ("a constant", vec![0.9; CLIP]),
        ("a tone", tone(440.0).map(|sample| sample * 0.3).collect()),
        ("clipping", tone(150.0).map(f32::signum).collect()),
        ("no numbers", vec![f32::NAN; CLIP]),
    ];
    for (name, samples) in sounds {
        for clip in heard(&emotions, emotions.speaker(), &samples) {
            assert!(clip.view.label.is_none() && clip.view.reason.is_some(), "{name}: {clip:?}");
            assert!(clip.view.confidence == 0.0 && clip.view.arousal == 0.5, "{name}: {clip:?}");
        }
    }
    // Between numbers they count as silence.
    for clip in heard(&emotions, emotions.speaker(), &holes) {
        assert!(clip.view.arousal.is_finite() && clip.view.scores.values().all(|score| score.is_finite()));
    }
}

/// The shipped files in a folder, to be spoilt.
fn folder() -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    for name in ["emotion.json", "emotion.onnx", "anomaly.onnx"] {
        let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("models").join(name);
        fs::copy(from, folder.path().join(name)).expect("the shipped file");
    }
    folder
}

fn spoilt(spoil: impl Fn(&Path)) -> EmotionError {
    let folder = folder();
    spoil(folder.path());
    Emotions::open(None, Some(folder.path())).err().expect("a model that can't be used")
}

/// Says of the file, as it is now, that it is the right one.
fn sign(folder: &Path, name: &str) {
    let digest: String =
        Sha256::digest(fs::read(folder.join(name)).expect("a file")).iter().map(|byte| format!("{byte:02x}")).collect();
    edit(folder, |manifest| manifest["sha256"][name] = digest.clone().into());
}

fn edit(folder: &Path, change: impl Fn(&mut serde_json::Value)) {
    let path = folder.join("emotion.json");
    let mut manifest = serde_json::from_slice(&fs::read(&path).expect("a file")).expect("JSON");
    change(&mut manifest);
    fs::write(path, manifest.to_string()).expect("room on the disk");
}

#[test]
fn a3_a_model_that_is_missing_cut_off_of_wrong_shape_or_hash_is_refused_with_its_reason() {
    assert!(Emotions::open(None, Some(folder().path())).is_ok(), "the untouched folder is good");
    assert!(matches!(
        spoilt(|folder| fs::remove_file(folder.join("emotion.onnx")).expect("it is there")),
        EmotionError::File { .. }
    ));
    assert!(matches!(
        spoilt(|folder| fs::remove_file(folder.join("emotion.json")).expect("it is there")),
        EmotionError::File { .. }
    ));
    let cut = |folder: &Path, name: &str| {
        let bytes = fs::read(folder.join(name)).expect("a file");
        fs::write(folder.join(name), &bytes[..bytes.len() / 2]).expect("room on the disk");
    };
    assert_eq!(spoilt(|folder| cut(folder, "anomaly.onnx")), EmotionError::Hash("anomaly.onnx"));
    let signed = spoilt(|folder| {
        cut(folder, "emotion.onnx");
        sign(folder, "emotion.onnx");
    });
    assert!(matches!(signed, EmotionError::Model { error: ModelError::Unreadable(_), .. }), "{signed}");
    let swapped = spoilt(|folder| {
        fs::copy(folder.join("anomaly.onnx"), folder.join("emotion.onnx")).expect("room on the disk");
        sign(folder, "emotion.onnx");
    });
    assert!(matches!(swapped, EmotionError::Model { error: ModelError::Missing("output", _), .. }), "{swapped}");
    assert!(matches!(spoilt(|folder| edit(folder, |manifest| manifest["features"] = 12.into())), EmotionError::Manifest(_)));
    assert!(matches!(spoilt(|folder| edit(folder, |manifest| manifest["labels"][0] = "glad".into())), EmotionError::Manifest(_)));
    assert!(matches!(spoilt(|folder| fs::write(folder.join("emotion.json"), "{").expect("room")), EmotionError::Manifest(_)));
}

fn written(folder: &TempDir, samples: &[f32]) -> std::path::PathBuf {
    let path = folder.path().join("clip.wav");
    let spec = hound::WavSpec { channels: 1, sample_rate: 16_000, bits_per_sample: 16, sample_format: hound::SampleFormat::Int };
    let mut writer = hound::WavWriter::create(&path, spec).expect("a file");
    samples.iter().for_each(|sample| writer.write_sample((sample * 32_767.0) as i16).expect("room on the disk"));
    writer.finalize().expect("room on the disk");
    path
}

#[tokio::test]
async fn a_file_and_its_bytes_are_judged_alike_and_a_long_one_by_its_beginning() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = written(&folder, &voice(6));
    let judge = |seconds| Judge::new(Ok(emotions()), Opener::default(), Duration::from_secs(seconds));
    let whole = judge(600).file(path.clone()).await.expect("a voice");
    assert_eq!(judge(600).bytes(fs::read(&path).expect("a file")).await.expect("a voice"), whole);
    assert!(!whole.cut && whole.clips >= 4 && whole.voiced > 0);
    let begun = judge(2).file(path).await.expect("a voice");
    assert!(begun.cut && begun.clips == 1, "{begun:?}");
    let quiet = judge(600).file(written(&folder, &[0.0; 40_000])).await.expect("silence is no error");
    assert!(quiet.voiced == 0 && quiet.view.reason.is_some() && quiet.view.label.is_none());
    let off = Judge::new(Err(EmotionError::SwitchedOff), Opener::default(), Duration::from_secs(1));
    assert!(matches!(off.bytes(vec![1, 2, 3]).await, Err(JudgeError::Off(_))));
    assert!(matches!(judge(600).bytes(Vec::new()).await, Err(JudgeError::Audio(_))));
}

#[test]
fn labels_are_the_words_of_the_wire() {
    let json = serde_json::to_value(Label::Disgusted).expect("JSON");
    assert_eq!(json, Label::Disgusted.word());
}
