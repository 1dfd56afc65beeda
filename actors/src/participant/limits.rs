//! How fast one client may send, by kind of command.

use crate::{
    clock::Timestamp,
    protocol::{ClientCommand, CommandError, ErrorCode},
};
use std::time::Duration;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Kind {
    /// Offers, answers, candidates: many at once when a room forms.
    Relay,
    /// What all others read: chat, reactions, previews.
    Talk,
    /// Acknowledgements and pings.
    Upkeep,
    Other,
}

fn kind(command: &ClientCommand) -> Kind {
    use ClientCommand as C;
    match command {
        C::Offer(_) | C::Answer(_) | C::IceCandidate(_) => Kind::Relay,
        C::Chat(_) | C::React(_) | C::Typing(_) | C::OfferPreview(_) | C::WaitingMessage(_) => Kind::Talk,
        C::Ack(_) | C::Ping(_) | C::Telemetry(_) => Kind::Upkeep,
        _ => Kind::Other,
    }
}

/// A second's worth of commands and how many at once, a kind each.
#[derive(Clone, Copy, Debug)]
pub struct RateLimits {
    pub relay: (u32, u32),
    pub talk: (u32, u32),
    pub upkeep: (u32, u32),
    pub other: (u32, u32),
    /// So many refusals more than passes close the socket: it does not listen.
    pub refusals: u32,
}

impl Default for RateLimits {
    fn default() -> Self {
        Self { relay: (200, 1_000), talk: (10, 30), upkeep: (200, 2_000), other: (20, 60), refusals: 100 }
    }
}

impl RateLimits {
    fn of(&self, kind: Kind) -> (u32, u32) {
        match kind {
            Kind::Relay => self.relay,
            Kind::Talk => self.talk,
            Kind::Upkeep => self.upkeep,
            Kind::Other => self.other,
        }
    }
}

/// One client's budget: a token bucket a kind, kept as the time at which each would be full.
pub struct Budget {
    full_at: [Timestamp; 4],
    refused: u32,
}

#[derive(Debug, PartialEq, Eq)]
pub enum Verdict {
    Pass,
    Refuse(CommandError),
    /// It went on in spite of refusals: close 4429.
    Close,
}

impl Budget {
    pub fn new() -> Self {
        Self { full_at: [Timestamp(0); 4], refused: 0 }
    }

    pub fn spend(&mut self, limits: &RateLimits, command: &ClientCommand, now: Timestamp) -> Verdict {
        let kind = kind(command);
        let (rate, burst) = limits.of(kind);
        let cost_us = 1_000_000 / u64::from(rate.max(1));
        let full_at = &mut self.full_at[kind as usize];
        // Kept in microseconds so that fast rates do not round to nothing.
        let now_us = now.ms() * 1_000;
        let after = full_at.0.max(now_us) + cost_us;
        let over_us = after.saturating_sub(now_us + cost_us * u64::from(burst.max(1)));
        if over_us == 0 {
            *full_at = Timestamp(after);
            self.refused = self.refused.saturating_sub(1);
            return Verdict::Pass;
        }
        self.refused += 1;
        if self.refused > limits.refusals {
            return Verdict::Close;
        }
        let wait = Duration::from_micros(over_us).as_millis() as u64 + 1;
        Verdict::Refuse(CommandError::new(ErrorCode::RateLimited, "too many commands of this kind").retry_in(wait))
    }
}

impl Default for Budget {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{clock::at, protocol::client};

    fn talk() -> ClientCommand {
        client::React { emoji: "👍".into() }.into()
    }

    #[test]
    fn a_burst_passes_then_the_rate_holds() {
        let limits = RateLimits { talk: (10, 3), ..RateLimits::default() };
        let mut budget = Budget::new();
        for _ in 0..3 {
            assert_eq!(budget.spend(&limits, &talk(), at(1_000)), Verdict::Pass);
        }
        let Verdict::Refuse(error) = budget.spend(&limits, &talk(), at(1_000)) else { panic!("must refuse") };
        assert_eq!(error.retry_in_ms, Some(101));
        assert_eq!(budget.spend(&limits, &talk(), at(1_101)), Verdict::Pass);
    }

    #[test]
    fn kinds_do_not_starve_one_another() {
        let limits = RateLimits { talk: (1, 1), ..RateLimits::default() };
        let mut budget = Budget::new();
        budget.spend(&limits, &talk(), at(0));
        assert!(matches!(budget.spend(&limits, &talk(), at(0)), Verdict::Refuse(_)));
        assert_eq!(budget.spend(&limits, &client::Ping {}.into(), at(0)), Verdict::Pass);
    }

    #[test]
    fn a_client_that_never_listens_is_closed() {
        let limits = RateLimits { talk: (1, 1), refusals: 2, ..RateLimits::default() };
        let mut budget = Budget::new();
        let verdicts: Vec<_> = (0..4).map(|_| budget.spend(&limits, &talk(), at(0))).collect();
        assert_eq!(verdicts[3], Verdict::Close);
    }
}
