//! What hosts do, as the others see it.

use crate::{
    client::Client,
    server::{Room, Server},
};
use serde_json::{Value, json};

struct Three {
    server: Server,
    room: Room,
    host: Client,
    bob: Client,
    carol: Client,
}

/// A host and two guests who are all in.
async fn three() -> Three {
    let server = Server::start().await;
    let room = server.open_room().await;
    let host = Client::host(&server, &room).await;
    let bob = Client::guest(&server, &room, "Bob").await;
    let carol = Client::guest(&server, &room, "Carol").await;
    Three { server, room, host, bob, carol }
}

/// Everybody here hears of a change to somebody, by the one who made it.
async fn all_see(everybody: [&mut Client; 3], whose: &str, by: Option<&str>, what: &str, wanted: impl Fn(&Value) -> bool) {
    for one in everybody {
        let seen = |event: &Value| {
            event["type"] == "participant_updated" && event["participant"]["id"] == whose && wanted(&event["participant"])
        };
        let event = one.hear_that(what, seen).await;
        assert_eq!(event["by"].as_str(), by, "{event}");
    }
}

#[tokio::test]
async fn muting_one_or_all() {
    let Three { server: _server, mut host, mut bob, mut carol, .. } = three().await;
    let (host_id, bob_id) = (host.id.clone(), bob.id.clone());
    bob.do_ok(json!({ "type": "update_state", "muted": false, "videoOn": true })).await;
    all_see([&mut host, &mut bob, &mut carol], &bob_id, None, "that he is on", |bob| {
        bob["muted"] == false && bob["videoOn"] == true
    })
    .await;
    host.do_ok(json!({ "type": "mute", "participantId": bob_id, "kind": "video" })).await;
    all_see([&mut host, &mut bob, &mut carol], &bob_id, Some(&host_id), "that his camera is off", |bob| {
        bob["videoOn"] == false && bob["muted"] == false
    })
    .await;
    carol.do_ok(json!({ "type": "update_state", "muted": false })).await;
    host.do_ok(json!({ "type": "mute", "participantId": "all", "kind": "audio" })).await;
    for id in [bob_id.clone(), carol.id.clone()] {
        all_see([&mut host, &mut bob, &mut carol], &id, Some(&host_id), "that they are muted", |who| who["muted"] == true).await;
    }
    bob.refused(json!({ "type": "mute", "participantId": carol.id, "kind": "audio" }), "not_permitted").await;
    host.refused(json!({ "type": "mute", "kind": "audio" }), "bad_field").await;
    host.refused(json!({ "type": "mute", "participantId": uuid::Uuid::nil(), "kind": "audio" }), "no_such_participant").await;
    host.do_ok(json!({ "type": "ask_unmute", "participantId": bob_id, "kind": "audio" })).await;
    let asked = bob.hear("unmute_requested").await;
    assert_eq!((&asked["from"], &asked["kind"]), (&json!(host_id), &json!("audio")));
    carol.hears_nothing_of("unmute_requested").await;
}

#[tokio::test]
async fn who_may_unmute_is_a_setting() {
    let Three { server: _server, mut host, mut bob, mut carol, .. } = three().await;
    host.do_ok(json!({ "type": "update_room", "settings": { "unmute": "hosts" } })).await;
    bob.hear_that("the setting", |event| event["room"]["settings"]["unmute"] == "hosts").await;
    host.do_ok(json!({ "type": "mute", "participantId": bob.id, "kind": "audio" })).await;
    bob.refused(json!({ "type": "update_state", "muted": false }), "not_permitted").await;
    let (host_id, bob_id) = (host.id.clone(), bob.id.clone());
    host.do_ok(json!({ "type": "set_role", "participantId": bob_id, "role": "cohost" })).await;
    all_see([&mut host, &mut bob, &mut carol], &bob_id, Some(&host_id), "his role", |bob| bob["role"] == "cohost").await;
    bob.do_ok(json!({ "type": "update_state", "muted": false })).await;
}

