//! Random people do random things; what must always hold, holds.

use super::story::*;
use crate::{
    protocol::Settings,
    room::{Input, Rules},
};
use proptest::prelude::*;
use serde_json::{Value, json};

const NAMES: [&str; 6] = ["alice", "bob", "carol", "dave", "erin", "frank"];

#[derive(Clone, Debug)]
enum Act {
    Hello(usize),
    Lose(usize),
    Resume(usize, bool),
    Say(usize, Value),
    Wait(u64),
    Restart,
    MediaFails,
    /// Everybody has everybody on the path that comes up.
    AllReady,
    /// Do the shells use their grants at once?
    Redeem(bool),
}

/// Stands for the epoch of the path that comes up now.
const NEWEST: u32 = 77_777;

fn whom() -> impl Strategy<Value = String> {
    (0..NAMES.len()).prop_map(|index| format!("@{}", NAMES[index]))
}

fn role() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec!["host", "cohost", "presenter", "participant", "observer"])
}

fn kind() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec!["audio", "video", "screen"])
}

fn settings() -> impl Strategy<Value = Value> {
    prop::sample::select(vec![
        json!({ "waitingRoom": "off" }),
        json!({ "waitingRoom": "everyone", "joinBeforeHost": true }),
        json!({ "waitingRoom": "guests" }),
        json!({ "screenShare": "hosts", "unmute": "hosts" }),
        json!({ "screenShare": "everyone", "unmute": "everyone", "chat": "presenters" }),
        json!({ "maxParticipants": 3 }),
        json!({ "maxParticipants": 0 }),
        json!({ "meshLimit": 2, "topology": "auto" }),
        json!({ "topology": "sfu", "admitKnown": true }),
        json!({ "handOverHost": false }),
    ])
}

fn command() -> impl Strategy<Value = Value> {
    let image = json!("data:image/jpeg;base64,AAAA");
    prop_oneof![
        3 => whom().prop_map(|id| json!({ "type": "admit", "participantId": id })),
        1 => Just(json!({ "type": "admit_all" })),
        1 => whom().prop_map(|id| json!({ "type": "deny", "participantId": id })),
        1 => whom().prop_map(|id| json!({ "type": "send_to_waiting", "participantId": id })),
        1 => ("[a-z ]{0,6}", prop::option::of(whom())).prop_map(|(text, to)| json!({ "type": "waiting_message", "text": text, "to": to })),
        1 => any::<bool>().prop_map(move |on| json!({ "type": "offer_preview", "image": if on { image.clone() } else { Value::Null } })),
        3 => ("\\PC{0,6}", "[ab]", prop::option::of(whom())).prop_map(|(text, id, to)| json!({ "type": "chat", "text": text, "clientId": id, "to": to })),
        1 => any::<bool>().prop_map(|typing| json!({ "type": "typing", "typing": typing })),
        3 => (any::<Option<bool>>(), any::<Option<bool>>(), any::<Option<bool>>(), any::<Option<bool>>()).prop_map(|(muted, video, screen, hand)|
            json!({ "type": "update_state", "muted": muted, "videoOn": video, "screenSharing": screen, "handRaised": hand })),
        3 => (whom(), role()).prop_map(|(id, role)| json!({ "type": "set_role", "participantId": id, "role": role })),
        1 => whom().prop_map(|id| json!({ "type": "transfer_host", "participantId": id })),
        1 => (prop::option::of(whom()), any::<bool>(), kind()).prop_map(|(id, all, kind)| json!({ "type": "mute", "participantId": id, "all": all, "kind": kind })),
        1 => (prop::option::of(whom()), any::<bool>(), kind()).prop_map(|(id, all, kind)| json!({ "type": "ask_unmute", "participantId": id, "all": all, "kind": kind })),
        1 => (whom(), prop::bool::weighted(0.2)).prop_map(|(id, ban)| json!({ "type": "remove", "participantId": id, "ban": ban })),
        1 => any::<bool>().prop_map(|locked| json!({ "type": "lock", "locked": locked })),
        1 => prop::option::of(whom()).prop_map(|id| json!({ "type": "spotlight", "participantId": id })),
        3 => settings().prop_map(|settings| json!({ "type": "update_room", "settings": settings })),
        1 => ("\\PC{0,5}", prop::option::of(whom())).prop_map(|(name, id)| json!({ "type": "rename", "displayName": name, "participantId": id })),
        1 => any::<bool>().prop_map(|on| json!({ "type": "consent", "purposes": { "recording": on } })),
        1 => (whom(), 0.0..500.0f32, 0.0..0.5f32).prop_map(|(id, rtt, loss)| json!({ "type": "telemetry", "cpuLimited": loss > 0.4, "peers": [{ "participantId": id, "rttMs": rtt, "lossUp": loss }] })),
        1 => whom().prop_map(|id| json!({ "type": "offer", "to": id, "sdp": "v=0\r\n", "epoch": 1 })),
        1 => (whom(), 0..4u32).prop_map(|(id, epoch)| json!({ "type": "offer", "to": "sfu", "sdp": "v=0\r\n", "epoch": epoch, "tracks": [{ "mid": id, "source": "camera" }] })),
        1 => (0..4u32).prop_map(|epoch| json!({ "type": "answer", "to": "sfu", "sdp": "v=0\r\n", "epoch": epoch })),
        1 => (0..4u32).prop_map(|epoch| json!({ "type": "restart_receive", "epoch": epoch })),
        2 => (whom(), 0..700u32, 0..12u8).prop_map(|(id, height, priority)|
            json!({ "type": "subscribe", "tracks": [{ "participantId": id, "source": "camera", "height": height, "priority": priority }] })),
        5 => prop::collection::vec(whom(), 0..6).prop_map(|edges| json!({ "type": "topology_ready", "epoch": NEWEST, "edges": edges })),
        1 => Just(json!({ "type": "lower_hands" })),
        2 => Just(json!({ "type": "leave_room" })),
    ]
}

