//! A call in simulated time: real engines at both ends, the forwarding core between them, and simulated ways to each receiver.

use super::{
    forge,
    link::{Link, Weather},
};
use crate::media::{
    engine::{Broken, Engine, Engines, Happened, Incoming, Outgoing, Remote, Transport},
    peer::Str0m,
};
use actors::{
    ids::ParticipantId,
    protocol::{Source, Want},
    sfu::{
        At, Codec, Forward, Input as CoreInput, Layer, Limits, Output as CoreOutput, PacketView, PeerIndex, Published, SfuCore,
    },
};
use std::{
    net::SocketAddr,
    time::{Duration, Instant},
};
use str0m::{
    Candidate, Event, Input, Output, Rtc,
    change::SdpOffer,
    media::MediaKind,
    net::{Protocol, Receive},
};
use uuid::Uuid;

const STEP: Duration = Duration::from_millis(1);
/// Bytes of a frame of each encoding: 96, 384 and 1,440 kbit/s at 30 frames a second.
const FRAMES: [usize; 3] = [400, 1_600, 6_000];
const LONGEST: usize = 1_100;
const VOICE: usize = 80;
const REPORTS_WITHIN: Duration = Duration::from_secs(2);

pub struct Call {
    pub now: Instant,
    start: Instant,
    pub core: SfuCore,
    alice: PeerIndex,
    alice_id: ParticipantId,
    pub receivers: Vec<Receiver>,
    camera: Camera,
    voices: u32,
    next_frame: Instant,
    next_voice: Instant,
    next_tick: Instant,
    /// When alice was asked for a keyframe of which encoding.
    pub asked: Vec<(Instant, Layer)>,
    forwards: Vec<Forward>,
    outputs: Vec<CoreOutput>,
}

#[derive(Default)]
struct Camera {
    frame: u32,
    seq: [u64; 3],
    due: [bool; 3],
}

pub struct Receiver {
    peer: PeerIndex,
    ours: Box<dyn Engine>,
    client: Rtc,
    here: Remote,
    there: SocketAddr,
    pub down: Link<Vec<u8>>,
    pub up: Link<Vec<u8>>,
    wakes: Instant,
    client_wakes: Instant,
    pub got: Vec<Got>,
    /// When it last said how it fares.
    heard: Instant,
    /// It does not any more.
    pub mute: bool,
    /// An engine gave up.
    pub broken: bool,
}

#[derive(Clone, Copy, Debug)]
pub struct Got {
    pub audio: bool,
    /// Written by alice at the end of the payload.
    pub number: u32,
}

impl Call {
    /// Alice shows herself and speaks; so many others have her large on their screens.
    pub fn new(receivers: usize) -> Self {
        let now = Instant::now();
        let mut core = SfuCore::new(Limits::default());
        let alice_id = ParticipantId(Uuid::from_u128(1));
        core.handle(CoreInput::AddPeer { participant: alice_id }, At(0), &mut Vec::new());
        let alice = core.peer(alice_id).unwrap();
        let mut call = Self {
            now,
            start: now,
            core,
            alice,
            alice_id,
            receivers: Vec::new(),
            camera: Camera { due: [true; 3], ..Camera::default() },
            voices: 0,
            next_frame: now,
            next_voice: now,
            next_tick: now,
            asked: Vec::new(),
            forwards: Vec::new(),
            outputs: Vec::new(),
        };
        call.tell(CoreInput::Permit { peer: alice, sources: vec![Source::Microphone, Source::Camera] });
        let camera = Published { source: Source::Camera, codec: Codec::Vp8, layers: 3 };
        let voice = Published { source: Source::Microphone, codec: Codec::Opus, layers: 1 };
        call.tell(CoreInput::Publish { peer: alice, tracks: vec![voice, camera] });
        let engines = engines();
        (0..receivers).for_each(|index| call.joins(index, &engines));
        call
    }

    /// How long it takes until somebody is in whose line is like this both ways from the first packet on, if an engine does not give up.
    pub fn gets_in(weather: Weather, seed: u64) -> Option<Duration> {
        let mut call = Self::new(0);
        call.comes(0, &engines());
        let bob = &mut call.receivers[0];
        (bob.down, bob.up) = (Link::new(weather, seed), Link::new(weather, seed + 1_000));
        while !call.receivers[0].broken {
            call.step();
            if call.receivers[0].client.is_connected() {
                return Some(call.now - call.start);
            }
        }
        None
    }

