//! Backups that browsers bring of their own tracks.

use crate::{
    client::Client,
    people::Account,
    problem::{invalid, problem},
    server::{Room, Server},
};
use reqwest::{Method, RequestBuilder, Response};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::{fs, path::PathBuf};

const CHUNK: usize = 16 * 1024;
const RECORDING: &str = "01890000-0000-7000-8000-00000000000a";

struct Recorded {
    server: Server,
    room: Room,
    alice: Client,
    token: String,
}

/// Alice is in a room whose session has a recording, and has answered as said. The manifest is what a recording of that session writes.
async fn recorded(granted: bool) -> Recorded {
    let server = Server::start_with(&["--backup-max-bytes", "100000", "--backups-per-person", "3"]).await;
    let room = server.open_room().await;
    let token = server.guest_token(&room, "Alice").await;
    let (mut alice, _) = Client::join(&server, &token).await;
    alice.do_ok(json!({ "type": "consent", "purposes": { "recording": granted } })).await;
    let listed: Value =
        server.get(&format!("/api/v1/rooms/{}/sessions", room.id), &room.guest_token).await.json().await.expect("JSON");
    let recorded = Recorded { server, room, alice, token };
    let answer = if granted { "granted" } else { "refused" };
    recorded.write_manifest(&listed["items"][0]["sessionId"], answer, Value::Null);
    recorded
}

impl Recorded {
    fn folder(&self) -> PathBuf {
        self.server.data_dir().join("recordings").join(RECORDING)
    }

    fn write_manifest(&self, session: &Value, answer: &str, ended: Value) {
        let person = json!({
            "id": self.alice.id, "displayName": "Alice",
            "consents": [{ "atMs": 0, "consents": { "recording": answer } }],
        });
        let gap = json!({ "fromMs": 1_000, "toMs": 3_000, "reason": "restart" });
        let ledger = json!({
            "firstMs": 0, "endMs": 60_000, "frames": 1, "bytes": 1, "packetsLost": 0, "packetsLate": 0, "packetsDropped": 0,
            "picturesDropped": 0, "silenceMs": 0, "driftPpm": null, "gaps": [gap], "gapsUnlisted": 0,
        });
        let track = json!({ "participant": self.alice.id, "source": "microphone", "segments": [], "ledgers": [ledger] });
        let manifest = json!({
            "recordingId": RECORDING, "tenantId": "00000000-0000-0000-0000-000000000001", "roomId": self.room.id, "roomCode": self.room.code,
            "roomName": "", "sessionId": session, "startedAt": "2026-01-01T00:00:00Z", "endedAt": ended,
            "writtenAt": "2026-01-01T00:01:00Z", "people": [person], "tracks": [track],
        });
        fs::create_dir_all(self.folder()).expect("a folder");
        fs::write(self.folder().join("manifest.json"), manifest.to_string()).expect("written");
    }

    fn manifest(&self) -> Value {
        serde_json::from_slice(&fs::read(self.folder().join("manifest.json")).expect("a file")).expect("JSON")
    }

    fn path(&self, more: &str) -> String {
        format!("/api/v1/rooms/{}/recordings/{RECORDING}/backups{more}", self.room.id)
    }

    async fn create(&self, token: &str, body: Value) -> Response {
        self.server.post(&self.path(""), Some(token), body).await
    }

    async fn begin(&self) -> String {
        let answer = self.create(&self.token, wish()).await;
        assert_eq!(answer.status(), 201);
        let view: Value = answer.json().await.expect("JSON");
        assert_eq!(view["nextChunk"], 0);
        view["backupId"].as_str().expect("an id").to_owned()
    }

    fn request(&self, id: &str, number: u32, bytes: &[u8], token: &str) -> RequestBuilder {
        let hash: String = Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect();
        self.server
            .request(Method::PUT, &self.path(&format!("/{id}/chunks/{number}")))
            .bearer_auth(token)
            .header("x-chunk-sha256", hash)
            .header("x-chunk-from-ms", (number * 1_000).to_string())
            .header("x-chunk-to-ms", (number * 1_000 + 1_000).to_string())
            .body(bytes.to_vec())
    }

    async fn put(&self, id: &str, number: u32, bytes: &[u8]) -> Response {
        self.request(id, number, bytes, &self.token).send().await.expect("an answer")
    }

    async fn read(&self, id: &str) -> Value {
        self.server.get(&self.path(&format!("/{id}")), &self.token).await.json().await.expect("JSON")
    }

