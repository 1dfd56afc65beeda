//! Every REST route against everybody who has no business there: made from the server's own OpenAPI document, so that a new route is
//! tested the day it appears (I4).

use crate::{
    client::Client,
    people::{Account, PASSWORD},
    server::Server,
};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use std::{collections::BTreeSet, fs, path::Path, process::Command};

/// Open to anybody by design; everything else refuses strangers.
const PUBLIC: &[(&str, &str)] = &[
    ("get", "/healthz"),
    ("get", "/readyz"),
    ("get", "/metrics"),
    ("get", "/.well-known/jwks.json"),
    ("get", "/api/v1/config"),
    ("get", "/api/connection-details"),
    ("get", "/api/v1/templates"),
    ("post", "/api/v1/rooms"),
    ("get", "/api/v1/rooms/{room}"),
    ("post", "/api/v1/rooms/{room}/join"),
    ("post", "/v1/meetings"),
    ("get", "/v1/meetings/{meeting}"),
    ("post", "/v1/meetings/{meeting}/join"),
    ("post", "/api/v1/users"),
    ("post", "/api/v1/auth/login"),
    ("post", "/api/v1/auth/refresh"),
    ("post", "/api/v1/auth/logout"),
];

const NOBODY: &str = "01890000-0000-7000-8000-000000000000";

pub struct Route {
    pub method: String,
    pub pattern: String,
    path: String,
}

impl Route {
    pub fn is_public(&self) -> bool {
        PUBLIC.contains(&(self.method.as_str(), self.pattern.as_str()))
    }

    /// A body that would be taken from somebody who may.
    fn body(&self) -> Value {
        match self.pattern.as_str() {
            "/api/v1/users/me/password" => json!({ "currentPassword": "correct horse", "newPassword": "battery staple" }),
            "/api/v1/users/me" if self.method == "delete" => json!({ "password": "correct horse" }),
            "/api/v1/users/consent" => json!({ "purposes": { "recording": true } }),
            "/api/v1/api-keys" => json!({ "name": "mine", "scopes": ["rooms:read"] }),
            "/api/v1/rooms/{room}/recordings/{recording}/backups" => {
                json!({ "source": "microphone", "mime": "audio/webm", "chunkBytes": 65_536, "startedAtMs": 0 })
            }
            "/api/v1/auth/login" => json!({ "email": "nobody@example.org", "password": "correct horse" }),
            "/api/v1/users" => json!({ "email": "not an address", "password": "x", "displayName": "" }),
            _ => json!({}),
        }
    }

    async fn ask(&self, server: &Server, token: Option<&str>) -> StatusCode {
        self.answer(server, token).await.0
    }

    /// The status and the body.
    pub async fn answer(&self, server: &Server, token: Option<&str>) -> (StatusCode, String) {
        let method = Method::from_bytes(self.method.to_uppercase().as_bytes()).expect("a method");
        let mut request = server.request(method, &self.path);
        if self.method != "get" {
            request = request.json(&self.body());
        }
        if let Some(token) = token {
            request = request.bearer_auth(token);
        }
        let answer = request.send().await.expect("an answer");
        (answer.status(), answer.text().await.unwrap_or_default())
    }
}

pub async fn routes(server: &Server, room: &str) -> Vec<Route> {
    let document: Value =
        server.http.get(server.url("/openapi.json")).send().await.expect("an answer").json().await.expect("JSON");
    let paths = document["paths"].as_object().expect("paths");
    let mut routes = Vec::new();
    for (pattern, methods) in paths {
        let path = pattern
            .replace("{room}", room)
            .replace("{meeting}", room)
            .replace("{session}", NOBODY)
            .replace("{recording}", NOBODY)
            .replace("{file}", NOBODY)
            .replace("{backup}", NOBODY)
            .replace("{chunk}", "0")
            .replace("{id}", NOBODY);
        for method in methods.as_object().expect("methods").keys() {
            routes.push(Route { method: method.clone(), pattern: pattern.clone(), path: path.clone() });
        }
    }
    routes
}

