//! Guessing passwords (I7), and lying about where one is (I8).

use crate::{
    client::Client,
    people::{Account, PASSWORD},
    problem::problem,
    server::Server,
};
use reqwest::{Method, Response};
use serde_json::json;
use std::time::Instant;

async fn sign_in(server: &Server, from: &str, email: &str, password: &str) -> Response {
    let body = json!({ "email": email, "password": password });
    server
        .request(Method::POST, "/api/v1/auth/login")
        .header("X-Forwarded-For", from)
        .json(&body)
        .send()
        .await
        .expect("an answer")
}

/// Guesses three times as often as may be, all at once; the limit lets through what it may and says when to come back.
async fn guess_past(limit: usize, guess: impl AsyncFn(usize) -> Response) {
    let guess = &guess;
    let answers = futures_util::future::join_all((0..3 * limit).map(async |n| guess(n).await)).await;
    let tried = answers.iter().filter(|answer| answer.status() != 429).count();
    // A slow machine wins a guess back now and then.
    assert!((limit..2 * limit).contains(&tried), "{tried} of {limit}");
    assert!(answers.iter().all(|answer| matches!(answer.status().as_u16(), 401 | 403 | 429)));
    is_limited(answers.into_iter().find(|answer| answer.status() == 429).expect("one over the limit")).await;
}

async fn is_limited(answer: Response) {
    let wait =
        answer.headers().get("retry-after").and_then(|value| value.to_str().ok()).and_then(|text| text.parse::<u64>().ok());
    assert!(wait.is_some_and(|seconds| (1..=60).contains(&seconds)), "{wait:?}");
    problem(answer, 429, "rate_limited").await;
}

#[tokio::test]
async fn i7_wrong_passwords_from_many_addresses_are_limited_by_account() {
    let server = Server::start_with(&["--trusted-proxies", "127.0.0.1"]).await;
    let alice = Account::new(&server, "Alice").await;
    let (server, email) = (&server, &alice.email);
    guess_past(10, async |n| sign_in(server, &format!("198.51.100.{n}"), email, "guess what").await).await;
    // The account stays what it is, and others are not held up.
    let bob = Account::new(server, "Bob").await;
    assert!(sign_in(server, "198.51.100.99", &bob.email, PASSWORD).await.status().is_success());
}

#[tokio::test]
async fn i7_a_flood_of_guesses_is_refused_while_others_are_served() {
    let server = Server::start().await;
    let room = server.open_room().await;
    let alice = Account::new(&server, "Alice").await;
    let flood = (0..300).map(|n| {
        let email = format!("{n}@example.org");
        let server = &server;
        async move { sign_in(server, "", &email, "guess what").await }
    });
    let guesses = futures_util::future::join_all(flood);
    let others = async {
        let began = Instant::now();
        assert!(server.get("/api/v1/users/me", &alice.access).await.status().is_success());
        Client::host(&server, &room).await.chat("all is well").await;
        began.elapsed()
    };
    let (answers, waited) = tokio::join!(guesses, others);
    assert!(waited < crate::server::DEADLINE, "{waited:?}");
    let statuses: Vec<u16> = answers.iter().map(|answer| answer.status().as_u16()).collect();
    assert!(statuses.iter().all(|status| matches!(status, 401 | 429)), "{statuses:?}");
    assert!(statuses.iter().filter(|status| **status == 401).count() <= 45, "one address has its limit");
    let refused = answers.into_iter().find(|answer| answer.status() == 429).expect("one over the limit");
    is_limited(refused).await;
}

async fn locked_room(server: &Server) -> String {
    let settings = json!({ "waitingRoom": "off", "joinBeforeHost": true });
    let made = server.post_ok("/api/v1/rooms", None, json!({ "password": "open sesame", "settings": settings })).await;
    format!("/api/v1/rooms/{}/join", made["roomCode"].as_str().expect("a code"))
}

async fn says(server: &Server, from: &str, join: &str, password: &str) -> Response {
    let body = json!({ "displayName": "M", "password": password });
    server.request(Method::POST, join).header("X-Forwarded-For", from).json(&body).send().await.expect("an answer")
}

#[tokio::test]
async fn i7_a_rooms_password_can_not_be_guessed_without_end() {
    let server = Server::start().await;
    let join = locked_room(&server).await;
    let (server, join) = (&server, &join);
    guess_past(10, async |n| says(server, "", join, &format!("guess {n}")).await).await;
}

#[tokio::test]
async fn i7_a_room_that_is_guessed_at_from_many_addresses_holds_and_who_knows_the_password_goes_on() {
    let server = Server::start_with(&["--trusted-proxies", "127.0.0.1", "--room-passwords-per-minute-per-room", "30"]).await;
    let (join, other) = (locked_room(&server).await, locked_room(&server).await);
    let known = "203.0.113.1";
    assert!(says(&server, known, &join, "open sesame").await.status().is_success());
    let (server, join) = (&server, &join);
    guess_past(30, async |n| says(server, &format!("198.51.100.{n}"), join, "guess what").await).await;
    // Not even the right one comes through from where nobody knew it, or guessing would go on.
    is_limited(says(server, "198.51.100.200", join, "open sesame").await).await;
    for _ in 0..25 {
        assert!(says(server, known, join, "open sesame").await.status().is_success());
    }
    assert!(says(server, "198.51.100.200", &other, "open sesame").await.status().is_success(), "another room goes on");
}

#[tokio::test]
async fn i7_right_passwords_from_one_address_are_not_limited_as_guesses() {
    let server = Server::start().await;
    let join = locked_room(&server).await;
    for _ in 0..25 {
        assert!(says(&server, "", &join, "open sesame").await.status().is_success());
    }
}

#[tokio::test]
async fn i8_a_forged_address_is_ignored() {
    let server = Server::start_with(&["--sign-ins-per-minute-per-address", "3"]).await;
    let mut statuses = Vec::new();
    for n in 0..5 {
        // One is won back every 20 s.
        statuses.push(
            sign_in(&server, &format!("198.51.100.{n}"), &format!("{n}@example.org"), "guess what").await.status().as_u16(),
        );
    }
    assert_eq!(statuses, [401, 401, 401, 429, 429]);
}

#[tokio::test]
async fn i8_a_trusted_proxys_last_word_counts_not_what_the_client_put_before() {
    let server = Server::start_with(&["--trusted-proxies", "127.0.0.1", "--sign-ins-per-minute-per-address", "3"]).await;
    let mut statuses = Vec::new();
    for n in 0..5 {
        let chain = format!("10.0.0.{n}, 198.51.100.7");
        statuses.push(sign_in(&server, &chain, &format!("{n}@example.org"), "guess what").await.status().as_u16());
    }
    assert_eq!(statuses, [401, 401, 401, 429, 429]);
    assert_eq!(sign_in(&server, "198.51.100.8", "6@example.org", "guess what").await.status(), 401);
}
