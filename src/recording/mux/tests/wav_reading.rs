use super::super::{WavError, open_wav};
use proptest::prelude::*;
use std::io::{self, Cursor, Read, Seek, SeekFrom};

/// A WAV file as anybody might make it.
#[derive(Clone, Debug)]
struct Foreign {
    riff_size: Option<u32>,
    format: u16,
    channels: u16,
    rate: u32,
    align: Option<u16>,
    bits: u16,
    data_size: Option<u32>,
    data: Vec<u8>,
}

const PLAIN: Foreign =
    Foreign { riff_size: None, format: 1, channels: 1, rate: 8_000, align: None, bits: 16, data_size: None, data: Vec::new() };

impl Foreign {
    fn bytes(&self) -> Vec<u8> {
        let align = self.align.unwrap_or(self.channels.wrapping_mul(self.bits / 8));
        let mut bytes = b"RIFF".to_vec();
        bytes.extend(self.riff_size.unwrap_or(36 + self.data.len() as u32).to_le_bytes());
        bytes.extend(b"WAVEfmt \x10\0\0\0");
        [self.format, self.channels].iter().for_each(|value| bytes.extend(value.to_le_bytes()));
        bytes.extend(self.rate.to_le_bytes());
        bytes.extend(self.rate.wrapping_mul(align.into()).to_le_bytes());
        [align, self.bits].iter().for_each(|value| bytes.extend(value.to_le_bytes()));
        bytes.extend(b"data");
        bytes.extend(self.data_size.unwrap_or(self.data.len() as u32).to_le_bytes());
        bytes.extend(&self.data);
        bytes
    }

    fn refused(&self) -> WavError {
        open_wav(Cursor::new(self.bytes())).map(drop).expect_err("refused")
    }

    fn heard(&self) -> Vec<f32> {
        let wav = open_wav(Cursor::new(self.bytes())).expect("sound");
        assert_eq!(wav.info.encoding.bytes() * 8, usize::from(self.bits));
        wav.samples.map(|sample| sample.expect("a sample")).collect()
    }
}

#[test]
fn a_header_is_held_against_what_is_there() {
    let sound = Foreign { data: vec![0; 4], ..PLAIN };
    assert_eq!(sound.bytes().len(), 48, "the smallest that is heard");
    assert_eq!(sound.heard(), [0.0, 0.0]);
    let lie = |riff_size, data_size| Foreign { riff_size, data_size, ..sound.clone() }.refused();
    assert!(matches!(lie(None, Some(0xffff_fff0)), WavError::Short { claims: 0xffff_fff0, holds: 4 }));
    assert!(matches!(lie(None, Some(u32::MAX)), WavError::Short { .. }));
    assert!(matches!(lie(Some(0x8000_0000), None), WavError::Short { claims: 0x8000_0000, holds: 40 }));
    assert!(matches!(lie(None, Some(6)), WavError::Short { claims: 6, holds: 4 }));
    assert!(matches!(lie(None, Some(0)), WavError::Empty));
    assert!(matches!(Foreign { rate: 0, ..sound.clone() }.refused(), WavError::Rate(0)));
    assert!(matches!(Foreign { rate: u32::MAX, ..sound.clone() }.refused(), WavError::Rate(u32::MAX)));
    assert!(matches!(Foreign { channels: 65_535, ..sound.clone() }.refused(), WavError::Channels(65_535)));
    assert!(matches!(Foreign { channels: 0, ..sound.clone() }.refused(), WavError::Channels(0)));
    assert!(matches!(Foreign { align: Some(0), ..sound.clone() }.refused(), WavError::Broken(_)));
    assert!(matches!(Foreign { bits: 12, ..sound.clone() }.refused(), WavError::Unsupported { format: 1, bits: 12 }));
    assert!(matches!(Foreign { format: 0x55, ..sound.clone() }.refused(), WavError::Unsupported { format: 0x55, bits: 16 }));
}

#[test]
fn every_beginning_of_a_file_is_an_error_and_no_panic() {
    let whole = Foreign { data: vec![1; 40], ..PLAIN }.bytes();
    for length in 0..whole.len() {
        let why = open_wav(Cursor::new(&whole[..length])).map(drop).expect_err("cut");
        assert!(!matches!(why, WavError::Io(_)), "{length}: {why}");
    }
}

#[test]
fn each_way_of_keeping_a_sample_is_heard_alike() {
    let table: [(u16, u16, &[u8], &[f32]); 6] = [
        (1, 8, &[0, 64, 128, 192], &[-1.0, -0.5, 0.0, 0.5]),
        (1, 16, &[0, 0x80, 0, 0xc0, 0, 0, 0, 0x40], &[-1.0, -0.5, 0.0, 0.5]),
        (1, 24, &[0, 0, 0x80, 0, 0, 0xc0, 0, 0, 0x40], &[-1.0, -0.5, 0.5]),
        (1, 32, &[0, 0, 0, 0x80, 0, 0, 0, 0x40], &[-1.0, 0.5]),
        (3, 32, &[0, 0, 0, 0xbf, 0, 0, 0x80, 0x7f, 0, 0, 0xc0, 0x7f, 0, 0, 0x80, 0xff], &[-0.5, 1.0, 0.0, -1.0]),
        (3, 64, &[0, 0, 0, 0, 0, 0, 0xe0, 0x3f, 0, 0, 0, 0, 0, 0, 0xf8, 0x7f], &[0.5, 0.0]),
    ];
    for (format, bits, data, expected) in table {
        let file = Foreign { format, bits, data: data.to_vec(), ..PLAIN };
        assert_eq!(file.heard(), expected, "format {format}, {bits} bits");
    }
}

