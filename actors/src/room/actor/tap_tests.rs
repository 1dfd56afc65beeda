//! Stories of rooms that are heard by something on the server, told through the actors. What reads is a ring's reader, as a recording's will be.

use crate::{
    ids::ParticipantId,
    media::MediaEvent,
    protocol::{
        Address, Leg, MediaKind, PartialSettings, Purpose, Role, Source, Whom,
        client::{self, Purposes},
        room::TopologyChoice,
    },
    sfu::Codec,
    sinks::{Gap, MediaFrame, MediaNeed, NeededMedia, RingReader, SinkEnd, SinkItem, SinkKey, ring, valve::Passed},
    testing::{Person, World, memory_media::Attached},
};
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
    time::Duration,
};

/// A consumer of a room's media: keeps a reader for each track.
#[derive(Clone, Default)]
struct Listener {
    readers: Arc<Mutex<BTreeMap<SinkKey, RingReader>>>,
}

impl Listener {
    fn needs(&self, world: &World, purpose: Purpose, media: NeededMedia) -> MediaNeed {
        let readers = self.readers.clone();
        let factory = Arc::new(move |track: &crate::sinks::ConsentedTrack| {
            let (sink, reader) = ring(64, || ());
            readers.lock().unwrap().insert(track.key(), reader);
            Arc::new(sink) as Arc<dyn crate::ports::MediaSink>
        });
        world.rooms.need(world.record.room_id, purpose, media, factory).expect("a session is open")
    }

    fn tracks(&self) -> Vec<(ParticipantId, Source)> {
        self.readers.lock().unwrap().keys().map(|key| (key.participant, key.source)).collect()
    }

    fn read(&self, who: ParticipantId, source: Source) -> Vec<SinkItem> {
        let mut readers = self.readers.lock().unwrap();
        let reader = readers.iter_mut().find(|(key, _)| (key.participant, key.source) == (who, source));
        reader.map(|(_, reader)| std::iter::from_fn(|| reader.next()).collect()).unwrap_or_default()
    }
}

fn packet(seq: u64) -> MediaFrame {
    MediaFrame {
        stream: 1,
        codec: Codec::Opus,
        layer: 0,
        seq,
        timestamp: seq * 960,
        marker: false,
        keyframe: true,
        arrived_us: seq * 20_000,
        report: None,
        audio_level: None,
        payload: Arc::from([1]),
    }
}

fn agrees(recording: bool) -> client::Consent {
    client::Consent {
        purposes: Purposes { recording: Some(recording), ..Purposes::default() },
        text_version: None,
        share_emotion: None,
    }
}

fn state(muted: Option<bool>) -> client::UpdateState {
    client::UpdateState { muted, video_on: None, screen_sharing: None, hand_raised: None }
}

fn sink(world: &World, who: ParticipantId) -> Option<Attached> {
    let sinks = world.plane().sinks(world.record.room_id);
    sinks.into_iter().find(|(key, _)| (key.participant, key.source) == (who, Source::Microphone)).map(|(_, attached)| attached)
}

async fn soon(world: &World) {
    world.passes(Duration::from_millis(100)).await;
}

/// Alice agreed, bob did not; something records the sound.
async fn recorded(world: &World) -> (Person, Person, Listener, MediaNeed) {
    let (mut alice, mut bob) = (world.host("Alice"), world.guest("Bob"));
    alice.joins(world).await;
    bob.joins(world).await;
    alice.does(agrees(true)).await;
    let listener = Listener::default();
    let need = listener.needs(world, Purpose::Recording, NeededMedia::Audio);
    soon(world).await;
    (alice, bob, listener, need)
}

