//! Every command by everybody who has no business to send it (I4). Its REST half is `rest_matrix`.

use crate::{
    client::Client,
    people::{Account, api_key, greenroom_ok},
    rest_matrix::routes,
    server::Server,
    wire::commands_aimed_at,
};
use reqwest::StatusCode;
use serde_json::{Value, json};

/// What any member may send, and the shell answers.
const EVERYBODYS: &[&str] = &[
    "ack",
    "ping",
    "get_ice_servers",
    "offer",
    "answer",
    "ice_candidate",
    "topology_ready",
    "subscribe",
    "restart_receive",
    "update_state",
    "raise_hand",
    "react",
    "typing",
    "chat",
    "emotion_clip",
    "rename",
    "consent",
    "telemetry",
    "leave_room",
];

#[tokio::test]
async fn i4_without_hello_every_command_is_refused() {
    let server = Server::start().await;
    let room = server.open_room().await;
    let mut alice = Client::host(&server, &room).await;
    let mut tried = 0;
    let mut stranger = Client::connect(&server).await;
    for (name, command) in commands_aimed_at(&alice.id) {
        if name == "hello" || name == "resume" {
            continue;
        }
        // A socket takes only so much before hello.
        if tried % 15 == 14 {
            stranger = Client::connect(&server).await;
        }
        stranger.refused(command, "not_authenticated").await;
        tried += 1;
    }
    assert!(tried > 35, "{tried}");
    for token in ["", "garbage", &room.guest_token, &room.code, &room.id] {
        let (mut nobody, reply) = Client::hello(&server, token).await;
        assert_eq!((&reply["error"]["code"], nobody.close_code().await), (&json!("token_invalid"), Some(4401)));
    }
    alice.chat("nobody notices").await;
    alice.hears_nothing_of("participant_joined").await;
}

#[tokio::test]
async fn i4_a_guest_does_nothing_that_is_the_hosts_whatever_it_claims() {
    let server = Server::start().await;
    let room = server.open_room().await;
    let (mut alice, mut bob) = (Client::host(&server, &room).await, Client::guest(&server, &room, "Bob").await);
    let path = format!("/api/v1/rooms/{}/join", room.code);
    let claim = json!({ "displayName": "Mallory", "role": "host", "userId": alice.id, "host": true });
    let joined = server.post_ok(&path, None, claim).await;
    assert_eq!(joined["role"], "participant");
    let mut mallory = Client::connect(&server).await;
    mallory.do_ok(json!({ "type": "hello", "token": joined["token"], "capabilities": ["host"], "role": "host", "participantId": alice.id })).await;
    assert_eq!(mallory.hear("welcome").await["you"]["role"], "participant");
    alice.hear_that("her", |event| event["participant"]["displayName"] == "Mallory").await;
    for (name, command) in commands_aimed_at(&bob.id) {
        // Everybody renames, but only themselves.
        if (EVERYBODYS.contains(&name.as_str()) && name != "rename") || name == "simulate" {
            continue;
        }
        let reply = mallory.ask(command).await;
        let code = reply["error"]["code"].as_str().unwrap_or_default();
        assert!(matches!(code, "not_permitted" | "not_available" | "already_authenticated"), "{name}: {reply}");
        if name == "offer_preview" {
            assert_eq!(code, "not_permitted");
        }
    }
    for kind in
        ["room_updated", "participant_left", "removed", "participant_updated", "unmute_requested", "session_ended", "waiting"]
    {
        bob.hears_nothing_of(kind).await;
    }
}

