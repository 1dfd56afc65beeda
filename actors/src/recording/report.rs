//! The integrity report: what a recording holds of what it should, and what it does not, track by track. It is computed from ledgers and files
//! alone, so that whoever has both comes to the same.
//!
//! Of a track is *wanted* the time from when it was heard until it ended, in which the person was on and had agreed; *kept* is what of that
//! stands in the files.

mod missing;
mod words;

#[cfg(test)]
mod tests;

use super::{
    files::FileError,
    ledger::{Gap, TrackLedger},
    stretch::Stretch,
};
use crate::{
    clock::Timestamp,
    ids::{ParticipantId, RecordingId, RoomId, SessionId},
    protocol::{ConsentAnswer, Source},
};
use missing::Missing;
use serde::{Deserialize, Serialize};

pub const VERSION: u32 = 1;

/// What is known of a recording that is over. Times are milliseconds from its beginning.
#[derive(Clone)]
pub struct Known {
    pub recording_id: RecordingId,
    pub room_id: RoomId,
    pub session_id: SessionId,
    pub started_at: Timestamp,
    pub ended_at: Timestamp,
    /// In which the server was away.
    pub away: Vec<Stretch>,
    pub people: Vec<KnownPerson>,
    pub tracks: Vec<KnownTrack>,
}

#[derive(Clone)]
pub struct KnownPerson {
    pub id: ParticipantId,
    pub display_name: String,
    /// Their answers about being recorded, from when on, in order.
    pub answers: Vec<(u64, ConsentAnswer)>,
}

#[derive(Clone)]
pub struct KnownTrack {
    pub participant: ParticipantId,
    pub source: Source,
    pub ledgers: Vec<TrackLedger>,
    pub segments: Vec<SegmentReport>,
    pub fault: Option<FileError>,
    pub restarts: u32,
}

#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct IntegrityReport {
    /// Of this shape.
    pub version: u32,
    pub recording_id: RecordingId,
    pub room_id: RoomId,
    pub session_id: SessionId,
    pub started_at: Timestamp,
    pub ended_at: Timestamp,
    pub duration_ms: u64,
    /// Nothing that reached the server is missing, and every file can be read. What was lost on its way here does not count.
    pub complete: bool,
    /// A sentence each, for people.
    pub problems: Vec<String>,
    pub away: Vec<Stretch>,
    pub people: Vec<PersonReport>,
}

#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PersonReport {
    pub id: ParticipantId,
    pub display_name: String,
    /// Time in which they had not agreed, since they came.
    pub without_consent_ms: u64,
    /// Of their voice: what was lost on its way here, of what was wanted, 0 to 1. None where no voice was wanted.
    pub loss_share: Option<f64>,
    pub tracks: Vec<TrackReport>,
}

#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TrackReport {
    pub source: Source,
    pub wanted_ms: u64,
    pub kept_ms: u64,
    /// Of what is not wanted because nothing was sent, and of what is wanted and not kept: each moment by the gravest reason.
    pub missing: Missing,
    /// What was lost on its way here, of what was wanted, 0 to 1.
    pub loss_share: Option<f64>,
    pub gaps: Vec<Gap>,
    /// More than are listed.
    pub gaps_unlisted: u64,
    pub packets_lost: u64,
    pub packets_late: u64,
    pub packets_dropped: u64,
    pub pictures_dropped: u64,
    /// Of silence that stands where nothing came.
    pub silence_ms: u64,
    /// By which the sender's clock was slow (positive) or fast against the server's, in its longest stretch.
    pub drift_ppm: Option<f64>,
    /// How often its pipeline was made again.
    pub restarts: u32,
    pub segments: Vec<SegmentReport>,
}

