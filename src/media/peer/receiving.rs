//! The slots of a receiving connection: m-lines that we offer, never recycle, and write to.

use super::{dependency::Descriptor, setup, unreadable};
use crate::media::engine::Outgoing;
use actors::{
    media::DescriptionError,
    sfu::{Patch, PictureNumbers, SlotIndex, patch_dependencies, patch_vp9},
};
use std::sync::Arc;
use str0m::{
    IceCreds, Rtc,
    change::{SdpAnswer, SdpPendingOffer},
    media::{Direction, ExtensionValues, MediaKind, Mid, Pt},
    rtp::{RedDecoder, RtpWrite, Ssrc, StreamTx, VideoOrientation, Vp8Descriptor, Vp8Patch},
};

const CODECS: usize = 5;

/// A negotiated m-line.
struct Slot {
    mid: Mid,
    /// None: the other side refused the line.
    ssrc: Option<Ssrc>,
    nacks: u64,
    /// Payload types that the other side takes, by codec.
    pts: [Option<Pt>; CODECS],
    red: Option<Pt>,
}

struct Pending {
    offer: SdpPendingOffer,
    audio: Vec<Mid>,
    video: Vec<Mid>,
    credentials: Option<IceCreds>,
}

#[derive(Default)]
pub struct Slots {
    audio: Vec<Slot>,
    video: Vec<Slot>,
    pending: Option<Pending>,
    audio_pts: Vec<u8>,
    /// A bit each.
    media_pts: u128,
}

impl Slots {
    pub fn counts(&self) -> (u8, u8) {
        (self.audio.len() as u8, self.video.len() as u8)
    }

    fn get(&self, slot: SlotIndex) -> Option<&Slot> {
        match slot {
            SlotIndex::Audio(index) => self.audio.get(index as usize),
            SlotIndex::Video(index) => self.video.get(index as usize),
        }
    }

    pub fn mid(&self, slot: SlotIndex) -> Option<String> {
        self.get(slot).map(|slot| slot.mid.to_string())
    }

    pub fn at(&self, mid: Mid) -> Option<SlotIndex> {
        let place = |slots: &[Slot]| slots.iter().position(|slot| slot.mid == mid).map(|index| index as u8);
        place(&self.video).map(SlotIndex::Video).or_else(|| place(&self.audio).map(SlotIndex::Audio))
    }

    /// Is it media as it was written, neither sent again nor mere padding?
    pub fn is_media(&self, pt: u8) -> bool {
        self.media_pts & (1 << (pt & 0x7f)) != 0
    }

    pub fn is_audio(&self, pt: u8) -> bool {
        self.audio_pts.contains(&pt)
    }

    /// `total` is what the engine counted for the m-line since it began.
    pub fn count_nacks(&mut self, mid: Mid, total: u64, sum: &mut u64) {
        if let Some(slot) = self.audio.iter_mut().chain(&mut self.video).find(|slot| slot.mid == mid) {
            *sum += total.saturating_sub(slot.nacks);
            slot.nacks = total;
        }
    }

    /// The user fragment that holds once the pending offer is answered.
    pub fn next_ufrag(&self) -> Option<String> {
        self.pending.as_ref()?.credentials.as_ref().map(|credentials| credentials.ufrag.clone())
    }

    /// Offers what is there, and what is missing to so many slots.
    pub fn offer(&mut self, rtc: &mut Rtc, audio: u8, video: u8, restart: bool) -> Option<String> {
        let mut api = rtc.sdp_api();
        let mut add = |kind, have: usize, want: u8, name: &str| -> Vec<Mid> {
            (have..want as usize)
                .map(|index| {
                    // A stream for each: players keep the tracks of one stream in step, and these are different people's.
                    let track = format!("{name}{index}");
                    api.add_media(kind, Direction::SendOnly, Some(track.clone()), Some(track), None)
                })
                .collect()
        };
        let new_audio = add(MediaKind::Audio, self.audio.len(), audio, "audio");
        let new_video = add(MediaKind::Video, self.video.len(), video, "video");
        let changes = restart || !new_audio.is_empty() || !new_video.is_empty();
        // The same slots again are offered as a restart: the engine offers changes only.
        let credentials = (restart || !changes).then(|| api.ice_restart(true));
        let (offer, pending) = api.apply()?;
        self.pending = Some(Pending { offer: pending, audio: new_audio, video: new_video, credentials });
        Some(offer.to_sdp_string())
    }

    pub fn accept(&mut self, rtc: &mut Rtc, text: &str) -> Result<(), DescriptionError> {
        let answer = SdpAnswer::from_sdp_string(text).map_err(|error| unreadable(&error))?;
        let pending = self.pending.take().ok_or(DescriptionError::NoOffer)?;
        rtc.sdp_api().accept_answer(pending.offer, answer).map_err(|error| unreadable(&error))?;
        self.audio.extend(pending.audio.into_iter().map(Slot::new));
        self.video.extend(pending.video.into_iter().map(Slot::new));
        for slot in self.audio.iter_mut().chain(&mut self.video) {
            slot.negotiated(rtc);
        }
        let params = rtc.codec_config().params().iter().filter(|params| params.spec().codec.is_audio());
        self.audio_pts = params.flat_map(|params| [Some(params.pt()), params.red()]).flatten().map(|pt| *pt).collect();
        let pts = rtc.codec_config().params().iter().flat_map(|params| [Some(params.pt()), params.red()]).flatten();
        self.media_pts = pts.fold(0, |bits, pt| bits | 1 << (*pt & 0x7f));
        Ok(())
    }

