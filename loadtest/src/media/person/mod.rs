//! One person of a media run: signalling as a browser does it, and the two connections to the server.

mod paths;
mod signal;

use std::rc::Rc;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::time::{interval, timeout};

use super::scenario::Purpose;
use super::stage::Stage;
use super::studio::{Order, Who};
use crate::measure::clock::Micros;
use crate::rest::RestError;
use crate::wire::id::Id;
use crate::world::{add, take};
use paths::Paths;
use signal::{Said, Signal};

const WELCOME_WITHIN: Duration = Duration::from_secs(20);
const FAREWELL: Duration = Duration::from_secs(3);
const ATTEMPTS: u32 = 10;

/// Who somebody is in the run.
#[derive(Clone, Copy, Debug)]
pub struct Role {
    pub room: usize,
    pub who: Who,
    pub publishes: bool,
    /// Leaves again by itself, in the middle of getting in.
    pub gives_up: Option<GivesUp>,
}

/// When somebody who will not stay goes away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GivesUp {
    /// Once both connections could be up, and media has come for a moment.
    Settled,
    /// With the answer in hand, before any check of ICE was sent.
    BeforeIce,
    /// With checks on their way and DTLS begun.
    InIce,
}

pub struct Person {
    stage: Rc<Stage>,
    role: Role,
    signal: Signal,
    me: Id,
    asked: Micros,
    paths: Paths,
}

/// Comes in, stays until the run is over (or they give up), and leaves.
pub async fn attend(stage: Rc<Stage>, role: Role) {
    add(&stage.entering, 1);
    let entered = enter(&stage, role).await;
    take(&stage.entering, 1);
    match entered {
        Ok(person) => {
            add(&stage.present, 1);
            person.stay().await;
            take(&stage.present, 1);
        }
        Err(error) => stage.error("join", || format!("person {}: {error}", role.who)),
    }
}

async fn enter(stage: &Rc<Stage>, role: Role) -> Result<Person, String> {
    let asked = stage.clock.now();
    let token = token(stage, role).await?;
    let mut signal = Signal::hello(stage.address, &token).await?;
    let welcome = timeout(WELCOME_WITHIN, welcomed(&mut signal)).await.map_err(|_| "no welcome")??;
    let me = welcome["you"]["id"].as_str().and_then(Id::parse).ok_or("the welcome has no id")?;
    let mut paths = Paths::new(role);
    paths.follow(&welcome["topology"]);
    Ok(Person { stage: stage.clone(), role, signal, me, asked, paths })
}

async fn token(stage: &Stage, role: Role) -> Result<String, String> {
    let (host, room) = {
        let rooms = stage.rooms.borrow();
        (rooms[role.room].host_token.take(), rooms[role.room].id.clone())
    };
    if let Some(token) = host {
        return Ok(token);
    }
    for _ in 0..ATTEMPTS {
        match stage.rest.join(&room, role.who as usize).await {
            Ok(token) => return Ok(token),
            Err(RestError::Busy(after)) => tokio::time::sleep(after).await,
            Err(error) => return Err(error.to_string()),
        }
    }
    Err("the server stayed busy".into())
}

async fn welcomed(signal: &mut Signal) -> Result<Value, String> {
    loop {
        match signal.next().await {
            Said::Event(event) if event["type"] == "welcome" => return Ok(event),
            Said::Event(_) | Said::Reply(Ok(())) => {}
            Said::Reply(Err(error)) => return Err(error),
            Said::Closed(code) => return Err(format!("closed with {code:?} before the welcome")),
        }
    }
}

impl Person {
    async fn stay(mut self) {
        if let Err(error) = self.live().await {
            let (who, gives_up) = (self.role.who, self.role.gives_up);
            self.stage.error("signalling", || format!("person {who} ({gives_up:?}): {error}"));
        }
        self.paths.close(&self.stage);
        if self.role.publishes {
            let rooms = self.stage.rooms.borrow();
            rooms[self.role.room].publishers.borrow_mut().retain(|id| *id != self.me);
        }
    }

    async fn live(&mut self) -> Result<(), String> {
        let stage = self.stage.clone();
        let mut publishers = stage.rooms.borrow()[self.role.room].changed.subscribe();
        self.announce().await?;
        self.publish().await?;
        let mut over = stage.over.subscribe();
        let mut beat = interval(Duration::from_secs(2));
        let patience = tokio::time::sleep(self.patience());
        tokio::pin!(patience);
        loop {
            tokio::select! {
                biased;
                said = self.signal.next() => match said {
                    Said::Event(event) => {
                        if self.hear(&event).await? {
                            return self.leave().await;
                        }
                        self.signal.acknowledge(false).await;
                    }
                    Said::Reply(Ok(())) => {}
                    Said::Reply(Err(error)) => return Err(format!("a command was refused: {error}")),
                    Said::Closed(code) => return Err(format!("closed with {code:?}")),
                },
                Ok(()) = publishers.changed() => self.subscribe().await?,
                _ = over.wait_for(|over| *over) => return self.leave().await,
                () = &mut patience => return self.leave().await,
                _ = beat.tick() => self.signal.acknowledge(true).await,
            }
        }
    }

