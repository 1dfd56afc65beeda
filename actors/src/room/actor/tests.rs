//! Stories of people in a room, told through the actors.

use crate::{
    protocol::{CloseCode, EndReason, ErrorCode, Settings, client},
    testing::World,
};
use std::time::Duration;

#[test]
fn alice_and_bob_meet_and_write_to_each_other() {
    World::tell(World::open_door(), |world| async move {
        let (mut alice, mut bob) = (world.host("Alice"), world.guest("Bob"));
        let welcome = alice.joins(&world).await;
        assert_eq!(welcome["you"]["role"], "host");
        bob.joins(&world).await;
        assert_eq!(alice.hears("participant_joined").await["participant"]["displayName"], "Bob");
        bob.says("hello").await;
        assert_eq!(alice.hears("chat_received").await["text"], "hello");
        bob.does(client::LeaveRoom {}).await;
        assert_eq!(alice.hears("participant_left").await["reason"], "left");
        bob.is_closed_with(CloseCode::Normal).await;
    });
}

#[test]
fn bob_waits_until_alice_admits_him() {
    World::tell(Settings::default(), |world| async move {
        let (mut alice, mut bob) = (world.host("Alice"), world.guest("Bob"));
        alice.joins(&world).await;
        bob.knocks(&world).await;
        let list = alice.hears("waiting_updated").await;
        assert_eq!(list["waiting"][0]["displayName"], "Bob");
        bob.is_refused(
            client::Chat { text: "let me in".into(), to: None, reply_to: None, client_id: "1".into(), file_id: None },
            "not_admitted",
        )
        .await;
        bob.is_refused(client::GetIceServers {}, "not_admitted").await;
        alice.does(client::Admit { participant_id: bob.id() }).await;
        bob.hears("admitted").await;
        assert_eq!(bob.hears("welcome").await["participants"].as_array().map(Vec::len), Some(2));
        assert_eq!(alice.hears("participant_joined").await["participant"]["id"], bob.id().to_string());
    });
}

#[test]
fn a_denied_knock_is_closed() {
    World::tell(Settings::default(), |world| async move {
        let (mut alice, mut bob) = (world.host("Alice"), world.guest("Bob"));
        alice.joins(&world).await;
        bob.knocks(&world).await;
        alice.does(client::Deny { participant_id: bob.id(), message: Some("not today".into()) }).await;
        assert_eq!(bob.hears("denied").await["message"], "not today");
        bob.is_closed_with(CloseCode::Refused).await;
    });
}

#[test]
fn nothing_is_answered_before_it_is_kept() {
    World::tell(World::open_door(), |world| async move {
        let (mut alice, mut bob) = (world.host("Alice"), world.guest("Bob"));
        alice.joins(&world).await;
        bob.joins(&world).await;
        world.store.set_broken(true);
        alice.sends(client::Lock { locked: true });
        bob.hears_nothing_of("room_updated").await;
        world.store.set_broken(false);
        assert_eq!(bob.hears("room_updated").await["room"]["locked"], true);
        let kept = world.store.journal(world.record.room_id);
        assert!(kept.last().is_some_and(|entry| entry.input.contains("lock")));
    });
}

#[test]
fn relays_go_on_while_the_store_is_down() {
    World::tell(World::open_door(), |world| async move {
        let (mut alice, mut bob) = (world.host("Alice"), world.guest("Bob"));
        alice.joins(&world).await;
        bob.joins(&world).await;
        world.store.set_broken(true);
        let sdp = "v=0\r\n".to_owned();
        alice.does(client::Offer { to: bob.id().into(), sdp, epoch: 1, tracks: None }).await;
        assert_eq!(bob.hears("offer_received").await["from"], alice.id().to_string());
    });
}

#[test]
fn the_end_closes_everybody_and_is_kept() {
    World::tell(World::open_door(), |world| async move {
        let (mut alice, mut bob) = (world.host("Alice"), world.guest("Bob"));
        alice.joins(&world).await;
        bob.joins(&world).await;
        alice.does(client::EndSession {}).await;
        assert_eq!(bob.hears("session_ended").await["reason"], "ended_by_host");
        bob.is_closed_with(CloseCode::SessionEnded).await;
        world.passes(Duration::from_secs(1)).await;
        assert_eq!(world.store.sessions(world.record.room_id), [Some(EndReason::EndedByHost)]);
        assert!(world.rooms.live(world.record.room_id).await.is_none());
    });
}

#[test]
fn an_empty_room_ends_its_session_and_the_next_guest_begins_a_new_one() {
    World::tell(World::open_door(), |world| async move {
        let mut alice = world.host("Alice");
        let first = alice.joins(&world).await["sessionId"].clone();
        alice.does(client::LeaveRoom {}).await;
        world.passes(Duration::from_secs(61)).await;
        assert_eq!(world.store.sessions(world.record.room_id), [Some(EndReason::Empty)]);
        assert_ne!(alice.joins(&world).await["sessionId"], first);
    });
}

#[test]
fn every_actor_can_be_observed() {
    World::tell(World::open_door(), |world| async move {
        let mut alice = world.host("Alice");
        alice.joins(&world).await;
        let room = world.rooms.observe_room(world.record.room_id).await.expect("is open");
        assert_eq!((room.live.participants, room.participants.len()), (1, 1));
        assert!(room.participants[0].attached && room.uncommitted == 0);
        assert_eq!(world.rooms.observe().await.len(), 1);
    });
}

#[test]
fn bob_is_denied_while_his_socket_is_gone_and_hears_it_when_he_is_back() {
    World::tell(Settings::default(), |world| async move {
        let (mut alice, mut bob) = (world.host("Alice"), world.guest("Bob"));
        alice.joins(&world).await;
        bob.knocks(&world).await;
        bob.loses_socket();
        alice.does(client::Deny { participant_id: bob.id(), message: Some("not today".into()) }).await;
        let refused = bob.resumes(&world).await.expect_err("he was denied");
        assert_eq!((refused.error.code, refused.error.message.as_str()), (ErrorCode::Denied, "not today"));
        assert_eq!(refused.close, CloseCode::Refused);
        bob.knocks(&world).await;
    });
}

#[test]
fn who_was_admitted_once_comes_straight_in_to_the_next_session() {
    World::tell(Settings { admit_known: true, ..Settings::default() }, |mut world| async move {
        let (mut alice, mut bob) = (world.host("Alice"), world.guest("Bob"));
        alice.joins(&world).await;
        bob.knocks(&world).await;
        alice.does(client::Admit { participant_id: bob.id() }).await;
        bob.hears("welcome").await;
        alice.does(client::EndSession {}).await;
        bob.is_closed_with(CloseCode::SessionEnded).await;
        alice.is_closed_with(CloseCode::SessionEnded).await;
        world.passes(Duration::from_secs(1)).await;
        alice.joins(&world).await;
        bob.joins(&world).await;
        assert_eq!(world.store.sessions(world.record.room_id).len(), 2);
        // What the new session started with is in its journal: a restart comes to the same.
        world.restart();
        bob.resumes_fresh(&world).await.expect("may resume");
        bob.hears("welcome").await;
    });
}
