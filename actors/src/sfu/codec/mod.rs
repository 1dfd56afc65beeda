//! What the core reads from the start of a payload: is it the first packet of a keyframe, and VP8's numbers. Whatever comes, nothing panics.

mod av1;
mod h264;
pub mod opus;
pub mod vp8;
mod vp9;

use super::types::Codec;

/// What a payload's start says.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Head {
    /// The first packet of a picture that needs no other.
    pub keyframe: bool,
    pub vp8: Option<vp8::Descriptor>,
}

/// None: it is broken off in the middle of what must be there. An empty payload (padding) is whole, and no keyframe.
pub fn read(codec: Codec, payload: &[u8], dependency_descriptor: Option<&[u8]>) -> Option<Head> {
    if payload.is_empty() {
        return Some(Head::default());
    }
    match codec {
        Codec::Opus => Some(Head::default()),
        Codec::Vp8 => vp8::read(payload).map(|descriptor| Head { keyframe: descriptor.keyframe, vp8: Some(descriptor) }),
        Codec::Vp9 => vp9::keyframe(payload).map(plain),
        Codec::H264 => h264::keyframe(payload).map(plain),
        Codec::Av1 => Some(plain(av1::keyframe(payload, dependency_descriptor))),
    }
}

fn plain(keyframe: bool) -> Head {
    Head { keyframe, vp8: None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_truncation_and_no_noise_panics() {
        let mut noise = 0x9e37_79b9_u32;
        for length in 0..64 {
            for _ in 0..200 {
                let payload: Vec<u8> = (0..length)
                    .map(|_| {
                        noise ^= noise << 13;
                        noise ^= noise >> 17;
                        noise ^= noise << 5;
                        noise as u8
                    })
                    .collect();
                for codec in [Codec::Opus, Codec::Vp8, Codec::Vp9, Codec::H264, Codec::Av1] {
                    read(codec, &payload, Some(&payload));
                }
            }
        }
    }

    #[test]
    fn padding_is_no_keyframe() {
        for codec in [Codec::Vp8, Codec::Vp9, Codec::H264, Codec::Av1] {
            assert_eq!(read(codec, &[], None), Some(Head::default()));
        }
    }
}
