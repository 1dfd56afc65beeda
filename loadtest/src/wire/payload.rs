//! What is relayed: session descriptions and candidates of the size that browsers send. The baseline gets the same bytes.

use std::fmt::Write;

use super::mark::Mark;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RelayKind {
    Offer,
    Answer,
    Candidate,
}

impl RelayKind {
    /// The steady mix: two descriptions to four candidates, about what a renegotiation is.
    pub fn nth(number: u64) -> Self {
        match number % 6 {
            0 => Self::Offer,
            1 => Self::Answer,
            _ => Self::Candidate,
        }
    }

    pub fn command(self) -> &'static str {
        match self {
            Self::Offer => "offer",
            Self::Answer => "answer",
            Self::Candidate => "ice_candidate",
        }
    }
}

/// The parts of a description around its mark, already escaped for JSON.
pub struct Payloads {
    tail: String,
}

const HEAD: &str = r"v=0\r\no=- 4611731400430051336 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\na=group:BUNDLE 0 1 2\r\na=";

impl Payloads {
    /// Descriptions of about `bytes` bytes.
    pub fn new(bytes: usize) -> Self {
        let mut tail = String::new();
        for (mid, kind) in ["audio", "video", "video"].iter().enumerate() {
            let _ = write!(
                tail,
                r"\r\nm={kind} 9 UDP/TLS/RTP/SAVPF 111 96\r\nc=IN IP4 0.0.0.0\r\na=mid:{mid}\r\na=sendrecv\r\na=rtcp-mux"
            );
        }
        for payload_type in (35..128).cycle().take(2000) {
            if HEAD.len() + tail.len() >= bytes {
                break;
            }
            let _ = write!(tail, r"\r\na=rtpmap:{payload_type} VP8/90000\r\na=rtcp-fb:{payload_type} transport-cc");
        }
        tail.push_str(r"\r\n");
        Self { tail }
    }

    /// `"sdp":"…"` or `"candidate":{…}`, and the epoch.
    pub fn write(&self, out: &mut String, kind: RelayKind, mark: Mark) {
        let _ = match kind {
            RelayKind::Offer | RelayKind::Answer => write!(out, r#""sdp":"{HEAD}{mark}{}","epoch":0"#, self.tail),
            RelayKind::Candidate => write!(
                out,
                r#""candidate":{{"candidate":"candidate:842163049 1 udp 1677729535 192.0.2.17 51472 typ srflx raddr 0.0.0.0 rport 0 generation 0 ufrag EsAw {mark}","sdpMid":"0","sdpMLineIndex":0}},"epoch":0"#
            ),
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::mark::Purpose;

    #[test]
    fn every_kind_is_json_that_carries_its_mark() {
        let payloads = Payloads::new(2000);
        let mark = Mark { sent: 77, purpose: Purpose::Load };
        for kind in [RelayKind::Offer, RelayKind::Answer, RelayKind::Candidate] {
            let mut text = String::from("{");
            payloads.write(&mut text, kind, mark);
            text.push('}');
            let value: serde_json::Value = serde_json::from_str(&text).unwrap();
            let inner = value["sdp"].as_str().or(value["candidate"]["candidate"].as_str()).unwrap();
            assert_eq!(Mark::find(inner), Some(mark));
        }
    }

    #[test]
    fn a_description_has_about_the_wanted_size_and_three_m_lines() {
        let mut text = String::new();
        Payloads::new(3000).write(&mut text, RelayKind::Offer, Mark { sent: 1, purpose: Purpose::Load });
        assert!((2900..3300).contains(&text.len()), "{}", text.len());
        assert_eq!(text.matches("m=").count(), 3);
    }
}
