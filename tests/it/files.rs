//! Files that people share, and those who abuse it (D4, R6).

use crate::{
    client::Client,
    people::Account,
    problem::{invalid, problem},
    raw::Raw,
    server::{Room, Server},
};
use reqwest::{
    Method, Response,
    multipart::{Form, Part},
};
use serde_json::{Value, json};
use std::fs;
use tokio::io::AsyncWriteExt;

const LIMIT: usize = 100_000;

struct Sharing {
    server: Server,
    room: Room,
    alice: Client,
}

/// A room with Alice in it, on a server that takes small files only.
async fn sharing() -> Sharing {
    let server = Server::start_with(&["--max-file-bytes", &LIMIT.to_string()]).await;
    let room = server.open_room().await;
    let alice = Client::host(&server, &room).await;
    Sharing { server, room, alice }
}

fn file(name: &str, bytes: impl Into<Vec<u8>>) -> Form {
    Form::new().part("file", Part::bytes(bytes.into()).file_name(name.to_owned()))
}

impl Sharing {
    fn path(&self) -> String {
        format!("/api/v1/rooms/{}/files", self.room.id)
    }

    async fn upload(&self, token: &str, form: Form) -> Response {
        self.server.request(Method::POST, &self.path()).bearer_auth(token).multipart(form).send().await.expect("an answer")
    }

    async fn share(&self, name: &str, bytes: &[u8]) -> Value {
        let answer = self.upload(&self.room.host_token, file(name, bytes)).await;
        assert_eq!(answer.status(), 201);
        answer.json().await.expect("JSON")
    }

    async fn get(&self, path: &str) -> Response {
        self.server.http.get(self.server.url(path)).send().await.expect("an answer")
    }

    /// Files on the disk, those that are still being written too.
    fn kept(&self) -> usize {
        let folder = self.server.data_dir().join("files").join(&self.room.id);
        fs::read_dir(folder).map_or(0, Iterator::count)
    }

    /// The head of a POST with this body length and whatever comes of it.
    async fn raw(&self, length: &str) -> Raw {
        let mut raw = Raw::connect(&self.server).await;
        let head = format!(
            "POST {} HTTP/1.1\r\nHost: {}\r\nAuthorization: Bearer {}\r\nContent-Type: multipart/form-data; boundary=B\r\n{length}\r\n\r\n",
            self.path(),
            self.server.address(),
            self.room.host_token
        );
        raw.0.write_all(head.as_bytes()).await.expect("written");
        raw
    }
}

const PART: &str = "--B\r\nContent-Disposition: form-data; name=\"file\"; filename=\"x\"\r\n\r\n";

#[tokio::test]
async fn a_shared_file_is_announced_and_comes_back_as_it_was() {
    let mut sharing = sharing().await;
    let mut bob = Client::guest(&sharing.server, &sharing.room, "Bob").await;
    let bytes: Vec<u8> = (0..=255).cycle().take(50_000).collect();
    let shared = sharing.share("holiday.jpg", &bytes).await;
    assert_eq!((&shared["name"], &shared["size"]), (&json!("holiday.jpg"), &json!(50_000)));
    sharing.alice.do_ok(json!({ "type": "chat", "text": "look", "clientId": "1", "fileId": shared["id"] })).await;
    let line = bob.hear("chat_received").await;
    let url = line["file"]["url"].as_str().expect("a link");
    let got = sharing.get(url).await;
    assert_eq!(got.status(), 200);
    assert_eq!(got.bytes().await.expect("bytes"), bytes);
    // A file that was not shared here can not be named.
    bob.refused(json!({ "type": "chat", "text": "x", "clientId": "2", "fileId": uuid::Uuid::nil() }), "bad_field").await;
}

#[tokio::test]
async fn d4_a_script_in_a_picture_never_runs() {
    let sharing = sharing().await;
    let svg = br#"<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>"#;
    let part = Part::bytes(svg.to_vec()).file_name("../../x.svg").mime_str("image/svg+xml").expect("a type");
    let answer = sharing.upload(&sharing.room.host_token, Form::new().part("file", part)).await;
    let shared: Value = answer.json().await.expect("JSON");
    let name = shared["name"].as_str().expect("a name");
    assert!(!name.contains('/'), "{name}");
    let got = sharing.get(shared["url"].as_str().expect("a link")).await;
    let header = |name: &str| got.headers().get(name).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned();
    assert!(header("content-disposition").starts_with("attachment"), "{:?}", got.headers());
    assert_eq!(header("x-content-type-options"), "nosniff");
    assert!(
        header("content-security-policy").contains("sandbox") && !header("content-type").contains("svg"),
        "{:?}",
        got.headers()
    );
    // Every path on the disk is ours.
    let folder = sharing.server.data_dir().join("files").join(&sharing.room.id);
    let names: Vec<_> = fs::read_dir(folder).expect("the folder").map(|entry| entry.expect("an entry").file_name()).collect();
    assert_eq!(names, [shared["id"].as_str().expect("an id")]);
}

