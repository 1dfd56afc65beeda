//! One connection of a client.

use super::{Weather, wire::Wire};
use std::{
    net::SocketAddr,
    time::{Duration, Instant},
};
use str0m::{
    Candidate, Event, IceConnectionState, Input, Output, Rtc,
    change::{SdpAnswer, SdpOffer, SdpPendingOffer},
    media::{Direction, ExtensionValues, MediaKind, Mid, Rid, Simulcast, SimulcastLayer},
    net::{Protocol, Receive, TcpType},
    rtp::RtpWrite,
};

/// How a client reaches the server.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Way {
    Udp,
    /// ICE-TCP to this address.
    Tcp(SocketAddr),
}

/// A packet that came to a client.
pub struct Got {
    pub mid: String,
    pub seq: u64,
    pub timestamp: u32,
    pub payload: Vec<u8>,
    pub at: Instant,
}

impl Got {
    /// Which layer and packet of the publisher's it was: the publisher wrote that at the end.
    pub fn mark(&self) -> (u8, u32) {
        let [.., layer, a, b, c, d] = self.payload[..] else { return (u8::MAX, 0) };
        (layer, u32::from_be_bytes([a, b, c, d]))
    }
}

pub struct Leg {
    rtc: Rtc,
    wire: Wire,
    /// Where the engine believes that it is.
    here: SocketAddr,
    pending: Option<SdpPendingOffer>,
    pub audio: Option<Mid>,
    pub video: Option<Mid>,
    pub connected: bool,
    pub closed: bool,
    pub got: Vec<Got>,
    /// Keyframes that were asked for, by layer.
    pub keyframes_wanted: Vec<Option<Rid>>,
    /// When one was asked for, and of which layer.
    pub asked: Vec<(Instant, Option<Rid>)>,
    written: u32,
    next: Instant,
}

/// How an Opus packet of 20 ms begins.
pub const VOICE: u8 = 0x78;
const LAYERS: [&str; 3] = ["q", "h", "f"];
/// Bytes of a part of a frame, of each.
const PARTS: [usize; 3] = [380, 760, 980];

impl Leg {
    pub fn new(way: Way) -> Self {
        let now = Instant::now();
        let mut config = Rtc::builder().set_rtp_mode(true);
        config.set_max_stun_rto(Duration::from_millis(400));
        let mut rtc = config.build(now);
        let wire = Wire::new(way);
        let here = candidate(&mut rtc, &wire);
        let (got, keyframes_wanted) = (Vec::new(), Vec::new());
        Self {
            rtc,
            wire,
            here,
            pending: None,
            audio: None,
            video: None,
            connected: false,
            closed: false,
            got,
            keyframes_wanted,
            asked: Vec::new(),
            written: 0,
            next: now,
        }
    }

    /// Offers a voice and a camera with so many encodings.
    pub fn offer(&mut self, layers: usize) -> String {
        let mut api = self.rtc.sdp_api();
        let audio = api.add_media(MediaKind::Audio, Direction::SendOnly, None, None, None);
        let simulcast = (layers > 1).then(|| Simulcast {
            send: LAYERS[..layers].iter().map(|name| SimulcastLayer::new(name)).collect(),
            recv: Vec::new(),
        });
        let video = api.add_media(MediaKind::Video, Direction::SendOnly, None, None, simulcast);
        let (offer, pending) = api.apply().unwrap();
        (self.audio, self.video, self.pending) = (Some(audio), Some(video), Some(pending));
        offer.to_sdp_string()
    }

    /// Offers the same again with new ICE credentials.
    pub fn restart(&mut self) -> String {
        let mut api = self.rtc.sdp_api();
        api.ice_restart(true);
        let (offer, pending) = api.apply().unwrap();
        self.pending = Some(pending);
        offer.to_sdp_string()
    }

    pub fn answered(&mut self, sdp: &str) {
        let answer = SdpAnswer::from_sdp_string(sdp).unwrap();
        self.rtc.sdp_api().accept_answer(self.pending.take().unwrap(), answer).unwrap();
    }

    pub fn answer(&mut self, sdp: &str) -> String {
        let offer = SdpOffer::from_sdp_string(sdp).unwrap();
        self.rtc.sdp_api().accept_offer(offer).unwrap().to_sdp_string()
    }

    /// Another port, as a new mapping of an address translator: the engine doesn't know of it.
    pub fn move_away(&mut self) {
        self.wire = Wire::new(Way::Udp);
    }