    fn patience(&self) -> Duration {
        match self.role.gives_up {
            Some(GivesUp::Settled) => Duration::from_millis(1500),
            Some(_) => Duration::from_secs(5),
            None => Duration::from_secs(86_400),
        }
    }

    async fn announce(&mut self) -> Result<(), String> {
        let agrees = |purpose| self.stage.scenario.agrees(purpose);
        let (recording, emotion) = (agrees(Purpose::Recording), agrees(Purpose::Emotion));
        if recording || emotion {
            let purposes = json!({ "recording": recording, "emotion": emotion });
            self.signal.send(json!({ "type": "consent", "purposes": purposes })).await?;
        }
        if self.role.publishes {
            let video = self.stage.scenario.has_video();
            self.signal.send(json!({ "type": "update_state", "muted": false, "videoOn": video })).await?;
            let rooms = self.stage.rooms.borrow();
            rooms[self.role.room].publishers.borrow_mut().push(self.me);
            rooms[self.role.room].changed.send_modify(|count| *count += 1);
        }
        self.subscribe().await
    }

    /// All the cameras of the room, at the height of the tiles.
    async fn subscribe(&mut self) -> Result<(), String> {
        if !self.stage.scenario.has_video() {
            return Ok(());
        }
        let height = self.stage.scenario.height;
        let tracks: Vec<Value> = {
            let rooms = self.stage.rooms.borrow();
            let publishers = rooms[self.role.room].publishers.borrow();
            let others = publishers.iter().filter(|id| **id != self.me);
            others.map(|id| json!({ "participantId": id.as_str(), "source": "camera", "height": height })).collect()
        };
        self.signal.send(json!({ "type": "subscribe", "tracks": tracks })).await?;
        Ok(())
    }

    async fn publish(&mut self) -> Result<(), String> {
        if !self.role.publishes {
            return Ok(());
        }
        match self.paths.offer(&self.stage).await? {
            Some(command) => self.signal.send(command).await.map(|_| ()),
            None => Ok(()),
        }
    }

    /// True when it is time to go.
    async fn hear(&mut self, event: &Value) -> Result<bool, String> {
        match event["type"].as_str().unwrap_or_default() {
            "answer_received" if event["from"] == "sfu" => {
                if self.role.gives_up == Some(GivesUp::BeforeIce) {
                    return Ok(true);
                }
                self.paths.accept(&self.stage, event).await?;
                return Ok(self.role.gives_up == Some(GivesUp::InIce));
            }
            "offer_received" if event["from"] == "sfu" => {
                if self.role.gives_up == Some(GivesUp::BeforeIce) && !self.role.publishes {
                    return Ok(true);
                }
                let command = self.paths.answer(&self.stage, event, self.asked).await?;
                self.signal.send(command).await?;
                return Ok(self.role.gives_up == Some(GivesUp::InIce) && !self.role.publishes);
            }
            "layers_wanted" => self.layers(event),
            "topology_updated" | "topology_switching" | "topology_switched" | "topology_rolled_back" => {
                let topology = if event["topology"].is_object() { &event["topology"] } else { event };
                if self.paths.follow(topology) {
                    self.paths.close(&self.stage);
                    self.publish().await?;
                }
            }
            "media_limited" => {
                let limited = event["tracks"].as_array().map_or(0, Vec::len) as u64;
                add(&self.stage.limited, limited);
            }
            "description_refused" | "path_lost" => {
                self.stage.error("media_path", || format!("person {}: {event}", self.role.who));
            }
            "removed" | "session_ended" | "denied" => return Err(format!("thrown out: {}", event["type"])),
            _ => {}
        }
        Ok(false)
    }

    fn layers(&self, event: &Value) {
        let tracks = event["tracks"].as_array().map(Vec::as_slice).unwrap_or_default();
        let camera = tracks.iter().find(|track| track["source"] == "camera");
        let names: Vec<&str> = camera
            .and_then(|track| track["layers"].as_array())
            .map(|layers| layers.iter().filter_map(Value::as_str).collect())
            .unwrap_or_default();
        let single = self.stage.scenario.plan().encodings.len() == 1;
        let wanted = super::peer::RIDS.map(|rid| names.contains(&rid) || (single && !names.is_empty()));
        self.stage.handle.tell(Order::Layers { who: self.role.who, wanted });
    }

    async fn leave(&mut self) -> Result<(), String> {
        self.signal.send(json!({ "type": "leave_room" })).await?;
        let farewell = async {
            loop {
                if let Said::Closed(code) = self.signal.next().await {
                    return code;
                }
            }
        };
        match timeout(FAREWELL, farewell).await {
            Ok(Some(1000)) => Ok(()),
            Ok(code) => Err(format!("leaving closed with {code:?}")),
            Err(_) => Err("leaving did not close the socket".into()),
        }
    }
}
