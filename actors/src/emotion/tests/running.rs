//! A speaker's clips one after the other.

use crate::emotion::{
    centre::{BadResidual, Centre, PRIOR_CLIPS, REMEMBERED},
    features::RATE,
    scores::{Arousal, BadScores, Label, Scores, Thresholds},
    smoothing::Smoothing,
    window::{CLIP, WAITING, Windows},
};

const THRESHOLDS: Thresholds = Thresholds { label: 0.6, arousal: 0.7 };

fn scores(angry: f32, arousal: f32) -> Scores {
    let rest = (1.0 - angry) / 6.0;
    Scores::new(&[angry, rest, rest, rest, rest, rest, rest], arousal).expect("shares")
}

#[test]
fn a_centre_begins_at_the_trainings_mean_and_moves_to_the_speaker() {
    let mut centre = Centre::new(2);
    assert_eq!(centre.values(), [0.0, 0.0]);
    centre.push(&[3.0, -3.0]).expect("two figures");
    assert_eq!(centre.values(), [3.0 / (1.0 + PRIOR_CLIPS), -3.0 / (1.0 + PRIOR_CLIPS)]);
    (0..50).for_each(|_| centre.push(&[1.0, 0.5]).expect("two figures"));
    let whole = REMEMBERED as f32 / (REMEMBERED as f32 + PRIOR_CLIPS);
    assert!((centre.values()[0] - whole).abs() < 1e-6 && centre.heard() == 51);
    centre.clear();
    assert_eq!((centre.values(), centre.heard()), (vec![0.0, 0.0], 0));
}

#[test]
fn a_bad_residual_changes_nothing() {
    let mut centre = Centre::new(2);
    centre.push(&[1.0, 1.0]).expect("two figures");
    let before = centre.values();
    assert_eq!(centre.push(&[1.0]), Err(BadResidual::Width(1, 2)));
    assert_eq!(centre.push(&[f32::NAN, 0.0]), Err(BadResidual::NotFinite));
    assert_eq!((centre.values(), centre.heard()), (before, 1));
    centre.push(&[1e30, 0.0]).expect("finite");
    assert!(centre.values()[0] < 2.0);
}

#[test]
fn nothing_is_said_before_a_few_clips_or_while_unsure() {
    let sure = scores(0.9, 0.95);
    let early = sure.verdict(2, THRESHOLDS);
    assert_eq!((early.label, early.arousal), (None, None));
    let later = sure.verdict(3, THRESHOLDS);
    assert_eq!((later.label, later.arousal), (Some(Label::Angry), Some(Arousal::Animated)));
    let unsure = scores(0.4, 0.4).verdict(9, THRESHOLDS);
    assert_eq!((unsure.label, unsure.arousal), (None, None));
    assert!((unsure.arousal_confidence - 0.6).abs() < 1e-6);
}

#[test]
fn a_models_nonsense_is_refused() {
    assert_eq!(Scores::new(&[1.0], 0.5), Err(BadScores::Count(1)));
    assert_eq!(Scores::new(&[f32::NAN; 7], 0.5), Err(BadScores::Range));
    assert_eq!(Scores::new(&[0.5; 7], 0.5), Err(BadScores::Range));
    assert_eq!(Scores::new(&[1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0], f32::NAN), Err(BadScores::Range));
}

#[test]
fn what_is_shown_follows_slowly_and_forgets_after_a_pause() {
    let mut smoothing = Smoothing::new(0.5, 10_000);
    assert_eq!(smoothing.push(0, &scores(1.0, 1.0)).arousal(), 1.0);
    assert_eq!(smoothing.push(1000, &scores(1.0, 0.0)).arousal(), 0.5);
    assert_eq!(smoothing.push(2000, &scores(1.0, 0.0)).arousal(), 0.25);
    assert_eq!(smoothing.push(20_000, &scores(1.0, 1.0)).arousal(), 1.0);
    smoothing.clear();
    assert_eq!(smoothing.push(20_001, &scores(1.0, 0.0)).arousal(), 0.0);
}

#[test]
fn clips_are_two_seconds_a_second_apart() {
    let mut windows = Windows::new(16_000).expect("a rate it takes");
    (0..400).for_each(|at| windows.push(&vec![at as f32; 160]));
    let starts: Vec<_> = std::iter::from_fn(|| windows.take()).map(|clip| (clip.starts_ms, clip.samples[0])).collect();
    assert_eq!(starts, [(0, 0.0), (1000, 100.0), (2000, 200.0)]);
    assert_eq!(windows.rest(), None);
}

#[test]
fn a_short_stream_is_one_clip_and_what_nobody_takes_is_dropped() {
    let mut windows = Windows::new(16_000).expect("a rate it takes");
    windows.push(&vec![0.1; RATE]);
    assert_eq!(windows.rest().map(|clip| clip.samples.len()), Some(RATE));
    let mut windows = Windows::new(16_000).expect("a rate it takes");
    windows.push(&vec![0.1; RATE * 20]);
    assert_eq!(windows.dropped(), 19 - WAITING as u64);
    assert_eq!(windows.take().map(|clip| clip.starts_ms), Some(15_000));
}

#[test]
fn from_48_khz_a_tone_stays_and_one_above_the_band_goes() {
    let loud = |hz: f32| {
        let mut windows = Windows::new(48_000).expect("a rate it takes");
        let tone: Vec<f32> = (0..48_000 * 2 + 4800).map(|at| (at as f32 * hz * std::f32::consts::TAU / 48_000.0).sin()).collect();
        // In uneven pieces, as they come from a decoder.
        tone.chunks(961).for_each(|piece| windows.push(piece));
        let clip = windows.take().expect("a clip");
        assert_eq!(clip.samples.len(), CLIP);
        clip.samples.iter().map(|sample| sample * sample).sum::<f32>() / CLIP as f32
    };
    assert!((loud(1000.0) - 0.5).abs() < 0.01);
    assert!(loud(10_000.0) < 1e-4);
    assert!(Windows::new(44_100).is_err() && Windows::new(0).is_err());
}
