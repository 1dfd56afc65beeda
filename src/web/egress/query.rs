//! What a stream's address asks for.

use crate::web::{error::Problem, text};
use actix_web::web::Query;
use actors::{
    audio::{Format, FormatError, Normalise, pictures::PictureCodec},
    protocol::Purpose,
};
use serde::{Deserialize, de::DeserializeOwned};

/// Longest name of a room, a participant or a track.
const NAME_MAX: usize = 200;
const GROUP_SECONDS: f64 = 2.0;
const RATE: u32 = 48_000;

pub fn read<T: DeserializeOwned>(query: Option<&str>) -> Result<T, Problem> {
    // Why is not told: it would quote what was sent, which may hold a key.
    let read = Query::<T>::from_query(query.unwrap_or_default());
    read.map(Query::into_inner)
        .map_err(|_| Problem::bad_request("the query can't be read: a value is missing, doubled or no number"))
}

/// What both sockets are asked with.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Common {
    room_name: Option<String>,
    #[serde(alias = "participantIdentity")]
    participant: Option<String>,
    #[serde(alias = "trackID")]
    track_id: Option<String>,
    meeting_id: Option<String>,
    pub token: Option<String>,
}

/// Whose track it is, as the sender calls them.
pub struct Names {
    pub room: String,
    pub participant: String,
    pub track: String,
    pub meeting: Option<String>,
}