/// One file.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SegmentReport {
    pub name: String,
    pub number: u32,
    /// Of its first frame.
    pub at_ms: u64,
    pub duration_ms: u64,
    pub bytes: u64,
    pub frames: u64,
    /// Hex, of the whole file. None when it can't be read.
    pub sha256: Option<String>,
    /// It was cut off by a crash, and mended.
    pub mended: bool,
}

impl IntegrityReport {
    pub fn of(known: &Known) -> Self {
        let duration_ms = known.ended_at.0.saturating_sub(known.started_at.0);
        let people: Vec<PersonReport> = known.people.iter().map(|person| PersonReport::of(person, known, duration_ms)).collect();
        let mut report = Self {
            version: VERSION,
            recording_id: known.recording_id,
            room_id: known.room_id,
            session_id: known.session_id,
            started_at: known.started_at,
            ended_at: known.ended_at,
            duration_ms,
            complete: people.iter().flat_map(|person| &person.tracks).all(TrackReport::is_complete),
            problems: Vec::new(),
            away: known.away.clone(),
            people,
        };
        report.problems = words::problems(&report, known);
        report
    }
}

impl PersonReport {
    fn of(person: &KnownPerson, known: &Known, duration_ms: u64) -> Self {
        let own = known.tracks.iter().filter(|track| track.participant == person.id);
        let tracks: Vec<TrackReport> = own.map(|track| TrackReport::of(track, duration_ms)).collect();
        let voice = tracks.iter().find(|track| track.source == Source::Microphone);
        Self {
            id: person.id,
            display_name: person.display_name.clone(),
            without_consent_ms: without_consent_ms(&person.answers, duration_ms),
            loss_share: voice.and_then(|track| track.loss_share),
            tracks,
        }
    }
}

fn without_consent_ms(answers: &[(u64, ConsentAnswer)], duration_ms: u64) -> u64 {
    let ends = answers.iter().skip(1).map(|(at_ms, _)| *at_ms).chain([duration_ms]);
    let refused = answers.iter().zip(ends).filter(|((_, answer), _)| *answer != ConsentAnswer::Granted);
    refused.map(|((from_ms, _), to_ms)| to_ms.min(duration_ms).saturating_sub(*from_ms)).sum()
}

impl TrackReport {
    fn of(track: &KnownTrack, duration_ms: u64) -> Self {
        let gaps = missing::gaps(&track.ledgers, duration_ms);
        let (span, missing) = missing::of(&track.ledgers, &gaps);
        let wanted_ms = span.total_ms() - missing.off;
        let lost = missing.lost + missing.broken;
        let sum = |part: fn(&TrackLedger) -> u64| track.ledgers.iter().map(part).sum();
        let lasts = |ledger: &&TrackLedger| ledger.end_ms.unwrap_or(0).saturating_sub(ledger.first_ms.unwrap_or(0));
        let longest = track.ledgers.iter().filter(|ledger| ledger.drift_ppm.is_some()).max_by_key(lasts);
        Self {
            source: track.source,
            wanted_ms,
            kept_ms: wanted_ms - missing.wanted_ms(),
            missing,
            loss_share: (wanted_ms > 0).then(|| lost as f64 / wanted_ms as f64),
            gaps,
            gaps_unlisted: sum(|ledger| ledger.gaps_unlisted),
            packets_lost: sum(|ledger| ledger.packets_lost),
            packets_late: sum(|ledger| ledger.packets_late),
            packets_dropped: sum(|ledger| ledger.packets_dropped),
            pictures_dropped: sum(|ledger| ledger.pictures_dropped),
            silence_ms: sum(|ledger| ledger.silence_ms),
            drift_ppm: longest.and_then(|ledger| ledger.drift_ppm),
            restarts: track.restarts,
            segments: track.segments.clone(),
        }
    }

    fn is_complete(&self) -> bool {
        let readable = self.segments.iter().all(|segment| segment.sha256.is_some());
        self.missing.by_the_server_ms() == 0 && self.packets_dropped == 0 && self.gaps_unlisted == 0 && readable
    }
}
