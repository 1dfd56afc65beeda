use super::story::*;
use crate::{
    media::{MediaCommand, MediaEvent, Permit},
    protocol::{
        ErrorCode, Leg, LimitReason, Limited, Settings, Slot, Source, TopologyMode, TopologyReason, room::TopologyChoice,
    },
    room::{Effect, Input, Rules},
};
use serde_json::{Value, json};

const SIX: [&str; 6] = ["alice", "bob", "carol", "dave", "erin", "frank"];

/// A room on a server that forwards media.
fn room(settings: Settings, people: &[&str]) -> Story {
    let mut story = Story::with_rules(settings, Rules { sfu_available: true, ..Rules::default() });
    people.iter().for_each(|name| story.joins(name));
    story
}

fn mode(story: &Story) -> (TopologyMode, u32, TopologyReason) {
    let topology = story.state.topology();
    (topology.mode, topology.epoch, topology.reason)
}

fn on_the_server(people: &[&str]) -> Story {
    let mut story = room(open_room(), people);
    story.everybody_ready();
    assert_eq!(mode(&story).0, TopologyMode::Sfu);
    story.forget_the_past();
    story.plane.commands.clear();
    story
}

#[test]
fn the_sixth_opens_a_switch_and_all_ready_commits_it() {
    let mut story = room(open_room(), &SIX[..5]);
    story.forget_the_past();
    assert!(story.plane.peers.is_empty());
    story.joins("frank");
    assert_eq!(story.heard("alice"), ["participant_joined", "topology_switching"]);
    let welcome = story.got("frank", "welcome");
    assert_eq!(welcome["topology"]["mode"], "mesh");
    assert_eq!(welcome["topology"]["switching"], json!({ "epoch": 2, "to": "sfu", "reason": "too_large_for_mesh" }));
    story.check_plane();
    assert_eq!(story.plane.peers.len(), 6);
    story.at(900);
    story.everybody_ready();
    assert_eq!(story.heard("alice"), ["topology_switched"]);
    assert_eq!(mode(&story), (TopologyMode::Sfu, 2, TopologyReason::TooLargeForMesh));
    story.check_mirrors();
    story.check_plane();
    story.check_journal();
}

#[test]
fn one_who_never_gets_ready_rolls_it_back_and_it_is_tried_again() {
    let mut story = room(open_room(), &SIX);
    for name in &SIX[..5] {
        story.ok(name, json!({ "type": "topology_ready", "epoch": 2, "edges": SIX.map(|name| format!("@{name}")) }));
    }
    story.forget_the_past();
    story.at(15_000);
    assert_eq!(story.heard("alice"), ["topology_rolled_back", "topology_updated"]);
    let topology = story.state.topology();
    assert_eq!((topology.mode, topology.wanted, topology.switching), (TopologyMode::Mesh, Some(TopologyMode::Sfu), None));
    assert!(story.plane.peers.is_empty(), "nobody keeps a place");
    story.check_mirrors();
    story.at(30_000);
    assert_eq!(story.got("alice", "topology_switching")["epoch"], 3);
    story.ok("frank", json!({ "type": "topology_ready", "epoch": 2, "edges": ["@alice"] }));
    story.everybody_ready();
    assert_eq!(mode(&story).0, TopologyMode::Sfu);
    story.check_mirrors();
    story.check_journal();
}

#[test]
fn whoever_leaves_or_loses_the_socket_holds_nobody_up() {
    let mut story = room(open_room(), &SIX);
    story.joins("gina");
    story.loses_socket("gina");
    story.ok("frank", json!({ "type": "leave_room" }));
    let ready = |names: &[&str]| names.iter().map(|name| format!("@{name}")).collect::<Vec<_>>();
    for name in &SIX[..5] {
        assert_eq!(mode(&story).0, TopologyMode::Mesh);
        story.ok(name, json!({ "type": "topology_ready", "epoch": 2, "edges": ready(&SIX[..5]) }));
    }
    assert_eq!(mode(&story).0, TopologyMode::Sfu);
    story.forget_the_past();
    story.resumes("gina", false).unwrap();
    assert!(story.plane.peers.contains_key(&story.id("gina")));
    story.check_mirrors();
}

