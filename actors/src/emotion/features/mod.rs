//! Features of a clip: one row of figures that no gain changes.
//!
//! ```text
//! samples ─▶ frames ─▶ power spectra ─▶ mel, cepstrum, balance, tilt ─┐
//!               └────▶ pitch ─▶ which frames hold voice ──────────────┴─▶ functionals ─▶ 712 figures
//! ```
//!
//! The figures, their order and every constant are those of `training/features`; a test holds both together.

mod contrast;
mod fft;
mod framing;
mod functionals;
mod mel;
mod motion;
mod pitch;
mod spectrum;
mod statistics;
mod table;

pub use framing::RATE;
use framing::{FRAME, SHORT, SHORT_OFFSET, frames_of, hann};
use statistics::{deviation, mean, mean_size, quantile};
use table::{Table, picked};

use super::voice::{self, NotVoice};

/// Figures of a clip.
pub const WIDTH: usize = 712;
/// Samples of the shortest clip, half a second.
pub const SHORTEST: usize = RATE / 2;
/// Samples of the longest, 2.6 s.
pub const LONGEST: usize = RATE * 26 / 10;
/// What is added to every bin, against the clip's strongest.
const BIN_FLOOR: f64 = 1e-8;

/// The transforms and their buffers: make one and keep it.
pub struct Extractor {
    short: fft::Forward,
    long: fft::Forward,
    motion: fft::Forward,
    short_window: Vec<f64>,
    long_window: Vec<f64>,
    mel: mel::Mel,
    pitch: pitch::Tracker,
}

/// What is known of a clip before the functionals.
struct Heard {
    short: Vec<Vec<f64>>,
    long: Vec<Vec<f64>>,
    levels: Vec<f64>,
    /// log2 of Hz; 0 where unvoiced, and then never used.
    tone: Vec<f64>,
    aperiodic: Vec<f64>,
    active: Vec<bool>,
    voiced: Vec<bool>,
}

impl Default for Extractor {
    fn default() -> Self {
        Self {
            short: fft::Forward::new(SHORT),
            long: fft::Forward::new(FRAME),
            motion: fft::Forward::new(motion::LENGTH),
            short_window: hann(SHORT),
            long_window: hann(FRAME),
            mel: mel::Mel::new(),
            pitch: pitch::Tracker::new(),
        }
    }
}

impl Extractor {
    /// The row of a clip: mono, 16 kHz, 0.5 to 2.6 s.
    ///
    /// # Errors
    /// [`NotVoice`] where there is nothing to judge; never a figure that isn't finite.
    pub fn row(&mut self, samples: &[f32]) -> Result<Vec<f32>, NotVoice> {
        let samples = voice::checked(samples, SHORTEST..=LONGEST)?;
        let heard = self.hear(&samples)?;
        let row: Vec<f32> = self.functionals(&heard).into_iter().map(|value| value as f32).collect();
        if row.iter().all(|value| value.is_finite()) { Ok(row) } else { Err(NotVoice::NotFinite) }
    }

    fn hear(&mut self, samples: &[f64]) -> Result<Heard, NotVoice> {
        let short = self.spectra_short(samples);
        let levels: Vec<f64> = short.iter().map(|frame| spectrum::level(frame)).collect();
        let track = self.pitch.track(frames_of(samples));
        let active = voice::active_of(&levels, quantile(&levels, 0.95));
        let pitched: Vec<bool> = track.iter().zip(&active).map(|(pitch, active)| *active && pitch.log2_hz.is_some()).collect();
        let voiced = voice::voiced_of(&pitched);
        let tone: Vec<f64> = track.iter().map(|pitch| pitch.log2_hz.unwrap_or(0.0)).collect();
        voice::enough(&picked(&tone, &voiced), deviation)?;
        let long = self.spectra_long(samples);
        let aperiodic = track.iter().map(|pitch| pitch.aperiodic).collect();
        Ok(Heard { short, long, levels, tone, aperiodic, active, voiced })
    }

