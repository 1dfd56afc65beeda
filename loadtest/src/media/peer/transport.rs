//! From datagrams to plain RTP and RTCP and back: ICE, DTLS and SRTP on the protocol crates of `rtc`.
//!
//! DTLS runs in a tunnel: its endpoint knows one made-up address, and what it sends goes wherever ICE has chosen.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::{Bytes, BytesMut};
use rtc_dtls::config::HandshakeConfig;
use rtc_dtls::endpoint::{Endpoint, EndpointEvent};
use rtc_dtls::extension::extension_use_srtp::SrtpProtectionProfile;
use rtc_dtls::state::State;
use rtc_ice::candidate::candidate_host::CandidateHostConfig;
use rtc_ice::candidate::{CandidateConfig, unmarshal_candidate};
use rtc_ice::mdns::MulticastDnsMode;
use rtc_ice::{Agent, AgentConfig, Event};
use rtc_shared::{TransportContext, TransportMessage, TransportProtocol};
use rtc_srtp::config::{Config, LABEL_EXTRACTOR_DTLS_SRTP};
use rtc_srtp::context::Context;
use rtc_srtp::option::{srtcp_replay_protection, srtp_replay_protection};
use rtc_srtp::protection_profile::ProtectionProfile;
use sansio::Protocol;

use super::PeerError;
use super::header::Header;
use super::identity::Identity;
use super::sdp::{Credentials, Remote, Setup};

/// Repairs may come this many packets late.
const REPLAY_WINDOW: usize = 1024;
const CHECK_EVERY: Duration = Duration::from_millis(50);
const KEEPALIVE_EVERY: Duration = Duration::from_secs(2);
/// Only sizes of header extensions matter to the cipher; their bytes come from the packet.
static ZEROS: [u8; 1024] = [0; 1024];

/// What a datagram held.
pub enum Inbound {
    Nothing,
    Rtp(Header, BytesMut),
    Rtcp(BytesMut),
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Change {
    Connected,
    /// The other side said goodbye, or ICE gave up.
    Closed,
}

struct Keys {
    local: Context,
    remote: Context,
    scratch: rtc_rtp::Header,
}

pub struct Transport {
    identity: Arc<Identity>,
    agent: Agent,
    local: SocketAddr,
    remote: Option<SocketAddr>,
    theirs: Option<Credentials>,
    dtls: Option<Endpoint>,
    /// To begin with as the DTLS client, once ICE has chosen.
    hello: Option<Arc<HandshakeConfig>>,
    keys: Option<Keys>,
    out: VecDeque<(SocketAddr, BytesMut)>,
    changes: VecDeque<Change>,
    pub profile: Option<&'static str>,
}

impl Transport {
    pub fn new(identity: Arc<Identity>, local: SocketAddr, now: Instant) -> Result<Self, PeerError> {
        let config = AgentConfig {
            multicast_dns_mode: MulticastDnsMode::Disabled,
            check_interval: CHECK_EVERY,
            keepalive_interval: Some(KEEPALIVE_EVERY),
            ..AgentConfig::default()
        };
        let mut agent = Agent::new(now, Arc::new(config), identity.provider.clone()).map_err(PeerError::ice)?;
        let base_config = CandidateConfig {
            network: "udp".to_owned(),
            address: local.ip().to_string(),
            port: local.port(),
            component: 1,
            ..CandidateConfig::default()
        };
        let candidate = CandidateHostConfig { base_config, ..CandidateHostConfig::default() };
        agent.add_local_candidate(candidate.new_candidate_host().map_err(PeerError::ice)?).map_err(PeerError::ice)?;
        Ok(Self {
            identity,
            agent,
            local,
            remote: None,
            theirs: None,
            dtls: None,
            hello: None,
            keys: None,
            out: VecDeque::new(),
            changes: VecDeque::new(),
            profile: None,
        })
    }

    pub fn credentials(&self) -> Credentials {
        let ours = self.agent.get_local_credentials();
        Credentials { ufrag: ours.ufrag.clone(), password: ours.pwd.clone() }
    }

    pub fn local(&self) -> SocketAddr {
        self.local
    }

    pub fn is_connected(&self) -> bool {
        self.keys.is_some()
    }

    /// New credentials for a new generation of checks; media goes on to where it went.
    pub fn restart(&mut self, now: Instant) -> Result<(), PeerError> {
        self.theirs = None;
        self.agent.restart(now, String::new(), String::new(), true).map_err(PeerError::ice)
    }

    /// Would this description begin a new generation of ICE?
    pub fn restarts(&self, remote: &Remote) -> bool {
        self.theirs.as_ref().is_some_and(|known| *known != remote.credentials)
    }

