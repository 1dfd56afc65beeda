//! One person's time in the room: read, act by the clock, follow orders.

use std::time::Duration;

use tokio::time::Instant;

use super::heard::{ChatHeard, Sequence};
use super::pace::Pace;
use super::{Place, Stay};
use crate::measure::clock::Micros;
use crate::room::Order;
use crate::socket::{self, Received, Socket};
use crate::wire::id::Id;
use crate::wire::incoming::Welcome;
use crate::wire::outgoing;

/// How long to wait for the server's close after leaving.
const FAREWELL: Duration = Duration::from_secs(3);
/// How long one who did not read may need to read it all.
const CATCHING_UP: Micros = 2_000_000;
const IDLE: Duration = Duration::from_secs(3600);

pub struct Session {
    pub place: Place,
    pub socket: Socket,
    pub me: Id,
    pub resume_token: String,
    pub sequence: Sequence,
    pub chats: ChatHeard,
    pub peers: Vec<Id>,
    pub pending: Vec<Pending>,
    pub pace: Pace,
    pub next_reference: u64,
    pub relays: u64,
    pub chat_lines: u64,
    /// What was sent before this is late because we were away, not because the server is slow.
    pub measured_from: Micros,
}

/// A command without a reply yet.
pub struct Pending {
    pub reference: u64,
    pub at: Micros,
    pub what: What,
}

pub enum What {
    Hello,
    Relay { to: Id, sent: Micros },
    Chat { client_id: String, number: u64, sent: Micros },
    Leave,
}

/// What a moment in the loop led to.
pub enum Turn {
    Stay,
    Leave,
    /// The connection is gone; resume at that time.
    Gone {
        back: Micros,
        why: Why,
    },
    End(EndOf),
}

/// Why a connection is gone. Who was slow may have missed more than the server keeps.
#[derive(Clone, Copy, PartialEq)]
pub enum Why {
    Cut,
    Slow,
}

pub enum EndOf {
    Run,
    Person,
}

impl Session {
    pub fn new(place: Place, socket: Socket, welcome: &Welcome) -> Result<Self, String> {
        let now = place.world.now();
        let scenario = &place.world.scenario;
        let pace = Pace::new(scenario.relay_rate, scenario.chat_rate, now);
        let chats = ChatHeard::new(scenario.size);
        let me = Id::parse(welcome.you.id).ok_or("you.id is no UUID")?;
        let mut session = Self {
            place,
            socket,
            me,
            resume_token: String::new(),
            sequence: Sequence::starting_at(welcome.seq),
            chats,
            peers: Vec::new(),
            pending: Vec::new(),
            pace,
            next_reference: 2,
            relays: 0,
            chat_lines: 0,
            measured_from: now,
        };
        if welcome.seq != 1 {
            session.error("sequence_gap", || format!("the first event has seq {}", welcome.seq));
        }
        session.place.world.count(|count| count.events += 1);
        session.snapshot(welcome)?;
        Ok(session)
    }

    pub async fn stay(mut self) -> Stay {
        self.place.world.count(|count| count.online += 1);
        let stay = self.run().await;
        self.place.world.count(|count| count.online -= 1);
        self.forget_pending();
        stay
    }

    async fn run(&mut self) -> Stay {
        self.greet().await;
        loop {
            match self.turn().await {
                Turn::Stay => {}
                Turn::Leave => return self.leave().await,
                Turn::End(EndOf::Run) => {
                    self.leave().await;
                    return Stay::Finished;
                }
                Turn::End(EndOf::Person) => return Stay::Lost,
                Turn::Gone { back, why } => {
                    if !self.come_back(back, why).await {
                        return Stay::Lost;
                    }
                }
            }
        }
    }

    /// Waits for whatever comes first: a frame, the clock, an order.
    async fn turn(&mut self) -> Turn {
        let world = self.place.world.clone();
        let room = self.place.room.clone();
        let seat = &room.seats[self.place.number];
        let wake = self.pace.next(world.loading.get()).map_or_else(|| Instant::now() + IDLE, |at| world.clock.instant(at));
        tokio::select! {
            biased;
            received = socket::receive(&mut self.socket) => match received {
                Received::Text(text) => self.hear(&text).await,
                Received::Closed(code) => self.closed(code),
            },
            () = tokio::time::sleep_until(wake) => self.act().await,
            () = seat.called.notified() => match seat.take_order() {
                Some(order) => self.obey(order).await,
                None => Turn::Stay,
            },
        }
    }

    async fn obey(&mut self, order: Order) -> Turn {
        match order {
            Order::Leave => Turn::Leave,
            Order::Finish => Turn::End(EndOf::Run),
            Order::Drop { back } => {
                self.place.seat().away.set(true);
                self.place.world.count(|count| count.dropped += 1);
                Turn::Gone { back, why: Why::Cut }
            }
            Order::Stall { until } => {
                self.place.seat().away.set(true);
                self.place.world.sleep_until(until).await;
                let now = self.place.world.now();
                self.pace.relay.skip_to(now);
                self.pace.chat.skip_to(now);
                self.measured_from = now + CATCHING_UP;
                self.pace.judged = Some(now + CATCHING_UP);
                Turn::Stay
            }
            Order::Check => {
                self.check_roster();
                Turn::Stay
            }
        }
    }

    /// Others' joins and leaves, applied in order, must give who is really there.
    fn check_roster(&self) {
        let mut seen = self.peers.clone();
        seen.push(self.me);
        seen.sort_unstable();
        let there = self.place.room.roster();
        if seen != there {
            self.error("roster_mismatch", || format!("sees {seen:?}, there are {there:?}"));
        }
        crate::world::add(&self.place.world.checked, 1);
    }

    async fn leave(&mut self) -> Stay {
        let seat = self.place.seat();
        seat.vacate();
        // On the way to the next person's way in, for whoever waits until all is quiet.
        crate::world::add(&self.place.world.entering, 1);
        let reference = self.reference();
        self.expect(reference, What::Leave);
        // A failing write shows as a wrong close below.
        let _ = socket::send(&mut self.socket, outgoing::leave(reference)).await;
        let farewell = async {
            loop {
                match socket::receive(&mut self.socket).await {
                    Received::Text(text) => {
                        self.hear(&text).await;
                    }
                    Received::Closed(code) => return code,
                }
            }
        };
        match tokio::time::timeout(FAREWELL, farewell).await {
            Ok(Some(1000)) => self.place.world.count(|count| count.left += 1),
            Ok(code) => self.error("wrong_close", || format!("leaving closed with {code:?}")),
            Err(_) => self.error("wrong_close", || "leaving did not close the socket".into()),
        }
        crate::world::take(&self.place.world.entering, 1);
        Stay::Left
    }

    /// The socket closed without our doing.
    fn closed(&mut self, code: Option<u16>) -> Turn {
        let world = &self.place.world;
        if self.pace.judged.take().is_some() {
            world.count(|count| count.slow_closed += 1);
            return Turn::Gone { back: world.now(), why: Why::Slow };
        }
        self.error("connection_lost", || format!("closed with {code:?}"));
        match code {
            None | Some(1001 | 1006 | 1011 | 4408 | 4429 | 4503) => Turn::Gone { back: world.now() + 500_000, why: Why::Cut },
            Some(_) => Turn::End(EndOf::Person),
        }
    }

    pub fn error(&self, kind: &'static str, detail: impl FnOnce() -> String) {
        let place = &self.place;
        place.world.error(kind, || format!("room {} seat {} ({:?}): {}", place.room.number, place.number, self.me, detail()));
    }
}
