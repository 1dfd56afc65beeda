//! Drives a room from few people to many and back, again and again, and makes things happen in the middle of switches.

use std::rc::Rc;
use std::time::Duration;

use serde_json::json;
use tokio::sync::{mpsc, oneshot};
use tokio::time::sleep;

use super::options::Story;
use super::person::{self, Wish};
use super::room::Room;
use super::stage::{Order, Silence, Who};
use super::topology::Mode;
use super::world::World;

/// A room that is not where it is to be by then is stuck: a switch that is rolled back is tried again after 15 s.
const STUCK: Duration = Duration::from_secs(60);
/// How long a switch may take to begin.
const BEGINS: Duration = Duration::from_secs(5);
/// One whom somebody holds up is rolled back after 10 s.
const ROLLS_BACK: Duration = Duration::from_secs(30);
/// The old path's time after a switch, and a stretch of calm to compare with.
const DWELL: Duration = Duration::from_millis(2500 + 2700);
const BETWEEN_JOINS: Duration = Duration::from_millis(300);
const AWAY: Duration = Duration::from_millis(1200);
const LEAVES: Duration = Duration::from_secs(5);

/// What is made to happen in the middle of a switch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Churn {
    Join,
    Leave,
    Drop,
    Mute,
    HoldBack,
}

impl Churn {
    /// The `number`-th switch's. One of them holds everybody up for 10 s, so it is rare.
    pub fn of(number: usize) -> Option<Self> {
        match number % 11 {
            1 => Some(Self::Join),
            3 => Some(Self::Drop),
            5 => Some(Self::Leave),
            7 => Some(Self::Mute),
            9 => Some(Self::Drop),
            10 if number % 33 == 10 => Some(Self::HoldBack),
            _ => None,
        }
    }

    fn word(self) -> &'static str {
        match self {
            Self::Join => "join",
            Self::Leave => "leave",
            Self::Drop => "drop",
            Self::Mute => "mute",
            Self::HoldBack => "hold_back",
        }
    }
}

struct Guest {
    who: Who,
    wish: mpsc::Sender<Wish>,
}

pub struct Director {
    world: Rc<World>,
    room: Rc<Room>,
    story: Story,
    host: Guest,
    guests: Vec<Guest>,
    switches: usize,
}

impl Director {
    /// # Errors
    /// When the room can't be made or its host does not get in.
    pub async fn begin(world: Rc<World>, number: usize, story: Story) -> Result<Self, String> {
        let made = world.rest.create_room(number, story.to + 1).await.map_err(|error| error.to_string())?;
        let room = Rc::new(Room::new(number, made.room_id));
        let (who, wish) = person::enter(&world, &room, Some(made.join_token)).await?;
        world.count(|count| count.joined += 1);
        let host = Guest { who, wish };
        // Rooms differ in what happens when, so that not all do the same at once.
        let director = Self { world, room, story, host, guests: Vec::new(), switches: number * 3 };
        director.set(json!({ "meshLimit": (story.to - 1).clamp(2, 12) })).await;
        Ok(director)
    }

    /// # Errors
    /// When somebody does not get in: there is no going on.
    pub async fn run(mut self) -> Result<(), String> {
        let told = self.play().await;
        self.world.switches.borrow_mut().extend(self.room.take_ended());
        self.shrink(1).await;
        let _ = self.host.wish.send(Wish::Leave).await;
        told
    }

    async fn play(&mut self) -> Result<(), String> {
        let (from, to) = (self.story.from, self.story.to);
        self.grow(from).await?;
        sleep(DWELL).await;
        for _ in 0..self.story.rounds {
            // By count: there are more than may be in a mesh.
            self.grow(to - 1).await?;
            self.switch_to(Mode::Sfu, Cause::Count).await?;
            self.switch_to(Mode::Mesh, Cause::Pin).await?;
            // Unpinned, the count decides again.
            self.switch_to(Mode::Sfu, Cause::Unpin).await?;
            self.shrink(from).await;
            self.switch_to(Mode::Mesh, Cause::Pin).await?;
            self.switch_to(Mode::Sfu, Cause::Pin).await?;
            self.switch_to(Mode::Mesh, Cause::Pin).await?;
            self.set(json!({ "topology": "auto" })).await;
        }
        Ok(())
    }

    async fn set(&self, settings: serde_json::Value) {
        let _ = self.host.wish.send(Wish::Settings(settings)).await;
    }

    fn size(&self) -> usize {
        self.guests.len() + 1
    }

    async fn join(&mut self) -> Result<(), String> {
        let (who, wish) = person::enter(&self.world, &self.room, None).await?;
        self.world.count(|count| count.joined += 1);
        self.guests.push(Guest { who, wish });
        Ok(())
    }

    async fn grow(&mut self, size: usize) -> Result<(), String> {
        while self.size() < size {
            self.join().await?;
            sleep(BETWEEN_JOINS).await;
        }
        Ok(())
    }

    async fn shrink(&mut self, size: usize) {
        while self.size() > size {
            self.dismiss().await;
        }
        let room = &self.room;
        room.until(LEAVES, |room| room.everybody().len() <= size).await;
    }

