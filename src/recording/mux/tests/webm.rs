use super::{reader::read, *};
use crate::recording::mux::About;
use std::{io::ErrorKind, num::NonZeroU64};

#[test]
fn sound_comes_back_with_all_that_a_player_wants() {
    let frames = voice(300);
    let bytes = finished(&opus(), &frames);
    let film = read(&bytes);
    assert_eq!(film.frames, frames);
    assert_eq!((film.doc_type.as_str(), film.codec.as_str(), film.language.as_str()), ("webm", "A_OPUS", "und"));
    assert_eq!(film.private.as_deref(), Some(&b"OpusHead\x01\x02\x00\x00\x80\xbb\x00\x00\x00\x00\x00"[..]));
    assert_eq!(film.duration_ms, Some(6_000.0));
    assert_eq!(film.segment_size, Some(bytes.len() as u64 - film.segment_at));
    assert_eq!(film.date, (1_700_000_000_000 - 978_307_200_000) * 1_000_000);
    let began: Vec<u64> = film.clusters.iter().map(|cluster| cluster.at_ms).collect();
    assert_eq!(began, [0, 2_000, 4_000]);
    assert_eq!(film.cues, film.clusters.iter().map(|cluster| (cluster.at_ms, cluster.at)).collect::<Vec<_>>());
}

#[test]
fn pictures_can_be_jumped_to_where_they_need_no_others() {
    let frames = film(70, 30);
    let film = read(&finished(&vp8(), &frames));
    assert_eq!(film.frames, frames);
    assert_eq!((film.codec.as_str(), film.size), ("V_VP8", (320, 180)));
    let began: Vec<u64> = film.clusters.iter().map(|cluster| cluster.at_ms).collect();
    assert_eq!(began, [0, 2_000, 3_000, 5_000, 6_000], "at each keyframe, and after two seconds");
    let cues: Vec<u64> = film.cues.iter().map(|(at_ms, _)| *at_ms).collect();
    assert_eq!(cues, [0, 3_000, 6_000]);
    assert_eq!(film.duration_ms, Some(7_000.0), "the last picture lasts as long as the one before");
}

#[test]
fn what_is_named_in_the_head_is_where_it_says() {
    let bytes = finished(&vp8(), &film(70, 30));
    let film = read(&bytes);
    let named = |id: u32| film.seeks.iter().find(|(named, _)| *named == id).expect("named").1 as usize;
    for id in [0x1549_A966u32, 0x1654_AE6B, 0x1C53_BB6B] {
        assert_eq!(bytes[named(id)..named(id) + 4], id.to_be_bytes());
    }
    for (position, next) in
        film.clusters.iter().zip(film.clusters[1..].iter().map(|next| next.at).chain([named(0x1C53_BB6B) as u64]))
    {
        assert_eq!(position.size, Some(next - position.at - 12), "a cluster that is over has its size");
    }
}

#[test]
fn a_file_without_its_end_has_all_its_frames() {
    let mut writer = written(&vp8(), &film(70, 30));
    let so_far = bytes(&mut writer);
    assert_eq!(writer.bytes(), so_far.len() as u64);
    let film = read(&so_far);
    assert_eq!(film.frames.len(), 70);
    assert_eq!((film.segment_size, film.duration_ms, film.clusters.last().expect("some").size), (None, None, None));
}

#[test]
fn a_file_without_frames_is_a_file() {
    let bytes = finished(&opus(), &[]);
    let film = read(&bytes);
    assert_eq!((film.frames.len(), film.cues.len(), film.duration_ms), (0, 0, None));
    assert_eq!(film.segment_size, Some(bytes.len() as u64 - film.segment_at));
}

#[test]
fn silences_and_great_times_fit() {
    let times = [0, 1_999, 2_000, 40_000, 72_767, 72_768, 300_000_000, 999_999_999_999];
    let frames: Vec<Frame> = times.iter().map(|at_ms| frame(*at_ms, *at_ms == 0, b"picture")).collect();
    assert_eq!(read(&finished(&vp8(), &frames)).frames, frames);
}

