//! Tokens that are not ours, or not for this.

use crate::{client::Client, people::Account, server::Server};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use ed25519_dalek::{Signer, SigningKey, pkcs8::DecodePrivateKey};
use hmac::{Hmac, KeyInit, Mac};
use reqwest::StatusCode;
use serde_json::{Value, json};
use sha2::Sha256;
use std::fs;

/// A real token taken apart, with the server's own key to put others together.
struct Forge {
    header: Value,
    claims: Value,
    key: SigningKey,
}

impl Forge {
    fn new(server: &Server, token: &str) -> Self {
        let part = |n: usize| -> Value {
            let text = token.split('.').nth(n).expect("three parts");
            serde_json::from_slice(&URL_SAFE_NO_PAD.decode(text).expect("base64")).expect("JSON")
        };
        let header = part(0);
        let kid = header["kid"].as_str().expect("a key id");
        let pem = fs::read_to_string(server.data_dir().join("keys").join(format!("{kid}.pem"))).expect("the key");
        let key = SigningKey::from_pkcs8_pem(&pem).expect("a key");
        Self { claims: part(1), key, header }
    }

    fn unsigned(header: &Value, claims: &Value) -> String {
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        format!("{}.{}", part(header), part(claims))
    }

    fn sign(&self, header: &Value, claims: &Value) -> String {
        let body = Self::unsigned(header, claims);
        format!("{body}.{}", URL_SAFE_NO_PAD.encode(self.key.sign(body.as_bytes()).to_bytes()))
    }

    /// Signed with the right key, with one claim changed or, for null, left out.
    fn with_claim(&self, name: &str, value: Value) -> String {
        self.sign(&self.header, &set(&self.claims, name, value))
    }

    fn with_header(&self, name: &str, value: Value) -> String {
        self.sign(&set(&self.header, name, value), &self.claims)
    }

    fn with_hmac(&self, key: &[u8]) -> String {
        let body = Self::unsigned(&set(&self.header, "alg", json!("HS256")), &self.claims);
        let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("any key");
        mac.update(body.as_bytes());
        format!("{body}.{}", URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes()))
    }

    /// What I1 lists.
    fn wrong(&self, other_kind: &str, other_audience: &str) -> Vec<String> {
        let now = time::OffsetDateTime::now_utc().unix_timestamp();
        let public = self.key.verifying_key();
        let mut wrong = vec![
            format!("{}.", Self::unsigned(&set(&self.header, "alg", json!("none")), &self.claims)),
            format!("{}.", Self::unsigned(&set(&self.header, "alg", json!("None")), &self.claims)),
            Self::unsigned(&self.header, &self.claims),
            self.with_hmac(public.as_bytes()),
            self.with_hmac(URL_SAFE_NO_PAD.encode(public.as_bytes()).as_bytes()),
            self.with_header("crit", json!(["exp"])),
            "a.b.c".to_owned(),
            "..".to_owned(),
        ];
        let own = self.sign(&self.header, &self.claims);
        let (body, signature) = own.rsplit_once('.').expect("three parts");
        wrong.push(format!("{body}.{}", signature.chars().rev().collect::<String>()));
        let changed = Self::unsigned(&self.header, &set(&self.claims, "sub", json!("user:somebody-else")));
        wrong.push(format!("{changed}.{signature}"));
        for (name, value) in [
            ("typ", json!(other_kind)),
            ("typ", json!(7)),
            ("typ", Value::Null),
            ("aud", json!(other_audience)),
            ("aud", Value::Null),
            ("iss", json!("https://evil.example")),
            ("iss", Value::Null),
            ("exp", json!(now - 1)),
            ("exp", json!((now + 60).to_string())),
            ("exp", json!(now as f64 + 60.5)),
            ("exp", json!(now + 10 * 365 * 86_400)),
            ("exp", json!(-1)),
            ("exp", Value::Null),
            ("iat", json!(now + 3_600)),
            ("iat", json!("now")),
            ("iat", Value::Null),
            ("nbf", json!(now + 3_600)),
            ("sub", Value::Null),
            ("tenant", json!("everybody's")),
        ] {
            wrong.push(self.with_claim(name, value));
        }
        wrong
    }
}

fn set(object: &Value, name: &str, value: Value) -> Value {
    let mut object = object.clone();
    match value {
        Value::Null => drop(object.as_object_mut().expect("an object").remove(name)),
        value => object[name] = value,
    }
    object
}

