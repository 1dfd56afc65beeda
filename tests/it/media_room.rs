//! Rooms of a real server whose media goes over it: signalling and DTLS clients together.

use crate::{
    client::Client,
    media_client::Member,
    metrics::{scraped, value},
    server::{DEADLINE, Room, Server},
};
use serde_json::json;
use std::time::{Duration, Instant};

/// Takes effect within this (I5), also for what was on its way.
const AT_ONCE: Duration = Duration::from_secs(1);

async fn members(server: &Server, room: &Room, guests: &[&str]) -> Vec<Member> {
    let mut members = vec![Member::new(Client::host(server, room).await)];
    for name in guests {
        members.push(Member::new(Client::guest(server, room, name).await));
    }
    let ids: Vec<String> = members.iter().map(|member| member.id().to_owned()).collect();
    for member in &mut members {
        member.others = ids.iter().filter(|id| *id != member.id()).cloned().collect();
    }
    members
}

/// Lets everybody go on until it is so.
async fn until(members: &mut [Member], what: &str, so: impl Fn(&[Member]) -> bool) {
    let end = Instant::now() + DEADLINE;
    while !so(members) {
        assert!(Instant::now() < end, "in time: {what}");
        for member in members.iter_mut() {
            member.step().await;
        }
    }
}

async fn goes_on(members: &mut [Member], time: Duration) {
    let end = Instant::now() + time;
    until(members, "time goes on", |_| Instant::now() >= end).await;
}

async fn pin(members: &mut [Member], mode: &str) {
    let settings = json!({ "type": "update_room", "settings": { "topology": mode } });
    members[0].client.send(settings).await;
    until(members, "the room has switched", |members| members.iter().all(|member| member.mode == mode)).await;
}

/// Everybody has got so many more pictures and voices of everybody else.
async fn all_see_all(members: &mut [Member], count: usize) {
    let since = Instant::now();
    until(members, "all see and hear all", |members| {
        members.iter().all(|member| {
            let fresh = |other: &String, source| member.got(other, source).filter(|got| got.at > since).count() >= count;
            member.others.iter().all(|other| fresh(other, "camera") && fresh(other, "microphone"))
        })
    })
    .await;
}

/// Somebody in an open room whose media goes over the server.
async fn on_the_server(server: &Server, guests: &[&str]) -> (Room, Vec<Member>) {
    let room = server.open_room().await;
    let mut members = members(server, &room, guests).await;
    pin(&mut members, "sfu").await;
    all_see_all(&mut members, 5).await;
    (room, members)
}

#[tokio::test]
async fn a_room_goes_over_to_the_server_and_back_and_leaves_it_silent() {
    let server = Server::start().await;
    let (_, mut members) = on_the_server(&server, &["Bob", "Carol"]).await;
    all_see_all(&mut members, 20).await;
    pin(&mut members, "mesh").await;
    let connections = |text: &str, leg: &str| value(text, &format!("greenroom_media_connections{{leg=\"{leg}\"}}"));
    let end = Instant::now() + DEADLINE;
    loop {
        let text = scraped(&server).await;
        if connections(&text, "publish") == 0.0 && connections(&text, "receive") == 0.0 {
            break;
        }
        assert!(Instant::now() < end, "no connection is left");
        goes_on(&mut members, Duration::from_millis(50)).await;
    }
    let forwarded = |text: &str| {
        let of = |kind: &str| value(text, &format!("greenroom_media_forwarded_total{{kind=\"{kind}\"}}"));
        of("audio") + of("video")
    };
    // The last second before the end is counted when it is over.
    goes_on(&mut members, AT_ONCE * 2).await;
    let (before, last) = (scraped(&server).await, Instant::now());
    goes_on(&mut members, AT_ONCE * 2).await;
    assert_eq!(forwarded(&scraped(&server).await), forwarded(&before), "whatever they still send goes nowhere");
    assert!(members.iter().all(|member| member.newest().is_none_or(|at| at < last)), "nothing comes any more");
}

#[tokio::test]
async fn i5_who_is_removed_is_out_of_the_media_within_a_second_and_stays_out() {
    let server = Server::start().await;
    let (_, mut members) = on_the_server(&server, &["Bob", "Mallory"]).await;
    let mallory = members[2].id().to_owned();
    members[0].client.send(json!({ "type": "remove", "participantId": mallory, "ban": true })).await;
    let removed = Instant::now();
    until(&mut members, "mallory is told", |members| members[2].removed).await;
    // Mallory's page goes on sending and listening.
    goes_on(&mut members, AT_ONCE * 2).await;
    assert!(members[2].newest().is_none_or(|at| at < removed + AT_ONCE), "nothing goes to mallory");
    let late = |member: &Member| {
        let slots: Vec<_> = member.slots.iter().filter(|(_, who, _)| *who == mallory).collect();
        assert!(slots.is_empty(), "mallory has no place: {slots:?}");
    };
    members[..2].iter().for_each(late);
    let text = scraped(&server).await;
    assert_eq!(value(&text, "greenroom_media_connections{leg=\"publish\"}"), 2.0);
    assert_eq!(value(&text, "greenroom_media_connections{leg=\"receive\"}"), 2.0);
    let again = members[2].client.resume(&server).await;
    assert_eq!(again["ok"], false, "{again}");
    members.truncate(2);
    all_see_all(&mut members, 5).await;
}

#[tokio::test]
async fn i5_who_is_demoted_is_not_forwarded_any_more_and_still_receives() {
    let server = Server::start().await;
    let (_, mut members) = on_the_server(&server, &["Bob"]).await;
    let (alice, bob) = (members[0].id().to_owned(), members[1].id().to_owned());
    members[0].client.send(json!({ "type": "set_role", "participantId": bob, "role": "observer" })).await;
    let demoted = Instant::now();
    goes_on(&mut members, AT_ONCE * 2).await;
    assert!(members[0].newest().is_none_or(|at| at < demoted + AT_ONCE), "bob's page sends on, and alice gets nothing of it");
    let since = Instant::now();
    until(&mut members, "bob still sees alice", |members| {
        members[1].got(&alice, "camera").filter(|got| got.at > since).count() > 5
    })
    .await;
}

#[tokio::test]
async fn a_server_without_media_keeps_rooms_peer_to_peer_and_opens_no_port() {
    let server = Server::start_with(&["--no-sfu"]).await;
    let room = server.open_room().await;
    let (mut alice, welcome) = Client::join(&server, &room.host_token).await;
    assert_eq!(welcome["topology"]["mode"], "mesh", "{welcome}");
    alice.do_ok(json!({ "type": "update_room", "settings": { "topology": "sfu" } })).await;
    let again = Client::guest_welcome(&server, &room, "Bob").await;
    assert_eq!((&again["topology"]["mode"], &again["topology"]["reason"]), (&json!("mesh"), &json!("sfu_not_available")));
    alice.refused(json!({ "type": "subscribe", "tracks": [] }), "not_available").await;
    assert_eq!(server.udp_sockets(), 0);
}
