//! The emotion of a clip, without a clock, a socket or a model runtime: features of audio in, scores out.

pub mod features;
pub mod voice;

#[cfg(test)]
mod tests;
