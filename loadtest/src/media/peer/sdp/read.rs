//! What the other side wrote.

use super::{Credentials, Kind, Setup};
use crate::media::peer::PeerError;
use crate::media::peer::header::ExtensionIds;

pub struct Remote {
    /// The second word of `o=`: another one is another connection.
    pub session: String,
    pub credentials: Credentials,
    /// SHA-256, in capitals.
    pub fingerprint: String,
    pub setup: Setup,
    pub lite: bool,
    /// Without `candidate:` in front.
    pub candidates: Vec<String>,
    pub lines: Vec<RemoteLine>,
}

#[derive(Clone, Debug, Default)]
pub struct RemoteLine {
    pub mid: String,
    /// `None`: neither audio nor video.
    pub kind: Option<Kind>,
    pub rejected: bool,
    pub sends: bool,
    pub receives: bool,
    /// Of Opus or VP8; `None`: neither is offered.
    pub payload_type: Option<u8>,
    pub rtx: Option<u8>,
    pub extensions: ExtensionIds,
    pub ssrcs: Vec<u32>,
    /// SSRC and the one of its repairs.
    pub repairs: Vec<(u32, u32)>,
}

impl Remote {
    /// # Errors
    /// When there is no fingerprint, no m-line, or no ICE credentials: nothing could be connected to that.
    pub fn read(text: &str) -> Result<Self, PeerError> {
        let mut remote = Self {
            session: String::new(),
            credentials: Credentials::default(),
            fingerprint: String::new(),
            setup: Setup::ActPass,
            lite: false,
            candidates: Vec::new(),
            lines: Vec::new(),
        };
        for line in text.lines() {
            remote.read_line(line.trim_end());
        }
        let missing = [
            ("fingerprint", remote.fingerprint.is_empty()),
            ("m-line", remote.lines.is_empty()),
            ("ICE credentials", remote.credentials.password.is_empty()),
        ];
        match missing.iter().find(|(_, is_missing)| *is_missing) {
            Some((what, _)) => Err(PeerError::Description(format!("it has no {what}"))),
            None => Ok(remote),
        }
    }

    fn read_line(&mut self, line: &str) {
        if let Some(media) = line.strip_prefix("m=") {
            self.lines.push(RemoteLine::new(media));
        } else if let Some(origin) = line.strip_prefix("o=") {
            self.session = origin.split(' ').nth(1).unwrap_or_default().to_owned();
        } else if let Some(attribute) = line.strip_prefix("a=") {
            let (name, value) = attribute.split_once(':').unwrap_or((attribute, ""));
            if !self.read_common(name, value)
                && let Some(last) = self.lines.last_mut()
            {
                last.read(name, value);
            }
        }
    }

    /// Attributes that all lines of a bundle share.
    fn read_common(&mut self, name: &str, value: &str) -> bool {
        match name {
            "ice-lite" => self.lite = true,
            "ice-ufrag" => self.credentials.ufrag = value.to_owned(),
            "ice-pwd" => self.credentials.password = value.to_owned(),
            "fingerprint" => {
                if let Some(fingerprint) = value.strip_prefix("sha-256 ") {
                    self.fingerprint = fingerprint.trim().to_ascii_uppercase();
                }
            }
            "setup" => {
                self.setup = match value {
                    "active" => Setup::Active,
                    "passive" => Setup::Passive,
                    _ => Setup::ActPass,
                }
            }
            "candidate" => {
                if !self.candidates.iter().any(|known| known == value) {
                    self.candidates.push(value.to_owned());
                }
            }
            _ => return false,
        }
        true
    }
}

impl RemoteLine {
    fn new(media: &str) -> Self {
        let mut words = media.split(' ');
        let kind = match words.next() {
            Some("audio") => Some(Kind::Audio),
            Some("video") => Some(Kind::Video),
            _ => None,
        };
        // A line is rejected by port 0; a bundled one that is up may say 9 or anything else.
        let rejected = words.next() == Some("0");
        Self { kind, rejected, sends: true, receives: true, ..Self::default() }
    }

    fn read(&mut self, name: &str, value: &str) {
        match name {
            "mid" => self.mid = value.to_owned(),
            "sendrecv" | "sendonly" | "recvonly" | "inactive" => {
                self.sends = matches!(name, "sendrecv" | "sendonly");
                self.receives = matches!(name, "sendrecv" | "recvonly");
            }
            "rtpmap" => self.read_codec(value),
            "fmtp" => self.read_parameters(value),
            "extmap" => self.read_extension(value),
            "ssrc" => self.read_ssrc(value),
            "ssrc-group" => self.read_group(value),
            _ => {}
        }
    }

    fn read_codec(&mut self, value: &str) {
        let Some((payload_type, codec)) = value.split_once(' ') else { return };
        let name = codec.split('/').next().unwrap_or_default().to_ascii_lowercase();
        let ours = matches!((self.kind, name.as_str()), (Some(Kind::Audio), "opus") | (Some(Kind::Video), "vp8"));
        if ours && self.payload_type.is_none() {
            self.payload_type = payload_type.parse().ok();
        }
    }

    /// RTX follows its codec in every description that we meet.
    fn read_parameters(&mut self, value: &str) {
        let Some((payload_type, parameters)) = value.split_once(' ') else { return };
        let repaired = parameters.split(';').find_map(|word| word.trim().strip_prefix("apt=")?.parse::<u8>().ok());
        if repaired.is_some() && repaired == self.payload_type {
            self.rtx = payload_type.parse().ok();
        }
    }

    fn read_extension(&mut self, value: &str) {
        let Some((id, name)) = value.split_once(' ') else { return };
        let Ok(id) = id.split('/').next().unwrap_or_default().parse() else { return };
        let ids = &mut self.extensions;
        match name.split(' ').next().unwrap_or_default() {
            super::write::MID => ids.mid = id,
            super::write::RID => ids.rid = id,
            super::write::REPAIRED_RID => ids.repaired_rid = id,
            super::write::AUDIO_LEVEL => ids.audio_level = id,
            super::write::TRANSPORT_SEQ => ids.transport_seq = id,
            _ => {}
        }
    }

    fn read_ssrc(&mut self, value: &str) {
        let Some(ssrc) = value.split(' ').next().and_then(|word| word.parse().ok()) else { return };
        if !self.ssrcs.contains(&ssrc) {
            self.ssrcs.push(ssrc);
        }
    }

    fn read_group(&mut self, value: &str) {
        let mut words = value.split(' ');
        if words.next() == Some("FID")
            && let (Some(Ok(main)), Some(Ok(repair))) = (words.next().map(str::parse), words.next().map(str::parse))
        {
            self.repairs.push((main, repair));
        }
    }
}
