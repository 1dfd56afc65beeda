//! Which way media takes, and how it changes over: pure, a file a decision.
//!
//! - [`decide`]: facts → the mode that is wanted, and why. Knows no time.
//! - [`devices`]: how large a mesh the weakest device bears.
//! - [`hysteresis`]: back to the mesh only when it would have held; a mesh that failed is not trusted for a while.
//! - [`signals`]: what clients measure → that a mesh fails, once it has lasted.
//! - [`path_switch`]: one change-over: a second path beside the first, acknowledged edge by edge, committed or rolled back.
//! - [`tap`]: who is heard for what runs on the server, and so sends an extra copy in a mesh.
//! - [`explain`]: a sentence for the log.

pub mod decide;
pub mod devices;
pub mod explain;
pub mod hysteresis;
pub mod path_switch;
pub mod signals;
pub mod tap;

pub use decide::{Facts, Needs, Wanted, decide};
pub use hysteresis::Hysteresis;
pub use path_switch::{Ended, PathSwitch};
pub use signals::Signals;

use serde::{Deserialize, Serialize};
use std::time::Duration;

/// Times of the policy and the switch, in milliseconds.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Times {
    /// How long a new path may take to come up, from its beginning or its last step forward.
    pub ready_ms: u64,
    /// Newcomers and steps forward put that off, to this long at most.
    pub ready_longest_ms: u64,
    /// After a switch that was rolled back; doubles each time.
    pub retry_ms: u64,
    pub retry_longest_ms: u64,
    /// How long a mesh must have been enough before a room goes back to it.
    pub settle_ms: u64,
    /// How long a mesh that failed its people is not tried again; doubles each time.
    pub distrust_ms: u64,
    pub distrust_longest_ms: u64,
    /// How long the old path stays after the commit, for those who hear of it late.
    pub retire_ms: u64,
}

impl Times {
    pub const USUAL: Self = Self {
        ready_ms: 15_000,
        ready_longest_ms: 90_000,
        retry_ms: 15_000,
        retry_longest_ms: 300_000,
        settle_ms: 30_000,
        distrust_ms: 300_000,
        distrust_longest_ms: 2_400_000,
        retire_ms: 5_000,
    };
}

impl Default for Times {
    fn default() -> Self {
        Self::USUAL
    }
}

/// `first`, doubled for each time after the first, at most `longest`.
fn doubled(first: u64, times: u32, longest: u64) -> Duration {
    let factor = 1u64 << times.saturating_sub(1).min(20);
    Duration::from_millis(first.saturating_mul(factor).min(longest))
}