#[tokio::test]
async fn roles_names_and_the_room_itself() {
    let Three { server: _server, mut host, mut bob, mut carol, .. } = three().await;
    let (host_id, bob_id) = (host.id.clone(), bob.id.clone());
    host.do_ok(json!({ "type": "set_role", "participantId": bob_id, "role": "cohost" })).await;
    all_see([&mut host, &mut bob, &mut carol], &bob_id, Some(&host_id), "his role", |bob| bob["role"] == "cohost").await;
    let demotion = bob.ask(json!({ "type": "set_role", "participantId": host_id, "role": "participant" })).await;
    assert_eq!(demotion["ok"], false, "a cohost takes nothing from the host: {demotion}");
    bob.refused(json!({ "type": "set_role", "participantId": bob_id, "role": "host" }), "not_permitted").await;
    bob.refused(json!({ "type": "transfer_host", "participantId": bob_id }), "not_permitted").await;
    bob.do_ok(json!({ "type": "rename", "displayName": "Robert" })).await;
    all_see([&mut host, &mut bob, &mut carol], &bob_id, None, "his name", |bob| bob["displayName"] == "Robert").await;
    let carol_id = carol.id.clone();
    host.do_ok(json!({ "type": "rename", "participantId": carol_id, "displayName": "Caroline" })).await;
    all_see([&mut host, &mut bob, &mut carol], &carol_id, Some(&host_id), "her name", |carol| carol["displayName"] == "Caroline")
        .await;
    carol.refused(json!({ "type": "rename", "participantId": bob_id, "displayName": "Bobby" }), "not_permitted").await;
    host.do_ok(json!({ "type": "spotlight", "participantId": carol_id })).await;
    carol
        .hear_that("the spotlight", |event| event["type"] == "room_updated" && event["room"]["spotlight"] == json!(carol_id))
        .await;
    host.do_ok(json!({ "type": "spotlight", "participantId": null })).await;
    carol
        .hear_that("no spotlight", |event| {
            event["type"] == "room_updated" && event["room"].get("spotlight").is_none_or(Value::is_null)
        })
        .await;
    host.do_ok(json!({ "type": "update_room", "name": "New name", "settings": { "chat": "hosts" } })).await;
    let updated = carol.hear_that("the room", |event| event["room"]["name"] == "New name").await;
    assert_eq!((&updated["room"]["settings"]["chat"], &updated["by"]), (&json!("hosts"), &json!(host_id)));
    carol.refused(json!({ "type": "chat", "text": "hey", "clientId": "1" }), "not_permitted").await;
}

#[tokio::test]
async fn hands_go_up_and_down() {
    let Three { server: _server, mut host, mut bob, mut carol, .. } = three().await;
    let (host_id, bob_id, carol_id) = (host.id.clone(), bob.id.clone(), carol.id.clone());
    let up = |who: &Value| crate::wire::is_time(who["handRaisedAt"].as_str().unwrap_or_default());
    let down = |who: &Value| who.get("handRaisedAt").is_none_or(Value::is_null);
    bob.do_ok(json!({ "type": "update_state", "handRaised": true })).await;
    all_see([&mut host, &mut bob, &mut carol], &bob_id, None, "his hand", up).await;
    carol.do_ok(json!({ "type": "raise_hand", "raised": true })).await;
    all_see([&mut host, &mut bob, &mut carol], &carol_id, None, "her hand", up).await;
    carol.refused(json!({ "type": "lower_hands", "participantId": bob_id }), "not_permitted").await;
    host.do_ok(json!({ "type": "lower_hands" })).await;
    for id in [&bob_id, &carol_id] {
        all_see([&mut host, &mut bob, &mut carol], id, Some(&host_id), "no hand", down).await;
    }
}

#[tokio::test]
async fn the_host_hands_over() {
    let Three { server, room, mut host, mut bob, mut carol } = three().await;
    let (host_id, bob_id) = (host.id.clone(), bob.id.clone());
    host.do_ok(json!({ "type": "transfer_host", "participantId": bob_id })).await;
    all_see([&mut host, &mut bob, &mut carol], &bob_id, Some(&host_id), "the new host", |bob| bob["role"] == "host").await;
    carol
        .hear_that("the old one", |event| {
            event["participant"]["id"] == json!(host_id) && event["participant"]["role"] == "cohost"
        })
        .await;
    host.refused(json!({ "type": "transfer_host", "participantId": host_id }), "not_permitted").await;
    bob.do_ok(json!({ "type": "lock", "locked": true })).await;
    assert_eq!(host.resume(&server).await["state"], "joined");
    drop(room);
}