#[test]
fn what_was_streamed_goes_to_its_end() {
    let streamed = Foreign { riff_size: Some(u32::MAX), data_size: Some(u32::MAX), data: vec![0; 7], ..PLAIN };
    assert_eq!(streamed.heard().len(), 3);
}

#[test]
fn parts_that_say_nothing_of_the_sound_are_passed() {
    let plain = Foreign { data: vec![0, 0x40], ..PLAIN }.bytes();
    let with = |extra: &[u8]| {
        let mut bytes = [&plain[..36], extra, &plain[36..]].concat();
        let size = bytes.len() as u32 - 8;
        bytes[4..8].copy_from_slice(&size.to_le_bytes());
        open_wav(Cursor::new(bytes)).map(|wav| wav.samples.map(|sample| sample.expect("a sample")).collect::<Vec<_>>())
    };
    assert_eq!(with(b"LIST\x03\0\0\0abc\0").expect("sound"), [0.5]);
    assert!(matches!(with(&b"junk\0\0\0\0".repeat(300)), Err(WavError::Broken(_))));
    assert!(matches!(with(b"LIST\xff\xff\xff\xff"), Err(WavError::Broken(_))));
}

/// Eight hours that nobody keeps.
struct Long {
    header: Vec<u8>,
    length: u64,
    at: u64,
}

impl Read for Long {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let left = (self.length - self.at).min(into.len() as u64) as usize;
        for (place, byte) in into[..left].iter_mut().enumerate() {
            *byte = self.header.get(self.at as usize + place).copied().unwrap_or(0);
        }
        self.at += left as u64;
        Ok(left)
    }
}

impl Seek for Long {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.at = match to {
            SeekFrom::Start(at) => at,
            SeekFrom::End(by) => self.length.saturating_add_signed(by),
            SeekFrom::Current(by) => self.at.saturating_add_signed(by),
        };
        Ok(self.at)
    }
}

#[test]
fn eight_hours_are_told_at_once_and_read_a_little_at_a_time() {
    let seconds = 8 * 3_600;
    let data = seconds * 32_000u32;
    let header = Foreign { rate: 16_000, riff_size: Some(36 + data), data_size: Some(data), ..PLAIN }.bytes();
    let long = Long { length: header.len() as u64 + u64::from(data), header, at: 0 };
    let wav = open_wav(long).expect("sound");
    assert_eq!(wav.info.duration_ms(), u64::from(seconds) * 1_000);
    assert_eq!(wav.samples.take(100_000).filter(|sample| matches!(sample, Ok(0.0))).count(), 100_000);
}

#[test]
fn a_file_that_shrinks_while_it_is_read_ends_with_an_error() {
    let header = Foreign { data: vec![0; 20], ..PLAIN };
    let mut wav = open_wav(Long { header: header.bytes(), length: 64, at: 0 }).expect("sound");
    wav.samples.by_ref().take(3).for_each(|sample| assert!(sample.is_ok()));
    let shrunk = Long { header: header.bytes(), length: 44 + 6, at: 0 };
    let mut samples = open_wav(Shrinking { file: shrunk, claims: 64 }).expect("sound").samples;
    assert_eq!(samples.by_ref().take_while(Result::is_ok).count(), 3);
    assert!(samples.next().is_none());
}

/// Is longer when asked than when read.
struct Shrinking {
    file: Long,
    claims: u64,
}

impl Read for Shrinking {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        self.file.read(into)
    }
}

impl Seek for Shrinking {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        match to {
            SeekFrom::End(_) => Ok(self.claims),
            to => self.file.seek(to),
        }
    }
}

proptest! {
    #[test]
    fn any_bytes_are_sound_or_an_error(
        mut bytes in prop::collection::vec(any::<u8>(), 0..200),
        ours in any::<bool>(),
        flips in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..4),
    ) {
        if ours {
            bytes = Foreign { data: bytes, ..PLAIN }.bytes();
        }
        for (place, byte) in flips.iter().filter(|_| ours) {
            let place = place.index(44);
            bytes[place] = *byte;
        }
        if let Ok(wav) = open_wav(Cursor::new(&bytes)) {
            let (frames, channels) = (wav.info.frames, u64::from(wav.info.channels));
            let heard: Vec<f32> = wav.samples.map(|sample| sample.expect("it is all there")).collect();
            prop_assert_eq!(heard.len() as u64, frames * channels);
            prop_assert!(heard.iter().all(|sample| (-1.0..=1.0).contains(sample)));
        }
    }
}
