//! The features against the reference implementation's, from fixtures that `python -m training fixtures` writes.

use crate::emotion::features::{Extractor, WIDTH};

const SAMPLES: &[u8] = include_bytes!("../fixtures/clips.s16le");
const ROWS: &str = include_str!("../fixtures/rows.json");

#[derive(serde::Deserialize)]
struct Clip {
    name: String,
    first: usize,
    samples: usize,
    row: Vec<f64>,
}

fn clips() -> Vec<(Clip, Vec<f32>)> {
    let all: Vec<f32> = SAMPLES.chunks_exact(2).map(|two| f32::from(i16::from_le_bytes([two[0], two[1]])) / 32768.0).collect();
    let clips: Vec<Clip> = serde_json::from_str(ROWS).expect("the fixture is JSON");
    assert!(clips.len() >= 3);
    clips.into_iter().map(|clip| (all[clip.first..clip.first + clip.samples].to_vec(), clip)).map(|(a, b)| (b, a)).collect()
}

fn furthest(left: &[f32], right: &[f64]) -> (usize, f64) {
    let away = left.iter().zip(right).map(|(a, b)| (f64::from(*a) - b).abs() / b.abs().max(1.0));
    away.enumerate().fold((0, 0.0), |worst, (at, away)| if away > worst.1 { (at, away) } else { worst })
}

#[test]
fn the_features_are_those_of_the_reference() {
    let mut extractor = Extractor::default();
    for (clip, samples) in clips() {
        let row = extractor.row(&samples).unwrap_or_else(|error| panic!("{}: {error}", clip.name));
        assert_eq!((row.len(), clip.row.len()), (WIDTH, WIDTH), "{}", clip.name);
        let (at, away) = furthest(&row, &clip.row);
        assert!(away < 1e-4, "{}: figure {at} is {} and should be {}", clip.name, row[at], clip.row[at]);
    }
}

#[test]
fn no_gain_changes_a_figure() {
    let mut extractor = Extractor::default();
    for (clip, samples) in clips() {
        for gain in [0.03_f32, 4.0] {
            let louder: Vec<f32> = samples.iter().map(|sample| sample * gain).collect();
            let (at, away) = furthest(&extractor.row(&louder).expect("voice"), &clip.row);
            assert!(away < 1e-3, "{} times {gain}: figure {at} is off by {away}", clip.name);
        }
    }
}
