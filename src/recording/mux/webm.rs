//! A growing WebM or Matroska file of one track.
//!
//! ```text
//! EBML  Segment(size unknown)
//!         Info …  Void(room for Duration)        ◀ patched at the end
//!         Void(room for SeekHead)                ◀ patched at the end
//!         Tracks
//!         Cluster(size unknown while it grows)  Timestamp  SimpleBlock*
//!         …
//!         Cues                                   ◀ appended at the end
//! ```
//!
//! A frame is one write at the end of what is there, so wherever the file is cut, all before the last frame plays. Only sizes are
//! written in place: a cluster's when the next begins, eight bytes over eight bytes.

use super::{
    ebml::{self, id},
    head::{self, About, Places, invalid},
    index::{Index, write_at},
};
use actors::{Timestamp, recording::TrackFormat};
use std::io::{self, Seek, SeekFrom, Write};

/// A cluster lasts no longer. Times within one are 16 bits with a sign, so they fit.
const CLUSTER_MS: u64 = 2_000;
/// Thirty years. What is later is a mistake, not a time.
pub const LATEST_MS: u64 = 1_000_000_000_000;
/// No codec makes larger frames of what a person sends.
pub const LARGEST_FRAME: usize = 32 * 1024 * 1024;
/// Of a block: the track's number, two bytes of time, flags.
pub const BLOCK_HEAD: usize = 4;
pub const KEYFRAME: u8 = 0x80;
/// The track's number as a block writes it.
pub const TRACK: u8 = 0x81;

/// What became of a file.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Finished {
    pub bytes: u64,
    /// From the beginning to the end of the last frame.
    pub duration_ms: u64,
    pub frames: u64,
}

/// Keeps nothing back: what was written is `out`'s when a call returns. A file that is not finished plays as far as it goes, but
/// without a duration or an index; [`recover`](super::recover) gives it both.
#[derive(Debug)]
pub struct WebmWriter<W> {
    out: W,
    places: Places,
    index: Index,
    cluster: Option<Cluster>,
    /// Behind the last frame.
    end: u64,
    last_ms: u64,
    /// Something failed: nobody knows where `out` stands.
    astray: bool,
    scratch: Vec<u8>,
    finished: Option<Finished>,
}

#[derive(Debug)]
struct Cluster {
    began_ms: u64,
    size_at: u64,
}

impl<W: Write + Seek> WebmWriter<W> {
    /// `out` is empty. `start` is when the track's time began; frames count from there. `InvalidInput` for a picture without
    /// size, and for H264 or AV1 without parameters.
    pub fn create(out: W, track: &TrackFormat, start: Timestamp) -> io::Result<Self> {
        Self::create_with(out, track, start, &About::default())
    }

    pub fn create_with(mut out: W, track: &TrackFormat, start: Timestamp, about: &About) -> io::Result<Self> {
        let (head, places) = head::build(track, start, about)?;
        write_at(&mut out, 0, &head)?;
        Ok(Self {
            out,
            places,
            index: Index::new(places.sound),
            cluster: None,
            end: places.clusters_at,
            last_ms: 0,
            astray: false,
            scratch: Vec::new(),
            finished: None,
        })
    }

    /// The next frame, `at_ms` from the start. Time does not go back: an earlier frame is written at the time of the one before
    /// it. An empty frame is no frame and is left out. After an error the frame is not in the file, and the next may be tried.
    pub fn write(&mut self, at_ms: u64, keyframe: bool, data: &[u8]) -> io::Result<()> {
        if self.finished.is_some() {
            return Err(invalid("the file is finished"));
        }
        if at_ms > LATEST_MS || data.len() > LARGEST_FRAME {
            return Err(invalid("no frame is that late or that large"));
        }
        if data.is_empty() {
            return Ok(());
        }
        let at_ms = at_ms.max(self.last_ms);
        let keyframe = keyframe || self.places.sound;
        if self.begins_cluster(at_ms, keyframe) {
            self.close_cluster()?;
        }
        self.append(at_ms, keyframe, data)?;
        self.index.frame(at_ms, data);
        self.last_ms = at_ms;
        Ok(())
    }

    /// Pictures can be jumped to at a keyframe; sound anywhere, so it is spared the small clusters.
    fn begins_cluster(&self, at_ms: u64, keyframe: bool) -> bool {
        let Some(cluster) = &self.cluster else { return false };
        at_ms - cluster.began_ms >= CLUSTER_MS || keyframe && !self.places.sound
    }

    fn append(&mut self, at_ms: u64, keyframe: bool, data: &[u8]) -> io::Result<()> {
        self.scratch.clear();
        let began_ms = match &self.cluster {
            Some(cluster) => cluster.began_ms,
            None => {
                ebml::push_id(&mut self.scratch, id::CLUSTER);
                self.scratch.extend_from_slice(&ebml::UNKNOWN_SIZE);
                ebml::uint(&mut self.scratch, id::TIMESTAMP, at_ms);
                at_ms
            }
        };
        ebml::push_id(&mut self.scratch, id::SIMPLE_BLOCK);
        ebml::push_size(&mut self.scratch, (BLOCK_HEAD + data.len()) as u64);
        let within = ((at_ms - began_ms) as i16).to_be_bytes();
        self.scratch.extend_from_slice(&[TRACK, within[0], within[1], if keyframe { KEYFRAME } else { 0 }]);
        self.scratch.extend_from_slice(data);
        self.put()?;
        if self.cluster.is_none() {
            self.cluster = Some(Cluster { began_ms, size_at: self.end + 4 });
            if keyframe {
                self.index.cue(began_ms, self.end);
            }
        }
        self.end += self.scratch.len() as u64;
        // A large keyframe's room is not kept for the voices after it.
        self.scratch.shrink_to(64 * 1024);
        Ok(())
    }

    fn put(&mut self) -> io::Result<()> {
        if self.astray {
            self.out.seek(SeekFrom::Start(self.end))?;
        }
        self.astray = true;
        self.out.write_all(&self.scratch)?;
        self.astray = false;
        Ok(())
    }

    /// From now on its size is known.
    fn close_cluster(&mut self) -> io::Result<()> {
        if let Some(cluster) = &self.cluster {
            let size = ebml::size_of_eight(self.end - cluster.size_at - 8);
            self.astray = true;
            write_at(&mut self.out, cluster.size_at, &size)?;
            self.out.seek(SeekFrom::Start(self.end))?;
            self.astray = false;
        }
        self.cluster = None;
        Ok(())
    }

    /// Of the file so far.
    pub fn bytes(&self) -> u64 {
        self.finished.map_or(self.end, |finished| finished.bytes)
    }

    /// From the beginning to the end of the last frame.
    pub fn duration_ms(&self) -> u64 {
        self.index.duration_ms()
    }

    pub fn frames(&self) -> u64 {
        self.index.frames
    }

    /// To put what was written on the disk. Who moves its position breaks the file.
    pub fn get_mut(&mut self) -> &mut W {
        &mut self.out
    }

    /// Writes the index, the duration and the sizes. A second time changes nothing. After an error the file is as playable as
    /// before, and this may be tried again.
    pub fn finish(&mut self) -> io::Result<Finished> {
        if let Some(finished) = self.finished {
            return Ok(finished);
        }
        self.close_cluster()?;
        self.astray = true;
        let bytes = self.index.seal(&self.places, self.end).write(&mut self.out)?;
        let finished = Finished { bytes, duration_ms: self.duration_ms(), frames: self.index.frames };
        self.finished = Some(finished);
        Ok(finished)
    }
}
