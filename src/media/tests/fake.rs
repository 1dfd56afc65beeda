//! Engines without cryptography: a STUN request opens them, RTP is taken as it is.

use crate::media::{
    engine::{Accepted, Broken, Datagram, Engine, Engines, Happened, Incoming, Line, Outgoing, Remote, Transport, Weight},
    sdp,
    stun::{self, tests::forged},
};
use actors::{
    media::DescriptionError,
    sfu::{Codec, Layer, SlotIndex},
};
use std::{
    net::{SocketAddr, UdpSocket},
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::{Duration, Instant},
};

const LATER: Duration = Duration::from_secs(3_600);

pub struct Fakes;

static MADE: AtomicU32 = AtomicU32::new(0);

impl Engines for Fakes {
    fn publishing(&self, _: Instant) -> Box<dyn Engine> {
        Box::new(Fake::default())
    }

    fn receiving(&self, _: Instant) -> Box<dyn Engine> {
        Box::new(Fake { ufrag: format!("r{}", MADE.fetch_add(1, Ordering::Relaxed)), ..Fake::default() })
    }
}

#[derive(Default)]
struct Fake {
    ufrag: String,
    remote: Option<Remote>,
    slots: (u8, u8),
    offered: (u8, u8),
    written: Vec<Arc<[u8]>>,
    seq: u64,
}

/// An offer of a voice, named like its user fragment.
pub fn offer(name: &str) -> String {
    format!("v=0\r\no=- {name} 1 IN IP4 0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=mid:0\r\na=fingerprint:{name}\r\n")
}

pub fn ufrag_of(sdp: &str) -> String {
    sdp::check(sdp).unwrap().origin.session
}

impl Engine for Fake {
    fn accept_offer(&mut self, sdp: &str) -> Result<Accepted, DescriptionError> {
        self.ufrag = ufrag_of(sdp);
        let line = Line { mid: "0".to_owned(), audio: true, codec: Some(Codec::Opus), layers: 1 };
        Ok(Accepted { sdp: "an answer".to_owned(), lines: vec![line] })
    }

    fn offer(&mut self, audio: u8, video: u8, _: bool) -> Option<String> {
        self.offered = (audio, video);
        Some(offer(&self.ufrag))
    }

    fn accept_answer(&mut self, _: &str) -> Result<(), DescriptionError> {
        self.slots = self.offered;
        Ok(())
    }

    fn slots(&self) -> (u8, u8) {
        self.slots
    }

    fn slot_mid(&self, slot: SlotIndex) -> Option<String> {
        Some(format!("{slot:?}"))
    }

    fn ufrags(&mut self) -> Vec<String> {
        vec![self.ufrag.clone()]
    }

    fn receive(&mut self, from: Remote, datagram: &[u8], now: Instant, out: &mut Vec<Happened>) -> Result<Instant, Broken> {
        if stun::request(datagram).is_some() {
            out.push(Happened::Verified(from));
            if self.remote.replace(from).is_none() {
                out.push(Happened::Connected("none"));
            }
            return Ok(now + LATER);
        }
        let payload = datagram.get(12..).unwrap_or_default();
        assert!(payload != b"PANIC", "as it was asked to");
        self.seq += 1;
        out.push(Happened::Packet(Incoming {
            line: 0,
            layer: 0,
            codec: Codec::Opus,
            red: false,
            seq: self.seq,
            timestamp: self.seq * 960,
            marker: false,
            audio_level: Some(20),
            voice: Some(true),
            turned: None,
            arrived: now,
            report: None,
            payload: Arc::from(payload),
            descriptor: None,
        }));
        Ok(now + LATER)
    }

    fn wake(&mut self, now: Instant, out: &mut Vec<Happened>) -> Result<Instant, Broken> {
        let to = self.remote.unwrap_or(Remote { transport: Transport::Udp, address: ([127, 0, 0, 1], 9).into() });
        let send = |bytes: Arc<[u8]>| Happened::Send(Datagram { to, weight: Weight::Audio, bytes: bytes.to_vec() });
        out.extend(self.written.drain(..).map(send));
        Ok(now + LATER)
    }

    fn write(&mut self, packet: Outgoing<'_>) -> bool {
        self.written.push(packet.packet.payload.clone());
        true
    }

    fn request_keyframe(&mut self, _: u8, _: Layer) {}
    fn set_bitrate(&mut self, _: u64) {}
    fn probe(&mut self, _: u64, _: u64) {}
    fn forget(&mut self, _: SlotIndex) {}
    fn forget_rate(&mut self, _: u64) {}
    fn close(&mut self) {}
}

/// A client's socket.
pub struct Voice {
    socket: UdpSocket,
    server: SocketAddr,
}

impl Voice {
    pub fn new(server: SocketAddr) -> Self {
        let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
        socket.set_read_timeout(Some(Duration::from_millis(20))).unwrap();
        Self { socket, server }
    }

    pub fn checks(&self, ufrag: &str) {
        self.socket.send_to(&forged(&format!("{ufrag}:x"), true), self.server).unwrap();
    }

    pub fn says(&self, what: &[u8]) {
        let mut packet = vec![0x80, 111, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1];
        packet.extend(what);
        self.socket.send_to(&packet, self.server).unwrap();
    }

    /// `again` is done until it arrives.
    pub fn gets(&self, what: &str, again: impl Fn(), expected: &[u8]) {
        let deadline = Instant::now() + super::DEADLINE;
        let mut buffer = [0; 2_000];
        loop {
            assert!(Instant::now() < deadline, "in time: {what}");
            again();
            while let Ok(length) = self.socket.recv(&mut buffer) {
                if &buffer[..length] == expected {
                    return;
                }
            }
        }
    }
}