    /// Begins checks, and DTLS if that has not begun. `we_offered` decides who controls; a lite side never does.
    pub fn connect(&mut self, now: Instant, remote: &Remote, we_offered: bool) -> Result<(), PeerError> {
        if self.theirs.as_ref() == Some(&remote.credentials) {
            return Ok(());
        }
        for text in remote.candidates.iter().filter(|text| is_udp(text)) {
            let candidate = unmarshal_candidate(text).map_err(PeerError::ice)?;
            self.agent.add_remote_candidate(candidate).map_err(PeerError::ice)?;
        }
        let Credentials { ufrag, password } = remote.credentials.clone();
        let controls = we_offered || remote.lite;
        self.agent.start_connectivity_checks(now, controls, ufrag, password).map_err(PeerError::ice)?;
        self.theirs = Some(remote.credentials.clone());
        if self.dtls.is_none() {
            self.start_dtls(remote, we_offered)?;
        }
        self.follow_ice(now);
        Ok(())
    }

    fn start_dtls(&mut self, remote: &Remote, we_offered: bool) -> Result<(), PeerError> {
        // Whoever answers actpass is active, as browsers are.
        let is_client = match remote.setup {
            Setup::Active => false,
            Setup::Passive => true,
            Setup::ActPass => !we_offered,
        };
        let config = self.identity.handshake(is_client, &remote.fingerprint)?;
        let serve = (!is_client).then(|| config.clone());
        self.dtls = Some(Endpoint::new(tunnel().local_addr, TransportProtocol::UDP, serve));
        self.hello = is_client.then_some(config);
        Ok(())
    }

    pub fn handle(&mut self, now: Instant, from: SocketAddr, datagram: &[u8]) -> Inbound {
        match datagram.first() {
            Some(0..=3) => self.handle_stun(now, from, datagram.into()),
            Some(20..=63) => self.handle_dtls(now, from, datagram.into()),
            Some(128..=191) => return self.unprotect(datagram).unwrap_or(Inbound::Nothing),
            _ => {}
        }
        Inbound::Nothing
    }

    fn handle_stun(&mut self, now: Instant, from: SocketAddr, message: BytesMut) {
        let transport = TransportContext { local_addr: self.local, peer_addr: from, ..TransportContext::default() };
        // A check that does not fit is no more than a stray packet.
        let _ = self.agent.handle_read(TransportMessage { now, transport, message });
        self.follow_ice(now);
    }

    fn handle_dtls(&mut self, now: Instant, from: SocketAddr, message: BytesMut) {
        let Some(dtls) = self.dtls.as_mut() else { return };
        let events = dtls.read(now, tunnel().peer_addr, None, message);
        self.remote.get_or_insert(from);
        match events {
            Ok(events) => events.iter().for_each(|event| self.dtls_event(event)),
            Err(_) => self.changes.push_back(Change::Closed),
        }
        self.flush_dtls();
    }

    fn dtls_event(&mut self, event: &EndpointEvent) {
        match event {
            EndpointEvent::HandshakeComplete => {
                let state = self.dtls.as_ref().and_then(|dtls| dtls.get_connection_state(tunnel().peer_addr));
                match state.map(|state| Keys::new(state, &self.identity)) {
                    Some(Ok((keys, profile))) => {
                        self.keys = Some(keys);
                        self.profile = Some(profile);
                        self.changes.push_back(Change::Connected);
                    }
                    _ => self.changes.push_back(Change::Closed),
                }
            }
            EndpointEvent::PeerClosed => self.changes.push_back(Change::Closed),
            _ => {}
        }
    }

    fn follow_ice(&mut self, now: Instant) {
        while let Some(transmit) = self.agent.poll_write() {
            self.out.push_back((transmit.transport.peer_addr, transmit.message));
        }
        while let Some(event) = self.agent.poll_event() {
            match event.event {
                Event::SelectedCandidatePairChange(_, remote) => {
                    self.remote = Some(remote.addr());
                    self.say_hello(now);
                }
                Event::ConnectionStateChange(rtc_ice::state::ConnectionState::Failed) => {
                    self.changes.push_back(Change::Closed);
                }
                _ => {}
            }
        }
    }

    fn say_hello(&mut self, now: Instant) {
        let (Some(config), Some(dtls)) = (self.hello.take(), self.dtls.as_mut()) else { return };
        if dtls.connect(now, tunnel().peer_addr, config, None).is_err() {
            self.changes.push_back(Change::Closed);
        }
        self.flush_dtls();
    }

    fn flush_dtls(&mut self) {
        let Some(dtls) = self.dtls.as_mut() else { return };
        while let Some(transmit) = dtls.poll_transmit() {
            if let Some(remote) = self.remote {
                self.out.push_back((remote, transmit.message));
            }
        }
    }

    fn unprotect(&mut self, packet: &[u8]) -> Option<Inbound> {
        let keys = self.keys.as_mut()?;
        if (192..=223).contains(packet.get(1)?) {
            return keys.remote.decrypt_rtcp(packet).ok().map(Inbound::Rtcp);
        }
        let header = Header::read(packet)?;
        keys.fill_scratch(&header);
        let plain = keys.remote.decrypt_rtp_with_header(packet, &keys.scratch).ok()?;
        Some(Inbound::Rtp(header, plain))
    }

