//! A look at a file through a few kilobytes, however large it is.

use std::{
    fs::File,
    io::{self, Read, Seek, SeekFrom, Write},
};

/// Dozens of voices' packets; of pictures little more than their heads.
const WINDOW: usize = 8 * 1024;

pub struct Window<'a> {
    file: &'a mut File,
    pub length: u64,
    bytes: Vec<u8>,
    at: u64,
}

impl<'a> Window<'a> {
    pub fn new(file: &'a mut File) -> io::Result<Self> {
        let length = file.seek(SeekFrom::End(0))?;
        Ok(Self { file, length, bytes: Vec::new(), at: 0 })
    }

    /// The bytes from `at`, `count` of them or as many as there are, and no more than a window's.
    pub fn get(&mut self, at: u64, count: usize) -> io::Result<&[u8]> {
        let left = usize::try_from(self.length.saturating_sub(at)).unwrap_or(usize::MAX);
        let count = count.min(left).min(WINDOW);
        if !self.holds(at, count) {
            self.fill(at)?;
        }
        let begin = (at - self.at) as usize;
        Ok(self.bytes.get(begin..begin + count).unwrap_or_default())
    }

    /// As much as a window shows.
    pub fn chunk(&mut self, at: u64) -> io::Result<&[u8]> {
        self.get(at, WINDOW)
    }

    fn holds(&self, at: u64, count: usize) -> bool {
        at >= self.at && at.saturating_add(count as u64) <= self.at + self.bytes.len() as u64
    }

    fn fill(&mut self, at: u64) -> io::Result<()> {
        self.at = at;
        self.bytes.clear();
        self.file.seek(SeekFrom::Start(at))?;
        self.file.take(WINDOW as u64).read_to_end(&mut self.bytes)?;
        Ok(())
    }

    /// What stands there, whatever its length.
    pub fn is(&mut self, at: u64, expected: &[u8]) -> io::Result<bool> {
        let mut at = at;
        for part in expected.chunks(WINDOW) {
            if self.get(at, part.len())? != part {
                return Ok(false);
            }
            at += part.len() as u64;
        }
        Ok(true)
    }

    /// In the file, and in what is seen of it.
    pub fn overwrite(&mut self, at: u64, bytes: &[u8]) -> io::Result<()> {
        for (place, byte) in (at..).zip(bytes) {
            let seen = place.checked_sub(self.at).and_then(|offset| self.bytes.get_mut(offset as usize));
            if let Some(seen) = seen {
                *seen = *byte;
            }
        }
        self.file.seek(SeekFrom::Start(at))?;
        self.file.write_all(bytes)
    }

    pub fn file(&mut self) -> &mut File {
        self.bytes.clear();
        self.file
    }
}