/// The routes that the source lays out, as method and address below the tree; without the pages and the socket, which are no REST.
fn laid_out() -> BTreeSet<(String, String)> {
    let mut paths = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("src/web")];
    let mut found = BTreeSet::new();
    while let Some(path) = paths.pop() {
        if path.is_dir() {
            paths.extend(fs::read_dir(path).expect("a folder").map(|entry| entry.expect("an entry").path()));
            continue;
        }
        let source = fs::read_to_string(path).expect("source");
        let mut address = String::new();
        // From one opening of a call to the next: an address is the first argument, a method is what comes before its handler.
        for (at, _) in source.match_indices('(') {
            let (before, after) = (&source[..at], source[at + 1..].trim_start());
            if (before.ends_with("resource") || before.ends_with("one")) && after.starts_with('"') {
                address = after[1..].split('"').next().expect("its end").to_owned();
            }
            for method in ["get", "post", "put", "patch", "delete"] {
                let handled = after.starts_with(").to(") && before.ends_with(&format!("web::{method}"));
                if handled
                    && !address.starts_with("/docs")
                    && !["/openapi.json", "/signal", "/egress-audio", "/egress-video"].contains(&address.as_str())
                {
                    found.insert((method.to_owned(), address.clone()));
                }
            }
        }
    }
    found
}

#[tokio::test]
async fn i4_the_document_from_which_the_matrix_is_made_has_every_route() {
    let server = Server::start().await;
    let below =
        |pattern: &str| ["/api/v1", "/v1"].iter().find_map(|tree| pattern.strip_prefix(tree)).unwrap_or(pattern).to_owned();
    let documented: BTreeSet<_> =
        routes(&server, NOBODY).await.into_iter().map(|route| (route.method, below(&route.pattern))).collect();
    assert_eq!(laid_out(), documented);
    assert!(documented.len() > 30, "{documented:?}");
}

/// A key that reaches everything of another tenant.
fn key_of_other_tenant(server: &Server) -> String {
    let run = |arguments: &[&str]| {
        let output = Command::new(env!("CARGO_BIN_EXE_greenroom"))
            .args(arguments)
            .arg("--data-dir")
            .arg(server.data_dir())
            .output()
            .expect("it runs");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).expect("text").trim().to_owned()
    };
    let tenant = run(&["tenants", "create", "Other"]);
    let scopes = ["rooms:read", "rooms:write", "sessions:read"].map(|scope| format!("--scope={scope}"));
    run(&["api-keys", "create", "ci", "--tenant", &tenant, &scopes[0], &scopes[1], &scopes[2]])
}

