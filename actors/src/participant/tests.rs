//! Stories of lost sockets and slow readers.

use crate::{
    protocol::{CloseCode, ErrorCode, Settings, client},
    testing::World,
};
use std::time::Duration;

const CUT: [u64; 2] = [5, 20];

#[test]
fn a_short_cut_is_not_seen_by_anyone_and_nothing_is_missed() {
    for seconds in CUT {
        World::tell(World::open_door(), |world| async move {
            let (mut alice, mut bob) = (world.host("Alice"), world.guest("Bob"));
            alice.joins(&world).await;
            bob.joins(&world).await;
            alice.hears("participant_joined").await;
            bob.loses_socket();
            assert_eq!(alice.hears("participant_updated").await["participant"]["connection"], "reconnecting");
            for text in ["one", "two", "three"] {
                alice.says(text).await;
            }
            world.passes(Duration::from_secs(seconds)).await;
            let id = bob.id();
            let reply = bob.resumes(&world).await.expect("may resume");
            assert_eq!(reply["replayed"], true);
            assert_eq!(bob.id(), id);
            for text in ["one", "two", "three"] {
                assert_eq!(bob.hears("chat_received").await["text"], text);
            }
            alice.hears_nothing_of("participant_left").await;
        });
    }
}

#[test]
fn a_long_cut_is_a_clean_leave() {
    World::tell(World::open_door(), |world| async move {
        let (mut alice, mut bob) = (world.host("Alice"), world.guest("Bob"));
        alice.joins(&world).await;
        bob.joins(&world).await;
        bob.loses_socket();
        world.passes(Duration::from_secs(40)).await;
        assert_eq!(alice.hears("participant_left").await["reason"], "connection_lost");
        let refused = bob.resumes(&world).await.expect_err("is too late");
        assert_eq!(refused.error.code, ErrorCode::ResumeExpired);
        bob.joins(&world).await;
    });
}

#[test]
fn the_newest_tab_wins_and_the_old_one_can_not_come_back() {
    World::tell(World::open_door(), |world| async move {
        let (mut alice, mut bob) = (world.host("Alice"), world.guest("Bob"));
        alice.joins(&world).await;
        bob.joins(&world).await;
        let mut second_tab =
            crate::testing::Person::new("Bob", world.record.room_id, bob.claims.role, bob.claims.identity.clone());
        second_tab.joins(&world).await;
        assert_eq!(second_tab.id(), bob.id());
        bob.is_closed_with(CloseCode::JoinedElsewhere).await;
        assert_eq!(alice.hears("participant_left").await["reason"], "rejoined");
        let refused = bob.resumes(&world).await.expect_err("its token is dead");
        assert_eq!(refused.error.code, ErrorCode::ResumeInvalid);
    });
}

#[test]
fn a_reload_keeps_the_person_and_gets_a_snapshot() {
    World::tell(World::open_door(), |world| async move {
        let (mut alice, mut bob) = (world.host("Alice"), world.guest("Bob"));
        alice.joins(&world).await;
        bob.joins(&world).await;
        bob.says("before").await;
        bob.loses_socket();
        let id = bob.id();
        let reply = bob.resumes_fresh(&world).await.expect("may resume");
        assert_eq!((reply["replayed"].as_bool(), bob.id()), (Some(false), id));
        assert_eq!(bob.hears("welcome").await["chat"][0]["text"], "before");
        assert_eq!(alice.hears("participant_left").await["reason"], "rejoined");
    });
}

#[test]
fn a_reader_that_stops_is_closed_and_the_others_go_on() {
    World::tell(World::open_door(), |world| async move {
        let (mut alice, mut bob) = (world.host("Alice"), world.guest("Bob"));
        alice.joins(&world).await;
        bob.joins(&world).await;
        bob.acks = false;
        for n in 0..400 {
            alice.does(client::React { emoji: "👍".into() }).await;
            if n % 10 == 9 {
                world.passes(Duration::from_secs(1)).await;
            }
        }
        world.passes(Duration::from_secs(11)).await;
        bob.is_closed_with(CloseCode::SlowConsumer).await;
        bob.acks = true;
        bob.resumes(&world).await.expect("may come back");
        alice.says("still here").await;
        assert_eq!(bob.hears("chat_received").await["text"], "still here");
    });
}

#[test]
fn a_knock_survives_a_lost_socket_and_an_admission_meanwhile() {
    World::tell(Settings::default(), |world| async move {
        let (mut alice, mut bob) = (world.host("Alice"), world.guest("Bob"));
        alice.joins(&world).await;
        bob.knocks(&world).await;
        bob.loses_socket();
        world.passes(Duration::from_secs(5)).await;
        alice.does(client::Admit { participant_id: bob.id() }).await;
        world.passes(Duration::from_secs(5)).await;
        bob.resumes(&world).await.expect("may resume");
        bob.hears("welcome").await;
    });
}

#[test]
fn too_many_commands_are_refused_with_a_time_to_wait() {
    World::tell(World::open_door(), |world| async move {
        let mut alice = world.host("Alice");
        alice.joins(&world).await;
        let mut refused = None;
        for _ in 0..40 {
            let reply = alice.asks(client::React { emoji: "👍".into() }).await;
            if reply["ok"] == false {
                refused = Some(reply);
            }
        }
        let refused = refused.expect("the burst has an end");
        assert_eq!(refused["error"]["code"], "rate_limited");
        assert!(refused["error"]["retryInMs"].as_u64().is_some_and(|ms| ms > 0));
    });
}
