//! Clips that are sent to be judged, by every way in, and the server when its models are no good (A1–A3, D4).

use crate::{
    client::Client,
    people::Account,
    server::{Room, Server},
};
use base64::{Engine, prelude::BASE64_STANDARD};
use reqwest::{
    Method, Response, StatusCode,
    multipart::{Form, Part},
};
use serde_json::{Value, json};
use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
};
use tempfile::TempDir;
use tokio_tungstenite::tungstenite::Message;

/// Voices, 16 kHz.
pub const VOICES: &[u8] = include_bytes!("../../actors/src/emotion/fixtures/clips.s16le");

/// So many seconds of voice as a WAV file; base64 of it must go through one frame of the socket.
fn clip(seconds: f64) -> Vec<u8> {
    let samples: Vec<u8> = VOICES.iter().copied().cycle().take((seconds * 16_000.0) as usize * 2).collect();
    let length = samples.len() as u32;
    let mut wav = Vec::from(*b"RIFF\0\0\0\0WAVEfmt \x10\0\0\0\x01\0\x01\0\x80\x3e\0\0\0\x7d\0\0\x02\0\x10\0data");
    wav[4..8].copy_from_slice(&(length + 36).to_le_bytes());
    wav.extend(length.to_le_bytes());
    wav.extend(samples);
    wav
}

struct Meeting {
    server: Server,
    room: Room,
    alice: Client,
}

async fn meeting(options: &[&str]) -> Meeting {
    let server = Server::start_with(options).await;
    let room = server.open_room().await;
    let alice = Client::host(&server, &room).await;
    Meeting { server, room, alice }
}

fn form(meeting: &str, participant: &str, kind: &str, file: Vec<u8>) -> Form {
    let form = Form::new().text("meeting_id", meeting.to_owned()).text("participant_id", participant.to_owned());
    form.text("type", kind.to_owned()).part("file", Part::bytes(file).file_name("clip.wav"))
}

impl Meeting {
    async fn agree(&mut self, emotion: bool) {
        self.alice.do_ok(json!({ "type": "consent", "purposes": { "emotion": emotion } })).await;
    }

    async fn send(&self, token: Option<&str>, form: Form) -> Response {
        let request = self.server.request(Method::POST, "/api/v1/emotion").multipart(form);
        let request = if let Some(token) = token { request.bearer_auth(token) } else { request };
        request.send().await.expect("an answer")
    }

    /// As the host, of her own voice.
    async fn judge(&self, file: Vec<u8>) -> (StatusCode, Value) {
        let answer = self.send(Some(&self.room.host_token), form(&self.room.id, &self.alice.id, "audio", file)).await;
        (answer.status(), answer.json().await.expect("JSON"))
    }
}

fn scores(of: &Value) -> Vec<f64> {
    let scores: Vec<f64> = of.as_object().expect("scores").values().map(|score| score.as_f64().expect("a number")).collect();
    assert!(scores.len() == 7 && (scores.iter().sum::<f64>() - 1.0).abs() < 1e-3, "{of}");
    scores
}

fn run(options: &[&str], files: &[&Path]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_greenroom"));
    command.arg("emotion").args(files).args(options).output().expect("it runs")
}

/// What the command line says of one file.
fn said(options: &[&str], file: &Path) -> Value {
    let output = run(&[&["--json"], options].concat(), &[file]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).expect("JSON")
}

fn folder_with(name: &str, bytes: &[u8]) -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join(name);
    fs::write(&path, bytes).expect("room on the disk");
    (folder, path)
}

#[tokio::test]
async fn a_clip_has_the_same_scores_by_every_way_in() {
    let mut meeting = meeting(&[]).await;
    meeting.agree(true).await;
    let wav = clip(1.4);
    let (status, by_rest) = meeting.judge(wav.clone()).await;
    assert_eq!((status, &by_rest["success"]), (StatusCode::OK, &json!(true)), "{by_rest}");
    let expected = scores(&by_rest["emotions"]);
    assert!(by_rest["label"].is_null(), "one clip of a speaker is too few: {by_rest}");
    let ask = json!({ "type": "emotion_clip", "clip": BASE64_STANDARD.encode(&wav) });
    let by_base64 = meeting.alice.do_ok(ask).await;
    meeting.alice.send_raw(Message::binary(wav.clone())).await;
    let by_frame = meeting.alice.hear_that("the reading of a binary frame", |event| event["emotion"].is_object()).await;
    let (_folder, path) = folder_with("clip.wav", &wav);
    let by_hand = said(&[], &path)["clips"][0].clone();
    for (way, arousal, got) in [
        ("base64", &by_base64["emotion"]["arousal"], &by_base64["emotion"]["scores"]),
        ("binary", &by_frame["emotion"]["arousal"], &by_frame["emotion"]["scores"]),
        ("command line", &by_hand["arousal"], &by_hand["scores"]),
    ] {
        let got = scores(got);
        assert!(expected.iter().zip(&got).all(|(a, b)| (a - b).abs() < 1e-6), "{way}: {got:?}, not {expected:?}");
        let apart = arousal.as_f64().expect("a number") - by_rest["arousal"].as_f64().expect("a number");
        assert!(apart.abs() < 1e-6, "{way}");
    }
}