impl Common {
    pub fn names(self, track: &str) -> Result<Names, Problem> {
        let room = self.room_name.ok_or_else(|| Problem::invalid_field("roomName", "is missing"))?;
        let line = |field, text: Option<String>, default: &str| match text {
            Some(text) if !text.is_empty() => text::line(field, &text, 1, NAME_MAX).map_err(Problem::from),
            _ => Ok(default.to_owned()),
        };
        Ok(Names {
            room: text::line("roomName", &room, 1, NAME_MAX)?,
            participant: line("participant", self.participant, "unknown")?,
            track: line("trackId", self.track_id, track)?,
            meeting: self
                .meeting_id
                .filter(|id| !id.is_empty())
                .map(|id| text::line("meetingId", &id, 1, NAME_MAX))
                .transpose()?,
        })
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AudioQuery {
    #[serde(flatten)]
    pub common: Common,
    sample_rate: Option<String>,
    channels: Option<String>,
    group_seconds: Option<String>,
    #[serde(alias = "normalize")]
    normalise: Option<String>,
    consent: Option<String>,
}

impl AudioQuery {
    pub fn format(&self) -> Result<Format, Problem> {
        let format = Format {
            rate: number("sampleRate", self.sample_rate.as_deref(), RATE)?,
            channels: number("channels", self.channels.as_deref(), 1)?,
            group_ms: group_ms(number("groupSeconds", self.group_seconds.as_deref(), GROUP_SECONDS)?),
            normalise: normalise(self.normalise.as_deref())?,
        };
        // Said before the upgrade, where the sender's operator sees it.
        actors::audio::Track::new(format).map_err(|error| wrong_format(&error))?;
        Ok(format)
    }

    /// What the sender says that this person agreed to, besides being written down.
    pub fn purposes(&self) -> Result<Vec<Purpose>, Problem> {
        let named = self.consent.as_deref().unwrap_or_default().split([',', ' ']).filter(|name| !name.is_empty());
        named.map(|name| Purpose::ALL.into_iter().find(|purpose| purpose.name() == name).ok_or_else(unknown_purpose)).collect()
    }
}

fn unknown_purpose() -> Problem {
    Problem::invalid_field("consent", "must be a list of recording, transcription, emotion and assistant")
}

fn number<T: std::str::FromStr>(field: &str, text: Option<&str>, default: T) -> Result<T, Problem> {
    match text {
        None | Some("") => Ok(default),
        Some(text) => text.parse().map_err(|_| Problem::invalid_field(field, "must be a number")),
    }
}

/// Whatever is no time becomes none, which is refused.
fn group_ms(seconds: f64) -> u64 {
    (seconds * 1_000.0) as u64
}

fn normalise(text: Option<&str>) -> Result<Normalise, Problem> {
    match text {
        None | Some("" | "off" | "false" | "0") => Ok(Normalise::Off),
        Some("peak" | "true" | "1") => Ok(Normalise::Peak),
        Some("loudness") => Ok(Normalise::Loudness),
        Some(_) => Err(Problem::invalid_field("normalise", "must be off, peak or loudness")),
    }
}

fn wrong_format(error: &FormatError) -> Problem {
    let field = match error {
        FormatError::Rate => "sampleRate",
        FormatError::Channels => "channels",
        FormatError::Group => "groupSeconds",
    };
    Problem::invalid_field(field, error.to_string())
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct VideoQuery {
    #[serde(flatten)]
    pub common: Common,
    codec: Option<String>,
    width: Option<String>,
    height: Option<String>,
}

impl VideoQuery {
    pub fn codec(&self) -> Result<PictureCodec, Problem> {
        let codec = self.codec.as_deref().and_then(PictureCodec::of_name);
        codec.ok_or_else(|| Problem::invalid_field("codec", "must be h264, vp8 or vp9"))
    }

    /// 0 by 0 until a picture says it.
    pub fn size(&self) -> Result<(u16, u16), Problem> {
        Ok((number("width", self.width.as_deref(), 0)?, number("height", self.height.as_deref(), 0)?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn format(query: &str) -> Result<Format, String> {
        let read: AudioQuery = read(Some(query)).map_err(|problem| problem.detail)?;
        read.format().map_err(|problem| problem.errors.first().map(|error| error.field.clone()).unwrap_or(problem.detail))
    }

    #[test]
    fn what_is_not_said_has_a_default() {
        let read = format("roomName=a").unwrap();
        assert_eq!(read, Format { rate: 48_000, channels: 1, group_ms: 2_000, normalise: Normalise::Off });
        let read = format("roomName=a&sampleRate=16000&channels=2&groupSeconds=0.5&normalize=loudness").unwrap();
        assert_eq!(read, Format { rate: 16_000, channels: 2, group_ms: 500, normalise: Normalise::Loudness });
    }

    #[test]
    fn what_is_no_format_is_named() {
        for (query, field) in [
            ("sampleRate=7999", "sampleRate"),
            ("sampleRate=96000", "sampleRate"),
            ("sampleRate=-1", "sampleRate"),
            ("sampleRate=x", "sampleRate"),
            ("channels=0", "channels"),
            ("channels=65536", "channels"),
            ("groupSeconds=0", "groupSeconds"),
            ("groupSeconds=NaN", "groupSeconds"),
            ("groupSeconds=inf", "groupSeconds"),
            ("groupSeconds=-2", "groupSeconds"),
            ("normalise=louder", "normalise"),
        ] {
            assert_eq!(format(query), Err(field.to_owned()), "{query}");
        }
    }

    #[test]
    fn names_are_text_and_bounded() {
        let names = |query: &str| read::<AudioQuery>(Some(query)).unwrap().common.names("audio");
        let long = format!("roomName={}", "a".repeat(201));
        for query in ["", "roomName=", "roomName=%00%0a", &long] {
            assert_eq!(names(query).err().map(|problem| problem.status.as_u16()), Some(422), "{query}");
        }
        let found = names("roomName=..%2F..%2Fetc&trackID=TR_1").unwrap();
        assert_eq!((found.room.as_str(), found.participant.as_str(), found.track.as_str()), ("../../etc", "unknown", "TR_1"));
    }

    #[test]
    fn an_agreement_names_purposes_that_there_are() {
        let of = |query: &str| read::<AudioQuery>(Some(query)).unwrap().purposes();
        assert_eq!(of("roomName=a").unwrap(), []);
        assert_eq!(of("consent=emotion,transcription").unwrap(), [Purpose::Emotion, Purpose::Transcription]);
        assert!(of("consent=everything").is_err());
    }
}
