//! One connection on str0m. This file and its folder are the only ones that name it.

mod dependency;
mod pacing;
mod profile;
mod receiving;
mod route;
mod setup;
mod streams;

use super::{
    engine::{Accepted, Broken, Datagram, Engine, Engines, Happened, Incoming, Outgoing, Remote, Transport, Weight},
    sdp,
};
use actors::{
    media::DescriptionError,
    sfu::{Layer, SlotIndex},
    sinks::SenderReport,
};
use dependency::Descriptor;
use pacing::Pacing;
use receiving::Slots;
pub use receiving::primary;
use route::Route;
use setup::Setup;
use std::{
    net::SocketAddr,
    time::{Duration, Instant, SystemTime},
};
use str0m::{
    Event, Input, Output, PacerReason, Reason, Rtc, RtcError,
    bwe::Bitrate,
    change::SdpOffer,
    media::{KeyframeRequestKind, Mid},
    net,
    rtp::{RtpPacket, rtcp::SenderInfo},
    stats::PeerStats,
};
use streams::Lines;

/// With packets waiting the pacer wants to be called again and again; a leg that asks for more than this in one go gets it a moment later.
const ROUNDS: u32 = 64;
/// What is due so soon is done at once. After each packet the pacer asks for the next microsecond, and a timer comes a millisecond later: a picture's
/// packets would leave one by one, each with a wake of its own.
const SOON: Duration = Duration::from_micros(100);

/// Makes connections on str0m.
pub struct Str0m {
    setup: Setup,
}

impl Str0m {
    /// None when no certificate can be made here.
    pub fn new(advertised: SocketAddr) -> Option<Self> {
        Setup::new(advertised).map(|setup| Self { setup })
    }
}

impl Engines for Str0m {
    fn publishing(&self, now: Instant) -> Box<dyn Engine> {
        Box::new(Peer::new(self.setup.publishing(now), self.setup.advertised, now))
    }

    fn receiving(&self, now: Instant) -> Box<dyn Engine> {
        Box::new(Peer::new(self.setup.receiving(now), self.setup.advertised, now))
    }
}

struct Peer {
    rtc: Rtc,
    /// Our candidates' address: where the engine believes that datagrams arrive.
    here: SocketAddr,
    route: Route,
    lines: Lines,
    slots: Slots,
    pacing: Pacing,
    closed: bool,
    nacks: u64,
    told_nacks: u64,
    /// Bits a second: the newest, and when it was probed last.
    estimate: u64,
    probed_at: u64,
    /// To be desired as soon as time went on.
    probe: Option<u64>,
    now: Instant,
}

impl Peer {
    fn new(rtc: Rtc, here: SocketAddr, now: Instant) -> Self {
        Self {
            rtc,
            here,
            route: Route::default(),
            lines: Lines::default(),
            slots: Slots::default(),
            pacing: Pacing::default(),
            closed: false,
            nacks: 0,
            told_nacks: 0,
            estimate: 0,
            probed_at: 0,
            probe: None,
            now,
        }
    }

    /// Takes everything that the engine has for us, until it is content to wait.
    fn drain(&mut self, out: &mut Vec<Happened>) -> Result<Instant, Broken> {
        self.pacing.begins();
        for _ in 0..ROUNDS {
            let next = loop {
                match self.rtc.poll_output().map_err(broken)? {
                    Output::Timeout(next) => break next,
                    Output::Transmit(transmit) => self.send(transmit, out),
                    Output::Event(event) => self.event(event, out),
                }
            };
            if !self.rtc.is_alive() {
                self.close_once(out);
                return Ok(next);
            }
            if next > self.now + SOON {
                return Ok(next);
            }
            let formal = self.rtc.last_timeout_reason() == Reason::Pacer(PacerReason::Immediate);
            if formal && self.pacing.is_done(self.now) {
                return Ok(self.now + pacing::LATER);
            }
            self.now = self.now.max(next);
            self.rtc.handle_input(Input::Timeout(self.now)).map_err(broken)?;
        }
        Ok(self.now + Duration::from_millis(1))
    }

