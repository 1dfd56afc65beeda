//! The sound of a recording as WAV: of who agrees, for as long as they do.

use crate::{recording_crash::Speaker, server::Server};
use serde_json::json;
use std::{fs, path::Path, time::Duration};

/// Frames of all WAV files there, by their own heads, which must be true.
fn frames(folder: &Path) -> u64 {
    let Ok(entries) = fs::read_dir(folder.join("audio")) else { return 0 };
    entries
        .map(|entry| {
            let bytes = fs::read(entry.expect("an entry").path()).expect("a file");
            // One that is just being made has no head yet.
            if bytes.len() < 44 {
                return 0;
            }
            let data = u32::from_le_bytes(bytes[40..44].try_into().expect("four"));
            assert!(bytes.len() as u64 >= 44 + u64::from(data), "no head says more than there is");
            u64::from(data) / 2
        })
        .sum()
}

#[tokio::test]
async fn r5_the_voice_of_who_agrees_is_written_and_of_who_takes_it_back_no_more() {
    let server = Server::start_with(&["--no-recording-composite", "--recording-wav"]).await;
    let room = server.room(json!({ "waitingRoom": "off", "joinBeforeHost": true, "recording": "manual" })).await;
    let mut alice = Speaker::new(&server, &room).await;
    alice.client.do_ok(json!({ "type": "consent", "purposes": { "recording": true } })).await;
    let started = alice.client.do_ok(json!({ "type": "start_recording" })).await;
    let folder = server.data_dir().join("recordings").join(started["recordingId"].as_str().expect("an id"));
    alice.is_heard().await;
    alice.until("two groups are written", |_| frames(&folder) >= 4 * 48_000).await;
    alice.client.do_ok(json!({ "type": "consent", "purposes": { "recording": false } })).await;
    let log = || fs::read_to_string(folder.join("pipeline.jsonl")).unwrap_or_default();
    alice.until("her track ends", |_| log().contains("\"event\":\"ended\"")).await;
    let kept = frames(&folder);
    alice.speaks_for(Duration::from_secs(3)).await;
    assert_eq!(frames(&folder), kept, "nothing comes after it");
    assert!(log().contains("\"source\":\"track\"") && !log().contains("\"fault\""), "{}", log());
}