    async fn complete(&self, id: &str, chunks: u32) -> Response {
        self.server.post(&self.path(&format!("/{id}/complete")), Some(&self.token), json!({ "chunks": chunks })).await
    }
}

fn wish() -> Value {
    json!({ "source": "microphone", "mime": "audio/webm;codecs=opus", "chunkBytes": CHUNK, "startedAtMs": 500 })
}

fn file() -> Vec<u8> {
    let mut file: Vec<u8> = (0..2 * CHUNK + 700).map(|n| (n % 251) as u8).collect();
    file[..4].copy_from_slice(&[0x1a, 0x45, 0xdf, 0xa3]);
    file
}

#[tokio::test]
async fn a_backup_is_resumed_after_a_restart_completed_and_fills_the_servers_gap() {
    let mut recorded = recorded(true).await;
    let id = recorded.begin().await;
    let file = file();
    let chunks: Vec<&[u8]> = file.chunks(CHUNK).collect();
    assert_eq!(recorded.put(&id, 1, chunks[1]).await.status(), 200);
    problem(recorded.complete(&id, 3).await, 409, "chunks_missing").await;
    // Killed in the middle; the session is over for Alice, the backup is not.
    let session = recorded.manifest()["sessionId"].clone();
    recorded.server.kill();
    recorded.server.run().await;
    recorded.write_manifest(&session, "granted", json!("2026-01-01T00:01:00Z"));
    let view = recorded.read(&id).await;
    assert_eq!((&view["chunks"], &view["nextChunk"], &view["complete"]), (&json!([1]), &json!(0), &json!(false)));
    for (number, kept) in [(0, true), (1, false), (2, true), (2, false)] {
        let answer: Value = recorded.put(&id, number, chunks[number as usize]).await.json().await.expect("JSON");
        assert_eq!((&answer["chunk"], &answer["kept"]), (&json!(number), &json!(kept)));
    }
    for _ in 0..2 {
        let answer = recorded.complete(&id, 3).await;
        assert_eq!(answer.status(), 200);
        let view: Value = answer.json().await.expect("JSON");
        assert_eq!((&view["complete"], &view["bytes"]), (&json!(true), &json!(file.len())));
    }
    let backups = recorded.manifest()["tracks"][0]["backups"].clone();
    assert_eq!((&backups[0]["atMs"], &backups[0]["coversMs"]), (&json!(500), &json!(2_000)), "{backups}");
    let name = backups[0]["file"].as_str().expect("a name");
    assert!(name.starts_with(&format!("backup/{}-microphone-", recorded.alice.id)), "{name}");
    assert_eq!(fs::read(recorded.folder().join(name)).expect("a file"), file);
}

#[tokio::test]
async fn backups_that_are_completed_at_the_same_moment_are_all_listed() {
    let recorded = recorded(true).await;
    let mut ids = Vec::new();
    // As many as one person may have.
    for _ in 0..3 {
        let id = recorded.begin().await;
        assert_eq!(recorded.put(&id, 0, &file()[..CHUNK]).await.status(), 200);
        ids.push(id);
    }
    recorded.write_manifest(&recorded.manifest()["sessionId"], "granted", json!("2026-01-01T00:01:00Z"));
    let answers = futures_util::future::join_all(ids.iter().map(|id| recorded.complete(id, 1))).await;
    assert!(answers.iter().all(|answer| answer.status() == 200), "{answers:?}");
    let listed = recorded.manifest()["tracks"][0]["backups"].as_array().map(Vec::len);
    assert_eq!(listed, Some(ids.len()));
}