#[tokio::test]
async fn a_lock_keeps_everybody_out_and_nobody_in() {
    let Three { server, room, mut host, mut bob, mut carol } = three().await;
    let early = server.guest_token(&room, "Dave").await;
    bob.refused(json!({ "type": "lock", "locked": true }), "not_permitted").await;
    host.do_ok(json!({ "type": "lock", "locked": true })).await;
    carol.hear_that("the lock", |event| event["type"] == "room_updated" && event["room"]["locked"] == true).await;
    // A token from before the lock does not help.
    let (_, reply) = Client::hello(&server, &early).await;
    assert_eq!(reply["error"]["code"], "room_locked");
    bob.cut();
    assert_eq!(bob.resume(&server).await["state"], "joined");
    host.do_ok(json!({ "type": "lock", "locked": false })).await;
    Client::join(&server, &early).await;
}

#[tokio::test]
async fn removed_people_may_come_back_and_banned_ones_not() {
    let Three { server, room, mut host, mut bob, mut carol } = three().await;
    let token = server.guest_token(&room, "Dave").await;
    let (mut dave, _) = Client::join(&server, &token).await;
    host.do_ok(json!({ "type": "remove", "participantId": dave.id, "ban": false })).await;
    assert_eq!(dave.hear("removed").await["ban"], false);
    assert_eq!(dave.close_code().await, Some(4403));
    let left = carol.hear("participant_left").await;
    assert_eq!((&left["participantId"], &left["reason"]), (&json!(dave.id), &json!("removed")));
    assert_eq!(dave.resume(&server).await["ok"], false);
    // Coming back is the host's to allow, though the doors are open for others.
    let (mut dave, reply) = Client::hello(&server, &token).await;
    assert_eq!(reply["state"], "waiting");
    host.do_ok(json!({ "type": "admit", "participantId": dave.id })).await;
    dave.hear("welcome").await;
    host.do_ok(json!({ "type": "remove", "participantId": dave.id, "ban": true })).await;
    assert_eq!(dave.hear("removed").await["ban"], true);
    assert_eq!(dave.close_code().await, Some(4403));
    let (mut again, reply) = Client::hello(&server, &token).await;
    assert_eq!(reply["error"]["code"], "banned");
    assert_eq!(again.close_code().await, Some(4403));
    bob.refused(json!({ "type": "remove", "participantId": carol.id, "ban": false }), "not_permitted").await;
}

#[tokio::test]
async fn consent_is_everybodys_own_and_seen_at_once() {
    let Three { server, room, mut host, mut bob, mut carol } = three().await;
    let bob_id = bob.id.clone();
    bob.do_ok(json!({ "type": "consent", "purposes": { "recording": true } })).await;
    let given = |bob: &Value| {
        bob["consents"]
            == json!({
                "recording": "granted", "transcription": "unanswered", "emotion": "unanswered", "assistant": "unanswered",
                "shareEmotion": false,
            })
    };
    all_see([&mut host, &mut bob, &mut carol], &bob_id, None, "his consent", given).await;
    bob.do_ok(json!({ "type": "consent", "purposes": { "recording": false } })).await;
    all_see([&mut host, &mut bob, &mut carol], &bob_id, None, "its end", |bob| bob["consents"]["recording"] == "refused").await;
    let key = crate::people::api_key(&server, None);
    let audit: Value = server.get("/api/v1/audit", &key).await.json().await.expect("JSON");
    let of_room = |entry: &&Value| entry["action"] == "consent.changed" && entry["roomId"] == json!(room.id);
    assert_eq!(audit["items"].as_array().expect("a list").iter().filter(of_room).count(), 2, "{audit}");
}

#[tokio::test]
async fn ending_the_session_ends_it_for_all() {
    let Three { server, room, mut host, mut bob, mut carol } = three().await;
    bob.refused(json!({ "type": "end_session" }), "not_permitted").await;
    host.send(json!({ "type": "end_session" })).await;
    for one in [&mut host, &mut bob, &mut carol] {
        assert_eq!(one.hear("session_ended").await["reason"], "ended_by_host");
        assert_eq!(one.close_code().await, Some(4410));
    }
    assert_eq!(bob.resume(&server).await["error"]["code"], "resume_expired");
    // The room is still there for the next session.
    let (_, welcome) = Client::join(&server, &room.host_token).await;
    assert_eq!(welcome["participants"].as_array().map(Vec::len), Some(1));
}
