//! How an engine does, and the words for it.

use std::time::Duration;

/// What is known of an engine at one moment.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct EngineState {
    /// Asks that wait.
    pub waiting: usize,
    /// How long the oldest of them has waited.
    pub behind: Duration,
    /// Asks that were thrown away because too many waited.
    pub dropped: u64,
    /// Asks that were answered, failures too.
    pub answered: u64,
    /// Of the last asks: how long one takes.
    pub each: Duration,
    /// The model was asked this long ago and hasn't answered, longer than is allowed.
    pub hangs: Option<Duration>,
    /// One ask takes ten times as long as it should.
    pub slow: bool,
    /// Of a model that is elsewhere: why it can't be asked.
    pub away: Option<String>,
    /// Threads that were given up because their model hung.
    pub given_up: u32,
}

impl EngineState {
    /// `Err` with a sentence where it doesn't keep up.
    pub fn check(&self) -> Result<(), String> {
        let late = format!("{} ms behind, {} waiting, {} dropped", self.behind.as_millis(), self.waiting, self.dropped);
        match self.hangs {
            _ if self.away.is_some() => Err(self.away.clone().unwrap_or_default()),
            Some(since) => Err(format!("the model hangs since {} s; {late}", since.as_secs())),
            None if self.slow => Err(format!("the model is slow, {} ms a clip; {late}", self.each.as_millis())),
            None => Ok(()),
        }
    }
}
