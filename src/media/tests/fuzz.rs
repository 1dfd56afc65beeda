//! Bytes from the network, changed at random: nothing that reads them may panic. Inputs that once did are kept as files and tried first.
//! `GREENROOM_FUZZ_SECONDS` says for how long to look for new ones; what is found is written beside the others.

use super::{
    calls::Call,
    forge::{self, Kind},
};
use crate::media::{
    demux::Demux,
    engine::{Engine, Engines, Happened, Remote, Transport},
    framing::Frames,
    peer::Str0m,
    sdp, stun,
};
use actors::{
    ids::ParticipantId,
    protocol::Source,
    sfu::{self, At, Codec, Limits, PacketView, PictureNumbers, SfuCore, Targets, patch_dependencies, patch_vp9},
};
use rand::{RngExt, SeedableRng, rngs::StdRng};
use std::{
    fs,
    panic::{AssertUnwindSafe, catch_unwind},
    path::PathBuf,
    time::{Duration, Instant},
};
use str0m::{
    Candidate, Input, Output, Rtc,
    change::SdpAnswer,
    media::{Direction, MediaKind, Mid},
    net::{Protocol, Receive},
    rtp::RtpWrite,
};

/// Ways in, by the first part of a kept file's name.
const DOORS: [&str; 9] = ["sdp", "datagram", "media", "framing", "rtp", "rtx", "rtcp", "payload", "dependency"];

/// Datagrams of a pair that are kept to be changed.
const KEPT: usize = 400;

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/it/fuzz_inputs")
}

fn patience() -> Duration {
    let seconds = std::env::var("GREENROOM_FUZZ_SECONDS").ok().and_then(|text| text.parse().ok());
    Duration::from_secs(seconds.unwrap_or(4))
}

/// A connected pair: our engine, and a client's.
struct Pair {
    ours: Box<dyn Engine>,
    client: Rtc,
    video: Mid,
    seq: u64,
    here: Remote,
    there: std::net::SocketAddr,
    now: Instant,
    out: Vec<Happened>,
    offer: String,
    /// What went over the line, the newest of it.
    wire: Vec<Vec<u8>>,
    /// What is sent next is lost.
    loses: bool,
    /// The newest payload that our engine had for us.
    took: Vec<u8>,
}

impl Pair {
    fn new(engines: &Str0m) -> Self {
        let now = Instant::now();
        let there = ([127, 0, 0, 1], 40_000).into();
        let here = Remote { transport: Transport::Udp, address: ([127, 0, 0, 1], 50_000).into() };
        let mut client = Rtc::builder().set_crypto_provider(forge::provider()).set_rtp_mode(true).build(now);
        client.add_local_candidate(Candidate::host(here.address, "udp").unwrap());
        let mut api = client.sdp_api();
        api.add_media(MediaKind::Audio, Direction::SendOnly, None, None, None);
        let video = api.add_media(MediaKind::Video, Direction::SendOnly, None, None, None);
        let (offer, pending) = api.apply().unwrap();
        let offer = offer.to_sdp_string();
        let mut ours = engines.publishing(now);
        let answer = ours.accept_offer(&offer).unwrap().sdp;
        client.sdp_api().accept_answer(pending, SdpAnswer::from_sdp_string(&answer).unwrap()).unwrap();
        let mut pair = Self {
            ours,
            client,
            video,
            seq: 0,
            here,
            there,
            now,
            out: Vec::new(),
            offer,
            wire: Vec::new(),
            loses: false,
            took: Vec::new(),
        };
        for _ in 0..200 {
            pair.tick();
            if pair.client.is_connected() {
                break;
            }
        }
        assert!(pair.client.is_connected(), "the pair connects");
        pair
    }

    /// Ten milliseconds, with everything delivered.
    fn tick(&mut self) {
        self.now += Duration::from_millis(10);
        self.client.handle_input(Input::Timeout(self.now)).unwrap();
        self.exchange();
        let _ = self.ours.wake(self.now, &mut self.out);
        self.exchange();
    }

    fn exchange(&mut self) {
        for _ in 0..50 {
            let mut sent = Vec::new();
            while let Ok(Output::Transmit(_) | Output::Event(_)) = self.client.poll_output().inspect(|output| {
                if let Output::Transmit(transmit) = output {
                    sent.push(forge::fit(transmit.contents.to_vec()));
                }
            }) {}
            if self.loses && !sent.is_empty() {
                self.loses = false;
                sent.clear();
            }
            for datagram in &sent {
                let _ = self.ours.receive(self.here, datagram, self.now, &mut self.out);
            }
            self.wire.append(&mut sent);
            self.wire.drain(..self.wire.len().saturating_sub(KEPT));
            if self.out.is_empty() {
                return;
            }
            for one in std::mem::take(&mut self.out) {
                if let Happened::Packet(packet) = &one {
                    self.took = packet.payload.to_vec();
                }
                let Happened::Send(datagram) = one else { continue };
                let Ok(receive) = Receive::new(Protocol::Udp, self.there, self.here.address, &datagram.bytes) else { continue };
                let _ = self.client.handle_input(Input::Receive(self.now, receive));
            }
        }
    }

