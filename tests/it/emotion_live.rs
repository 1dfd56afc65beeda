//! A meeting that asks for it is listened to: those who agreed, for as long as they do.

use crate::{
    recording_crash::Speaker,
    server::{DEADLINE, Server},
};
use serde_json::json;
use std::time::{Duration, Instant};

/// Clips of live voices that were looked at so far, whatever was found in them.
async fn clips(server: &Server) -> f64 {
    let metrics = server.get("/metrics", "").await.text().await.expect("text");
    let counts = metrics.lines().filter(|line| line.starts_with("greenroom_emotion_clips_total{"));
    counts.filter_map(|line| line.rsplit(' ').next()?.parse::<f64>().ok()).sum()
}

#[tokio::test]
async fn who_agrees_is_listened_to_until_they_take_it_back() {
    let server = Server::start().await;
    let room = server.room(json!({ "waitingRoom": "off", "joinBeforeHost": true, "emotion": true })).await;
    let mut alice = Speaker::new(&server, &room).await;
    alice.client.do_ok(json!({ "type": "consent", "purposes": { "emotion": true } })).await;
    alice.is_heard().await;
    let end = Instant::now() + DEADLINE;
    while clips(&server).await == 0.0 {
        assert!(Instant::now() < end, "a clip is looked at in time");
        alice.speaks_for(Duration::from_millis(500)).await;
    }
    alice.client.do_ok(json!({ "type": "consent", "purposes": { "emotion": false } })).await;
    // What was with the model may still be counted.
    alice.speaks_for(Duration::from_secs(1)).await;
    let looked_at = clips(&server).await;
    alice.speaks_for(Duration::from_secs(4)).await;
    assert_eq!(clips(&server).await, looked_at, "nothing of her is looked at any more");
}
