//! Recordings over REST: who sees which, and their files by links (R6). The rows and files are laid as a recording leaves them.

use crate::{
    client::Client,
    object_server::{KEY, ObjectServer, SECRET},
    people::{Account, api_key},
    problem::problem,
    server::{Room, Server},
};
use diesel::{Connection, RunQueryDsl, connection::SimpleConnection, sql_query, sqlite::SqliteConnection};
use reqwest::{Method, Response};
use serde_json::{Value, json};
use std::{fs, path::PathBuf};
use uuid::Uuid;

struct Recorded {
    server: Server,
    room: Room,
    id: String,
    /// Of Bob, who took part, and of somebody who only has the room's code.
    bob: String,
    outsider: String,
}

const FILM: &[u8] = b"0123456789 this is a film";

/// A meeting of Alice and Bob that was recorded and is over.
async fn recorded() -> Recorded {
    recorded_on(Server::start().await).await
}

async fn recorded_on(server: Server) -> Recorded {
    let room = server.open_room().await;
    let (mut alice, welcome) = Client::join(&server, &room.host_token).await;
    let bob = server.guest_token(&room, "Bob").await;
    let (_bob, _) = Client::join(&server, &bob).await;
    let session = welcome["session"]["sessionId"].as_str().or(welcome["sessionId"].as_str()).expect("a session").to_owned();
    alice.do_ok(json!({ "type": "end_session" })).await;
    let path = format!("/api/v1/rooms/{}/sessions/{session}/report", room.id);
    crate::client::until("the session is over", async || {
        let report: Value = server.get(&path, &room.host_token).await.json().await.expect("JSON");
        !report["endedAt"].is_null()
    })
    .await;
    let outsider = server.guest_token(&room, "Outside").await;
    let mut recorded = Recorded { server, room, id: String::new(), bob, outsider };
    recorded.id = recorded.lay(&session, "ready", 1_000_000);
    recorded
}

impl Recorded {
    fn database(&self) -> SqliteConnection {
        let path = self.server.data_dir().join("greenroom.db");
        let mut database = SqliteConnection::establish(&path.to_string_lossy()).expect("it opens");
        database.batch_execute("PRAGMA busy_timeout = 5000").expect("set");
        database
    }

    fn folder(&self, id: &str) -> PathBuf {
        self.server.data_dir().join("recordings").join(id)
    }

    /// A recording with a film, a track and a report.
    fn lay(&self, session: &str, state: &str, started_at: i64) -> String {
        let id = Uuid::now_v7().to_string();
        let folder = self.folder(&id);
        fs::create_dir_all(&folder).expect("made");
        let mut database = self.database();
        let tenant = Uuid::from_u128(1);
        let room = &self.room.id;
        sql_query(format!(
            "INSERT INTO recordings (id, tenant_id, room_id, session_id, started_at, ended_at, state, duration_ms, bytes) \
             VALUES ('{id}', '{tenant}', '{room}', '{session}', {started_at}, {started_at} + 60000, '{state}', 60000, 25)"
        ))
        .execute(&mut database)
        .expect("a recording");
        let files = [
            ("composite", "composite.mp4", "video/mp4", FILM),
            ("track", "x-microphone-0001.webm", "audio/webm", b"a voice".as_slice()),
            ("report", "report.json", "application/json", b"{\"complete\":true}".as_slice()),
        ];
        for (kind, name, mime, bytes) in files {
            fs::write(folder.join(name), bytes).expect("written");
            let (file, length) = (Uuid::now_v7(), bytes.len());
            sql_query(format!(
                "INSERT INTO recording_files (id, recording_id, kind, name, mime, bytes, tier, location, created_at) \
                 VALUES ('{file}', '{id}', '{kind}', '{name}', '{mime}', {length}, 'local', '{id}/{name}', 1)"
            ))
            .execute(&mut database)
            .expect("a file");
        }
        let details = json!({
            "speakers": [{ "atMs": 0, "participantId": Uuid::nil(), "displayName": "Alice" }],
            "chapters": [{ "atMs": 0, "title": "Beginning", "kind": "beginning" }],
            "people": [{ "id": Uuid::nil(), "displayName": "Alice" }]
        });
        fs::write(folder.join("details.json"), details.to_string()).expect("written");
        id
    }

    fn path(&self) -> String {
        format!("/api/v1/rooms/{}/recordings", self.room.id)
    }

    fn one(&self) -> String {
        format!("{}/{}", self.path(), self.id)
    }

