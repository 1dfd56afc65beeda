//! From frames to one row a clip: means, deviations and percentiles over the voiced frames.

use super::{
    framing::{HOP, RATE},
    statistics::{deviation, line, mean, mean_size, quantile, quantiles, runs},
    table::{Table, picked},
};

/// Mean, deviation and the percentiles of each column, one statistic after the other.
pub fn spread_of<const COUNT: usize>(table: &Table, shares: [f64; COUNT]) -> Vec<f64> {
    let mut out: Vec<f64> = table.each(mean).chain(table.each(deviation)).collect();
    out.extend(percentiles_of(table, shares));
    out
}

/// The percentiles of each column, one percentile after the other.
pub fn percentiles_of<const COUNT: usize>(table: &Table, shares: [f64; COUNT]) -> Vec<f64> {
    let percentiles: Vec<[f64; COUNT]> = table.columns().iter().map(|column| quantiles(column, shares)).collect();
    (0..COUNT).flat_map(|at| percentiles.iter().map(move |column| column[at])).collect()
}

/// From each frame to the next, where both are in `mask`; a single 0 where there are none.
fn steps_of(values: &[f64], mask: &[bool]) -> Vec<f64> {
    or_zero(steps_within(values, mask))
}

fn steps_within(values: &[f64], mask: &[bool]) -> Vec<f64> {
    let both = |at: &usize| mask[*at] && mask[at + 1];
    (0..values.len().saturating_sub(1)).filter(both).map(|at| values[at + 1] - values[at]).collect()
}

fn or_zero(values: Vec<f64>) -> Vec<f64> {
    if values.is_empty() { vec![0.0] } else { values }
}

/// Fifteen figures of log2 pitch: where it lies, how wide, how fast it moves, how it slopes within a stretch of voice.
pub fn of_pitch(pitch: &[f64], voiced: &[bool]) -> Vec<f64> {
    let values = picked(pitch, voiced);
    let [low, fifth, middle, fourth, high] = quantiles(&values, [0.05, 0.2, 0.5, 0.8, 0.95]);
    let steps = steps_of(pitch, voiced);
    let rising: Vec<f64> = steps.iter().map(|step| f64::from(u8::from(*step > 0.0))).collect();
    let all = |at: &usize| voiced[*at] && voiced[at + 1] && voiced[at + 2];
    let bend = |at: usize| pitch[at + 2] - 2.0 * pitch[at + 1] + pitch[at];
    let bends = or_zero((0..pitch.len().saturating_sub(2)).filter(all).map(bend).collect());
    let slope = |(from, to): (usize, usize)| {
        let times: Vec<f64> = (from..to).map(|at| at as f64 * 0.01).collect();
        line(&times, &pitch[from..to])
    };
    let slopes = or_zero(runs(voiced).into_iter().filter(|(from, to)| to - from >= 5).map(slope).collect());
    vec![
        mean(&values),
        deviation(&values),
        low,
        fifth,
        middle,
        fourth,
        high,
        high - low,
        fourth - fifth,
        mean_size(&steps),
        deviation(&steps),
        mean(&rising),
        mean_size(&bends),
        mean(&slopes),
        mean_size(&slopes),
    ]
}

/// Sixteen figures of the energy's shape: decibels against the clip's own loud frames, never against full scale.
pub fn of_energy(levels: &[f64], active: &[bool], voiced: &[bool]) -> Vec<f64> {
    let heard = picked(levels, active);
    let top = quantile(&heard, 0.95);
    let values: Vec<f64> = heard.iter().map(|level| level - top).collect();
    let steps = steps_of(levels, active);
    let rest: Vec<bool> = active.iter().zip(voiced).map(|(active, voiced)| *active && !*voiced).collect();
    let (voice, dull) = (picked(levels, voiced), picked(levels, &rest));
    let dull = if dull.is_empty() { mean(&voice) } else { mean(&dull) };
    let second = HOP as f64 / RATE as f64;
    let lengths: Vec<f64> = runs(voiced).iter().map(|(from, to)| (to - from) as f64 * second).collect();
    let mut out = vec![mean(&values), deviation(&values)];
    out.extend(quantiles(&values, [0.1, 0.25, 0.5, 0.75]));
    out.extend([mean_size(&steps), deviation(&steps)]);
    out.extend(quantiles(&steps, [0.1, 0.9]));
    out.extend([
        deviation(&voice),
        mean(&voice) - dull,
        voice.len() as f64 / heard.len() as f64,
        lengths.len() as f64 / (levels.len() as f64 * second),
        mean(&lengths),
        deviation(&lengths),
    ]);
    out
}

/// Thirteen figures of how pitch and level go from frame to frame: up, down, how far, and whether together.
pub fn of_steps(pitch: &[f64], levels: &[f64], voiced: &[bool]) -> Vec<f64> {
    let (tones, louds) = (steps_within(pitch, voiced), steps_within(levels, voiced));
    if tones.is_empty() {
        return vec![0.0; 13];
    }
    let up = |values: &[f64], sign: f64| {
        let of: Vec<f64> = values.iter().copied().filter(|value| value * sign > 0.0).collect();
        [mean(&of), deviation(&of)]
    };
    let far: Vec<f64> = tones.iter().map(|step| step.abs()).collect();
    let rush: Vec<f64> = louds.iter().map(|step| step.abs()).collect();
    let mut out: Vec<f64> = [up(&tones, 1.0), up(&tones, -1.0), up(&louds, 1.0), up(&louds, -1.0)].concat();
    out.push(mean(&far));
    out.extend(quantiles(&far, [0.5, 0.9]));
    out.extend([quantile(&rush, 0.5), together(&tones, &louds)]);
    out
}

/// Correlation; 0 where one of them stands still.
fn together(left: &[f64], right: &[f64]) -> f64 {
    let away = |values: &[f64]| {
        let middle = mean(values);
        values.iter().map(|value| value - middle).collect::<Vec<f64>>()
    };
    let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
    let (left, right) = (away(left), away(right));
    dot(&left, &right) / ((dot(&left, &left) * dot(&right, &right)).sqrt() + 1e-9)
}
