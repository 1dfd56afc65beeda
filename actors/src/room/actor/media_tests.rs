//! Stories of a room between mesh and server, told through the actors.

use crate::{
    ids::ParticipantId,
    media::{MediaEvent, Permit},
    protocol::{Address, MediaKind, Role, client},
    testing::{Person, World, memory_media::Mood},
};
use std::time::Duration;

const NAMES: [&str; 5] = ["Bob", "Carol", "Dave", "Erin", "Frank"];

/// Alice and five others, which is one too many for a mesh.
async fn six(world: &World) -> Vec<Person> {
    let mut people = vec![world.host("Alice")];
    people.extend(NAMES.map(|name| world.guest(name)));
    for person in &mut people {
        person.joins(world).await;
    }
    people
}

fn ids(people: &[Person]) -> Vec<ParticipantId> {
    people.iter().map(Person::id).collect()
}

async fn say_ready(people: &mut [Person], epoch: u32) {
    let edges = ids(people);
    for person in people {
        person.does(client::TopologyReady { epoch, edges: edges.clone() }).await;
    }
}

/// Six people whose media goes through the server, on the path 2.
async fn six_on_the_server(world: &World) -> Vec<Person> {
    let mut people = six(world).await;
    say_ready(&mut people, 2).await;
    assert_eq!(people[0].hears("topology_switched").await["mode"], "sfu");
    people
}

fn permit(world: &World, who: ParticipantId) -> Option<Permit> {
    world.plane().peers(world.record.room_id).get(&who).copied()
}

#[test]
fn six_meet_and_go_over_to_the_server_together() {
    World::tell_with_media(World::open_door(), |world| async move {
        let mut people = six(&world).await;
        assert_eq!(people[0].hears("topology_switching").await["reason"], "too_large_for_mesh");
        let bob = &mut people[1];
        let offer = bob.hears("offer_received").await;
        assert_eq!((offer["from"].as_str(), offer["epoch"].as_u64()), (Some("sfu"), Some(2)));
        let sdp = "v=0\r\n".to_owned();
        bob.does(client::Offer { to: Address::Sfu, sdp: sdp.clone(), epoch: 2, tracks: None }).await;
        assert_eq!(bob.hears("answer_received").await["from"], "sfu");
        bob.does(client::Answer { to: Address::Sfu, sdp, epoch: 2 }).await;
        assert_eq!(bob.hears("slots_updated").await["slots"].as_array().map(Vec::len), Some(5));
        say_ready(&mut people, 2).await;
        for person in &mut people {
            assert_eq!(person.hears("topology_switched").await["epoch"], 2);
        }
    });
}

#[test]
fn with_one_who_never_gets_ready_it_is_rolled_back_and_tried_again_later() {
    World::tell_with_media(World::open_door(), |world| async move {
        let mut people = six(&world).await;
        say_ready(&mut people[..5], 2).await;
        assert_eq!(people[0].hears("topology_rolled_back").await["reason"], "not_ready");
        world.passes(Duration::from_millis(100)).await;
        assert!(!world.plane().has_room(world.record.room_id));
        people[1].hears("topology_switching").await;
        world.passes(Duration::from_secs(15)).await;
        assert_eq!(people[1].hears("topology_switching").await["epoch"], 3);
        say_ready(&mut people, 3).await;
        assert_eq!(people[1].hears("topology_switched").await["epoch"], 3);
    });
}

#[test]
fn a_busy_plane_gets_everything_later_and_in_order() {
    World::tell_with_media(World::open_door(), |world| async move {
        world.plane().set_mood(Mood::Busy);
        let mut people = six(&world).await;
        world.passes(Duration::from_secs(1)).await;
        assert!(world.plane().peers(world.record.room_id).is_empty());
        world.plane().set_mood(Mood::Willing);
        people[1].hears("offer_received").await;
        assert_eq!(world.plane().peers(world.record.room_id).len(), 6);
    });
}