    fn send(&mut self, transmit: net::Transmit, out: &mut Vec<Happened>) {
        self.pacing.sent(&transmit.contents, |pt| self.slots.is_media(pt), self.now);
        let transport = if transmit.proto == net::Protocol::Udp { Transport::Udp } else { Transport::Tcp };
        let asked = Remote { transport, address: transmit.destination };
        let bytes: Vec<u8> = transmit.contents.into();
        let (to, verified) = self.route.of(asked, &bytes);
        if verified {
            out.push(Happened::Verified(asked));
        }
        out.push(Happened::Send(Datagram { to, weight: self.weight(&bytes), bytes }));
    }

    fn weight(&self, bytes: &[u8]) -> Weight {
        match bytes {
            [128..192, kind, ..] if !(64..96).contains(&(kind & 0x7f)) => {
                if self.slots.is_audio(kind & 0x7f) {
                    Weight::Audio
                } else {
                    Weight::Video
                }
            }
            _ => Weight::Control,
        }
    }

    fn event(&mut self, event: Event, out: &mut Vec<Happened>) {
        match event {
            Event::RtpPacket(packet) => out.extend(self.packet(packet).map(Happened::Packet)),
            Event::Connected => out.push(Happened::Connected(profile::chosen())),
            Event::Closed => self.close_once(out),
            Event::KeyframeRequest(request) => out.extend(self.slots.at(request.mid).map(Happened::KeyframeRequest)),
            Event::StreamPaused(paused) => {
                if let Some((line, layer)) = self.lines.place(paused.mid, paused.rid) {
                    out.push(Happened::LayerActive { line, layer, active: !paused.paused });
                }
            }
            Event::PeerStats(stats) => self.path(&stats, out),
            Event::MediaEgressStats(stats) => self.slots.count_nacks(stats.mid, stats.nacks, &mut self.nacks),
            _ => {}
        }
    }

    /// The estimate is the newest one, not the engine's mean of some seconds: that comes too late on the way down.
    fn path(&mut self, stats: &PeerStats, out: &mut Vec<Happened>) {
        if let Some(estimate) = stats.bwe_tx {
            self.estimate = estimate.as_u64();
            let rtt_ms = stats.rtt.map_or(0, |rtt| rtt.as_millis() as u32);
            out.push(Happened::Path { bits: self.estimate, loss: stats.egress_loss_fraction.unwrap_or(0.0), rtt_ms });
        }
        if self.nacks > self.told_nacks {
            out.push(Happened::Nacks(self.nacks - self.told_nacks));
            self.told_nacks = self.nacks;
        }
    }

    fn packet(&mut self, packet: RtpPacket) -> Option<Incoming> {
        let stream = self.lines.stream(&mut self.rtc, packet.header.ssrc)?;
        let format = self.lines.format(packet.header.payload_type)?;
        let values = &packet.header.ext_vals;
        Some(Incoming {
            line: stream.line,
            layer: stream.layer,
            codec: format.codec,
            red: format.red,
            seq: *packet.seq_no,
            timestamp: packet.time.numer(),
            marker: packet.header.marker,
            // The engine has it as the negative dBov that it stands for.
            audio_level: values.audio_level.map(i8::unsigned_abs),
            voice: values.voice_activity,
            turned: values.video_orientation.map(|turned| turned as u8),
            arrived: packet.timestamp,
            report: packet.last_sender_info.and_then(|info| report(info, packet.time.numer())),
            descriptor: values.user_values.get::<Descriptor>().map(|descriptor| descriptor.0.clone()),
            payload: packet.payload,
        })
    }

    fn close_once(&mut self, out: &mut Vec<Happened>) {
        if !self.closed {
            self.closed = true;
            out.push(Happened::Closed);
        }
    }
}

impl Engine for Peer {
    fn accept_offer(&mut self, sdp: &str) -> Result<Accepted, DescriptionError> {
        let checked = sdp::check(sdp)?;
        let text = sdp::keep_descriptor_for_av1(&checked.text);
        let offer = SdpOffer::from_sdp_string(&text).map_err(|error| unreadable(&error))?;
        let answer = self.rtc.sdp_api().accept_offer(offer).map_err(|error| unreadable(&error))?;
        let lines = self.lines.negotiated(&self.rtc, &checked.lines);
        Ok(Accepted { sdp: answer.to_sdp_string(), lines })
    }

    fn offer(&mut self, audio: u8, video: u8, restart: bool) -> Option<String> {
        self.slots.offer(&mut self.rtc, audio, video, restart)
    }