#[tokio::test]
async fn d4_too_much_is_413_and_leaves_nothing_behind() {
    let mut sharing = sharing().await;
    let token = sharing.room.host_token.clone();
    assert_eq!(sharing.upload(&token, file("fits", vec![1; LIMIT])).await.status(), 201);
    problem(sharing.upload(&token, file("over", vec![1; LIMIT + 1])).await, 413, "too_large").await;
    // Without end and without a length: it is cut off, not collected.
    let mut raw = sharing.raw("Transfer-Encoding: chunked").await;
    raw.0.write_all(format!("{:x}\r\n{PART}\r\n", PART.len()).as_bytes()).await.expect("written");
    let chunk = format!("{:x}\r\n{}\r\n", 10_000, "x".repeat(10_000));
    let mut sent = 0;
    let answer = loop {
        if raw.0.write_all(chunk.as_bytes()).await.is_err() {
            break None;
        }
        sent += 10_000;
        let mut head = [0; 12];
        match tokio::time::timeout(std::time::Duration::from_millis(20), raw.0.peek(&mut head)).await {
            Ok(Ok(12)) => break Some(String::from_utf8_lossy(&head).into_owned()),
            Ok(Ok(0) | Err(_)) => break None,
            _ => assert!(sent < 50 * LIMIT, "an endless upload is ended"),
        }
    };
    assert!(answer.as_deref().is_none_or(|head| head == "HTTP/1.1 413"), "{answer:?}");
    crate::client::until("only the good one is kept", async || sharing.kept() == 1).await;
    sharing.alice.do_ok(json!({ "type": "ping" })).await;
}

#[tokio::test]
async fn d4_a_lying_length_is_no_file() {
    let sharing = sharing().await;
    let whole = format!("{PART}content\r\n--B--\r\n");
    // Longer than what comes: the sender goes away in the middle.
    let mut raw = sharing.raw(&format!("Content-Length: {}", whole.len() + 1_000)).await;
    raw.0.write_all(PART.as_bytes()).await.expect("written");
    crate::client::until("the upload begins", async || sharing.kept() == 1).await;
    drop(raw);
    crate::client::until("it is discarded", async || sharing.kept() == 0).await;
    // Shorter than what comes: what is there is no whole body.
    let mut raw = sharing.raw(&format!("Content-Length: {}", PART.len() + 3)).await;
    raw.0.write_all(whole.as_bytes()).await.expect("written");
    let mut status = [0; 12];
    tokio::io::AsyncReadExt::read_exact(&mut raw.0, &mut status).await.expect("an answer");
    assert_eq!(String::from_utf8_lossy(&status), "HTTP/1.1 400");
    crate::client::until("nothing is kept", async || sharing.kept() == 0).await;
}

#[tokio::test]
async fn d4_one_part_called_file_and_nothing_else() {
    let sharing = sharing().await;
    let token = &sharing.room.host_token;
    let many = (0..200).fold(file("x", "x"), |form, n| form.part(format!("more{n}"), Part::text("x")));
    for form in [
        Form::new(),
        Form::new().part("picture", Part::text("x")),
        many,
        file("empty", ""),
        file("a", "a").part("file", Part::text("b")),
    ] {
        let answer = sharing.upload(token, form).await;
        assert!(matches!(answer.status().as_u16(), 400 | 422), "{}", answer.status());
    }
    invalid(sharing.upload(token, Form::new().part("picture", Part::text("x"))).await, "file").await;
    let no_form =
        sharing.server.request(Method::POST, &sharing.path()).bearer_auth(token).body("x").send().await.expect("an answer");
    problem(no_form, 415, "unsupported_media_type").await;
    let no_boundary = sharing
        .server
        .request(Method::POST, &sharing.path())
        .bearer_auth(token)
        .header("content-type", "multipart/form-data")
        .body("x");
    assert!(no_boundary.send().await.expect("an answer").status().is_client_error());
    assert_eq!(sharing.kept(), 0);
}

#[tokio::test]
async fn d4_only_members_share_and_a_link_opens_one_file_of_one_room() {
    let sharing = sharing().await;
    let shared = sharing.share("x", b"x").await;
    let url = shared["url"].as_str().expect("a link");
    let other = sharing.server.open_room().await;
    let outsider = sharing.server.guest_token(&sharing.room, "Outside").await;
    let account = Account::new(&sharing.server, "Mallory").await;
    problem(sharing.upload(&outsider, file("x", "x")).await, 403, "not_in_room").await;
    problem(sharing.upload(&other.host_token, file("x", "x")).await, 404, "not_found").await;
    problem(sharing.upload(&account.access, file("x", "x")).await, 403, "wrong_token").await;
    problem(sharing.upload("garbage", file("x", "x")).await, 401, "unauthorized").await;
    let anonymous =
        sharing.server.request(Method::POST, &sharing.path()).multipart(file("x", "x")).send().await.expect("an answer");
    problem(anonymous, 401, "unauthorized").await;
    problem(sharing.get(&url.replace(&sharing.room.id, &other.id)).await, 404, "not_found").await;
    let nil = uuid::Uuid::nil().to_string();
    problem(sharing.get(&url.replace(shared["id"].as_str().expect("an id"), &nil)).await, 404, "not_found").await;
    problem(sharing.get(url.split('?').next().expect("a path")).await, 401, "unauthorized").await;
    problem(sharing.get(&format!("{url}x")).await, 401, "unauthorized").await;
    let with_join_token = format!("{}?token={}", url.split('?').next().expect("a path"), sharing.room.host_token);
    problem(sharing.get(&with_join_token).await, 401, "unauthorized").await;
    assert_eq!(sharing.kept(), 1);
}
