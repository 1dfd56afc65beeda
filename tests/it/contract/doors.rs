//! The waiting room.

use crate::{client::Client, server::Server};
use serde_json::json;

#[tokio::test]
async fn admit_all_lets_everybody_in() {
    let server = Server::start().await;
    let room = server.room(json!({})).await;
    let mut host = Client::host(&server, &room).await;
    let (mut bob, mut carol) = (Client::knock(&server, &room, "Bob").await, Client::knock(&server, &room, "Carol").await);
    host.do_ok(json!({ "type": "admit_all" })).await;
    for guest in [&mut bob, &mut carol] {
        guest.hear("admitted").await;
        guest.hear("welcome").await;
    }
    let joined = [host.hear("participant_joined").await, host.hear("participant_joined").await];
    assert!([&bob, &carol].iter().all(|guest| joined.iter().any(|event| event["participant"]["id"] == guest.id)));
}

#[tokio::test]
async fn denied_people_are_told_and_closed() {
    let server = Server::start().await;
    let room = server.room(json!({})).await;
    let mut host = Client::host(&server, &room).await;
    let mut bob = Client::knock(&server, &room, "Bob").await;
    host.do_ok(json!({ "type": "deny", "participantId": bob.id, "message": "Not today" })).await;
    assert_eq!(bob.hear("denied").await["message"], "Not today");
    assert_eq!(bob.close_code().await, Some(4403));
    host.hear_that("that nobody waits", |event| event["type"] == "waiting_updated" && event["waiting"] == json!([])).await;
    host.hears_nothing_of("participant_joined").await;
}

#[tokio::test]
async fn a_host_writes_to_who_waits() {
    let server = Server::start().await;
    let room = server.room(json!({})).await;
    let mut host = Client::host(&server, &room).await;
    let (mut bob, mut carol) = (Client::knock(&server, &room, "Bob").await, Client::knock(&server, &room, "Carol").await);
    host.do_ok(json!({ "type": "waiting_message", "text": "For Bob", "to": bob.id })).await;
    bob.hear_that("his message", |event| event["type"] == "waiting" && event["message"] == "For Bob").await;
    host.do_ok(json!({ "type": "waiting_message", "text": "For all" })).await;
    for guest in [&mut bob, &mut carol] {
        let waiting = guest.hear_that("the message", |event| event["type"] == "waiting" && !event["message"].is_null()).await;
        assert_eq!(waiting["message"], "For all");
    }
}

#[tokio::test]
async fn somebody_may_be_sent_back_to_wait() {
    let server = Server::start().await;
    let room = server.open_room().await;
    let (mut host, mut bob) = (Client::host(&server, &room).await, Client::guest(&server, &room, "Bob").await);
    let mut carol = Client::guest(&server, &room, "Carol").await;
    host.do_ok(json!({ "type": "send_to_waiting", "participantId": bob.id })).await;
    bob.hear("waiting").await;
    let left = carol.hear("participant_left").await;
    assert_eq!((&left["participantId"], &left["reason"]), (&json!(bob.id), &json!("sent_to_waiting")));
    bob.refused(json!({ "type": "chat", "text": "hey", "clientId": "1" }), "not_admitted").await;
    host.do_ok(json!({ "type": "admit", "participantId": bob.id })).await;
    bob.hear("welcome").await;
}

#[tokio::test]
async fn an_admission_while_away_is_redeemed_by_the_next_resume() {
    let server = Server::start().await;
    let room = server.room(json!({})).await;
    let mut host = Client::host(&server, &room).await;
    let mut bob = Client::knock(&server, &room, "Bob").await;
    bob.cut();
    host.hear_that("that he is away", |event| event["type"] == "waiting_updated" && event["waiting"][0]["online"] == false).await;
    host.do_ok(json!({ "type": "admit", "participantId": bob.id })).await;
    bob.resume(&server).await;
    bob.hear("admitted").await;
    bob.hear("welcome").await;
    assert_eq!(host.hear("participant_joined").await["participant"]["id"], bob.id);
}

#[tokio::test]
async fn a_picture_from_the_door_is_seen_by_hosts_alone() {
    let server = Server::start().await;
    let room = server.room(json!({})).await;
    let mut host = Client::host(&server, &room).await;
    let mut bob = Client::knock(&server, &room, "Bob").await;
    let mut carol = Client::knock(&server, &room, "Carol").await;
    host.do_ok(json!({ "type": "admit", "participantId": carol.id })).await;
    carol.hear("welcome").await;
    bob.do_ok(json!({ "type": "offer_preview", "image": "data:image/jpeg;base64,/9j/4AAQ" })).await;
    let preview = host.hear("waiting_preview").await;
    assert_eq!((&preview["participantId"], preview.get("seq")), (&json!(bob.id), None));
    carol.hears_nothing_of("waiting_preview").await;
    bob.refused(json!({ "type": "offer_preview", "image": "https://example.org/x.jpg" }), "bad_field").await;
}
