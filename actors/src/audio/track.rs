//! One track's sound: what comes in any pieces goes out in groups, on a time that goes on through mutes.

use super::{
    Grouper, Level, Normalise, Normaliser, Pcm,
    silence::{Mute, Owed},
};
use thiserror::Error;

pub const RATES: std::ops::RangeInclusive<u32> = 8_000..=48_000;
pub const GROUP_MS: std::ops::RangeInclusive<u64> = 100..=60_000;

/// What the sound of a track is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Format {
    pub rate: u32,
    pub channels: u16,
    pub group_ms: u64,
    pub normalise: Normalise,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Error)]
pub enum FormatError {
    #[error("the rate must be {} to {} Hz", RATES.start(), RATES.end())]
    Rate,
    #[error("there must be one channel or two")]
    Channels,
    #[error("a group must have {} to {} ms", GROUP_MS.start(), GROUP_MS.end())]
    Group,
}

/// Samples that belong together.
#[derive(Clone, PartialEq, Debug)]
pub struct Group {
    /// Of its first frame, from the track's beginning.
    pub at_ms: u64,
    pub ms: u64,
    pub samples: Vec<i16>,
    /// As it came, before any gain.
    pub level: Level,
    /// 1 where nothing was changed.
    pub gain: f64,
}

/// What is to be done with what came.
#[derive(Clone, PartialEq, Debug)]
pub enum Sounded {
    Group(Group),
    /// The time goes on without samples: what follows belongs into a file of its own.
    Break {
        at_ms: u64,
    },
}

pub struct Track {
    format: Format,
    pcm: Pcm,
    mute: Mute,
    grouper: Grouper,
    normaliser: Normaliser,
    read: Vec<i16>,
}

impl Track {
    /// # Errors
    /// A format that no track has.
    pub fn new(format: Format) -> Result<Self, FormatError> {
        if !RATES.contains(&format.rate) {
            return Err(FormatError::Rate);
        }
        if !(1..=2).contains(&format.channels) {
            return Err(FormatError::Channels);
        }
        if !GROUP_MS.contains(&format.group_ms) {
            return Err(FormatError::Group);
        }
        let frames = u64::from(format.rate) * format.group_ms / 1_000;
        Ok(Self {
            format,
            pcm: Pcm::new(format.channels),
            mute: Mute::new(format.rate),
            grouper: Grouper::new(frames as usize, format.channels),
            normaliser: Normaliser::new(format.normalise, format.rate, format.channels),
            read: Vec::new(),
        })
    }

    pub fn format(&self) -> Format {
        self.format
    }

    /// As they come off a socket: whole samples or not.
    pub fn bytes(&mut self, bytes: &[u8], out: &mut Vec<Sounded>) {
        let mut read = std::mem::take(&mut self.read);
        self.pcm.read(bytes, &mut read);
        self.samples(&read, out);
        read.clear();
        self.read = read;
    }

    /// Whole frames.
    pub fn samples(&mut self, samples: &[i16], out: &mut Vec<Sounded>) {
        self.mute.came((samples.len() / usize::from(self.format.channels)) as u64);
        let (format, normaliser) = (self.format, &mut self.normaliser);
        self.grouper.push(samples, |at, samples| out.push(Sounded::Group(group(format, normaliser, at, samples))));
    }

    /// What is missing here for good, such as what a full queue refused.
    pub fn silence(&mut self, frames: u64, out: &mut Vec<Sounded>) {
        let (format, normaliser) = (self.format, &mut self.normaliser);
        self.grouper.silence(frames, |at, samples| out.push(Sounded::Group(group(format, normaliser, at, samples))));
    }

    pub fn mute(&mut self, now_ms: u64) {
        self.mute.begin(now_ms);
    }

    pub fn unmute(&mut self, now_ms: u64, out: &mut Vec<Sounded>) {
        let owed = self.mute.end(now_ms);
        self.pass(owed, out);
    }

    pub fn is_muted(&self) -> bool {
        self.mute.is_on()
    }

    /// Time goes on.
    pub fn tick(&mut self, now_ms: u64, out: &mut Vec<Sounded>) {
        let owed = self.mute.owed(now_ms);
        self.pass(owed, out);
    }

    /// Nothing comes any more: what is left is a group, shorter than the others.
    pub fn end(&mut self, now_ms: u64, out: &mut Vec<Sounded>) {
        self.unmute(now_ms, out);
        self.cut(out);
    }