    fn comes(&mut self, index: usize, engines: &Str0m) -> PeerIndex {
        let id = ParticipantId(Uuid::from_u128(100 + index as u128));
        self.tell(CoreInput::AddPeer { participant: id });
        let peer = self.core.peer(id).unwrap();
        let height = Want { participant_id: self.alice_id, source: Source::Camera, height: 1_080, priority: 1 };
        self.receivers.push(Receiver::new(peer, index as u16, engines, self.now));
        self.tell(CoreInput::Want { peer, tracks: vec![height] });
        peer
    }

    fn joins(&mut self, index: usize, engines: &Str0m) {
        let peer = self.comes(index, engines);
        self.until("connected", |call| call.receivers[index].client.is_connected());
        self.tell(CoreInput::Receiving { peer, audio_slots: 4, video_slots: 4 });
    }

    pub fn until(&mut self, what: &str, so: impl Fn(&Self) -> bool) {
        let end = self.now + Duration::from_secs(60);
        while !so(self) {
            assert!(self.now < end, "in time: {what}");
            self.step();
        }
    }

    pub fn runs(&mut self, ms: u64) {
        let end = self.now + Duration::from_millis(ms);
        while self.now < end {
            self.step();
        }
    }

    fn at(&self) -> At {
        At((self.now - self.start).as_micros() as u64)
    }

    fn step(&mut self) {
        self.now += STEP;
        if self.now >= self.next_voice {
            self.next_voice += Duration::from_millis(20);
            self.speak();
        }
        if self.now >= self.next_frame {
            self.next_frame += Duration::from_micros(33_333);
            self.show();
        }
        if self.now >= self.next_tick {
            self.next_tick += Duration::from_millis(50);
            self.tell(CoreInput::Tick);
        }
        for index in 0..self.receivers.len() {
            let told = self.receivers[index].step(self.now);
            told.into_iter().for_each(|input| self.tell(input));
        }
    }

    fn speak(&mut self) {
        self.voices += 1;
        let packet = Incoming {
            line: 0,
            layer: 0,
            codec: Codec::Opus,
            red: false,
            seq: self.voices.into(),
            timestamp: u64::from(self.voices) * 960,
            marker: false,
            audio_level: Some(30),
            voice: Some(true),
            turned: None,
            arrived: self.now,
            descriptor: None,
            report: None,
            payload: marked(vec![0x5a; VOICE - 4], self.voices).into(),
        };
        self.forward(&packet, Source::Microphone);
    }

    fn show(&mut self) {
        self.camera.frame += 1;
        for (layer, bytes) in FRAMES.into_iter().enumerate() {
            let keyframe = std::mem::take(&mut self.camera.due[layer]);
            let bytes = if keyframe { bytes * 3 } else { bytes };
            let parts = bytes.div_ceil(LONGEST);
            for part in 0..parts {
                let payload = vp8(self.camera.frame, keyframe, part == 0, bytes / parts);
                self.camera.seq[layer] += 1;
                let packet = Incoming {
                    line: 1,
                    layer: layer as Layer,
                    codec: Codec::Vp8,
                    red: false,
                    seq: self.camera.seq[layer],
                    timestamp: u64::from(self.camera.frame) * 3_000,
                    marker: part + 1 == parts,
                    audio_level: None,
                    voice: None,
                    turned: None,
                    arrived: self.now,
                    descriptor: None,
                    report: None,
                    payload: marked(payload, self.camera.frame).into(),
                };
                self.forward(&packet, Source::Camera);
            }
        }
    }

    fn forward(&mut self, packet: &Incoming, source: Source) {
        let view = PacketView {
            from: self.alice,
            source,
            layer: packet.layer,
            seq: packet.seq,
            timestamp: packet.timestamp,
            marker: packet.marker,
            audio_level: packet.audio_level,
            red: false,
            payload: &packet.payload,
            dependency_descriptor: None,
        };
        let at = self.at();
        let mut forwards = std::mem::take(&mut self.forwards);
        self.core.packet(&view, at, &mut forwards, &mut self.outputs);
        for forward in forwards.drain(..) {
            let Some(receiver) = self.receivers.iter_mut().find(|receiver| receiver.peer == forward.to) else { continue };
            receiver.write(&forward, packet);
        }
        self.forwards = forwards;
        self.obey();
    }

