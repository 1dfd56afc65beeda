//! Which chunks of a backup are there: a record of one length for each, in the order of their numbers.

use super::BackupError;
use std::{
    fs::{File, OpenOptions},
    io,
    os::unix::fs::FileExt,
    path::Path,
};

const INDEX: &str = "index";
const RECORD: usize = 64;
/// At the beginning of a record that is one: where nothing was written there are zeros.
const THERE: u8 = 1;

/// Times count from the backup's beginning.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Chunk {
    pub from_ms: u64,
    pub to_ms: u64,
    pub bytes: u32,
    pub sha256: [u8; 32],
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kept {
    Now,
    Before,
}

pub struct Index {
    file: File,
    records: u32,
}

impl Index {
    pub fn open(folder: &Path) -> io::Result<Self> {
        let file = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(folder.join(INDEX))?;
        let records = u32::try_from(file.metadata()?.len() / RECORD as u64).unwrap_or(u32::MAX);
        Ok(Self { file, records })
    }

    pub fn get(&self, number: u32) -> io::Result<Option<Chunk>> {
        if number >= self.records {
            return Ok(None);
        }
        let mut record = [0; RECORD];
        self.file.read_exact_at(&mut record, u64::from(number) * RECORD as u64)?;
        Ok(read(&record))
    }

    /// On the disk when it returns.
    pub fn put(&mut self, number: u32, chunk: &Chunk) -> io::Result<()> {
        self.file.write_all_at(&written(chunk), u64::from(number) * RECORD as u64)?;
        self.records = self.records.max(number + 1);
        self.file.sync_data()
    }

    pub fn all(&self) -> io::Result<Vec<(u32, Chunk)>> {
        let mut all = Vec::new();
        for number in 0..self.records {
            all.extend(self.get(number)?.map(|chunk| (number, chunk)));
        }
        Ok(all)
    }

    /// Only the last is shorter than `size`, and time never goes back: as far as the neighbours that are there can tell.
    pub fn fits(&self, number: u32, chunk: &Chunk, size: u64) -> Result<(), BackupError> {
        let is_short = |chunk: &Chunk| u64::from(chunk.bytes) < size;
        let last = match self.records.checked_sub(1) {
            Some(last) => self.get(last)?.map(|chunk| (last, chunk)),
            None => None,
        };
        match last {
            Some((last, there)) if is_short(&there) && number > last => return Err(BackupError::Length),
            Some((last, _)) if is_short(chunk) && number < last => return Err(BackupError::Length),
            _ => {}
        }
        let before = match number.checked_sub(1) {
            Some(before) => self.get(before)?,
            None => None,
        };
        let after = self.get(number.saturating_add(1))?;
        let rises =
            before.is_none_or(|before| before.to_ms <= chunk.from_ms) && after.is_none_or(|after| chunk.to_ms <= after.from_ms);
        if rises { Ok(()) } else { Err(BackupError::Time) }
    }

    /// All of them, where none is missing.
    pub fn whole(&self, said: Option<u32>, size: u64) -> Result<Vec<Chunk>, BackupError> {
        let count = said.unwrap_or(self.records);
        let mut chunks = Vec::new();
        let mut missing = Vec::new();
        for number in 0..count.min(self.records) {
            match self.get(number)? {
                Some(chunk) => chunks.push(chunk),
                None => missing.push(number),
            }
        }
        missing.extend((self.records..count).take(MISSING_MAX.saturating_sub(missing.len())));
        if !missing.is_empty() || count == 0 {
            missing.truncate(MISSING_MAX);
            return Err(BackupError::Missing(missing));
        }
        let (last, before) = chunks.split_last().ok_or_else(|| BackupError::Missing(Vec::new()))?;
        if count < self.records || before.iter().any(|chunk| u64::from(chunk.bytes) != size) || u64::from(last.bytes) > size {
            return Err(BackupError::Length);
        }
        if chunks.windows(2).any(|pair| pair[0].to_ms > pair[1].from_ms) {
            return Err(BackupError::Time);
        }
        Ok(chunks)
    }
}

/// As many are named at most.
const MISSING_MAX: usize = 1_000;

fn written(chunk: &Chunk) -> [u8; RECORD] {
    let mut record = [0; RECORD];
    record[0] = THERE;
    record[4..8].copy_from_slice(&chunk.bytes.to_le_bytes());
    record[8..16].copy_from_slice(&chunk.from_ms.to_le_bytes());
    record[16..24].copy_from_slice(&chunk.to_ms.to_le_bytes());
    record[24..56].copy_from_slice(&chunk.sha256);
    record
}

fn read(record: &[u8; RECORD]) -> Option<Chunk> {
    let number = |at: usize| record[at..at + 8].iter().rev().fold(0_u64, |value, byte| value << 8 | u64::from(*byte));
    let bytes = u32::from_le_bytes([record[4], record[5], record[6], record[7]]);
    let mut sha256 = [0; 32];
    sha256.copy_from_slice(&record[24..56]);
    (record[0] == THERE).then_some(Chunk { from_ms: number(8), to_ms: number(16), bytes, sha256 })
}