    async fn see(&self, token: &str) -> Value {
        let answer = self.server.get(&self.one(), token).await;
        assert_eq!(answer.status(), 200);
        answer.json().await.expect("JSON")
    }

    async fn fetch(&self, url: &str, range: Option<&str>) -> Response {
        let request = self.server.request(Method::GET, url);
        let request = match range {
            Some(range) => request.header("range", range),
            None => request,
        };
        request.send().await.expect("an answer")
    }

    async fn delete(&self, token: &str) -> Response {
        self.server.request(Method::DELETE, &self.one()).bearer_auth(token).send().await.expect("an answer")
    }

    async fn audited(&self, action: &str) -> usize {
        let key = api_key(&self.server, None);
        let log: Value = self.server.get(&format!("/api/v1/audit?action={action}"), &key).await.json().await.expect("JSON");
        log["items"].as_array().expect("items").len()
    }
}

fn header<'a>(answer: &'a Response, name: &str) -> &'a str {
    answer.headers().get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
}

#[tokio::test]
async fn hosts_and_keys_see_all_of_a_recording_and_who_took_part_sees_the_film() {
    let recorded = recorded().await;
    let key = api_key(&recorded.server, None);
    for token in [recorded.room.guest_token.as_str(), key.as_str()] {
        let seen = recorded.see(token).await;
        assert_eq!(
            (&seen["state"], &seen["durationMs"], &seen["recordingId"]),
            (&json!("ready"), &json!(60_000), &json!(recorded.id))
        );
        assert_eq!(seen["files"].as_array().expect("files").len(), 3);
        assert_eq!((&seen["people"][0]["displayName"], &seen["chapters"][0]["title"]), (&json!("Alice"), &json!("Beginning")));
        assert!(seen["expiresAt"].is_string() && seen["reportUrl"].is_string());
    }
    let bobs = recorded.see(&recorded.bob).await;
    let kinds: Vec<_> = bobs["files"].as_array().expect("files").iter().map(|file| file["kind"].clone()).collect();
    assert_eq!(kinds, ["composite", "report"]);
    // Who was not there sees an empty list, and nothing by its id.
    let list: Value = recorded.server.get(&recorded.path(), &recorded.outsider).await.json().await.expect("JSON");
    assert_eq!(list["items"], json!([]));
    problem(recorded.server.get(&recorded.one(), &recorded.outsider).await, 404, "not_found").await;
    let account = Account::new(&recorded.server, "Mallory").await;
    problem(recorded.server.get(&recorded.one(), &account.access).await, 404, "not_found").await;
    problem(recorded.delete(&recorded.bob).await, 404, "not_found").await;
    let anonymous = recorded.fetch(&recorded.one(), None).await;
    problem(anonymous, 401, "unauthorized").await;
}

#[tokio::test]
async fn recordings_are_listed_newest_first_by_pages() {
    let recorded = recorded().await;
    let session = recorded.see(&recorded.room.guest_token).await["sessionId"].as_str().expect("a session").to_owned();
    for n in 2..=3 {
        recorded.lay(&session, if n == 3 { "processing" } else { "failed" }, n * 1_000_000);
    }
    let mut seen = Vec::new();
    let mut cursor = String::new();
    loop {
        let path = format!("{}?limit=2{cursor}", recorded.path());
        let page: Value = recorded.server.get(&path, &recorded.room.guest_token).await.json().await.expect("JSON");
        seen.extend(page["items"].as_array().expect("items").iter().map(|item| item["state"].as_str().unwrap_or("").to_owned()));
        let Some(next) = page["nextCursor"].as_str() else { break };
        cursor = format!("&cursor={next}");
    }
    assert_eq!(&seen[1..], ["failed", "ready"]);
    assert_eq!(seen.len(), 3);
}

