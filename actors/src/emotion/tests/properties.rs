//! Whatever comes as samples: a typed error or a row of numbers.

use proptest::prelude::*;

use crate::emotion::{
    features::{Extractor, LONGEST, RATE, WIDTH},
    voice::NotVoice,
    window::{CLIP, WAITING, Windows},
};

fn heard(samples: &[f32]) -> Result<Vec<f32>, NotVoice> {
    Extractor::default().row(samples)
}

fn sine(hz: f32, samples: usize) -> Vec<f32> {
    (0..samples).map(|at| (at as f32 * hz * std::f32::consts::TAU / RATE as f32).sin() * 0.3).collect()
}

#[test]
fn what_is_no_voice_is_named() {
    let mut broken = sine(200.0, CLIP);
    broken[77] = f32::NAN;
    assert_eq!(heard(&broken), Err(NotVoice::NotFinite));
    broken[77] = f32::INFINITY;
    assert_eq!(heard(&broken), Err(NotVoice::NotFinite));
    assert_eq!(heard(&[]), Err(NotVoice::TooShort));
    assert_eq!(heard(&sine(200.0, RATE / 2 - 1)), Err(NotVoice::TooShort));
    assert_eq!(heard(&sine(200.0, LONGEST + 1)), Err(NotVoice::TooLong));
    assert_eq!(heard(&[0.0; CLIP]), Err(NotVoice::Silence));
    assert_eq!(heard(&[0.7; CLIP]), Err(NotVoice::Silence));
    assert_eq!(heard(&sine(440.0, CLIP)), Err(NotVoice::Tone));
    assert!(heard(&sine(3000.0, CLIP)).is_err());
    let square: Vec<f32> = sine(150.0, CLIP).iter().map(|sample| sample.signum()).collect();
    assert_eq!(heard(&square), Err(NotVoice::Clipped));
}

#[test]
fn a_click_in_silence_is_no_voice() {
    let mut click = vec![0.0; CLIP];
    click[CLIP / 2] = 1.0;
    assert_eq!(heard(&click), Err(NotVoice::NoVoice));
}

#[test]
fn noise_is_no_voice() {
    let mut state = 1_u32;
    let mut noise = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 8) as f32 / 8_388_608.0 - 1.0
    };
    let samples: Vec<f32> = (0..CLIP).map(|_| noise() * 0.2).collect();
    assert_eq!(heard(&samples), Err(NotVoice::NoVoice));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn random_bits_never_panic(bits in prop::collection::vec(any::<u32>(), 0..20_000)) {
        let samples: Vec<f32> = bits.into_iter().map(f32::from_bits).collect();
        if let Ok(row) = heard(&samples) {
            prop_assert!(row.len() == WIDTH && row.iter().all(|value| value.is_finite()));
        }
    }

    #[test]
    fn random_finite_samples_give_finite_rows(bytes in prop::collection::vec(any::<i16>(), RATE / 2..RATE), repeat in 1_usize..400) {
        // Repeated, so that some of it has a pitch.
        let samples: Vec<f32> = (0..bytes.len()).map(|at| f32::from(bytes[at % repeat]) * 1e6).collect();
        if let Ok(row) = heard(&samples) {
            prop_assert!(row.len() == WIDTH && row.iter().all(|value| value.is_finite()));
        }
    }

    #[test]
    fn windows_hold_only_so_much(pushes in prop::collection::vec(0_usize..60_000, 1..12), fast in any::<bool>()) {
        let mut windows = Windows::new(if fast { 48_000 } else { 16_000 }).expect("a rate it takes");
        pushes.iter().for_each(|count| windows.push(&vec![0.25; *count]));
        let mut taken = 0;
        while let Some(clip) = windows.take() {
            prop_assert_eq!(clip.samples.len(), CLIP);
            taken += 1;
        }
        prop_assert!(taken <= WAITING);
    }
}
