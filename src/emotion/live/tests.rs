//! Packets of a voice into a sink, as from a meeting: readings come out, and none after a withdrawal.

use super::{Tell, listen};
use crate::emotion::Emotions;
use ::actors::{
    ids::ParticipantId,
    ports::MediaSink,
    protocol::EmotionReading,
    sfu::Codec,
    sinks::{Gap, MediaFrame, SinkEnd, SinkItem},
};
use actix::{Arbiter, System};
use std::{
    process::Command,
    sync::{
        Arc,
        mpsc::{Receiver, channel},
    },
    time::Duration,
};
use uuid::Uuid;

const SOON: Duration = Duration::from_secs(30);
/// Eleven seconds of voices, 16 kHz.
const VOICES: &[u8] = include_bytes!("../../../actors/src/emotion/fixtures/clips.s16le");

/// The voices as Opus packets of 20 ms; none where there is no ffmpeg to make them.
fn packets() -> Option<Vec<Vec<u8>>> {
    let folder = tempfile::tempdir().expect("a folder");
    let (raw, ogg) = (folder.path().join("voice.raw"), folder.path().join("voice.opus"));
    std::fs::write(&raw, VOICES).expect("room on the disk");
    let mut ffmpeg = Command::new("ffmpeg");
    ffmpeg.args(["-nostdin", "-v", "error", "-f", "s16le", "-ar", "16000", "-ac", "1", "-i"]).arg(&raw);
    let done = ffmpeg.args(["-c:a", "libopus", "-b:a", "32k"]).arg(&ogg).status();
    assert!(done.is_ok() || std::env::var_os("CI").is_none(), "ffmpeg is part of the tests' tools");
    if done.is_err() {
        eprintln!("skipped: there is no ffmpeg here");
        return None;
    }
    Some(split(&std::fs::read(ogg).expect("a file")))
}

/// The packets of an Ogg stream behind its two headers (RFC 3533).
fn split(mut ogg: &[u8]) -> Vec<Vec<u8>> {
    let (mut packets, mut open) = (Vec::new(), Vec::new());
    while ogg.len() >= 27 {
        let count = usize::from(ogg[26]);
        let (sizes, mut body) = ogg[27..].split_at(count);
        for size in sizes {
            let (piece, rest) = body.split_at(usize::from(*size));
            open.extend_from_slice(piece);
            body = rest;
            if *size < 255 {
                packets.push(std::mem::take(&mut open));
            }
        }
        ogg = body;
    }
    packets.split_off(2)
}

fn frame(at: u64, payload: &[u8]) -> SinkItem {
    SinkItem::Frame(MediaFrame {
        stream: 1,
        codec: Codec::Opus,
        layer: 0,
        seq: at,
        timestamp: at * 960,
        marker: false,
        keyframe: true,
        arrived_us: 1_700_000_000_000_000 + at * 20_000,
        report: None,
        audio_level: None,
        payload: payload.into(),
    })
}

struct Heard {
    sink: Arc<dyn MediaSink>,
    readings: Receiver<EmotionReading>,
    _system: actix::SystemRunner,
}

fn alice() -> ParticipantId {
    ParticipantId(Uuid::from_u128(1))
}

fn hears() -> Heard {
    let system = System::new();
    let arbiter = Arbiter::new();
    let (tell, readings) = channel();
    let tell: Tell = Arc::new(move |reading| drop(tell.send(reading)));
    let emotions = Emotions::open(None, None).expect("the models that are built in");
    let sink = listen(alice(), emotions, &arbiter.handle(), tell);
    Heard { sink, readings, _system: system }
}

#[test]
fn a_voice_in_packets_is_read_second_by_second_until_consent_is_withdrawn() {
    let Some(packets) = packets() else { return };
    let heard = hears();
    // Four seconds in which one packet is lost: fewer than the ring holds.
    for (at, payload) in packets.iter().enumerate().take(200).filter(|(at, _)| *at != 77) {
        assert!(heard.sink.put(frame(at as u64, payload)));
    }
    let first = heard.readings.recv_timeout(SOON).expect("a reading in time");
    assert_eq!(first.participant_id, alice());
    assert!((0.0..=1.0).contains(&first.arousal) && first.scores.len() == 7 && first.label.is_none());
    let second = heard.readings.recv_timeout(SOON).expect("another");
    assert!(second.at >= first.at && first.at.0 >= 1_700_000_000_000);
    heard.sink.put(SinkItem::Ended(SinkEnd::Withdrawn));
    // The actor goes, and with it the last that could tell anything.
    while let Ok(_late) = heard.readings.recv_timeout(SOON) {}
    assert!(matches!(heard.readings.recv_timeout(SOON), Err(std::sync::mpsc::RecvTimeoutError::Disconnected)));
}

#[test]
fn no_clip_goes_over_a_mute() {
    let Some(packets) = packets() else { return };
    let heard = hears();
    // 1.8 s, a mute, 1.8 s: neither is a clip.
    for (at, payload) in packets.iter().enumerate().take(180) {
        if at == 90 {
            heard.sink.put(SinkItem::Gap(Gap::Off));
        }
        heard.sink.put(frame(at as u64, payload));
    }
    heard.sink.put(SinkItem::Ended(SinkEnd::Left));
    assert!(heard.readings.recv_timeout(SOON).is_err(), "nothing was whole");
}
