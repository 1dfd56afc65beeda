//! Session descriptions, as far as a media connection needs them: read what the other side wrote, write ours.

mod read;
mod write;

pub use read::{Remote, RemoteLine};
pub use write::{Description, LocalLine, OFFERED_EXTENSIONS, OPUS, RTX, VP8, describe};

#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
pub enum Kind {
    Audio,
    Video,
}

/// ICE credentials of one side. No `Debug`: the password is a secret.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Credentials {
    pub ufrag: String,
    pub password: String,
}

/// Who begins DTLS.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Setup {
    Active,
    Passive,
    ActPass,
}

impl Setup {
    pub fn word(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Passive => "passive",
            Self::ActPass => "actpass",
        }
    }
}

#[cfg(test)]
pub mod tests {
    use super::*;
    use crate::media::peer::header::ExtensionIds;

    fn line(kind: Kind, mid: &str, rids: &[&str]) -> LocalLine {
        let is_video = kind == Kind::Video;
        LocalLine {
            mid: mid.into(),
            kind,
            payload_type: if is_video { VP8 } else { OPUS },
            rtx: is_video.then_some(RTX),
            extensions: OFFERED_EXTENSIONS,
            sends: true,
            receives: false,
            rejected: false,
            rids: rids.iter().map(|rid| rid.to_string()).collect(),
            ssrcs: vec![(11, is_video.then_some(12))],
        }
    }

    pub fn offer(rids: &[&str]) -> String {
        let lines = [line(Kind::Audio, "0", &[]), line(Kind::Video, "1", rids)];
        describe(&Description {
            session: 77,
            version: 2,
            credentials: &Credentials { ufrag: "uf".into(), password: "pw".into() },
            fingerprint: "AB:CD",
            setup: Setup::ActPass,
            candidate: Some(([127, 0, 0, 1], 4000).into()),
            lines: &lines,
        })
    }

    #[test]
    fn what_is_written_is_read() {
        let remote = Remote::read(&offer(&[])).unwrap();
        assert_eq!((remote.session.as_str(), remote.setup, remote.lite), ("77", Setup::ActPass, false));
        assert_eq!((remote.fingerprint.as_str(), remote.credentials.ufrag.as_str()), ("AB:CD", "uf"));
        assert_eq!(remote.candidates.len(), 1);
        let [audio, video] = &remote.lines[..] else { panic!("two lines") };
        assert_eq!((audio.kind, audio.payload_type, audio.rtx), (Some(Kind::Audio), Some(OPUS), None));
        assert_eq!((video.kind, video.payload_type, video.rtx), (Some(Kind::Video), Some(VP8), Some(RTX)));
        assert_eq!(video.repairs, [(11, 12)]);
        assert_eq!(video.extensions.mid, OFFERED_EXTENSIONS.mid);
        assert!(video.sends && !video.receives);
    }

    #[test]
    fn simulcast_names_its_encodings_instead_of_ssrcs() {
        let text = offer(&["q", "h", "f"]);
        assert!(text.contains("a=simulcast:send q;h;f\r\n"), "{text}");
        assert!(!text.split("m=video").nth(1).unwrap().contains("a=ssrc:"), "{text}");
    }

    #[test]
    fn a_browsers_codec_list_is_searched_for_ours() {
        let text = "v=0\r\no=- 5 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\na=ice-lite\r\na=fingerprint:sha-256 aa:bb\r\n\
            m=video 9 UDP/TLS/RTP/SAVPF 45 96 97 98\r\na=mid:v\r\na=ice-ufrag:u\r\na=ice-pwd:p\r\na=setup:passive\r\n\
            a=rtpmap:45 AV1/90000\r\na=rtpmap:96 VP8/90000\r\na=rtpmap:97 rtx/90000\r\na=fmtp:97 apt=96\r\n\
            a=rtpmap:98 rtx/90000\r\na=fmtp:98 apt=45\r\na=extmap:9/sendonly urn:ietf:params:rtp-hdrext:sdes:mid\r\na=recvonly\r\n";
        let remote = Remote::read(text).unwrap();
        assert!(remote.lite);
        assert_eq!(remote.setup, Setup::Passive);
        let line = &remote.lines[0];
        assert_eq!((line.payload_type, line.rtx, line.sends), (Some(96), Some(97), false));
        assert_eq!(line.extensions, ExtensionIds { mid: 9, ..ExtensionIds::default() });
    }

    #[test]
    fn what_is_no_description_is_refused_in_words() {
        let error = Remote::read("").err().unwrap();
        assert!(error.to_string().contains("fingerprint"));
        assert!(Remote::read("v=0\r\na=fingerprint:sha-256 aa\r\n").is_err());
    }
}