#[test]
fn who_agreed_sends_a_copy_and_everybody_knows_and_nobody_switches() {
    World::tell_with_media(World::open_door(), |world| async move {
        let (mut alice, mut bob, listener, _need) = recorded(&world).await;
        let id = alice.id().to_string();
        for person in [&mut alice, &mut bob] {
            let told = person.hears("taps_updated").await;
            assert_eq!(told["epoch"], 1);
            let taps = told["taps"].as_array().expect("a list");
            assert_eq!(taps.len(), 1);
            assert_eq!(taps[0]["participantId"], id);
            assert_eq!(taps[0]["purposes"][0], "recording");
        }
        let room = world.record.room_id;
        assert_eq!(world.plane().taps(room).into_iter().collect::<Vec<_>>(), [(alice.id(), vec![Source::Microphone])]);
        assert_eq!(listener.tracks(), [(alice.id(), Source::Microphone)]);
        alice.does(client::Offer { to: Address::Sfu, sdp: "v=0\r\n".into(), epoch: 1, tracks: None }).await;
        assert_eq!(alice.hears("answer_received").await["from"], "sfu");
        let offer = client::Offer { to: Address::Sfu, sdp: "v=0\r\n".into(), epoch: 1, tracks: None };
        bob.is_refused(offer.clone(), "bad_field").await;
        alice.is_refused(client::Offer { epoch: 2, ..offer }, "bad_field").await;
        alice.hears_nothing_of("topology_switching").await;
        assert!(world.plane().peers(room).is_empty(), "nobody has a place on a path through the server");
    });
}

#[test]
fn what_comes_reaches_the_reader_until_the_consent_is_withdrawn_and_not_one_packet_more() {
    World::tell_with_media(World::open_door(), |world| async move {
        let (mut alice, _bob, listener, _need) = recorded(&world).await;
        let valve = sink(&world, alice.id()).expect("attached").to;
        assert_eq!(valve.put(packet(1)), Passed::Taken);
        alice.does(agrees(false)).await;
        assert_eq!(valve.put(packet(2)), Passed::Shut, "whatever is on its way in the media plane");
        soon(&world).await;
        assert!(sink(&world, alice.id()).is_none());
        assert!(world.plane().taps(world.record.room_id).is_empty());
        assert_eq!(
            listener.read(alice.id(), Source::Microphone),
            [SinkItem::Frame(packet(1)), SinkItem::Ended(SinkEnd::Withdrawn)]
        );
        alice.everything_heard().await;
        alice.does(agrees(true)).await;
        assert_eq!(alice.hears("taps_updated").await["taps"].as_array().map(Vec::len), Some(1));
        soon(&world).await;
        assert!(sink(&world, alice.id()).is_some(), "and she may agree again");
    });
}

#[test]
fn with_the_store_down_a_withdrawal_that_can_be_taken_shuts_the_valve_at_once() {
    World::tell_with_media(World::open_door(), |world| async move {
        let (mut alice, _bob, _listener, _need) = recorded(&world).await;
        let valve = sink(&world, alice.id()).expect("attached").to;
        world.store.set_broken(true);
        alice.sends(agrees(false));
        soon(&world).await;
        assert_eq!(valve.put(packet(1)), Passed::Shut);
    });
}

#[test]
fn a_mute_a_demotion_and_a_leave_end_it_at_the_media_plane() {
    World::tell_with_media(World::open_door(), |world| async move {
        let (mut alice, mut bob, listener, _need) = recorded(&world).await;
        bob.does(agrees(true)).await;
        soon(&world).await;
        let (room, id) = (world.record.room_id, bob.id());
        let valve = sink(&world, id).expect("attached").to;
        bob.does(state(Some(true))).await;
        assert_eq!(valve.put(packet(1)), Passed::Shut);
        assert!(world.plane().taps(room)[&id].is_empty());
        bob.does(state(Some(false))).await;
        assert_eq!(valve.put(packet(2)), Passed::Taken);
        alice.does(client::Mute { participant_id: Some(Whom::One(id)), all: false, kind: MediaKind::Audio }).await;
        assert_eq!(valve.put(packet(3)), Passed::Shut, "a host's mute as well");
        bob.does(state(Some(false))).await;
        alice.does(client::SetRole { participant_id: id, role: Role::Observer }).await;
        soon(&world).await;
        assert_eq!(valve.put(packet(4)), Passed::Shut);
        assert!(!world.plane().taps(room).contains_key(&id), "who may not speak sends no copy");
        bob.does(client::LeaveRoom {}).await;
        soon(&world).await;
        let read = listener.read(id, Source::Microphone);
        assert_eq!(read.first(), Some(&SinkItem::Gap(Gap::Off)));
        assert_eq!(read.iter().filter(|item| matches!(item, SinkItem::Frame(_))).count(), 1);
        assert_eq!(read.last(), Some(&SinkItem::Ended(SinkEnd::Left)));
    });
}