#[tokio::test]
async fn a1_what_is_broken_lies_or_is_empty_is_refused_fast() {
    let mut meeting = meeting(&["--max-emotion-file-bytes", "200000"]).await;
    meeting.agree(true).await;
    let mut liar = clip(0.0);
    liar.extend([0; 4]);
    liar[40..44].copy_from_slice(&0x7fff_fff0_u32.to_le_bytes());
    for file in [liar, clip(0.0), b"no sound at all".to_vec(), vec![0xa5; 60_000], b"fLaC\0\0\0\x22".to_vec()] {
        let (status, problem) = meeting.judge(file).await;
        assert_eq!((status.as_u16(), &problem["code"]), (422, &json!("invalid_audio")), "{problem}");
    }
    let (status, problem) = meeting.judge(Vec::new()).await;
    assert_eq!((status.as_u16(), &problem["errors"][0]["field"]), (422, &json!("file")));
    let (status, _) = meeting.judge(vec![0; 200_001]).await;
    assert_eq!(status, StatusCode::PAYLOAD_TOO_LARGE);
    assert_eq!(meeting.judge(clip(2.0)).await.0, StatusCode::OK, "and a voice is judged still");
}

#[tokio::test]
async fn a2_of_silence_nothing_is_said() {
    let mut meeting = meeting(&[]).await;
    meeting.agree(true).await;
    let mut silence = clip(2.0);
    silence[44..].fill(0);
    let (status, answer) = meeting.judge(silence).await;
    assert_eq!(status, StatusCode::OK);
    assert!(answer["label"].is_null() && answer["voiced"] == 0 && answer["reason"].is_string(), "{answer}");
    assert!(answer["confidence"] == 0.0 && scores(&answer["emotions"]).iter().all(|score| (score - 1.0 / 7.0).abs() < 1e-6));
}

#[tokio::test]
async fn only_ones_own_voice_and_only_with_consent() {
    let mut meeting = meeting(&[]).await;
    let refused = |answer: (StatusCode, Value)| (answer.0.as_u16(), answer.1["code"].as_str().unwrap_or_default().to_owned());
    assert_eq!(refused(meeting.judge(clip(2.0)).await), (403, "no_consent".to_owned()), "nobody asked her yet");
    meeting.agree(true).await;
    assert_eq!(meeting.judge(clip(2.0)).await.0, StatusCode::OK);
    meeting.agree(false).await;
    assert_eq!(refused(meeting.judge(clip(2.0)).await), (403, "no_consent".to_owned()));
    let bob = Client::guest(&meeting.server, &meeting.room, "Bob").await;
    let status = async |token: Option<&str>, meeting_id: &str, participant: &str| {
        meeting.send(token, form(meeting_id, participant, "audio", clip(2.0))).await.status().as_u16()
    };
    let (room, host) = (meeting.room.id.clone(), meeting.room.host_token.clone());
    assert_eq!(status(None, &room, &bob.id).await, 401);
    assert_eq!(status(Some(&host), &room, &bob.id).await, 403, "a join token is for one's own voice");
    assert_eq!(status(Some(&host), "another meeting", &bob.id).await, 404);
    let mallory = Account::new(&meeting.server, "Mallory").await;
    assert_eq!(status(Some(&mallory.access), &room, &bob.id).await, 404, "not her meeting");
}

#[tokio::test]
async fn d4_a_form_that_is_none_is_refused() {
    let mut meeting = meeting(&[]).await;
    meeting.agree(true).await;
    let token = meeting.room.host_token.clone();
    let status = async |form: Form| meeting.send(Some(&token), form).await.status().as_u16();
    let whole = |kind: &str| form(&meeting.room.id, &meeting.alice.id, kind, clip(2.0));
    assert_eq!(status(whole("smell")).await, 422);
    assert_eq!(status(whole("frame")).await, 501, "pictures need a model of the operator's");
    assert_eq!(status(whole("audio").text("more", "x")).await, 422);
    assert_eq!(status(Form::new().text("meeting_id", "x".repeat(1_000))).await, 422);
    assert_eq!(status(Form::new().text("meeting_id", "x").text("participant_id", "y").text("type", "audio")).await, 422);
    let many = (0..20).fold(Form::new(), |form, _| form.text("meeting_id", "x"));
    assert_eq!(status(many).await, 422);
}

