//! A speaker's clips one after the other.

use crate::emotion::{
    centre::{BadResidual, Centre, PRIOR_CLIPS, REMEMBERED},
    features::RATE,
    scores::{Arousal, BadScores, Label, Scores, Thresholds},
    smoothing::Smoothing,
    speaker::{Answer, ClipView, Limits, Speaker},
    summary::Summary,
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
    assert_eq!(windows.finish(), []);
}

#[test]
fn a_short_stream_is_one_clip_and_what_nobody_takes_is_dropped() {
    let mut windows = Windows::new(16_000).expect("a rate it takes");
    windows.push(&vec![0.1; RATE]);
    assert_eq!(windows.finish().iter().map(|clip| clip.samples.len()).collect::<Vec<_>>(), [RATE]);
    let mut windows = Windows::new(16_000).expect("a rate it takes");
    windows.push(&vec![0.1; RATE * 20]);
    assert_eq!(windows.dropped(), 19 - WAITING as u64);
    assert_eq!(windows.take().map(|clip| clip.starts_ms), Some(15_000));
}

/// Two seconds of a tone at that rate, in uneven pieces as they come from a decoder: what becomes of it.
fn resampled(rate: u32, hz: f32) -> Vec<f32> {
    let mut windows = Windows::new(rate).expect("a rate it takes");
    let tone: Vec<f32> = (0..rate * 2).map(|at| (at as f32 * hz * std::f32::consts::TAU / rate as f32).sin()).collect();
    tone.chunks(961).for_each(|piece| windows.push(piece));
    let clips = windows.finish();
    assert_eq!(clips.iter().map(|clip| clip.samples.len()).collect::<Vec<_>>(), [CLIP], "of {rate}");
    clips[0].samples.clone()
}

#[test]
fn at_any_rate_a_tone_stays_where_it_is() {
    for rate in [8_000, 11_025, 16_000, 22_050, 24_000, 32_000, 44_056, 44_100, 48_000, 96_000, 191_999] {
        let (got, hz) = (resampled(rate, 440.0), 440.0);
        let wrong =
            (1_000..CLIP - 1_000).map(|at| (got[at] - (at as f32 * hz * std::f32::consts::TAU / RATE as f32).sin()).abs());
        let wrong = wrong.fold(0.0, f32::max);
        assert!(wrong < 3e-3, "at {rate} it is {wrong} off");
    }
}

#[test]
fn a_tone_above_the_band_goes() {
    for rate in [24_000, 44_100, 48_000] {
        let got = resampled(rate, 10_000.0);
        assert!(got.iter().map(|sample| sample * sample).sum::<f32>() / (CLIP as f32) < 1e-4, "of {rate}");
    }
    assert!(Windows::new(3_999).is_err() && Windows::new(0).is_err() && Windows::new(192_001).is_err());
}

fn answer(angry: f32, distance: f32) -> Answer {
    let rest = (1.0 - angry) / 6.0;
    Answer { shares: vec![angry, rest, rest, rest, rest, rest, rest], arousal: angry, residual: vec![0.5, -0.5], distance }
}

fn speaker() -> Speaker {
    Speaker::new(2, Limits { thresholds: THRESHOLDS, unusual: 2.0 })
}

#[test]
fn a_speaker_is_named_after_three_clips_and_unusual_after_eight() {
    let mut speaker = speaker();
    let heard: Vec<_> = (0..10).map(|at| speaker.hear(at * 1000, &answer(0.95, 3.0)).expect("an answer")).collect();
    let named: Vec<bool> = heard.iter().map(|heard| heard.verdict.label.is_some()).collect();
    assert_eq!(named, [false, false, true, true, true, true, true, true, true, true]);
    let unusual: Vec<bool> = heard.iter().map(|heard| heard.unusual).collect();
    assert_eq!(unusual, [false, false, false, false, false, false, false, false, true, true]);
    assert!(ClipView::of(&heard[0]).scores["angry"] > 0.9, "scores are there from the first clip on");
}

#[test]
fn a_reference_counts_as_heard_and_is_not_shown() {
    let mut speaker = speaker();
    (0..3).for_each(|_| speaker.refer(&answer(0.95, 0.0)).expect("an answer"));
    let heard = speaker.hear(0, &answer(0.2, 0.0)).expect("an answer");
    assert_eq!(heard.scores, heard.shown);
    assert_eq!(speaker.heard(), 4);
    assert_ne!(speaker.ask(vec![0.0, 0.0]).centre, vec![0.0, 0.0]);
    speaker.clear();
    assert_eq!(speaker.ask(vec![0.0, 0.0]).centre, vec![0.0, 0.0]);
}

#[test]
fn a_bad_answer_leaves_a_speaker_as_they_were() {
    let mut speaker = speaker();
    let bad = [
        Answer { distance: f32::NAN, ..answer(0.5, 0.0) },
        Answer { residual: vec![1.0], ..answer(0.5, 0.0) },
        Answer { shares: vec![0.5; 7], ..answer(0.5, 0.0) },
        Answer { arousal: f32::INFINITY, ..answer(0.5, 0.0) },
    ];
    for answer in bad {
        assert!(speaker.hear(0, &answer).is_err());
    }
    assert_eq!(speaker.heard(), 0);
}

#[test]
fn a_summary_is_the_mean_of_the_clips_with_voice() {
    let (mut speaker, mut summary) = (speaker(), Summary::default());
    assert_eq!(summary.view(0, THRESHOLDS), None);
    for angry in [0.9, 0.5, 0.1] {
        summary.voice(&speaker.hear(0, &answer(angry, 0.0)).expect("an answer"));
    }
    summary.nothing();
    let view = summary.view(speaker.heard(), THRESHOLDS).expect("voice");
    assert!((view.scores["angry"] - 0.5).abs() < 1e-6 && (view.arousal - 0.5).abs() < 1e-6);
    assert_eq!((summary.clips(), summary.voiced(), view.label), (4, 3, None));
}
