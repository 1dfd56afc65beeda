//! One connection of a client.

use std::{
    io::{ErrorKind, Read, Write},
    net::{SocketAddr, TcpStream, UdpSocket},
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

enum Socket {
    Udp(UdpSocket),
    Tcp { stream: TcpStream, read: Vec<u8> },
}

pub struct Leg {
    rtc: Rtc,
    socket: Socket,
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
    /// How often one was.
    pub asked: usize,
    written: u32,
    next: Instant,
}

const LAYERS: [&str; 3] = ["q", "h", "f"];

impl Leg {
    pub fn new(way: Way) -> Self {
        let now = Instant::now();
        let mut config = Rtc::builder().set_rtp_mode(true);
        config.set_max_stun_rto(Duration::from_millis(400));
        let mut rtc = config.build(now);
        let (socket, here) = match way {
            Way::Udp => {
                let socket = loopback();
                let here = socket.local_addr().unwrap();
                rtc.add_local_candidate(Candidate::host(here, "udp").unwrap());
                (Socket::Udp(socket), here)
            }
            Way::Tcp(server) => {
                let stream = TcpStream::connect(server).unwrap();
                stream.set_nodelay(true).unwrap();
                stream.set_nonblocking(true).unwrap();
                let here = stream.local_addr().unwrap();
                let candidate = Candidate::builder().tcp().tcptype(TcpType::Active).host(here).build().unwrap();
                rtc.add_local_candidate(candidate);
                (Socket::Tcp { stream, read: Vec::new() }, here)
            }
        };
        let (got, keyframes_wanted) = (Vec::new(), Vec::new());
        Self {
            rtc,
            socket,
            here,
            pending: None,
            audio: None,
            video: None,
            connected: false,
            closed: false,
            got,
            keyframes_wanted,
            asked: 0,
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
        self.socket = Socket::Udp(loopback());
    }

    /// A packet of 20 ms of voice.
    pub fn speak(&mut self, level: i8) {
        let Some(mid) = self.audio else { return };
        self.written += 1;
        let written = self.written;
        let pt = self.rtc.codec_config().find(|p| p.spec().codec.is_audio()).unwrap().pt();
        let values = ExtensionValues { audio_level: Some(level), voice_activity: Some(true), ..ExtensionValues::default() };
        let payload = marked(vec![0x5a; 60], 0, written);
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
    pub fn blurt(&self, bytes: &[u8], to: SocketAddr) {
        if let Socket::Udp(socket) = &self.socket {
            let _ = socket.send_to(bytes, to);
        }
    }

    /// Takes what arrived and lets time go on.
    pub fn step(&mut self) {
        let mut buffer = vec![0; 4_096];
        while let Some((from, length)) = self.socket.receive(&mut buffer) {
            let proto = if matches!(self.socket, Socket::Udp(_)) { Protocol::Udp } else { Protocol::Tcp };
            let Ok(receive) = Receive::new(proto, from, self.here, &buffer[..length]) else { continue };
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
                Output::Transmit(transmit) => self.socket.send(&transmit.contents, transmit.destination),
                Output::Event(event) => self.event(event),
            }
        }
    }

    fn event(&mut self, event: Event) {
        match event {
            Event::Connected => self.connected = true,
            Event::Closed | Event::IceConnectionStateChange(IceConnectionState::Disconnected) => self.closed = true,
            Event::KeyframeRequest(request) => {
                self.asked += 1;
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

fn loopback() -> UdpSocket {
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    socket.set_nonblocking(true).unwrap();
    socket
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

impl Socket {
    fn receive(&mut self, buffer: &mut [u8]) -> Option<(SocketAddr, usize)> {
        match self {
            Socket::Udp(socket) => socket.recv_from(buffer).ok().map(|(length, from)| (from, length)),
            Socket::Tcp { stream, read } => {
                let from = stream.peer_addr().ok()?;
                let mut chunk = [0; 4_096];
                match stream.read(&mut chunk) {
                    Ok(count) => read.extend_from_slice(&chunk[..count]),
                    Err(error) if error.kind() == ErrorKind::WouldBlock => {}
                    Err(_) => return None,
                }
                let length = usize::from(u16::from_be_bytes(*read.first_chunk::<2>()?));
                let frame = read.get(2..2 + length)?.to_vec();
                read.drain(..2 + length);
                buffer[..length].copy_from_slice(&frame);
                Some((from, length))
            }
        }
    }

    fn send(&mut self, bytes: &[u8], to: SocketAddr) {
        match self {
            Socket::Udp(socket) => drop(socket.send_to(bytes, to)),
            Socket::Tcp { stream, .. } => {
                let mut frame = (bytes.len() as u16).to_be_bytes().to_vec();
                frame.extend_from_slice(bytes);
                let _ = stream.write_all(&frame);
            }
        }
    }
}
