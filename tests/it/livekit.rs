//! A LiveKit server beside this one: its webhook, and what its clients ask for.

use crate::{
    client::Client,
    egress::{Stream, egress_key},
    people::api_key,
    problem::{invalid, problem},
    server::Server,
};
use base64::{Engine, engine::general_purpose::STANDARD};
use jsonwebtoken::{EncodingKey, Header, encode};
use reqwest::{Method, Response};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::time::{SystemTime, UNIX_EPOCH};

const KEY: &str = "APItest";
const SECRET: &str = "a secret of more than thirty-two letters";

async fn server() -> Server {
    Server::start_with(&["--livekit-api-key", KEY, "--livekit-api-secret", SECRET]).await
}

fn token(body: &str, secret: &str) -> String {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("a time").as_secs();
    let hash = STANDARD.encode(Sha256::digest(body.as_bytes()));
    let claims = json!({ "iss": KEY, "nbf": now - 5, "exp": now + 300, "sha256": hash });
    encode(&Header::default(), &claims, &EncodingKey::from_secret(secret.as_bytes())).expect("a token")
}

async fn send(server: &Server, body: String, authorization: Option<String>) -> Response {
    let request = server.request(Method::POST, "/livekit/webhook").header("content-type", "application/webhook+json").body(body);
    let request = match authorization {
        Some(value) => request.header("authorization", value),
        None => request,
    };
    request.send().await.expect("an answer")
}

/// As a LiveKit server tells it.
async fn tell(server: &Server, event: Value) {
    let body = event.to_string();
    let token = token(&body, SECRET);
    let answer = send(server, body, Some(token)).await;
    assert_eq!(answer.status(), 200, "{event}");
}

fn event(kind: &str, id: &str, sid: &str, name: &str) -> Value {
    json!({ "event": kind, "id": id, "createdAt": "1760000000", "room": { "sid": sid, "name": name, "emptyTimeout": 300 } })
}

/// Sessions of the one room of the tenant, newest first.
async fn sessions(server: &Server, key: &str) -> Vec<Value> {
    let rooms: Value = server.get("/api/v1/rooms", key).await.json().await.expect("JSON");
    let rooms = rooms["items"].as_array().expect("a list").clone();
    assert_eq!(rooms.len(), 1, "{rooms:?}");
    assert_eq!(rooms[0]["name"], "standup");
    let path = format!("/api/v1/rooms/{}/sessions", rooms[0]["roomId"].as_str().expect("an id"));
    let listed: Value = server.get(&path, key).await.json().await.expect("JSON");
    listed["items"].as_array().expect("a list").clone()
}

async fn session_of_a_stream(server: &Server) -> Value {
    let path = "/egress-audio?roomName=standup&sampleRate=8000";
    Stream::open(server, path, Some(&egress_key(server))).await.expect("it opens").hear("opened").await["sessionId"].clone()
}

#[tokio::test]
async fn a_room_that_began_there_is_a_session_here_until_it_ends() {
    let mut server = server().await;
    let key = api_key(&server, None);
    for _ in 0..3 {
        tell(&server, event("room_started", "EV_1", "RM_1", "standup")).await;
    }
    tell(&server, event("participant_joined", "EV_2", "RM_1", "standup")).await;
    tell(&server, json!({ "event": "egress_updated", "id": "EV_3" })).await;
    let told = sessions(&server, &key).await;
    assert_eq!((told.len(), &told[0]["endedAt"]), (1, &Value::Null));
    assert_eq!(session_of_a_stream(&server).await, told[0]["sessionId"]);
    // A restart does not end it, and does not take it for one of ours.
    server.kill();
    server.run().await;
    assert_eq!(session_of_a_stream(&server).await, told[0]["sessionId"]);
    tell(&server, event("room_finished", "EV_4", "RM_1", "standup")).await;
    tell(&server, event("room_started", "EV_5", "RM_1", "standup")).await;
    let told = sessions(&server, &key).await;
    assert_eq!(told.len(), 1, "what is over does not begin again");
    assert_eq!(told[0]["endReason"], "finished");
    tell(&server, event("room_started", "EV_6", "RM_2", "standup")).await;
    assert_eq!(sessions(&server, &key).await.len(), 2);
}

