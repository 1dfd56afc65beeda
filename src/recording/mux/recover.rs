//! After a crash: what is whole in a file of ours is finished as its writer would have finished it.

use super::{
    ebml::{self, HEAD_MAX, big_endian, id},
    head::{self, LONGEST_HEAD, NoHead, Places},
    index::Index,
    webm::{BLOCK_HEAD, KEYFRAME, LARGEST_FRAME, LATEST_MS, TRACK},
    window::Window,
};
use actors::Timestamp;
use std::{
    fs::File,
    io::{self, Read, Seek, SeekFrom},
};

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Recovered {
    /// When its time began, as its writer was told.
    pub start: Timestamp,
    pub duration_ms: u64,
    pub frames: u64,
    /// Taken off the end: what was being written, or can't be read.
    pub cut_bytes: u64,
    /// Can't be read, with something behind it that can: it stays, marked as empty.
    pub skipped_bytes: u64,
    /// Its writer had come to the end, and nothing was missing.
    pub finished_before: bool,
}

#[derive(Debug, thiserror::Error)]
pub enum RecoverError {
    #[error("the file can't be read or written: {0}")]
    Io(#[from] io::Error),
    #[error("the file was not written here")]
    NotOurs,
    #[error("the file ends before its first frame")]
    TornHead,
}

impl From<NoHead> for RecoverError {
    fn from(why: NoHead) -> Self {
        match why {
            NoHead::NotOurs => Self::NotOurs,
            NoHead::Torn => Self::TornHead,
        }
    }
}

/// Cuts what is torn, writes what is missing, and puts it on the disk. `file` is open for reading and writing. Memory does not grow
/// with it; of frames only the beginnings are read. A file that is not ours, or has no whole head, is left alone. Safe to be cut
/// short itself: the next time finds the same.
pub fn recover(file: &mut File) -> Result<Recovered, RecoverError> {
    let mut first = Vec::new();
    file.seek(SeekFrom::Start(0))?;
    file.take(LONGEST_HEAD as u64).read_to_end(&mut first)?;
    let places = head::parse(&first)?;
    let mut walk = Walk::new(Window::new(file)?, places);
    walk.run()?;
    Ok(walk.finish()?)
}

struct Walk<'a> {
    window: Window<'a>,
    places: Places,
    index: Index,
    at: u64,
    cluster: Option<Cluster>,
    /// Where the index goes: behind the last frame, the last cluster that is over, or the last hole that was filled.
    whole: u64,
    /// Behind all that can be read.
    kept: u64,
    /// The old index was passed: it is written anew, so what only follows it goes with it.
    indexed: bool,
    skipped: u64,
    mended: bool,
}

struct Cluster {
    at: u64,
    began_ms: u64,
    size: Option<u64>,
    frames: u64,
}

impl Cluster {
    /// Of its id and size.
    const HEAD: u64 = 12;
}

enum Step {
    /// To here.
    On(u64),
    /// No element of ours is here, or not all of it.
    Broken,
}

impl<'a> Walk<'a> {
    fn new(window: Window<'a>, places: Places) -> Self {
        let at = places.clusters_at;
        Self {
            window,
            places,
            index: Index::new(places.sound),
            at,
            cluster: None,
            whole: at,
            kept: at,
            indexed: false,
            skipped: 0,
            mended: false,
        }
    }

    fn run(&mut self) -> io::Result<()> {
        while self.at < self.window.length {
            match self.step()? {
                Step::On(to) => self.at = to,
                Step::Broken => match self.next_cluster()? {
                    Some(next) => self.skip_to(next)?,
                    None => break,
                },
            }
        }
        match self.cluster.take() {
            // Of the last one, what can be read; if that is nothing, it goes.
            Some(cluster) if self.whole > cluster.at => self.close(&cluster, self.whole),
            _ => Ok(()),
        }
    }

    fn step(&mut self) -> io::Result<Step> {
        let Some(head) = ebml::head(self.window.get(self.at, HEAD_MAX)?) else { return Ok(Step::Broken) };
        if head.id == id::CLUSTER {
            return self.begin_cluster(head);
        }
        let body = self.at + head.len as u64;
        let Some(end) = head.size.and_then(|size| body.checked_add(size)).filter(|end| *end <= self.window.length) else {
            return Ok(Step::Broken);
        };
        match head.id {
            id::SIMPLE_BLOCK => self.block(body, end),
            id::VOID => Ok(self.pass(end)),
            id::CUES => {
                self.end_cluster()?;
                self.indexed = true;
                Ok(self.pass(end))
            }
            _ => Ok(Step::Broken),
        }
    }

    /// Something whole that is no frame: a hole that was filled before, or the old index.
    fn pass(&mut self, end: u64) -> Step {
        self.kept = end;
        if !self.indexed {
            self.whole = end;
        }
        Step::On(end)
    }

