//! WAV: what the server's own listeners read, and what others bring.

mod read;
mod write;

pub use read::{Encoding, Samples, Wav, WavError, WavInfo, open_wav, open_wav_file};
pub use write::{WAV_LIMIT, WavFiles, WavFinished, WavRecovered, recover_wav};
