//! What one spectrum says beyond its mel bands: tilt, centre, flatness, and how strong the first harmonics are.

use std::ops::Range;

use super::framing::{FRAME, RATE, SHORT};

const EDGES_HZ: [f64; 10] = [60.0, 250.0, 500.0, 1000.0, 1500.0, 2000.0, 3000.0, 4000.0, 5500.0, 7600.0];
/// What counts as voice.
const VOICE_HZ: (f64, f64) = (60.0, 7600.0);
const SLOPES_HZ: [(f64, f64); 3] = [(60.0, 500.0), (500.0, 1500.0), (1500.0, 4000.0)];
const ROLLOFFS: [f64; 3] = [0.25, 0.5, 0.85];
pub const BALANCE: usize = 9;
pub const SCALARS: usize = 13;

pub fn decibels(power: f64) -> f64 {
    10.0 * power.log10()
}

/// Bins from low (in) to high (out) of a spectrum of `length` samples.
pub fn bins((low, high): (f64, f64), length: usize) -> Range<usize> {
    let step = RATE as f64 / length as f64;
    (low / step).ceil() as usize..(high / step).ceil() as usize
}

fn within(power: &[f64], low: f64, high: f64) -> f64 {
    power[bins((low, high), SHORT)].iter().sum()
}

/// A frame's level in decibels over the band of voice.
pub fn level(power: &[f64]) -> f64 {
    decibels(within(power, VOICE_HZ.0, VOICE_HZ.1))
}

/// Nine bands in decibels against the frame's whole power.
pub fn balance(power: &[f64]) -> [f64; BALANCE] {
    let total = within(power, VOICE_HZ.0, VOICE_HZ.1);
    std::array::from_fn(|at| decibels(within(power, EDGES_HZ[at], EDGES_HZ[at + 1]) / total))
}

/// Centre, spread and skew (kHz), three roll-offs (log2 kHz), flatness, alpha ratio and Hammarberg index (dB), change against
/// the frame before, three slopes (dB a kHz).
pub fn scalars(power: &[f64], before: &[f64]) -> [f64; SCALARS] {
    let voice = bins(VOICE_HZ, SHORT);
    let part = &power[voice.clone()];
    let khz: Vec<f64> = voice.clone().map(|bin| (bin * RATE) as f64 / SHORT as f64 / 1000.0).collect();
    let total: f64 = part.iter().sum();
    let moment = |of: &dyn Fn(f64) -> f64| part.iter().zip(&khz).map(|(power, at)| power / total * of(*at)).sum::<f64>();
    let centre = moment(&|at| at);
    let spread = moment(&|at| (at - centre).powi(2)).sqrt();
    let skew = moment(&|at| (at - centre).powi(3)) / spread.powi(3);
    let roll = roll_offs(part, total).map(|at| khz[at].log2());
    let levels: Vec<f64> = power.iter().map(|bin| decibels(*bin)).collect();
    let flat = levels[voice].iter().sum::<f64>() / part.len() as f64 - decibels(total / part.len() as f64);
    let alpha = decibels(within(power, 1000.0, 5000.0) / within(power, 60.0, 1000.0));
    let strongest = |low, high| levels[bins((low, high), SHORT)].iter().copied().fold(f64::MIN, f64::max);
    let hammarberg = strongest(60.0, 2000.0) - strongest(2000.0, 5000.0);
    let slopes = SLOPES_HZ.map(|band| slope(&levels, band));
    let change = change(part, &before[bins(VOICE_HZ, SHORT)]);
    [centre, spread, skew, roll[0], roll[1], roll[2], flat, alpha, hammarberg, change, slopes[0], slopes[1], slopes[2]]
}

/// The bins under which each share of the power lies.
fn roll_offs(part: &[f64], total: f64) -> [usize; 3] {
    let mut summed = 0.0;
    let mut under = [0; 3];
    for power in part {
        summed += power / total;
        ROLLOFFS.iter().zip(&mut under).for_each(|(share, count)| *count += usize::from(summed < *share));
    }
    under.map(|count| count.min(part.len() - 1))
}

/// 0 for the same shape, 1 for nothing in common.
fn change(now: &[f64], before: &[f64]) -> f64 {
    let both: f64 = now.iter().zip(before).map(|(a, b)| (a * b).sqrt()).sum();
    1.0 - both / (now.iter().sum::<f64>() * before.iter().sum::<f64>()).sqrt()
}

/// Decibels a kilohertz by least squares.
fn slope(levels: &[f64], band: (f64, f64)) -> f64 {
    let part = bins(band, SHORT);
    let khz: Vec<f64> = part.clone().map(|bin| (bin * RATE) as f64 / SHORT as f64 / 1000.0).collect();
    super::statistics::line(&khz, &levels[part])
}

/// First harmonic in decibels against the second, the third, and the strongest line of 2 to 4 kHz. `power` is of the long frame,
/// `pitch` log2 of Hz.
pub fn harmonics(power: &[f64], pitch: f64) -> [f64; 3] {
    let strongest = |range: Range<usize>| {
        let end = range.end.min(power.len());
        decibels(power[range.start.min(end)..end].iter().copied().fold(f64::MIN_POSITIVE, f64::max))
    };
    let at = pitch.exp2() / (RATE as f64 / FRAME as f64);
    let peak = |number: f64| strongest(((number - 0.3) * at).floor() as usize..((number + 0.3) * at).ceil() as usize + 1);
    let first = peak(1.0);
    [first - peak(2.0), first - peak(3.0), first - strongest(bins((2000.0, 4000.0), FRAME))]
}