    /// Protects and queues a packet. False before the handshake is done.
    pub fn send_rtp(&mut self, packet: &[u8]) -> bool {
        let (Some(keys), Some(remote), Some(header)) = (self.keys.as_mut(), self.remote, Header::read(packet)) else {
            return false;
        };
        keys.fill_scratch(&header);
        let Ok(protected) = keys.local.encrypt_rtp_with_header(packet, &keys.scratch) else { return false };
        self.out.push_back((remote, protected));
        true
    }

    pub fn send_rtcp(&mut self, packet: &[u8]) -> bool {
        let (Some(keys), Some(remote)) = (self.keys.as_mut(), self.remote) else { return false };
        let Ok(protected) = keys.local.encrypt_rtcp(packet) else { return false };
        self.out.push_back((remote, protected));
        true
    }

    pub fn timeout(&mut self, now: Instant) {
        if self.agent.poll_timeout().is_some_and(|at| at <= now) {
            // Its errors are about single checks.
            let _ = self.agent.handle_timeout(now);
            self.follow_ice(now);
        }
        let Some(dtls) = self.dtls.as_mut() else { return };
        if dtls.poll_timeout(&tunnel().peer_addr).is_some_and(|at| at <= now) {
            if dtls.handle_timeout(tunnel().peer_addr, now).is_err() {
                self.changes.push_back(Change::Closed);
            }
            self.flush_dtls();
        }
    }

    pub fn deadline(&mut self) -> Option<Instant> {
        let dtls = self.dtls.as_ref().and_then(|dtls| dtls.poll_timeout(&tunnel().peer_addr));
        self.agent.poll_timeout().into_iter().chain(dtls).min()
    }

    pub fn poll_transmit(&mut self) -> Option<(SocketAddr, BytesMut)> {
        self.out.pop_front()
    }

    pub fn poll_change(&mut self) -> Option<Change> {
        self.changes.pop_front()
    }

    /// Says goodbye (close_notify) and stops.
    pub fn close(&mut self, now: Instant) {
        if let Some(dtls) = self.dtls.as_mut() {
            // Its goodbye is best effort, like any datagram.
            let _ = dtls.close(now);
        }
        self.flush_dtls();
        self.keys = None;
        let _ = self.agent.close();
    }
}

impl Keys {
    fn new(state: &State, identity: &Identity) -> Result<(Self, &'static str), PeerError> {
        let (profile, name) = match state.srtp_protection_profile() {
            SrtpProtectionProfile::Srtp_Aead_Aes_128_Gcm => (ProtectionProfile::AeadAes128Gcm, "AEAD_AES_128_GCM"),
            SrtpProtectionProfile::Srtp_Aes128_Cm_Hmac_Sha1_80 => {
                (ProtectionProfile::Aes128CmHmacSha1_80, "AES128_CM_HMAC_SHA1_80")
            }
            other => return Err(PeerError::crypto(format!("unexpected SRTP profile {other:?}"))),
        };
        let mut config = Config { profile, ..Config::default() };
        let material = state
            .export_keying_material(LABEL_EXTRACTOR_DTLS_SRTP, &[], config.keying_material_len())
            .map_err(PeerError::crypto)?;
        config.set_session_keys_from_keying_material(material.as_ref(), state.is_client()).map_err(PeerError::crypto)?;
        let crypto = identity.provider.crypto();
        let keys = &config.keys;
        let local = Context::new(&keys.local_master_key, &keys.local_master_salt, profile, None, None, crypto);
        let windows = (srtp_replay_protection(REPLAY_WINDOW), srtcp_replay_protection(REPLAY_WINDOW));
        let (rtp, rtcp) = (Some(windows.0), Some(windows.1));
        let remote = Context::new(&keys.remote_master_key, &keys.remote_master_salt, profile, rtp, rtcp, crypto);
        let scratch = rtc_rtp::Header { version: 2, ..rtc_rtp::Header::default() };
        let keys = Self { local: local.map_err(PeerError::crypto)?, remote: remote.map_err(PeerError::crypto)?, scratch };
        Ok((keys, name))
    }

    /// The cipher asks the header for its size, SSRC and number only; an RFC 3550 block of zeros has the right size.
    fn fill_scratch(&mut self, header: &Header) {
        let scratch = &mut self.scratch;
        scratch.ssrc = header.ssrc;
        scratch.sequence_number = header.seq;
        scratch.csrc.resize(header.csrcs, 0);
        scratch.extension = header.extension_len().is_some();
        scratch.extensions.clear();
        if let Some(len) = header.extension_len() {
            let payload = Bytes::from_static(&ZEROS[..len.min(ZEROS.len())]);
            scratch.extensions.push(rtc_rtp::header::Extension { id: 0, payload });
        }
    }
}

fn is_udp(candidate: &str) -> bool {
    candidate.split(' ').nth(2).is_some_and(|transport| transport.eq_ignore_ascii_case("udp"))
}

fn tunnel() -> TransportContext {
    TransportContext::default()
}
