//! Time: a point is a [`Timestamp`], and pure code gets it as an argument. Only [`Clock`] reads one.

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use std::{borrow::Cow, fmt, time::Duration};
use time::{OffsetDateTime, format_description::well_known::Rfc3339};
use tokio::time::Instant;

/// Milliseconds since 1970 UTC; RFC 3339 with milliseconds on every wire.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Timestamp(pub u64);

/// `at(1000)`: a point in time for tables and tests.
pub fn at(ms: u64) -> Timestamp {
    Timestamp(ms)
}

impl Timestamp {
    pub fn ms(self) -> u64 {
        self.0
    }

    /// Time that has passed since `earlier`, zero if it is later.
    pub fn since(self, earlier: Timestamp) -> Duration {
        Duration::from_millis(self.0.saturating_sub(earlier.0))
    }
}

impl std::ops::Add<Duration> for Timestamp {
    type Output = Timestamp;
    fn add(self, more: Duration) -> Timestamp {
        Timestamp(self.0.saturating_add(more.as_millis() as u64))
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let nanos = i128::from(self.0) * 1_000_000;
        let when = OffsetDateTime::from_unix_timestamp_nanos(nanos).unwrap_or(OffsetDateTime::UNIX_EPOCH);
        let (y, mo, d) = when.to_calendar_date();
        let (h, mi, s) = when.to_hms();
        let ms = when.millisecond();
        write!(f, "{y:04}-{:02}-{d:02}T{h:02}:{mi:02}:{s:02}.{ms:03}Z", u8::from(mo))
    }
}

impl fmt::Debug for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "at({})", self.0)
    }
}

impl std::str::FromStr for Timestamp {
    type Err = time::error::Parse;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let when = OffsetDateTime::parse(text, &Rfc3339)?;
        Ok(Timestamp((when.unix_timestamp_nanos() / 1_000_000).max(0) as u64))
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Cow::<'de, str>::deserialize(deserializer)?;
        text.parse().map_err(|_| de::Error::custom("not an RFC 3339 time"))
    }
}

impl JsonSchema for Timestamp {
    fn schema_name() -> Cow<'static, str> {
        "Timestamp".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "format": "date-time", "description": "RFC 3339 UTC with milliseconds" })
    }
}

/// The shell's clock: wall time at start, moved on by tokio's clock, so that tests can move it.
#[derive(Clone, Copy)]
pub struct Clock {
    wall_at_start: Timestamp,
    start: Instant,
}

impl Clock {
    pub fn starting_at(wall: Timestamp) -> Self {
        Self { wall_at_start: wall, start: Instant::now() }
    }

    pub fn now(&self) -> Timestamp {
        self.wall_at_start + self.start.elapsed()
    }

    /// How long until `deadline`; zero when it has passed.
    pub fn until(&self, deadline: Timestamp) -> Duration {
        deadline.since(self.now())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_timestamp_travels_as_rfc_3339_and_back() {
        let when = at(1_700_000_000_123);
        assert_eq!(when.to_string(), "2023-11-14T22:13:20.123Z");
        assert_eq!("2023-11-14T22:13:20.123Z".parse::<Timestamp>().unwrap(), when);
        assert_eq!(at(5).since(at(9)), Duration::ZERO);
    }
}
