//! Guessing the password of a room (I7): wrong ones are limited by address, by room, and by both together. Right ones cost nothing, so an office
//! behind one address can come in at once; and while a room is being guessed at from many addresses, those where its password is known go on.

use super::{too_many, tries::Tries};
use crate::{
    config::Config,
    web::{client_ip::limit_key, error::Problem},
};
use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};
use uuid::Uuid;

/// How long an address is remembered after it gave a room's password.
const PROVEN: Duration = Duration::from_secs(24 * 3600);
/// How many of them are.
const PROVEN_MAX: usize = 65_536;

type Place = (IpAddr, Uuid);

pub struct RoomPasswords {
    by_address: Tries<IpAddr>,
    by_place: Tries<Place>,
    by_room: Tries<Uuid>,
    proven: Mutex<HashMap<Place, Instant>>,
}

/// One guess on its way. Counted as wrong unless it is told otherwise, so that hanging up is no way around.
pub struct Guess<'a> {
    limits: &'a RoomPasswords,
    place: Place,
    of_room: bool,
}

impl RoomPasswords {
    pub fn new(config: &Config) -> Self {
        Self {
            by_address: Tries::per_minute(config.room_passwords_per_minute_per_address),
            by_place: Tries::per_minute(config.room_passwords_per_minute_per_address_and_room),
            by_room: Tries::per_minute(config.room_passwords_per_minute_per_room),
            proven: Mutex::new(HashMap::new()),
        }
    }

    /// May somebody at `address` guess at `room` now?
    ///
    /// # Errors
    /// 429 with the seconds to wait.
    pub fn guess(&self, address: IpAddr, room: Uuid) -> Result<Guess<'_>, Problem> {
        self.guess_at(address, room, Instant::now())
    }

    fn guess_at(&self, address: IpAddr, room: Uuid, now: Instant) -> Result<Guess<'_>, Problem> {
        let place = (limit_key(address), room);
        self.by_place.take(&place, now).map_err(|wait| too_many("room_passwords_by_address_and_room", wait))?;
        self.by_address.take(&place.0, now).map_err(|wait| too_many("room_passwords_by_address", wait))?;
        let of_room = !self.is_proven(&place, now);
        if of_room && let Err(wait) = self.by_room.take(&room, now) {
            // Their own tries are for when it is the room's turn again.
            self.by_place.give_back(&place);
            self.by_address.give_back(&place.0);
            return Err(too_many("room_passwords_by_room", wait));
        }
        Ok(Guess { limits: self, place, of_room })
    }

    fn is_proven(&self, place: &Place, now: Instant) -> bool {
        let proven = self.proven.lock().unwrap_or_else(PoisonError::into_inner);
        proven.get(place).is_some_and(|at| now.saturating_duration_since(*at) < PROVEN)
    }

    fn prove(&self, place: Place, now: Instant) {
        let mut proven = self.proven.lock().unwrap_or_else(PoisonError::into_inner);
        if proven.len() >= PROVEN_MAX {
            proven.retain(|_, at| now.saturating_duration_since(*at) < PROVEN);
        }
        if proven.len() < PROVEN_MAX {
            proven.insert(place, now);
        }
    }
}

impl Guess<'_> {
    /// The password was right.
    pub fn right(self) {
        self.limits.prove(self.place, Instant::now());
        self.unjudged();
    }

    /// Nobody looked at it.
    pub fn unjudged(self) {
        self.limits.by_place.give_back(&self.place);
        self.limits.by_address.give_back(&self.place.0);
        if self.of_room {
            self.limits.by_room.give_back(&self.place.1);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROOM: Uuid = Uuid::from_u128(1);
    const OTHER: Uuid = Uuid::from_u128(2);

    fn limits() -> RoomPasswords {
        RoomPasswords::new(&Config {
            room_passwords_per_minute_per_address: 5,
            room_passwords_per_minute_per_address_and_room: 3,
            room_passwords_per_minute_per_room: 6,
            ..Config::default()
        })
    }

    fn address(n: u8) -> IpAddr {
        IpAddr::from([198, 51, 100, n])
    }

    /// How many of `tries` wrong guesses got through.
    fn wrong(limits: &RoomPasswords, address: IpAddr, room: Uuid, tries: usize) -> usize {
        let now = Instant::now();
        (0..tries).filter(|_| limits.guess_at(address, room, now).is_ok()).count()
    }

    #[test]
    fn wrong_ones_run_out_by_place_by_address_and_by_room() {
        let limits = limits();
        assert_eq!(wrong(&limits, address(1), ROOM, 10), 3, "one address at one room");
        assert_eq!(wrong(&limits, address(1), OTHER, 10), 2, "the same address elsewhere");
        assert_eq!((2..20).map(|n| wrong(&limits, address(n), ROOM, 1)).sum::<usize>(), 3, "many addresses at one room");
        assert_eq!(wrong(&limits, address(30), OTHER, 1), 1, "another room goes on");
        let refused = limits.guess(address(30), ROOM).err().expect("over the limit");
        assert_eq!(refused.status.as_u16(), 429);
        assert!(refused.retry_after_seconds.is_some_and(|seconds| (1..=10).contains(&seconds)));
    }

    #[test]
    fn right_ones_cost_nothing() {
        let limits = limits();
        for _ in 0..100 {
            limits.guess(address(1), ROOM).expect("may guess").right();
        }
    }

    #[test]
    fn an_address_that_knew_the_password_goes_on_while_others_guess() {
        let limits = limits();
        limits.guess(address(1), ROOM).expect("may guess").right();
        assert_eq!((2..20).map(|n| wrong(&limits, address(n), ROOM, 1)).sum::<usize>(), 6);
        assert!(limits.guess(address(40), ROOM).is_err());
        for _ in 0..10 {
            limits.guess(address(1), ROOM).expect("goes on").right();
        }
        assert_eq!(wrong(&limits, address(1), ROOM, 10), 3, "but it may not guess either");
    }
}
