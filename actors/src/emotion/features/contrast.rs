//! One part of the clip against another: its thirds, its loud frames, its frames without voice.

use super::{statistics::mean, table::Table};

/// Of the figures of a voiced frame: centre, flatness, alpha ratio, change, first harmonic against the second.
pub const TOLD: [usize; 5] = [0, 6, 7, 9, 13];

/// Mean of the first, second and last third of the frames against that of all, third by third. The first thirds are the longer
/// ones where it doesn't come out even.
pub fn thirds(columns: &Table) -> Vec<f64> {
    let part = |column: &[f64], third: usize| {
        let (size, extra) = (column.len() / 3, column.len() % 3);
        let first = third * size + third.min(extra);
        mean(&column[first..first + size + usize::from(third < extra)]) - mean(column)
    };
    (0..3).flat_map(|third| columns.each(move |column| part(column, third)).collect::<Vec<f64>>()).collect()
}

/// Mean over the frames weighted by their power, against the plain mean. `levels` in decibels.
pub fn by_energy(columns: &Table, levels: &[f64]) -> Vec<f64> {
    let top = levels.iter().copied().fold(f64::MIN, f64::max);
    let weights: Vec<f64> = levels.iter().map(|level| 10.0_f64.powf((level - top) / 10.0)).collect();
    let whole: f64 = weights.iter().sum();
    let weighted = |column: &[f64]| column.iter().zip(&weights).map(|(value, weight)| value * weight).sum::<f64>() / whole;
    columns.each(|column| weighted(column) - mean(column)).collect()
}

/// Mean over the frames of `rest` (those without voice) against that of the voiced ones; zeros where there are hardly any.
pub fn unvoiced(columns: &Table, rest: &[bool], voiced: &[bool]) -> Vec<f64> {
    if rest.iter().filter(|on| **on).count() < 3 {
        return vec![0.0; columns.columns().len()];
    }
    let (dull, voice) = (columns.only(rest), columns.only(voiced));
    dull.each(mean).zip(voice.each(mean)).map(|(dull, voice)| dull - voice).collect()
}
