//! Commands as text frames. Ids, tokens and marks need no escaping; names and chat are the tester's own plain words.

use std::fmt::Write;

use super::id::Id;
use super::mark::Mark;
use super::payload::{Payloads, RelayKind};

pub fn hello(reference: u64, token: &str) -> String {
    format!(r#"{{"type":"hello","ref":{reference},"token":"{token}","capabilities":[]}}"#)
}

pub fn resume(reference: u64, token: &str, last_seq: u64) -> String {
    format!(r#"{{"type":"resume","ref":{reference},"resumeToken":"{token}","lastSeq":{last_seq}}}"#)
}

pub fn leave(reference: u64) -> String {
    format!(r#"{{"type":"leave_room","ref":{reference}}}"#)
}

pub fn ack(seq: u64) -> String {
    format!(r#"{{"type":"ack","seq":{seq}}}"#)
}

pub fn chat(reference: u64, client_id: &str, mark: Mark) -> String {
    format!(r#"{{"type":"chat","ref":{reference},"clientId":"{client_id}","text":"{mark}"}}"#)
}

pub fn relay(payloads: &Payloads, reference: u64, kind: RelayKind, to: Id, mark: Mark) -> String {
    let size = if kind == RelayKind::Candidate { 384 } else { 4096 };
    let mut out = String::with_capacity(size);
    let _ = write!(out, r#"{{"type":"{}","ref":{reference},"to":"{}","#, kind.command(), to.as_str());
    payloads.write(&mut out, kind, mark);
    out.push('}');
    out
}

/// A `clientId` that nobody else has: seat, incarnation and number within the run, in the form of a UUID.
pub fn client_id(room: usize, seat: usize, incarnation: u32, number: u64) -> String {
    let number = number & 0xffff_ffff_ffff;
    format!("{room:08x}-{:04x}-4{:03x}-8000-{number:012x}", seat & 0xffff, incarnation & 0xfff)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::mark::Purpose;

    #[test]
    fn every_command_is_json() {
        let id = Id::parse("0190aaaa-bbbb-7ccc-8ddd-eeeeffff0001").unwrap();
        let mark = Mark { sent: 5, purpose: Purpose::Load };
        let frames = [
            hello(1, "a.b.c"),
            resume(2, "r", 17),
            leave(3),
            ack(16),
            chat(4, "c", mark),
            relay(&Payloads::new(1500), 5, RelayKind::Offer, id, mark),
            relay(&Payloads::new(1500), 6, RelayKind::Candidate, id, mark),
        ];
        for frame in frames {
            let value: serde_json::Value = serde_json::from_str(&frame).expect(&frame);
            assert!(value["type"].is_string());
        }
    }

    #[test]
    fn client_ids_are_uuids_and_differ() {
        let one = client_id(1, 2, 3, 4);
        assert!(Id::parse(&one).is_some(), "{one}");
        assert_ne!(one, client_id(1, 2, 4, 4));
        assert_ne!(one, client_id(1, 2, 3, 5));
    }
}
