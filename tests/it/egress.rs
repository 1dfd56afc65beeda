//! Media of other servers: `/egress-audio` and `/egress-video` over real sockets.

use crate::{
    client::until,
    emotion::VOICES,
    people::{Account, api_key, greenroom_ok},
    raw::Raw,
    server::{DEADLINE, Server},
};
use futures_util::{SinkExt, StreamExt};
use reqwest::Method;
use serde_json::{Value, json};
use std::{fs, path::PathBuf};
use tokio::{net::TcpStream, time::timeout};
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream, connect_async,
    tungstenite::{Error, Message, client::IntoClientRequest},
};

/// An operator's key that may send media.
pub fn egress_key(server: &Server) -> String {
    greenroom_ok(server, &["api-keys", "create", "egress", "--scope", "egress:write", "--scope", "sessions:read"])
}

/// The code with which such a request is refused. The socket's client reads no more of an answer than comes with its head.
async fn refusal(server: &Server, path: &str, key: Option<&str>) -> String {
    let upgrade = [
        ("connection", "Upgrade"),
        ("upgrade", "websocket"),
        ("sec-websocket-version", "13"),
        ("sec-websocket-key", "AAAAAAAAAAAAAAAAAAAAAA=="),
    ];
    let request = server.request(Method::GET, path);
    let request = upgrade.into_iter().fold(request, |request, (name, value)| request.header(name, value));
    let request = key.into_iter().fold(request, |request, key| request.bearer_auth(key));
    let answer = request.send().await.expect("an answer");
    assert_eq!(answer.headers()["connection"], "close", "nobody sends another request on it");
    let body: Value = answer.json().await.unwrap_or_default();
    body["code"].as_str().unwrap_or_default().to_owned()
}

pub struct Stream(WebSocketStream<MaybeTlsStream<TcpStream>>);

impl Stream {
    /// The socket, or the status with which it was refused and the error's code.
    pub async fn open(server: &Server, path: &str, key: Option<&str>) -> Result<Self, (u16, String)> {
        let mut request = format!("ws://{}{path}", server.address()).into_client_request().expect("a request");
        if let Some(key) = key {
            request.headers_mut().insert("authorization", format!("Bearer {key}").parse().expect("a header"));
        }
        match connect_async(request).await {
            Ok((stream, _)) => Ok(Self(stream)),
            Err(Error::Http(answer)) => Err((answer.status().as_u16(), refusal(server, path, key).await)),
            Err(error) => panic!("{error}"),
        }
    }

    pub async fn send(&mut self, message: impl Into<Message>) {
        // A refused write shows as a close to whoever reads next.
        drop(self.0.send(message.into()).await);
    }

    pub async fn say(&mut self, event: Value) {
        self.send(Message::text(event.to_string())).await;
    }

    /// The next text of this type.
    pub async fn hear(&mut self, kind: &str) -> Value {
        loop {
            match timeout(DEADLINE, self.0.next()).await.expect("a message in time") {
                Some(Ok(Message::Text(text))) => {
                    let value: Value = serde_json::from_str(&text).expect("JSON");
                    if value["type"] == kind {
                        return value;
                    }
                }
                Some(Ok(Message::Close(frame))) => panic!("closed before {kind}: {frame:?}"),
                Some(Ok(_)) => {}
                other => panic!("ended before {kind}: {other:?}"),
            }
        }
    }

    /// The code with which it is closed.
    async fn closed(&mut self) -> Option<u16> {
        loop {
            match timeout(DEADLINE, self.0.next()).await.expect("an end in time") {
                Some(Ok(Message::Close(frame))) => return frame.map(|frame| frame.code.into()),
                Some(Ok(_)) => {}
                _ => return None,
            }
        }
    }
}

fn tone(frames: usize) -> Vec<u8> {
    let sample = |n: usize| ((n as f64 * 0.1).sin() * 8_000.0) as i16;
    (0..frames).flat_map(|n| sample(n).to_le_bytes()).collect()
}

