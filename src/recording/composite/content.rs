//! What a file of ours holds, from its first bytes.

use std::{
    fs::File,
    io::{self, Read},
    path::Path,
};

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Content {
    Opus,
    Vp8,
    Vp9,
    H264,
    Av1,
}

/// The head of a file is smaller.
const HEAD: u64 = 16 * 1024;
/// What Matroska calls them.
const NAMES: [(&[u8], Content); 5] = [
    (b"A_OPUS", Content::Opus),
    (b"V_VP8", Content::Vp8),
    (b"V_VP9", Content::Vp9),
    (b"V_MPEG4/ISO/AVC", Content::H264),
    (b"V_AV1", Content::Av1),
];

/// None: nothing that we know, or no media at all.
pub fn of(path: &Path) -> io::Result<Option<Content>> {
    let mut head = Vec::new();
    File::open(path)?.take(HEAD).read_to_end(&mut head)?;
    let is_matroska = head.starts_with(&[0x1a, 0x45, 0xdf, 0xa3]);
    let found = NAMES.iter().find(|(name, _)| head.windows(name.len()).any(|bytes| bytes == *name));
    Ok(found.filter(|_| is_matroska).map(|(_, content)| *content))
}
