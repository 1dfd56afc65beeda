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

/// M1 at the media plane: a description that is too much, or none at all, costs its sender an answer and nobody their media.
#[tokio::test]
async fn m1_descriptions_for_the_server_out_of_bounds_get_typed_errors_and_the_peer_lives() {
    let server = Server::start().await;
    let room = server.open_room().await;
    let mut alice = Client::host(&server, &room).await;
    let offer = |sdp: String, epoch: u64| json!({ "type": "offer", "to": "sfu", "sdp": sdp, "epoch": epoch });
    alice.refused(offer("v=0\r\n".into(), 1), "bad_field").await;
    alice.do_ok(json!({ "type": "update_room", "settings": { "topology": "sfu" } })).await;
    let epoch = alice.hear("topology_switched").await["epoch"].as_u64().expect("an epoch");
    let lines = "m=audio 9 UDP/TLS/RTP/SAVPF 111\r\n".repeat(1_000);
    alice.refused(offer(format!("v=0\r\n{lines}"), epoch), "bad_field").await;
    alice.refused(offer("x".repeat(62_000), epoch), "too_long").await;
    alice.do_ok(offer("v=0\r\nnothing of the kind\r\n".into(), epoch)).await;
    let refused = alice.hear("description_refused").await;
    assert_eq!(
        (&refused["leg"], &refused["reason"], &refused["epoch"]),
        (&json!("publish"), &json!("unreadable"), &json!(epoch))
    );
    alice.do_ok(json!({ "type": "restart_receive", "epoch": epoch })).await;
    let mut huge = Client::guest(&server, &room, "Bob").await;
    huge.send(offer("x".repeat(1 << 20), epoch)).await;
    assert_eq!(huge.close_code().await, Some(1009));
    assert_eq!(alice.do_ok(json!({ "type": "ping" })).await["ok"], true);
}