    /// From the track's beginning to what came last.
    pub fn at_ms(&self) -> u64 {
        ms_of(self.format, self.grouper.frames())
    }

    fn pass(&mut self, owed: Owed, out: &mut Vec<Sounded>) {
        self.silence(owed.fill, out);
        if owed.skip > 0 {
            self.cut(out);
            let at_ms = self.at_ms();
            self.grouper.skip(owed.skip);
            out.push(Sounded::Break { at_ms });
        }
    }

    fn cut(&mut self, out: &mut Vec<Sounded>) {
        let (format, normaliser) = (self.format, &mut self.normaliser);
        self.grouper.cut(|at, samples| out.push(Sounded::Group(group(format, normaliser, at, samples))));
    }
}

fn ms_of(format: Format, frames: u64) -> u64 {
    frames * 1_000 / u64::from(format.rate)
}

fn group(format: Format, normaliser: &mut Normaliser, at: u64, mut samples: Vec<i16>) -> Group {
    let level = Level::of(&samples);
    let gain = normaliser.apply(&mut samples, level);
    let frames = samples.len() as u64 / u64::from(format.channels);
    let (at_ms, end_ms) = (ms_of(format, at), ms_of(format, at + frames));
    Group { at_ms, ms: end_ms - at_ms, samples, level, gain }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FORMAT: Format = Format { rate: 16_000, channels: 1, group_ms: 2_000, normalise: Normalise::Off };

    fn told(out: &[Sounded]) -> Vec<(u64, u64, bool)> {
        let told = out.iter().map(|sounded| match sounded {
            Sounded::Group(group) => (group.at_ms, group.ms, group.level.peak > 0.0),
            Sounded::Break { at_ms } => (*at_ms, 0, false),
        });
        told.collect()
    }

    #[test]
    fn a_mute_is_silence_of_its_length_and_what_follows_is_on_time() {
        let (mut track, mut out) = (Track::new(FORMAT).unwrap(), Vec::new());
        track.samples(&vec![500; 16_000], &mut out);
        track.mute(1_000);
        for now in [2_000, 3_000, 4_000] {
            track.tick(now, &mut out);
        }
        assert_eq!(told(&out), [(0, 2_000, true), (2_000, 2_000, false)]);
        track.unmute(5_500, &mut out);
        assert_eq!(track.at_ms(), 5_500);
        track.samples(&vec![500; 8_000], &mut out);
        track.end(6_000, &mut out);
        assert_eq!(told(&out)[2..], [(4_000, 2_000, true)]);
    }

    #[test]
    fn the_last_group_is_as_long_as_what_came() {
        let (mut track, mut out) = (Track::new(FORMAT).unwrap(), Vec::new());
        track.bytes(&vec![1; 16_000 * 2 * 2 + 3_201], &mut out);
        track.end(2_200, &mut out);
        track.end(2_300, &mut out);
        assert_eq!(told(&out), [(0, 2_000, true), (2_000, 100, true)]);
    }

    #[test]
    fn a_night_of_mute_is_a_break() {
        let (mut track, mut out) = (Track::new(Format { rate: 8_000, ..FORMAT }).unwrap(), Vec::new());
        track.samples(&[9; 800], &mut out);
        track.mute(100);
        track.unmute(100 + 3_600_000, &mut out);
        let breaks: Vec<_> = out.iter().filter(|sounded| matches!(sounded, Sounded::Break { .. })).collect();
        assert_eq!(breaks, [&Sounded::Break { at_ms: 600_100 }]);
        out.clear();
        track.samples(&[9; 16_000], &mut out);
        assert_eq!(told(&out), [(3_600_100, 2_000, true)], "what follows is where it belongs");
    }

    #[test]
    fn what_no_track_has_is_refused() {
        let with = |change: fn(&mut Format)| {
            let mut format = FORMAT;
            change(&mut format);
            Track::new(format).err()
        };
        assert_eq!(with(|format| format.rate = 0), Some(FormatError::Rate));
        assert_eq!(with(|format| format.rate = 384_000), Some(FormatError::Rate));
        assert_eq!(with(|format| format.channels = 0), Some(FormatError::Channels));
        assert_eq!(with(|format| format.channels = 6), Some(FormatError::Channels));
        assert_eq!(with(|format| format.group_ms = 0), Some(FormatError::Group));
        assert_eq!(with(|format| format.group_ms = u64::MAX), Some(FormatError::Group));
    }
}
