//! Packets as they arrive, and what a decoder is fed for them.

use crate::{
    emotion::feed::{Feed, Feeder},
    sfu::Codec,
    sinks::MediaFrame,
};

fn packet(stream: u32, seq: u64, timestamp: u64) -> MediaFrame {
    MediaFrame {
        stream,
        codec: Codec::Opus,
        layer: 0,
        seq,
        timestamp,
        marker: false,
        keyframe: true,
        arrived_us: 0,
        report: None,
        audio_level: None,
        payload: [0_u8; 1].as_slice().into(),
    }
}

fn fed(packets: &[(u32, u64, u64)]) -> Vec<Vec<Feed>> {
    let mut feeder = Feeder::default();
    packets.iter().map(|(stream, seq, timestamp)| feeder.place(&packet(*stream, *seq, *timestamp))).collect()
}

#[test]
fn packets_in_step_are_fed_as_they_are() {
    let fed = fed(&[(1, 10, 0), (1, 11, 960), (1, 12, 1_920), (1, 13, 4_800)]);
    assert!(fed.iter().all(|feeds| *feeds == [Feed::Packet]), "{fed:?}");
}

#[test]
fn a_lost_packet_is_guessed_and_a_late_one_thrown_away() {
    let fed = fed(&[(1, 1, 960), (1, 2, 1_920), (1, 4, 3_840), (1, 3, 2_880)]);
    assert_eq!(fed[2], [Feed::Lost, Feed::Packet]);
    assert!(fed[3].is_empty());
}

#[test]
fn what_was_not_sent_is_silence_and_a_long_hole_begins_anew() {
    let pause = fed(&[(1, 1, 960), (1, 2, 1_920), (1, 3, 1_920 + 19_200)]);
    assert_eq!(pause[2], [Feed::Silence(18_240), Feed::Packet]);
    let lost = fed(&[(1, 1, 960), (1, 2, 1_920), (1, 12, 11_520)]);
    assert_eq!(lost[2], [[Feed::Lost; 5].as_slice(), &[Feed::Silence(3_840), Feed::Packet]].concat());
    let away = fed(&[(1, 1, 960), (1, 2, 1_920), (1, 3, 480_000)]);
    assert_eq!(away[2], [Feed::Anew, Feed::Packet]);
}

#[test]
fn another_stream_begins_anew_whatever_its_numbers() {
    let fed = fed(&[(1, 100, 96_000), (2, 5, 10), (2, 6, 970)]);
    assert_eq!((&fed[1][..], &fed[2][..]), (&[Feed::Anew, Feed::Packet][..], &[Feed::Packet][..]));
}