    fn spectra_short(&mut self, samples: &[f64]) -> Vec<Vec<f64>> {
        let middle = frames_of(samples).map(|frame| &frame[SHORT_OFFSET..SHORT_OFFSET + SHORT]);
        spectra(&mut self.short, &self.short_window, middle)
    }

    fn spectra_long(&mut self, samples: &[f64]) -> Vec<Vec<f64>> {
        spectra(&mut self.long, &self.long_window, frames_of(samples))
    }

    fn functionals(&mut self, heard: &Heard) -> Vec<f64> {
        let log_mel = self.mel.log_mel(&heard.short);
        let cepstrum = Table::of_rows(&self.mel.cepstrum(&log_mel));
        let tracks = motion::grouped(&log_mel);
        let mut out = of_cepstrum(&cepstrum, heard);
        out.extend(of_balance(heard));
        let centred = Table::of_rows(&log_mel.map_each(|frame| frame.map(|band| band - mean(frame))));
        let of_voice = centred.only(&heard.voiced);
        let figures = voice_figures(heard);
        out.extend(of_voice.each(deviation));
        out.extend(functionals::spread_of(&figures.only(&heard.voiced), [0.1, 0.5, 0.9]));
        out.extend(functionals::of_pitch(&heard.tone, &heard.voiced));
        out.extend(functionals::of_energy(&heard.levels, &heard.active, &heard.voiced));
        out.extend(self.of_motion(&cepstrum, tracks, heard));
        out.extend(of_slopes(&cepstrum, &figures, &heard.voiced));
        out.extend(of_voice.each(mean));
        out.extend(functionals::percentiles_of(&of_voice, [0.1, 0.9]));
        out.extend(centred.only(&heard.active).each(mean));
        out.extend(motion::modulation(&mut self.motion, &motion::envelopes(&log_mel)));
        out.extend(of_contrast(&cepstrum, &figures, heard));
        out
    }

    fn of_motion(&mut self, cepstrum: &Table, mut tracks: Table, heard: &Heard) -> Vec<f64> {
        let times: Vec<f64> = (0..heard.voiced.len()).map(|at| at as f64 / motion::FRAMES_A_SECOND).collect();
        let mut moving = Table::new(cepstrum.columns()[..6].to_vec());
        moving.push(heard.tone.clone());
        moving.push(heard.levels.clone());
        let mut paired = tracks.clone();
        paired.push(heard.tone.clone());
        paired.push(heard.levels.clone());
        tracks.push(heard.levels.clone());
        let mut out = motion::modulation(&mut self.motion, &tracks);
        out.extend(motion::drift(&picked(&times, &heard.voiced), &moving.only(&heard.voiced)));
        out.extend(motion::together(&paired.only(&heard.voiced)));
        out
    }
}

trait MapEach<T> {
    fn map_each<U>(&self, of: impl Fn(&T) -> U) -> Vec<U>;
}

impl<T> MapEach<T> for [T] {
    fn map_each<U>(&self, of: impl Fn(&T) -> U) -> Vec<U> {
        self.iter().map(of).collect()
    }
}

/// Power of windowed frames over the clip's own floor.
fn spectra<'a>(plan: &mut fft::Forward, window: &[f64], frames: impl Iterator<Item = &'a [f64]>) -> Vec<Vec<f64>> {
    let mut power: Vec<Vec<f64>> =
        frames.map(|frame| plan.power(frame.iter().zip(window).map(|(sample, weight)| sample * weight)).collect()).collect();
    let floor = power.iter().flatten().copied().fold(0.0, f64::max) * BIN_FLOOR;
    power.iter_mut().flatten().for_each(|bin| *bin += floor);
    power
}

