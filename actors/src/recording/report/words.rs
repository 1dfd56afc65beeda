//! What is wrong with a recording, in plain sentences.

use super::{IntegrityReport, Known, PersonReport, TrackReport};
use crate::{
    protocol::Source,
    recording::{files::FileError, stretch::Stretch},
};

/// A loss smaller than this nobody hears.
const LOSS_TOLD: f64 = 0.01;
/// Clocks of devices differ by less.
const DRIFT_TOLD_PPM: f64 = 500.0;

pub fn problems(report: &IntegrityReport, known: &Known) -> Vec<String> {
    let away = report.away.iter().map(|Stretch { from_ms, to_ms }| {
        let lasted = seconds(to_ms.saturating_sub(*from_ms));
        format!("The server was away from {} on, for {lasted}: nothing of that time was recorded.", clock(*from_ms))
    });
    let tracks = report.people.iter().flat_map(|person| person.tracks.iter().flat_map(|track| of_track(person, track)));
    let faults = known.tracks.iter().filter_map(|track| {
        let person = report.people.iter().find(|person| person.id == track.participant)?;
        Some(format!("{} ended with a fault of the disk: {}.", whose(person, track.source), disk(track.fault.as_ref()?)))
    });
    away.chain(tracks).chain(faults).collect()
}

fn of_track(person: &PersonReport, track: &TrackReport) -> Vec<String> {
    let whose = whose(person, track.source);
    let mut told = Vec::new();
    for (ms, why) in [
        (track.missing.restart, "while the server, or the part of it that records this, was away"),
        (track.missing.disk, "because the disk took nothing"),
        (track.missing.overflow, "because the server had no time for it"),
    ] {
        if ms > 0 {
            told.push(format!("{whose}: {} are missing {why}.", seconds(ms)));
        }
    }
    if let Some(share) = track.loss_share.filter(|share| *share >= LOSS_TOLD) {
        told.push(format!("{whose}: {:.1} % did not arrive.", share * 100.0));
    }
    if track.missing.overflow == 0 && track.packets_dropped > 0 {
        told.push(format!("{whose}: {} packets were dropped because the server had no time for them.", track.packets_dropped));
    }
    if track.gaps_unlisted > 0 {
        told.push(format!("{whose}: {} more gaps are not listed.", track.gaps_unlisted));
    }
    if let Some(ppm) = track.drift_ppm.filter(|ppm| ppm.abs() >= DRIFT_TOLD_PPM) {
        let way = if ppm > 0.0 { "slow" } else { "fast" };
        told.push(format!(
            "{whose}: the clock of the device ran {way} by {:.0} parts in a million; that was made good.",
            ppm.abs()
        ));
    }
    told.extend(
        track
            .segments
            .iter()
            .filter(|segment| segment.sha256.is_none())
            .map(|segment| format!("{whose}: the file {} can't be read.", segment.name)),
    );
    told
}

fn whose(person: &PersonReport, source: Source) -> String {
    let what = match source {
        Source::Microphone => "microphone",
        Source::Camera => "camera",
        Source::Screen => "screen",
        Source::ScreenAudio => "sound of the screen",
    };
    format!("{}, {what}", person.display_name)
}

fn disk(fault: &FileError) -> &'static str {
    match fault {
        FileError::Full => "it was full",
        FileError::ReadOnly => "it could not be written to",
        FileError::Failed(_) => "it failed",
    }
}

fn seconds(ms: u64) -> String {
    format!("{:.1} seconds", ms as f64 / 1_000.0)
}

/// Hours, minutes and seconds from the beginning.
fn clock(ms: u64) -> String {
    let seconds = ms / 1_000;
    format!("{}:{:02}:{:02}", seconds / 3_600, seconds / 60 % 60, seconds % 60)
}
