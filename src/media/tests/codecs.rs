//! What is negotiated of codecs, with a client of another make-up than ours.

use crate::media::{
    engine::{Engine, Engines},
    peer::Str0m,
    sdp::DEPENDENCY_DESCRIPTOR,
};
use actors::sfu::Codec;
use std::time::Instant;
use str0m::{
    Candidate, Rtc, RtcConfig,
    media::{Direction, MediaKind},
};

fn engine() -> Box<dyn Engine> {
    Str0m::new(([127, 0, 0, 1], 40_000).into()).unwrap().publishing(Instant::now())
}

/// An offer of one camera.
fn offer(codecs: impl Fn(RtcConfig) -> RtcConfig) -> String {
    let mut client: Rtc = codecs(Rtc::builder().set_rtp_mode(true).clear_codecs()).build(Instant::now());
    client.add_local_candidate(Candidate::host(([127, 0, 0, 1], 50_000).into(), "udp").unwrap());
    let mut api = client.sdp_api();
    api.add_media(MediaKind::Video, Direction::SendOnly, None, None, None);
    api.apply().unwrap().0.to_sdp_string()
}

/// With the dependency descriptor, as browsers offer it whatever the codec.
fn described(offer: &str) -> String {
    offer.replace("a=sendonly\r\n", &format!("a=sendonly\r\na=extmap:12 {DEPENDENCY_DESCRIPTOR}\r\n"))
}

#[test]
fn the_dependency_descriptor_is_taken_of_av1_alone() {
    let first_av1 = described(&offer(|config| config.enable_av1(true)));
    let first_vp8 = described(&offer(|config| config.enable_vp8(true).enable_av1(true)));
    for (offer, codec, taken) in [(first_av1, Codec::Av1, true), (first_vp8, Codec::Vp8, false)] {
        assert!(offer.contains(DEPENDENCY_DESCRIPTOR), "{offer}");
        let accepted = engine().accept_offer(&offer).unwrap();
        assert_eq!(accepted.lines[0].codec, Some(codec));
        assert_eq!(accepted.sdp.contains(DEPENDENCY_DESCRIPTOR), taken, "{}", accepted.sdp);
    }
}

#[test]
fn h264_and_vp9_are_taken_in_one_format_that_everybody_has() {
    let every = offer(|config| config.enable_h264(true).enable_vp9(true));
    assert!(every.matches("H264/90000").count() > 2 && every.matches("VP9/90000").count() > 1, "{every}");
    let answer = engine().accept_offer(&every).unwrap().sdp;
    let formats: Vec<&str> = answer.lines().filter(|line| line.contains("profile-level-id")).collect();
    assert_eq!(formats.len(), 1, "{answer}");
    assert!(formats[0].contains("packetization-mode=1") && formats[0].contains("profile-level-id=42e01f"), "{}", formats[0]);
    assert_eq!(answer.matches("VP9/90000").count(), 1, "{answer}");
}

#[test]
fn pictures_are_offered_with_the_descriptor_and_the_same_formats() {
    let mut receiving = Str0m::new(([127, 0, 0, 1], 40_000).into()).unwrap().receiving(Instant::now());
    let offer = receiving.offer(4, 4, false).unwrap();
    assert_eq!(offer.matches(DEPENDENCY_DESCRIPTOR).count(), 4, "every picture, no voice");
    for codec in ["VP8/90000", "VP9/90000", "H264/90000", "AV1/90000"] {
        assert_eq!(offer.matches(codec).count(), 4, "{codec}: {offer}");
    }
}