fn folder(server: &Server, session: &Value, below: &str) -> PathBuf {
    server.data_dir().join("sessions").join(session.as_str().expect("an id")).join(below)
}

fn files(folder: &PathBuf) -> Vec<String> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let mut names: Vec<_> = entries.map(|entry| entry.expect("an entry").file_name().into_string().expect("text")).collect();
    names.sort();
    names
}

/// Frames of a WAV file, by its own head, which must be true.
fn frames(path: &std::path::Path) -> u32 {
    let bytes = fs::read(path).expect("a file");
    let data = u32::from_le_bytes(bytes[40..44].try_into().expect("four"));
    let align = u16::from_le_bytes(bytes[32..34].try_into().expect("two"));
    assert_eq!(bytes.len() as u32, data + 44, "the head tells the truth");
    data / u32::from(align)
}

fn log(server: &Server, session: &Value) -> Vec<Value> {
    let text = fs::read_to_string(folder(server, session, "pipeline.jsonl")).unwrap_or_default();
    text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
}

#[tokio::test]
async fn a_track_is_grouped_written_logged_and_told() {
    let server = Server::start().await;
    let key = egress_key(&server);
    let path = format!(
        "/egress-audio?roomName=standup&participant=kim&trackId=TR_1&sampleRate=16000&channels=1&groupSeconds=0.5&token={key}"
    );
    let mut stream = Stream::open(&server, &path, None).await.expect("it opens");
    let opened = stream.hear("opened").await;
    assert_eq!((&opened["sampleRate"], &opened["groupSeconds"]), (&json!(16_000), &json!(0.5)));
    // In pieces that cut samples.
    for piece in tone(16_000).chunks(1_001) {
        stream.send(piece.to_vec()).await;
    }
    for at in [0, 500] {
        let flushed = stream.hear("flushed").await;
        assert_eq!(
            (&flushed["atMs"], &flushed["ms"], &flushed["samples"]),
            (&json!(at), &json!(500), &json!(8_000)),
            "{flushed}"
        );
        assert!(flushed["rms"].as_f64().expect("a level") > 0.1 && flushed["dropped"] == 0, "{flushed}");
    }
    stream.say(json!({ "type": "ping" })).await;
    stream.hear("pong").await;
    stream.say(json!({ "type": "end" })).await;
    assert_eq!(stream.hear("ended").await["samples"], 16_000);
    assert_eq!(stream.closed().await, Some(1000));
    let session = &opened["sessionId"];
    let names = files(&folder(&server, session, "audio"));
    assert_eq!(names.len(), 1);
    assert!(names[0].ends_with("_standup_kim_TR_1.wav"), "{names:?}");
    assert_eq!(frames(&folder(&server, session, "audio").join(&names[0])), 16_000);
    let events: Vec<_> = log(&server, session).into_iter().map(|line| line["event"].clone()).collect();
    assert_eq!(events, ["began", "flushed", "flushed", "ended"]);
    assert!(!server.log().contains(&key), "a key is in no log");
}

