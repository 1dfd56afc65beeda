//! What the core reads from the start of a payload, or from the dependency descriptor beside it: which layer's frame it belongs to, where
//! a stream may begin or take up another layer, and the numbers that are rewritten. Whatever comes, nothing panics.

mod av1;
pub mod bits;
pub mod dependency;
mod h264;
pub mod opus;
pub mod vp8;
pub mod vp9;

use super::types::Codec;
use dependency::{Chains, Structures};

/// Where a packet lies in its encoding, in words that all codecs share.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Unit {
    /// The first packet of a picture that needs no other.
    pub keyframe: bool,
    pub spatial: u8,
    pub temporal: u8,
    /// The first packet of its layer's frame, and the last one. Both are false where the codec has one layer only.
    pub begins: bool,
    pub ends: bool,
    /// May a stream that has the spatial layer below take up this one with this frame?
    pub spatial_entry: Entry,
    /// A stream that has the temporal layers below may take up this one with this frame.
    pub temporal_entry: bool,
    /// After this frame the temporal layers up to this one may be taken up.
    pub opens: u8,
    pub marks: Marks,
    /// AV1: a new structure came with it.
    pub structured: bool,
    /// AV1: how the frame hangs together with those before it.
    pub chains: Option<Chains>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Entry {
    #[default]
    Never,
    Always,
    /// If the stream has all of this chain.
    Chain(u8),
}

/// The numbers of a picture as its source counts them.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Marks {
    #[default]
    None,
    Vp8(Pictures),
    Vp9(Pictures),
    Av1(u16),
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Pictures {
    pub id: Option<PictureId>,
    pub tl0: Option<u8>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct PictureId {
    pub value: u16,
    /// 15 bits; else 7.
    pub wide: bool,
}

/// None: it is broken off in the middle of what must be there. An empty payload (padding) is whole, and no keyframe.
pub fn read(codec: Codec, payload: &[u8], descriptor: Option<&[u8]>, structures: &mut Structures) -> Option<Unit> {
    if payload.is_empty() {
        return Some(Unit::default());
    }
    match codec {
        Codec::Opus => Some(Unit::default()),
        Codec::Vp8 => vp8::read(payload),
        Codec::Vp9 => vp9::read(payload),
        Codec::H264 => h264::keyframe(payload).map(|keyframe| Unit { keyframe, ..Unit::default() }),
        Codec::Av1 => Some(av1::read(payload, descriptor, structures)),
    }
}

/// Does one encoding of this codec hold spatial layers that can be told apart?
pub fn has_spatial_layers(codec: Codec) -> bool {
    matches!(codec, Codec::Vp9 | Codec::Av1)
}

/// A picture id at the start of these bytes, and how many it takes.
fn picture_id(bytes: &[u8]) -> Option<(PictureId, usize)> {
    let high = *bytes.first()?;
    if high & 0x80 == 0 {
        return Some((PictureId { value: u16::from(high), wide: false }, 1));
    }
    let low = *bytes.get(1)?;
    Some((PictureId { value: u16::from(high & 0x7f) << 8 | u16::from(low), wide: true }, 2))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_truncation_and_no_noise_panics() {
        let mut noise = 0x9e37_79b9_u32;
        let mut structures = Structures::default();
        for length in 0..64 {
            for _ in 0..400 {
                let payload: Vec<u8> = (0..length)
                    .map(|_| {
                        noise ^= noise << 13;
                        noise ^= noise >> 17;
                        noise ^= noise << 5;
                        noise as u8
                    })
                    .collect();
                for codec in [Codec::Opus, Codec::Vp8, Codec::Vp9, Codec::H264, Codec::Av1] {
                    read(codec, &payload, Some(&payload), &mut structures);
                }
            }
        }
    }

    #[test]
    fn padding_is_no_keyframe() {
        for codec in [Codec::Vp8, Codec::Vp9, Codec::H264, Codec::Av1] {
            assert_eq!(read(codec, &[], None, &mut Structures::default()), Some(Unit::default()));
        }
    }
}
