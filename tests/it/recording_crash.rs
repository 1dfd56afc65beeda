//! A recording through the death of its server, again and again (R1): what is lost each time, and whether the report tells the truth about it.

use crate::{
    client::Client,
    media_client::{Leg, Way},
    server::{DEADLINE, Room, Server},
};
use serde_json::{Value, json};
use std::{
    collections::BTreeSet,
    fs,
    path::PathBuf,
    process::Command,
    time::{Duration, Instant, SystemTime},
};

const KILLS: usize = 20;
/// What a crash may take.
const LOST_AT_MOST: Duration = Duration::from_secs(2);
const WORD: Duration = Duration::from_millis(20);
/// Between what a clock here says and where the server puts it.
const TREMBLES_MS: u64 = 250;

/// Alice, who speaks a word each 20 ms from the beginning on, heard or not: a word's number says when it was.
pub struct Speaker {
    pub client: Client,
    copy: Option<Leg>,
    began: Instant,
    began_ms: u64,
    said: u32,
}

impl Speaker {
    pub async fn new(server: &Server, room: &Room) -> Self {
        let wall = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).expect("after 1970");
        let (began, began_ms) = (Instant::now(), wall.as_millis() as u64);
        Self { client: Client::host(server, room).await, copy: None, began, began_ms, said: 0 }
    }

    /// Takes what came, and says what is due.
    async fn step(&mut self) {
        for event in self.client.news().await {
            self.hear(&event).await;
        }
        let due = (self.began.elapsed().as_millis() / WORD.as_millis()) as u32;
        let Some(leg) = &mut self.copy else {
            self.said = due;
            return;
        };
        while self.said < due {
            self.said += 1;
            if leg.connected {
                leg.speak_numbered(self.said);
            }
        }
        leg.step();
    }

    /// The server wants a copy of her voice, or has one.
    async fn hear(&mut self, event: &Value) {
        match event["type"].as_str().unwrap_or_default() {
            "taps_updated" => {
                let wanted = event["taps"].as_array().into_iter().flatten().any(|tap| tap["participantId"] == self.client.id);
                if wanted && self.copy.is_none() && event["epoch"].is_u64() {
                    let mut leg = Leg::new(Way::Udp);
                    let sdp = leg.offer(1);
                    self.copy = Some(leg);
                    self.client.send(json!({ "type": "offer", "to": "sfu", "sdp": sdp, "epoch": event["epoch"] })).await;
                }
            }
            "answer_received" => {
                if let Some(leg) = &mut self.copy {
                    leg.answered(event["sdp"].as_str().unwrap_or_default());
                }
            }
            _ => {}
        }
    }

    pub async fn until(&mut self, what: &str, so: impl Fn(&Self) -> bool) {
        let end = Instant::now() + DEADLINE;
        while !so(self) {
            assert!(Instant::now() < end, "in time: {what}");
            self.step().await;
        }
    }

    pub async fn speaks_for(&mut self, time: Duration) {
        let end = Instant::now() + time;
        self.until("time goes on", |_| Instant::now() >= end).await;
    }

    pub async fn is_heard(&mut self) {
        self.until("her copy is connected", |speaker| speaker.copy.as_ref().is_some_and(|leg| leg.connected)).await;
    }

    /// When she said a word, milliseconds since 1970.
    fn said_at_ms(&self, word: u32) -> u64 {
        self.began_ms + u64::from(word) * WORD.as_millis() as u64
    }
}

struct Recorded {
    folder: PathBuf,
}

impl Recorded {
    /// The words that stand in its sound files: each payload ends with its number.
    fn words(&self) -> BTreeSet<u32> {
        let mut words = BTreeSet::new();
        for entry in fs::read_dir(&self.folder).expect("a folder").map(|entry| entry.expect("an entry").path()) {
            if entry.to_string_lossy().contains("-microphone-") {
                let bytes = fs::read(&entry).expect("a file");
                words.extend(bytes.windows(65).filter(|part| part[..60].iter().all(|byte| *byte == 0x78)).map(word));
            }
        }
        words
    }

    fn json(&self, name: &str) -> Value {
        serde_json::from_slice(&fs::read(self.folder.join(name)).expect("a file")).expect("JSON")
    }
}

fn word(part: &[u8]) -> u32 {
    u32::from_be_bytes([part[61], part[62], part[63], part[64]])
}

