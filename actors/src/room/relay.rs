//! Offers, answers and candidates pass between two members. They are looked at as strangers' text and change nothing.

use super::{
    CommandResult,
    state::{RoomState, done},
    turn::Turn,
};
use crate::{
    ids::*,
    protocol::{
        Address, CommandError, ServerEvent,
        client::{Answer, IceCandidate, Offer},
    },
};
use serde_json::Value;

const SDP_BYTES: usize = 60 * 1024;
const M_LINES: usize = 64;
const CANDIDATE_BYTES: usize = 4 * 1024;

impl RoomState {
    pub(super) fn relay_offer(&self, from: ParticipantId, offer: &Offer, turn: &mut Turn) -> CommandResult {
        check_sdp(&offer.sdp)?;
        let (sdp, epoch) = (offer.sdp.clone(), offer.epoch);
        match offer.to {
            Address::Sfu => self.offer_to_server(from, offer, turn),
            Address::Participant(to) => self.relay(from, to, ServerEvent::OfferReceived { from: from.into(), sdp, epoch }, turn),
        }
    }

    pub(super) fn relay_answer(&self, from: ParticipantId, answer: &Answer, turn: &mut Turn) -> CommandResult {
        check_sdp(&answer.sdp)?;
        let (sdp, epoch) = (answer.sdp.clone(), answer.epoch);
        match answer.to {
            Address::Sfu => self.answer_to_server(from, answer, turn),
            Address::Participant(to) => self.relay(from, to, ServerEvent::AnswerReceived { from: from.into(), sdp, epoch }, turn),
        }
    }

    pub(super) fn relay_candidate(&self, from: ParticipantId, command: &IceCandidate, turn: &mut Turn) -> CommandResult {
        check_candidate(&command.candidate)?;
        let (candidate, epoch) = (command.candidate.clone(), command.epoch);
        match command.to {
            // Its own candidates are in its descriptions, and it learns the other side's from their checks.
            Address::Sfu => self.sends_to_server(from, epoch).and(done()),
            Address::Participant(to) => {
                self.relay(from, to, ServerEvent::IceCandidateReceived { from: from.into(), candidate, epoch }, turn)
            }
        }
    }

    fn relay(&self, from: ParticipantId, to: ParticipantId, event: ServerEvent, turn: &mut Turn) -> CommandResult {
        if from == to {
            return Err(CommandError::bad_field("to", "to must be somebody else"));
        }
        self.member(to)?;
        turn.tell(to, event);
        done()
    }
}

/// What may be too much for the other side is refused before anybody parses it. Whether it is a description at all is for the other side to
/// say: it answers, and nothing here depends on it.
fn check_sdp(sdp: &str) -> Result<(), CommandError> {
    if sdp.len() > SDP_BYTES {
        return Err(CommandError::too_long("sdp", SDP_BYTES));
    }
    if sdp.is_empty() || sdp.chars().any(|c| c.is_control() && !matches!(c, '\r' | '\n' | '\t')) {
        return Err(CommandError::bad_field("sdp", "sdp must be text, and some"));
    }
    // A lone CR would let one line pass for two.
    if sdp.replace("\r\n", "\n").contains('\r') {
        return Err(CommandError::bad_field("sdp", "sdp has a line break of its own kind"));
    }
    if sdp.lines().filter(|line| line.starts_with("m=")).count() > M_LINES {
        return Err(CommandError::bad_field("sdp", "sdp has more than 64 m-lines"));
    }
    Ok(())
}

fn check_candidate(candidate: &Value) -> Result<(), CommandError> {
    let bad = || CommandError::bad_field("candidate", "candidate must be an RTCIceCandidateInit, its line, or null");
    let fields = match candidate {
        Value::Null => return Ok(()),
        // Some clients send the candidate's line alone.
        Value::String(line) if line.len() > CANDIDATE_BYTES => return Err(CommandError::too_long("candidate", CANDIDATE_BYTES)),
        Value::String(line) if !line.chars().any(char::is_control) => return Ok(()),
        Value::Object(fields) => fields,
        _ => return Err(bad()),
    };
    if candidate.to_string().len() > CANDIDATE_BYTES {
        return Err(CommandError::too_long("candidate", CANDIDATE_BYTES));
    }
    let flat = |value: &Value| match value {
        Value::String(text) => !text.chars().any(char::is_control),
        Value::Number(_) | Value::Null | Value::Bool(_) => true,
        Value::Array(_) | Value::Object(_) => false,
    };
    let texts = ["candidate", "sdpMid", "usernameFragment"];
    let typed = |name: &&str| fields.get(*name).is_none_or(|value| value.is_string() || value.is_null());
    if fields.values().all(flat) && texts.iter().all(typed) { Ok(()) } else { Err(bad()) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::ErrorCode;
    use serde_json::json;

    #[test]
    fn a_session_description_has_its_size_and_shape() {
        let real = "v=0\r\no=- 1 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=mid:0\r\n";
        assert_eq!(check_sdp(real), Ok(()));
        assert_eq!(check_sdp(&format!("{real}{}", "m=video 9 X 1\r\n".repeat(63))), Ok(()));
        for junk in [
            String::new(),
            "v=0\r\nm=audio\u{0}\r\n".to_owned(),
            "v=0\r\na=x\rm=video\r\n".to_owned(),
            format!("{real}{}", "m=video 9 X 1\r\n".repeat(64)),
        ] {
            assert_eq!(check_sdp(&junk).map_err(|error| error.code), Err(ErrorCode::BadField), "{junk:?}");
        }
        let huge = check_sdp(&format!("v=0\r\na={}", "x".repeat(SDP_BYTES))).unwrap_err();
        assert_eq!((huge.code, huge.field.as_deref()), (ErrorCode::TooLong, Some("sdp")));
    }

    #[test]
    fn a_candidate_is_an_object_or_null() {
        assert_eq!(check_candidate(&Value::Null), Ok(()));
        assert_eq!(check_candidate(&json!({ "candidate": "candidate:1 1 udp 1 1.2.3.4 9 typ host", "sdpMid": "0" })), Ok(()));
        for junk in [
            json!(1),
            json!("candidate:1\r\n"),
            json!([]),
            json!({ "candidate": 4 }),
            json!({ "candidate": "a\r\nb" }),
            json!({ "deep": { "er": 1 } }),
        ] {
            assert_eq!(check_candidate(&junk).map_err(|error| error.code), Err(ErrorCode::BadField), "{junk}");
        }
        assert_eq!(check_candidate(&json!({ "candidate": "x".repeat(5000) })).map_err(|e| e.code), Err(ErrorCode::TooLong));
    }
}
