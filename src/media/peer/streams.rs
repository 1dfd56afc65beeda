//! What a publisher sends: which SSRC is which m-line and layer, and which payload type which codec.

use super::{mid_of, setup};
use crate::media::{
    engine::Line,
    sdp::{Kind, MediaLine},
};
use actors::sfu::{Codec, Layer};
use str0m::{
    Rtc,
    media::{Mid, Pt, Rid},
    rtp::Ssrc,
};

/// Known SSRCs at most; more are looked up each time.
const MAX_STREAMS: usize = 64;
/// Our names of the encodings, the smallest first.
const NAMES: [&str; 3] = ["q", "h", "f"];

#[derive(Clone, Copy)]
pub struct Stream {
    ssrc: Ssrc,
    pub line: u8,
    pub layer: Layer,
}

#[derive(Clone, Copy)]
pub struct Format {
    pub codec: Codec,
    pub red: bool,
}

/// An m-line of the newest offer.
struct Described {
    mid: Mid,
    /// The encodings' names from the smallest; empty without simulcast.
    rids: Vec<Rid>,
}

pub struct Lines {
    described: Vec<Described>,
    streams: Vec<Stream>,
    formats: [Option<Format>; 128],
}

impl Default for Lines {
    fn default() -> Self {
        Self { described: Vec::new(), streams: Vec::new(), formats: [None; 128] }
    }
}

impl Lines {
    /// Reads what came of an offer.
    pub fn negotiated(&mut self, rtc: &Rtc, lines: &[MediaLine]) -> Vec<Line> {
        self.streams.clear();
        self.formats = [None; 128];
        for params in rtc.codec_config().params() {
            let Some(codec) = setup::codec(params.spec().codec) else { continue };
            self.set_format(params.pt(), Format { codec, red: false });
            if let Some(red) = params.red() {
                self.set_format(red, Format { codec, red: true });
            }
        }
        self.described = lines.iter().map(|line| describe(rtc, line)).collect();
        lines.iter().zip(&self.described).map(|(line, described)| self.line(rtc, line, described)).collect()
    }

    fn set_format(&mut self, pt: Pt, format: Format) {
        if let Some(place) = self.formats.get_mut(*pt as usize) {
            *place = Some(format);
        }
    }

    fn line(&self, rtc: &Rtc, line: &MediaLine, described: &Described) -> Line {
        let receiving =
            rtc.media(described.mid).filter(|media| line.sends && media.direction().is_receiving() && !media.stopped());
        let codec = receiving.and_then(|media| media.remote_pts().first().and_then(|pt| self.format(*pt)));
        let audio = line.kind == Kind::Audio;
        Line {
            mid: line.mid.clone(),
            audio,
            codec: codec.map(|format| format.codec).filter(|codec| (*codec == Codec::Opus) == audio),
            layers: described.rids.len().clamp(1, NAMES.len()) as u8,
        }
    }

    pub fn format(&self, pt: Pt) -> Option<Format> {
        self.formats.get(*pt as usize).copied().flatten()
    }

    /// The stream of an SSRC. The engine knows it by the first packets' header extensions.
    pub fn stream(&mut self, rtc: &mut Rtc, ssrc: Ssrc) -> Option<Stream> {
        if let Some(known) = self.streams.iter().find(|stream| stream.ssrc == ssrc) {
            return Some(*known);
        }
        let (mid, rid) = rtc.direct_api().stream_rx(&ssrc).map(|stream| (stream.mid(), stream.rid()))?;
        let (line, layer) = self.place(mid, rid)?;
        let stream = Stream { ssrc, line, layer };
        // An encoding has one SSRC: a new one takes its place.
        self.streams.retain(|other| (other.line, other.layer) != (line, layer));
        if self.streams.len() < MAX_STREAMS {
            self.streams.push(stream);
        }
        Some(stream)
    }

    pub fn place(&self, mid: Mid, rid: Option<Rid>) -> Option<(u8, Layer)> {
        let line = self.described.iter().position(|described| described.mid == mid)?;
        let layer = match rid {
            Some(rid) => self.described[line].rids.iter().position(|known| *known == rid)?,
            None => 0,
        };
        Some((line as u8, layer as Layer))
    }

    pub fn encoding(&self, line: u8, layer: Layer) -> Option<(Mid, Option<Rid>)> {
        let described = self.described.get(line as usize)?;
        Some((described.mid, described.rids.get(layer as usize).copied()))
    }
}

fn describe(rtc: &Rtc, line: &MediaLine) -> Described {
    let mid = mid_of(&line.mid);
    let mut rids = match rtc.media(mid).map(|media| media.rids_rx()) {
        Some(str0m::media::Rids::Specific(rids)) => rids.clone(),
        _ => Vec::new(),
    };
    rids.sort_by_key(|rid| NAMES.iter().position(|name| **rid == **name).unwrap_or(NAMES.len()));
    rids.truncate(NAMES.len());
    Described { mid, rids }
}
