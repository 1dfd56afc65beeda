//! The parameter sets of H.264, and the record of them that containers keep: `avcC`, ISO 14496-15 section 5.3.3.

use super::{
    bits::Reader,
    h264::kind,
    pictures::Malformed,
    sps::{self, golomb, unescaped},
};
use std::collections::BTreeMap;

const SPS: u8 = 7;
const PPS: u8 = 8;
/// As many as `avcC` can count.
const MOST_SPS: usize = 31;
const MOST_PPS: usize = 255;
/// Nobody's is longer, and it bounds the memory.
const LONGEST: usize = 4_096;
/// What the numbers at the start of a unit take at most.
const START: usize = 32;

/// By their numbers.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Sets {
    sps: BTreeMap<u32, Vec<u8>>,
    pps: BTreeMap<u32, Vec<u8>>,
}

/// The head of a slice.
pub struct Slice {
    pub first_macroblock: u32,
    pub pps: u32,
}

impl Sets {
    /// Those among these units.
    pub fn of<'a>(units: impl Iterator<Item = &'a [u8]>) -> Result<Self, Malformed> {
        let mut sets = Sets::default();
        for unit in units.filter(|unit| is_set(unit)) {
            sets.add(unit).ok_or(Malformed)?;
        }
        Ok(sets)
    }

    fn add(&mut self, unit: &[u8]) -> Option<()> {
        if unit.len() > LONGEST {
            return None;
        }
        match kind(*unit.first()?) {
            SPS => self.sps.insert(sps::number(unit)?, unit.to_vec()),
            _ => self.pps.insert(pps(unit)?.0, unit.to_vec()),
        };
        (self.sps.len() <= MOST_SPS && self.pps.len() <= MOST_PPS).then_some(())
    }

    /// Newer ones, in the place of those with the same numbers. Where that would be more than there can be, only the newer ones stay.
    pub fn take(&mut self, newer: Sets) {
        if newer.are_none() {
            return;
        }
        let mut all = self.clone();
        all.sps.extend(newer.sps.clone());
        all.pps.extend(newer.pps.clone());
        *self = if all.sps.len() > MOST_SPS || all.pps.len() > MOST_PPS { newer } else { all };
    }

    pub fn are_none(&self) -> bool {
        self.sps.is_empty() && self.pps.is_empty()
    }

    /// Can a decoder begin with these alone?
    pub fn are_whole(&self) -> bool {
        !self.sps.is_empty() && !self.pps.is_empty()
    }

    /// In the order in which a decoder needs them.
    pub fn iter(&self) -> impl Iterator<Item = &[u8]> {
        self.sps.values().chain(self.pps.values()).map(Vec::as_slice)
    }

    /// The sequence parameter set that is behind a picture's.
    pub fn active(&self, picture: u32) -> Option<&[u8]> {
        let (_, sequence) = pps(self.pps.get(&picture)?)?;
        self.sps.get(&sequence).map(Vec::as_slice)
    }

    /// `avcC`. None without a sequence parameter set.
    pub fn record(&self) -> Option<Vec<u8>> {
        let first = self.sps.values().next()?;
        let shape = sps::shape(first)?;
        let profile = first.get(1..4)?;
        let mut record = vec![1];
        record.extend_from_slice(profile);
        // Lengths take four bytes.
        record.extend([0xff, 0xe0 | self.sps.len() as u8]);
        self.sps.values().for_each(|set| append(&mut record, set));
        record.push(self.pps.len() as u8);
        self.pps.values().for_each(|set| append(&mut record, set));
        // Baseline, main and extended have these as they always are.
        if ![66, 77, 88].contains(&profile[0]) {
            record.extend([0xfc | shape.chroma, 0xf8 | shape.luma_bits, 0xf8 | shape.chroma_bits, 0]);
        }
        Some(record)
    }
}

fn append(record: &mut Vec<u8>, set: &[u8]) {
    record.extend_from_slice(&(set.len() as u16).to_be_bytes());
    record.extend_from_slice(set);
}

pub fn is_set(unit: &[u8]) -> bool {
    unit.first().is_some_and(|first| matches!(kind(*first), SPS | PPS))
}

/// The number of a picture parameter set, and of the sequence's to which it belongs.
fn pps(unit: &[u8]) -> Option<(u32, u32)> {
    let body = unescaped(unit.get(1..)?, START);
    let mut bits = Reader::new(&body);
    let (own, sequence) = (golomb(&mut bits)?, golomb(&mut bits)?);
    (own < 256 && sequence < 32).then_some((own, sequence))
}

pub fn slice(unit: &[u8]) -> Option<Slice> {
    let body = unescaped(unit.get(1..)?, START);
    let mut bits = Reader::new(&body);
    let (first_macroblock, _kind, pps) = (golomb(&mut bits)?, golomb(&mut bits)?, golomb(&mut bits)?);
    Some(Slice { first_macroblock, pps })
}