    /// What was sent in a slot is not sent again.
    pub fn forget(&self, rtc: &mut Rtc, slot: SlotIndex) {
        if let Some(ssrc) = self.get(slot).and_then(|slot| slot.ssrc) {
            rtc.direct_api().stream_tx(&ssrc).map(keep_anew);
        }
    }

    pub fn write(&mut self, rtc: &mut Rtc, out: Outgoing<'_>) -> bool {
        let Outgoing { forward, packet } = out;
        let Some(slot) = self.get(forward.slot) else { return false };
        let Some(ssrc) = slot.ssrc else { return false };
        let Some((pt, payload)) = slot.format(out) else { return false };
        let mut write = RtpWrite::new(pt, forward.seq.into(), forward.timestamp, packet.arrived, payload)
            .marker(forward.marker)
            .nackable(forward.nackable)
            .ext_vals(extensions(out));
        if let Patch::Vp8(numbers) = forward.patch
            && let Some(patch) = vp8_patch(&packet.payload, numbers)
        {
            write = write.vp8_patch(patch);
        }
        let mut api = rtc.direct_api();
        let Some(stream) = api.stream_tx(&ssrc) else { return false };
        stream.write_rtp(write);
        true
    }
}

impl Slot {
    fn new(mid: Mid) -> Self {
        Self { mid, ssrc: None, nacks: 0, pts: [None; CODECS], red: None }
    }

    fn negotiated(&mut self, rtc: &mut Rtc) {
        self.pts = [None; CODECS];
        self.red = None;
        let Some(media) = rtc.media(self.mid).filter(|media| !media.stopped() && media.direction().is_sending()) else {
            self.ssrc = None;
            return;
        };
        for pt in media.remote_pts() {
            let Some(params) = rtc.codec_config().params().iter().find(|params| params.pt() == *pt) else { continue };
            let Some(codec) = setup::codec(params.spec().codec) else { continue };
            self.pts[codec as usize].get_or_insert(*pt);
            self.red = self.red.or(params.red());
        }
        // The publisher has paced it already. A second queue here would go on sending what the room gave up long ago into a line that has
        // just become narrow.
        let known = self.ssrc;
        self.ssrc = rtc.direct_api().stream_tx_by_mid(self.mid, None).map(|stream| {
            if known != Some(stream.ssrc()) {
                stream.set_unpaced(true);
                keep_anew(stream);
            }
            stream.ssrc()
        });
    }

    /// Redundant audio goes on as it is to who takes it; others get what it is around.
    fn format(&self, Outgoing { forward, packet }: Outgoing<'_>) -> Option<(Pt, Arc<[u8]>)> {
        let pt = self.pts[forward.codec as usize]?;
        if forward.blank {
            return Some((pt, Arc::from([])));
        }
        if let Patch::Vp9(numbers) = forward.patch {
            return Some((pt, vp9_payload(&packet.payload, numbers)));
        }
        match (packet.red, self.red) {
            (false, _) => Some((pt, packet.payload.clone())),
            (true, Some(red)) if inner_pt(&packet.payload) == Some(*pt) => Some((red, packet.payload.clone())),
            (true, _) => primary(&packet.payload).map(|payload| (pt, payload)),
        }
    }
}

/// An empty store of what may be asked for again.
fn keep_anew(stream: &mut StreamTx) {
    stream.set_rtx_cache(setup::KEPT_PACKETS, setup::KEPT_FOR, Some(setup::REPAIRS));
}

/// The payload type that the blocks inside name: the publisher's, which a receiver may know by another number.
fn inner_pt(red: &[u8]) -> Option<u8> {
    red.first().map(|first| first & 0x7f)
}

/// What redundant audio (RFC 2198) is around.
pub fn primary(red: &[u8]) -> Option<Arc<[u8]>> {
    let blocks = RedDecoder::decode(red).ok()?;
    blocks.iter().find(|block| block.is_primary).map(|block| Arc::from(block.payload))
}

fn extensions(Outgoing { forward, packet }: Outgoing<'_>) -> ExtensionValues {
    let mut values = ExtensionValues {
        audio_level: packet.audio_level.map(|level| -(level.min(127) as i8)),
        voice_activity: packet.voice,
        video_orientation: packet.turned.map(VideoOrientation::from),
        ..ExtensionValues::default()
    };
    if let (Patch::Av1(numbers), Some(descriptor), false) = (forward.patch, &packet.descriptor, forward.blank)
        && let Some(patched) = patch_dependencies(descriptor, numbers.frame, numbers.targets)
    {
        values.user_values.set(Descriptor(patched.into()));
    }
    values
}

/// The engine writes VP9 as it gets it, so the new numbers need a payload of their own.
fn vp9_payload(payload: &Arc<[u8]>, numbers: PictureNumbers) -> Arc<[u8]> {
    let mut patched: Arc<[u8]> = Arc::from(&payload[..]);
    match Arc::get_mut(&mut patched).and_then(|bytes| patch_vp9(bytes, numbers)) {
        Some(()) => patched,
        None => payload.clone(),
    }
}

/// The new numbers, in the width that the packet has. A number that the packet lacks can't be put in: it is left out then.
fn vp8_patch(payload: &[u8], numbers: PictureNumbers) -> Option<Vp8Patch> {
    let descriptor = Vp8Descriptor::parse(payload).ok()?;
    let build = |picture_id: Option<u16>, tl0: Option<u8>| {
        let patch = picture_id.into_iter().fold(descriptor.patch(), |patch, id| patch.picture_id(id));
        tl0.into_iter().fold(patch, |patch, index| patch.tl0_pic_idx(index)).build().ok()
    };
    let PictureNumbers { picture_id, tl0 } = numbers;
    let short = picture_id.map(|id| id & 0x7f);
    build(picture_id, tl0).or_else(|| build(short, tl0)).or_else(|| build(short, None))
}
