//! Rooms over REST.

use crate::{
    client::Client,
    people::{Account, api_key},
    problem::{invalid, problem},
    server::Server,
    wire::{is_time, is_uuid},
};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

#[tokio::test]
async fn creating_a_room_answers_201_with_the_hosts_token_under_both_prefixes() {
    let server = Server::start().await;
    for prefix in ["/api/v1", "/v1"] {
        let answer = server.post(&format!("{prefix}/rooms"), None, json!({ "hostName": "Alice", "name": "Stand-up" })).await;
        assert_eq!(answer.status(), StatusCode::CREATED);
        let made: Value = answer.json().await.expect("JSON");
        let text = |field: &str| made[field].as_str().unwrap_or_else(|| panic!("{field} in {made}")).to_owned();
        assert!(is_uuid(&text("roomId")) && is_time(&text("createdAt")), "{made}");
        assert!(text("joinUrl").starts_with("http://") && text("joinUrl").contains(&text("roomCode")), "{made}");
        let (_, welcome) = Client::join(&server, &text("joinToken")).await;
        assert_eq!((&welcome["you"]["role"], &welcome["you"]["displayName"]), (&json!("host"), &json!("Alice")));
        assert_eq!((&welcome["room"]["name"], &welcome["roomCode"]), (&json!("Stand-up"), &made["roomCode"]));
    }
}

#[tokio::test]
async fn nothing_at_all_is_needed_to_create_one() {
    let server = Server::start().await;
    assert_eq!(server.post("/api/v1/rooms", None, json!({})).await.status(), StatusCode::CREATED);
    let closed = Server::start_with(&["--anonymous-rooms=false"]).await;
    problem(closed.post("/api/v1/rooms", None, json!({})).await, 401, "unauthorized").await;
}

#[tokio::test]
async fn an_idempotency_key_makes_one_room_of_two_requests() {
    let server = Server::start().await;
    let create = async |key: &str, body: Value| {
        server.request(Method::POST, "/api/v1/rooms").header("Idempotency-Key", key).json(&body).send().await.expect("an answer")
    };
    let first = create("k-1", json!({ "name": "Once" })).await;
    let second = create("k-1", json!({ "name": "Once" })).await;
    assert_eq!((first.status(), second.status()), (StatusCode::CREATED, StatusCode::CREATED));
    let (first, second): (Value, Value) = (first.json().await.expect("JSON"), second.json().await.expect("JSON"));
    assert_eq!(first, second);
    problem(create("k-1", json!({ "name": "Twice" })).await, 422, "idempotency_key_reused").await;
    let other: Value = create("k-2", json!({ "name": "Once" })).await.json().await.expect("JSON");
    assert_ne!(first["roomId"], other["roomId"]);
    let (one, two) = tokio::join!(create("k-3", json!({})), create("k-3", json!({})));
    let statuses = [one.status().as_u16(), two.status().as_u16()];
    assert!(statuses.contains(&201) && statuses.iter().all(|status| matches!(status, 201 | 409)), "{statuses:?}");
}

#[tokio::test]
async fn wrong_fields_are_named() {
    let server = Server::start().await;
    for (field, body) in [
        ("hostName", json!({ "hostName": "" })),
        ("hostName", json!({ "hostName": 5 })),
        ("name", json!({ "name": "x".repeat(81) })),
        ("template", json!({ "template": "no such" })),
        ("password", json!({ "password": "" })),
        ("expiresAt", json!({ "expiresAt": "2001-01-01T00:00:00Z" })),
        ("expiresAt", json!({ "expiresAt": "tomorrow" })),
        ("settings.waitingRoom", json!({ "settings": { "waitingRoom": "sometimes" } })),
        ("settings.maxParticipants", json!({ "settings": { "maxParticipants": 0 } })),
        ("settings.meshLimit", json!({ "settings": { "meshLimit": 13 } })),
        ("settings.videoCodec", json!({ "settings": { "videoCodec": "theora" } })),
    ] {
        invalid(server.post("/api/v1/rooms", None, body).await, field).await;
    }
}