#[test]
fn a_return_with_new_connections_starts_their_edges_again() {
    let mut story = room(open_room(), &SIX);
    let before = story.plane.commands.len();
    story.resumes("frank", true).unwrap();
    let frank = story.id("frank");
    let told = &story.plane.commands[before..];
    assert!(matches!(&told[0], MediaCommand::RemovePeer { participant } if *participant == frank));
    assert!(matches!(&told[1], MediaCommand::AddPeer { participant, .. } if *participant == frank));
    assert!(matches!(&told[2], MediaCommand::OfferReceive { participant, epoch: 2, .. } if *participant == frank));
    story.check_mirrors();
}

#[test]
fn a_mute_a_screen_and_a_pin_in_the_middle_change_nothing() {
    let mut story = room(open_room(), &SIX);
    story.forget_the_past();
    story.ok("bob", json!({ "type": "update_state", "muted": true, "screenSharing": true }));
    story.ok("alice", json!({ "type": "spotlight", "participantId": "@bob" }));
    assert!(!story.heard("carol").iter().any(|event| event.starts_with("topology")));
    story.everybody_ready();
    assert_eq!(mode(&story).0, TopologyMode::Sfu);
    assert!(story.person("bob").screen_sharing);
    story.check_mirrors();
}

#[test]
fn when_the_sixth_goes_again_the_switch_is_not_needed_and_the_next_one_does_not_wait() {
    let mut story = room(open_room(), &SIX);
    story.forget_the_past();
    story.ok("frank", json!({ "type": "leave_room" }));
    assert_eq!(story.got("alice", "topology_rolled_back")["reason"], "not_needed");
    assert!(story.plane.peers.is_empty());
    story.joins("gina");
    assert_eq!(story.state.topology().switching.map(|switching| switching.epoch), Some(3));
    story.check_mirrors();
}

#[test]
fn back_to_the_mesh_after_half_a_minute_with_one_to_spare_and_the_server_s_path_ends_after_a_moment() {
    let mut story = on_the_server(&SIX);
    story.ok("frank", json!({ "type": "leave_room" }));
    story.at(100_000);
    assert_eq!(mode(&story), (TopologyMode::Sfu, 2, TopologyReason::Settling), "five are the limit");
    story.ok("erin", json!({ "type": "leave_room" }));
    story.at(129_999);
    assert_eq!(story.state.topology().switching, None);
    story.at(130_000);
    assert_eq!(story.state.topology().switching.map(|switching| switching.to), Some(TopologyMode::Mesh));
    story.check_plane();
    story.everybody_ready();
    assert_eq!(mode(&story), (TopologyMode::Mesh, 3, TopologyReason::SmallRoom));
    assert_eq!(story.plane.peers.len(), 4, "the last word of the old path may still be on its way");
    let lost = MediaEvent::Lost { participant: story.id("alice"), leg: Leg::Receive };
    assert_eq!(story.hear_media(lost), 0, "her client has closed it");
    story.at(135_000);
    assert!(story.plane.peers.is_empty());
    assert_eq!(story.plane.commands.last(), Some(&MediaCommand::Close));
    story.check_mirrors();
    story.check_journal();
}

#[test]
fn a_pin_moves_the_room_both_ways_at_once() {
    let mut story = room(open_room(), &SIX[..2]);
    story.ok("alice", json!({ "type": "update_room", "settings": { "topology": "sfu" } }));
    story.everybody_ready();
    assert_eq!(mode(&story), (TopologyMode::Sfu, 2, TopologyReason::Pinned));
    story.ok("alice", json!({ "type": "update_room", "settings": { "topology": "mesh" } }));
    story.everybody_ready();
    assert_eq!(mode(&story), (TopologyMode::Mesh, 3, TopologyReason::Pinned));
    let pinned = room(Settings { topology: TopologyChoice::Sfu, ..open_room() }, &["alice"]);
    assert_eq!(mode(&pinned), (TopologyMode::Sfu, 1, TopologyReason::Pinned), "an empty room has nobody to move");
    pinned.check_plane();
}

