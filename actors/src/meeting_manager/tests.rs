//! Each kind of actor panics, and the process ends: what is lost is what the design says, and nothing else.

use crate::{
    protocol::{
        CloseCode, ErrorCode, Settings,
        client::{self, Fault, Simulate},
    },
    testing::{Person, World},
};
use std::time::Duration;

async fn meeting(world: &World) -> (Person, Person) {
    let (mut alice, mut bob) = (world.host("Alice"), world.guest("Bob"));
    alice.joins(world).await;
    bob.joins(world).await;
    alice.hears("participant_joined").await;
    (alice, bob)
}

#[test]
fn a_panicking_participant_costs_a_resume() {
    World::tell(World::open_door(), |world| async move {
        let (mut alice, mut bob) = meeting(&world).await;
        bob.sends(Simulate { fault: Fault::PanicParticipant });
        bob.is_closed_with(CloseCode::Internal).await;
        alice.says("are you there?").await;
        let id = bob.id();
        bob.resumes(&world).await.expect("may resume");
        assert_eq!(bob.hears("welcome").await["chat"][0]["text"], "are you there?");
        assert_eq!(bob.id(), id);
        alice.hears_nothing_of("participant_left").await;
    });
}

#[test]
fn a_panicking_room_is_rebuilt_and_everybody_stays() {
    World::tell(World::open_door(), |world| async move {
        let (mut alice, mut bob) = meeting(&world).await;
        alice.says("before").await;
        bob.hears("chat_received").await;
        bob.sends(Simulate { fault: Fault::PanicRoom });
        world.passes(Duration::from_secs(1)).await;
        alice.says("after").await;
        assert_eq!(bob.hears("chat_received").await["text"], "after");
        assert!(bob.closed.is_none() && alice.closed.is_none());
        bob.hears_nothing_of("participant_left").await;
        world.passes(Duration::from_secs(40)).await;
        assert_eq!(world.rooms.live(world.record.room_id).await.expect("is open").participants, 2);
    });
}

#[test]
fn a_panicking_manager_is_made_again_and_rooms_do_not_notice() {
    World::tell(World::open_door(), |world| async move {
        let (mut alice, mut bob) = meeting(&world).await;
        alice.sends(Simulate { fault: Fault::PanicManager });
        alice.says("still here").await;
        assert_eq!(bob.hears("chat_received").await["text"], "still here");
        world.passes(Duration::from_secs(1)).await;
        bob.sends(Simulate { fault: Fault::PanicRoom });
        world.passes(Duration::from_secs(1)).await;
        let mut carol = world.guest("Carol");
        carol.joins(&world).await;
    });
}

#[test]
fn after_a_restart_of_the_process_everybody_is_back_with_chat_roles_and_queue() {
    World::tell(Settings { join_before_host: true, ..Settings::default() }, |mut world| async move {
        let (mut alice, mut bob, mut carol) = (world.host("Alice"), world.guest("Bob"), world.guest("Carol"));
        alice.joins(&world).await;
        bob.knocks(&world).await;
        alice.does(client::Admit { participant_id: bob.id() }).await;
        bob.hears("welcome").await;
        alice.does(client::SetRole { participant_id: bob.id(), role: crate::protocol::Role::Presenter }).await;
        alice.says("remember this").await;
        carol.knocks(&world).await;
        world.restart();
        world.passes(Duration::from_secs(5)).await;
        let before = bob.last_seq;
        let reply = bob.resumes(&world).await.expect("may resume");
        assert_eq!(reply["replayed"], false);
        let welcome = bob.hears("welcome").await;
        assert_eq!(welcome["seq"].as_u64(), Some(before + 1));
        assert_eq!(welcome["you"]["role"], "presenter");
        assert_eq!(welcome["chat"][0]["text"], "remember this");
        carol.resumes(&world).await.expect("her knock is kept");
        alice.resumes(&world).await.expect("may resume");
        assert_eq!(alice.hears("welcome").await["waiting"][0]["displayName"], "Carol");
    });
}

#[test]
fn those_who_do_not_come_back_after_a_restart_leave_after_the_grace_time() {
    World::tell(World::open_door(), |mut world| async move {
        let (mut alice, bob) = meeting(&world).await;
        world.restart();
        world.passes(Duration::from_secs(1)).await;
        alice.resumes(&world).await.expect("may resume");
        alice.hears("welcome").await;
        world.passes(Duration::from_secs(40)).await;
        let left = alice.hears("participant_left").await;
        assert_eq!(left["participantId"], bob.id().to_string());
    });
}

#[test]
fn there_is_no_room_where_there_is_none() {
    World::tell(World::open_door(), |world| async move {
        let nowhere = uuid::Uuid::from_u128(999).into();
        let error = world.rooms.open(nowhere).await.err().expect("must be refused");
        assert_eq!(error.code, ErrorCode::RoomNotFound);
    });
}

#[test]
fn draining_tells_everybody_and_keeps_the_session_for_the_next_process() {
    World::tell(World::open_door(), |mut world| async move {
        let (mut alice, mut bob) = meeting(&world).await;
        alice.says("see you").await;
        world.rooms.drain(None, 1_000).await;
        assert_eq!(bob.hears("server_draining").await["retryInMs"], 1_000);
        bob.is_closed_with(CloseCode::Draining).await;
        world.restart();
        bob.resumes(&world).await.expect("may resume");
        assert_eq!(bob.hears("welcome").await["chat"][0]["text"], "see you");
    });
}

#[test]
fn whoever_comes_back_while_an_actor_is_ending_is_not_left_without_an_answer() {
    for fault in [Fault::PanicParticipant, Fault::PanicRoom] {
        World::tell(World::open_door(), |world| async move {
            let (mut alice, mut bob) = meeting(&world).await;
            bob.sends(Simulate { fault });
            // The fault and the new socket meet in the same mailbox.
            bob.resumes(&world).await.expect("is back");
            // Alice's own participant finds the new room within its back-off.
            world.passes(Duration::from_secs(1)).await;
            alice.says("welcome back").await;
            assert_eq!(bob.hears("chat_received").await["text"], "welcome back");
        });
    }
}

#[test]
fn a_participant_that_outlived_its_room_may_still_panic_and_come_back() {
    World::tell(World::open_door(), |world| async move {
        let (mut alice, mut bob) = meeting(&world).await;
        alice.sends(Simulate { fault: Fault::PanicRoom });
        world.passes(Duration::from_secs(1)).await;
        bob.sends(Simulate { fault: Fault::PanicParticipant });
        bob.is_closed_with(CloseCode::Internal).await;
        bob.resumes(&world).await.expect("may resume");
        alice.says("welcome back").await;
        assert_eq!(bob.hears("chat_received").await["text"], "welcome back");
    });
}