#[tokio::test]
async fn what_cannot_be_read_is_a_problem_too() {
    let server = Server::start().await;
    let send = async |kind: &str, body: String| {
        server.request(Method::POST, "/api/v1/rooms").header("content-type", kind).body(body).send().await.expect("an answer")
    };
    problem(send("application/json", "{".into()).await, 400, "bad_request").await;
    problem(send("text/plain", "{}".into()).await, 415, "unsupported_media_type").await;
    problem(send("application/json", format!("{{\"name\":\"{}\"}}", "x".repeat(300_000))).await, 413, "too_large").await;
    problem(server.request(Method::PUT, "/api/v1/rooms").send().await.expect("an answer"), 405, "method_not_allowed").await;
    problem(server.request(Method::GET, "/api/v1/nothing").send().await.expect("an answer"), 404, "not_found").await;
    problem(server.request(Method::GET, "/v1/nothing").send().await.expect("an answer"), 404, "not_found").await;
    problem(server.get("/api/v1/rooms", "garbage").await, 401, "unauthorized").await;
    problem(server.get("/api/v1/rooms?limit=x", "").await, 401, "unauthorized").await;
}

#[tokio::test]
async fn every_setting_has_a_default() {
    let server = Server::start().await;
    let account = Account::new(&server, "Alice").await;
    let guests_room = server.room(json!({})).await;
    let made = server.post_ok("/api/v1/rooms", Some(&account.access), json!({})).await;
    let path = |id: &Value| format!("/api/v1/rooms/{}", id.as_str().expect("an id"));
    let of_guest: Value = server.get(&path(&json!(guests_room.id)), &guests_room.guest_token).await.json().await.expect("JSON");
    let of_account: Value = server.get(&path(&made["roomId"]), &account.access).await.json().await.expect("JSON");
    assert_eq!(of_guest["settings"]["waitingRoom"], "everyone");
    assert_eq!(of_account["settings"]["waitingRoom"], "guests");
    for name in [
        "waitingRoom",
        "joinBeforeHost",
        "maxParticipants",
        "muteOnEntry",
        "topology",
        "meshLimit",
        "videoCodec",
        "chat",
        "screenShare",
        "unmute",
        "recording",
        "aiEnabled",
        "retentionDays",
        "region",
    ] {
        assert!(!of_account["settings"][name].is_null(), "{name}: {of_account}");
    }
}

#[tokio::test]
async fn a_room_is_read_by_id_or_code_and_says_more_to_its_host() {
    let server = Server::start().await;
    let room = server.open_room().await;
    for named in [&room.id, &room.code, &room.code.to_lowercase()] {
        let seen: Value = server
            .http
            .get(server.url(&format!("/api/v1/rooms/{named}")))
            .send()
            .await
            .expect("an answer")
            .json()
            .await
            .expect("JSON");
        assert_eq!((&seen["roomId"], &seen["roomCode"]), (&json!(room.id), &json!(room.code)));
        assert!(seen["settings"].is_null() && seen["hasPassword"] == false && seen["live"] == false, "{seen}");
    }
    let seen: Value = server.get(&format!("/api/v1/rooms/{}", room.id), &room.host_token).await.json().await.expect("JSON");
    assert_eq!(seen["settings"]["waitingRoom"], "off");
    for nobodys in ["01890000-0000-7000-8000-000000000000", "ZZZZ-9999", "nonsense", "%00", "..%2f..%2fetc"] {
        problem(
            server.request(Method::GET, &format!("/api/v1/rooms/{nobodys}")).send().await.expect("an answer"),
            404,
            "not_found",
        )
        .await;
    }
}

#[tokio::test]
async fn the_host_or_a_key_changes_and_deletes_a_room_and_nobody_else() {
    let server = Server::start().await;
    let room = server.open_room().await;
    let path = format!("/api/v1/rooms/{}", room.id);
    let mut host = Client::host(&server, &room).await;
    let guest = server.guest_token(&room, "Bob").await;
    let key = api_key(&server, None);
    let change = async |token: &str, body: Value| {
        server.request(Method::PATCH, &path).bearer_auth(token).json(&body).send().await.expect("an answer")
    };
    for (n, token) in [&room.host_token, &room.guest_token, &key].into_iter().enumerate() {
        let name = format!("Name {n}");
        let answer = change(token, json!({ "name": name, "settings": { "muteOnEntry": true } })).await;
        assert_eq!(answer.status(), StatusCode::OK);
        assert_eq!(answer.json::<Value>().await.expect("JSON")["name"], json!(name));
        host.hear_that("the change", |event| event["type"] == "room_updated" && event["room"]["name"] == json!(name)).await;
    }
    problem(change(&guest, json!({ "name": "Mine" })).await, 404, "not_found").await;
    invalid(change(&room.host_token, json!({ "settings": { "meshLimit": 1 } })).await, "settings.meshLimit").await;
    let delete = async |token: &str| server.request(Method::DELETE, &path).bearer_auth(token).send().await.expect("an answer");
    problem(delete(&guest).await, 404, "not_found").await;
    assert_eq!(delete(&room.host_token).await.status(), StatusCode::NO_CONTENT);
    assert_eq!(host.hear("session_ended").await["reason"], "deleted");
    assert_eq!(host.close_code().await, Some(4410));
    problem(server.get(&path, &room.guest_token).await, 404, "not_found").await;
    problem(change(&room.guest_token, json!({ "name": "Back" })).await, 404, "not_found").await;
}

