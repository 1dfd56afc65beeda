//! What stands before the first frame: written once, in one piece, with room for what is known at the end.

use super::{
    ebml::{self, Element, children, element, element_at, float, id, master, uint, void},
    index::INDEX_ROOM,
};
use actors::{Timestamp, recording::TrackFormat, sfu::Codec};
use std::{io, num::NonZeroU64};

/// A file says by this that it is ours.
const MUXER: &str = "greenroom";
/// A Duration with its head: id of two bytes, size of one, a float of eight.
pub const DURATION_ROOM: usize = 11;
/// Nobody needs more: the rest is parameter sets and a title.
pub const LONGEST_HEAD: usize = 64 * 1024;
/// From 1970 to 2001, where Matroska's dates begin.
const DATES_BEGIN_MS: i64 = 978_307_200_000;

/// What a file may say of itself beside its track.
#[derive(Clone, Default, Debug)]
pub struct About {
    pub title: Option<String>,
    /// Three letters of ISO 639-2, such as `deu`. Anything else is written as undetermined.
    pub language: Option<String>,
    /// Tells this track from others. Without one it is made from the beginning.
    pub track_uid: Option<NonZeroU64>,
    /// Of sound, 1 or 2. WebRTC's Opus is always negotiated as stereo, so 2 without one: a mono packet plays on both.
    pub channels: Option<u8>,
}

/// Where what is patched stands, bytes from the file's beginning.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Places {
    pub segment_size_at: u64,
    pub info_at: u64,
    pub duration_at: u64,
    pub index_at: u64,
    pub tracks_at: u64,
    pub clusters_at: u64,
    pub sound: bool,
    /// When the track's time began.
    pub start: Timestamp,
}

impl Places {
    /// Positions inside the segment count from here.
    pub fn segment_at(&self) -> u64 {
        self.segment_size_at + 8
    }
}

/// The head of a file. Refused: a picture without size, H264 or AV1 without its parameters, a head out of all proportion.
pub fn build(track: &TrackFormat, start: Timestamp, about: &About) -> io::Result<(Vec<u8>, Places)> {
    let tracks = tracks(track, start, about)?;
    let mut out = Vec::with_capacity(512);
    master(&mut out, id::EBML, |out| ebml_head(out, doc_type(track.codec)));
    ebml::push_id(&mut out, id::SEGMENT);
    let segment_size_at = out.len() as u64;
    out.extend_from_slice(&ebml::UNKNOWN_SIZE);
    let info_at = out.len() as u64;
    master(&mut out, id::INFO, |out| info(out, start, about));
    let index_at = out.len() as u64;
    void(&mut out, INDEX_ROOM);
    let tracks_at = out.len() as u64;
    out.extend_from_slice(&tracks);
    if out.len() > LONGEST_HEAD {
        return Err(invalid("the title or the codec's parameters are too long"));
    }
    let places = Places {
        segment_size_at,
        info_at,
        duration_at: index_at - DURATION_ROOM as u64,
        index_at,
        tracks_at,
        clusters_at: out.len() as u64,
        sound: track.codec == Codec::Opus,
        start,
    };
    Ok((out, places))
}

pub fn invalid(why: &'static str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidInput, why)
}

/// WebM is a choice of codecs out of Matroska.
fn doc_type(codec: Codec) -> &'static str {
    match codec {
        Codec::H264 => "matroska",
        Codec::Opus | Codec::Vp8 | Codec::Vp9 | Codec::Av1 => "webm",
    }
}

fn ebml_head(out: &mut Vec<u8>, doc_type: &str) {
    uint(out, id::EBML_VERSION, 1);
    uint(out, id::EBML_READ_VERSION, 1);
    uint(out, id::EBML_MAX_ID_LENGTH, 4);
    uint(out, id::EBML_MAX_SIZE_LENGTH, 8);
    element(out, id::DOC_TYPE, doc_type.as_bytes());
    // Codec delay and seek pre-roll came with the fourth; simple blocks, which are needed to read it at all, with the second.
    uint(out, id::DOC_TYPE_VERSION, 4);
    uint(out, id::DOC_TYPE_READ_VERSION, 2);
}

