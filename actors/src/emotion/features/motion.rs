//! How the clip moves: modulation of the bands' energy, slopes over the clip, and what moves together.

use std::f64::consts::PI;

use super::{
    fft::Forward,
    mel::BANDS,
    statistics::{line, mean},
    table::Table,
};

const GROUPS: [(usize, usize); 6] = [(0, 3), (3, 6), (6, 10), (10, 15), (15, 20), (20, BANDS)];
/// Frames of the modulation's transform: no clip has more.
pub const LENGTH: usize = 256;
const EDGES_HZ: [f64; 7] = [0.5, 2.0, 4.0, 7.0, 12.0, 20.0, 40.0];
const RATES: usize = EDGES_HZ.len() - 1;
pub const FRAMES_A_SECOND: f64 = 100.0;
const TINY: f64 = 1e-6;

/// Six sums of neighbouring mel bands in decibels.
pub fn grouped(log_mel: &[[f64; BANDS]]) -> Table {
    let column = |(low, high): &(usize, usize)| log_mel.iter().map(|frame| frame[*low..*high].iter().sum()).collect();
    Table::new(GROUPS.iter().map(column).collect())
}

/// Power of the same six groups against its own mean.
pub fn envelopes(log_mel: &[[f64; BANDS]]) -> Table {
    let top = log_mel.iter().flatten().copied().fold(f64::MIN, f64::max);
    let of = |frame: &[f64; BANDS], (low, high): &(usize, usize)| {
        frame[*low..*high].iter().map(|level| 10.0_f64.powf((level - top) / 10.0)).sum::<f64>()
    };
    let column = |group: &(usize, usize)| {
        let power: Vec<f64> = log_mel.iter().map(|frame| of(frame, group)).collect();
        let middle = mean(&power);
        power.iter().map(|value| value / middle).collect()
    };
    Table::new(GROUPS.iter().map(column).collect())
}

/// Log share of six modulation bands in each track, band by band, then each track's log power.
pub fn modulation(plan: &mut Forward, tracks: &Table) -> Vec<f64> {
    let powers: Vec<[f64; RATES]> = tracks.columns().iter().map(|track| modulated(plan, track)).collect();
    let totals: Vec<f64> = powers.iter().map(|bands| bands.iter().sum()).collect();
    let shares = (0..RATES).flat_map(|band| powers.iter().zip(&totals).map(move |(power, total)| (power[band] / total).ln()));
    shares.chain(totals.iter().map(|total| total.ln())).collect()
}

fn modulated(plan: &mut Forward, track: &[f64]) -> [f64; RATES] {
    let count = track.len() as f64;
    let centre = mean(track);
    let window = |at: usize| 0.5 - 0.5 * (2.0 * PI * (at as f64 + 0.5) / count).cos();
    let mut bands = [TINY; RATES];
    for (bin, power) in plan.power(track.iter().enumerate().map(|(at, value)| (value - centre) * window(at))).enumerate() {
        let hz = bin as f64 * FRAMES_A_SECOND / LENGTH as f64;
        if let Some(band) = (0..RATES).find(|band| hz >= EDGES_HZ[*band] && hz < EDGES_HZ[band + 1]) {
            bands[band] += power / count;
        }
    }
    bands
}

/// Slope a second of each column; `times` in seconds.
pub fn drift(times: &[f64], columns: &Table) -> Vec<f64> {
    columns.each(|column| line(times, column)).collect()
}

/// Correlations of each pair of columns, row by row of the upper triangle.
pub fn together(columns: &Table) -> Vec<f64> {
    let whole = columns.map(|column| {
        let centre = mean(column);
        let size = column.iter().map(|value| (value - centre).powi(2)).sum::<f64>().sqrt() + 1e-9;
        column.iter().map(|value| (value - centre) / size).collect()
    });
    let whole = whole.columns();
    let pair = |a: usize, b: usize| whole[a].iter().zip(&whole[b]).map(|(x, y)| x * y).sum::<f64>();
    (0..whole.len()).flat_map(|a| (a + 1..whole.len()).map(move |b| (a, b))).map(|(a, b)| pair(a, b)).collect()
}