#[tokio::test]
async fn joining_answers_with_what_a_client_needs() {
    let server = Server::start_with(&["--stun-urls", "stun:127.0.0.1:3478"]).await;
    let room = server.open_room().await;
    for path in [format!("/api/v1/rooms/{}/join", room.id), format!("/v1/rooms/{}/join", room.code)] {
        let joined = server.post_ok(&path, None, json!({ "displayName": "Bob" })).await;
        assert!(joined["token"].is_string(), "{joined}");
        let expected = format!("ws://{}/api/v1/signal", server.address());
        assert_eq!(
            (&joined["role"], &joined["waitingRoom"], &joined["signalUrl"]),
            (&json!("participant"), &json!(false), &json!(expected))
        );
        assert_eq!(joined["iceServers"][0]["urls"][0], "stun:127.0.0.1:3478");
    }
    let closed = server.room(json!({})).await;
    let path = format!("/api/v1/rooms/{}/join", closed.code);
    let joined = server.post_ok(&path, None, json!({ "displayName": "Bob" })).await;
    assert_eq!((&joined["waitingRoom"], &joined["iceServers"]), (&json!(true), &json!([])));
}

#[tokio::test]
async fn joining_is_refused_with_the_right_status() {
    let server = Server::start().await;
    let made = server
        .post_ok(
            "/api/v1/rooms",
            None,
            json!({ "password": "open sesame", "settings": { "waitingRoom": "off", "maxParticipants": 1 } }),
        )
        .await;
    let path = format!("/api/v1/rooms/{}/join", made["roomCode"].as_str().expect("a code"));
    let join = async |body: Value| server.post(&path, None, body).await;
    problem(join(json!({ "displayName": "Bob" })).await, 403, "password_required").await;
    problem(join(json!({ "displayName": "Bob", "password": "open" })).await, 403, "wrong_password").await;
    problem(server.post("/api/v1/rooms/ZZZZ-9999/join", None, json!({})).await, 404, "not_found").await;
    invalid(join(json!({ "displayName": "x".repeat(81), "password": "open sesame" })).await, "displayName").await;
    let (mut host, _) = Client::join(&server, made["joinToken"].as_str().expect("a token")).await;
    let bob = json!({ "displayName": "Bob", "password": "open sesame" });
    problem(join(bob.clone()).await, 409, "room_full").await;
    host.do_ok(json!({ "type": "update_room", "settings": { "maxParticipants": 9 } })).await;
    assert_eq!(join(bob.clone()).await.status(), StatusCode::OK);
    host.do_ok(json!({ "type": "lock", "locked": true })).await;
    problem(join(bob).await, 423, "room_locked").await;
}

#[tokio::test]
async fn an_expired_room_is_gone() {
    let server = Server::start().await;
    let soon = time::OffsetDateTime::now_utc() + time::Duration::seconds(2);
    let at = soon.format(&time::format_description::well_known::Rfc3339).expect("a time");
    let made = server.post_ok("/api/v1/rooms", None, json!({ "expiresAt": at })).await;
    let path = format!("/api/v1/rooms/{}/join", made["roomCode"].as_str().expect("a code"));
    let (mut host, _) = Client::join(&server, made["joinToken"].as_str().expect("a token")).await;
    assert_eq!(host.hear("session_ended").await["reason"], "expired");
    assert_eq!(host.close_code().await, Some(4410));
    problem(server.post(&path, None, json!({ "displayName": "Late" })).await, 404, "not_found").await;
}

#[tokio::test]
async fn the_house_keeping_addresses_are_there() {
    let server = Server::start().await;
    for path in ["/healthz", "/readyz", "/metrics", "/docs/", "/openapi.json", "/.well-known/jwks.json"] {
        let answer = server.http.get(server.url(path)).send().await.expect("an answer");
        assert_eq!(answer.status(), StatusCode::OK, "{path}");
    }
    let keys: Value =
        server.http.get(server.url("/.well-known/jwks.json")).send().await.expect("an answer").json().await.expect("JSON");
    assert!(keys["keys"][0]["kid"].is_string() && keys["keys"][0]["d"].is_null(), "{keys}");
}
