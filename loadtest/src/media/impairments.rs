//! Which receivers have a bad path, how bad, and when: `receiver=2,loss=20,delay=100,rate=150,from=5,until=15`.

use std::str::FromStr;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::driver::Impairment;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Impaired {
    pub who: Chosen,
    /// Percent.
    pub loss: f64,
    pub delay_ms: u64,
    pub rate_kbit: Option<u64>,
    /// Seconds of the measured time; without a beginning from the start on, also while joining.
    pub from: Option<f64>,
    pub until: Option<f64>,
}

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Chosen {
    All,
    /// From 1.
    One(usize),
    First(usize),
    /// Percent of them, rounded up.
    Share(f64),
}

impl Chosen {
    /// Is the receiver of this place, from 0, among them?
    pub fn includes(self, place: usize, receivers: usize) -> bool {
        match self {
            Self::All => true,
            Self::One(number) => place + 1 == number,
            Self::First(count) => place < count,
            Self::Share(percent) => (place as f64) < (receivers as f64 * percent / 100.0).ceil(),
        }
    }
}

impl Impaired {
    pub fn of_all(loss: Option<f64>, delay: Option<u64>, rate: Option<u64>) -> Option<Self> {
        let any = loss.is_some() || delay.is_some() || rate.is_some();
        any.then(|| Self {
            who: Chosen::All,
            loss: loss.unwrap_or(0.0),
            delay_ms: delay.unwrap_or(0),
            rate_kbit: rate,
            from: None,
            until: None,
        })
    }

    pub fn path(&self) -> Impairment {
        Impairment {
            loss: self.loss / 100.0,
            delay: Duration::from_millis(self.delay_ms),
            rate: self.rate_kbit.map(|kbit| kbit * 1000),
        }
    }

    /// The path that the receiver has before the measured time.
    pub fn at_first(&self) -> Impairment {
        if self.from.is_none() { self.path() } else { Impairment::default() }
    }
}

impl std::fmt::Display for Impaired {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "loss {} %, delay {} ms", self.loss, self.delay_ms)?;
        self.rate_kbit.iter().try_for_each(|rate| write!(f, ", {rate} kbit/s"))?;
        self.from.iter().try_for_each(|from| write!(f, ", from {from} s"))?;
        self.until.iter().try_for_each(|until| write!(f, ", until {until} s"))
    }
}

impl FromStr for Impaired {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let mut impaired = Self { who: Chosen::All, loss: 0.0, delay_ms: 0, rate_kbit: None, from: None, until: None };
        for part in text.split(',') {
            let (name, value) = part.split_once('=').ok_or_else(|| format!("{part}: written NAME=VALUE"))?;
            impaired.set(name.trim(), value.trim()).ok_or_else(|| format!("{part} is not understood"))?;
        }
        if impaired.path().is_none() {
            return Err(format!("{text} impairs nothing: give it loss=, delay= or rate="));
        }
        Ok(impaired)
    }
}

impl Impaired {
    fn set(&mut self, name: &str, value: &str) -> Option<()> {
        let number = || value.parse::<f64>().ok().filter(|number| *number >= 0.0);
        match name {
            "receiver" => self.who = Chosen::One(value.parse().ok().filter(|number| *number > 0)?),
            "receivers" => {
                self.who = match value.strip_suffix('%') {
                    Some(percent) => Chosen::Share(percent.parse().ok().filter(|percent| (0.0..=100.0).contains(percent))?),
                    None => Chosen::First(value.parse().ok()?),
                }
            }
            "loss" => self.loss = number().filter(|percent| *percent <= 100.0)?,
            "delay" => self.delay_ms = value.parse().ok()?,
            "rate" => self.rate_kbit = Some(value.parse().ok().filter(|rate| *rate > 0)?),
            "from" => self.from = Some(number()?),
            "until" => self.until = Some(number()?),
            _ => return None,
        }
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_spec_says_who_how_and_when() {
        let impaired: Impaired = "receiver=2,loss=20,delay=100,rate=150,from=5,until=15".parse().unwrap();
        assert_eq!((impaired.who, impaired.from, impaired.until), (Chosen::One(2), Some(5.0), Some(15.0)));
        let path = impaired.path();
        assert_eq!((path.loss, path.delay, path.rate), (0.2, Duration::from_millis(100), Some(150_000)));
        assert!(impaired.at_first().is_none());
    }

    #[test]
    fn receivers_are_chosen_by_number_count_or_share() {
        let chosen = |text: &str| -> Vec<usize> {
            let who = format!("{text},loss=1").parse::<Impaired>().unwrap().who;
            (0..10).filter(|place| who.includes(*place, 10)).collect()
        };
        assert_eq!(chosen("receiver=3"), [2]);
        assert_eq!(chosen("receivers=2"), [0, 1]);
        assert_eq!(chosen("receivers=25%"), [0, 1, 2]);
    }

    #[test]
    fn what_is_not_understood_is_refused() {
        for text in ["", "receiver=1", "receiver=0,loss=1", "loss=200", "speed=3", "loss", "receivers=200%,loss=1"] {
            assert!(text.parse::<Impaired>().is_err(), "{text}");
        }
    }
}