#[test]
fn a_device_that_bears_few_links_takes_the_fourth_to_the_server_and_a_pair_comes_back() {
    let mut story = room(open_room(), &SIX[..2]);
    let weak = |name: &str| crate::room::Claims { few_links: true, ..claims(name) };
    story.hello_as("carol", weak("carol")).unwrap();
    assert_eq!(mode(&story), (TopologyMode::Mesh, 1, TopologyReason::SmallRoom));
    story.joins("dave");
    assert_eq!(story.state.topology().switching.map(|switching| switching.reason), Some(TopologyReason::Cpu));
    story.everybody_ready();
    assert_eq!(mode(&story), (TopologyMode::Sfu, 2, TopologyReason::Cpu));
    story.ok("dave", json!({ "type": "leave_room" }));
    story.at(60_000);
    assert_eq!(mode(&story), (TopologyMode::Sfu, 2, TopologyReason::Settling), "the next one would turn it round");
    story.ok("bob", json!({ "type": "leave_room" }));
    story.at(90_000);
    story.everybody_ready();
    assert_eq!(mode(&story), (TopologyMode::Mesh, 3, TopologyReason::Pair));
    story.check_mirrors();
    story.check_journal();
}

#[test]
fn a_link_that_loses_for_long_moves_the_room_and_keeps_it_there() {
    let mut story = room(open_room(), &SIX[..3]);
    let lossy = json!({ "type": "telemetry", "peers": [{ "participantId": "@bob", "rttMs": 50, "lossDown": 0.2 }] });
    story.ok("carol", lossy.clone());
    story.at(9_000);
    assert_eq!(story.state.topology().switching, None);
    story.ok("carol", lossy);
    assert_eq!(story.state.topology().switching.map(|switching| switching.reason), Some(TopologyReason::Loss));
    story.everybody_ready();
    story.at(200_000);
    assert_eq!(mode(&story), (TopologyMode::Sfu, 2, TopologyReason::Loss));
    story.ok("carol", json!({ "type": "leave_room" }));
    assert_eq!(mode(&story).2, TopologyReason::Loss, "bob was at the other end");
    story.ok("bob", json!({ "type": "leave_room" }));
    assert_eq!(mode(&story).2, TopologyReason::Settling);
    story.check_mirrors();
    story.check_journal();
}

#[test]
fn past_the_grace_time_nothing_of_theirs_is_forwarded() {
    let mut story = on_the_server(&SIX);
    let frank = story.id("frank");
    story.loses_socket("frank");
    story.at(29_999);
    assert!(story.plane.peers.contains_key(&frank));
    story.at(30_000);
    assert!(!story.plane.peers.contains_key(&frank));
    assert!(story.plane.commands.contains(&MediaCommand::RemovePeer { participant: frank }));
}

#[test]
fn what_a_host_takes_away_ends_in_the_same_turn() {
    let mut story = on_the_server(&SIX);
    let permit = |story: &Story, name: &str| story.plane.peers[&story.id(name)];
    assert_eq!(permit(&story, "bob"), Permit { microphone: true, camera: true, screen: true });
    story.ok("alice", json!({ "type": "mute", "participantId": "@bob", "kind": "audio" }));
    assert_eq!(permit(&story, "bob"), Permit { microphone: false, camera: true, screen: true });
    story.ok("bob", json!({ "type": "update_state", "muted": false }));
    assert!(permit(&story, "bob").microphone, "unmuting oneself is allowed here");
    story.ok("alice", json!({ "type": "update_room", "settings": { "unmute": "hosts", "screenShare": "hosts" } }));
    story.ok("alice", json!({ "type": "mute", "participantId": "@bob", "kind": "audio" }));
    assert_eq!(story.refused("bob", json!({ "type": "update_state", "muted": false })), ErrorCode::NotPermitted);
    assert_eq!(permit(&story, "bob"), Permit { microphone: false, camera: true, screen: false });
    story.ok("alice", json!({ "type": "set_role", "participantId": "@bob", "role": "observer" }));
    assert_eq!(permit(&story, "bob"), Permit::default());
    let bob = story.id("bob");
    story.ok("alice", json!({ "type": "remove", "participantId": "@bob" }));
    assert!(!story.plane.peers.contains_key(&bob));
    story.check_plane();
}