fn act() -> impl Strategy<Value = Act> {
    let who = 0..NAMES.len();
    prop_oneof![
        6 => who.clone().prop_map(Act::Hello),
        2 => who.clone().prop_map(Act::Lose),
        2 => (who.clone(), any::<bool>()).prop_map(|(who, fresh)| Act::Resume(who, fresh)),
        16 => (prop_oneof![2 => Just(0), 3 => who], command()).prop_map(|(who, command)| Act::Say(who, command)),
        3 => prop::sample::select(vec![1, 900, 10_000, 31_000, 61_000, 121_000]).prop_map(Act::Wait),
        1 => Just(Act::Restart),
        1 => Just(Act::MediaFails),
        3 => Just(Act::AllReady),
        1 => any::<bool>().prop_map(Act::Redeem),
    ]
}

/// A participant's name in a command is of somebody who has been here, or nobody's.
fn named(story: &Story, command: &Value) -> Value {
    let mut text = command.to_string();
    for name in NAMES.iter().filter(|name| !story.knows(name)) {
        text = text.replace(&format!("@{name}"), &uuid::Uuid::nil().to_string());
    }
    let newest = story.state.topology().switching.map_or(0, |switching| switching.epoch);
    serde_json::from_str(&text.replace(&NEWEST.to_string(), &newest.to_string())).expect("still JSON")
}

fn play(story: &mut Story, clock: &mut u64, act: &Act) {
    match act {
        Act::Hello(who) => drop(story.hello(NAMES[*who])),
        Act::Lose(who) if story.knows(NAMES[*who]) => story.loses_socket(NAMES[*who]),
        Act::Resume(who, fresh) if story.knows(NAMES[*who]) => drop(story.resumes(NAMES[*who], *fresh)),
        Act::Say(who, command) if story.knows(NAMES[*who]) => {
            let command = named(story, command);
            drop(story.say(NAMES[*who], command));
        }
        Act::Wait(ms) => {
            *clock += ms;
            story.at(*clock);
        }
        Act::Restart => restart(story),
        Act::MediaFails => story.media_fails(),
        Act::AllReady => story.everybody_ready(),
        Act::Redeem(on) => story.redeems = *on,
        _ => {}
    }
}

/// All sockets and outboxes are lost; everybody comes back at once and gets a snapshot.
fn restart(story: &mut Story) {
    story.plane = Plane::default();
    story.put(Input::Restarted { sfu_available: None });
    let everybody: Vec<_> = story.state.everybody().map(|(id, _)| id).collect();
    story.mirrors.clear();
    story.deaf.extend(&everybody);
    for participant in everybody {
        story.put(Input::Resumed { participant, fresh: false });
        story.snapshot(participant);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 192, max_shrink_iters: 2_000, ..ProptestConfig::default() })]

    #[test]
    fn whatever_people_do_snapshot_and_diffs_are_the_state_and_the_journal_replays(
        start_open in any::<bool>(),
        sfu_available in any::<bool>(),
        acts in prop::collection::vec(act(), 1..90),
    ) {
        let settings = if start_open { open_room() } else { Settings::default() };
        let mut story = Story::with_rules(settings, Rules { sfu_available, ..Rules::default() });
        let mut clock = 0;
        for act in &acts {
            play(&mut story, &mut clock, act);
            story.check_mirrors();
            story.check_order();
            story.check_plane();
        }
        story.check_journal();
    }

    #[test]
    fn no_text_breaks_a_relay_or_a_name(sdp in "(v=0\r\n)?[\\PC\r\n]{0,40}", name in "\\PC{0,90}") {
        let mut story = Story::with(&["alice", "bob"]);
        drop(story.say("bob", json!({ "type": "offer", "to": "@alice", "sdp": sdp, "epoch": 0 })));
        drop(story.say("bob", json!({ "type": "rename", "displayName": name })));
        let shown = story.person("bob").display_name;
        prop_assert!((1..=80).contains(&shown.chars().count()));
        story.check_mirrors();
    }
}

#[test]
fn three_hundred_people_toggling_is_cheap() {
    let mut story = Story::new(Settings { max_participants: 300, ..open_room() });
    let names: Vec<String> = (0..300).map(|n| format!("p{n}")).collect();
    names.iter().for_each(|name| story.joins(name));
    let state = &mut story.state;
    let people: Vec<_> = state.everybody().map(|(id, _)| id).collect();
    let mut delivered = 0;
    for (n, from) in people.iter().cycle().take(3_000).enumerate() {
        let command = serde_json::from_value(json!({ "type": "update_state", "muted": n < 300 })).expect("a command");
        let drawn =
            crate::room::Drawn { draw: crate::room::Draw(uuid::Uuid::nil()), input: Input::Command { from: *from, command } };
        delivered += state.apply(&drawn, crate::at(OPENED)).effects.len();
    }
    assert_eq!(delivered, 600, "one event a change, and none where nothing changes");
}
