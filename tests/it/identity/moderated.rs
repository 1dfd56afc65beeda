//! Somebody loses what they had while they are connected (I5).

use crate::{client::Client, problem::problem, server::Server};
use reqwest::{Method, multipart};
use serde_json::json;
use std::time::{Duration, Instant};

const AT_ONCE: Duration = Duration::from_secs(1);

#[tokio::test]
async fn i5_a_demotion_counts_at_once() {
    let server = Server::start().await;
    let room = server.open_room().await;
    let (mut host, mut bob) = (Client::host(&server, &room).await, Client::guest(&server, &room, "Bob").await);
    host.do_ok(json!({ "type": "set_role", "participantId": bob.id, "role": "cohost" })).await;
    bob.do_ok(json!({ "type": "lock", "locked": true })).await;
    host.do_ok(json!({ "type": "set_role", "participantId": bob.id, "role": "observer" })).await;
    let began = Instant::now();
    bob.refused(json!({ "type": "lock", "locked": false }), "not_permitted").await;
    assert!(began.elapsed() < AT_ONCE, "{:?}", began.elapsed());
    bob.refused(json!({ "type": "update_state", "muted": false }), "not_permitted").await;
    // Neither a new socket nor the old token brings it back.
    bob.cut();
    bob.resume(&server).await;
    bob.refused(json!({ "type": "lock", "locked": false }), "not_permitted").await;
}

#[tokio::test]
async fn i5_a_host_who_handed_over_does_not_get_it_back_by_the_old_token() {
    let server = Server::start().await;
    let room = server.open_room().await;
    let (mut host, bob) = (Client::host(&server, &room).await, Client::guest(&server, &room, "Bob").await);
    host.do_ok(json!({ "type": "transfer_host", "participantId": bob.id })).await;
    let (mut again, welcome) = Client::join(&server, &room.host_token).await;
    assert_eq!(welcome["you"]["role"], "cohost");
    again.refused(json!({ "type": "transfer_host", "participantId": again.id }), "not_permitted").await;
}

#[tokio::test]
async fn i5_who_is_banned_is_out_within_a_second_and_stays_out() {
    let server = Server::start().await;
    let room = server.open_room().await;
    let (mut host, welcome) = Client::join(&server, &room.host_token).await;
    let path = format!("/api/v1/rooms/{}", room.id);
    let joined = server.post_ok(&format!("{path}/join"), None, json!({ "displayName": "Mallory" })).await;
    let token = joined["token"].as_str().expect("a token").to_owned();
    let (mut mallory, _) = Client::join(&server, &token).await;
    host.do_ok(json!({ "type": "remove", "participantId": mallory.id, "ban": true })).await;
    let began = Instant::now();
    assert_eq!(mallory.close_code().await, Some(4403));
    assert!(began.elapsed() < AT_ONCE, "{:?}", began.elapsed());
    assert_eq!(mallory.resume(&server).await["ok"], false);
    let (_, reply) = Client::hello(&server, &token).await;
    assert_eq!(reply["error"]["code"], "banned");
    // A new name doesn't help whoever shows that they are the same.
    let again =
        server.post(&format!("{path}/join"), joined["guestToken"].as_str(), json!({ "displayName": "Somebody else" })).await;
    problem(again, 403, "banned").await;
    let session = welcome["sessionId"].as_str().expect("an id");
    problem(server.get(&format!("{path}/sessions/{session}/report"), &token).await, 404, "not_found").await;
    let form = multipart::Form::new().part("file", multipart::Part::text("x").file_name("x"));
    let upload = server.request(Method::POST, &format!("{path}/files")).bearer_auth(&token).multipart(form).send();
    problem(upload.await.expect("an answer"), 403, "not_in_room").await;
    host.chat("others go on").await;
}