#[test]
fn whoever_shares_takes_the_screen_over_at_the_server_too() {
    let mut story = on_the_server(&SIX);
    story.ok("bob", json!({ "type": "update_state", "screenSharing": true }));
    story.ok("carol", json!({ "type": "update_state", "screenSharing": true }));
    assert!(!story.plane.peers[&story.id("bob")].screen);
    story.ok("bob", json!({ "type": "update_state", "screenSharing": true }));
    assert!(story.plane.peers[&story.id("bob")].screen && !story.plane.peers[&story.id("carol")].screen);
}

#[test]
fn descriptions_go_to_the_server_on_its_path_alone() {
    let mut story = on_the_server(&SIX);
    let offer = |epoch: u32, mid: &str| json!({ "type": "offer", "to": "sfu", "sdp": "v=0\r\n", "epoch": epoch, "tracks": [{ "mid": mid, "source": "camera" }] });
    let entries = story.journal.len();
    story.ok("bob", offer(2, "0"));
    story.ok("bob", json!({ "type": "answer", "to": "sfu", "sdp": "v=0\r\n", "epoch": 2 }));
    story.ok("bob", json!({ "type": "ice_candidate", "to": "sfu", "candidate": null, "epoch": 2 }));
    story.ok("bob", json!({ "type": "restart_receive", "epoch": 2 }));
    story.ok("bob", json!({ "type": "subscribe", "tracks": [{ "participantId": "@alice", "source": "screen", "height": 720 }] }));
    let bob = story.id("bob");
    let names: Vec<_> = story
        .plane
        .commands
        .iter()
        .map(|command| format!("{command:?}").split(' ').next().unwrap_or_default().to_owned())
        .collect();
    assert_eq!(names, ["Offer", "Answer", "OfferReceive", "Want"]);
    assert!(story.plane.commands.contains(&MediaCommand::OfferReceive { participant: bob, epoch: 2, restart: true }));
    assert_eq!(story.journal.len(), entries, "nothing of it is in the journal");
    for (command, field) in [
        (offer(1, "0"), "epoch"),
        (offer(2, ""), "tracks.mid"),
        (json!({ "type": "answer", "to": "sfu", "sdp": "v=0\r\n", "epoch": 3 }), "epoch"),
        (json!({ "type": "restart_receive", "epoch": 9 }), "epoch"),
        (
            json!({ "type": "subscribe", "tracks": [{ "participantId": "@alice", "source": "screen", "priority": 11 }] }),
            "tracks.priority",
        ),
    ] {
        assert_eq!(story.error("bob", command.clone()).field.as_deref(), Some(field), "{command}");
    }
    let many = "v=0\r\n".to_owned() + &"m=video 9 X 1\r\n".repeat(1_000);
    let refused = story.error("bob", json!({ "type": "offer", "to": "sfu", "sdp": many, "epoch": 2 }));
    assert_eq!((refused.code, refused.field.as_deref()), (ErrorCode::BadField, Some("sdp")));
    let wants: Vec<Value> = (0..501).map(|_| json!({ "participantId": "@alice", "source": "camera" })).collect();
    assert_eq!(story.refused("bob", json!({ "type": "subscribe", "tracks": wants })), ErrorCode::TooLong);
}