fn info(out: &mut Vec<u8>, start: Timestamp, about: &About) {
    // Nanoseconds a tick: times are milliseconds.
    uint(out, id::TIMESTAMP_SCALE, 1_000_000);
    element(out, id::MUXING_APP, MUXER.as_bytes());
    element(out, id::WRITING_APP, MUXER.as_bytes());
    let since_2001 = (start.ms() as i64).saturating_sub(DATES_BEGIN_MS).saturating_mul(1_000_000);
    element(out, id::DATE_UTC, &since_2001.to_be_bytes());
    if let Some(title) = &about.title {
        element(out, id::TITLE, title.as_bytes());
    }
    void(out, DURATION_ROOM);
}

fn tracks(track: &TrackFormat, start: Timestamp, about: &About) -> io::Result<Vec<u8>> {
    let mut entry = Vec::new();
    let uid = about.track_uid.map_or(start.ms().max(1), NonZeroU64::get);
    uint(&mut entry, id::TRACK_NUMBER, 1);
    uint(&mut entry, id::TRACK_UID, uid);
    uint(&mut entry, id::FLAG_LACING, 0);
    element(&mut entry, id::LANGUAGE, language(about).as_bytes());
    element(&mut entry, id::CODEC_ID, codec_id(track.codec).as_bytes());
    match track.codec {
        Codec::Opus => sound(&mut entry, about.channels.unwrap_or(2))?,
        Codec::Vp8 | Codec::Vp9 | Codec::H264 | Codec::Av1 => picture(&mut entry, track)?,
    }
    let mut out = Vec::new();
    master(&mut out, id::TRACKS, |out| element(out, id::TRACK_ENTRY, &entry));
    Ok(out)
}

fn language(about: &About) -> &str {
    let known = |tag: &&str| tag.len() == 3 && tag.bytes().all(|letter| letter.is_ascii_lowercase());
    about.language.as_deref().filter(known).unwrap_or("und")
}

fn codec_id(codec: Codec) -> &'static str {
    match codec {
        Codec::Opus => "A_OPUS",
        Codec::Vp8 => "V_VP8",
        Codec::Vp9 => "V_VP9",
        Codec::H264 => "V_MPEG4/ISO/AVC",
        Codec::Av1 => "V_AV1",
    }
}

fn sound(out: &mut Vec<u8>, channels: u8) -> io::Result<()> {
    if !(1..=2).contains(&channels) {
        return Err(invalid("sound has one channel or two"));
    }
    uint(out, id::TRACK_TYPE, 2);
    element(out, id::CODEC_PRIVATE, &opus_head(channels));
    uint(out, id::CODEC_DELAY, 0);
    // 80 ms: what a decoder wants to hear before a place that was jumped to (RFC 7845, 4.6).
    uint(out, id::SEEK_PRE_ROLL, 80_000_000);
    master(out, id::AUDIO, |out| {
        float(out, id::SAMPLING_FREQUENCY, 48_000.0);
        uint(out, id::CHANNELS, channels.into());
    });
    Ok(())
}

/// RFC 7845, 5.1. No pre-skip: it takes away what an encoder puts in front of a file's first sample, and a call is recorded from
/// its middle, at RTP's times, which know of no such samples. Skipping would only move the sound against the picture.
fn opus_head(channels: u8) -> Vec<u8> {
    let mut head = b"OpusHead".to_vec();
    head.extend_from_slice(&[1, channels]);
    head.extend_from_slice(&0u16.to_le_bytes());
    head.extend_from_slice(&48_000u32.to_le_bytes());
    // No gain; channels as they are, left before right.
    head.extend_from_slice(&[0, 0, 0]);
    head
}

fn picture(out: &mut Vec<u8>, track: &TrackFormat) -> io::Result<()> {
    let (width, height) =
        track.size.filter(|(width, height)| *width > 0 && *height > 0).ok_or_else(|| invalid("a picture needs its size"))?;
    uint(out, id::TRACK_TYPE, 1);
    match (&track.private, track.codec) {
        (Some(private), _) => element(out, id::CODEC_PRIVATE, private),
        (None, Codec::H264 | Codec::Av1) => return Err(invalid("H264 and AV1 need their parameters")),
        (None, _) => {}
    }
    master(out, id::VIDEO, |out| {
        uint(out, id::PIXEL_WIDTH, width.into());
        uint(out, id::PIXEL_HEIGHT, height.into());
    });
    Ok(())
}

