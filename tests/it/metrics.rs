//! What an operator sees after a short meeting.

use crate::{
    client::{Client, until},
    server::Server,
};
use serde_json::json;
use std::collections::BTreeSet;

const PAGE: &str = include_str!("../../docs/metrics.md");

/// Count from the first media connection, film and judged clip, for which this test would need a media engine.
const NEEDS_MEDIA: &[&str] =
    &["greenroom_media_connect_seconds", "greenroom_recording_composite_seconds", "greenroom_inference_seconds"];

/// The names in the first table of the page.
fn documented() -> BTreeSet<&'static str> {
    let rows = PAGE.lines().filter_map(|line| line.strip_prefix("| `"));
    rows.filter_map(|row| row.split('`').next()).collect()
}

pub async fn scraped(server: &Server) -> String {
    let answer = server.http.get(server.url("/metrics")).send().await.expect("an answer");
    answer.text().await.expect("text")
}

/// The value of a line that begins so.
pub fn value(text: &str, series: &str) -> f64 {
    let line = text.lines().find_map(|line| line.strip_prefix(series)).unwrap_or_else(|| panic!("{series} in:\n{text}"));
    line.trim().parse().unwrap_or_else(|error| panic!("{series}{line}: {error}"))
}

/// Bob knocks, is admitted, measures his call, loses his socket, comes back; somebody sends nonsense; the room goes over to the server.
async fn a_short_meeting(server: &Server) -> (Client, Client) {
    let room = server.room(json!({})).await;
    let mut alice = Client::host(server, &room).await;
    let mut bob = Client::knock(server, &room, "Bob").await;
    alice.do_ok(json!({ "type": "admit", "participantId": bob.id })).await;
    bob.hear("welcome").await;
    bob.chat("hello").await;
    let link = json!({ "participantId": alice.id, "rttMs": 40, "lossUp": 0.0, "lossDown": 0.01, "jitterMs": 4 });
    bob.do_ok(json!({ "type": "telemetry", "peers": [link] })).await;
    bob.cut();
    assert_eq!(bob.resume(server).await["replayed"], true);
    assert_eq!(bob.ask(json!({ "type": "dance" })).await["error"]["code"], "unknown_type");
    let mut stranger = Client::connect(server).await;
    assert_eq!(stranger.ask(json!({ "type": "hello", "token": "forged" })).await["error"]["code"], "token_invalid");
    assert_eq!(stranger.close_code().await, Some(4401));
    for _ in 0..25 {
        let wrong = json!({ "email": "nobody@example.org", "password": "wrong horse battery" });
        server.post("/api/v1/auth/login", None, wrong).await;
    }
    alice.do_ok(json!({ "type": "update_room", "settings": { "topology": "sfu" } })).await;
    alice.do_ok(json!({ "type": "topology_ready", "epoch": 2, "edges": [bob.id] })).await;
    bob.do_ok(json!({ "type": "topology_ready", "epoch": 2, "edges": [alice.id] })).await;
    bob.hear("topology_switched").await;
    (alice, bob)
}

#[tokio::test]
async fn every_documented_metric_is_there_and_counts_what_happened() {
    let server = Server::start().await;
    let _people = a_short_meeting(&server).await;
    until("the quality is counted", || async { scraped(&server).await.contains("greenroom_quality_score_count 1") }).await;
    let text = scraped(&server).await;
    let typed: BTreeSet<&str> = text.lines().filter_map(|line| line.strip_prefix("# TYPE ")?.split(' ').next()).collect();
    let missing: Vec<_> = documented().difference(&typed).copied().filter(|name| !NEEDS_MEDIA.contains(name)).collect();
    assert!(missing.is_empty(), "documented, but not there: {missing:?}\n{text}");
    let unknown: Vec<_> = typed.difference(&documented()).copied().collect();
    assert!(unknown.is_empty(), "there, but not documented: {unknown:?}");
    for (series, expected) in [
        ("greenroom_rooms ", 1.0),
        ("greenroom_participants ", 2.0),
        ("greenroom_waiting ", 0.0),
        ("greenroom_ready ", 1.0),
        ("greenroom_connections ", 2.0),
        ("greenroom_connects_total{outcome=\"opened\"} ", 4.0),
        ("greenroom_joins_total{outcome=\"joined\"} ", 1.0),
        ("greenroom_joins_total{outcome=\"waiting\"} ", 1.0),
        ("greenroom_joins_total{outcome=\"token_invalid\"} ", 1.0),
        ("greenroom_resumes_total{outcome=\"replayed\"} ", 1.0),
        ("greenroom_resumes_total{outcome=\"refused\"} ", 0.0),
        ("greenroom_bad_frames_total ", 1.0),
        ("greenroom_waiting_seconds_count ", 1.0),
        ("greenroom_command_seconds_count{type=\"admit\"} ", 1.0),
        ("greenroom_command_seconds_count{type=\"chat\"} ", 1.0),
        ("greenroom_queue_drops_total{queue=\"store\"} ", 0.0),
        ("greenroom_actor_restarts_total{actor=\"room\"} ", 0.0),
    ] {
        assert_eq!(value(&text, series), expected, "{series}");
    }
    assert!(value(&text, "greenroom_store_write_seconds_count ") >= value(&text, "greenroom_store_commit_seconds_count "));
}

#[tokio::test]
async fn a_fault_is_counted() {
    let server = Server::start().await;
    let (mut alice, mut bob) = a_short_meeting(&server).await;
    alice.send(json!({ "type": "simulate", "fault": "panic_room" })).await;
    until("the room was made again", || async {
        value(&scraped(&server).await, "greenroom_actor_restarts_total{actor=\"room\"} ") == 1.0
    })
    .await;
    while bob.ask(json!({ "type": "raise_hand" })).await["ok"] != true {
        tokio::task::yield_now().await;
    }
    bob.send(json!({ "type": "simulate", "fault": "refuse_resume" })).await;
    until("the token is dead", || async {
        value(&scraped(&server).await, "greenroom_command_seconds_count{type=\"simulate\"} ") >= 2.0
    })
    .await;
    bob.cut();
    assert_eq!(bob.resume(&server).await["ok"], false);
    assert_eq!(value(&scraped(&server).await, "greenroom_resumes_total{outcome=\"refused\"} "), 1.0);
}
