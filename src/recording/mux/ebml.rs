//! EBML (RFC 8794) and the elements of Matroska (RFC 9559), as many as a file of one track needs.

/// Element ids, with the marker bits of their length in them.
pub mod id {
    pub const EBML: u32 = 0x1A45_DFA3;
    pub const EBML_VERSION: u32 = 0x4286;
    pub const EBML_READ_VERSION: u32 = 0x42F7;
    pub const EBML_MAX_ID_LENGTH: u32 = 0x42F2;
    pub const EBML_MAX_SIZE_LENGTH: u32 = 0x42F3;
    pub const DOC_TYPE: u32 = 0x4282;
    pub const DOC_TYPE_VERSION: u32 = 0x4287;
    pub const DOC_TYPE_READ_VERSION: u32 = 0x4285;
    pub const VOID: u32 = 0xEC;

    pub const SEGMENT: u32 = 0x1853_8067;
    pub const SEEK_HEAD: u32 = 0x114D_9B74;
    pub const SEEK: u32 = 0x4DBB;
    pub const SEEK_ID: u32 = 0x53AB;
    pub const SEEK_POSITION: u32 = 0x53AC;

    pub const INFO: u32 = 0x1549_A966;
    pub const TIMESTAMP_SCALE: u32 = 0x2A_D7B1;
    pub const DURATION: u32 = 0x4489;
    pub const DATE_UTC: u32 = 0x4461;
    pub const TITLE: u32 = 0x7BA9;
    pub const MUXING_APP: u32 = 0x4D80;
    pub const WRITING_APP: u32 = 0x5741;

    pub const TRACKS: u32 = 0x1654_AE6B;
    pub const TRACK_ENTRY: u32 = 0xAE;
    pub const TRACK_NUMBER: u32 = 0xD7;
    pub const TRACK_UID: u32 = 0x73C5;
    pub const TRACK_TYPE: u32 = 0x83;
    pub const FLAG_LACING: u32 = 0x9C;
    pub const LANGUAGE: u32 = 0x22_B59C;
    pub const CODEC_ID: u32 = 0x86;
    pub const CODEC_PRIVATE: u32 = 0x63A2;
    pub const CODEC_DELAY: u32 = 0x56AA;
    pub const SEEK_PRE_ROLL: u32 = 0x56BB;
    pub const VIDEO: u32 = 0xE0;
    pub const PIXEL_WIDTH: u32 = 0xB0;
    pub const PIXEL_HEIGHT: u32 = 0xBA;
    pub const AUDIO: u32 = 0xE1;
    pub const SAMPLING_FREQUENCY: u32 = 0xB5;
    pub const CHANNELS: u32 = 0x9F;

    pub const CLUSTER: u32 = 0x1F43_B675;
    pub const TIMESTAMP: u32 = 0xE7;
    pub const SIMPLE_BLOCK: u32 = 0xA3;

    pub const CUES: u32 = 0x1C53_BB6B;
    pub const CUE_POINT: u32 = 0xBB;
    pub const CUE_TIME: u32 = 0xB3;
    pub const CUE_TRACK_POSITIONS: u32 = 0xB7;
    pub const CUE_TRACK: u32 = 0xF7;
    pub const CUE_CLUSTER_POSITION: u32 = 0xF1;
}

/// A size of eight bytes that says: until something comes that can't be inside.
pub const UNKNOWN_SIZE: [u8; 8] = [0x01, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff];

/// A size in eight bytes, to take the place of [`UNKNOWN_SIZE`].
pub fn size_of_eight(size: u64) -> [u8; 8] {
    (size | 1 << 56).to_be_bytes()
}

pub fn push_id(out: &mut Vec<u8>, id: u32) {
    out.extend_from_slice(&id.to_be_bytes()[id.leading_zeros() as usize / 8..]);
}

/// In as few bytes as it takes. All ones would mean unknown.
pub fn push_size(out: &mut Vec<u8>, size: u64) {
    let width = (1..8).find(|width| size < (1 << (7 * width)) - 1).unwrap_or(8);
    let marked = size | 1 << (7 * width);
    out.extend_from_slice(&marked.to_be_bytes()[8 - width..]);
}

pub fn element(out: &mut Vec<u8>, id: u32, body: &[u8]) {
    push_id(out, id);
    push_size(out, body.len() as u64);
    out.extend_from_slice(body);
}

pub fn uint(out: &mut Vec<u8>, id: u32, value: u64) {
    let spare = (value.leading_zeros() as usize / 8).min(7);
    element(out, id, &value.to_be_bytes()[spare..]);
}

pub fn float(out: &mut Vec<u8>, id: u32, value: f64) {
    element(out, id, &value.to_be_bytes());
}

pub fn master(out: &mut Vec<u8>, id: u32, fill: impl FnOnce(&mut Vec<u8>)) {
    let mut body = Vec::new();
    fill(&mut body);
    element(out, id, &body);
}

/// The head of a Void that takes `whole` bytes with its head, at least 2. What is inside doesn't matter.
pub fn void_head(whole: u64) -> Vec<u8> {
    let mut head = vec![id::VOID as u8];
    match whole {
        2..=128 => push_size(&mut head, whole - 2),
        _ => head.extend_from_slice(&size_of_eight(whole.saturating_sub(9))),
    }
    head
}

/// A Void of `whole` bytes, all of it.
pub fn void(out: &mut Vec<u8>, whole: usize) {
    let end = out.len() + whole;
    out.extend_from_slice(&void_head(whole as u64));
    out.resize(end, 0);
}

/// What stands before an element's body.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Head {
    pub id: u32,
    /// Of the body; none when unknown.
    pub size: Option<u64>,
    /// Of the head itself: 2 to 12 bytes.
    pub len: usize,
}

/// No head is longer.
pub const HEAD_MAX: usize = 12;

/// None when there is no head here, or not all of it.
pub fn head(bytes: &[u8]) -> Option<Head> {
    let id_len = bytes.first()?.leading_zeros() as usize + 1;
    if id_len > 4 {
        return None;
    }
    let id = big_endian(bytes.get(..id_len)?) as u32;
    let rest = &bytes[id_len..];
    let width = rest.first()?.leading_zeros() as usize + 1;
    if width > 8 {
        return None;
    }
    let most = (1 << (7 * width)) - 1;
    let size = big_endian(rest.get(..width)?) & most;
    Some(Head { id, size: (size != most).then_some(size), len: id_len + width })
}

/// Of at most eight bytes.
pub fn big_endian(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0, |value, byte| value << 8 | u64::from(*byte))
}

/// An element that is whole in memory.
#[derive(Clone, Copy, Debug)]
pub struct Element<'a> {
    pub id: u32,
    pub body: &'a [u8],
    /// Where its head begins, within what was read.
    pub at: usize,
    /// Behind its body.
    pub end: usize,
}

/// The element at `at`; none when it is not all there, or its size is unknown.
pub fn element_at(bytes: &[u8], at: usize) -> Option<Element<'_>> {
    let head = head(bytes.get(at..)?)?;
    let begin = at + head.len;
    let end = begin.checked_add(usize::try_from(head.size?).ok()?)?;
    Some(Element { id: head.id, body: bytes.get(begin..end)?, at, end })
}

/// The elements of a body, up to the first that is not whole. Places count from the body's beginning.
pub fn children(body: &[u8]) -> impl Iterator<Item = Element<'_>> {
    let mut at = 0;
    std::iter::from_fn(move || {
        let element = element_at(body, at)?;
        at = element.end;
        Some(element)
    })
}
