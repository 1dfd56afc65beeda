//! Plans and buffers of the three real transforms, made once and used for every clip.

use std::sync::Arc;

use realfft::{ComplexToReal, RealFftPlanner, RealToComplex, num_complex::Complex};

/// Forward transform of one length, with its window and buffers.
pub struct Forward {
    plan: Arc<dyn RealToComplex<f64>>,
    input: Vec<f64>,
    output: Vec<Complex<f64>>,
    scratch: Vec<Complex<f64>>,
}

impl Forward {
    pub fn new(length: usize) -> Self {
        let plan = RealFftPlanner::new().plan_fft_forward(length);
        let (input, output, scratch) = (plan.make_input_vec(), plan.make_output_vec(), plan.make_scratch_vec());
        Self { plan, input, output, scratch }
    }

    /// Spectrum of `samples`, zeros behind them up to the plan's length; what is longer than that is cut.
    pub fn of(&mut self, samples: impl Iterator<Item = f64>) -> &[Complex<f64>] {
        self.input.fill(0.0);
        self.input.iter_mut().zip(samples).for_each(|(to, from)| *to = from);
        // The buffers come from the plan, so their lengths are right: that is all it can complain of.
        let done = self.plan.process_with_scratch(&mut self.input, &mut self.output, &mut self.scratch);
        debug_assert!(done.is_ok());
        &self.output
    }

    /// Power a bin, `length / 2 + 1` of them.
    pub fn power(&mut self, samples: impl Iterator<Item = f64>) -> impl Iterator<Item = f64> + '_ {
        self.of(samples).iter().map(Complex::norm_sqr)
    }
}

/// Transform back, scaled by its length.
pub struct Back {
    plan: Arc<dyn ComplexToReal<f64>>,
    input: Vec<Complex<f64>>,
    output: Vec<f64>,
    scratch: Vec<Complex<f64>>,
}

impl Back {
    pub fn new(length: usize) -> Self {
        let plan = RealFftPlanner::new().plan_fft_inverse(length);
        let (input, output, scratch) = (plan.make_input_vec(), plan.make_output_vec(), plan.make_scratch_vec());
        Self { plan, input, output, scratch }
    }

    /// The signal whose spectrum is `conj(left) * right`: their cross-correlation.
    pub fn correlation(&mut self, left: &[Complex<f64>], right: &[Complex<f64>]) -> &[f64] {
        self.input.iter_mut().zip(left.iter().zip(right)).for_each(|(to, (a, b))| *to = a.conj() * b);
        // Of a real signal both ends are real; rounding must not say otherwise.
        if let [first, .., last] = self.input.as_mut_slice() {
            (first.im, last.im) = (0.0, 0.0);
        }
        let done = self.plan.process_with_scratch(&mut self.input, &mut self.output, &mut self.scratch);
        debug_assert!(done.is_ok());
        let scale = 1.0 / self.output.len() as f64;
        self.output.iter_mut().for_each(|value| *value *= scale);
        &self.output
    }
}