    fn accept_answer(&mut self, sdp: &str) -> Result<(), DescriptionError> {
        let checked = sdp::check(sdp)?;
        self.slots.accept(&mut self.rtc, &checked.text)
    }

    fn slots(&self) -> (u8, u8) {
        self.slots.counts()
    }

    fn slot_mid(&self, slot: SlotIndex) -> Option<String> {
        self.slots.mid(slot)
    }

    fn ufrags(&mut self) -> Vec<String> {
        let current = self.rtc.direct_api().local_ice_credentials().ufrag;
        std::iter::once(current).chain(self.slots.next_ufrag()).collect()
    }

    fn receive(&mut self, from: Remote, datagram: &[u8], now: Instant, out: &mut Vec<Happened>) -> Result<Instant, Broken> {
        self.now = self.now.max(now);
        self.route.asked(from, datagram);
        let proto = if from.transport == Transport::Udp { net::Protocol::Udp } else { net::Protocol::Tcp };
        // What can't be read is dropped here; time goes on all the same.
        let input = match net::Receive::new(proto, from.address, self.here, datagram) {
            Ok(received) => Input::Receive(self.now, received),
            Err(_) => Input::Timeout(self.now),
        };
        self.rtc.handle_input(input).map_err(broken)?;
        self.drain(out)
    }

    fn wake(&mut self, now: Instant, out: &mut Vec<Happened>) -> Result<Instant, Broken> {
        self.now = self.now.max(now);
        self.rtc.handle_input(Input::Timeout(self.now)).map_err(broken)?;
        if let Some(bits) = self.probe.take() {
            self.pacing.probes(self.now);
            self.drain(out)?;
            self.set_bitrate(bits);
            self.rtc.handle_input(Input::Timeout(self.now)).map_err(broken)?;
        }
        self.drain(out)
    }

    fn write(&mut self, packet: Outgoing<'_>) -> bool {
        let written = self.slots.write(&mut self.rtc, packet);
        self.pacing.written(written);
        written
    }

    fn request_keyframe(&mut self, line: u8, layer: Layer) {
        if let Some((mid, rid)) = self.lines.encoding(line, layer)
            && let Some(stream) = self.rtc.direct_api().stream_rx_by_mid(mid, rid)
        {
            stream.request_keyframe(KeyframeRequestKind::Pli);
        }
    }

    fn set_bitrate(&mut self, desired: u64) {
        // No minimum: padding into a congested path would freeze the picture.
        self.rtc.bwe().set_bitrate(Bitrate::ZERO, desired.into());
    }

    fn probe(&mut self, known: u64, bits: u64) {
        // An estimate that did not move since the last time may be stuck in what it believed of a path as it was.
        if self.estimate < known || self.probed_at == self.estimate {
            self.rtc.bwe().reset(known.max(self.estimate).into());
        }
        self.probed_at = self.estimate;
        // The engine probes when more is desired than before. It looks at that when time goes on.
        self.rtc.bwe().set_bitrate(Bitrate::ZERO, Bitrate::from(1));
        self.probe = Some(bits);
    }

    fn forget(&mut self, slot: SlotIndex) {
        self.slots.forget(&mut self.rtc, slot);
    }

    fn forget_rate(&mut self, bits: u64) {
        self.rtc.bwe().reset(bits.into());
    }

    fn close(&mut self) {
        if self.rtc.close().is_err() {
            self.rtc.disconnect();
        }
    }
}

/// The engine extends the timestamps of reports by themselves: here they are brought next to the packets'.
fn report(info: SenderInfo, beside: u64) -> Option<SenderReport> {
    let ntp = info.ntp_time.duration_since(SystemTime::UNIX_EPOCH).ok()?;
    let ahead = (info.rtp_time.numer() as u32).wrapping_sub(beside as u32) as i32;
    Some(SenderReport { ntp_us: ntp.as_micros() as u64, timestamp: beside.saturating_add_signed(ahead.into()) })
}

fn broken(error: RtcError) -> Broken {
    Broken(error.to_string())
}

fn unreadable(error: &dyn std::error::Error) -> DescriptionError {
    sdp::unreadable(&error.to_string())
}

fn mid_of(text: &str) -> Mid {
    Mid::from(text)
}