#[tokio::test]
async fn a_voice_of_who_agreed_is_judged_and_stands_in_the_report_by_its_name() {
    let server = Server::start().await;
    let key = egress_key(&server);
    let account = Account::new(&server, "Alice").await;
    let voice: Vec<u8> = VOICES.iter().copied().cycle().take(8 * 16_000 * 2).collect();
    let path = |who: &str, more: &str| format!("/egress-audio?roomName=standup&participant={who}&sampleRate=16000{more}");
    let mut session = Value::Null;
    for (who, more) in [("lee", ""), ("kim", "&consent=emotion")] {
        let mut stream = Stream::open(&server, &path(who, more), Some(&key)).await.expect("it opens");
        session = stream.hear("opened").await["sessionId"].clone();
        stream.send(voice.clone()).await;
        stream.say(json!({ "type": "end" })).await;
        stream.hear("ended").await;
    }
    let reader = api_key(&server, None);
    let rooms: Value = server.get("/api/v1/rooms", &reader).await.json().await.expect("JSON");
    let room = rooms["items"][0]["roomId"].as_str().expect("an id").to_owned();
    let path = format!("/api/v1/rooms/{room}/sessions/{}/report", session.as_str().expect("an id"));
    let emotions = async || {
        let report: Value = server.get(&path, &reader).await.json().await.expect("JSON");
        report["emotions"].as_array().cloned().expect("a list")
    };
    until("some clips are judged", async || emotions().await.len() >= 4).await;
    let emotions = emotions().await;
    assert!(emotions.iter().all(|point| point["speaker"] == "kim"), "nothing of whom nobody said that they agreed: {emotions:?}");
    assert!(emotions.iter().all(|point| point["participantId"] == emotions[0]["participantId"]));
    assert!(emotions.windows(2).all(|two| two[0]["at"].as_str() < two[1]["at"].as_str()), "{emotions:?}");
    assert_eq!(server.get(&path, &account.access).await.status(), 404, "another's room");
}

#[tokio::test]
async fn two_tracks_of_a_room_land_in_one_session_and_a_mute_keeps_time() {
    let server = Server::start().await;
    let key = egress_key(&server);
    let path = |who: &str| format!("/api/v1/egress-audio?roomName=standup&participant={who}&trackId=a&sampleRate=8000");
    let mut kim = Stream::open(&server, &path("kim"), Some(&key)).await.expect("it opens");
    let mut lee = Stream::open(&server, &path("lee"), Some(&key)).await.expect("it opens");
    let session = kim.hear("opened").await["sessionId"].clone();
    assert_eq!(lee.hear("opened").await["sessionId"], session);
    kim.send(tone(8_000)).await;
    kim.say(json!({ "muted": true })).await;
    // A group of two seconds becomes whole by time alone.
    assert_eq!(kim.hear("flushed").await["samples"], 16_000);
    kim.say(json!({ "muted": false })).await;
    kim.say(json!({ "type": "end" })).await;
    let ended = kim.hear("ended").await["ms"].as_u64().expect("a length");
    assert!((2_000..20_000).contains(&ended), "{ended}");
    lee.send(tone(80)).await;
    // Gone without a word.
    drop(lee);
    until("both are written", async || files(&folder(&server, &session, "audio")).len() == 2).await;
    until("the last samples too", async || {
        let ends = log(&server, &session);
        ends.iter().any(|line| line["event"] == "ended" && line["participant"] == "lee" && line["samples"] == 80)
    })
    .await;
}

#[tokio::test]
async fn media_for_a_room_of_ours_lands_in_its_running_session() {
    let server = Server::start().await;
    let key = egress_key(&server);
    let room = server.open_room().await;
    let _host = crate::client::Client::host(&server, &room).await;
    let listed = server.get(&format!("/api/v1/rooms/{}/sessions", room.id), &room.guest_token).await;
    let listed: Value = listed.json().await.expect("JSON");
    for named in [&room.code, &room.id] {
        let path = format!("/egress-audio?roomName={named}&sampleRate=8000");
        let mut stream = Stream::open(&server, &path, Some(&key)).await.expect("it opens");
        assert_eq!(stream.hear("opened").await["sessionId"], listed["items"][0]["sessionId"]);
    }
}