#[test]
fn a_description_that_the_plane_can_t_read_is_told() {
    World::tell_with_media(World::open_door(), |world| async move {
        let mut people = six(&world).await;
        world.plane().set_mood(Mood::Refusing);
        people[1].does(client::Offer { to: Address::Sfu, sdp: "v=1\r\n".into(), epoch: 2, tracks: None }).await;
        let refused = people[1].hears("description_refused").await;
        assert_eq!((refused["leg"].as_str(), refused["reason"].as_str()), (Some("publish"), Some("unreadable")));
        let stale = client::Offer { to: Address::Sfu, sdp: "v=0\r\n".into(), epoch: 1, tracks: None };
        people[1].is_refused(stale, "bad_field").await;
    });
}

#[test]
fn a_demotion_and_a_lost_signalling_end_at_the_media_plane() {
    World::tell_with_media(World::open_door(), |world| async move {
        let mut people = six_on_the_server(&world).await;
        let (bob, carol, frank) = (people[1].id(), people[2].id(), people[5].id());
        people[0].does(client::SetRole { participant_id: bob, role: Role::Observer }).await;
        assert_eq!(permit(&world, bob), Some(Permit::default()));
        people[0]
            .does(client::Mute { participant_id: Some(crate::protocol::Whom::One(carol)), all: false, kind: MediaKind::Video })
            .await;
        assert_eq!(permit(&world, carol), Some(Permit { microphone: true, camera: false, screen: true }));
        people[5].loses_socket();
        world.passes(Duration::from_secs(29)).await;
        assert!(permit(&world, frank).is_some(), "media goes on within the grace time");
        world.passes(Duration::from_secs(2)).await;
        assert_eq!(permit(&world, frank), None);
    });
}

#[test]
fn with_the_store_down_a_removal_still_ends_the_media_at_once() {
    World::tell_with_media(World::open_door(), |world| async move {
        let mut people = six_on_the_server(&world).await;
        let bob = people[1].id();
        world.store.set_broken(true);
        people[0].sends(client::Remove { participant_id: bob, ban: false });
        world.passes(Duration::from_millis(100)).await;
        assert_eq!(permit(&world, bob), None);
    });
}

#[test]
fn whoever_resumes_hears_the_slots_again() {
    World::tell_with_media(World::open_door(), |world| async move {
        let mut people = six_on_the_server(&world).await;
        let bob = people[1].id();
        let slots = MediaEvent::Slots { participant: bob, epoch: 2, slots: Vec::new() };
        assert!(world.plane().says(world.record.room_id, slots));
        people[1].hears("slots_updated").await;
        people[1].loses_socket();
        world.passes(Duration::from_secs(1)).await;
        people[1].resumes(&world).await.expect("within the grace time");
        people[1].hears("slots_updated").await;
    });
}

#[test]
fn media_that_fails_comes_up_on_a_new_path() {
    World::tell_with_media(World::open_door(), |world| async move {
        let mut people = six_on_the_server(&world).await;
        let room = world.record.room_id;
        world.plane().fails(room);
        let topology = loop {
            let topology = people[1].hears("topology_updated").await["topology"].clone();
            if topology["epoch"] == 3 {
                break topology;
            }
        };
        assert_eq!(topology["mode"], "sfu");
        world.passes(Duration::from_secs(1)).await;
        assert_eq!(world.plane().peers(room).len(), 6);
    });
}

#[test]
fn a_room_made_again_keeps_the_media_and_hears_of_it() {
    World::tell_with_media(World::open_door(), |world| async move {
        let mut people = six_on_the_server(&world).await;
        let (room, opened) = (world.record.room_id, world.plane().opened());
        people[0].sends(client::Simulate { fault: client::Fault::PanicRoom });
        world.passes(Duration::from_secs(8)).await;
        assert_eq!(world.plane().opened(), opened + 1, "its events go to the new actor");
        assert_eq!(world.plane().peers(room).len(), 6);
        let (bob, alice) = (people[1].id(), people[0].id());
        people[1].everything_heard().await;
        world.plane().says(room, MediaEvent::Speaker { participant: Some(alice) });
        assert_eq!(people[1].hears("active_speaker_changed").await["participantId"], alice.to_string());
        people[0].does(client::Remove { participant_id: bob, ban: false }).await;
        assert_eq!(permit(&world, bob), None);
    });
}