    /// Nothing goes over the old socket any more; here is another, which the next offer or answer makes use of.
    pub fn goes_over(&mut self, way: Way) {
        self.wire = Wire::new(way);
        self.here = candidate(&mut self.rtc, &self.wire);
    }

    /// What comes down its line from now on.
    pub fn weather(&mut self, weather: Weather) {
        self.wire.weather(weather);
    }

    /// Voices so far: the number of the newest.
    pub fn spoken(&self) -> u32 {
        self.written
    }

    /// A packet of 20 ms of voice.
    pub fn speak(&mut self, level: i8) {
        self.say(level, 60);
    }

    /// ... of so many bytes.
    pub fn say(&mut self, level: i8, bytes: usize) {
        let Some(mid) = self.audio else { return };
        self.written += 1;
        let written = self.written;
        let pt = self.rtc.codec_config().find(|p| p.spec().codec.is_audio()).unwrap().pt();
        let values = ExtensionValues { audio_level: Some(level), voice_activity: Some(true), ..ExtensionValues::default() };
        let payload = marked(vec![VOICE; bytes], 0, written);
        let Some(stream) = direct(&mut self.rtc, mid, None) else { return };
        let write = RtpWrite::new(pt, u64::from(written).into(), written * 960, Instant::now(), payload).ext_vals(values);
        stream(write);
        self.wake();
    }

    /// A packet of voice with this number, which grows by one each time.
    pub fn speak_numbered(&mut self, number: u32) {
        self.written = number - 1;
        self.speak(-30);
    }

    /// A frame in one packet, of every layer.
    pub fn show(&mut self, frame: u32, keyframe: bool, layers: usize, bytes: usize) {
        let Some(mid) = self.video else { return };
        let pt = self.rtc.codec_config().find(|p| p.spec().codec == str0m::format::Codec::Vp8).unwrap().pt();
        for (layer, name) in LAYERS.iter().enumerate().take(layers) {
            let rid = (layers > 1).then(|| Rid::from(*name));
            let payload = marked(vp8(frame, keyframe, bytes), layer as u8, frame);
            let write = RtpWrite::new(pt, u64::from(frame + 1).into(), frame * 3_000, Instant::now(), payload)
                .marker(true)
                .nackable(true);
            if let Some(stream) = direct(&mut self.rtc, mid, rid) {
                stream(write);
            }
            self.wake();
        }
    }

    /// A frame of all three layers, about 100, 400 and 1,300 kbit/s at 33 a second.
    pub fn show_well(&mut self, frame: u32, keyframe: bool) {
        let Some(mid) = self.video else { return };
        let pt = self.rtc.codec_config().find(|p| p.spec().codec == str0m::format::Codec::Vp8).unwrap().pt();
        for (layer, (name, parts)) in LAYERS.iter().zip([1, 2, 5]).enumerate() {
            for part in 0..parts {
                let picture = if part == 0 { vp8(frame, keyframe, PARTS[layer]) } else { vp8_rest(frame, PARTS[layer]) };
                let seq = u64::from(frame * parts + part + 1);
                let payload = marked(picture, layer as u8, frame);
                let write = RtpWrite::new(pt, seq.into(), frame * 3_000, Instant::now(), payload)
                    .marker(part + 1 == parts)
                    .nackable(true);
                if let Some(stream) = direct(&mut self.rtc, mid, Some(Rid::from(*name))) {
                    stream(write);
                }
            }
            self.wake();
        }
    }

    /// Anything as RTP of this connection's camera, after encryption.
    pub fn show_raw(&mut self, seq: u64, payload: Vec<u8>, layer: Option<&str>) {
        let Some(mid) = self.video else { return };
        let pt = self.rtc.codec_config().find(|p| p.spec().codec == str0m::format::Codec::Vp8).unwrap().pt();
        let write = RtpWrite::new(pt, seq.into(), seq as u32 * 3_000, Instant::now(), payload);
        if let Some(stream) = direct(&mut self.rtc, mid, layer.map(Rid::from)) {
            stream(write);
        }
        self.wake();
    }

    /// Asks for a keyframe of what comes in.
    pub fn lose_picture(&mut self, mid: &str) {
        if let Some(stream) = self.rtc.direct_api().stream_rx_by_mid(Mid::from(mid), None) {
            stream.request_keyframe(str0m::media::KeyframeRequestKind::Pli);
        }
        self.wake();
    }

