//! Signing keys change while the server runs (I3).

use crate::{
    client::{Client, until},
    people::{Account, PASSWORD, greenroom, greenroom_ok},
    server::Server,
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use reqwest::StatusCode;
use serde_json::{Value, json};

fn key_of(token: &str) -> String {
    let header = URL_SAFE_NO_PAD.decode(token.split('.').next().expect("a header")).expect("base64");
    serde_json::from_slice::<Value>(&header).expect("JSON")["kid"].as_str().expect("a key id").to_owned()
}

#[tokio::test]
async fn i3_old_and_new_are_valid_until_the_old_key_is_removed_without_a_restart() {
    let server = Server::start().await;
    let room = server.open_room().await;
    let old = Account::new(&server, "Alice").await;
    let me = async |token: &str| server.get("/api/v1/users/me", token).await.status();
    let login = async || {
        let body = json!({ "refreshToken": server.post_ok("/api/v1/auth/login", None, json!({ "email": old.email, "password": PASSWORD })).await["refreshToken"] });
        Account::of(&server.post_ok("/api/v1/auth/refresh", None, body).await).access
    };
    let first = key_of(&old.access);
    let refused = greenroom(&server, &["keys", "remove", &first]);
    assert_eq!(refused.status.code(), Some(1), "the key that signs stays");
    let second = greenroom_ok(&server, &["keys", "rotate"]);
    assert_ne!(first, second);
    tokio::time::timeout(crate::server::DEADLINE, async {
        // One guest token a try: logins are limited.
        while key_of(&server.guest_token(&room, "Bob").await) != second {
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
    })
    .await
    .expect("the new key signs");
    let new = login().await;
    assert_eq!(key_of(&new), second);
    assert_eq!((me(&old.access).await, me(&new).await), (StatusCode::OK, StatusCode::OK));
    let published: Value =
        server.http.get(server.url("/.well-known/jwks.json")).send().await.expect("an answer").json().await.expect("JSON");
    assert_eq!(published["keys"].as_array().map(Vec::len), Some(2));
    let (mut host, _) = Client::join(&server, &room.host_token).await;
    greenroom_ok(&server, &["keys", "remove", &first]);
    until("the removed key is refused", async || me(&old.access).await == StatusCode::UNAUTHORIZED).await;
    assert_eq!(me(&new).await, StatusCode::OK);
    let (_, reply) = Client::hello(&server, &room.host_token).await;
    assert_eq!(reply["error"]["code"], "token_invalid");
    // Who is in stays in, and resumes.
    host.chat("still here").await;
    host.cut();
    assert_eq!(host.resume(&server).await["ok"], true);
}