/// Some time between half a second and three, whatever it is.
fn sometime() -> Duration {
    Duration::from_millis(500 + (uuid::Uuid::new_v4().as_u128() % 2_500) as u64)
}

/// Milliseconds from the recording's beginning that the report says are missing, or that nobody was on.
fn gaps(track: &Value) -> Vec<(u64, u64)> {
    let gaps = track["gaps"].as_array().expect("gaps").iter();
    gaps.map(|gap| (gap["fromMs"].as_u64().expect("ms"), gap["toMs"].as_u64().expect("ms"))).collect()
}

/// Some minutes of a server that dies twenty times.
#[tokio::test]
async fn r1_killed_at_twenty_moments_it_loses_two_seconds_each_goes_on_and_says_so() {
    let mut server = Server::start_with(&["--no-recording-composite"]).await;
    let room = server.room(json!({ "waitingRoom": "off", "joinBeforeHost": true, "recording": "manual" })).await;
    let mut alice = Speaker::new(&server, &room).await;
    alice.client.do_ok(json!({ "type": "consent", "purposes": { "recording": true } })).await;
    let started = alice.client.do_ok(json!({ "type": "start_recording" })).await;
    let id = started["recordingId"].as_str().expect("an id").to_owned();
    let recorded = Recorded { folder: server.data_dir().join("recordings").join(&id) };

    for kill in 0..KILLS {
        alice.is_heard().await;
        let heard_since = alice.said;
        alice.speaks_for(Duration::from_secs(1) + sometime()).await;
        server.kill();
        let last = alice.said;
        let kept = recorded.words().range(heard_since..=last).next_back().copied();
        let lost = WORD * (last - kept.unwrap_or_else(|| panic!("nothing of the time before death {kill} is kept")));
        assert!(lost <= LOST_AT_MOST, "death {kill} took {lost:?}");
        alice.copy = None;
        server.run().await;
        assert_eq!(alice.client.resume(&server).await["ok"], true);
        let welcome = alice.client.hear("welcome").await;
        assert_eq!(welcome["room"]["recording"]["id"], json!(id), "the same recording goes on");
    }
    alice.is_heard().await;
    alice.speaks_for(Duration::from_secs(2)).await;
    alice.client.do_ok(json!({ "type": "stop_recording" })).await;
    alice.until("the report is there", |_| recorded.folder.join("report.json.jws").exists()).await;
    tells_the_truth(&recorded, &alice);
    let verified = Command::new(env!("CARGO_BIN_EXE_greenroom"))
        .arg("--data-dir")
        .arg(server.data_dir())
        .args(["recording", "verify"])
        .arg(&recorded.folder)
        .output()
        .expect("it runs");
    assert!(verified.status.success(), "{}", String::from_utf8_lossy(&verified.stdout));
}

/// What is in the files is not said to be missing, and what is missing is said to be.
fn tells_the_truth(recorded: &Recorded, alice: &Speaker) {
    let (report, manifest) = (recorded.json("report.json"), recorded.json("manifest.json"));
    assert_eq!(report["away"].as_array().map(Vec::len), Some(KILLS), "{report}");
    assert_eq!(report["complete"], false);
    let track = &report["people"][0]["tracks"].as_array().expect("tracks").iter().find(|track| track["source"] == "microphone");
    let track = track.expect("her voice");
    let gaps = gaps(track);
    let began_ms = time::OffsetDateTime::parse(
        manifest["startedAt"].as_str().expect("a time"),
        &time::format_description::well_known::Rfc3339,
    );
    let began_ms = (began_ms.expect("a time").unix_timestamp_nanos() / 1_000_000) as u64;
    let words = recorded.words();
    let (first, last) = (*words.first().expect("words"), *words.last().expect("words"));
    let stands_at = |word: u32| alice.said_at_ms(word).saturating_sub(began_ms);
    let inside = |at: u64, by: u64| gaps.iter().any(|(from, to)| (from + by..to.saturating_sub(by)).contains(&at));
    let near = |at: u64| gaps.iter().any(|(from, to)| (from.saturating_sub(TREMBLES_MS)..to + TREMBLES_MS).contains(&at));
    for word in first..=last {
        let at = stands_at(word);
        match words.contains(&word) {
            true => {
                assert!(!inside(at, TREMBLES_MS), "word {word} at {at} ms is there, and the report says that it is not: {gaps:?}")
            }
            false => assert!(near(at), "word {word} at {at} ms is missing, and the report does not say so: {gaps:?}"),
        }
    }
}
