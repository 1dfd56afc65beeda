//! From RTP payloads in order to whole frames, as a container keeps them. Whatever comes, nothing panics, and no more is kept than one picture.
//!
//! ```text
//! push(packet) · lost() · reset() ─┬─▶ sound: a packet is a frame ───────────────────────┬─▶ Format · Frame · Dropped
//!                                  └─▶ pictures: begin, end, wait ─▶ one Unpack a codec ─┘
//! ```
//!
//! | to change | look in |
//! |---|---|
//! | when a picture ends, when one is broken, what waits for a keyframe | `pictures` |
//! | what a payload holds, and what of it a container keeps | `opus`, `vp8`, `vp9`, `h264`, `av1` |
//! | parameter sets of H264, and `avcC` | `sets`, `sps` |
//! | the sequence header of AV1, and `av1C` | `sequence` |

mod av1;
mod h264;
mod opus;
mod pictures;
mod sequence;
mod sets;
mod sps;
mod vp8;
mod vp9;

#[cfg(test)]
mod tests;

use super::frame::{EncodedFrame, TrackFormat};
use crate::{
    sfu::{Codec, codec::bits},
    sinks::MediaFrame,
};
use opus::Sound;
use pictures::Pictures;
use std::fmt;

/// What comes out, in the order in which a file takes it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Assembled {
    /// New or changed: stands before the keyframe with which it came.
    Format(TrackFormat),
    Frame(EncodedFrame),
    /// So many in a row were incomplete, or came while a keyframe was waited for. Of what was lost as a whole nothing is known.
    Dropped {
        pictures: u32,
    },
}

/// The packets of one track, in the order of their numbers.
pub struct Assembler {
    codec: Codec,
    stream: Option<u32>,
    media: Media,
    /// Pictures that were dropped while there was nobody to tell.
    untold: u32,
}

enum Media {
    Sound(Sound),
    Pictures(Pictures),
}

impl Assembler {
    pub fn new(codec: Codec) -> Self {
        Assembler { codec, stream: None, media: Media::new(codec), untold: 0 }
    }

    /// The next packet; a new `stream` begins anew by itself. May end the picture before it as well as its own.
    pub fn push(&mut self, packet: &MediaFrame, out: &mut Vec<Assembled>) {
        if self.stream.replace(packet.stream).is_some_and(|before| before != packet.stream) {
            self.reset();
        }
        if self.codec != packet.codec {
            self.reset();
            (self.codec, self.media) = (packet.codec, Media::new(packet.codec));
        }
        drop_pictures(std::mem::take(&mut self.untold), out);
        match &mut self.media {
            Media::Sound(sound) => sound.push(packet, out),
            Media::Pictures(pictures) => pictures.push(packet, out),
        }
    }

    /// Nothing more comes for a while: the picture under way ends, if that was its end.
    pub fn finish(&mut self, out: &mut Vec<Assembled>) {
        if let Media::Pictures(pictures) = &mut self.media {
            pictures.finish(out);
        }
    }

    /// There is a hole in front of the next packet: the picture under way is broken, and pictures wait for a keyframe.
    pub fn lost(&mut self) {
        if let Media::Pictures(pictures) = &mut self.media {
            pictures.lost();
        }
    }

    /// Numbering begins anew, perhaps another encoder's: pictures wait for a keyframe. The format stays until another one comes.
    pub fn reset(&mut self) {
        if let Media::Pictures(pictures) = &mut self.media {
            self.untold += u32::from(pictures.reset());
        }
    }

    /// Of the newest keyframe; none before the first. Of sound it is known at once.
    pub fn format(&self) -> Option<&TrackFormat> {
        match &self.media {
            Media::Sound(sound) => Some(sound.format()),
            Media::Pictures(pictures) => pictures.format(),
        }
    }

    /// Nothing but a keyframe helps: nothing comes out before.
    pub fn waits_for_keyframe(&self) -> bool {
        matches!(&self.media, Media::Pictures(pictures) if pictures.waits())
    }
}

/// Without what people said and showed.
impl fmt::Debug for Assembler {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("Assembler");
        shown.field("codec", &self.codec).field("stream", &self.stream).field("waits", &self.waits_for_keyframe());
        shown.finish_non_exhaustive()
    }
}

impl Media {
    fn new(codec: Codec) -> Self {
        match codec {
            Codec::Opus => Media::Sound(Sound::default()),
            Codec::Vp8 => Media::Pictures(Pictures::new(codec, Box::<vp8::Vp8>::default())),
            Codec::Vp9 => Media::Pictures(Pictures::new(codec, Box::<vp9::Vp9>::default())),
            Codec::H264 => Media::Pictures(Pictures::new(codec, Box::<h264::H264>::default())),
            Codec::Av1 => Media::Pictures(Pictures::new(codec, Box::<av1::Av1>::default())),
        }
    }
}

/// Those in a row are told as one.
fn drop_pictures(count: u32, out: &mut Vec<Assembled>) {
    match out.last_mut() {
        _ if count == 0 => {}
        Some(Assembled::Dropped { pictures }) => *pictures = pictures.saturating_add(count),
        _ => out.push(Assembled::Dropped { pictures: count }),
    }
}
