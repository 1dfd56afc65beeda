//! How connections end.

use crate::{client::Client, problem::invalid, server::Server};
use reqwest::{Method, StatusCode};
use serde_json::json;

#[tokio::test]
async fn leaving_is_answered_and_seen() {
    let server = Server::start().await;
    let room = server.open_room().await;
    let (mut alice, mut bob) = (Client::host(&server, &room).await, Client::guest(&server, &room, "Bob").await);
    bob.do_ok(json!({ "type": "leave_room" })).await;
    assert_eq!(bob.close_code().await, Some(1000));
    let left = alice.hear("participant_left").await;
    assert_eq!((&left["participantId"], &left["reason"]), (&json!(bob.id), &json!("left")));
    assert_eq!(bob.resume(&server).await["ok"], false);
}

#[tokio::test]
async fn a_room_that_is_gone_closes_4404() {
    let server = Server::start().await;
    let room = server.open_room().await;
    let token = server.guest_token(&room, "Bob").await;
    let path = format!("/api/v1/rooms/{}", room.id);
    let deleted = server.request(Method::DELETE, &path).bearer_auth(&room.host_token).send().await.expect("an answer");
    assert_eq!(deleted.status(), StatusCode::NO_CONTENT);
    let (mut late, reply) = Client::hello(&server, &token).await;
    assert_eq!(reply["error"]["code"], "room_not_found");
    assert_eq!(late.close_code().await, Some(4404));
}

#[tokio::test]
async fn a_client_that_never_listens_is_closed_4429() {
    let server = Server::start().await;
    let room = server.open_room().await;
    let (mut alice, mut flood) = (Client::host(&server, &room).await, Client::guest(&server, &room, "Flood").await);
    for n in 0..2_000 {
        flood.send(json!({ "type": "rename", "displayName": format!("Flood {n}") })).await;
    }
    let refused = flood.hear_that("a refusal", |frame| frame["ok"] == false).await;
    assert_eq!(refused["error"]["code"], "rate_limited");
    assert!(refused["error"]["retryInMs"].as_u64() > Some(0), "{refused}");
    assert_eq!(flood.close_code().await, Some(4429));
    alice.chat("others go on").await;
}

#[tokio::test]
async fn a_full_room_takes_no_more_even_with_a_token() {
    let server = Server::start().await;
    let room = server.room(json!({ "waitingRoom": "off", "maxParticipants": 2 })).await;
    let (bob, carol) = (server.guest_token(&room, "Bob").await, server.guest_token(&room, "Carol").await);
    let _alice = Client::host(&server, &room).await;
    let (mut bob, _) = Client::join(&server, &bob).await;
    let (_, reply) = Client::hello(&server, &carol).await;
    assert_eq!(reply["error"]["code"], "room_full");
    bob.do_ok(json!({ "type": "leave_room" })).await;
    Client::join(&server, &carol).await;
}

#[tokio::test]
async fn the_operators_maximum_holds_whatever_a_room_says() {
    let server = Server::start_with(&["--max-participants-per-room", "2"]).await;
    let asked = json!({ "settings": { "maxParticipants": 3 } });
    invalid(server.post("/api/v1/rooms", None, asked.clone()).await, "settings.maxParticipants").await;
    // What nobody asked for gives way, that of a template too.
    let webinar = server.post_ok("/api/v1/rooms", None, json!({ "template": "webinar" })).await;
    let path = format!("/api/v1/rooms/{}", webinar["roomId"].as_str().expect("an id"));
    let read = server.get(&path, webinar["guestToken"].as_str().expect("a token")).await;
    assert_eq!(read.json::<serde_json::Value>().await.expect("JSON")["settings"]["maxParticipants"], 2);
    let room = server.open_room().await;
    let (bob, carol) = (server.guest_token(&room, "Bob").await, server.guest_token(&room, "Carol").await);
    let mut alice = Client::host(&server, &room).await;
    alice.refused(json!({ "type": "update_room", "settings": { "maxParticipants": 3 } }), "bad_field").await;
    let _bob = Client::join(&server, &bob).await;
    let (_, reply) = Client::hello(&server, &carol).await;
    assert_eq!(reply["error"]["code"], "room_full");
}