/// The answer's status and body, but for the trace.
async fn answer(server: &Server, token: &str) -> (StatusCode, Value) {
    let answer = server.get("/api/v1/users/me", token).await;
    let status = answer.status();
    let mut body: Value = answer.json().await.expect("JSON");
    body.as_object_mut().expect("an object").remove("traceId");
    (status, body)
}

/// What the socket says to this join token, and how it closes.
async fn hello(server: &Server, token: &str) -> (Value, Option<u16>) {
    let (mut client, reply) = Client::hello(server, token).await;
    (reply["error"].clone(), client.close_code().await)
}

#[tokio::test]
async fn i1_forged_tokens_get_401_with_one_message_for_all() {
    let server = Server::start().await;
    let alice = Account::new(&server, "Alice").await;
    let forge = Forge::new(&server, &alice.access);
    let untouched = forge.sign(&forge.header, &forge.claims);
    assert_eq!(answer(&server, &untouched).await.0, StatusCode::OK, "the forge itself is right");
    let garbage = answer(&server, "garbage").await;
    assert_eq!(garbage.0, StatusCode::UNAUTHORIZED);
    for token in forge.wrong("join", "greenroom:room") {
        assert_eq!(answer(&server, &token).await, garbage, "{token}");
    }
}

#[tokio::test]
async fn i1_forged_join_tokens_do_not_open_the_socket() {
    let server = Server::start().await;
    let room = server.open_room().await;
    let token = server.guest_token(&room, "Bob").await;
    let forge = Forge::new(&server, &token);
    Client::join(&server, &forge.sign(&forge.header, &forge.claims)).await;
    let garbage = hello(&server, "garbage").await;
    assert_eq!((&garbage.0["code"], garbage.1), (&json!("token_invalid"), Some(4401)));
    for token in forge.wrong("access", "greenroom:api") {
        assert_eq!(hello(&server, &token).await, garbage, "{token}");
    }
    // A token of another kind, ours and untouched.
    assert_eq!(hello(&server, &room.guest_token).await, garbage);
}

#[tokio::test]
async fn i2_key_ids_and_key_addresses_lead_nowhere() {
    let server = Server::start().await;
    let alice = Account::new(&server, "Alice").await;
    let forge = Forge::new(&server, &alice.access);
    let garbage = answer(&server, "garbage").await;
    let elsewhere = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = format!("http://{}/jwks.json", elsewhere.local_addr().expect("an address"));
    // A stranger's own key, with everything that could make the server use it.
    let stranger = Forge { key: SigningKey::from_bytes(&[7; 32]), header: forge.header.clone(), claims: forge.claims.clone() };
    let jwk = json!({ "kty": "OKP", "crv": "Ed25519", "x": URL_SAFE_NO_PAD.encode(stranger.key.verifying_key().as_bytes()) });
    let own_path = format!("../keys/{}", forge.header["kid"].as_str().expect("a key id"));
    let mut tokens = vec![
        stranger.with_header("jku", json!(address)),
        stranger.with_header("x5u", json!(address)),
        stranger.with_header("jwk", jwk),
        stranger.with_header("kid", json!(address)),
    ];
    for kid in [
        json!("unknown"),
        json!(own_path),
        json!("/dev/zero"),
        json!("../../../etc/passwd"),
        json!(""),
        json!(7),
        json!("k\u{0}"),
        json!("x".repeat(3_000)),
        Value::Null,
    ] {
        tokens.push(forge.with_header("kid", kid));
    }
    for token in tokens {
        assert_eq!(answer(&server, &token).await, garbage, "{}", &token[..token.len().min(200)]);
    }
    let huge = server.get("/api/v1/users/me", &forge.with_header("kid", json!("x".repeat(100 * 1024)))).await;
    assert!(huge.status().is_client_error(), "{}", huge.status());
    let called = tokio::time::timeout(std::time::Duration::from_millis(50), elsewhere.accept()).await;
    assert!(called.is_err(), "nothing is fetched");
    // Over the socket the same, up to the longest frame and past it.
    let room = server.open_room().await;
    let forge = Forge::new(&server, &room.host_token);
    for length in [3_000, 40_000] {
        let (error, close) = hello(&server, &forge.with_header("kid", json!("x".repeat(length)))).await;
        assert_eq!((&error["code"], close), (&json!("token_invalid"), Some(4401)));
    }
    assert_eq!(server.http.get(server.url("/readyz")).send().await.expect("an answer").status(), StatusCode::OK);
}
