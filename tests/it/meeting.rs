//! People meet: the main path, and a server that is killed in the middle of it.

use crate::{client::Client, server::Server};
use serde_json::json;

#[tokio::test]
async fn a_guest_knocks_is_admitted_and_talks_with_the_host() {
    let server = Server::start().await;
    let room = server.room(json!({})).await;
    let mut alice = Client::host(&server, &room).await;
    let mut bob = Client::knock(&server, &room, "Bob").await;
    let list = alice.hear("waiting_updated").await;
    assert_eq!(list["waiting"][0]["displayName"], "Bob");
    alice.do_ok(json!({ "type": "admit", "participantId": bob.id })).await;
    bob.hear("admitted").await;
    let welcome = bob.hear("welcome").await;
    assert_eq!(welcome["participants"].as_array().map(Vec::len), Some(2));
    bob.do_ok(json!({ "type": "offer", "to": alice.id, "sdp": "v=0\r\n", "epoch": 1 })).await;
    assert_eq!(alice.hear("offer_received").await["from"], bob.id);
    alice.chat("welcome, Bob").await;
    assert_eq!(bob.hear("chat_received").await["text"], "welcome, Bob");
}

#[tokio::test]
async fn after_kill_9_everybody_is_back_with_chat_roles_and_queue() {
    let mut server = Server::start().await;
    let room = server.room(json!({})).await;
    let mut alice = Client::host(&server, &room).await;
    let mut bob = Client::knock(&server, &room, "Bob").await;
    alice.do_ok(json!({ "type": "admit", "participantId": bob.id })).await;
    bob.hear("welcome").await;
    alice.do_ok(json!({ "type": "set_role", "participantId": bob.id, "role": "cohost" })).await;
    bob.chat("remember this").await;
    let mut carol = Client::knock(&server, &room, "Carol").await;
    server.kill();
    server.run().await;
    let reply = bob.resume(&server).await;
    assert_eq!((&reply["ok"], &reply["replayed"]), (&json!(true), &json!(false)), "{reply}");
    let welcome = bob.hear("welcome").await;
    assert_eq!(welcome["you"]["role"], "cohost");
    assert_eq!(welcome["chat"][0]["text"], "remember this");
    assert_eq!(welcome["waiting"][0]["displayName"], "Carol");
    assert_eq!(carol.resume(&server).await["state"], "waiting");
    assert_eq!(alice.resume(&server).await["state"], "joined");
    alice.do_ok(json!({ "type": "admit", "participantId": carol.id })).await;
    carol.hear("welcome").await;
}