#[tokio::test]
async fn media_that_comes_before_its_room_is_told_belongs_to_it() {
    let server = server().await;
    let key = api_key(&server, None);
    tell(&server, event("room_started", "EV_0", "RM_0", "standup")).await;
    tell(&server, event("room_finished", "EV_1", "RM_0", "standup")).await;
    let early = session_of_a_stream(&server).await;
    tell(&server, event("room_started", "EV_2", "RM_1", "standup")).await;
    let told = sessions(&server, &key).await;
    assert_eq!((told.len(), &told[0]["sessionId"]), (2, &early));
    // An end whose beginning was never told.
    tell(&server, event("room_finished", "EV_3", "RM_9", "standup")).await;
    tell(&server, event("room_started", "EV_4", "RM_9", "standup")).await;
    let told = sessions(&server, &key).await;
    assert_eq!(told.iter().filter(|session| session["endedAt"].is_null()).count(), 1);
    assert!(told.iter().any(|session| session["sessionId"] == early && session["endedAt"].is_null()));
}

#[tokio::test]
async fn what_is_not_signed_by_that_key_is_refused_and_changes_nothing() {
    let server = server().await;
    let body = event("room_started", "EV_1", "RM_1", "standup").to_string();
    let other = event("room_started", "EV_1", "RM_1", "payroll").to_string();
    for authorization in [
        None,
        Some("garbage".to_owned()),
        Some(token(&body, "another secret of more than thirty-two letters")),
        Some(token(&other, SECRET)),
        Some(api_key(&server, None)),
    ] {
        problem(send(&server, body.clone(), authorization).await, 401, "unauthorized").await;
    }
    let big = format!("{{\"event\":\"{}\"}}", "x".repeat(400_000));
    let signed = token(&big, SECRET);
    assert_eq!(send(&server, big, Some(signed)).await.status(), 413);
    for bad in ["", "[]", "{\"event\":1}"] {
        assert_eq!(send(&server, bad.to_owned(), Some(token(bad, SECRET))).await.status(), 400, "{bad}");
    }
    let rooms: Value = server.get("/api/v1/rooms", &api_key(&server, None)).await.json().await.expect("JSON");
    assert_eq!(rooms["items"], json!([]));
    let without = Server::start().await;
    problem(send(&without, body.clone(), Some(token(&body, SECRET))).await, 404, "not_found").await;
    assert!(!server.log().contains(SECRET));
}

#[tokio::test]
async fn a_client_asks_how_to_connect_and_comes_in() {
    let server = Server::start().await;
    let ask = async |query: &str, token: Option<&str>| {
        let request = server.request(Method::GET, &format!("/api/connection-details?{query}"));
        token.into_iter().fold(request, |request, token| request.bearer_auth(token)).send().await.expect("an answer")
    };
    let mut met = Vec::new();
    for name in ["Alice", "Bob"] {
        let answer = ask(&format!("roomName=team%20standup&participantName={name}"), None).await;
        assert_eq!(answer.status(), 200);
        let details: Value = answer.json().await.expect("JSON");
        assert_eq!((&details["roomName"], &details["participantName"]), (&json!("team standup"), &json!(name)));
        let url = details["serverUrl"].as_str().expect("an address").to_owned();
        assert!(url.starts_with("ws://") && url.ends_with("/api/v1/signal"), "{url}");
        let (client, welcome) = Client::join(&server, details["participantToken"].as_str().expect("a token")).await;
        met.push((client, welcome));
    }
    assert_eq!(met[0].1["room"]["roomId"], met[1].1["room"]["roomId"]);
    assert_eq!((&met[0].1["you"]["role"], &met[1].1["you"]["role"]), (&json!("host"), &json!("participant")), "{}", met[0].1);
    // A room that has a code is reached by it, with its own rules.
    let room = server.room(json!({ "waitingRoom": "everyone" })).await;
    let details: Value = ask(&format!("roomName={}&participantName=Eve", room.code), None).await.json().await.expect("JSON");
    assert_eq!(details["roomId"], room.id);
    let (_, reply) = Client::hello(&server, details["participantToken"].as_str().expect("a token")).await;
    assert_eq!(reply["state"], "waiting");
    // A room of that name that somebody made is not found by its name.
    server.post_ok("/api/v1/rooms", None, json!({ "name": "secret" })).await;
    let details: Value = ask("roomName=secret&participantName=Eve", None).await.json().await.expect("JSON");
    let rooms: Value = server.get("/api/v1/rooms", &api_key(&server, None)).await.json().await.expect("JSON");
    let named = rooms["items"].as_array().expect("a list").iter().filter(|room| room["name"] == "secret").count();
    assert_eq!(named, 2, "{details}");
    invalid(ask("participantName=Eve", None).await, "roomName").await;
    invalid(ask("roomName=a", None).await, "participantName").await;
    problem(ask("roomName=a&participantName=Eve", Some("garbage")).await, 401, "unauthorized").await;
    let closed = Server::start_with(&["--anonymous-rooms=false"]).await;
    let refused = closed.request(Method::GET, "/api/connection-details?roomName=a&participantName=b").send().await;
    problem(refused.expect("an answer"), 401, "unauthorized").await;
}
