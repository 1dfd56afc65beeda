//! Bytes to containers: files that can be cut anywhere and still play up to the cut.
//!
//! - [`WebmWriter`]: frames as they were sent, one track a file; [`recover()`] finishes what a crash left.
//! - [`WavFiles`]: 16-bit sound for what listens on the server; [`recover_wav`] likewise.
//! - [`open_wav`]: sound that others bring, checked before it is believed.

mod ebml;
mod head;
mod index;
mod recover;
#[cfg(test)]
mod tests;
mod wav;
mod webm;
mod window;

pub use head::About;
pub use recover::{RecoverError, Recovered, recover};
pub use wav::{
    Encoding, Samples, WAV_LIMIT, Wav, WavError, WavFiles, WavFinished, WavInfo, WavRecovered, open_wav, open_wav_file,
    recover_wav,
};
pub use webm::{Finished, WebmWriter};