#[tokio::test]
async fn r6_a_link_gives_out_one_file_in_parts_and_never_a_page() {
    let recorded = recorded().await;
    let url = recorded.see(&recorded.bob).await["url"].as_str().expect("a link").to_owned();
    let whole = recorded.fetch(&url, None).await;
    assert_eq!(whole.status(), 200);
    assert_eq!(header(&whole, "content-disposition"), "attachment; filename=\"composite.mp4\"");
    assert_eq!(
        (header(&whole, "content-type"), header(&whole, "x-content-type-options")),
        ("application/octet-stream", "nosniff")
    );
    assert_eq!((header(&whole, "accept-ranges"), header(&whole, "content-length")), ("bytes", FILM.len().to_string().as_str()));
    assert!(whole.bytes().await.expect("bytes") == FILM);
    let player = recorded.fetch(&format!("{url}&inline=1"), Some("bytes=3-6")).await;
    assert_eq!(player.status(), 206);
    assert_eq!(
        (header(&player, "content-type"), header(&player, "content-range")),
        ("video/mp4", format!("bytes 3-6/{}", FILM.len()).as_str())
    );
    assert_eq!((header(&player, "content-disposition"), header(&player, "x-content-type-options")), ("inline", "nosniff"));
    assert!(header(&player, "content-security-policy").contains("sandbox"));
    assert!(player.bytes().await.expect("bytes") == FILM[3..=6]);
    let end = recorded.fetch(&url, Some("bytes=-4")).await;
    assert!(end.bytes().await.expect("bytes") == FILM[FILM.len() - 4..]);
    let beyond = recorded.fetch(&url, Some("bytes=5000-")).await;
    assert_eq!(header(&beyond, "content-range"), format!("bytes */{}", FILM.len()));
    problem(beyond, 416, "no_such_range").await;
    assert_eq!(
        (recorded.audited("recording.downloaded").await, recorded.audited("recording.played").await),
        (1, 1),
        "an access each"
    );

    // The link is of this file alone.
    let (path, token) = url.split_once('?').expect("a query");
    let elsewhere = recorded.see(&recorded.room.guest_token).await;
    let other = elsewhere["files"].as_array().expect("files").iter().find(|file| file["kind"] == "track").expect("a track");
    let others = other["url"].as_str().and_then(|url| url.split('?').next()).expect("a path");
    problem(recorded.fetch(&format!("{others}?{token}"), None).await, 404, "not_found").await;
    problem(recorded.fetch(path, None).await, 401, "unauthorized").await;
    problem(recorded.fetch(&format!("{url}x"), None).await, 401, "unauthorized").await;
    problem(recorded.fetch(&format!("{path}?token={}", recorded.room.host_token), None).await, 401, "unauthorized").await;
    for hostile in ["..%2f..%2fgreenroom.db", "%2e%2e", "composite.mp4", "x'%20OR%201"] {
        let path = format!("{}/files/{hostile}?{token}", recorded.one());
        assert_eq!(recorded.fetch(&path, None).await.status(), 404, "{hostile}");
        let path = format!("{}/{hostile}", recorded.path());
        let status = recorded.server.get(&path, &recorded.room.guest_token).await.status();
        assert!(status == 404, "{hostile}: {status}");
    }
    // What the store's row says is never a path out of the recordings.
    sql_query("UPDATE recording_files SET location = '../../data/greenroom.db' WHERE kind = 'composite'")
        .execute(&mut recorded.database())
        .expect("changed");
    let out = recorded.fetch(&url, None).await;
    assert!(!out.status().is_success(), "{}", out.status());
}

#[tokio::test]
async fn what_lies_in_a_store_is_fetched_there_and_played_through_the_server() {
    let store = ObjectServer::start().await;
    let endpoint = store.endpoint();
    let options = [
        ["--recording-store-url", "s3://bucket/kept"],
        ["--recording-store-endpoint", &endpoint],
        ["--recording-store-key", KEY],
        ["--recording-store-secret", SECRET],
    ];
    let recorded = recorded_on(Server::start_with(&options.concat()).await).await;
    // As it lies after it was carried there.
    let film = format!("bucket/kept/{}/composite.mp4", recorded.id);
    store.put(&film, FILM);
    fs::remove_file(recorded.folder(&recorded.id).join("composite.mp4")).expect("removed");
    let sql = "UPDATE recording_files SET tier = 'store' WHERE kind = 'composite'";
    sql_query(sql).execute(&mut recorded.database()).expect("changed");
    let url = recorded.see(&recorded.bob).await["url"].as_str().expect("a link").to_owned();
    let whole = recorded.fetch(&url, None).await;
    assert_eq!(
        (whole.url().host_str(), whole.url().port()),
        (Some("127.0.0.1"), endpoint.rsplit(':').next().and_then(|port| port.parse().ok()))
    );
    assert!(whole.bytes().await.expect("bytes") == FILM, "from the store itself");
    let player = recorded.fetch(&format!("{url}&inline=1"), Some("bytes=3-6")).await;
    assert_eq!((player.status().as_u16(), header(&player, "content-type")), (206, "video/mp4"));
    assert!(player.url().as_str().starts_with(&recorded.server.url("/")) && player.bytes().await.expect("bytes") == FILM[3..=6]);
    // R2: away for a moment, it is said so, and the server goes on.
    store.set_away(true);
    problem(recorded.fetch(&format!("{url}&inline=1"), None).await, 503, "storage_unavailable").await;
    store.set_away(false);
    assert_eq!(recorded.delete(&recorded.room.guest_token).await.status(), 204);
    crate::client::until("it is gone from the store", async || store.object(&film).is_none()).await;
    assert!(!recorded.server.log().contains(SECRET), "the store's secret is in no log");
}

