//! A person at the door tries everything (I6).

use crate::{client::Client, problem::problem, server::Server, wire::commands_aimed_at};
use serde_json::json;

#[tokio::test]
async fn i6_a_waiting_person_is_refused_everything_and_learns_nothing() {
    let turn = ["--turn-urls", "turn:turn.example.org:3478", "--turn-secret", "north wind"];
    let server = Server::start_with(&turn).await;
    let room = server.room(json!({})).await;
    let (mut alice, welcome) = Client::join(&server, &room.host_token).await;
    let token = server.guest_token(&room, "Mallory").await;
    let (mut mallory, _) = Client::hello(&server, &token).await;
    let waiting = mallory.hear("waiting").await;
    alice.chat("a secret among us").await;
    let mut tried = 0;
    for (name, command) in commands_aimed_at(&alice.id) {
        if ["hello", "resume", "ping", "ack", "leave_room", "offer_preview", "simulate"].contains(&name.as_str()) {
            continue;
        }
        mallory.refused(command, "not_admitted").await;
        tried += 1;
    }
    assert!(tried > 30, "{tried}");
    for kind in [
        "welcome",
        "participant_joined",
        "participant_updated",
        "chat_received",
        "waiting_updated",
        "room_updated",
        "session_ended",
    ] {
        mallory.hears_nothing_of(kind).await;
    }
    assert!(!waiting.to_string().contains(&alice.id) && !waiting.to_string().contains("turn:"), "{waiting}");
    for kind in ["offer_received", "room_updated", "participant_left", "unmute_requested", "reaction_received", "typing_changed"]
    {
        alice.hears_nothing_of(kind).await;
    }
    // Her token opens nothing over HTTP either.
    let session = welcome["sessionId"].as_str().expect("an id");
    let path = format!("/api/v1/rooms/{}", room.id);
    problem(server.get(&format!("{path}/sessions/{session}/report"), &token).await, 404, "not_found").await;
    let form = reqwest::multipart::Form::new().part("file", reqwest::multipart::Part::text("x").file_name("x"));
    let upload = server.request(reqwest::Method::POST, &format!("{path}/files")).bearer_auth(&token).multipart(form);
    problem(upload.send().await.expect("an answer"), 403, "not_in_room").await;
    let joined = server.post_ok(&format!("{path}/join"), None, json!({ "displayName": "Mallory" })).await;
    assert_eq!(joined["iceServers"], json!([]));
}
