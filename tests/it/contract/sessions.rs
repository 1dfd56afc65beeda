//! What is kept of a session.

use crate::{client::Client, people::Account, problem::problem, server::Server};
use serde_json::{Value, json};

#[tokio::test]
async fn sessions_are_listed_newest_first_by_pages_and_each_has_a_report() {
    let server = Server::start().await;
    let room = server.open_room().await;
    let mut sessions = Vec::new();
    let mut guest = String::new();
    for n in 0..3 {
        let (mut host, welcome) = Client::join(&server, &room.host_token).await;
        sessions.insert(0, welcome["sessionId"].clone());
        guest = server.guest_token(&room, "Bob").await;
        let (mut bob, _) = Client::join(&server, &guest).await;
        host.chat(&format!("line {n}")).await;
        bob.hear("chat_received").await;
        host.send(json!({ "type": "end_session" })).await;
        assert_eq!(bob.close_code().await, Some(4410));
    }
    let path = format!("/api/v1/rooms/{}/sessions", room.id);
    let mut listed = Vec::new();
    let mut cursor = String::new();
    loop {
        let page: Value = server.get(&format!("{path}?limit=2{cursor}"), &room.guest_token).await.json().await.expect("JSON");
        listed.extend(page["items"].as_array().expect("a list").iter().map(|item| item["sessionId"].clone()));
        match page["nextCursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
    }
    assert_eq!(listed, sessions);
    let report = format!("{path}/{}/report", sessions[0].as_str().expect("an id"));
    for token in [&room.guest_token, &guest] {
        let seen: Value = server.get(&report, token).await.json().await.expect("JSON");
        assert_eq!((&seen["sessionId"], &seen["chatCount"], &seen["peak"]), (&sessions[0], &json!(1), &json!(2)));
        let names: Vec<_> =
            seen["participants"].as_array().expect("a list").iter().map(|who| who["displayName"].clone()).collect();
        assert!(names.contains(&json!("Alice")) && names.contains(&json!("Bob")), "{seen}");
    }
    problem(server.http.get(server.url(&report)).send().await.expect("an answer"), 401, "unauthorized").await;
    let other = Account::new(&server, "Mallory").await;
    problem(server.get(&report, &other.access).await, 404, "not_found").await;
    problem(server.get(&path, &other.access).await, 404, "not_found").await;
    let recordings: Value =
        server.get(&format!("/api/v1/rooms/{}/recordings", room.id), &room.guest_token).await.json().await.expect("JSON");
    assert_eq!(recordings["items"], json!([]));
}
