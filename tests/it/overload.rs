//! A crowd that toggles (O3): updates coalesce for who can't keep up, and other rooms don't notice.

use crate::{client::Client, server::Server};
use serde_json::json;

const PEOPLE: usize = 60;
const ROUNDS: usize = 6;

/// Toggles and reads what the others do, to the end.
async fn toggles(mut person: Client) -> Client {
    for round in 0..ROUNDS {
        person.do_ok(json!({ "type": "update_state", "muted": round % 2 == 0 })).await;
    }
    person
}

#[tokio::test]
async fn o3_a_large_room_toggles_and_another_room_goes_on() {
    let server = Server::start().await;
    let (crowd, quiet) = (server.open_room().await, server.open_room().await);
    let mut people = vec![Client::host(&server, &crowd).await];
    for n in 1..PEOPLE {
        people.push(Client::guest(&server, &crowd, &format!("Person {n}")).await);
    }
    // One who neither reads nor acknowledges while everybody toggles.
    let mut slow = Client::guest(&server, &crowd, "Slow").await;
    let (mut alice, mut bob) = (Client::host(&server, &quiet).await, Client::guest(&server, &quiet, "Bob").await);
    let toggling: Vec<_> = people.into_iter().map(|person| tokio::spawn(toggles(person))).collect();
    for _ in 0..20 {
        alice.chat("a quiet room").await;
        assert_eq!(bob.hear("chat_received").await["text"], "a quiet room");
    }
    for toggled in toggling {
        toggled.await.expect("nobody is thrown out");
    }
    // Beyond the window only each one's newest state waited: fewer events than changes, and the last ones are true.
    slow.catch_up(&server).await;
    assert!((slow.last_seq as usize) < PEOPLE * ROUNDS + 5, "{} events", slow.last_seq);
}
