//! Media negotiation through the server (S9): whatever order clients send it in, nothing gets stuck.

use crate::{client::Client, server::Server};
use serde_json::json;

#[tokio::test]
async fn s9_glare_stray_answers_and_early_candidates_pass_and_the_next_offer_works() {
    let server = Server::start().await;
    let room = server.open_room().await;
    let (mut alice, mut bob) = (Client::host(&server, &room).await, Client::guest(&server, &room, "Bob").await);
    let candidate = json!({ "candidate": "candidate:1 1 udp 1 127.0.0.1 9 typ host", "sdpMid": "0" });
    alice.do_ok(json!({ "type": "ice_candidate", "to": bob.id, "candidate": candidate, "epoch": 1 })).await;
    alice.do_ok(json!({ "type": "ice_candidate", "to": bob.id, "candidate": null, "epoch": 1 })).await;
    alice.do_ok(json!({ "type": "answer", "to": bob.id, "sdp": "v=0\r\nstray", "epoch": 1 })).await;
    alice.do_ok(json!({ "type": "offer", "to": bob.id, "sdp": "v=0\r\na", "epoch": 1 })).await;
    bob.do_ok(json!({ "type": "offer", "to": alice.id, "sdp": "v=0\r\nb", "epoch": 1 })).await;
    assert_eq!(bob.hear("ice_candidate_received").await["candidate"], candidate);
    assert!(bob.hear("ice_candidate_received").await["candidate"].is_null());
    assert_eq!(bob.hear("answer_received").await["sdp"], "v=0\r\nstray");
    assert_eq!(bob.hear("offer_received").await["sdp"], "v=0\r\na");
    assert_eq!(alice.hear("offer_received").await["from"], bob.id);
}

#[tokio::test]
async fn s9_ten_renegotiations_at_once_arrive_in_order() {
    let server = Server::start().await;
    let room = server.open_room().await;
    let (mut alice, mut bob) = (Client::host(&server, &room).await, Client::guest(&server, &room, "Bob").await);
    for n in 0..10 {
        alice.send(json!({ "type": "offer", "to": bob.id, "sdp": format!("v=0\r\ns={n}"), "epoch": 1 })).await;
    }
    for n in 0..10 {
        assert_eq!(bob.hear("offer_received").await["sdp"], format!("v=0\r\ns={n}"));
    }
    bob.cut();
    alice.do_ok(json!({ "type": "offer", "to": bob.id, "sdp": "v=0\r\nlater", "epoch": 1 })).await;
    bob.resume(&server).await;
    assert_eq!(bob.hear("offer_received").await["sdp"], "v=0\r\nlater");
}

#[tokio::test]
async fn descriptions_out_of_bounds_are_refused_and_the_peer_lives() {
    let server = Server::start().await;
    let room = server.open_room().await;
    let (mut alice, mut bob) = (Client::host(&server, &room).await, Client::guest(&server, &room, "Bob").await);
    let lines = "m=audio 9 UDP/TLS/RTP/SAVPF 111\r\n".repeat(65);
    alice.refused(json!({ "type": "offer", "to": bob.id, "sdp": format!("v=0\r\n{lines}"), "epoch": 1 }), "bad_field").await;
    alice.refused(json!({ "type": "offer", "to": bob.id, "sdp": "x".repeat(62_000), "epoch": 1 }), "too_long").await;
    let long = json!({ "candidate": "x".repeat(5_000) });
    alice.refused(json!({ "type": "ice_candidate", "to": bob.id, "candidate": long, "epoch": 1 }), "too_long").await;
    alice.refused(json!({ "type": "offer", "to": uuid::Uuid::nil(), "sdp": "v=0\r\n", "epoch": 1 }), "no_such_participant").await;
    alice.do_ok(json!({ "type": "offer", "to": bob.id, "sdp": "v=0\r\n", "epoch": 1 })).await;
    assert_eq!(bob.hear("offer_received").await["from"], alice.id);
}
