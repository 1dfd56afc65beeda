//! What a backup says of itself: `about.json`, written whole.

use crate::recording::replace;
use actors::{Timestamp, ids::ParticipantId, protocol::Source};
use serde::{Deserialize, Serialize};
use std::{fs, io, path::Path};
use uuid::Uuid;

const ABOUT: &str = "about.json";

/// Personal: it has no `Debug`.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct About {
    pub id: Uuid,
    pub participant: ParticipantId,
    /// Who may send to it.
    pub identity: String,
    pub source: Source,
    pub mime: Mime,
    pub chunk_bytes: u64,
    /// Of its first sample or picture, from the recording's beginning.
    pub started_at_ms: u64,
    pub began: Timestamp,
    #[serde(default)]
    pub complete: Option<Complete>,
}

/// It is whole.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Complete {
    pub at: Timestamp,
    pub chunks: u32,
    pub bytes: u64,
    pub duration_ms: u64,
    /// In the recording's folder.
    pub file: String,
    /// Hex, of the whole file.
    pub sha256: String,
}

/// Containers that browsers record into.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mime {
    Webm,
    Ogg,
    Mp4,
}

impl Mime {
    /// As `MediaRecorder` says it, with or without codecs.
    pub fn of(text: &str) -> Option<Self> {
        match text.split(';').next().unwrap_or_default().trim().to_ascii_lowercase().as_str() {
            "audio/webm" | "video/webm" => Some(Self::Webm),
            "audio/ogg" => Some(Self::Ogg),
            "audio/mp4" | "video/mp4" => Some(Self::Mp4),
            _ => None,
        }
    }

    pub fn ending(self) -> &'static str {
        match self {
            Self::Webm => "webm",
            Self::Ogg => "ogg",
            Self::Mp4 => "mp4",
        }
    }

    /// Do these bytes begin such a file?
    pub fn begins(self, bytes: &[u8]) -> bool {
        match self {
            Self::Webm => bytes.starts_with(&[0x1a, 0x45, 0xdf, 0xa3]),
            Self::Ogg => bytes.starts_with(b"OggS"),
            Self::Mp4 => bytes.get(4..8) == Some(b"ftyp"),
        }
    }
}

impl About {
    pub fn read(folder: &Path) -> io::Result<Self> {
        serde_json::from_slice(&fs::read(folder.join(ABOUT))?).map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))
    }

    pub fn write(&self, folder: &Path) -> io::Result<()> {
        replace(folder, ABOUT, &serde_json::to_vec(self)?)
    }

    /// Made of our own ids.
    pub fn file_name(&self) -> String {
        format!("{}-{}-{}.{}", self.participant, self.source.name(), &self.id.simple().to_string()[20..], self.mime.ending())
    }
}