#[test]
fn what_the_media_plane_says_reaches_whom_it_is_about_and_again_after_a_resume() {
    let mut story = on_the_server(&SIX);
    let (bob, alice) = (story.id("bob"), story.id("alice"));
    let slots = vec![Slot { mid: "0".into(), participant_id: alice, source: Source::Camera }];
    let limited = vec![Limited { participant_id: alice, source: Source::Camera, reason: LimitReason::Bandwidth }];
    let told = story.hear_media(MediaEvent::Slots { participant: bob, epoch: 2, slots: slots.clone() });
    assert_eq!(told, 1);
    assert_eq!(story.hear_media(MediaEvent::Slots { participant: bob, epoch: 1, slots }), 0, "of a path that was left");
    story.hear_media(MediaEvent::Limited { participant: bob, tracks: limited });
    assert_eq!(story.hear_media(MediaEvent::Speaker { participant: Some(alice) }), 1);
    assert_eq!(story.hear_media(MediaEvent::Speaker { participant: Some(alice) }), 0);
    let sdp = "v=0\r\n".to_owned();
    story.hear_media(MediaEvent::Offered { participant: bob, sdp, epoch: 2 });
    let all = ["slots_updated", "media_limited", "active_speaker_changed", "offer_received"];
    let events = story.events_of("bob");
    assert_eq!(json!(events[3])["from"], "sfu");
    assert_eq!(events.iter().map(crate::room::mirror::name_of).collect::<Vec<_>>(), all);
    story.loses_socket("bob");
    story.forget_the_past();
    story.resumes("bob", false).unwrap();
    let again: Vec<_> = story.heard("bob").into_iter().filter(|event| event != "participant_updated").collect();
    assert_eq!(again, all[..3]);
    assert_eq!(story.heard("carol"), ["participant_updated"]);
}

#[test]
fn failed_media_gets_a_new_path_and_a_switch_to_it_is_given_up() {
    let mut story = on_the_server(&SIX);
    story.ok("bob", json!({ "type": "subscribe", "tracks": [] }));
    story.media_fails();
    assert_eq!(story.got("alice", "topology_updated")["topology"]["epoch"], 3);
    assert!(story.plane.commands.contains(&MediaCommand::Want { participant: story.id("bob"), tracks: vec![] }));
    story.check_plane();
    story.check_mirrors();
    let mut switching = room(open_room(), &SIX);
    switching.forget_the_past();
    switching.media_fails();
    assert_eq!(switching.got("alice", "topology_rolled_back")["reason"], "media_failed");
    assert_eq!(switching.state.topology().switching, None, "not again at once");
    switching.check_mirrors();
    switching.at(15_000);
    assert!(switching.state.topology().switching.is_some());
    switching.check_journal();
}

#[test]
fn after_a_restart_the_path_is_a_new_one_or_the_mesh_if_the_server_forwards_no_more() {
    let mut story = on_the_server(&SIX);
    story.plane = Plane::default();
    story.put(Input::Restarted { sfu_available: Some(true) });
    assert_eq!(mode(&story), (TopologyMode::Sfu, 3, TopologyReason::TooLargeForMesh));
    story.check_plane();
    story.plane = Plane::default();
    story.put(Input::Restarted { sfu_available: Some(false) });
    story.resumes("alice", false).unwrap();
    let topology = story.state.topology();
    assert_eq!((topology.mode, topology.wanted), (TopologyMode::Mesh, Some(TopologyMode::Sfu)));
    story.check_journal();
}

#[test]
fn a_room_made_again_tells_the_media_plane_who_is_there_and_who_left_lately() {
    let mut story = on_the_server(&SIX);
    story.joins("gina");
    story.ok("frank", json!({ "type": "leave_room" }));
    let frank = story.id("frank");
    let effects = story.state.media_anew(crate::at(OPENED + 1_000));
    let count = |wanted: fn(&MediaCommand) -> bool| {
        effects.iter().filter(|effect| matches!(effect, Effect::Media(command) if wanted(command))).count()
    };
    assert!(
        effects
            .iter()
            .any(|effect| matches!(effect, Effect::Media(MediaCommand::RemovePeer { participant }) if *participant == frank))
    );
    assert_eq!(count(|command| matches!(command, MediaCommand::AddPeer { .. })), 6);
    assert_eq!(count(|command| matches!(command, MediaCommand::OfferReceive { epoch: 2, restart: false, .. })), 6);
}

#[test]
fn the_end_of_a_session_is_the_end_of_its_media() {
    let mut story = on_the_server(&SIX);
    story.ok("alice", json!({ "type": "end_session" }));
    assert!(story.plane.peers.is_empty());
    assert_eq!(story.plane.commands.last(), Some(&MediaCommand::Close));
}