/// Why there is no head of ours.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum NoHead {
    NotOurs,
    /// Ends too early to tell.
    Torn,
}

/// Finds the places again, in the first [`LONGEST_HEAD`] bytes of a file or all there are.
pub fn parse(bytes: &[u8]) -> Result<Places, NoHead> {
    let ebml = expect(bytes, 0, id::EBML)?;
    if !children(ebml.body).any(|child| child.id == id::DOC_TYPE && matches!(child.body, b"webm" | b"matroska")) {
        return Err(NoHead::NotOurs);
    }
    let segment = head_of(bytes, ebml.end, id::SEGMENT)?;
    let info_at = ebml.end + segment.len;
    let info = expect(bytes, info_at, id::INFO)?;
    let by_us = children(info.body).any(|child| child.id == id::MUXING_APP && child.body == MUXER.as_bytes());
    if segment.len != 12 || !by_us || !has_room_for_duration(info) {
        return Err(NoHead::NotOurs);
    }
    let tracks_at = info.end + INDEX_ROOM;
    let tracks = expect(bytes, tracks_at, id::TRACKS)?;
    Ok(Places {
        segment_size_at: (ebml.end + 4) as u64,
        info_at: info_at as u64,
        duration_at: (info.end - DURATION_ROOM) as u64,
        index_at: info.end as u64,
        tracks_at: tracks_at as u64,
        clusters_at: tracks.end as u64,
        sound: is_sound(tracks.body).ok_or(NoHead::NotOurs)?,
        start: start_of(info).ok_or(NoHead::NotOurs)?,
    })
}

fn start_of(info: Element) -> Option<Timestamp> {
    let date = children(info.body).find(|child| child.id == id::DATE_UTC)?;
    let since_2001 = i64::from_be_bytes(date.body.try_into().ok()?) / 1_000_000;
    Some(Timestamp(since_2001.saturating_add(DATES_BEGIN_MS).max(0) as u64))
}

fn has_room_for_duration(info: Element) -> bool {
    children(info.body).last().is_some_and(|last| {
        let known = matches!(last.id, id::DURATION | id::VOID);
        known && last.end - last.at == DURATION_ROOM && last.end == info.body.len()
    })
}

fn is_sound(tracks: &[u8]) -> Option<bool> {
    let entry = children(tracks).find(|child| child.id == id::TRACK_ENTRY)?;
    let codec = children(entry.body).find(|child| child.id == id::CODEC_ID)?;
    Some(codec.body == b"A_OPUS")
}

fn head_of(bytes: &[u8], at: usize, id: u32) -> Result<ebml::Head, NoHead> {
    let rest = bytes.get(at..).ok_or(NoHead::Torn)?;
    match ebml::head(rest) {
        Some(head) if head.id == id => Ok(head),
        None if rest.len() < ebml::HEAD_MAX && begins_like(rest, id) => Err(NoHead::Torn),
        _ => Err(NoHead::NotOurs),
    }
}

/// As far as there is anything.
fn begins_like(bytes: &[u8], id: u32) -> bool {
    let mut wanted = Vec::new();
    ebml::push_id(&mut wanted, id);
    bytes.iter().zip(&wanted).all(|(is, should)| is == should)
}

fn expect(bytes: &[u8], at: usize, id: u32) -> Result<Element<'_>, NoHead> {
    let head = head_of(bytes, at, id)?;
    // A head that could never fit is none of ours.
    let fits = head.size.is_some_and(|size| size <= LONGEST_HEAD as u64);
    match element_at(bytes, at) {
        Some(element) => Ok(element),
        None if fits && bytes.len() < LONGEST_HEAD => Err(NoHead::Torn),
        None => Err(NoHead::NotOurs),
    }
}
