//! Connections: made when a path is brought up, offered, answered, closed.

use std::time::Instant;

use serde_json::{Value, json};

use super::paths::{Link, Offer, Path, Step};
use super::{PATIENCE, Person};
use crate::media::driver::{Impairment, PeerId};
use crate::media::peer::{Kind, Track};
use crate::switch::stage::{Order, Role};
use crate::switch::topology::{Mode, Way};

const PUBLISH: &str = "publish";
const RECEIVE: &str = "receive";
pub const SERVER: &str = "sfu";
/// How high a tile is that this person shows, device pixels.
const TILE: u32 = 360;

impl Person {
    /// Brings up, plays and closes what the topology says.
    pub async fn follow(&mut self) {
        for step in self.paths.follow(&self.topology, Instant::now()) {
            match step {
                Step::Open(way) => self.open(way).await,
                Step::Front(epoch) => self.order(Order::Front { who: self.who, epoch }),
                Step::Close(epoch) => self.close_path(epoch),
            }
        }
    }

    async fn open(&mut self, way: Way) {
        match way.mode {
            Mode::Sfu => {
                self.subscribe().await;
                self.publish(way).await;
            }
            Mode::Mesh => {
                let others: Vec<String> = self.others.keys().cloned().collect();
                for other in others {
                    self.offer_to(way, &other).await;
                }
            }
        }
    }

    /// The one with the larger id offers.
    pub async fn offer_to(&mut self, way: Way, other: &str) {
        if self.me.as_str() > other {
            let tracks = [Track::both(Kind::Audio), Track::both(Kind::Video)];
            self.offer(way, other, Role::Mesh, &tracks).await;
        }
    }

    async fn publish(&mut self, way: Way) {
        let video = Track::sending(Kind::Video).encodings(self.world.plan.server.len());
        let tracks = [Track::sending(Kind::Audio), video];
        let lines = if self.world.plan.server.is_empty() { 1 } else { 2 };
        self.offer(way, PUBLISH, Role::Publish, &tracks[..lines]).await;
    }

    fn connect(&mut self, epoch: u32, name: &str, role: Role) -> Option<PeerId> {
        let peer = self.world.stage.open(Impairment::default());
        let path = self.paths.get(epoch)?;
        path.links.insert(name.to_string(), Link::new(peer));
        self.order(Order::Link { peer, who: self.who, epoch, role });
        Some(peer)
    }

    async fn offer(&mut self, way: Way, name: &str, role: Role, tracks: &[Track]) {
        let Some(peer) = self.connect(way.epoch, name, role) else { return };
        match self.world.stage.offer(peer, tracks.to_vec()).await {
            Ok(text) => {
                if let Some(link) = self.paths.get(way.epoch).and_then(|path| path.links.get_mut(name)) {
                    link.offer = Some(Offer { text: text.clone(), at: Instant::now() });
                }
                self.send_offer(way.epoch, name, text).await;
            }
            Err(error) => self.error("offer", || error.to_string()),
        }
    }

    async fn send_offer(&mut self, epoch: u32, name: &str, sdp: String) {
        if name != PUBLISH {
            return self.send("offer", json!({ "to": name, "sdp": sdp, "epoch": epoch })).await;
        }
        let tracks = json!([{ "mid": "0", "source": "microphone" }, { "mid": "1", "source": "camera" }]);
        let count = if self.world.plan.server.is_empty() { 1 } else { 2 };
        let tracks: Vec<&Value> = tracks.as_array().into_iter().flatten().take(count).collect();
        self.send("offer", json!({ "to": SERVER, "sdp": sdp, "epoch": epoch, "tracks": tracks })).await;
    }

    /// Offers that were lost with a socket.
    pub async fn offer_again(&mut self) {
        let mut again = Vec::new();
        for path in &mut self.paths.0 {
            let epoch = path.way.epoch;
            for (name, link) in &mut path.links {
                if let Some(offer) = link.offer.as_mut().filter(|offer| offer.at.elapsed() >= PATIENCE) {
                    offer.at = Instant::now();
                    again.push((epoch, name.clone(), offer.text.clone()));
                }
            }
        }
        for (epoch, name, text) in again {
            self.world.count(|count| count.offers_repeated += 1);
            self.send_offer(epoch, &name, text).await;
        }
    }

    pub async fn offered(&mut self, from: &str, sdp: String, epoch: u32) {
        let (name, role) = if from == SERVER { (RECEIVE, Role::Receive) } else { (from, Role::Mesh) };
        let Some(path) = self.paths.get(epoch) else { return };
        let session = session_of(&sdp);
        // Another session is another connection.
        if let Some(old) = path.links.get(name).filter(|link| link.session != session) {
            let peer = old.peer;
            path.links.remove(name);
            self.world.stage.close(peer);
        }
        let known = path_link(self.paths.get(epoch), name);
        let Some(peer) = known.or_else(|| self.connect(epoch, name, role)) else { return };
        if let Some(link) = self.paths.get(epoch).and_then(|path| path.links.get_mut(name)) {
            link.session = session;
        }
        let tracks = if role == Role::Mesh { vec![Track::both(Kind::Audio), Track::both(Kind::Video)] } else { Vec::new() };
        match self.world.stage.answer(peer, sdp, tracks).await {
            Ok(sdp) => self.send("answer", json!({ "to": from, "sdp": sdp, "epoch": epoch })).await,
            Err(error) => self.error("answer", || error.to_string()),
        }
    }

    pub async fn answered(&mut self, from: &str, sdp: String, epoch: u32) {
        let name = if from == SERVER { PUBLISH } else { from };
        let link = self.paths.get(epoch).and_then(|path| path.links.get_mut(name));
        // An answer to an offer that was made twice comes twice.
        let Some(peer) = link.and_then(|link| link.offer.take().map(|_| link.peer)) else { return };
        if let Err(error) = self.world.stage.accept(peer, sdp).await {
            self.error("accept", || error.to_string());
        }
    }

    /// What is on this person's screen: everybody.
    pub async fn subscribe(&mut self) {
        let tile = |id: &String| json!({ "participantId": id, "source": "camera", "height": TILE });
        let tracks: Vec<Value> = self.others.keys().map(tile).collect();
        self.send("subscribe", json!({ "tracks": tracks })).await;
    }

    /// Somebody has gone, or has come again with new connections.
    pub fn disconnect(&mut self, other: &str) {
        let gone: Vec<PeerId> =
            self.paths.0.iter_mut().filter_map(|path| path.links.remove(other)).map(|link| link.peer).collect();
        gone.into_iter().for_each(|peer| self.world.stage.close(peer));
    }

    pub fn close_path(&mut self, epoch: u32) {
        let Some(path) = self.paths.remove(epoch) else { return };
        self.close_links(path);
    }

    fn close_links(&self, path: Path) {
        path.links.into_values().for_each(|link| self.world.stage.close(link.peer));
        self.order(Order::Forget { who: self.who, epoch: path.way.epoch });
    }

    pub fn close_all(&mut self) {
        for path in std::mem::take(&mut self.paths.0) {
            self.close_links(path);
        }
    }
}

fn path_link(path: Option<&mut Path>, name: &str) -> Option<PeerId> {
    path.and_then(|path| path.links.get(name)).map(|link| link.peer)
}

/// The second word of `o=`.
fn session_of(sdp: &str) -> String {
    let origin = sdp.lines().find_map(|line| line.strip_prefix("o="));
    origin.and_then(|origin| origin.split(' ').nth(1)).unwrap_or_default().to_string()
}
