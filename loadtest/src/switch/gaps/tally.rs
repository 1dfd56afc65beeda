//! All stretches of all edges, by what went on in them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::rhythm::Span;
use crate::measure::clock::Micros;
use crate::measure::latency::Latency;

/// Microseconds between packets of sound; a gap is what comes on top.
const SOUND_BEAT: Micros = 20_000;
/// Points that are kept for the charts.
const POINTS: usize = 20_000;

/// What a stretch of time was.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Label {
    ToSfu,
    ToMesh,
    RolledBack,
    /// No switch went on.
    Calm,
}

/// One receiver's stretch: the worst of all its senders, milliseconds.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Point {
    pub at_s: f64,
    pub label: Label,
    pub video_ms: f64,
    pub audio_ms: f64,
}

#[derive(Clone, Default)]
pub struct Stretches {
    /// Longest time between two new frames.
    pub video: Latency,
    /// Longest time between two new packets of sound, less their beat.
    pub audio: Latency,
    pub frames_skipped: u64,
}

#[derive(Clone, Default)]
pub struct Tally {
    pub by_label: BTreeMap<Label, Stretches>,
    /// Both directions of switches together.
    pub switches: Stretches,
    pub points: Vec<Point>,
    /// Sound that came on no path, and sound that one path brought twice.
    pub audio_lost: u64,
    pub audio_twice: u64,
    /// Packets that came on a path long after everybody had left it.
    pub after_retirement: u64,
    /// How late this tester was with what it had to send.
    pub lateness: Latency,
    pub packets: u64,
    pub unmarked: u64,
}

impl Tally {
    /// A receiver's stretch is over: sound and picture of each of its senders.
    pub fn stretch(&mut self, now: Micros, label: Label, edges: &[(Option<Span>, Option<Span>)]) {
        let (mut video, mut audio) = (0, 0);
        for (sound, picture) in edges {
            self.by_label.entry(label).or_default().edge(*sound, *picture);
            if matches!(label, Label::ToSfu | Label::ToMesh) {
                self.switches.edge(*sound, *picture);
            }
            video = video.max(picture.map_or(0, |span| span.longest));
            audio = audio.max(sound.map_or(0, |span| span.longest.saturating_sub(SOUND_BEAT)));
        }
        if self.points.len() < POINTS && !edges.is_empty() {
            let ms = |micros: Micros| micros as f64 / 1000.0;
            self.points.push(Point { at_s: now as f64 / 1e6, label, video_ms: ms(video), audio_ms: ms(audio) });
        }
    }
}

impl Stretches {
    fn edge(&mut self, sound: Option<Span>, picture: Option<Span>) {
        if let Some(span) = picture {
            self.video.record(span.longest);
            self.frames_skipped += u64::from(span.skipped);
        }
        if let Some(span) = sound {
            self.audio.record(span.longest.saturating_sub(SOUND_BEAT));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn span(longest: Micros, skipped: u32) -> Option<Span> {
        Some(Span { longest, skipped, repeats: 0 })
    }

    #[test]
    fn a_gap_in_the_sound_is_what_is_longer_than_its_beat() {
        let mut tally = Tally::default();
        tally.stretch(1_000_000, Label::ToSfu, &[(span(20_000, 0), span(34_000, 0)), (span(31_000, 1), span(66_000, 1))]);
        tally.stretch(2_000_000, Label::ToMesh, &[(span(19_000, 0), None)]);
        let all = &tally.switches;
        assert_eq!((all.video.count(), all.audio.count(), all.frames_skipped), (2, 3, 1));
        assert!((all.audio.quantile_ms(1.0) - 11.0).abs() < 0.1);
        assert_eq!(tally.points.len(), 2);
        assert!((tally.points[0].video_ms - 66.0).abs() < 0.1);
    }

    #[test]
    fn what_is_calm_is_no_switch() {
        let mut tally = Tally::default();
        tally.stretch(0, Label::Calm, &[(span(500_000, 0), None)]);
        tally.stretch(0, Label::RolledBack, &[(span(500_000, 0), None)]);
        assert_eq!(tally.switches.audio.count(), 0);
    }
}