#[tokio::test]
async fn a3_models_that_are_no_good_leave_emotion_off_and_the_call_as_it_is() {
    let shipped = Path::new(env!("CARGO_MANIFEST_DIR")).join("models");
    let (folder, _) = folder_with("emotion.json", &fs::read(shipped.join("emotion.json")).expect("the shipped file"));
    fs::copy(shipped.join("anomaly.onnx"), folder.path().join("anomaly.onnx")).expect("room on the disk");
    let whole = fs::read(shipped.join("emotion.onnx")).expect("the shipped file");
    fs::write(folder.path().join("emotion.onnx"), &whole[..whole.len() / 2]).expect("room on the disk");
    let option = folder.path().display().to_string();
    let mut meeting = meeting(&["--emotion-model-dir", &option]).await;
    let ready: Value = meeting.server.get("/readyz", "").await.json().await.expect("JSON");
    assert_eq!((&ready["ready"], &ready["components"]["emotion"]["ready"]), (&json!(true), &json!(false)), "{ready}");
    assert!(ready["components"]["emotion"]["reason"].as_str().expect("a reason").contains("SHA-256"), "{ready}");
    meeting.agree(true).await;
    assert_eq!(meeting.judge(clip(2.0)).await.0, StatusCode::SERVICE_UNAVAILABLE);
    meeting.alice.refused(json!({ "type": "emotion_clip", "clip": BASE64_STANDARD.encode(clip(1.0)) }), "not_available").await;
    meeting.alice.chat("the call goes on").await;
}

#[test]
fn the_command_line_judges_what_it_can_and_names_the_rest() {
    let (folder, good) = folder_with("voice.wav", &clip(3.0));
    let bad = folder.path().join("bad.wav");
    fs::write(&bad, b"RIFF").expect("room on the disk");
    let output = run(&["--json"], &[&bad, &good]);
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stderr).contains("bad.wav"));
    let judged: Value = serde_json::from_slice(&output.stdout).expect("one line of JSON");
    assert_eq!(judged["clips"].as_array().map(Vec::len), Some(2));
    scores(&judged["clips"][1]["scores"]);
    scores(&judged["summary"]["scores"]);
    let reference = good.display().to_string();
    let with = said(&["--reference", &reference, &reference], &good);
    assert_ne!(with["clips"][0]["scores"], judged["clips"][0]["scores"], "a reference moves what is said");
    let text = run(&[], &[&good]);
    assert!(String::from_utf8_lossy(&text.stdout).contains("arousal"));
}

/// An ONNX Runtime that the tests' tools fetched, or one that is named.
fn library() -> Option<PathBuf> {
    let named = std::env::var_os("GREENROOM_TEST_ONNXRUNTIME").map(PathBuf::from);
    let fetched = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/test-tools/onnxruntime");
    let found = || {
        fs::read_dir(fetched).ok()?.flatten().map(|entry| entry.path()).find(|path| path.display().to_string().contains(".so"))
    };
    let library = named.or_else(found);
    assert!(library.is_some() || std::env::var_os("CI").is_none(), "an ONNX Runtime is part of the tests' tools");
    if library.is_none() {
        eprintln!("skipped: there is no ONNX Runtime here (.ci/install-test-tools fetches one)");
    }
    library
}

#[test]
fn both_runtimes_give_the_same_scores() {
    let Some(library) = library() else { return };
    let (_folder, path) = folder_with("voice.wav", &clip(6.0));
    let built_in = said(&[], &path);
    let with_library = said(&["--onnxruntime-library", &library.display().to_string()], &path);
    let clips = |of: &Value| of["clips"].as_array().expect("clips").clone();
    assert_eq!((clips(&built_in).len(), clips(&with_library).len()), (5, 5));
    for (one, other) in clips(&built_in).iter().zip(&clips(&with_library)) {
        for (a, b) in scores(&one["scores"]).iter().zip(scores(&other["scores"])) {
            assert!((a - b).abs() < 1e-4, "{one} {other}");
        }
        let arousal = |of: &Value| of["arousal"].as_f64().expect("a number");
        assert!((arousal(one) - arousal(other)).abs() < 1e-4);
    }
}

#[test]
fn a_library_that_is_no_onnx_runtime_is_refused_with_its_name() {
    let (folder, path) = folder_with("voice.wav", &clip(2.0));
    let no_library = folder.path().join("libnothing.so");
    fs::write(&no_library, b"\x7fELF").expect("room on the disk");
    let output = run(&["--onnxruntime-library", &no_library.display().to_string()], &[&path]);
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stderr).contains("libnothing.so"));
}
