//! Pitch by the normalised difference function (YIN), with the cheapest path through each frame's candidates.

use super::{
    fft::{Back, Forward},
    framing::{FRAME, RATE},
};

const LAG_MIN: usize = 27;
const LAG_MAX: usize = 290;
const SPAN: usize = 512;
const OFFSET: usize = (FRAME - SPAN - LAG_MAX) / 2;
const PART: usize = SPAN + LAG_MAX + 1;
const LAGS: usize = LAG_MAX + 2;
/// Candidates a frame, beside silence.
const CANDIDATES: usize = 4;
/// A minimum above this is none.
const WORST: f64 = 0.5;
const UNVOICED: f64 = 0.34;
/// Costs of the path: an octave's leap, a change between voice and none, an octave of longer lag.
const JUMP: f64 = 0.6;
const SWITCH: f64 = 0.12;
const LONG_LAG: f64 = 0.03;

/// A frame's pitch: log2 of Hz, none where unvoiced, and how far it is from a pure period (0 to 1).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pitch {
    pub log2_hz: Option<f64>,
    pub aperiodic: f64,
}

#[derive(Clone, Copy)]
struct Candidate {
    cost: f64,
    pitch: Pitch,
}

const SILENT: Candidate = Candidate { cost: UNVOICED, pitch: Pitch { log2_hz: None, aperiodic: 1.0 } };

/// A frame's candidates and the best way to each from the frame before.
struct Step {
    candidates: Vec<Candidate>,
    back: Vec<usize>,
}

pub struct Tracker {
    head: Forward,
    tail: Forward,
    back: Back,
}

impl Tracker {
    pub fn new() -> Self {
        Self { head: Forward::new(FRAME), tail: Forward::new(FRAME), back: Back::new(FRAME) }
    }

    pub fn track<'a>(&mut self, frames: impl Iterator<Item = &'a [f64]>) -> Vec<Pitch> {
        let mut costs = vec![0.0];
        let mut before = vec![SILENT];
        let mut steps = Vec::new();
        for frame in frames {
            let candidates = candidates_of(&self.normalised_difference(frame));
            let (reached, back) = candidates.iter().map(|to| cheapest(to, &before, &costs)).unzip();
            costs = reached;
            before.clone_from(&candidates);
            steps.push(Step { candidates, back });
        }
        backwards(&steps, &costs)
    }

    /// Cumulative mean normalised difference for lags 0 to 291; 1 where nothing moves.
    fn normalised_difference(&mut self, frame: &[f64]) -> [f64; LAGS] {
        let part = &frame[OFFSET..OFFSET + PART];
        let head = self.head.of(part[..SPAN].iter().copied());
        let tail = self.tail.of(part.iter().copied());
        let cross = self.back.correlation(head, tail);
        let mut squares = [0.0; PART + 1];
        for (at, value) in part.iter().enumerate() {
            squares[at + 1] = squares[at] + value * value;
        }
        let energy = |lag: usize| squares[(lag + SPAN).min(PART)] - squares[lag];
        let mut out = [1.0; LAGS];
        let mut total = 0.0;
        for (lag, value) in out.iter_mut().enumerate().skip(1) {
            let difference = (energy(0) + energy(lag) - 2.0 * cross[lag]).max(0.0);
            total += difference;
            if total > 1e-9 * (energy(0) + 1e-30) {
                *value = difference * lag as f64 / total;
            }
        }
        out
    }
}

/// Silence, then up to four minima, best first.
fn candidates_of(row: &[f64; LAGS]) -> Vec<Candidate> {
    let lowest = |lag: &usize| row[*lag] < row[lag - 1] && row[*lag] <= row[lag + 1] && row[*lag] < WORST;
    let mut found: Vec<Candidate> = (LAG_MIN..=LAG_MAX).filter(lowest).map(|lag| candidate(row, lag)).collect();
    found.sort_by(|a, b| a.cost.total_cmp(&b.cost));
    found.truncate(CANDIDATES);
    found.insert(0, SILENT);
    found
}

/// The minimum at `lag`, its place refined by a parabola.
fn candidate(row: &[f64; LAGS], lag: usize) -> Candidate {
    let (before, at, after) = (row[lag - 1], row[lag], row[lag + 1]);
    let bend = before - 2.0 * at + after;
    let shift = if bend > 0.0 { 0.5 * (before - after) / bend } else { 0.0 };
    let hz = RATE as f64 / (lag as f64 + shift);
    let cost = at + LONG_LAG * (lag as f64 / LAG_MIN as f64).log2();
    Candidate { cost, pitch: Pitch { log2_hz: Some(hz.log2()), aperiodic: at } }
}

/// The cost of reaching `to`, and from which candidate of the frame before.
fn cheapest(to: &Candidate, before: &[Candidate], costs: &[f64]) -> (f64, usize) {
    let mut best = (f64::INFINITY, 0);
    for (at, (from, cost)) in before.iter().zip(costs).enumerate() {
        let change = match (from.pitch.log2_hz, to.pitch.log2_hz) {
            (None, None) => 0.0,
            (Some(from), Some(to)) => JUMP * (to - from).abs(),
            _ => SWITCH,
        };
        if cost + change < best.0 {
            best = (cost + change, at);
        }
    }
    (best.0 + to.cost, best.1)
}

fn backwards(steps: &[Step], costs: &[f64]) -> Vec<Pitch> {
    let mut state = (1..costs.len()).fold(0, |best, at| if costs[at] < costs[best] { at } else { best });
    let mut path: Vec<Pitch> = Vec::with_capacity(steps.len());
    for step in steps.iter().rev() {
        path.push(step.candidates[state].pitch);
        state = step.back[state];
    }
    path.reverse();
    path
}
