//! Who publishes what, and the way of the media.

use crate::{client::Client, server::Server};
use serde_json::json;

#[tokio::test]
async fn a_screen_share_is_taken_over() {
    let server = Server::start().await;
    let room = server.open_room().await;
    let (mut alice, mut bob) = (Client::host(&server, &room).await, Client::guest(&server, &room, "Bob").await);
    alice.do_ok(json!({ "type": "update_state", "screenSharing": true })).await;
    bob.hear_that("her screen", |event| {
        event["participant"]["id"] == json!(alice.id) && event["participant"]["screenSharing"] == true
    })
    .await;
    bob.do_ok(json!({ "type": "update_state", "screenSharing": true })).await;
    let mine = alice.id.clone();
    alice
        .hear_that("the end of hers", |event| {
            event["participant"]["id"] == json!(mine) && event["participant"]["screenSharing"] == false
        })
        .await;
    alice
        .hear_that("his", |event| event["participant"]["id"] == json!(bob.id) && event["participant"]["screenSharing"] == true)
        .await;
}

#[tokio::test]
async fn members_get_fresh_relay_credentials() {
    let turn = ["--turn-urls", "turn:turn.example.org:3478", "--turn-secret", "north wind"];
    let server = Server::start_with(&turn).await;
    let room = server.open_room().await;
    let mut alice = Client::host(&server, &room).await;
    let reply = alice.do_ok(json!({ "type": "get_ice_servers" })).await;
    let relay = &reply["iceServers"][0];
    assert_eq!(relay["urls"][0], "turn:turn.example.org:3478");
    assert!(relay["username"].is_string() && relay["credential"].is_string(), "{relay}");
    let expires: i64 =
        relay["username"].as_str().and_then(|name| name.split(':').next()).and_then(|at| at.parse().ok()).expect("a time");
    let lives = expires - time::OffsetDateTime::now_utc().unix_timestamp();
    assert!((1..=600).contains(&lives), "{lives} s");
}

#[tokio::test]
async fn recording_is_the_hosts_where_the_room_allows_it_and_to_start_twice_is_to_start_once() {
    let server = Server::start().await;
    let room = server.open_room().await;
    let (mut alice, mut bob) = (Client::host(&server, &room).await, Client::guest(&server, &room, "Bob").await);
    let (start, stop) = (json!({ "type": "start_recording" }), json!({ "type": "stop_recording" }));
    alice.refused(start.clone(), "not_permitted").await;
    alice.do_ok(json!({ "type": "update_room", "settings": { "recording": "manual" } })).await;
    bob.refused(start.clone(), "not_permitted").await;
    alice.refused(stop.clone(), "not_recording").await;
    let first = alice.do_ok(start.clone()).await;
    let started = bob.hear("recording_started").await;
    assert_eq!(started["recording"]["id"], first["recordingId"]);
    assert_eq!(alice.do_ok(start).await["recordingId"], first["recordingId"]);
    alice.do_ok(stop).await;
    let stopped = bob.hear("recording_stopped").await;
    assert_eq!((&stopped["recordingId"], &stopped["reason"]), (&first["recordingId"], &json!("stopped")));
}

#[tokio::test]
async fn a_room_goes_over_to_the_server_and_its_receiving_side_is_offered() {
    let server = Server::start().await;
    let room = server.open_room().await;
    let (mut alice, mut bob) = (Client::host(&server, &room).await, Client::guest(&server, &room, "Bob").await);
    alice.do_ok(json!({ "type": "subscribe", "tracks": [] })).await;
    alice.do_ok(json!({ "type": "update_room", "settings": { "topology": "sfu" } })).await;
    let switching = bob.hear("topology_switching").await;
    assert_eq!((&switching["to"], &switching["reason"]), (&json!("sfu"), &json!("pinned")));
    let epoch = switching["epoch"].clone();
    let offer = bob.hear("offer_received").await;
    assert_eq!((&offer["from"], &offer["epoch"]), (&json!("sfu"), &epoch));
    assert!(offer["sdp"].as_str().is_some_and(|sdp| sdp.contains("a=candidate:") && sdp.contains("m=audio")), "{offer}");
    alice.do_ok(json!({ "type": "topology_ready", "epoch": epoch, "edges": [bob.id] })).await;
    bob.do_ok(json!({ "type": "topology_ready", "epoch": epoch, "edges": [alice.id] })).await;
    let switched = bob.hear("topology_switched").await;
    assert_eq!((&switched["mode"], &switched["epoch"]), (&json!("sfu"), &epoch));
}

#[tokio::test]
async fn telemetry_becomes_quality() {
    let server = Server::start().await;
    let room = server.open_room().await;
    let (mut alice, mut bob) = (Client::host(&server, &room).await, Client::guest(&server, &room, "Bob").await);
    let peer = json!({ "participantId": alice.id, "rttMs": 900, "lossUp": 0.3, "lossDown": 0.3, "jitterMs": 200, "bitrateUp": 20_000,
        "bitrateDown": 20_000, "relayed": false, "transport": "udp" });
    bob.do_ok(json!({ "type": "telemetry", "peers": [peer] })).await;
    let quality = alice
        .hear_that("his quality", |event| event["type"] == "quality_updated" && event["participantId"] == json!(bob.id))
        .await;
    assert_eq!((&quality["level"], quality.get("seq")), (&json!("poor"), None));
    assert!(quality["score"].as_f64().is_some_and(|score| (1.0..=5.0).contains(&score)), "{quality}");
}