    fn begin_cluster(&mut self, head: ebml::Head) -> io::Result<Step> {
        let body = self.at + head.len as u64;
        let Some(time) = ebml::element_at(self.window.get(body, HEAD_MAX)?, 0) else { return Ok(Step::Broken) };
        let began_ms = big_endian(time.body);
        let known = time.id == id::TIMESTAMP && (1..=8).contains(&time.body.len()) && began_ms <= LATEST_MS;
        if head.len as u64 != Cluster::HEAD || !known {
            return Ok(Step::Broken);
        }
        let to = body + time.end as u64;
        self.end_cluster()?;
        self.cluster = Some(Cluster { at: self.at, began_ms, size: head.size, frames: 0 });
        Ok(Step::On(to))
    }

    fn block(&mut self, body: u64, end: u64) -> io::Result<Step> {
        let size = end - body;
        let Some(cluster) = &mut self.cluster else { return Ok(Step::Broken) };
        if size <= BLOCK_HEAD as u64 || size > (BLOCK_HEAD + LARGEST_FRAME) as u64 {
            return Ok(Step::Broken);
        }
        let bytes = self.window.get(body, BLOCK_HEAD + 2.min(size as usize - BLOCK_HEAD))?;
        let &[TRACK, high, low, flags, ref data @ ..] = bytes else { return Ok(Step::Broken) };
        let Ok(within) = u64::try_from(i16::from_be_bytes([high, low])) else { return Ok(Step::Broken) };
        if flags & !KEYFRAME != 0 {
            return Ok(Step::Broken);
        }
        self.index.frame(cluster.began_ms + within, data);
        if cluster.frames == 0 && flags == KEYFRAME {
            self.index.cue(cluster.began_ms, cluster.at);
        }
        cluster.frames += 1;
        self.whole = end;
        self.kept = end;
        Ok(Step::On(end))
    }

    /// It ends where the walk stands.
    fn end_cluster(&mut self) -> io::Result<()> {
        if let Some(cluster) = self.cluster.take() {
            self.close(&cluster, self.at)?;
            self.whole = self.at;
        }
        Ok(())
    }

    fn close(&mut self, cluster: &Cluster, end: u64) -> io::Result<()> {
        let size = end - cluster.at - Cluster::HEAD;
        if cluster.size != Some(size) {
            self.mended = true;
            self.window.overwrite(cluster.at + 4, &ebml::size_of_eight(size))?;
        }
        Ok(())
    }

    /// Where something begins that looks like a cluster with its time. Not at the very next byte: a Void takes two.
    fn next_cluster(&mut self) -> io::Result<Option<u64>> {
        const LOOK: usize = 14;
        let mut at = self.at + 2;
        loop {
            let chunk = self.window.chunk(at)?;
            if let Some(found) = chunk.windows(LOOK).position(looks_like_cluster) {
                return Ok(Some(at + found as u64));
            }
            if chunk.len() < LOOK {
                return Ok(None);
            }
            at += (chunk.len() - LOOK + 1) as u64;
        }
    }

    fn skip_to(&mut self, next: u64) -> io::Result<()> {
        self.window.overwrite(self.at, &ebml::void_head(next - self.at))?;
        self.mended = true;
        self.skipped += next - self.at;
        self.pass(next);
        self.at = next;
        Ok(())
    }

    fn finish(mut self) -> io::Result<Recovered> {
        let length = self.window.length;
        let seal = self.index.seal(&self.places, self.whole);
        let cut_bytes = length - self.kept;
        let marked = self.window.is(self.places.segment_size_at, &seal.segment_size(length))?;
        let recovered = Recovered {
            start: self.places.start,
            duration_ms: self.index.duration_ms(),
            frames: self.index.frames,
            cut_bytes,
            skipped_bytes: self.skipped,
            finished_before: marked && cut_bytes == 0 && self.skipped == 0,
        };
        let mut sealed = marked && length == seal.end && self.window.is(seal.cues_at, &seal.cues)?;
        for (at, bytes) in &seal.patches {
            sealed = sealed && self.window.is(*at, bytes)?;
        }
        if !sealed {
            let file = self.window.file();
            file.set_len(self.whole)?;
            seal.write(file)?;
        }
        if !sealed || self.mended {
            self.window.file().sync_all()?;
        }
        Ok(recovered)
    }
}

/// Its id, a size of eight bytes, and a time of one to eight.
fn looks_like_cluster(bytes: &[u8]) -> bool {
    let &[0x1f, 0x43, 0xb6, 0x75, 0x01, .., 0xe7, size] = bytes else { return false };
    (0x81..=0x88).contains(&size)
}
