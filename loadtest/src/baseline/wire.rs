//! The part of Engine.IO 4 and Socket.IO 5 that a WebSocket client without upgrades needs: `0` open, `2` ping, `3` pong,
//! `40` connect, `42` event, `43` acknowledgement.

use serde::Deserialize;

use crate::wire::mark::Mark;
use crate::wire::payload::{Payloads, RelayKind};

pub const PATH: &str = "/socket.io/?EIO=4&transport=websocket";
pub const CONNECT: &str = "40";
pub const PONG: &str = "3";

#[derive(Debug, PartialEq)]
pub enum Packet<'a> {
    Open,
    Ping,
    Connected,
    Event { name: &'a str, text: &'a str },
    Acknowledged { id: u64, text: &'a str },
    Other,
}

impl<'a> Packet<'a> {
    pub fn parse(text: &'a str) -> Self {
        match text.as_bytes() {
            [b'0', ..] => Self::Open,
            [b'2'] => Self::Ping,
            [b'4', b'0', ..] => Self::Connected,
            [b'4', b'2', ..] => event(&text[2..]).unwrap_or(Self::Other),
            [b'4', b'3', ..] => acknowledged(&text[2..]).unwrap_or(Self::Other),
            _ => Self::Other,
        }
    }
}

fn event(text: &str) -> Option<Packet<'_>> {
    let rest = text.strip_prefix("[\"")?;
    let (name, _) = rest.split_once('"')?;
    Some(Packet::Event { name, text })
}

fn acknowledged(text: &str) -> Option<Packet<'_>> {
    let (id, _) = text.split_once('[')?;
    Some(Packet::Acknowledged { id: id.parse().ok()?, text: &text[id.len()..] })
}

/// The acknowledgement of `join`.
#[derive(Deserialize)]
pub struct Joined {
    pub id: String,
    pub participants: Vec<String>,
}

/// Somebody who came or went.
#[derive(Deserialize)]
pub struct Somebody {
    pub id: String,
}

pub fn joined(text: &str) -> Option<Joined> {
    serde_json::from_str::<(Joined,)>(text).ok().map(|(joined,)| joined)
}

pub fn somebody(text: &str) -> Option<String> {
    serde_json::from_str::<(&str, Somebody)>(text).ok().map(|(_, somebody)| somebody.id)
}

pub fn join(id: u64, room: usize) -> String {
    format!(r#"42{id}["join",{{"room":"room-{room}"}}]"#)
}

pub fn relay(payloads: &Payloads, id: u64, kind: RelayKind, to: &str, mark: Mark) -> String {
    use std::fmt::Write;
    let mut out = String::with_capacity(if kind == RelayKind::Candidate { 384 } else { 4096 });
    let _ = write!(out, r#"42{id}["{}",{{"to":"{to}","#, kind.command());
    payloads.write(&mut out, kind, mark);
    out.push_str("}]");
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::mark::Purpose;

    #[test]
    fn packets_are_told_apart() {
        assert_eq!(Packet::parse(r#"0{"sid":"x","pingInterval":25000}"#), Packet::Open);
        assert_eq!(Packet::parse("2"), Packet::Ping);
        assert_eq!(Packet::parse(r#"40{"sid":"y"}"#), Packet::Connected);
        assert_eq!(Packet::parse(r#"4317[{"ok":true}]"#), Packet::Acknowledged { id: 17, text: r#"[{"ok":true}]"# });
        let Packet::Event { name, text } = Packet::parse(r#"42["participant_joined",{"id":"abc"}]"#) else { panic!("no event") };
        assert_eq!((name, somebody(text).as_deref()), ("participant_joined", Some("abc")));
        assert_eq!(Packet::parse("6"), Packet::Other);
    }

    #[test]
    fn the_answer_to_join_is_read() {
        let joined = joined(r#"[{"ok":true,"id":"me","participants":["a","b"]}]"#).unwrap();
        assert_eq!((joined.id.as_str(), joined.participants.len()), ("me", 2));
    }

    #[test]
    fn a_relay_is_an_event_that_asks_for_an_acknowledgement() {
        let mark = Mark { sent: 8, purpose: Purpose::Load };
        let text = relay(&Payloads::new(1000), 3, RelayKind::Offer, "abc", mark);
        let value: serde_json::Value = serde_json::from_str(text.strip_prefix("423").unwrap()).unwrap();
        assert_eq!((value[0].as_str(), value[1]["to"].as_str()), (Some("offer"), Some("abc")));
        assert_eq!(Mark::find(&text), Some(mark));
    }
}
