//! Where pictures begin and end, whatever the codec, and what becomes of those that are not whole.

use super::{Assembled, EncodedFrame, TrackFormat, drop_pictures};
use crate::{sfu::Codec, sinks::MediaFrame};

/// A picture of more bytes is none: nobody would wait for it, and it is what bounds the memory.
pub const LARGEST: usize = 8 << 20;

/// What can't be read, or does not belong together.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Malformed;

/// A picture as a container keeps it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Whole {
    pub data: Vec<u8>,
    /// None where it needs other pictures.
    pub key: Option<Key>,
}

/// What a keyframe says of all that come after it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Key {
    pub size: (u16, u16),
    pub private: Option<Vec<u8>>,
}

/// Reads one codec's payloads.
pub trait Unpack {
    /// The next payload of the picture under way; never empty. After one that is malformed comes [`clear`](Unpack::clear).
    fn take(&mut self, payload: &[u8]) -> Result<(), Malformed>;
    /// No more of the picture comes; what is taken next begins another one. None where there was no picture in it.
    fn end(&mut self) -> Result<Option<Whole>, Malformed>;
    /// What was taken of the picture under way is of no use.
    fn clear(&mut self);
    /// Neither is what earlier pictures said.
    fn forget(&mut self) {
        self.clear();
    }
}

pub struct Pictures {
    codec: Codec,
    unpack: Box<dyn Unpack + Send>,
    format: Option<TrackFormat>,
    under_way: Option<UnderWay>,
    /// For a keyframe.
    waits: bool,
    /// Whoever sends this says where pictures end.
    marks: bool,
}

struct UnderWay {
    /// Without its data yet.
    frame: EncodedFrame,
    bytes: usize,
    broken: bool,
}

impl Pictures {
    pub fn new(codec: Codec, unpack: Box<dyn Unpack + Send>) -> Self {
        Pictures { codec, unpack, format: None, under_way: None, waits: true, marks: false }
    }

    pub fn push(&mut self, packet: &MediaFrame, out: &mut Vec<Assembled>) {
        // Padding, which has the timestamp of any picture.
        if packet.payload.is_empty() {
            return;
        }
        if self.under_way.as_ref().is_some_and(|picture| picture.frame.timestamp != packet.timestamp) {
            self.end(out);
        }
        self.take(packet);
        if packet.marker {
            self.marks = true;
            self.end(out);
        }
    }

    /// Without its mark a picture is cut off, except where marks are never made.
    pub fn finish(&mut self, out: &mut Vec<Assembled>) {
        if self.marks && self.under_way.is_some() {
            self.lost();
        }
        self.end(out);
    }

    pub fn lost(&mut self) {
        self.waits = true;
        // It stays under way: the rest of it still comes, and is to be known as such.
        if let Some(picture) = &mut self.under_way {
            picture.broken = true;
            self.unpack.clear();
        }
    }

    /// Says whether a picture was under way.
    pub fn reset(&mut self) -> bool {
        self.waits = true;
        self.unpack.forget();
        self.under_way.take().is_some()
    }

    pub fn format(&self) -> Option<&TrackFormat> {
        self.format.as_ref()
    }

    pub fn waits(&self) -> bool {
        self.waits
    }

    fn take(&mut self, packet: &MediaFrame) {
        let picture = self.under_way.get_or_insert_with(|| UnderWay::beginning(packet));
        picture.frame.report = packet.report.or(picture.frame.report);
        picture.bytes = picture.bytes.saturating_add(packet.payload.len());
        if !picture.broken && (picture.bytes > LARGEST || self.unpack.take(&packet.payload).is_err()) {
            picture.broken = true;
            self.unpack.clear();
        }
    }

    fn end(&mut self, out: &mut Vec<Assembled>) {
        let Some(UnderWay { frame, broken, .. }) = self.under_way.take() else { return };
        let ended = if broken { Err(Malformed) } else { self.unpack.end() };
        match ended {
            Ok(Some(whole)) => self.whole(frame, whole, out),
            Ok(None) => {}
            Err(Malformed) => {
                self.unpack.clear();
                // Those that come next refer to it.
                self.waits = true;
                drop_pictures(1, out);
            }
        }
    }

    fn whole(&mut self, frame: EncodedFrame, whole: Whole, out: &mut Vec<Assembled>) {
        let keyframe = whole.key.is_some();
        if let Some(Key { size, private }) = whole.key {
            self.waits = false;
            let format = TrackFormat { codec: self.codec, size: Some(size), private };
            if self.format.as_ref() != Some(&format) {
                self.format = Some(format.clone());
                out.push(Assembled::Format(format));
            }
        }
        match self.waits {
            true => drop_pictures(1, out),
            false => out.push(Assembled::Frame(EncodedFrame { keyframe, data: whole.data, ..frame })),
        }
    }
}

impl UnderWay {
    fn beginning(packet: &MediaFrame) -> Self {
        let frame = EncodedFrame {
            stream: packet.stream,
            timestamp: packet.timestamp,
            arrived_us: packet.arrived_us,
            report: packet.report,
            keyframe: false,
            data: Vec::new(),
        };
        UnderWay { frame, bytes: 0, broken: false }
    }
}
