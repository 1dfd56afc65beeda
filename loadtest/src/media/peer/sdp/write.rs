//! Our descriptions: one bundle, Opus and VP8, one host candidate.

use std::fmt::Write;
use std::net::SocketAddr;

use super::{Credentials, Kind, Setup};
use crate::media::peer::header::ExtensionIds;

pub const MID: &str = "urn:ietf:params:rtp-hdrext:sdes:mid";
pub const RID: &str = "urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id";
pub const REPAIRED_RID: &str = "urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id";
pub const AUDIO_LEVEL: &str = "urn:ietf:params:rtp-hdrext:ssrc-audio-level";
pub const TRANSPORT_SEQ: &str = "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01";

/// Payload types in our own offers; answers take the other side's.
pub const OPUS: u8 = 111;
pub const VP8: u8 = 96;
pub const RTX: u8 = 97;

pub const OFFERED_EXTENSIONS: ExtensionIds = ExtensionIds { mid: 4, rid: 10, repaired_rid: 11, audio_level: 1, transport_seq: 3 };

pub struct Description<'a> {
    pub session: u64,
    pub version: u64,
    pub credentials: &'a Credentials,
    pub fingerprint: &'a str,
    pub setup: Setup,
    pub candidate: Option<SocketAddr>,
    pub lines: &'a [LocalLine],
}

/// An m-line from our side.
#[derive(Clone, Debug)]
pub struct LocalLine {
    pub mid: String,
    pub kind: Kind,
    pub payload_type: u8,
    pub rtx: Option<u8>,
    pub extensions: ExtensionIds,
    pub sends: bool,
    pub receives: bool,
    pub rejected: bool,
    /// More than one: simulcast.
    pub rids: Vec<String>,
    /// SSRC and the one of its repairs, an encoding each.
    pub ssrcs: Vec<(u32, Option<u32>)>,
}

pub fn describe(description: &Description) -> String {
    let Description { session, version, lines, .. } = description;
    let mut out = format!("v=0\r\no=- {session} {version} IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\na=group:BUNDLE");
    for line in lines.iter().filter(|line| !line.rejected) {
        let _ = write!(out, " {}", line.mid);
    }
    out.push_str("\r\na=extmap-allow-mixed\r\na=msid-semantic: WMS\r\n");
    for line in *lines {
        media(&mut out, description, line);
    }
    out
}

fn media(out: &mut String, description: &Description, line: &LocalLine) {
    let (kind, codec) = match line.kind {
        Kind::Audio => ("audio", "opus/48000/2"),
        Kind::Video => ("video", "VP8/90000"),
    };
    let payload_type = line.payload_type;
    let port = if line.rejected { 0 } else { 9 };
    let _ = write!(out, "m={kind} {port} UDP/TLS/RTP/SAVPF {payload_type}");
    line.rtx.into_iter().for_each(|rtx| _ = write!(out, " {rtx}"));
    let _ = write!(out, "\r\nc=IN IP4 0.0.0.0\r\na=rtcp:9 IN IP4 0.0.0.0\r\n");
    if let Some(address) = description.candidate {
        let _ = write!(out, "a=candidate:1 1 udp 2130706431 {} {} typ host\r\n", address.ip(), address.port());
        out.push_str("a=end-of-candidates\r\n");
    }
    let Credentials { ufrag, password } = description.credentials;
    let _ = write!(out, "a=ice-ufrag:{ufrag}\r\na=ice-pwd:{password}\r\n");
    let _ = write!(out, "a=fingerprint:sha-256 {}\r\na=setup:{}\r\n", description.fingerprint, description.setup.word());
    let _ = write!(out, "a=mid:{}\r\n", line.mid);
    extensions(out, &line.extensions);
    let _ = write!(out, "a={}\r\n", direction(line));
    if line.sends {
        let _ = write!(out, "a=msid:loadtest-{0} loadtest-{0}\r\n", line.mid);
    }
    let _ = write!(out, "a=rtcp-mux\r\na=rtcp-rsize\r\na=rtpmap:{payload_type} {codec}\r\n");
    let _ = write!(out, "a=rtcp-fb:{payload_type} transport-cc\r\n");
    match line.kind {
        Kind::Audio => _ = write!(out, "a=fmtp:{payload_type} minptime=10;useinbandfec=1\r\n"),
        Kind::Video => {
            for feedback in ["ccm fir", "nack", "nack pli"] {
                let _ = write!(out, "a=rtcp-fb:{payload_type} {feedback}\r\n");
            }
        }
    }
    if let Some(rtx) = line.rtx {
        let _ = write!(out, "a=rtpmap:{rtx} rtx/90000\r\na=fmtp:{rtx} apt={payload_type}\r\n");
    }
    if line.sends {
        streams(out, line);
    }
}

fn extensions(out: &mut String, ids: &ExtensionIds) {
    let all = [
        (ids.audio_level, AUDIO_LEVEL),
        (ids.transport_seq, TRANSPORT_SEQ),
        (ids.mid, MID),
        (ids.rid, RID),
        (ids.repaired_rid, REPAIRED_RID),
    ];
    for (id, name) in all.iter().filter(|(id, _)| *id != 0) {
        let _ = write!(out, "a=extmap:{id} {name}\r\n");
    }
}

fn direction(line: &LocalLine) -> &'static str {
    match (line.sends, line.receives) {
        (true, true) => "sendrecv",
        (true, false) => "sendonly",
        (false, true) => "recvonly",
        (false, false) => "inactive",
    }
}

/// Simulcast names its encodings, anything else its SSRCs.
fn streams(out: &mut String, line: &LocalLine) {
    if line.rids.len() > 1 {
        for rid in &line.rids {
            let _ = write!(out, "a=rid:{rid} send\r\n");
        }
        let _ = write!(out, "a=simulcast:send {}\r\n", line.rids.join(";"));
        return;
    }
    for (ssrc, repairs) in &line.ssrcs {
        if let Some(repairs) = repairs {
            let _ = write!(out, "a=ssrc-group:FID {ssrc} {repairs}\r\n");
        }
        for ssrc in std::iter::once(ssrc).chain(repairs) {
            let _ = write!(out, "a=ssrc:{ssrc} cname:loadtest\r\n");
        }
    }
}
