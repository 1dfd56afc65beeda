//! A crowd that toggles (O3): updates coalesce for who can't keep up, and other rooms don't notice.

use crate::{client::Client, server::Server};
use serde_json::json;
use std::time::{Duration, Instant};

const PEOPLE: usize = 40;
const ROUNDS: usize = 8;
/// Events that a client may leave unacknowledged.
const WINDOW: usize = 256;

/// Toggles and reads what the others do, to the end: then the hand is up.
async fn toggles(mut person: Client) -> Client {
    for round in 0..ROUNDS {
        person.do_ok(json!({ "type": "update_state", "muted": round % 2 == 0 })).await;
    }
    person.do_ok(json!({ "type": "raise_hand", "raised": true })).await;
    person
}

#[tokio::test]
async fn o3_a_large_room_toggles_and_another_room_goes_on() {
    let server = Server::start_with(&["--slow-consumer-seconds", "120"]).await;
    let (crowd, quiet) = (server.open_room().await, server.open_room().await);
    let mut people = vec![Client::host(&server, &crowd).await];
    for n in 1..PEOPLE {
        people.push(Client::guest(&server, &crowd, &format!("Person {n}")).await);
    }
    // One who neither reads nor acknowledges while everybody toggles.
    let mut slow = Client::guest(&server, &crowd, "Slow").await;
    let (mut alice, mut bob) = (Client::host(&server, &quiet).await, Client::guest(&server, &quiet, "Bob").await);
    let ids: Vec<_> = people.iter().map(|person| person.id.clone()).collect();
    let toggling: Vec<_> = people.into_iter().map(|person| tokio::spawn(toggles(person))).collect();
    let mut slowest = Duration::ZERO;
    for _ in 0..20 {
        let began = Instant::now();
        alice.chat("a quiet room").await;
        assert_eq!(bob.hear("chat_received").await["text"], "a quiet room");
        slowest = slowest.max(began.elapsed());
    }
    // The crowd's clients share this test's thread: what is left are pauses of the server.
    assert!(slowest < Duration::from_secs(10), "{slowest:?}");
    for toggled in toggling {
        toggled.await.expect("nobody is thrown out");
    }
    // What it is told in the end is true of everybody.
    for id in ids {
        slow.hear_that("the last word of each", |event| {
            event["participant"]["id"] == json!(id)
                && event["participant"]["handRaisedAt"].is_string()
                && event["participant"]["muted"] == (ROUNDS % 2 == 1)
        })
        .await;
    }
    // Beyond the window only each one's newest state waited: far fewer events than there were changes.
    slow.do_ok(json!({ "type": "ping" })).await;
    let heard = slow.last_seq as usize;
    assert!(heard <= WINDOW + PEOPLE + 10, "{heard} events of {} changes", PEOPLE * (ROUNDS + 1));
}