#[test]
fn a_late_joiner_is_told_and_not_heard_before_they_agree() {
    World::tell_with_media(World::open_door(), |world| async move {
        let (_alice, _bob, listener, _need) = recorded(&world).await;
        let mut carol = world.guest("Carol");
        carol.joins(&world).await;
        assert_eq!(carol.hears("taps_updated").await["taps"].as_array().map(Vec::len), Some(1), "she sees that Alice is");
        world.passes(Duration::from_secs(30)).await;
        assert!(!listener.tracks().iter().any(|(who, _)| *who == carol.id()));
        assert!(!world.plane().taps(world.record.room_id).contains_key(&carol.id()));
        carol.does(agrees(true)).await;
        soon(&world).await;
        assert!(listener.tracks().iter().any(|(who, _)| *who == carol.id()));
    });
}

#[test]
fn over_to_the_server_and_back_the_same_sink_is_fed() {
    World::tell_with_media(World::open_door(), |world| async move {
        let (mut alice, mut bob, listener, _need) = recorded(&world).await;
        let (room, edges) = (world.record.room_id, vec![alice.id(), bob.id()]);
        let valve = sink(&world, alice.id()).expect("attached").to;
        for (choice, epoch) in [(TopologyChoice::Sfu, 2), (TopologyChoice::Mesh, 3)] {
            let settings = PartialSettings { topology: Some(choice), ..PartialSettings::default() };
            alice.does(client::UpdateRoom { name: None, settings: Some(settings) }).await;
            assert_eq!(alice.hears("topology_switching").await["epoch"], epoch);
            let copies = world.plane().taps(room).len();
            assert_eq!(copies, usize::from(choice == TopologyChoice::Sfu), "the copy plays on until the path is there");
            for person in [&mut alice, &mut bob] {
                person.does(client::TopologyReady { epoch, edges: edges.clone() }).await;
            }
            alice.hears("topology_switched").await;
            soon(&world).await;
            let mesh = choice == TopologyChoice::Mesh;
            assert_eq!(world.plane().taps(room).contains_key(&alice.id()), mesh);
            assert_eq!(sink(&world, alice.id()).map(|sink| sink.to == valve && sink.on), Some(true));
        }
        assert!(listener.read(alice.id(), Source::Microphone).is_empty(), "no mark: for the reader nothing happened");
        let last = alice.everything_heard().await.into_iter().rfind(|event| event["type"] == "taps_updated").expect("told");
        assert_eq!((last["epoch"].as_u64(), last["taps"].as_array().map(Vec::len)), (Some(3), Some(1)));
    });
}