#[tokio::test]
async fn a_removed_recording_is_gone_with_its_files_and_links() {
    let recorded = recorded().await;
    let url = recorded.see(&recorded.bob).await["url"].as_str().expect("a link").to_owned();
    assert_eq!(recorded.delete(&recorded.room.guest_token).await.status(), 204);
    problem(recorded.fetch(&url, None).await, 404, "not_found").await;
    problem(recorded.delete(&recorded.room.guest_token).await, 404, "not_found").await;
    crate::client::until("the files are gone", async || !recorded.folder(&recorded.id).exists()).await;
    assert_eq!(recorded.audited("recording.deleted").await, 1);
}

#[tokio::test]
async fn by_a_room_name_one_needs_a_name_and_a_room_and_a_meeting() {
    let server = Server::start().await;
    let room = server.open_room().await;
    let key = api_key(&server, None);
    let get = async |path: &str| server.get(path, &key).await;
    for what in ["start", "stop"] {
        problem(get(&format!("/api/record/{what}")).await, 403, "room_name_needed").await;
        problem(get(&format!("/api/record/{what}?roomName=%20")).await, 403, "room_name_needed").await;
        problem(get(&format!("/api/record/{what}?roomName=Nowhere")).await, 404, "not_found").await;
        let anonymous = server.http.get(server.url(&format!("/api/record/{what}?roomName={}", room.code))).send().await;
        problem(anonymous.expect("an answer"), 401, "unauthorized").await;
    }
    problem(get(&format!("/api/record/stop?roomName={}", room.code)).await, 404, "not_found").await;
    let nobody_there = server.post(&format!("/api/v1/rooms/{}/recordings", room.id), Some(&key), json!({})).await;
    assert_eq!(nobody_there.status(), 409);
}

#[tokio::test]
async fn a_host_starts_and_stops_by_rest_and_by_name_and_twice_is_once() {
    let server = Server::start().await;
    let room = server.room(json!({ "waitingRoom": "off", "joinBeforeHost": true, "recording": "manual" })).await;
    let mut alice = Client::host(&server, &room).await;
    let path = format!("/api/v1/rooms/{}/recordings", room.id);
    let guest = server.guest_token(&room, "Bob").await;
    problem(server.post(&path, Some(&guest), json!({})).await, 404, "not_found").await;
    let first = server.post(&path, Some(&room.guest_token), json!({})).await;
    assert_eq!(first.status(), 201);
    let first: Value = first.json().await.expect("JSON");
    alice.hear("recording_started").await;
    let again = server.post(&path, Some(&room.guest_token), json!({})).await;
    assert_eq!(again.status(), 200);
    let again: Value = again.json().await.expect("JSON");
    assert_eq!(again["recordingId"], first["recordingId"]);
    let by_name = |what: &str| format!("/api/record/{what}?roomName={}", room.code);
    problem(server.get(&by_name("start"), &room.guest_token).await, 409, "already_recording").await;
    let one = format!("{path}/{}", first["recordingId"].as_str().expect("an id"));
    let state = async || {
        let seen: Value = server.get(&one, &room.guest_token).await.json().await.expect("JSON");
        seen["state"].as_str().unwrap_or_default().to_owned()
    };
    crate::client::until("it is listed as running", async || state().await == "recording").await;
    assert_eq!(server.get(&by_name("stop"), &room.guest_token).await.status(), 200);
    alice.hear("recording_stopped").await;
    problem(server.get(&by_name("stop"), &room.guest_token).await, 404, "not_found").await;
    // Nobody agreed to anything, so there is nothing in it.
    crate::client::until("it is finished", async || state().await == "failed").await;
    let second = server.get(&by_name("start"), &room.guest_token).await;
    assert_eq!(second.status(), 200);
    let second: Value = second.json().await.expect("JSON");
    assert_ne!(second["recordingId"], first["recordingId"]);
    let two = format!("{path}/{}", second["recordingId"].as_str().expect("an id"));
    let stopped = server.request(Method::DELETE, &two).bearer_auth(&room.guest_token).send().await.expect("an answer");
    assert_eq!(stopped.status(), 202);
}