#[tokio::test]
async fn r6_hostile_names_stay_in_the_sessions_folder() {
    let server = Server::start().await;
    let key = egress_key(&server);
    let evil = "..%2F..%2F..%2Fetc%2Fpasswd%00%0A";
    for (socket, more) in [("audio", "sampleRate=8000"), ("video", "codec=h264")] {
        let path = format!("/egress-{socket}?roomName={evil}&participant={evil}&trackId=-rf%20*&meetingId={evil}&{more}");
        let mut stream = Stream::open(&server, &path, Some(&key)).await.expect("it opens");
        let session = stream.hear("opened").await["sessionId"].clone();
        stream.send(vec![1; 200]).await;
        stream.say(json!({ "type": "end" })).await;
        stream.hear("ended").await;
        let names = files(&folder(&server, &session, socket));
        assert_eq!(names.len(), 1);
        assert!(
            names[0].chars().all(|c| c.is_ascii_alphanumeric() || "_-.".contains(c)) && !names[0].contains(".."),
            "{names:?}"
        );
    }
    assert_eq!(fs::read_dir(server.data_dir().join("sessions")).expect("a folder").count(), 1);
}

#[tokio::test]
async fn who_may_not_and_what_is_no_format_is_refused_before_the_upgrade() {
    let server = Server::start().await;
    let key = egress_key(&server);
    let reader = greenroom_ok(&server, &["api-keys", "create", "x", "--scope", "sessions:read"]);
    let room = server.open_room().await;
    let account = Account::new(&server, "Mallory").await;
    let audio = "/egress-audio?roomName=a";
    for (token, status) in [
        (None, 401),
        (Some("garbage"), 401),
        (Some("grk_garbage"), 401),
        (Some(room.host_token.as_str()), 401),
        (Some(account.access.as_str()), 401),
        (Some(reader.as_str()), 403),
    ] {
        for path in [audio, "/egress-video?roomName=a&codec=vp8"] {
            let refused = Stream::open(&server, path, token).await.err().map(|(status, _)| status);
            assert_eq!(refused, Some(status), "{path} with {token:?}");
        }
    }
    for (path, status) in [
        ("/egress-audio", 422),
        ("/egress-audio?roomName=", 422),
        ("/egress-audio?roomName=a&sampleRate=1000", 422),
        ("/egress-audio?roomName=a&sampleRate=96000", 422),
        ("/egress-audio?roomName=a&channels=3", 422),
        ("/egress-audio?roomName=a&groupSeconds=NaN", 422),
        ("/egress-audio?roomName=a&groupSeconds=1e300", 422),
        ("/egress-audio?roomName=a&normalise=x", 422),
        ("/egress-audio?roomName=a&consent=everything", 422),
        ("/egress-audio?roomName=a&roomName=b", 400),
        ("/egress-video?roomName=a", 422),
        ("/egress-video?roomName=a&codec=av1", 422),
        ("/egress-video?roomName=a&codec=vp8&width=70000", 422),
        ("/egress-else?roomName=a", 404),
    ] {
        let refused = Stream::open(&server, path, Some(&key)).await.err().map(|(status, _)| status);
        assert_eq!(refused, Some(status), "{path}");
    }
    let plain = server.request(Method::GET, "/api/v1/egress-audio").send().await.expect("an answer");
    assert_eq!(plain.status(), 426);
    assert_eq!(files(&server.data_dir().join("sessions")).len(), 0, "nothing was begun");
    assert!(!server.log().contains("panicked"));
}

#[tokio::test]
async fn a_key_of_an_account_reaches_its_own_rooms_only() {
    let server = Server::start().await;
    let (alice, bob) = (Account::new(&server, "Alice").await, Account::new(&server, "Bob").await);
    let mut sessions = Vec::new();
    let room = server.post_ok("/api/v1/rooms", Some(&alice.access), json!({})).await;
    for account in [&alice, &bob] {
        let made =
            server.post_ok("/api/v1/api-keys", Some(&account.access), json!({ "name": "e", "scopes": ["egress:write"] })).await;
        let key = made["key"].as_str().expect("a key").to_owned();
        for named in ["standup", room["roomCode"].as_str().expect("a code")] {
            let path = format!("/egress-audio?roomName={named}&sampleRate=8000");
            let mut stream = Stream::open(&server, &path, Some(&key)).await.expect("it opens");
            sessions.push(stream.hear("opened").await["sessionId"].as_str().expect("an id").to_owned());
        }
    }
    let different: std::collections::BTreeSet<_> = sessions.iter().collect();
    assert_eq!(different.len(), 4, "the same name is another room: {sessions:?}");
    let of_alice =
        server.get(&format!("/api/v1/rooms/{}/sessions", room["roomId"].as_str().expect("an id")), &alice.access).await;
    let listed: Value = of_alice.json().await.expect("JSON");
    let listed: Vec<_> = listed["items"].as_array().expect("a list").iter().map(|item| item["sessionId"].clone()).collect();
    assert_eq!(listed, [json!(sessions[1])]);
}

