//! AV1: the payloads of its RTP specification (section 4), and temporal units in the low-overhead format that containers keep: every unit says
//! its size, and delimiters are left out.

use super::{
    bits::Reader,
    pictures::{Key, Malformed, Unpack, Whole},
    sequence::Sequence,
};
use std::mem;

const SEQUENCE_HEADER: u8 = 1;
const FRAME_HEADER: u8 = 3;
const TILE_GROUP: u8 = 4;
const METADATA: u8 = 5;
const FRAME: u8 = 6;
const REDUNDANT_FRAME_HEADER: u8 = 7;

const EXTENDED: u8 = 0x04;
const SIZED: u8 = 0x02;

#[derive(Default)]
pub struct Av1 {
    /// Of the sequence that goes on.
    sequence: Option<Sequence>,
    unit: TemporalUnit,
}

#[derive(Default)]
struct TemporalUnit {
    data: Vec<u8>,
    /// The beginning of an element that goes on in the next packet.
    fragment: Option<Vec<u8>>,
    /// `av1C`, where a sequence header came in it.
    record: Option<Vec<u8>>,
    /// Can a decoder begin with the first frame? None while there is no frame.
    key: Option<bool>,
}

impl Unpack for Av1 {
    fn take(&mut self, payload: &[u8]) -> Result<(), Malformed> {
        let (header, rest) = payload.split_first().ok_or(Malformed)?;
        let (goes_on, to_be_continued, count) = (header & 0x80 != 0, header & 0x40 != 0, usize::from(header >> 4 & 0x03));
        if goes_on != self.unit.fragment.is_some() {
            return Err(Malformed);
        }
        let elements = elements(rest, count).ok_or(Malformed)?;
        let last = elements.len().checked_sub(1).ok_or(Malformed)?;
        for (at, element) in elements.into_iter().enumerate() {
            let begun = self.unit.fragment.take();
            let whole = at < last || !to_be_continued;
            match begun {
                None if whole => self.obu(element)?,
                begun => {
                    let mut joined = begun.unwrap_or_default();
                    joined.extend_from_slice(element);
                    match whole {
                        true => self.obu(&joined)?,
                        false => self.unit.fragment = Some(joined),
                    }
                }
            }
        }
        Ok(())
    }

    fn end(&mut self) -> Result<Option<Whole>, Malformed> {
        let unit = mem::take(&mut self.unit);
        if unit.fragment.is_some() {
            return Err(Malformed);
        }
        let Some(key) = unit.key else { return Ok(None) };
        let record = unit.record.filter(|_| key);
        let key = record.zip(self.sequence.as_ref()).map(|(record, sequence)| Key { size: sequence.size, private: Some(record) });
        Ok(Some(Whole { data: unit.data, key }))
    }

    fn clear(&mut self) {
        self.unit = TemporalUnit::default();
    }

    fn forget(&mut self) {
        *self = Av1::default();
    }
}

impl Av1 {
    fn obu(&mut self, element: &[u8]) -> Result<(), Malformed> {
        let Some(obu) = Obu::read(element)? else { return Ok(()) };
        match obu.kind {
            SEQUENCE_HEADER => self.sequence_header(&obu)?,
            FRAME_HEADER | FRAME if self.unit.key.is_none() => self.unit.key = Some(self.is_key(&obu)?),
            // The frame's beginning is missing.
            TILE_GROUP if self.unit.key.is_none() => return Err(Malformed),
            FRAME_HEADER | FRAME | TILE_GROUP | METADATA | REDUNDANT_FRAME_HEADER => {}
            // Delimiters, padding, lists of tiles, and what a decoder passes over.
            _ => return Ok(()),
        }
        obu.write(&mut self.unit.data);
        Ok(())
    }

    fn sequence_header(&mut self, obu: &Obu<'_>) -> Result<(), Malformed> {
        let sequence = Sequence::read(obu.body).ok_or(Malformed)?;
        let mut written = Vec::new();
        obu.write(&mut written);
        self.unit.record = Some(sequence.record(&written));
        self.sequence = Some(sequence);
        Ok(())
    }

    /// The beginning of the frame header, section 5.9.2 of the bitstream specification.
    fn is_key(&self, obu: &Obu<'_>) -> Result<bool, Malformed> {
        if self.sequence.as_ref().is_some_and(|sequence| sequence.still) {
            return Ok(true);
        }
        let mut bits = Reader::new(obu.body);
        let mut next = |count| bits.take(count).ok_or(Malformed);
        if next(1)? == 1 {
            // It shows another one again.
            return Ok(false);
        }
        // One that is shown later begins nothing: what comes first may refer to what went before.
        Ok(next(2)? == 0 && next(1)? == 1)
    }
}