#[test]
fn a_room_made_again_goes_on_with_the_same_sinks() {
    World::tell_with_media(World::open_door(), |world| async move {
        let (mut alice, mut bob, listener, need) = recorded(&world).await;
        bob.does(agrees(true)).await;
        soon(&world).await;
        bob.does(state(Some(true))).await;
        let valve = sink(&world, alice.id()).expect("attached").to;
        alice.sends(client::Simulate { fault: client::Fault::PanicRoom });
        world.passes(Duration::from_secs(8)).await;
        assert_eq!(sink(&world, alice.id()).map(|sink| sink.to == valve), Some(true));
        assert_eq!(valve.put(packet(1)), Passed::Taken);
        assert_eq!(world.plane().taps(world.record.room_id).len(), 2, "nobody's copy was ended");
        let marks: Vec<_> = listener.read(bob.id(), Source::Microphone);
        assert_eq!(marks, [SinkItem::Gap(Gap::Off)], "he is still muted, and not over");
        drop(need);
        soon(&world).await;
        assert!(world.plane().sinks(world.record.room_id).is_empty());
        assert!(!world.plane().has_room(world.record.room_id), "nothing of the room is left there");
        let read = listener.read(alice.id(), Source::Microphone);
        assert_eq!(read.last(), Some(&SinkItem::Ended(SinkEnd::Released)));
    });
}

#[test]
fn media_that_fails_is_attached_again() {
    World::tell_with_media(World::open_door(), |world| async move {
        let (mut alice, _bob, _listener, _need) = recorded(&world).await;
        let valve = sink(&world, alice.id()).expect("attached").to;
        alice.everything_heard().await;
        world.plane().fails(world.record.room_id);
        world.passes(Duration::from_secs(2)).await;
        assert_eq!(sink(&world, alice.id()).map(|sink| sink.to == valve), Some(true));
        let told: Vec<usize> = alice
            .everything_heard()
            .await
            .iter()
            .filter(|event| event["type"] == "taps_updated")
            .map(|event| event["taps"].as_array().map_or(9, Vec::len))
            .collect();
        assert_eq!(told, [0, 1], "she ends the old connection and begins a new one");
    });
}

#[test]
fn a_copy_that_never_comes_is_a_reason_to_leave_the_mesh() {
    World::tell_with_media(World::open_door(), |world| async move {
        let (mut alice, _bob, _listener, _need) = recorded(&world).await;
        alice.everything_heard().await;
        world.passes(Duration::from_secs(25)).await;
        assert_eq!(alice.hears("topology_switching").await["reason"], "tap");
    });
}

#[test]
fn a_copy_that_is_up_keeps_the_room_a_mesh() {
    World::tell_with_media(World::open_door(), |world| async move {
        let (mut alice, _bob, _listener, _need) = recorded(&world).await;
        world.plane().says(world.record.room_id, MediaEvent::Connected { participant: alice.id(), leg: Leg::Tap });
        alice.everything_heard().await;
        world.passes(Duration::from_secs(120)).await;
        alice.hears_nothing_of("topology_switching").await;
    });
}

#[test]
fn a_need_of_everything_takes_the_room_to_the_server_and_its_release_back() {
    World::tell_with_media(World::open_door(), |world| async move {
        let (mut alice, mut bob) = (world.host("Alice"), world.guest("Bob"));
        alice.joins(&world).await;
        bob.joins(&world).await;
        let need = Listener::default().needs(&world, Purpose::Recording, NeededMedia::Everything);
        assert_eq!(alice.hears("topology_switching").await["reason"], "recording");
        for person in [&mut alice, &mut bob] {
            let edges = Vec::new();
            person.does(client::TopologyReady { epoch: 2, edges }).await;
        }
        let edges = vec![alice.id(), bob.id()];
        for person in [&mut alice, &mut bob] {
            person.does(client::TopologyReady { epoch: 2, edges: edges.clone() }).await;
        }
        assert_eq!(alice.hears("topology_switched").await["mode"], "sfu");
        drop(need);
        world.passes(Duration::from_secs(31)).await;
        assert_eq!(alice.hears("topology_switching").await["to"], "mesh");
    });
}

#[test]
fn a_need_ends_with_the_session() {
    World::tell_with_media(World::open_door(), |world| async move {
        let (mut alice, _bob, listener, need) = recorded(&world).await;
        alice.sends(client::EndSession {});
        world.passes(Duration::from_secs(1)).await;
        assert_eq!(listener.read(alice.id(), Source::Microphone), [SinkItem::Ended(SinkEnd::SessionEnded)]);
        drop(need);
    });
}
