//! What is counted while frames go by, and what it makes of a file at the end. A writer and a recovery count alike, so a file that
//! was recovered is the file that was finished.

use super::{
    ebml::{self, element, float, id, master, uint, void, void_head},
    head::{DURATION_ROOM, Places},
};
use actors::recording::fill::opus_duration_us;
use std::io::{self, Seek, SeekFrom, Write};

/// Kept free for a SeekHead of three entries.
pub const INDEX_ROOM: usize = 96;
/// Places to jump to, at most: in a longer file they stand further apart.
const MOST_CUES: usize = 4096;
/// A sound of unknown length.
const SOUND_US: u64 = 20_000;
/// What the last picture lasts: as long as the one before it, within reason.
const PICTURE_MS: u64 = 33;
const LONGEST_PICTURE_MS: u64 = 1_000;

#[derive(Clone, Copy, Debug)]
struct Cue {
    at_ms: u64,
    /// Of its cluster, bytes from the file's beginning.
    position: u64,
}

#[derive(Debug)]
pub struct Index {
    sound: bool,
    pub frames: u64,
    last_ms: u64,
    picture_ms: u64,
    ends_us: u64,
    cues: Vec<Cue>,
    spacing_ms: u64,
}

impl Index {
    pub fn new(sound: bool) -> Self {
        Self { sound, frames: 0, last_ms: 0, picture_ms: PICTURE_MS, ends_us: 0, cues: Vec::new(), spacing_ms: 0 }
    }

    /// The next frame; `data` is its beginning, two bytes are enough.
    pub fn frame(&mut self, at_ms: u64, data: &[u8]) {
        let lasts_us = if self.sound { opus_duration_us(data).unwrap_or(SOUND_US) } else { self.picture(at_ms) * 1_000 };
        self.frames += 1;
        self.last_ms = at_ms;
        self.ends_us = self.ends_us.max(at_ms * 1_000 + lasts_us);
    }

    fn picture(&mut self, at_ms: u64) -> u64 {
        let gap = at_ms.saturating_sub(self.last_ms).min(LONGEST_PICTURE_MS);
        if self.frames > 0 && gap > 0 {
            self.picture_ms = gap;
        }
        self.picture_ms
    }

    /// From the beginning to the end of the last frame.
    pub fn duration_ms(&self) -> u64 {
        (self.ends_us + 500) / 1_000
    }

    /// A cluster that one can jump to.
    pub fn cue(&mut self, at_ms: u64, position: u64) {
        if self.cues.last().is_some_and(|last| at_ms < last.at_ms + self.spacing_ms) {
            return;
        }
        while self.cues.len() >= MOST_CUES {
            self.thin();
        }
        self.cues.push(Cue { at_ms, position });
    }

    fn thin(&mut self) {
        self.spacing_ms = (self.spacing_ms * 2).max(1_000);
        let mut next_ms = 0;
        self.cues.retain(|cue| {
            let keep = cue.at_ms >= next_ms;
            if keep {
                next_ms = cue.at_ms + self.spacing_ms;
            }
            keep
        });
    }

    /// What a file gets whose last frame ends at `end`: the index behind it, and what is patched in its head. The size of the
    /// segment comes last: where it stands, all the rest does.
    pub fn seal(&self, places: &Places, end: u64) -> Seal {
        let cues = self.cues(places);
        let whole = end + cues.len() as u64;
        let patches = [(places.index_at, self.seek_head(places, end)), (places.duration_at, self.duration())];
        Seal { cues_at: end, cues, patches, segment_size_at: places.segment_size_at, end: whole }
    }

    fn cues(&self, places: &Places) -> Vec<u8> {
        let mut out = Vec::new();
        if self.cues.is_empty() {
            return out;
        }
        master(&mut out, id::CUES, |out| self.cues.iter().for_each(|cue| cue.push(out, places)));
        out
    }

    /// A film of no length has none: then the room stays free.
    fn duration(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(DURATION_ROOM);
        match self.duration_ms() {
            0 => void(&mut out, DURATION_ROOM),
            ms => float(&mut out, id::DURATION, ms as f64),
        }
        out
    }

    fn seek_head(&self, places: &Places, end: u64) -> Vec<u8> {
        let mut entries = vec![(id::INFO, places.info_at), (id::TRACKS, places.tracks_at)];
        if !self.cues.is_empty() {
            entries.push((id::CUES, end));
        }
        let mut out = Vec::with_capacity(INDEX_ROOM);
        master(&mut out, id::SEEK_HEAD, |out| {
            for (id, at) in entries {
                master(out, id::SEEK, |out| seek(out, id, at - places.segment_at()));
            }
        });
        let rest = INDEX_ROOM - out.len();
        void(&mut out, rest);
        out
    }
}

impl Cue {
    fn push(&self, out: &mut Vec<u8>, places: &Places) {
        master(out, id::CUE_POINT, |out| {
            uint(out, id::CUE_TIME, self.at_ms);
            master(out, id::CUE_TRACK_POSITIONS, |out| {
                uint(out, id::CUE_TRACK, 1);
                uint(out, id::CUE_CLUSTER_POSITION, self.position - places.segment_at());
            });
        });
    }
}

fn seek(out: &mut Vec<u8>, id: u32, position: u64) {
    let mut name = Vec::new();
    ebml::push_id(&mut name, id);
    element(out, id::SEEK_ID, &name);
    uint(out, id::SEEK_POSITION, position);
}

/// What is still to be written, as bytes in their places.
#[derive(Debug)]
pub struct Seal {
    pub cues_at: u64,
    pub cues: Vec<u8>,
    /// Of the head: place and bytes.
    pub patches: [(u64, Vec<u8>); 2],
    pub segment_size_at: u64,
    /// Of the file.
    pub end: u64,
}

impl Seal {
    pub fn segment_size(&self, end: u64) -> [u8; 8] {
        ebml::size_of_eight(end - self.segment_size_at - 8)
    }

    /// Gives the length of the file. What is left of a write that failed is covered, for a writer can't cut.
    pub fn write(&self, out: &mut (impl Write + Seek)) -> io::Result<u64> {
        write_at(out, self.cues_at, &self.cues)?;
        let length = out.seek(SeekFrom::End(0))?;
        let mut end = self.end;
        if length > end {
            let rest = (length - end).max(2);
            write_at(out, end, &void_head(rest))?;
            end += rest;
        }
        for (at, bytes) in &self.patches {
            write_at(out, *at, bytes)?;
        }
        write_at(out, self.segment_size_at, &self.segment_size(end))?;
        out.seek(SeekFrom::Start(end))?;
        out.flush()?;
        Ok(end)
    }
}

pub fn write_at(out: &mut (impl Write + Seek), at: u64, bytes: &[u8]) -> io::Result<()> {
    out.seek(SeekFrom::Start(at))?;
    out.write_all(bytes)
}
