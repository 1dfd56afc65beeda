//! VP8 as it is in RTP (RFC 7741): a descriptor with picture id and layer index, then the frame's own first bytes. What
//! follows stands for the picture: no decoder will see it, but everything on the way finds what it looks at.

use super::mark::{self, Mark};

/// Descriptor bytes: one and its extension, two of picture id, TL0PICIDX, TID.
const DESCRIPTOR: usize = 6;
const KEYFRAME_HEADER: usize = 10;

/// What a packet says of its frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Picture {
    /// 15 bits.
    pub id: u16,
    pub tl0: u8,
    pub width: u16,
    pub height: u16,
}

/// Writes a payload of `len` bytes, mark included.
pub fn write(out: &mut Vec<u8>, picture: Picture, mark: &Mark, len: usize) {
    let end = out.len() + len.max(shortest(mark));
    let starts_frame = mark.index == 0;
    // X, and S on the first packet of the (only) partition.
    out.push(0x80 | if starts_frame { 0x10 } else { 0 });
    // I, L and T.
    out.push(0xe0);
    out.extend_from_slice(&(picture.id & 0x7fff | 0x8000).to_be_bytes());
    out.push(picture.tl0);
    // TID 0, Y set: depends on nothing but the base layer.
    out.push(0x20);
    if starts_frame {
        frame_header(out, picture, mark.keyframe);
    }
    out.resize(end - mark::LEN, filler(mark));
    mark.write(out);
}

/// The shortest payload that holds what has to be in it.
pub fn shortest(mark: &Mark) -> usize {
    let frame = match (mark.index, mark.keyframe) {
        (0, true) => KEYFRAME_HEADER,
        (0, false) => 3,
        _ => 0,
    };
    DESCRIPTOR + frame + mark::LEN
}

/// RFC 6386, 9.1: the frame tag, and in keyframes the start code and the size.
fn frame_header(out: &mut Vec<u8>, picture: Picture, keyframe: bool) {
    const SHOWN: u8 = 0x10;
    out.extend_from_slice(&[SHOWN | u8::from(!keyframe), 0x01, 0]);
    if keyframe {
        out.extend_from_slice(&[0x9d, 0x01, 0x2a]);
        out.extend_from_slice(&picture.width.to_le_bytes());
        out.extend_from_slice(&picture.height.to_le_bytes());
    }
}

/// Differs from packet to packet, so that nothing compresses or repeats.
fn filler(mark: &Mark) -> u8 {
    (mark.serial as u8).wrapping_mul(31) ^ 0x5a
}

#[cfg(test)]
mod tests {
    use super::*;

    const PICTURE: Picture = Picture { id: 0x1234, tl0: 200, width: 1280, height: 720 };

    fn payload(index: u16, keyframe: bool, len: usize) -> Vec<u8> {
        let mut out = Vec::new();
        write(&mut out, PICTURE, &Mark { index, count: 2, keyframe, ..Mark::default() }, len);
        out
    }

    #[test]
    fn a_keyframe_begins_with_its_start_code_and_size() {
        let payload = payload(0, true, 1100);
        assert_eq!(payload.len(), 1100);
        assert_eq!(payload[..6], [0x90, 0xe0, 0x92, 0x34, 200, 0x20]);
        assert_eq!(payload[6] & 1, 0, "the tag's lowest bit is 0 in a keyframe");
        assert_eq!(payload[9..12], [0x9d, 0x01, 0x2a]);
        assert_eq!(u16::from_le_bytes([payload[14], payload[15]]), 720);
        assert!(Mark::read(&payload).unwrap().keyframe);
    }

    #[test]
    fn other_frames_and_other_packets_say_so() {
        assert_eq!(payload(0, false, 200)[6] & 1, 1);
        assert_eq!(payload(1, true, 200)[0] & 0x10, 0);
    }

    #[test]
    fn a_length_too_small_grows_to_what_is_needed() {
        let payload = payload(0, true, 10);
        assert_eq!(payload.len(), DESCRIPTOR + KEYFRAME_HEADER + mark::LEN);
        assert!(Mark::read(&payload).is_some());
    }
}