    /// RTP of the client's camera, properly encrypted, whatever it holds.
    fn show(&mut self, payload: Vec<u8>) {
        self.seq += 1;
        let pt = self.client.codec_config().params()[self.seq as usize % 3].pt();
        let write = RtpWrite::new(pt, self.seq.into(), self.seq as u32 * 3_000, self.now, payload).nackable(true);
        if let Some(stream) = self.client.direct_api().stream_tx_by_mid(self.video, None) {
            stream.write_rtp(write);
        }
        self.tick();
    }
}

impl Pair {
    /// The packet, encrypted as the client's own.
    fn forge(&mut self, packet: &[u8]) {
        forge::next(Kind::Rtp(None), packet);
        self.show(vec![0; packet.len().min(1_100)]);
    }

    /// The packet as a repetition: of a packet that was lost, when it is asked for.
    fn repeat(&mut self, packet: &[u8]) {
        // Not every codec is repeated.
        let resend = loop {
            let params = self.client.codec_config().params();
            match params[(self.seq as usize + 1) % 3].resend() {
                Some(resend) => break *resend,
                None => self.show(vec![7; 40]),
            }
        };
        self.loses = true;
        self.show(vec![7; 40]);
        forge::next(Kind::Rtp(Some(resend)), packet);
        for _ in 0..20 {
            self.show(vec![7; 40]);
            if !forge::is_waiting() {
                break;
            }
        }
        forge::forget();
    }
}

/// A receiver's report on what it gets is the packet instead.
fn report(packet: &[u8], call: &mut Option<Call>) {
    let live = call.get_or_insert_with(|| Call::new(1));
    forge::next(Kind::Rtcp, packet);
    for _ in 0..10 {
        live.runs(40);
        if !forge::is_waiting() {
            break;
        }
    }
    forge::forget();
    if live.receivers[0].broken {
        *call = None;
    }
}

/// Who is at the other end: one that publishes, one that receives.
#[derive(Default)]
struct Others {
    pair: Option<Pair>,
    call: Option<Call>,
}

/// One input at one door. The pair is new where the last one may have ended.
fn enter(door: &str, input: &[u8], Others { pair, call }: &mut Others, engines: &Str0m) {
    let live = pair.get_or_insert_with(|| Pair::new(engines));
    match door {
        "sdp" => {
            let text = String::from_utf8_lossy(input);
            let _ = sdp::check(&text);
            let now = Instant::now();
            let _ = engines.publishing(now).accept_offer(&text);
            let mut receiving = engines.receiving(now);
            receiving.offer(4, 4, false);
            let _ = receiving.accept_answer(&text);
            let _ = live.ours.accept_offer(&text);
        }
        "datagram" => {
            let _ = Demux::default().find(live.here, input);
            let _ = stun::success(input);
            let broken = live.ours.receive(live.here, input, live.now, &mut live.out).is_err();
            live.out.clear();
            if broken {
                *pair = None;
            }
        }
        "rtp" => live.forge(input),
        "rtx" => live.repeat(input),
        "rtcp" => report(input, call),
        // What the core reads of payloads, and what is written over them.
        "payload" => {
            let mut bytes = input.to_vec();
            let _ = patch_vp9(&mut bytes, PictureNumbers { picture_id: Some(0x7fff), tl0: Some(255) });
            forward(input, None);
        }
        "dependency" => {
            for count in [1, 4, 32] {
                let _ = patch_dependencies(input, 7, Some(Targets { count, active: 0x5555_5555 }));
            }
            forward(&[0x18, 1, 2], Some(input));
        }
        "media" => live.show(input[..input.len().min(1_100)].to_vec()),
        _ => {
            let mut frames = Frames::default();
            for part in input.chunks(7) {
                frames.add(part);
                while let Ok(Some(_)) = frames.next() {}
            }
        }
    }
}

