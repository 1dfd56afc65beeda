//! What people write is shown as text, whatever it is (S10).

use crate::{client::Client, people::Account, problem::invalid, server::Server};
use serde_json::{Value, json};

const MARKUP: &str = "<img src=x onerror=alert(1)><script>alert(1)</script>&amp;'\"`${1}";

#[tokio::test]
async fn s10_markup_stays_text_and_harmful_characters_go() {
    let server = Server::start().await;
    let room = server.open_room().await;
    let (mut alice, mut bob) = (Client::host(&server, &room).await, Client::guest(&server, &room, "Bob").await);
    for (sent, kept) in [
        (MARKUP, MARKUP),
        ("a\u{0}b\u{8}c\u{1b}[31m", "abc[31m"),
        ("\u{202E}gpj.exe\u{2066}x\u{2069}", "gpj.exex"),
        ("שלום وسلام 👩‍👩‍👧‍👦 e\u{301}", "שלום وسلام 👩‍👩‍👧‍👦 e\u{301}"),
    ] {
        alice.chat(sent).await;
        assert_eq!(bob.hear("chat_received").await["text"], kept);
        let name: String = sent.chars().take(80).collect();
        alice.do_ok(json!({ "type": "rename", "displayName": name })).await;
        let expected: String = kept.chars().take(80).collect();
        bob.hear_that("the name", |event| event["participant"]["displayName"] == json!(expected)).await;
        alice.do_ok(json!({ "type": "update_room", "name": name })).await;
        bob.hear_that("the title", |event| event["room"]["name"] == json!(expected)).await;
    }
    let made = server.post_ok("/api/v1/rooms", None, json!({ "name": "\u{202E}x<b>\u{7}", "hostName": "\u{202E}A\u{0}" })).await;
    assert_eq!(made["name"], "x<b>");
    let (_, welcome) = Client::join(&server, made["joinToken"].as_str().expect("a token")).await;
    assert_eq!(welcome["you"]["displayName"], "A");
}

#[tokio::test]
async fn s10_ten_thousand_emoji_are_too_many() {
    let server = Server::start().await;
    let room = server.open_room().await;
    let emoji = "😀".repeat(10_000);
    let mut alice = Client::host(&server, &room).await;
    alice.refused(json!({ "type": "chat", "text": emoji, "clientId": "1" }), "too_long").await;
    alice.refused(json!({ "type": "rename", "displayName": emoji }), "too_long").await;
    alice.refused(json!({ "type": "update_room", "name": emoji }), "too_long").await;
    alice.refused(json!({ "type": "react", "emoji": emoji }), "too_long").await;
    alice.refused(json!({ "type": "waiting_message", "text": emoji }), "too_long").await;
    alice.refused(json!({ "type": "deny_all", "message": emoji }), "too_long").await;
    alice.do_ok(json!({ "type": "chat", "text": "😀".repeat(4_000), "clientId": "2" })).await;
    let mut bob = Client::connect(&server).await;
    let token = server.guest_token(&room, "Bob").await;
    bob.refused(json!({ "type": "hello", "token": token, "displayName": emoji }), "too_long").await;
    invalid(server.post("/api/v1/rooms", None, json!({ "name": emoji })).await, "name").await;
    invalid(server.post("/api/v1/rooms", None, json!({ "hostName": emoji })).await, "hostName").await;
    invalid(server.post("/v1/meetings", None, json!({ "title": emoji })).await, "name").await;
    let path = format!("/api/v1/rooms/{}", room.id);
    let change = server.request(reqwest::Method::PATCH, &path).bearer_auth(&room.guest_token).json(&json!({ "name": emoji }));
    invalid(change.send().await.expect("an answer"), "name").await;
    let join = format!("/api/v1/rooms/{}/join", room.code);
    invalid(server.post(&join, None, json!({ "displayName": emoji })).await, "displayName").await;
    let account = Account::new(&server, "Alice").await;
    let change = server
        .request(reqwest::Method::PATCH, "/api/v1/users/me")
        .bearer_auth(&account.access)
        .json(&json!({ "displayName": emoji }));
    invalid(change.send().await.expect("an answer"), "displayName").await;
    let sign_up = json!({ "email": "bob@example.org", "password": crate::people::PASSWORD, "displayName": emoji });
    invalid(server.post("/api/v1/users", None, sign_up).await, "displayName").await;
    let key = json!({ "name": emoji, "scopes": ["rooms:read"] });
    invalid(server.post("/api/v1/api-keys", Some(&account.access), key).await, "name").await;
    let read = server.get(&path, &room.guest_token).await.json::<Value>().await.expect("JSON");
    assert_eq!(read["name"], "", "nothing of it was taken");
}

#[tokio::test]
async fn s10_names_that_are_nothing_are_refused() {
    let server = Server::start().await;
    let room = server.open_room().await;
    let mut alice = Client::host(&server, &room).await;
    for nothing in ["", "   ", "\u{202E}\u{0}", "\n\t"] {
        let reply = alice.ask(json!({ "type": "rename", "displayName": nothing })).await;
        assert_eq!(
            (&reply["error"]["code"], &reply["error"]["field"]),
            (&json!("bad_field"), &json!("displayName")),
            "{nothing:?}: {reply}"
        );
        let reply: Value = alice.ask(json!({ "type": "chat", "text": nothing, "clientId": "1" })).await;
        assert_eq!(reply["ok"], false, "{nothing:?}: {reply}");
    }
}

#[tokio::test]
async fn s10_no_page_allows_inline_scripts() {
    let server = Server::start().await;
    for path in [
        "/",
        "/r/ABCD-2345",
        "/sign-in",
        "/account",
        "/rooms",
        "/docs/",
        "/index.html",
        "/api/v1/config",
        "/api/v1/nothing",
        "/nothing.js",
    ] {
        let answer = server.http.get(server.url(path)).send().await.expect("an answer");
        let policy =
            answer.headers().get("content-security-policy").and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned();
        let directive = |name: &str| policy.split(';').map(str::trim).find_map(|one| one.strip_prefix(name)).map(str::to_owned);
        let scripts =
            directive("script-src ").or_else(|| directive("default-src ")).unwrap_or_else(|| panic!("{path}: {policy}"));
        assert!(
            !["unsafe-inline", "unsafe-eval", "*", "data:", "blob:", "http:", "https:"].iter().any(|word| scripts.contains(word)),
            "{path}: {scripts}"
        );
        assert_eq!(answer.headers().get("x-content-type-options").map(|value| value.as_bytes()), Some(&b"nosniff"[..]), "{path}");
        assert!(policy.contains("frame-ancestors 'none'") && policy.contains("object-src 'none'"), "{path}: {policy}");
    }
}
