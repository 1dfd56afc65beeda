//! A model so small that it can be written here: it calls red angry, green happy and blue sad.

use super::Frames;
use crate::{
    audio::Ffmpeg,
    emotion::{EmotionError, JudgeError},
};
use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};
use tempfile::TempDir;

/// Protocol buffers, as far as they are needed: a number, and bytes.
fn varint(mut value: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    while value > 127 {
        bytes.push(value as u8 | 128);
        value >>= 7;
    }
    bytes.push(value as u8);
    bytes
}

fn number(field: u64, value: u64) -> Vec<u8> {
    [varint(field << 3), varint(value)].concat()
}

fn bytes(field: u64, value: &[u8]) -> Vec<u8> {
    [varint(field << 3 | 2), varint(value.len() as u64), value.to_vec()].concat()
}

fn text(field: u64, value: &str) -> Vec<u8> {
    bytes(field, value.as_bytes())
}

/// A float32 input or output with these dimensions behind the rows.
fn value(name: &str, row: &[u64]) -> Vec<u8> {
    let rows = bytes(1, &text(2, "rows"));
    let dims: Vec<u8> = row.iter().flat_map(|size| bytes(1, &number(1, *size))).collect();
    let tensor = [number(1, 1), bytes(2, &[rows, dims].concat())].concat();
    [text(1, name), bytes(2, &bytes(1, &tensor))].concat()
}

fn node(kind: &str, inputs: &[&str], output: &str) -> Vec<u8> {
    let inputs: Vec<u8> = inputs.iter().flat_map(|input| text(1, input)).collect();
    bytes(1, &[inputs, text(2, output), text(4, kind)].concat())
}

/// The mean of each colour, times weights, as shares of one.
fn model(side: u64) -> Vec<u8> {
    let mut weights = [0.0_f32; 21];
    (weights[0], weights[7 + 4], weights[14 + 6]) = (10.0, 10.0, 10.0);
    let raw: Vec<u8> = weights.iter().flat_map(|weight| weight.to_le_bytes()).collect();
    let weights = [number(1, 3), number(1, 7), number(2, 1), text(8, "weights"), bytes(9, &raw)].concat();
    let graph = [
        node("GlobalAveragePool", &["image"], "pooled"),
        node("Flatten", &["pooled"], "means"),
        node("MatMul", &["means", "weights"], "sums"),
        node("Softmax", &["sums"], "scores"),
        text(2, "colours"),
        bytes(5, &weights),
        bytes(11, &value("image", &[3, side, side])),
        bytes(12, &value("scores", &[7])),
    ];
    let opset = [text(1, ""), number(2, 17)].concat();
    [number(1, 8), bytes(7, &graph.concat()), bytes(8, &opset)].concat()
}

fn ffmpeg() -> Option<Ffmpeg> {
    let found = Ffmpeg::find(Path::new("ffmpeg"), Duration::from_secs(60));
    assert!(found.is_some() || std::env::var_os("CI").is_none(), "ffmpeg is part of the tests' tools");
    if found.is_none() {
        eprintln!("skipped: there is no ffmpeg here");
    }
    found
}

fn opened(side: u64, ffmpeg: Option<Ffmpeg>) -> Result<Frames, EmotionError> {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("colours.onnx");
    fs::write(&path, model(side)).expect("room on the disk");
    Frames::open(None, &path, ffmpeg)
}

fn drawn(folder: &TempDir, name: &str, colour: &str, seconds: &str) -> PathBuf {
    let path = folder.path().join(name);
    let source = format!("color=c={colour}:s=320x200:r=10:d={seconds}");
    let mut ffmpeg = Command::new("ffmpeg");
    ffmpeg.args(["-nostdin", "-v", "error", "-y", "-f", "lavfi", "-i", &source]).args(["-frames:v", "30"]);
    assert!(ffmpeg.arg(&path).status().expect("ffmpeg runs").success());
    path
}

#[test]
fn pictures_and_films_are_judged_by_the_operators_model() {
    let Some(program) = ffmpeg() else { return };
    let frames = opened(224, Some(program)).expect("a model");
    let folder = tempfile::tempdir().expect("a folder");
    for (name, colour, seconds, label) in
        [("a.png", "red", "0.1", 0), ("a.jpg", "0x00ff00", "0.1", 4), ("a.webm", "blue", "3", 6), ("a.mp4", "red", "3", 0)]
    {
        let scores = frames.judge(&drawn(&folder, name, colour, seconds)).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert!(scores[label] > 0.9 && (scores.iter().sum::<f32>() - 1.0).abs() < 1e-3, "{name}: {scores:?}");
    }
    let broken = folder.path().join("broken.jpg");
    fs::write(&broken, [0xff, 0xd8, 0xff, 0xe0, 1, 2, 3]).expect("room on the disk");
    assert!(matches!(frames.judge(&broken), Err(JudgeError::Audio(_))));
}

#[test]
fn a_model_of_another_shape_is_refused_and_so_is_one_without_ffmpeg() {
    let refused = opened(200, Some(Ffmpeg { program: "ffmpeg".into(), limit: Duration::from_secs(1) })).err();
    assert!(matches!(refused, Some(EmotionError::Model { .. })), "{refused:?}");
    assert!(matches!(opened(224, None).err(), Some(EmotionError::NoFfmpeg)));
}