/// The bytes come as a camera's, in each codec, to a core that forwards them.
fn forward(payload: &[u8], descriptor: Option<&[u8]>) {
    let (mut core, mut out, mut sent) = (SfuCore::new(Limits::default()), Vec::new(), Vec::new());
    let ids = [1, 2].map(|number| ParticipantId(uuid::Uuid::from_u128(number)));
    ids.iter().for_each(|id| core.handle(sfu::Input::AddPeer { participant: *id }, At::ms(1), &mut out));
    let [from, to] = ids.map(|id| core.peer(id).unwrap());
    core.handle(sfu::Input::Permit { peer: from, sources: vec![Source::Camera] }, At::ms(1), &mut out);
    core.handle(sfu::Input::Receiving { peer: to, audio_slots: 4, video_slots: 4 }, At::ms(1), &mut out);
    for (round, codec) in [Codec::Vp8, Codec::Vp9, Codec::H264, Codec::Av1].into_iter().enumerate() {
        let tracks = vec![sfu::Published { source: Source::Camera, codec, layers: 1 }];
        core.handle(sfu::Input::Publish { peer: from, tracks }, At::ms(2), &mut out);
        for seq in 0..4 {
            let view = PacketView {
                from,
                source: Source::Camera,
                layer: 0,
                seq: round as u64 * 9_000 + seq,
                timestamp: seq / 2,
                marker: false,
                audio_level: None,
                red: false,
                payload,
                dependency_descriptor: descriptor,
            };
            core.packet(&view, At::ms(10 + seq), &mut sent, &mut out);
        }
    }
}

fn panics(door: &str, input: &[u8], others: &mut Others, engines: &Str0m) -> bool {
    let panicked = catch_unwind(AssertUnwindSafe(|| enter(door, input, others, engines))).is_err();
    if panicked {
        // What is half done is not dropped either: it may panic again.
        std::mem::forget(std::mem::take(others));
        forge::forget();
    }
    panicked
}

fn seeds(door: &str, pair: &Pair) -> Vec<Vec<u8>> {
    let vp8 = vec![0x90, 0xe0, 0x80, 1, 1, 0, 0x10, 2, 0, 0x9d, 1, 0x2a, 0x80, 2, 0x68, 1];
    let vp9 = vec![0x8c, 0x80, 0x01, 0x20, 0x18, 0x00, 0x02, 0x80, 0x01, 0x68];
    let av1 = vec![0x18, 0x0a, 0x0b, 0x00, 0x00, 0x00, 0x24, 0xc4, 0xff, 0xdf];
    let red = vec![0xef, 0x0f, 0x00, 0x04, 0x6f, 1, 2, 3, 4, 5, 6];
    match door {
        "sdp" => vec![pair.offer.clone().into_bytes()],
        "datagram" => pair.wire.clone(),
        "media" => vec![vp8, vp9, av1, red, vec![]],
        "rtp" => [vp8, vp9, av1, red, vec![]].into_iter().map(|payload| [&HEADER[..], &payload].concat()).collect(),
        "rtx" => vec![[&HEADER[..], &[0]].concat(), HEADER.to_vec(), [&HEADER[..], &[0, 1, 0x90, 0x80]].concat()],
        "rtcp" => reports(),
        "payload" => {
            let structured = vec![0xaa, 0x81, 2, 0x10, 5, 0x38, 1, 64, 0, 180, 2, 128, 1, 104, 2, 0, 0x34, 1, 0xff];
            let aggregate = vec![0x78, 0, 2, 0x67, 1, 0, 1, 0x68];
            vec![vp8, vp9, structured, av1, aggregate, vec![0x7c, 0x87, 1]]
        }
        // Two spatial and two temporal layers with two chains, as browsers send them; then a plain one.
        "dependency" => {
            let structure = [
                0xbd, 0x00, 0x01, 0xc7, 0xa3, 0x18, 0x7a, 0xaa, 0x01, 0x00, 0xa0, 0xa0, 0x14, 0xd1, 0x41, 0x34, 0x51, 0x80, 0x21,
                0x90, 0x88, 0x8a, 0x19, 0x40, 0x4f, 0xc0, 0x2c, 0xc0, 0x9f, 0xc0, 0x59, 0xcc,
            ];
            vec![structure.to_vec(), vec![0xc1, 0, 2], vec![0x41, 0, 3, 0x40, 0x70]]
        }
        _ => vec![vec![0, 3, 1, 2, 3, 0, 0, 0, 1, 9]],
    }
}

/// Of RTP: with extensions of one byte each, of which the last is padding that is none.
const HEADER: [u8; 28] =
    [0xb0, 96, 0, 1, 0, 0, 0, 9, 0, 0, 0, 1, 0xbe, 0xde, 0, 3, 0x10, 0x85, 0x32, 1, 2, 3, 0x40, 0x30, 0xa1, 0x71, 0x68, 0];