    pub fn tell(&mut self, input: CoreInput) {
        let at = self.at();
        self.core.handle(input, at, &mut self.outputs);
        self.obey();
    }

    fn obey(&mut self) {
        for output in std::mem::take(&mut self.outputs) {
            match output {
                CoreOutput::RequestKeyframe { layer, .. } => {
                    self.asked.push((self.now, layer));
                    self.camera.due[usize::from(layer)] = true;
                }
                CoreOutput::Bitrate { peer, desired, .. } => {
                    if let Some(receiver) = self.receivers.iter_mut().find(|receiver| receiver.peer == peer) {
                        receiver.ours.set_bitrate(desired);
                        receiver.wakes = self.now;
                    }
                }
                CoreOutput::Restart { peer, bits } => {
                    if let Some(receiver) = self.receivers.iter_mut().find(|receiver| receiver.peer == peer) {
                        receiver.ours.forget_rate(bits);
                    }
                }
                CoreOutput::Forget { peer, slot } => {
                    if let Some(receiver) = self.receivers.iter_mut().find(|receiver| receiver.peer == peer) {
                        receiver.ours.forget(slot);
                    }
                }
                CoreOutput::Probe { peer, known, bits } => {
                    if let Some(receiver) = self.receivers.iter_mut().find(|receiver| receiver.peer == peer) {
                        receiver.ours.probe(known, bits);
                        receiver.wakes = self.now;
                    }
                }
                _ => {}
            }
        }
    }

    /// The encoding that a receiver is given now.
    pub fn layer(&self, who: usize) -> Option<Layer> {
        let observed = self.core.observe();
        let peer = observed.peer(self.receivers[who].peer)?;
        peer.receives.iter().find(|slot| slot.source == Source::Camera)?.layer
    }

    /// Of the voices between, how many did not come at all, of 1.
    pub fn lost_voices(&self, who: usize, from: u32, to: u32) -> f64 {
        let got = self.receivers[who].got.iter().filter(|got| got.audio && (from..to).contains(&got.number));
        let mut numbers: Vec<u32> = got.map(|got| got.number).collect();
        numbers.sort_unstable();
        numbers.dedup();
        1.0 - numbers.len() as f64 / f64::from(to - from)
    }

    /// The number of the voice that is spoken next.
    pub fn voice(&self) -> u32 {
        self.voices + 1
    }
}

fn engines() -> Str0m {
    Str0m::new(([127, 0, 0, 1], 40_000).into()).unwrap()
}

impl Receiver {
    fn new(peer: PeerIndex, index: u16, engines: &Str0m, now: Instant) -> Self {
        let there: SocketAddr = ([127, 0, 0, 1], 40_000).into();
        let here = Remote { transport: Transport::Udp, address: ([127, 0, 0, 1], 50_000 + index).into() };
        let mut client = Rtc::builder().set_crypto_provider(forge::provider()).set_rtp_mode(true).build(now);
        client.add_local_candidate(Candidate::host(here.address, "udp").unwrap());
        let mut ours = engines.receiving(now);
        let offer = SdpOffer::from_sdp_string(&ours.offer(4, 4, false).unwrap()).unwrap();
        let answer = client.sdp_api().accept_offer(offer).unwrap().to_sdp_string();
        ours.accept_answer(&answer).unwrap();
        Self {
            peer,
            ours,
            client,
            here,
            there,
            down: Link::new(Weather::fair(), u64::from(index) + 1),
            up: Link::new(Weather::fair(), u64::from(index) + 1_001),
            wakes: now,
            client_wakes: now,
            got: Vec::new(),
            heard: now,
            mute: false,
            broken: false,
        }
    }

    /// The server's end alone.
    pub fn into_engine(self) -> Box<dyn Engine> {
        self.ours
    }

    fn write(&mut self, forward: &Forward, packet: &Incoming) {
        self.ours.write(Outgoing { forward, packet });
        self.wakes = packet.arrived;
    }