/// What an aggregation header says there are: so many, the last one without a length; or 0, all with one.
fn elements(mut rest: &[u8], count: usize) -> Option<Vec<&[u8]>> {
    let mut elements = Vec::with_capacity(count);
    while if count == 0 { !rest.is_empty() } else { elements.len() + 1 < count } {
        let element;
        (element, rest) = sized(rest)?;
        elements.push(element);
    }
    if count > 0 {
        elements.push(rest);
    }
    Some(elements)
}

/// What stands behind its length, and what follows it.
fn sized(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let mut length = 0u64;
    for (at, byte) in bytes.iter().enumerate().take(8) {
        length |= u64::from(byte & 0x7f) << (7 * at);
        if byte & 0x80 == 0 {
            return bytes[at + 1..].split_at_checked(usize::try_from(length).ok()?);
        }
    }
    None
}

struct Obu<'a> {
    kind: u8,
    header: u8,
    extension: Option<u8>,
    body: &'a [u8],
}

impl<'a> Obu<'a> {
    /// None of an element without a byte.
    fn read(element: &'a [u8]) -> Result<Option<Self>, Malformed> {
        let Some((header, mut rest)) = element.split_first() else { return Ok(None) };
        if header & 0x80 != 0 {
            return Err(Malformed);
        }
        let mut extension = None;
        if header & EXTENDED != 0 {
            let (first, after) = rest.split_first().ok_or(Malformed)?;
            (extension, rest) = (Some(*first), after);
        }
        let body = if header & SIZED == 0 { rest } else { sized(rest).ok_or(Malformed)?.0 };
        Ok(Some(Obu { kind: header >> 3 & 0x0f, header: *header, extension, body }))
    }

    fn write(&self, data: &mut Vec<u8>) {
        data.push(self.header | SIZED);
        data.extend(self.extension);
        let mut length = self.body.len();
        while length >= 0x80 {
            data.push(length as u8 | 0x80);
            length >>= 7;
        }
        data.push(length as u8);
        data.extend_from_slice(self.body);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn elements_are_counted_or_measured() {
        type Row = (&'static [u8], usize, Option<&'static [&'static [u8]]>);
        let table: &[Row] = &[
            (&[7, 8], 1, Some(&[&[7, 8]])),
            (&[], 1, Some(&[&[]])),
            (&[1, 7, 8], 2, Some(&[&[7], &[8]])),
            (&[1, 7, 0, 8], 3, Some(&[&[7], &[], &[8]])),
            (&[1, 7, 2, 8, 9], 0, Some(&[&[7], &[8, 9]])),
            (&[0x81, 0x00, 7], 0, Some(&[&[7]])),
            (&[], 0, Some(&[])),
            (&[2, 7], 2, None),
            (&[1, 7, 2, 8], 0, None),
            (&[0x81], 0, None),
            (&[0x80; 9], 0, None),
        ];
        for (rest, count, expected) in table {
            assert_eq!(elements(rest, *count).as_deref(), *expected, "{rest:02x?} {count}");
        }
    }

    #[test]
    fn every_unit_says_its_size_once() {
        let table: &[(&[u8], &[u8])] = &[
            (&[0x30, 7, 8], &[0x32, 2, 7, 8]),
            (&[0x32, 2, 7, 8], &[0x32, 2, 7, 8]),
            (&[0x34, 0x28, 7], &[0x36, 0x28, 1, 7]),
            (&[0x36, 0x28, 1, 7], &[0x36, 0x28, 1, 7]),
            (&[0x30], &[0x32, 0]),
        ];
        for (element, expected) in table {
            let mut written = Vec::new();
            Obu::read(element).unwrap().unwrap().write(&mut written);
            assert_eq!(written, *expected);
        }
        let long = [&[0x30][..], &[7; 300]].concat();
        let mut written = Vec::new();
        Obu::read(&long).unwrap().unwrap().write(&mut written);
        assert_eq!((&written[..4], written.len()), (&[0x32, 0xac, 0x02, 7][..], 303));
        for broken in [&[0xb0, 7][..], &[0x34], &[0x32, 3, 7, 8], &[0x32]] {
            assert!(Obu::read(broken).is_err(), "{broken:02x?}");
        }
    }
}