#[test]
fn time_does_not_go_back() {
    let mut writer = begin(&opus());
    for at_ms in [100, 60, 120] {
        writer.write(at_ms, true, b"\xf8sound").expect("taken");
    }
    let read: Vec<u64> = read(&bytes(&mut writer)).frames.iter().map(|frame| frame.at_ms).collect();
    assert_eq!(read, [100, 100, 120]);
    assert_eq!(writer.duration_ms(), 140);
}

#[test]
fn what_makes_no_file_is_refused() {
    let no_size = TrackFormat { size: None, ..vp8() };
    let flat = TrackFormat { size: Some((320, 0)), ..vp8() };
    let no_parameters = TrackFormat { codec: Codec::H264, ..vp8() };
    let endless = TrackFormat { private: Some(vec![0; 70_000]), ..vp8() };
    for track in [no_size, flat, no_parameters, endless] {
        let refused = WebmWriter::create(Cursor::new(Vec::new()), &track, at(0)).map(drop).expect_err("refused");
        assert_eq!(refused.kind(), ErrorKind::InvalidInput);
    }
}

#[test]
fn what_is_no_frame_changes_nothing() {
    let mut writer = written(&opus(), &voice(3));
    let before = bytes(&mut writer);
    assert_eq!(writer.write(u64::MAX, true, b"late").expect_err("refused").kind(), ErrorKind::InvalidInput);
    assert_eq!(writer.write(60, true, &vec![0; 33 << 20]).expect_err("refused").kind(), ErrorKind::InvalidInput);
    writer.write(60, true, b"").expect("left out");
    assert_eq!((bytes(&mut writer), writer.frames()), (before, 3));
}

#[test]
fn the_end_comes_once() {
    let mut writer = written(&opus(), &voice(3));
    let finished = writer.finish().expect("finished");
    let after = bytes(&mut writer);
    assert_eq!((finished.frames, finished.duration_ms, finished.bytes), (3, 60, after.len() as u64));
    assert_eq!(writer.bytes(), finished.bytes);
    assert_eq!(writer.finish().expect("again"), finished);
    assert_eq!(writer.write(60, true, b"more").expect_err("over").kind(), ErrorKind::InvalidInput);
    assert_eq!(bytes(&mut writer), after);
}

#[test]
fn a_file_says_what_it_is() {
    let about = About {
        title: Some("Ada’s camera".into()),
        language: Some("deu".into()),
        track_uid: NonZeroU64::new(77),
        channels: Some(1),
    };
    let mut writer = WebmWriter::create_with(Cursor::new(Vec::new()), &opus(), at(0), &about).expect("created");
    let film = read(&bytes(&mut writer));
    assert_eq!((film.title.as_deref(), film.language.as_str()), (Some("Ada’s camera"), "deu"));
    assert_eq!(film.private.expect("a head")[9], 1);
    for (language, channels) in [("German", 2), ("DEU", 2), ("de", 2)] {
        let about = About { language: Some(language.into()), channels: Some(channels), ..About::default() };
        let mut writer = WebmWriter::create_with(Cursor::new(Vec::new()), &opus(), at(0), &about).expect("created");
        assert_eq!(read(&bytes(&mut writer)).language, "und");
    }
}

#[test]
fn the_index_of_a_long_file_stays_small_and_even() {
    let mut writer = begin(&vp8());
    for number in 0..20_000 {
        writer.write(number * 500, true, b"key").expect("taken");
    }
    writer.finish().expect("finished");
    let cues = read(&bytes(&mut writer)).cues;
    assert!((2_048..=4_096).contains(&cues.len()), "{} places", cues.len());
    let gaps: Vec<u64> = cues.windows(2).map(|pair| pair[1].0 - pair[0].0).collect();
    assert!(gaps.iter().all(|gap| *gap == gaps[0]), "all as far apart");
}
