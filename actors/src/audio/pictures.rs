//! Pictures that another server sends, one a message: what is put before each so that a file of them can be played.

/// How pictures are packed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum PictureCodec {
    H264,
    Vp8,
    Vp9,
}

impl PictureCodec {
    pub const ALL: [Self; 3] = [Self::H264, Self::Vp8, Self::Vp9];

    /// As it is asked for.
    pub fn name(self) -> &'static str {
        match self {
            Self::H264 => "h264",
            Self::Vp8 => "vp8",
            Self::Vp9 => "vp9",
        }
    }

    pub fn of_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|codec| codec.name().eq_ignore_ascii_case(name))
    }

    /// The ending of its files.
    pub fn ending(self) -> &'static str {
        if self == Self::H264 { "h264" } else { "ivf" }
    }

    /// The four letters in the head of an IVF file; H264 has none.
    pub fn four_letters(self) -> Option<[u8; 4]> {
        match self {
            Self::H264 => None,
            Self::Vp8 => Some(*b"VP80"),
            Self::Vp9 => Some(*b"VP90"),
        }
    }
}

/// Goes before a NAL unit in a byte stream (H.264, annex B).
pub const START: [u8; 4] = [0, 0, 0, 1];

/// Does it say itself where its units begin? A message without is one unit.
pub fn is_byte_stream(picture: &[u8]) -> bool {
    picture.starts_with(&START) || picture.starts_with(&START[1..])
}

pub const IVF_HEAD: usize = 32;
pub const IVF_FRAME_HEAD: usize = 12;

/// The head of an IVF file; times are milliseconds. The size may be 0 until it is known, as the count is.
pub fn ivf_head(letters: [u8; 4], size: (u16, u16), frames: u32) -> [u8; IVF_HEAD] {
    let mut head = [0; IVF_HEAD];
    head[..4].copy_from_slice(b"DKIF");
    head[6..8].copy_from_slice(&(IVF_HEAD as u16).to_le_bytes());
    head[8..12].copy_from_slice(&letters);
    head[12..14].copy_from_slice(&size.0.to_le_bytes());
    head[14..16].copy_from_slice(&size.1.to_le_bytes());
    head[16..20].copy_from_slice(&1_000_u32.to_le_bytes());
    head[20..24].copy_from_slice(&1_u32.to_le_bytes());
    head[24..28].copy_from_slice(&frames.to_le_bytes());
    head
}

/// Goes before each picture.
pub fn ivf_frame_head(bytes: u32, at_ms: u64) -> [u8; IVF_FRAME_HEAD] {
    let mut head = [0; IVF_FRAME_HEAD];
    head[..4].copy_from_slice(&bytes.to_le_bytes());
    head[4..].copy_from_slice(&at_ms.to_le_bytes());
    head
}

/// Width and height, where the picture is a keyframe of VP8 (RFC 6386, 9.1). A VP9 picture's is asked for by its sender.
pub fn size_of(codec: PictureCodec, picture: &[u8]) -> Option<(u16, u16)> {
    let head: &[u8; 10] = picture.first_chunk()?;
    let is_key = codec == PictureCodec::Vp8 && head[0] & 1 == 0 && head[3..6] == [0x9d, 0x01, 0x2a];
    let side = |at: usize| u16::from_le_bytes([head[at], head[at + 1]]) & 0x3fff;
    is_key.then(|| (side(6), side(8)))
}

/// Times that never stand still or go back, whatever is said: players drop what does.
#[derive(Default)]
pub struct Rising {
    last: Option<u64>,
}

impl Rising {
    pub fn next(&mut self, at_ms: u64) -> u64 {
        let at = self.last.map_or(at_ms, |last| at_ms.max(last.saturating_add(1)));
        self.last = Some(at);
        at
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_head_says_what_ivf_says() {
        let head = ivf_head(*b"VP80", (640, 360), 7);
        assert_eq!(&head[..8], b"DKIF\0\0\x20\0");
        assert_eq!(&head[8..16], &[b'V', b'P', b'8', b'0', 0x80, 2, 0x68, 1]);
        assert_eq!(head[24], 7);
        assert_eq!(ivf_frame_head(258, 1)[..], [2, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0]);
    }

    #[test]
    fn a_keyframe_says_its_size() {
        let key = [0x10, 2, 0, 0x9d, 1, 0x2a, 0x80, 2, 0x68, 1];
        assert_eq!(size_of(PictureCodec::Vp8, &key), Some((640, 360)));
        assert_eq!(size_of(PictureCodec::Vp8, &key[..9]), None);
        assert_eq!(size_of(PictureCodec::Vp8, &[1; 10]), None);
        assert_eq!(size_of(PictureCodec::H264, &key), None);
    }

    #[test]
    fn times_only_rise() {
        let mut rising = Rising::default();
        let told: Vec<u64> = [5, 5, 3, 10, u64::MAX, 0].map(|at| rising.next(at)).into();
        assert_eq!(told, [5, 6, 7, 10, u64::MAX, u64::MAX]);
    }

    #[test]
    fn codecs_have_the_names_that_are_asked_for() {
        assert_eq!(PictureCodec::of_name("H264"), Some(PictureCodec::H264));
        assert_eq!(PictureCodec::of_name("av1"), None);
        assert!(is_byte_stream(&[0, 0, 1, 9]) && is_byte_stream(&[0, 0, 0, 1]) && !is_byte_stream(&[0x67, 0]));
    }
}