#[tokio::test]
async fn strangers_are_refused_everywhere() {
    let server = Server::start().await;
    let (room, other) = (server.open_room().await, server.open_room().await);
    // The room lives, so that what is refused is there to be seen.
    let _host = Client::host(&server, &room).await;
    let routes = routes(&server, &room.id).await;
    assert!(routes.len() > 30, "the document has {} routes", routes.len());
    let refusals = [StatusCode::UNAUTHORIZED, StatusCode::FORBIDDEN, StatusCode::NOT_FOUND];
    let foreign_key = key_of_other_tenant(&server);
    let body = json!({ "email": "eve@example.org", "password": PASSWORD, "displayName": "Eve" });
    let foreign = Account::of(&server.post_ok("/api/v1/users", Some(&foreign_key), body).await);
    let account = Account::new(&server, "Mallory").await;
    let guest = server.guest_token(&room, "Bob").await;
    let strangers = [
        ("nobody", None),
        ("garbage", Some("garbage")),
        ("the host of another room", Some(other.guest_token.as_str())),
        ("a join token of another room", Some(other.host_token.as_str())),
        ("another tenant's key", Some(foreign_key.as_str())),
        ("another tenant's account", Some(foreign.access.as_str())),
        ("an account that is not the host", Some(account.access.as_str())),
        ("a guest of the room who is not in it", Some(guest.as_str())),
        ("a refresh token", Some(account.refresh.as_str())),
    ];
    let own =
        |pattern: &str| pattern.contains("/users/me") || pattern.contains("/users/consent") || pattern.contains("/api-keys");
    for route in routes.iter().filter(|route| !route.is_public()) {
        for (who, token) in strangers {
            // What is an account's own is another matter; whether it is theirs alone, `contract::accounts` tells.
            if who.contains("account") && own(&route.pattern) {
                continue;
            }
            let lists = [
                "the host of another room",
                "another tenant's key",
                "another tenant's account",
                "an account that is not the host",
            ];
            let may_list_own = route.pattern == "/api/v1/rooms" && lists.contains(&who);
            // Whoever holds a join token may see the lists of its room, by design.
            let lists = ["/api/v1/rooms/{room}/recordings", "/api/v1/rooms/{room}/sessions"];
            let may_list =
                may_list_own || who.starts_with("a guest") && route.method == "get" && lists.contains(&route.pattern.as_str());
            let status = route.ask(&server, token).await;
            // Which meeting it is about stands in the form, and what was sent here is none; `emotion` tells who is refused.
            let no_form = route.pattern == "/api/v1/emotion" && status == StatusCode::UNSUPPORTED_MEDIA_TYPE;
            let expected = if may_list { status == StatusCode::OK } else { no_form || refusals.contains(&status) };
            assert!(expected, "{} {} as {who}: {status}", route.method, route.pattern);
        }
    }
    let still_there = server.get(&format!("/api/v1/rooms/{}", room.id), &room.guest_token).await;
    assert_eq!(still_there.status(), StatusCode::OK);
}

#[tokio::test]
async fn a_token_that_is_no_good_is_refused_even_where_none_is_needed() {
    let server = Server::start().await;
    let room = server.open_room().await;
    for route in routes(&server, &room.id)
        .await
        .iter()
        .filter(|route| route.pattern.contains("rooms") || route.pattern.contains("meetings"))
    {
        // A file's link carries its own token.
        if route.pattern.contains("{file}") {
            continue;
        }
        assert_eq!(route.ask(&server, Some("garbage")).await, StatusCode::UNAUTHORIZED, "{} {}", route.method, route.pattern);
    }
}

#[tokio::test]
async fn another_tenant_does_not_even_learn_that_a_room_is_there() {
    let server = Server::start().await;
    let room = server.open_room().await;
    let key = key_of_other_tenant(&server);
    for named in [&room.id, &room.code] {
        let there = server.get(&format!("/api/v1/rooms/{named}"), &key).await;
        let nowhere = server.get(&format!("/api/v1/rooms/{NOBODY}"), &key).await;
        assert_eq!((there.status(), nowhere.status()), (StatusCode::NOT_FOUND, StatusCode::NOT_FOUND));
        let strip = |mut problem: Value| {
            problem.as_object_mut().expect("an object").remove("traceId");
            problem
        };
        assert_eq!(strip(there.json().await.expect("JSON")), strip(nowhere.json().await.expect("JSON")));
    }
}

#[tokio::test]
async fn the_document_says_what_each_answer_is_and_names_each_operation_once() {
    let server = Server::start().await;
    let document: Value =
        server.http.get(server.url("/openapi.json")).send().await.expect("an answer").json().await.expect("JSON");
    let mut names = BTreeSet::new();
    for (path, operations) in document["paths"].as_object().expect("paths") {
        for (method, operation) in operations.as_object().expect("methods") {
            let name = operation["operationId"].as_str().expect("a name");
            assert!(names.insert(name.to_owned()), "{method} {path}: {name} twice");
            for (status, answer) in operation["responses"].as_object().expect("answers") {
                assert!(answer["description"].as_str().is_some_and(|text| !text.is_empty()), "{method} {path} {status}");
            }
        }
    }
}
