//! What is checked of a description before an engine parses it, and the little that is read of it here.

use actors::media::DescriptionError;
use std::collections::BTreeMap;

/// Longest description.
pub const MAX_BYTES: usize = 64 * 1024;
pub const MAX_LINES: usize = 64;
pub const DEPENDENCY_DESCRIPTOR: &str = "https://aomediacodec.github.io/av1-rtp-spec/#dependency-descriptor-rtp-header-extension";

/// Longest mid that the RTP header extension carries.
const MAX_MID: usize = 16;

/// An m-line as somebody wrote it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct MediaLine {
    pub mid: String,
    pub kind: Kind,
    /// It is not `a=recvonly` or `a=inactive`.
    pub sends: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    Audio,
    Video,
    Other,
}

/// A description that is worth parsing.
#[derive(Debug)]
pub struct Checked {
    /// Without candidates: this side never dials, it answers where it is asked from.
    pub text: String,
    pub lines: Vec<MediaLine>,
    /// What stays the same as long as it is the same connection at the other end: the certificate's fingerprint and the session's id.
    pub origin: Origin,
}

#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Origin {
    pub fingerprint: String,
    pub session: String,
}

impl Origin {
    /// Is the other end still the connection that it was? A restart of ICE keeps both, a new connection changes at least one.
    pub fn same_connection(&self, newer: &Origin) -> bool {
        self.fingerprint == newer.fingerprint && self.session == newer.session
    }
}

/// Refuses what is too large, has too many m-lines, or bytes that no description has.
pub fn check(sdp: &str) -> Result<Checked, DescriptionError> {
    if sdp.len() > MAX_BYTES {
        return Err(unreadable("it is longer than 64 KiB"));
    }
    let mut ssrcs = BTreeMap::new();
    let mut checked = Checked { text: String::with_capacity(sdp.len()), lines: Vec::new(), origin: Origin::default() };
    for line in sdp.split('\n') {
        let line = line.strip_suffix('\r').unwrap_or(line);
        if line.is_empty() {
            continue;
        }
        check_line(line)?;
        if line.starts_with("m=") && checked.lines.len() == MAX_LINES {
            return Err(DescriptionError::TooManyLines);
        }
        checked.read(line)?;
        if let Some(ssrc) = line.strip_prefix("a=ssrc:").and_then(|rest| rest.split(' ').next()) {
            let place = checked.lines.len();
            if *ssrcs.entry(ssrc).or_insert(place) != place {
                return Err(unreadable("two m-lines have one SSRC"));
            }
        }
        if !line.starts_with("a=candidate:") && line != "a=end-of-candidates" {
            checked.text.push_str(line);
            checked.text.push_str("\r\n");
        }
    }
    checked.finish()
}

fn check_line(line: &str) -> Result<(), DescriptionError> {
    let mut bytes = line.bytes();
    let shape = matches!((bytes.next(), bytes.next()), (Some(b'a'..=b'z'), Some(b'=')));
    if !shape {
        return Err(unreadable("a line has no type"));
    }
    if line.chars().any(char::is_control) {
        return Err(unreadable("a line has a control character"));
    }
    Ok(())
}

impl Checked {
    fn read(&mut self, line: &str) -> Result<(), DescriptionError> {
        if let Some(media) = line.strip_prefix("m=") {
            self.lines.push(read_media(media));
        } else if let Some(origin) = line.strip_prefix("o=") {
            self.origin.session = origin.split(' ').nth(1).unwrap_or_default().to_owned();
        } else if let Some(fingerprint) = line.strip_prefix("a=fingerprint:") {
            if self.origin.fingerprint.is_empty() {
                self.origin.fingerprint = fingerprint.to_ascii_lowercase();
            }
        } else if let Some(last) = self.lines.last_mut() {
            last.read(line)?;
        }
        Ok(())
    }

    fn finish(self) -> Result<Checked, DescriptionError> {
        if self.lines.is_empty() {
            return Err(unreadable("it has no m-line"));
        }
        for (index, line) in self.lines.iter().enumerate() {
            if line.mid.is_empty() {
                return Err(unreadable("an m-line has no mid"));
            }
            if self.lines[..index].iter().any(|other| other.mid == line.mid) {
                return Err(unreadable("two m-lines have one mid"));
            }
        }
        Ok(self)
    }
}

fn read_media(media: &str) -> MediaLine {
    let kind = match media.split(' ').next() {
        Some("audio") => Kind::Audio,
        Some("video") => Kind::Video,
        _ => Kind::Other,
    };
    MediaLine { mid: String::new(), kind, sends: true }
}

impl MediaLine {
    fn read(&mut self, line: &str) -> Result<(), DescriptionError> {
        if let Some(mid) = line.strip_prefix("a=mid:") {
            let token = mid.bytes().all(|byte| byte.is_ascii_graphic());
            if mid.is_empty() || mid.len() > MAX_MID || !token {
                return Err(unreadable("a mid has an odd shape"));
            }
            self.mid = mid.to_owned();
        } else if line == "a=recvonly" || line == "a=inactive" {
            self.sends = false;
        }
        Ok(())
    }
}

/// Takes the dependency descriptor off every m-line whose first codec isn't AV1: for AV1 it alone tells the layers, while beside VP8
/// browsers leave out what tells its pictures.
pub fn keep_descriptor_for_av1(text: &str) -> String {
    let starts = std::iter::once(0).chain(text.match_indices("\nm=").map(|(at, _)| at + 1)).collect::<Vec<_>>();
    let ends = starts[1..].iter().copied().chain([text.len()]);
    let sections = starts.iter().zip(ends).map(|(start, end)| &text[*start..end]);
    sections
        .flat_map(|section| section.split_inclusive('\n').filter(move |line| !is_descriptor(line) || prefers_av1(section)))
        .collect()
}

