//! Nothing that opens something, and nothing that people say, is ever written down where operators look (I9).

use crate::{
    client::Client,
    people::{Account, PASSWORD, api_key, greenroom},
    server::Server,
};
use reqwest::{Method, multipart};
use serde_json::{Value, json};

/// All that was used and must not be seen again, by name.
#[derive(Default)]
struct Secrets(Vec<(&'static str, String)>);

impl Secrets {
    fn add(&mut self, name: &'static str, secret: impl Into<String>) -> String {
        let secret = secret.into();
        assert!(secret.len() >= 8, "{name} is too short to be looked for");
        self.0.push((name, secret.clone()));
        secret
    }

    fn add_of(&mut self, name: &'static str, value: &Value) -> String {
        self.add(name, value.as_str().unwrap_or_else(|| panic!("{name} in {value}")))
    }

    fn are_not_in(&self, place: &str, text: &str) {
        for (name, secret) in &self.0 {
            assert!(!text.contains(secret.as_str()), "{name} is in {place}: {}", line_of(text, secret));
            // The part of a signed token that makes it good.
            let signature = secret.rsplit('.').next().filter(|part| secret.contains('.') && part.len() > 20);
            assert!(signature.is_none_or(|part| !text.contains(part)), "{name} is in {place}");
        }
    }
}

fn line_of<'a>(text: &'a str, part: &str) -> &'a str {
    text.lines().find(|line| line.contains(part)).unwrap_or_default()
}

#[tokio::test]
async fn i9_no_secret_is_in_logs_metrics_or_errors() {
    let mut secrets = Secrets::default();
    let turn_secret = secrets.add("the TURN secret", "north wind and the sun");
    let server = Server::start_with(&["--turn-urls", "turn:turn.example.org:3478", "--turn-secret", &turn_secret]).await;
    let mut errors = Vec::new();

    // Accounts.
    secrets.add("a password", PASSWORD);
    let alice = Account::new(&server, "Alice").await;
    secrets.add("an access token", &*alice.access);
    secrets.add("a refresh token", &*alice.refresh);
    let wrong = secrets.add("a wrong password", "not the right horse");
    let sign_in = json!({ "email": alice.email, "password": wrong });
    errors.push(server.post("/api/v1/auth/login", None, sign_in).await);
    let next = Account::of(&server.post_ok("/api/v1/auth/refresh", None, json!({ "refreshToken": alice.refresh })).await);
    secrets.add("the next refresh token", &*next.refresh);
    let made = server.post_ok("/api/v1/api-keys", Some(&next.access), json!({ "name": "ci", "scopes": ["rooms:read"] })).await;
    secrets.add_of("an API key", &made["key"]);
    secrets.add("an operator's API key", api_key(&server, None));
    let misspelt = secrets.add("a misspelt token", format!("{}x", alice.access));
    errors.push(server.get("/api/v1/users/me", &misspelt).await);
    errors.push(server.get(&format!("/api/v1/rooms/{}", "ZZZZ-9999"), &alice.access).await);

    // A room with a password.
    let room_password = secrets.add("a room's password", "open sesame seeds");
    let body = json!({ "password": room_password, "settings": { "waitingRoom": "off" } });
    let made = server.post_ok("/api/v1/rooms", Some(&alice.access), body).await;
    let host_token = secrets.add_of("a join token", &made["joinToken"]);
    let path = format!("/api/v1/rooms/{}", made["roomId"].as_str().expect("an id"));
    let wrong = secrets.add("a wrong room password", "open poppy seeds");
    errors.push(server.post(&format!("{path}/join"), None, json!({ "displayName": "Bob", "password": wrong })).await);
    let joined = server.post_ok(&format!("{path}/join"), None, json!({ "displayName": "Bob", "password": room_password })).await;
    let token = secrets.add_of("a guest's join token", &joined["token"]);
    secrets.add_of("a guest token", &joined["guestToken"]);

    // They meet.
    let (mut host, welcome) = Client::join(&server, &host_token).await;
    secrets.add_of("a resume token", &welcome["resumeToken"]);
    secrets.add_of("a TURN credential", &welcome["iceServers"][0]["credential"]);
    let (mut bob, _) = Client::join(&server, &token).await;
    secrets.add("a guest's resume token", &*bob.resume_token);
    let text = secrets.add("what was said", "the treasure is under the old oak");
    host.chat(&text).await;
    bob.hear("chat_received").await;
    let sdp = secrets.add("a description", "a=ice-pwd:abcdefghijklmnopqrstuvwx");
    host.do_ok(json!({ "type": "offer", "to": bob.id, "sdp": format!("v=0\r\n{sdp}\r\n"), "epoch": 1 })).await;
    let long = secrets.add("what was too long", "nobody may read this either ".repeat(200));
    host.refused(json!({ "type": "chat", "text": long, "clientId": "1" }), "too_long").await;
    host.send_raw(tokio_tungstenite::tungstenite::Message::text(format!("{{\"type\":\"chat\",\"text\":\"{text}\""))).await;
    assert_eq!(host.hear("reply").await["error"]["code"], "bad_json");
    let content = secrets.add("a file's content", "the map to the treasure");
    let form = multipart::Form::new().part("file", multipart::Part::text(content).file_name("map.txt"));
    let file: Value = server
        .request(Method::POST, &format!("{path}/files"))
        .bearer_auth(&host_token)
        .multipart(form)
        .send()
        .await
        .expect("an answer")
        .json()
        .await
        .expect("JSON");
    let url = file["url"].as_str().expect("a link");
    secrets.add("a file's link", url.split_once("token=").expect("its token").1);
    assert!(server.http.get(server.url(url)).send().await.expect("an answer").status().is_success());
    errors.push(server.http.get(server.url(&format!("{url}x"))).send().await.expect("an answer"));
    errors.push(
        server
            .http
            .get(server.url(&url.replace(made["roomId"].as_str().expect("an id"), &host.id)))
            .send()
            .await
            .expect("an answer"),
    );

    // Everything that can panic does, and everybody comes back.
    for fault in ["panic_participant", "panic_room", "panic_manager"] {
        bob.send(json!({ "type": "simulate", "fault": fault })).await;
        bob.cut();
        let reply = bob.resume(&server).await;
        assert_eq!(reply["ok"], true, "{fault}: {reply}");
        secrets.add("the next resume token", &*bob.resume_token);
        bob.catch_up(&server).await;
    }
    let mut stranger = Client::connect(&server).await;
    stranger
        .refused(json!({ "type": "resume", "resumeToken": format!("{}x", bob.resume_token), "lastSeq": 0 }), "resume_invalid")
        .await;

    for answer in errors {
        assert!(answer.status().is_client_error(), "{}", answer.status());
        let path = answer.url().path().to_owned();
        secrets.are_not_in(&path, &answer.text().await.expect("a body"));
    }
    let metrics = server.http.get(server.url("/metrics")).send().await.expect("an answer").text().await.expect("text");
    secrets.are_not_in("/metrics", &metrics);
    let config = greenroom(&server, &["config", "print", "--turn-secret", &turn_secret]);
    assert!(config.status.success());
    secrets.are_not_in("config print", &String::from_utf8_lossy(&config.stdout));
    let log = server.log();
    assert!(log.contains("panicked") && log.contains("answered"), "the log is there to be searched");
    secrets.are_not_in("the log", &log);
}
