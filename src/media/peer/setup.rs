//! How connections are set up: ICE-lite, DTLS 1.2, RTP as it comes, and the codecs that are forwarded.

use super::{dependency, profile};
use actors::sfu::Codec;
use std::{
    net::SocketAddr,
    time::{Duration, Instant},
};
use str0m::{
    Candidate, Rtc, RtcConfig,
    bwe::Bitrate,
    config::{CryptoProvider, DtlsCert},
    format::{self, FormatParams},
    media::Frequency,
    rtp::{Extension, ExtensionMap},
};

/// Where the estimate of a receiver's path begins: enough for the voices and small pictures of a room that goes over to the server. A narrower line shows
/// itself within seconds.
const FIRST_ESTIMATE: Bitrate = Bitrate::kbps(1_500);
/// How often the estimate, loss, round trip and requests for packets are read: a line that becomes narrow is to cost little sound.
const STATS_EVERY: Duration = Duration::from_millis(100);
/// Video packets of a slot that may be asked for again: a second of a good picture, two of a middling one.
pub const KEPT_PACKETS: usize = 256;
pub const KEPT_FOR: Duration = Duration::from_secs(3);
/// Of what goes to a receiver, so much at most may be repairs: enough for a line that loses a fifth of everything, and a bound for one that asks
/// for everything again.
pub const REPAIRS: f32 = 0.5;
/// H.264's constrained baseline profile, level 3.1; others' levels may differ.
const CONSTRAINED_BASELINE: u32 = 0x42_e01f;
/// How soon an encoding that stopped is known to have.
const PAUSED_AFTER: Duration = Duration::from_millis(700);

/// What all connections of a worker share.
#[derive(Clone)]
pub struct Setup {
    crypto: std::sync::Arc<CryptoProvider>,
    certificate: DtlsCert,
    /// The address that the candidates name, UDP and TCP.
    pub advertised: SocketAddr,
}

impl Setup {
    /// None when no certificate can be made here.
    pub fn new(advertised: SocketAddr) -> Option<Self> {
        let crypto = profile::watched(str0m::crypto::from_feature_flags());
        let certificate = crypto.dtls_provider.generate_certificate()?;
        Some(Self { crypto: crypto.into(), certificate, advertised })
    }

    pub fn publishing(&self, now: Instant) -> Rtc {
        self.start(self.common(), now)
    }

    pub fn receiving(&self, now: Instant) -> Rtc {
        let config = self.common().enable_bwe(Some(FIRST_ESTIMATE)).set_stats_interval(Some(STATS_EVERY));
        self.start(config, now)
    }

    fn common(&self) -> RtcConfig {
        let mut config = RtcConfig::new()
            .set_crypto_provider(self.crypto.clone())
            .set_dtls_cert(self.certificate.clone())
            .set_dtls_version(str0m::config::DtlsVersion::Dtls12)
            .set_rtp_mode(true)
            .set_ice_lite(true)
            .set_extension_map(extensions())
            .set_send_buffer_video(KEPT_PACKETS)
            .set_pause_threshold(PAUSED_AFTER)
            .clear_codecs()
            .enable_opus(true, true)
            .enable_vp8(true)
            .enable_av1(true);
        // One format of each codec, so that what one person sends every other can be sent: VP9's profile 0, and H.264's constrained baseline
        // with fragments (packetization mode 1), which all browsers have.
        let codecs = config.codec_config();
        let vp9 = FormatParams { profile_id: Some(0), ..FormatParams::default() };
        codecs.add_config(98.into(), Some(99.into()), format::Codec::Vp9, Frequency::NINETY_KHZ, None, vp9);
        codecs.add_h264(108.into(), Some(109.into()), true, CONSTRAINED_BASELINE);
        config
    }

    fn start(&self, config: RtcConfig, now: Instant) -> Rtc {
        let mut rtc = config.build(now);
        for candidate in candidates(self.advertised) {
            rtc.add_local_candidate(candidate);
        }
        rtc
    }
}

fn candidates(address: SocketAddr) -> Vec<Candidate> {
    let udp = Candidate::builder().udp().host(address).build();
    let tcp = Candidate::builder().tcp().tcptype(str0m::net::TcpType::Passive).host(address).build();
    [udp, tcp].into_iter().flatten().collect()
}

/// The dependency descriptor is taken of those who publish AV1 alone (see `sdp::keep_descriptor_for_av1`): with it browsers leave the picture
/// ids out of VP8.
fn extensions() -> ExtensionMap {
    let mut map = ExtensionMap::empty();
    map.set(1, Extension::AudioLevel);
    map.set(2, Extension::AbsoluteSendTime);
    map.set(3, Extension::TransportSequenceNumber);
    map.set(4, Extension::RtpMid);
    map.set(10, Extension::RtpStreamId);
    map.set(11, Extension::RepairedRtpStreamId);
    map.set(12, dependency::extension());
    map.set(13, Extension::VideoOrientation);
    map
}

/// The codec in our words; none if it is not forwarded.
pub fn codec(codec: format::Codec) -> Option<Codec> {
    match codec {
        format::Codec::Opus => Some(Codec::Opus),
        format::Codec::Vp8 => Some(Codec::Vp8),
        format::Codec::Vp9 => Some(Codec::Vp9),
        format::Codec::H264 => Some(Codec::H264),
        format::Codec::Av1 => Some(Codec::Av1),
        _ => None,
    }
}
