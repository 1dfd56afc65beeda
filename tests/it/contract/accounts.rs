//! Accounts over REST.

use crate::{
    client::Client,
    people::{Account, PASSWORD},
    problem::{invalid, problem},
    server::Server,
};
use reqwest::StatusCode;
use serde_json::{Value, json};

#[tokio::test]
async fn signing_up_in_and_out() {
    let server = Server::start().await;
    let body = json!({ "email": "alice@example.org", "password": PASSWORD, "displayName": "Alice" });
    let answer = server.post("/api/v1/users", None, body.clone()).await;
    assert_eq!(answer.status(), StatusCode::CREATED);
    let cookie = answer.headers()["set-cookie"].to_str().expect("text").to_owned();
    assert!(["HttpOnly", "SameSite=Strict", "Path=/api/v1/auth"].iter().all(|part| cookie.contains(part)), "{cookie}");
    let made: Value = answer.json().await.expect("JSON");
    assert_eq!((&made["user"]["email"], &made["user"]["displayName"]), (&json!("alice@example.org"), &json!("Alice")));
    assert!(made["expiresIn"].as_u64().is_some_and(|seconds| seconds > 0) && !made.to_string().contains(PASSWORD), "{made}");
    problem(server.post("/api/v1/users", None, body).await, 409, "email_taken").await;

    let login = json!({ "email": "Alice@Example.org", "password": PASSWORD });
    let alice = Account::of(&server.post_ok("/v1/auth/login", None, login).await);
    for wrong in [
        json!({ "email": "alice@example.org", "password": "wrong password" }),
        json!({ "email": "bob@example.org", "password": PASSWORD }),
    ] {
        problem(server.post("/api/v1/auth/login", None, wrong).await, 401, "wrong_credentials").await;
    }
    let refresh = json!({ "refreshToken": alice.refresh });
    let next = Account::of(&server.post_ok("/api/v1/auth/refresh", None, refresh).await);
    assert!(next.refresh != alice.refresh && next.id == alice.id);
    let out = json!({ "refreshToken": next.refresh });
    assert_eq!(server.post("/api/v1/auth/logout", None, out.clone()).await.status(), StatusCode::NO_CONTENT);
    problem(server.post("/api/v1/auth/refresh", None, out).await, 401, "unauthorized").await;
}

#[tokio::test]
async fn a_refresh_token_that_comes_back_ends_the_sign_in() {
    let server = Server::start().await;
    let alice = Account::new(&server, "Alice").await;
    let refresh = async |token: &str| server.post("/api/v1/auth/refresh", None, json!({ "refreshToken": token })).await;
    let second = Account::of(&refresh(&alice.refresh).await.json().await.expect("JSON"));
    // At once, too: nobody but a browser's tabs shares a token.
    problem(refresh(&alice.refresh).await, 401, "unauthorized").await;
    problem(refresh(&second.refresh).await, 401, "unauthorized").await;
}

#[tokio::test]
async fn a_sign_up_with_wrong_fields_is_refused() {
    let server = Server::start().await;
    for (field, value) in [
        ("email", json!("no address")),
        ("password", json!("short")),
        ("displayName", json!("")),
        ("displayName", json!("x".repeat(81))),
    ] {
        let mut body = json!({ "email": "alice@example.org", "password": PASSWORD, "displayName": "Alice" });
        body[field] = value;
        invalid(server.post("/api/v1/users", None, body).await, field).await;
    }
}

#[tokio::test]
async fn a_profile_shows_no_more_than_a_name_to_others() {
    let server = Server::start().await;
    let (alice, bob) = (Account::new(&server, "Alice").await, Account::new(&server, "Bob").await);
    let path = format!("/api/v1/users/{}/profile", alice.id);
    let seen: Value = server.get(&path, &bob.access).await.json().await.expect("JSON");
    assert_eq!(seen["displayName"], "Alice");
    assert!(!seen.to_string().contains(&alice.email), "{seen}");
    problem(server.http.get(server.url(&path)).send().await.expect("an answer"), 401, "unauthorized").await;
}

#[tokio::test]
async fn a_consent_token_is_taken_from_its_owner_alone() {
    let server = Server::start().await;
    let alice = Account::new(&server, "Alice").await;
    let room = server.open_room().await;
    let given =
        server.post_ok("/api/v1/users/consent", Some(&alice.access), json!({ "purposes": { "transcription": true } })).await;
    let token = given["consentToken"].as_str().unwrap_or_else(|| panic!("a token in {given}"));
    let path = format!("/api/v1/rooms/{}/join", room.code);
    let joined = server.post_ok(&path, Some(&alice.access), json!({ "consentToken": token })).await;
    let (_, welcome) = Client::join(&server, joined["token"].as_str().expect("a token")).await;
    assert_eq!((&welcome["you"]["displayName"], &welcome["you"]["userId"]), (&json!("Alice"), &json!(alice.id)));
    let consents = &welcome["you"]["consents"];
    assert_eq!(
        (&consents["transcription"], &consents["recording"]),
        (&json!("granted"), &json!("unanswered")),
        "what it grants holds from the start"
    );
    let stranger = server.post(&path, None, json!({ "displayName": "Bob", "consentToken": token })).await;
    assert!(stranger.status().is_client_error(), "somebody else's consent is none: {}", stranger.status());
}