    async fn dismiss(&mut self) {
        if let Some(guest) = self.guests.pop() {
            let _ = guest.wish.send(Wish::Leave).await;
            self.world.count(|count| count.left += 1);
        }
    }

    async fn switch_to(&mut self, mode: Mode, cause: Cause) -> Result<(), String> {
        let size = if cause == Cause::Count { self.story.to } else { self.size() };
        let churn = self.story.churn.then(|| Churn::of(self.switches)).flatten();
        // One fewer would be a mesh's number again, and the switch not needed.
        let churn = if churn == Some(Churn::Leave) && cause != Cause::Pin { Some(Churn::Drop) } else { churn };
        self.switches += 1;
        if churn == Some(Churn::HoldBack) {
            self.wish_newest(Wish::HoldBack(true)).await;
        }
        self.cause(mode, cause).await?;
        if self.room.until(BEGINS, |room| room.is_switching() || room.is_at(mode)).await {
            self.make(churn).await?;
        }
        if !self.room.until(STUCK, |room| room.is_at(mode)).await {
            self.world.stuck.set(self.world.stuck.get() + 1);
            self.world.error("stuck", || {
                format!("room {}: not at {mode:?} after {STUCK:?}: {}", self.room.number, self.room.describe())
            });
        }
        sleep(DWELL).await;
        self.set_right(size).await?;
        self.listen().await;
        Ok(())
    }

    async fn cause(&mut self, mode: Mode, cause: Cause) -> Result<(), String> {
        match cause {
            Cause::Count => self.grow(self.story.to).await?,
            Cause::Pin => self.set(json!({ "topology": mode.word() })).await,
            Cause::Unpin => self.set(json!({ "topology": "auto" })).await,
        }
        Ok(())
    }

    async fn make(&mut self, churn: Option<Churn>) -> Result<(), String> {
        let Some(churn) = churn else { return Ok(()) };
        self.room.disturb(churn.word());
        match churn {
            Churn::Join => self.join().await?,
            Churn::Leave if self.guests.len() > 1 => self.dismiss().await,
            Churn::Leave => {}
            Churn::Drop => {
                self.world.count(|count| count.dropped += 1);
                self.wish_newest(Wish::Drop(AWAY)).await;
            }
            Churn::Mute => {
                self.world.count(|count| count.muted += 1);
                self.wish_newest(Wish::State { muted: true, video: false }).await;
            }
            Churn::HoldBack => self.hold_back().await,
        }
        Ok(())
    }

    /// Nobody who does not get ready may keep a room where it was for good.
    async fn hold_back(&mut self) {
        self.world.count(|count| count.held_back += 1);
        let before = self.room.rolled_back();
        if !self.room.until(ROLLS_BACK, |room| room.rolled_back() > before).await {
            self.world.error("not_rolled_back", || format!("room {}: {}", self.room.number, self.room.describe()));
        }
        self.wish_newest(Wish::HoldBack(false)).await;
    }

    async fn wish_newest(&self, wish: Wish) {
        if let Some(guest) = self.guests.last() {
            let _ = guest.wish.send(wish).await;
        }
    }

    /// As many people as before, all of them heard and seen.
    async fn set_right(&mut self, size: usize) -> Result<(), String> {
        let changed = self.size() != size;
        self.grow(size).await?;
        self.shrink(size).await;
        self.wish_newest(Wish::State { muted: false, video: self.world.plan.mesh.is_some() }).await;
        if changed {
            sleep(DWELL).await;
        }
        Ok(())
    }

    /// Is everybody heard and seen by everybody?
    async fn listen(&self) {
        const TRIES: u32 = 20;
        for attempt in 0..TRIES {
            let silences = self.silences().await;
            if silences.is_empty() {
                return;
            }
            if attempt + 1 == TRIES {
                let count = silences.len() as u64;
                self.world.silent_edges.set(self.world.silent_edges.get() + count);
                let room = &self.room;
                self.world.error("silent_edge", || format!("room {}, {}: {silences:?}", room.number, room.describe()));
            }
            sleep(Duration::from_millis(250)).await;
        }
    }

    async fn silences(&self) -> Vec<Silence> {
        let among = self.guests.iter().chain([&self.host]).map(|guest| guest.who).collect();
        let (reply, answer) = oneshot::channel();
        self.world.stage.tell(Order::Silences { among, reply });
        answer.await.unwrap_or_default()
    }
}

/// What makes a room switch.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Cause {
    Count,
    Pin,
    Unpin,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_trouble_has_its_turn_and_most_switches_have_none() {
        let made: Vec<_> = (0..66).filter_map(Churn::of).collect();
        for churn in [Churn::Join, Churn::Leave, Churn::Drop, Churn::Mute, Churn::HoldBack] {
            assert!(made.contains(&churn), "{churn:?}");
        }
        assert!(made.len() < 40);
        assert_eq!(made.iter().filter(|churn| **churn == Churn::HoldBack).count(), 2);
    }
}
