//! H.264: the payloads of RFC 6184 (single units, STAP-A, FU-A), and access units as ISO 14496-15 keeps them, a length of four bytes before
//! each unit.
//!
//! Parameter sets stand in `avcC`. In the pictures they are left out, unless what came last differs from it: then every keyframe has them all,
//! so that a player can begin at any.

use super::{
    pictures::{Key, Malformed, Unpack, Whole},
    sets::{self, Sets},
    sps::{self, Shape},
};
use std::mem;

const SLICE: u8 = 1;
const IDR: u8 = 5;
const DELIMITER: u8 = 9;
const FILLER: u8 = 12;
const STAP_A: u8 = 24;
const FU_A: u8 = 28;
/// Reserved, and to be ignored where they come.
const RESERVED: [u8; 3] = [0, 30, 31];

#[derive(Default)]
pub struct H264 {
    /// Units of the picture under way, each behind its length.
    data: Vec<u8>,
    /// Where a unit begins that comes in fragments.
    fragment: Option<usize>,
    /// The parameter sets that came last.
    known: Sets,
    /// Some of them came without a picture: they stand before the next one.
    alone: bool,
    head: Option<Head>,
}

/// What the newest format says.
struct Head {
    shape: Shape,
    sets: Sets,
    private: Vec<u8>,
    /// Other sets were put between pictures since, so that a decoder has those.
    drifted: bool,
}

impl Unpack for H264 {
    fn take(&mut self, payload: &[u8]) -> Result<(), Malformed> {
        let (first, rest) = payload.split_first().ok_or(Malformed)?;
        match kind(*first) {
            _ if first & 0x80 != 0 => Err(Malformed),
            FU_A => self.fragment(*first, rest),
            // Nothing stands between the fragments of a unit.
            _ if self.fragment.is_some() => Err(Malformed),
            STAP_A => self.aggregate(rest),
            reserved if RESERVED.contains(&reserved) => Ok(()),
            _ => self.unit(payload),
        }
    }

    fn end(&mut self) -> Result<Option<Whole>, Malformed> {
        let data = mem::take(&mut self.data);
        if self.fragment.take().is_some() {
            return Err(Malformed);
        }
        let brought = Sets::of(units(&data))?;
        let Some(slice) = units(&data).find(|unit| is_slice(unit)) else {
            self.alone |= !brought.are_none();
            self.known.take(brought);
            return Ok(None);
        };
        let idr = kind(slice[0]) == IDR;
        let slice = sets::slice(slice).ok_or(Malformed)?;
        // Its beginning is missing.
        if slice.first_macroblock != 0 {
            return Err(Malformed);
        }
        // A keyframe that has its own sets has all that it and what follows needs.
        match idr && brought.are_whole() {
            true => self.known = brought,
            false => self.known.take(brought),
        }
        let (key, in_band) = if idr { self.keyframe(slice.pps)? } else { (None, self.differs()) };
        let all = in_band && (idr || self.alone);
        self.alone = false;
        let mut kept = Vec::with_capacity(data.len());
        if all {
            self.known.iter().for_each(|set| append(&mut kept, set));
        }
        let as_they_came = in_band && !all;
        units(&data).filter(|unit| as_they_came || !sets::is_set(unit)).for_each(|unit| append(&mut kept, unit));
        Ok(Some(Whole { data: kept, key }))
    }

    fn clear(&mut self) {
        self.data.clear();
        self.fragment = None;
    }

    fn forget(&mut self) {
        *self = H264 { head: self.head.take(), ..H264::default() };
    }
}

impl H264 {
    fn unit(&mut self, unit: &[u8]) -> Result<(), Malformed> {
        let first = *unit.first().ok_or(Malformed)?;
        if first & 0x80 != 0 || !(SLICE..STAP_A).contains(&kind(first)) {
            return Err(Malformed);
        }
        // Delimiters, ends of sequences and fillers are for streams without a container.
        if !(DELIMITER..=FILLER).contains(&kind(first)) {
            append(&mut self.data, unit);
        }
        Ok(())
    }

    fn aggregate(&mut self, mut units: &[u8]) -> Result<(), Malformed> {
        while !units.is_empty() {
            let (length, rest) = units.split_first_chunk::<2>().ok_or(Malformed)?;
            let (unit, rest) = rest.split_at_checked(usize::from(u16::from_be_bytes(*length))).ok_or(Malformed)?;
            self.unit(unit)?;
            units = rest;
        }
        Ok(())
    }

    fn fragment(&mut self, indicator: u8, rest: &[u8]) -> Result<(), Malformed> {
        let (header, part) = rest.split_first().ok_or(Malformed)?;
        let (begins, ends) = (header & 0x80 != 0, header & 0x40 != 0);
        if begins != self.fragment.is_none() {
            return Err(Malformed);
        }
        let at = *self.fragment.get_or_insert(self.data.len());
        if begins {
            append(&mut self.data, &[indicator & 0x60 | kind(*header)]);
        }
        self.data.extend_from_slice(part);
        if ends {
            self.fragment = None;
            let unit = self.data.split_off(at);
            self.unit(&unit[4..])?;
        }
        Ok(())
    }