/// Reports of every kind, of one word each and of more.
fn reports() -> Vec<Vec<u8>> {
    let kinds = [(0, 200), (1, 201), (1, 202), (1, 203), (0, 204), (1, 205), (15, 205), (1, 206), (4, 206), (15, 206), (0, 207)];
    let bodies: [&[u8]; 3] = [
        &[],
        &[0, 0, 0, 2, 0, 1, 0, 8, 0, 0, 1, 0, 0x20, 3, 0x40, 9, 1, 2, 3, 4],
        // As REMB, XR and SDES have it.
        &[0, 0, 0, 0, b'R', b'E', b'M', b'B', 1, 0x0b, 0xff, 0xff, 4, 0, 0, 2, 1, 2, 3, 4, 5, 0, 0, 255],
    ];
    let packet = |(count, kind): (u8, u8), body: &[u8]| {
        let words = (body.len() / 4 + 1) as u16;
        [&[0x80 | count, kind][..], &words.to_be_bytes(), &[0, 0, 0, 1], body].concat()
    };
    kinds.into_iter().flat_map(|kind| bodies.map(|body| packet(kind, body))).collect()
}

fn mutate(seed: &[u8], random: &mut StdRng) -> Vec<u8> {
    let mut bytes = seed.to_vec();
    for _ in 0..random.random_range(1..6) {
        let at = random.random_range(0..=bytes.len());
        match random.random_range(0..6) {
            0 if at < bytes.len() => bytes[at] ^= 1 << random.random_range(0..8),
            1 if at < bytes.len() => bytes[at] = random.random(),
            2 => bytes.truncate(at),
            3 => bytes.insert(at, random.random()),
            4 => {
                let part = bytes[at..(at + random.random_range(0..40)).min(bytes.len())].to_vec();
                bytes.splice(at..at, part);
            }
            _ => drop(bytes.drain(at..(at + random.random_range(0..8)).min(bytes.len()))),
        }
    }
    bytes
}

fn engines() -> Str0m {
    Str0m::new(([127, 0, 0, 1], 40_000).into()).unwrap()
}

#[test]
fn what_once_panicked_does_not_any_more() {
    let (engines, mut others) = (engines(), Others::default());
    let files: Vec<_> = fs::read_dir(folder()).unwrap().map(|file| file.unwrap().path()).collect();
    assert!(!files.is_empty(), "inputs are kept in {}", folder().display());
    for file in files {
        let name = file.file_name().unwrap().to_string_lossy().into_owned();
        let Some(door) = DOORS.iter().find(|door| name.starts_with(**door)) else { continue };
        assert!(!panics(door, &fs::read(&file).unwrap(), &mut others, &engines), "{name}");
    }
}

#[test]
fn no_bytes_make_a_reader_panic() {
    let (engines, end) = (engines(), Instant::now() + patience());
    let mut random = StdRng::seed_from_u64(if patience() > Duration::from_secs(4) { rand::random() } else { 7 });
    let mut others = Others { pair: Some(Pair::new(&engines)), call: None };
    let seeds: Vec<_> = DOORS.iter().map(|door| seeds(door, others.pair.as_ref().unwrap())).collect();
    assert!(seeds.iter().all(|seeds| !seeds.is_empty()));
    let mut found = Vec::new();
    while Instant::now() < end {
        let place = random.random_range(0..DOORS.len());
        let seed = &seeds[place][random.random_range(0..seeds[place].len())];
        let input = mutate(seed, &mut random);
        if panics(DOORS[place], &input, &mut others, &engines) {
            let name = format!("{}-{:016x}", DOORS[place], random.random::<u64>());
            fs::write(folder().join(&name), &input).unwrap();
            found.push(name);
        }
    }
    assert!(found.is_empty(), "these panicked and are kept: {found:?}");
}

#[test]
fn what_is_forged_is_taken_for_genuine() {
    let (engines, mut others) = (engines(), Others::default());
    enter("media", &[], &mut others, &engines);
    let pair = others.pair.as_mut().unwrap();
    pair.forge(&[&[0x80, 96][..], &[0; 70], b"with valid keys"].concat());
    assert!(!forge::is_waiting(), "a packet was forged");
    assert!(pair.took.ends_with(b"with valid keys"), "{:?}", pair.took);
    forge::next(Kind::Rtcp, &reports()[1]);
    let call = others.call.insert(Call::new(1));
    call.runs(400);
    assert!(!forge::is_waiting(), "a report was forged");
}