fn is_descriptor(line: &str) -> bool {
    line.starts_with("a=extmap:") && line.contains(DEPENDENCY_DESCRIPTOR)
}

fn prefers_av1(section: &str) -> bool {
    let first = section.lines().next().and_then(|line| line.strip_prefix("m=video ")).and_then(|rest| rest.split(' ').nth(2));
    first.is_some_and(|first| {
        let is_av1 = |rest: &str| rest.strip_prefix(first).is_some_and(|name| name.to_ascii_lowercase().starts_with(" av1/"));
        section.lines().filter_map(|line| line.strip_prefix("a=rtpmap:")).any(is_av1)
    })
}

pub fn unreadable(why: &str) -> DescriptionError {
    DescriptionError::Unreadable(why.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    const OFFER: &str = "v=0\r\no=- 42 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\na=fingerprint:sha-256 AB:CD\r\n\
        m=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=mid:0\r\na=sendonly\r\na=candidate:1 1 udp 1 10.0.0.1 9 typ host\r\n\
        m=video 9 UDP/TLS/RTP/SAVPF 96\r\na=mid:1\r\na=inactive\r\n";

    #[test]
    fn lines_and_origin_are_read_and_candidates_left_out() {
        let checked = check(OFFER).unwrap();
        let line = |mid: &str, kind, sends| MediaLine { mid: mid.to_owned(), kind, sends };
        assert_eq!(checked.lines, [line("0", Kind::Audio, true), line("1", Kind::Video, false)]);
        assert_eq!(checked.origin, Origin { fingerprint: "sha-256 ab:cd".to_owned(), session: "42".to_owned() });
        assert!(!checked.text.contains("candidate"));
        assert!(checked.text.ends_with("a=inactive\r\n"));
    }

    #[test]
    fn another_certificate_or_session_is_another_connection() {
        let first = check(OFFER).unwrap().origin;
        let restarted = check(&OFFER.replace("a=mid:0", "a=mid:0\r\na=ice-ufrag:new")).unwrap().origin;
        assert!(first.same_connection(&restarted));
        assert!(!first.same_connection(&check(&OFFER.replace("AB:CD", "AB:CE")).unwrap().origin));
        assert!(!first.same_connection(&check(&OFFER.replace("o=- 42", "o=- 43")).unwrap().origin));
    }

    #[test]
    fn only_av1_keeps_the_dependency_descriptor() {
        let line = |pt: u8| {
            format!(
                "m=video 9 UDP/TLS/RTP/SAVPF {pt} 99\r\na=mid:{pt}\r\na=extmap:12 {DEPENDENCY_DESCRIPTOR}\r\na=extmap:4 urn:x\r\n\
                 a=rtpmap:45 AV1/90000\r\na=rtpmap:96 VP8/90000\r\na=rtpmap:4 AV1/90000\r\n"
            )
        };
        let (av1, vp8) = (line(45), line(96));
        let kept = keep_descriptor_for_av1(&format!("v=0\r\n{vp8}{av1}"));
        assert_eq!(kept, format!("v=0\r\n{}{av1}", vp8.replace(&format!("a=extmap:12 {DEPENDENCY_DESCRIPTOR}\r\n"), "")));
        assert_eq!(keep_descriptor_for_av1(OFFER), OFFER);
    }

    #[test]
    fn ten_thousand_candidates_do_not_reach_the_engine() {
        let many = "a=candidate:1 1 udp 1 10.0.0.1 9 typ host\r\n".repeat(1_000);
        let checked = check(&format!("{OFFER}{many}")).unwrap();
        assert_eq!(checked.lines.len(), 2);
        assert!(checked.text.len() <= OFFER.len());
        assert!(matches!(check(&format!("{OFFER}{}", many.repeat(10))), Err(DescriptionError::Unreadable(_))));
    }

    #[test]
    fn what_no_browser_writes_is_refused() {
        let lines = "m=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=mid:x\r\n".repeat(1_000);
        assert_eq!(check(&lines).unwrap_err(), DescriptionError::TooManyLines);
        for odd in [
            "",
            "hello",
            "v=0\r\n",
            "m=audio 9 x 1\r\na=mid:\r\n",
            "m=audio 9 x 1\r\na=mid:a\rb\r\n",
            "m=audio 9 x 1\r\na=mid:a b\r\n",
        ] {
            assert!(matches!(check(odd), Err(DescriptionError::Unreadable(_))), "{odd:?}");
        }
        let twice = "m=audio 9 x 1\r\na=mid:a\r\nm=audio 9 x 1\r\na=mid:a\r\n";
        assert!(matches!(check(twice), Err(DescriptionError::Unreadable(_))));
        assert!(matches!(check(&"x".repeat(1 << 20)), Err(DescriptionError::Unreadable(_))));
    }

    #[test]
    fn an_ssrc_belongs_to_one_line() {
        let line = |mid: &str, ssrc: u32| {
            format!("m=video 9 x 96\r\na=mid:{mid}\r\na=ssrc:{ssrc} cname:a\r\na=ssrc:{ssrc} msid:b c\r\n")
        };
        assert!(check(&format!("{}{}", line("0", 7), line("1", 8))).is_ok());
        let collides = check(&format!("{}{}", line("0", 7), line("1", 7)));
        assert!(matches!(collides, Err(DescriptionError::Unreadable(_))), "{collides:?}");
    }
}