    fn step(&mut self, now: Instant) -> Vec<CoreInput> {
        let mut happened = Vec::new();
        while let Some(datagram) = self.up.leave(now) {
            if is_rtcp(&datagram) {
                self.heard = now;
            }
            let wakes = self.ours.receive(self.here, &datagram, now, &mut happened);
            self.takes_note(wakes, now);
        }
        if self.wakes <= now && !self.broken {
            let wakes = self.ours.wake(now, &mut happened);
            self.takes_note(wakes, now);
        }
        let mut told = Vec::new();
        for one in happened {
            self.happened(one, now, &mut told);
        }
        while let Some(datagram) = self.down.leave(now) {
            let Ok(receive) = Receive::new(Protocol::Udp, self.there, self.here.address, &datagram) else { continue };
            self.client.handle_input(Input::Receive(now, receive)).unwrap();
            self.drain(now);
        }
        if self.client_wakes <= now {
            self.client.handle_input(Input::Timeout(now)).unwrap();
            self.drain(now);
        }
        told
    }

    fn takes_note(&mut self, wakes: Result<Instant, Broken>, now: Instant) {
        match wakes {
            Ok(wakes) => self.wakes = wakes.max(now + STEP),
            Err(_) => self.broken = true,
        }
    }

    fn happened(&mut self, one: Happened, now: Instant, told: &mut Vec<CoreInput>) {
        let peer = self.peer;
        match one {
            Happened::Send(datagram) => {
                let bytes = datagram.bytes.len();
                self.down.enter(datagram.bytes, bytes, now);
            }
            Happened::KeyframeRequest(slot) => told.push(CoreInput::KeyframeRequest { peer, slot }),
            // As the workers do: of whom nothing is heard, nothing is known.
            Happened::Path { .. } if now - self.heard > REPORTS_WITHIN => {}
            Happened::Path { bits, loss, rtt_ms } => told.push(CoreInput::Estimate { peer, bits, loss, rtt_ms }),
            _ => {}
        }
    }

    fn drain(&mut self, now: Instant) {
        loop {
            let output = match self.client.poll_output() {
                Ok(output) => output,
                Err(error) => {
                    assert!(!self.client.is_connected(), "{error}");
                    self.broken = true;
                    return;
                }
            };
            match output {
                Output::Timeout(next) => {
                    self.client_wakes = next.max(now + STEP);
                    return;
                }
                Output::Transmit(transmit) => {
                    let bytes = forge::fit(transmit.contents.to_vec());
                    if self.mute && is_rtcp(&bytes) {
                        continue;
                    }
                    let length = bytes.len();
                    self.up.enter(bytes, length, now);
                }
                Output::Event(Event::RtpPacket(packet)) => {
                    let mid = self.client.direct_api().stream_rx(&packet.header.ssrc).map(|stream| stream.mid());
                    let audio = mid.and_then(|mid| self.client.media(mid)).is_some_and(|media| media.kind() == MediaKind::Audio);
                    if let Some(number) = packet.payload.last_chunk() {
                        self.got.push(Got { audio, number: u32::from_be_bytes(*number) });
                    }
                }
                Output::Event(_) => {}
            }
        }
    }
}

fn is_rtcp(datagram: &[u8]) -> bool {
    matches!(datagram, [128..192, 192..224, ..])
}

fn marked(mut payload: Vec<u8>, number: u32) -> Vec<u8> {
    payload.extend(number.to_be_bytes());
    payload
}

/// A part of a VP8 frame, with picture id and tl0.
fn vp8(frame: u32, keyframe: bool, first: bool, bytes: usize) -> Vec<u8> {
    let picture = (frame & 0x7fff) as u16;
    let start = if first { 0x90 } else { 0x80 };
    let mut payload = vec![start, 0xe0, 0x80 | (picture >> 8) as u8, picture as u8, frame as u8, 0x00];
    if first {
        payload.extend([if keyframe { 0x10 } else { 0x11 }, 0x02, 0x00]);
        if keyframe {
            payload.extend([0x9d, 0x01, 0x2a, 0x80, 0x02, 0x68, 0x01]);
        }
    }
    payload.resize(payload.len().max(bytes), 0x33);
    payload
}