#[tokio::test]
async fn what_is_no_event_is_an_error_and_too_much_of_it_an_end() {
    let server = Server::start_with(&["--egress-frame-bytes", "20000"]).await;
    let key = egress_key(&server);
    let path = "/egress-audio?roomName=a&sampleRate=8000";
    let mut stream = Stream::open(&server, path, Some(&key)).await.expect("it opens");
    for bad in ["", "{", "[]", r#"{"type":"launch"}"#, r#"{"muted":1}"#, &"[".repeat(5_000)] {
        stream.send(Message::text(bad)).await;
        assert!(["bad_json", "unknown_type"].contains(&stream.hear("error").await["code"].as_str().expect("a code")));
    }
    stream.say(json!({ "type": "start" })).await;
    for _ in 0..40 {
        stream.send(Message::text("x")).await;
    }
    assert_eq!(stream.closed().await, Some(1008));
    let mut long = Stream::open(&server, path, Some(&key)).await.expect("it opens");
    long.send(vec![0; 20_001]).await;
    assert_eq!(long.closed().await, Some(1009));
    let (mut raw, answer) = Raw::upgrade_at(&server, path, "", &[&format!("Authorization: Bearer {key}")]).await;
    assert!(answer.starts_with("http/1.1 101"), "{answer}");
    raw.frame(1, &[0xff, 0xfe]).await;
    assert_eq!(raw.close_code().await, Some(1007));
}

#[tokio::test]
async fn a_stream_that_says_nothing_ends_unless_it_is_muted() {
    let server = Server::start_with(&["--egress-idle-seconds", "1"]).await;
    let key = egress_key(&server);
    let path = "/egress-audio?roomName=a&sampleRate=8000";
    let mut muted = Stream::open(&server, path, Some(&key)).await.expect("it opens");
    muted.say(json!({ "muted": true })).await;
    let mut idle = Stream::open(&server, path, Some(&key)).await.expect("it opens");
    assert_eq!(idle.hear("error").await["code"], "idle");
    assert_eq!(idle.closed().await, Some(1000));
    muted.say(json!({ "type": "ping" })).await;
    muted.hear("pong").await;
}

#[tokio::test]
async fn pictures_become_files_that_play_and_time_only_rises() {
    let server = Server::start().await;
    let key = egress_key(&server);
    let mut stream = Stream::open(&server, "/egress-video?roomName=a&codec=VP8&trackId=cam", Some(&key)).await.expect("it opens");
    let opened = stream.hear("opened").await;
    let keyframe = [0x10, 2, 0, 0x9d, 1, 0x2a, 0x40, 1, 0xb4, 0, 9, 9];
    for pts in [0, 40, 40, 20] {
        stream.say(json!({ "pts": pts })).await;
        stream.send(keyframe.to_vec()).await;
    }
    stream.send(Vec::new()).await;
    stream.say(json!({ "type": "end" })).await;
    assert_eq!(stream.hear("ended").await["frames"], 4);
    let path = folder(&server, &opened["sessionId"], "video").join(opened["file"].as_str().expect("a name"));
    let bytes = fs::read(&path).expect("a file");
    assert_eq!((&bytes[..4], &bytes[8..12], bytes[24]), (&b"DKIF"[..], &b"VP80"[..], 4));
    assert_eq!(&bytes[12..16], &[0x40, 1, 0xb4, 0], "the picture said its size");
    let times: Vec<u8> = (0..4).map(|n| bytes[32 + n * 24 + 4]).collect();
    assert_eq!(times, [0, 40, 41, 42]);

    let mut h264 = Stream::open(&server, "/egress-video?roomName=a&codec=h264", Some(&key)).await.expect("it opens");
    let opened = h264.hear("opened").await;
    h264.send(vec![0, 0, 0, 1, 0x67]).await;
    h264.send(vec![0x65, 1]).await;
    h264.say(json!({ "type": "end" })).await;
    h264.hear("ended").await;
    let name = opened["file"].as_str().expect("a name");
    assert!(name.ends_with(".h264"));
    assert_eq!(
        fs::read(folder(&server, &opened["sessionId"], "video").join(name)).expect("a file"),
        [0, 0, 0, 1, 0x67, 0, 0, 0, 1, 0x65, 1]
    );
}

