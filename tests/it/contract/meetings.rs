//! The same rooms under the other name.

use crate::{client::Client, people::Account, problem::problem, server::Server, wire::is_uuid};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

#[tokio::test]
async fn naming_somebody_else_as_the_host_makes_nobody_else_the_host() {
    let server = Server::start().await;
    let (alice, bob) = (Account::new(&server, "Alice").await, Account::new(&server, "Bob").await);
    let made = server.post_ok("/v1/meetings", Some(&bob.access), json!({ "hostId": alice.id })).await;
    assert_eq!(made["hostId"], json!(bob.id));
}

#[tokio::test]
async fn a_meeting_is_a_room_under_another_name() {
    let server = Server::start().await;
    let alice = Account::new(&server, "Alice").await;
    let body = json!({ "hostId": alice.id, "scheduledTime": "2100-01-01T10:00:00Z", "settings": { "aiEnabled": true, "waitingRoom": "off" } });
    for prefix in ["/v1", "/api/v1"] {
        let answer = server.post(&format!("{prefix}/meetings"), Some(&alice.access), body.clone()).await;
        assert_eq!(answer.status(), StatusCode::CREATED);
        let made: Value = answer.json().await.expect("JSON");
        let id = made["meetingId"].as_str().expect("an id");
        assert!(is_uuid(id) && made["roomId"] == id && made["hostId"] == alice.id, "{made}");
        let path = format!("{prefix}/meetings/{id}");
        let seen: Value = server.get(&path, &alice.access).await.json().await.expect("JSON");
        let scheduled = time::OffsetDateTime::parse(
            seen["scheduledTime"].as_str().expect("a time"),
            &time::format_description::well_known::Rfc3339,
        );
        assert_eq!(scheduled.expect("RFC 3339").unix_timestamp(), 4_102_480_800);
        assert_eq!((&seen["meetingId"], &seen["settings"]["aiEnabled"]), (&json!(id), &json!(true)));
        assert_eq!(server.get(&format!("/api/v1/rooms/{id}"), &alice.access).await.status(), StatusCode::OK);
        // Its host joins and is the host; the meeting is ended by PUT.
        let joined = server.post_ok(&format!("{path}/join"), Some(&alice.access), json!({ "displayName": "Alice" })).await;
        assert_eq!(joined["role"], "host");
        let (mut host, welcome) = Client::join(&server, joined["token"].as_str().expect("a token")).await;
        assert_eq!(welcome["you"]["userId"], alice.id);
        let end = async |token: &str| {
            server.request(Method::PUT, &format!("{path}/end")).bearer_auth(token).send().await.expect("an answer")
        };
        let stranger = server.room(json!({})).await;
        problem(end(&stranger.guest_token).await, 404, "not_found").await;
        let ended = end(&alice.access).await;
        assert!(ended.status().is_success(), "{}", ended.status());
        assert_eq!(host.hear("session_ended").await["reason"], "ended_by_host");
        assert_eq!(host.close_code().await, Some(4410));
        let over: Value = server.get(&path, &alice.access).await.json().await.expect("JSON");
        assert_eq!((&over["status"], &over["hostId"]), (&json!("ended"), &json!(alice.id)));
    }
}