fn of_cepstrum(cepstrum: &Table, heard: &Heard) -> Vec<f64> {
    let slopes = cepstrum.map(mel::delta);
    let bends = slopes.map(mel::delta).only(&heard.voiced);
    let slopes = slopes.only(&heard.voiced);
    let mut out = functionals::spread_of(&cepstrum.only(&heard.voiced), [0.1, 0.5, 0.9]);
    out.extend(cepstrum.only(&heard.active).each(mean));
    out.extend(slopes.each(deviation).chain(slopes.each(mean_size)));
    out.extend(bends.each(deviation));
    out
}

/// Balance of the voiced frames, of the loud ones among them, and of the active ones without voice.
fn of_balance(heard: &Heard) -> Vec<f64> {
    let balance = Table::of_rows(&heard.short.map_each(|frame| spectrum::balance(frame)));
    let voiced = balance.only(&heard.voiced);
    let top = quantile(&picked(&heard.levels, &heard.voiced), 0.7);
    let mask = |of: &dyn Fn(usize) -> bool| (0..heard.levels.len()).map(of).collect::<Vec<bool>>();
    let loud = mask(&|at| heard.voiced[at] && heard.levels[at] >= top);
    let rest = mask(&|at| heard.active[at] && !heard.voiced[at]);
    let dull = if rest.iter().filter(|on| **on).count() >= 3 { balance.only(&rest) } else { voiced.clone() };
    let mut out = functionals::spread_of(&voiced, [0.1, 0.9]);
    out.extend(balance.only(&loud).each(mean));
    out.extend(dull.each(mean));
    out
}

/// Spectral figures, harmonics (0 without voice) and aperiodicity of every frame.
fn voice_figures(heard: &Heard) -> Table {
    let count = heard.short.len();
    let scalars: Vec<_> = (0..count).map(|at| spectrum::scalars(&heard.short[at], &heard.short[at.saturating_sub(1)])).collect();
    let of = |at: usize| if heard.voiced[at] { spectrum::harmonics(&heard.long[at], heard.tone[at]) } else { [0.0; 3] };
    let harmonics: Vec<_> = (0..count).map(of).collect();
    let mut table = Table::of_rows(&scalars);
    Table::of_rows(&harmonics).columns().iter().for_each(|column| table.push(column.clone()));
    table.push(heard.aperiodic.clone());
    table
}

/// How fast the figures of voice and the cepstrum go.
fn of_slopes(cepstrum: &Table, figures: &Table, voiced: &[bool]) -> Vec<f64> {
    let slopes = figures.map(mel::delta).only(voiced);
    let mut out: Vec<f64> = slopes.each(deviation).chain(slopes.each(mean_size)).collect();
    out.extend(functionals::percentiles_of(&cepstrum.map(mel::delta).only(voiced), [0.1, 0.9]));
    out
}

/// One part of the clip against another, and how pitch and level go from frame to frame.
fn of_contrast(cepstrum: &Table, figures: &Table, heard: &Heard) -> Vec<f64> {
    let mut told = Table::new(cepstrum.columns()[..6].to_vec());
    told.push(heard.tone.clone());
    told.push(heard.levels.clone());
    contrast::TOLD.iter().for_each(|at| told.push(figures.columns()[*at].clone()));
    let mut whole = cepstrum.clone();
    figures.columns().iter().for_each(|column| whole.push(column.clone()));
    whole.push(heard.tone.clone());
    let scalars = Table::new(figures.columns()[..spectrum::SCALARS].to_vec());
    let rest: Vec<bool> = heard.active.iter().zip(&heard.voiced).map(|(active, voiced)| *active && !*voiced).collect();
    let mut out = contrast::thirds(&told.only(&heard.voiced));
    out.extend(functionals::of_steps(&heard.tone, &heard.levels, &heard.voiced));
    out.extend(contrast::by_energy(&whole.only(&heard.voiced), &picked(&heard.levels, &heard.voiced)));
    out.extend(contrast::unvoiced(&scalars, &rest, &heard.voiced));
    out
}