#[tokio::test]
async fn r1_a_kill_in_the_middle_costs_the_group_that_was_gathered_and_files_are_mended() {
    let mut server = Server::start().await;
    let key = egress_key(&server);
    let mut audio =
        Stream::open(&server, "/egress-audio?roomName=a&sampleRate=8000&groupSeconds=0.5", Some(&key)).await.expect("it opens");
    let mut video =
        Stream::open(&server, "/egress-video?roomName=a&codec=vp9&width=64&height=64", Some(&key)).await.expect("it opens");
    let session = audio.hear("opened").await["sessionId"].clone();
    audio.send(tone(4_000 * 3 + 100)).await;
    for _ in 0..3 {
        audio.hear("flushed").await;
    }
    for _ in 0..5 {
        video.send(vec![7; 50]).await;
    }
    video.hear("opened").await;
    let ivf = folder(&server, &session, "video");
    let length = || files(&ivf).first().map_or(0, |name| fs::metadata(ivf.join(name)).map_or(0, |about| about.len()));
    until("the pictures are there", async || length() == 32 + 5 * 62).await;
    server.kill();
    let wav = folder(&server, &session, "audio");
    // Half a sample and half a picture, as a crash of the machine may leave them.
    for path in [wav.join(&files(&wav)[0]), ivf.join(&files(&ivf)[0])] {
        use std::io::Write;
        fs::OpenOptions::new().append(true).open(path).expect("a file").write_all(&[9]).expect("written");
    }
    server.run().await;
    assert_eq!(frames(&wav.join(&files(&wav)[0])), 12_000);
    let bytes = fs::read(ivf.join(&files(&ivf)[0])).expect("a file");
    assert_eq!((bytes[24], bytes.len()), (5, 32 + 5 * 62));
    let mended = log(&server, &session).into_iter().filter(|line| line["event"] == "mended_file").count();
    assert_eq!(mended, 2);
    let again = Stream::open(&server, "/egress-audio?roomName=a&sampleRate=8000", Some(&key)).await;
    assert_ne!(again.expect("it opens").hear("opened").await["sessionId"], session, "that one is over");
}

#[tokio::test]
async fn one_stream_too_many_is_refused_and_a_drain_ends_them_whole() {
    let mut server = Server::start_with(&["--egress-max-streams", "1"]).await;
    let key = egress_key(&server);
    let path = "/egress-audio?roomName=a&sampleRate=8000";
    let mut first = Stream::open(&server, path, Some(&key)).await.expect("it opens");
    let session = first.hear("opened").await["sessionId"].clone();
    assert_eq!(Stream::open(&server, path, Some(&key)).await.err(), Some((503, "full".to_owned())));
    first.send(tone(100)).await;
    server.signal("TERM");
    assert_eq!(first.hear("error").await["code"], "draining");
    assert_eq!(first.hear("ended").await["samples"], 100);
    assert_eq!(server.ends().await, Some(0));
    let wav = folder(&server, &session, "audio");
    assert_eq!(frames(&wav.join(&files(&wav)[0])), 100);
}