    /// Does a decoder have other sets than those that came last?
    fn differs(&mut self) -> bool {
        let Some(head) = &mut self.head else { return false };
        head.drifted |= !self.known.are_none() && head.sets != self.known;
        head.drifted
    }

    /// What a keyframe that refers to this picture parameter set says, and whether the sets stand before it.
    fn keyframe(&mut self, pps: u32) -> Result<(Option<Key>, bool), Malformed> {
        let shape = self.known.active(pps).and_then(sps::shape).ok_or(Malformed)?;
        let in_band = self.differs();
        match &mut self.head {
            Some(head) if head.shape == shape => head.drifted = head.sets != self.known,
            head => {
                let private = self.known.record().ok_or(Malformed)?;
                *head = Some(Head { shape, sets: self.known.clone(), private, drifted: false });
            }
        }
        let private = self.head.as_ref().map(|head| head.private.clone());
        Ok((Some(Key { size: shape.size, private }), in_band))
    }
}

pub fn kind(first: u8) -> u8 {
    first & 0x1f
}

fn is_slice(unit: &[u8]) -> bool {
    matches!(kind(unit[0]), SLICE | IDR)
}

fn append(data: &mut Vec<u8>, unit: &[u8]) {
    // A picture is far below the 4 GiB that this counts.
    data.extend_from_slice(&(unit.len() as u32).to_be_bytes());
    data.extend_from_slice(unit);
}

/// Never an empty one.
fn units(data: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = data;
    std::iter::from_fn(move || {
        let (length, after) = rest.split_first_chunk::<4>()?;
        let unit;
        (unit, rest) = after.split_at_checked(u32::from_be_bytes(*length) as usize)?;
        Some(unit)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn taken(payloads: &[&[u8]]) -> Result<Vec<Vec<u8>>, Malformed> {
        let mut h264 = H264::default();
        payloads.iter().try_for_each(|payload| h264.take(payload))?;
        if h264.fragment.is_some() {
            return Err(Malformed);
        }
        Ok(units(&h264.data).map(<[u8]>::to_vec).collect())
    }

    #[test]
    fn units_come_alone_together_and_in_fragments() {
        type Row = (&'static [&'static [u8]], &'static [&'static [u8]]);
        let table: &[Row] = &[
            (&[&[0x41, 1, 2]], &[&[0x41, 1, 2]]),
            (&[&[0x78, 0, 2, 0x67, 1, 0, 3, 0x68, 2, 3], &[0x65, 4]], &[&[0x67, 1], &[0x68, 2, 3], &[0x65, 4]]),
            (&[&[0x7c, 0x85, 1, 2], &[0x7c, 0x05, 3], &[0x7c, 0x45, 4]], &[&[0x65, 1, 2, 3, 4]]),
            (&[&[0x41, 9], &[0x5c, 0x81, 1], &[0x5c, 0x41]], &[&[0x41, 9], &[0x41, 1]]),
            // All in one fragment: not as it should be, and yet plain.
            (&[&[0x7c, 0xc5, 1, 2]], &[&[0x65, 1, 2]]),
            // Delimiters, ends, fillers, and what is reserved.
            (
                &[&[0x09, 0xf0], &[0x0a], &[0x0b], &[0x0c, 0xff], &[0x60], &[0x1e, 1], &[0x1f], &[0x06, 5, 0x80]],
                &[&[0x06, 5, 0x80]],
            ),
        ];
        for (payloads, expected) in table {
            assert_eq!(taken(payloads).as_deref(), Ok(&expected.iter().map(|unit| unit.to_vec()).collect::<Vec<_>>()[..]));
        }
    }

    #[test]
    fn what_does_not_belong_together_is_refused() {
        let table: &[&[&[u8]]] = &[
            &[&[0xe5, 1]],
            &[&[0x78, 0, 3, 0x67, 1]],
            &[&[0x78, 0, 0]],
            &[&[0x78, 0]],
            &[&[0x78, 0, 1, 0x78]],
            &[&[0x7c]],
            &[&[0x7c, 0x05, 1]],
            &[&[0x7c, 0x45, 1]],
            &[&[0x7c, 0x85, 1]],
            &[&[0x7c, 0x85, 1], &[0x7c, 0x85, 1]],
            &[&[0x7c, 0x85, 1], &[0x41, 1]],
            &[&[0x7c, 0x9c, 1], &[0x7c, 0x5c, 1]],
            // Interleaved packets are not what was agreed upon.
            &[&[0x79, 0, 1, 0, 1, 0x41]],
            &[&[0x7d, 0x85, 0, 1, 1]],
        ];
        for payloads in table {
            assert_eq!(taken(payloads), Err(Malformed), "{payloads:02x?}");
        }
    }
}