    pub fn hang_up(&mut self) {
        self.rtc.close().unwrap();
        self.wake();
    }

    pub fn is_disconnected(&self) -> bool {
        !self.rtc.is_alive()
    }

    /// Bytes straight from its socket, as no engine would send them.
    pub fn blurt(&mut self, bytes: &[u8], to: SocketAddr) {
        self.wire.send(bytes.to_vec(), to);
    }

    /// Takes what arrived and lets time go on.
    pub fn step(&mut self) {
        while let Some((from, datagram)) = self.wire.receive() {
            let Ok(receive) = Receive::new(self.wire.protocol(), from, self.here, &datagram) else { continue };
            self.rtc.handle_input(Input::Receive(Instant::now(), receive)).unwrap();
            self.drain();
        }
        if Instant::now() >= self.next {
            self.wake();
        }
    }

    fn wake(&mut self) {
        self.drain();
        self.rtc.handle_input(Input::Timeout(Instant::now())).unwrap();
        self.drain();
    }

    fn drain(&mut self) {
        loop {
            match self.rtc.poll_output().unwrap() {
                Output::Timeout(next) => {
                    self.next = next;
                    return;
                }
                // What the engine would send over the socket that is no more goes nowhere.
                Output::Transmit(transmit) if transmit.proto == self.wire.protocol() => {
                    self.wire.send(transmit.contents.to_vec(), transmit.destination);
                }
                Output::Transmit(_) => {}
                Output::Event(event) => self.event(event),
            }
        }
    }

    fn event(&mut self, event: Event) {
        match event {
            Event::Connected => self.connected = true,
            Event::Closed | Event::IceConnectionStateChange(IceConnectionState::Disconnected) => self.closed = true,
            Event::KeyframeRequest(request) => {
                self.asked.push((Instant::now(), request.rid));
                self.keyframes_wanted.push(request.rid);
            }
            Event::RtpPacket(packet) => {
                let mid = self.rtc.direct_api().stream_rx(&packet.header.ssrc).map(|stream| stream.mid().to_string());
                self.got.push(Got {
                    mid: mid.unwrap_or_default(),
                    seq: *packet.seq_no,
                    timestamp: packet.header.timestamp,
                    payload: packet.payload.to_vec(),
                    at: packet.timestamp,
                });
            }
            _ => {}
        }
    }
}

fn direct(rtc: &mut Rtc, mid: Mid, rid: Option<Rid>) -> Option<impl FnOnce(RtpWrite)> {
    rtc.direct_api().stream_tx_by_mid(mid, rid)?;
    Some(move |write| {
        if let Some(stream) = rtc.direct_api().stream_tx_by_mid(mid, rid) {
            stream.write_rtp(write);
        }
    })
}

fn candidate(rtc: &mut Rtc, wire: &Wire) -> SocketAddr {
    let here = wire.address();
    let candidate = match wire.protocol() {
        Protocol::Udp => Candidate::host(here, "udp"),
        _ => Candidate::builder().tcp().tcptype(TcpType::Active).host(here).build(),
    };
    rtc.add_local_candidate(candidate.unwrap());
    here
}

/// The mark at the end says which layer and packet it is.
fn marked(mut payload: Vec<u8>, layer: u8, number: u32) -> Vec<u8> {
    payload.push(layer);
    payload.extend(number.to_be_bytes());
    payload
}

/// A VP8 payload with picture id and tl0, as long as asked.
fn vp8(frame: u32, keyframe: bool, bytes: usize) -> Vec<u8> {
    let picture = (frame & 0x7fff) as u16;
    let mut payload = vec![0x90, 0xe0, 0x80 | (picture >> 8) as u8, picture as u8, frame as u8, 0x00];
    payload.push(if keyframe { 0x10 } else { 0x11 });
    payload.extend([0x02, 0x00]);
    if keyframe {
        payload.extend([0x9d, 0x01, 0x2a, 0x80, 0x02, 0x68, 0x01]);
    }
    payload.resize(payload.len().max(bytes), 0x33);
    payload
}

/// What follows the first part of a frame.
fn vp8_rest(frame: u32, bytes: usize) -> Vec<u8> {
    let mut payload = vp8(frame, false, bytes);
    // Not the start of a partition.
    payload[0] = 0x80;
    payload
}
