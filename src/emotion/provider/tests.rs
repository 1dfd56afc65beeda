//! A provider made by the test, over a real socket: scores come back, it may go away and come back, and it can't hold anybody up.

use super::{Provider, ProviderSetup, Reach};
use crate::{config::Secret, inference::NoAnswer};
use actors::emotion::Answer;
use base64::{Engine, prelude::BASE64_STANDARD};
use serde_json::{Value, json};
use std::{
    net::{TcpListener, TcpStream},
    sync::mpsc::{Receiver, Sender, channel},
    thread,
    time::{Duration, Instant},
};
use tokio_tungstenite::tungstenite::{
    Message, WebSocket, accept_hdr,
    handshake::server::{Request, Response},
};

const SOON: Duration = Duration::from_secs(20);

fn setup(listener: &TcpListener, reach: Reach) -> ProviderSetup {
    let url = format!("ws://{}/prosody", listener.local_addr().expect("an address"));
    ProviderSetup { url, key: "secret-key".parse::<Secret>().ok(), reach }
}

fn listener() -> TcpListener {
    TcpListener::bind("127.0.0.1:0").expect("a free port")
}

/// The server's end, after the key was seen.
fn accept(listener: &TcpListener) -> WebSocket<TcpStream> {
    let (stream, _) = listener.accept().expect("somebody comes");
    #[allow(clippy::result_large_err, reason = "the library's own type")]
    let check = |request: &Request, response: Response| {
        assert_eq!(request.headers()["authorization"], "Bearer secret-key");
        Ok(response)
    };
    accept_hdr(stream, check).expect("the upgrade")
}

fn clip(socket: &mut WebSocket<TcpStream>) -> Value {
    loop {
        if let Message::Text(text) = socket.read().expect("a message") {
            return serde_json::from_str(&text).expect("JSON");
        }
    }
}

fn ask(provider: &Provider, to: &Sender<Result<Answer, NoAnswer>>) {
    let to = to.clone();
    provider.ask(vec![0.5; 32_000], move |answer| drop(to.send(answer)));
}

fn next(answers: &Receiver<Result<Answer, NoAnswer>>) -> Result<Answer, NoAnswer> {
    answers.recv_timeout(SOON).expect("an answer in time")
}

#[test]
fn clips_go_out_as_wav_and_scores_come_back_after_a_reconnect_too() {
    let listener = listener();
    let provider = Provider::start(setup(&listener, Reach::Anywhere)).expect("a thread");
    let (to, answers) = channel();
    ask(&provider, &to);
    let mut socket = accept(&listener);
    let asked = clip(&mut socket);
    let wav = BASE64_STANDARD.decode(asked["audio"].as_str().expect("text")).expect("base64");
    assert_eq!((&asked["type"], &wav[..4], wav.len()), (&json!("clip"), b"RIFF".as_slice(), 44 + 64_000));
    let scores =
        json!({ "type": "scores", "id": asked["id"], "scores": { "angry": 3.0, "sad": 1.0, "smug": 9.0 }, "arousal": 0.75 });
    socket.send(Message::text("not JSON")).expect("sent");
    socket.send(Message::text(scores.to_string())).expect("sent");
    let answer = next(&answers).expect("scores");
    assert_eq!((answer.shares[0], answer.shares[6], answer.arousal), (0.75, 0.25, 0.75));
    // It goes away with a clip in its hands: whoever asked is told, and it is dialled again.
    ask(&provider, &to);
    clip(&mut socket);
    drop(socket);
    assert!(matches!(next(&answers), Err(NoAnswer::Failed(_))));
    ask(&provider, &to);
    let mut again = accept(&listener);
    let asked = clip(&mut again);
    let wrong = json!({ "type": "scores", "id": asked["id"], "scores": { "angry": -1.0 }, "arousal": 7 });
    again.send(Message::text(wrong.to_string())).expect("sent");
    assert!(matches!(next(&answers), Err(NoAnswer::Failed(_))));
}

#[test]
fn while_it_is_away_the_oldest_go_and_the_state_says_so() {
    let listener = listener();
    let setup = setup(&listener, Reach::Anywhere);
    drop(listener);
    let provider = Provider::start(setup).expect("a thread");
    let (to, answers) = channel();
    (0..70).for_each(|_| ask(&provider, &to));
    assert_eq!(next(&answers).err(), Some(NoAnswer::Dropped));
    let until = Instant::now() + SOON;
    while provider.state().check().is_ok() {
        assert!(Instant::now() < until, "it says that nobody is there");
        thread::yield_now();
    }
    assert!(provider.state().check().expect_err("away").contains("reached"));
    drop(provider);
    let rest: Vec<_> = (0..69).map(|_| next(&answers).err()).collect();
    assert!(rest.contains(&Some(NoAnswer::Stopped)), "{rest:?}");
}

#[test]
fn d5_a_private_address_is_not_dialled_unless_that_is_allowed() {
    let listener = listener();
    let provider = Provider::start(setup(&listener, Reach::Public)).expect("a thread");
    let until = Instant::now() + SOON;
    while provider.state().check().is_ok() {
        assert!(Instant::now() < until, "it is refused");
        thread::yield_now();
    }
    assert!(provider.state().check().expect_err("refused").contains("private"));
    listener.set_nonblocking(true).expect("it can");
    assert!(listener.accept().is_err(), "nobody came");
}
