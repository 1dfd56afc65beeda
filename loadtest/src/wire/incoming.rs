//! Frames from the server. Only what the tester acts on is parsed; strings are borrowed from the frame.

use serde::Deserialize;
use serde_json::value::RawValue;

/// Any frame but `welcome`: a reply when `type` is `reply`, else an event.
#[derive(Deserialize)]
pub struct Frame<'a> {
    #[serde(rename = "type")]
    pub kind: &'a str,
    pub seq: Option<u64>,
    #[serde(rename = "ref")]
    pub reference: Option<u64>,
    pub ok: Option<bool>,
    #[serde(borrow)]
    pub error: Option<Refusal<'a>>,
    pub state: Option<&'a str>,
    pub replayed: Option<bool>,
    pub from: Option<&'a str>,
    #[serde(borrow)]
    pub sdp: Option<&'a RawValue>,
    #[serde(borrow)]
    pub candidate: Option<&'a RawValue>,
    #[serde(borrow)]
    pub text: Option<&'a RawValue>,
    #[serde(borrow)]
    pub participant: Option<Somebody<'a>>,
    #[serde(rename = "participantId")]
    pub participant_id: Option<&'a str>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Refusal<'a> {
    pub code: &'a str,
    pub retry_in_ms: Option<u64>,
}

#[derive(Deserialize)]
pub struct Somebody<'a> {
    pub id: &'a str,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Welcome<'a> {
    pub seq: u64,
    #[serde(borrow)]
    pub you: Somebody<'a>,
    pub resume_token: &'a str,
    #[serde(borrow)]
    pub participants: Vec<Somebody<'a>>,
}

impl<'a> Frame<'a> {
    pub fn parse(text: &'a str) -> Result<Self, serde_json::Error> {
        serde_json::from_str(text)
    }

    /// The relayed text, whatever it is of.
    pub fn payload(&self) -> Option<&'a str> {
        self.sdp.or(self.candidate).or(self.text).map(RawValue::get)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::mark::Mark;

    #[test]
    fn reads_a_relay_without_unescaping_it() {
        let text = r#"{"type":"offer_received","seq":7,"from":"a","sdp":"v=0\r\na=x-sent 55 load\r\n","epoch":0,"later":[1]}"#;
        let frame = Frame::parse(text).unwrap();
        assert_eq!((frame.kind, frame.seq, frame.from), ("offer_received", Some(7), Some("a")));
        assert_eq!(Mark::find(frame.payload().unwrap()).unwrap().sent, 55);
    }

    #[test]
    fn reads_a_refusal() {
        let text = r#"{"type":"reply","ref":3,"ok":false,"error":{"code":"busy","message":"\"later\"","retryInMs":250}}"#;
        let frame = Frame::parse(text).unwrap();
        assert_eq!((frame.reference, frame.ok), (Some(3), Some(false)));
        let error = frame.error.unwrap();
        assert_eq!((error.code, error.retry_in_ms), ("busy", Some(250)));
    }

    #[test]
    fn reads_a_welcome() {
        let text = r#"{"type":"welcome","seq":1,"you":{"id":"a","displayName":"x"},"resumeToken":"r","participants":[{"id":"a"},{"id":"b"}],"chat":[]}"#;
        let welcome: Welcome = serde_json::from_str(text).unwrap();
        assert_eq!((welcome.you.id, welcome.resume_token, welcome.participants.len()), ("a", "r", 2));
    }
}