#[tokio::test]
async fn d4_lying_lengths_and_hashes_are_refused() {
    let recorded = recorded(true).await;
    let id = recorded.begin().await;
    let chunk = &file()[..CHUNK];
    problem(recorded.put(&id, 0, &[1; CHUNK + 1]).await, 413, "too_large").await;
    problem(recorded.put(&id, 50, &[1; CHUNK]).await, 413, "too_large").await;
    invalid(recorded.put(&id, 0, &[]).await, "body").await;
    let wrong = recorded.request(&id, 0, chunk, &recorded.token).body(vec![2; CHUNK]);
    invalid(wrong.send().await.expect("an answer"), "X-Chunk-Sha256").await;
    for (header, value) in [("x-chunk-sha256", "abc"), ("x-chunk-from-ms", "-1"), ("x-chunk-to-ms", "99999999999999999999")] {
        let request =
            recorded.server.request(Method::PUT, &recorded.path(&format!("/{id}/chunks/0"))).bearer_auth(&recorded.token);
        let good = [("x-chunk-sha256", "0".repeat(64)), ("x-chunk-from-ms", "0".to_owned()), ("x-chunk-to-ms", "1".to_owned())];
        let request = good
            .into_iter()
            .fold(request, |request, (name, good)| request.header(name, if name == header { value.to_owned() } else { good }));
        assert_eq!(request.body("x").send().await.expect("an answer").status(), 422, "{header}");
    }
    assert_eq!(recorded.put(&id, 0, chunk).await.status(), 200);
    problem(recorded.put(&id, 0, &[3; CHUNK]).await, 409, "chunk_differs").await;
    for (number, status) in [("4294967296", 404), ("-1", 404), ("x", 404), ("..%2F..%2Fx", 404)] {
        let path = recorded.path(&format!("/{id}/chunks/{number}"));
        let answer = recorded.server.request(Method::PUT, &path).bearer_auth(&recorded.token).body("x").send().await;
        assert_eq!(answer.expect("an answer").status(), status, "{number}");
    }
    for body in [
        json!({ "source": "microphone", "mime": "text/html", "chunkBytes": CHUNK, "startedAtMs": 0 }),
        json!({ "source": "microphone", "mime": "audio/webm", "chunkBytes": 1, "startedAtMs": 0 }),
        json!({ "source": "microphone", "mime": "audio/webm", "chunkBytes": 1_u64 << 40, "startedAtMs": 0 }),
        json!({ "source": "../x", "mime": "audio/webm", "chunkBytes": CHUNK, "startedAtMs": 0 }),
        json!({}),
    ] {
        assert_eq!(recorded.create(&recorded.token, body.clone()).await.status(), 422, "{body}");
    }
    for _ in 0..2 {
        recorded.begin().await;
    }
    problem(recorded.create(&recorded.token, wish()).await, 409, "too_many_backups").await;
    let script = recorded.read(&id).await;
    assert_eq!(script["chunks"], json!([0]));
}

#[tokio::test]
async fn r5_only_who_agreed_brings_one_and_who_takes_it_back_no_more() {
    let refused = recorded(false).await;
    problem(refused.create(&refused.token, wish()).await, 403, "no_consent").await;

    let mut recorded = recorded(true).await;
    let id = recorded.begin().await;
    let file = file();
    assert_eq!(recorded.put(&id, 0, &file[..CHUNK]).await.status(), 200);
    recorded.alice.do_ok(json!({ "type": "consent", "purposes": { "recording": false } })).await;
    problem(recorded.put(&id, 1, &file[CHUNK..2 * CHUNK]).await, 403, "no_consent").await;
    problem(recorded.complete(&id, 1).await, 403, "no_consent").await;
    problem(recorded.create(&recorded.token, wish()).await, 403, "no_consent").await;
    assert_eq!(recorded.read(&id).await["chunks"], json!([0]));
    assert!(!recorded.folder().join("backup").exists());
}

#[tokio::test]
async fn i4_a_backup_is_its_senders_own() {
    let recorded = recorded(true).await;
    let id = recorded.begin().await;
    let chunk = &file()[..CHUNK];
    let bob = recorded.server.guest_token(&recorded.room, "Bob").await;
    let other = recorded.server.open_room().await;
    let account = Account::new(&recorded.server, "Mallory").await;
    for (token, status) in
        [(bob.as_str(), 403), (other.host_token.as_str(), 404), (account.access.as_str(), 403), ("garbage", 401)]
    {
        let put = recorded.request(&id, 0, chunk, token).send().await.expect("an answer");
        assert_eq!(put.status(), status, "{token}");
        assert_eq!(recorded.create(token, wish()).await.status(), status, "{token}");
    }
    // Even a member of the recording reaches no backup of another's.
    let (mut inside, _) = Client::join(&recorded.server, &bob).await;
    inside.do_ok(json!({ "type": "consent", "purposes": { "recording": true } })).await;
    problem(recorded.request(&id, 0, chunk, &bob).send().await.expect("an answer"), 404, "not_found").await;
    problem(recorded.server.get(&recorded.path(&format!("/{id}")), &bob).await, 404, "not_found").await;
    let elsewhere = recorded.path("").replace(RECORDING, "01890000-0000-7000-8000-00000000000b");
    problem(recorded.server.post(&elsewhere, Some(&recorded.token), wish()).await, 404, "not_found").await;
    let nowhere = recorded.path("").replace(RECORDING, "..%2F..");
    assert_eq!(recorded.server.post(&nowhere, Some(&recorded.token), wish()).await.status(), 404);
}