#[tokio::test]
async fn i4_the_host_of_one_room_reaches_nobody_in_another() {
    let server = Server::start().await;
    let (room, other) = (server.open_room().await, server.open_room().await);
    let (mut alice, mut bob) = (Client::host(&server, &room).await, Client::guest(&server, &room, "Bob").await);
    let mut mallory = Client::host(&server, &other).await;
    let mut tried = 0;
    for (name, command) in commands_aimed_at(&bob.id) {
        if !["to", "participantId"].iter().any(|field| command.get(field).is_some()) {
            continue;
        }
        let reply = mallory.ask(command).await;
        assert_eq!(reply["error"]["code"], "no_such_participant", "{name}: {reply}");
        tried += 1;
    }
    assert!(tried > 15, "{tried}");
    // The resume token of one room says nothing about another.
    let mut stranger = Client::connect(&server).await;
    let reply = stranger.ask(json!({ "type": "resume", "resumeToken": mallory.resume_token, "lastSeq": 0 })).await;
    assert_eq!(reply["participantId"], json!(mallory.id));
    alice.chat("undisturbed").await;
    assert_eq!(bob.hear_that("anything else", |event| event["type"] != "participant_joined").await["text"], "undisturbed");
}

#[tokio::test]
async fn i4_no_route_fails_or_tells_a_stranger_anything() {
    let server = Server::start().await;
    let name = "The name that nobody else may read";
    let made = server
        .post_ok(
            "/api/v1/rooms",
            None,
            json!({ "hostName": "Alice", "name": name, "settings": { "waitingRoom": "off", "joinBeforeHost": true } }),
        )
        .await;
    let room = made["roomId"].as_str().expect("an id").to_owned();
    let (mut alice, _) = Client::join(&server, made["joinToken"].as_str().expect("a token")).await;
    alice.chat("The line that nobody else may read").await;
    let guest = server.post_ok(&format!("/api/v1/rooms/{room}/join"), None, json!({ "displayName": "Bob" })).await;
    let guest_token = guest["token"].as_str().expect("a token").to_owned();
    let elsewhere = server.open_room().await;
    let tenant = greenroom_ok(&server, &["tenants", "create", "Other"]);
    let foreign_key = api_key(&server, Some(&tenant));
    let body = json!({ "email": "eve@example.org", "password": crate::people::PASSWORD, "displayName": "Eve" });
    let foreign = Account::of(&server.post_ok("/api/v1/users", Some(&foreign_key), body).await);
    let own_tenant = Account::new(&server, "Mallory").await;
    let strangers = [
        ("nobody", None),
        ("garbage", Some("garbage")),
        ("another tenant's account", Some(foreign.access.as_str())),
        ("another tenant's key", Some(foreign_key.as_str())),
        ("an account that is not the host", Some(own_tenant.access.as_str())),
        ("another room's host", Some(elsewhere.host_token.as_str())),
        ("a refresh token", Some(own_tenant.refresh.as_str())),
        ("a guest of the room", Some(guest_token.as_str())),
    ];
    for route in routes(&server, &room).await {
        // These change whoever sends them, not the room.
        if route.pattern.contains("/users/me") || route.pattern.contains("/auth/") {
            continue;
        }
        for (who, token) in strangers {
            let (status, text) = route.answer(&server, token).await;
            let what = format!("{} {} as {who}: {status} {text}", route.method, route.pattern);
            assert!(!status.is_server_error(), "{what}");
            assert!(!text.contains("The line that nobody"), "{what}");
            // Whoever has a room's code or id may know what it is called; what is inside they may not, nor may another tenant anything.
            let foreign = who.starts_with("another tenant's");
            assert!(!(foreign && (text.contains(name) || text.contains(&room)) && !text.contains("traceId")), "{what}");
            assert!(
                !text.contains(&alice.id) && !text.contains("\"settings\":{\"admit")
                    || status != StatusCode::OK
                    || route.is_public(),
                "{what}"
            );
        }
    }
    let still: Value = server
        .get(&format!("/api/v1/rooms/{room}"), made["guestToken"].as_str().expect("a token"))
        .await
        .json()
        .await
        .expect("JSON");
    assert_eq!((&still["name"], &still["live"]), (&json!(name), &json!(true)));
    // She did not listen all the while: her socket may be gone, she is not.
    alice.catch_up(&server).await;
}
