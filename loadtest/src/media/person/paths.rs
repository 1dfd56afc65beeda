//! A person's two connections to the server, and the epoch that they belong to.

use serde_json::{Value, json};

use super::Role;
use crate::measure::clock::Micros;
use crate::media::driver::{Impairment, PeerId};
use crate::media::peer::{Kind, Track};
use crate::media::stage::Stage;
use crate::media::studio::Order;

pub struct Paths {
    role: Role,
    epoch: Option<u64>,
    publishing: Option<PeerId>,
    /// With the session that the server's description named.
    receiving: Option<(PeerId, String)>,
}

impl Paths {
    pub fn new(role: Role) -> Self {
        Self { role, epoch: None, publishing: None, receiving: None }
    }

    /// Takes a topology, or an event about one. True when the path through the server is another one now.
    pub fn follow(&mut self, topology: &Value) -> bool {
        let switching = &topology["switching"];
        let epoch = if topology["mode"] == "sfu" {
            topology["epoch"].as_u64()
        } else if switching["to"] == "sfu" {
            switching["epoch"].as_u64()
        } else if topology["to"] == "sfu" {
            topology["epoch"].as_u64()
        } else {
            self.epoch
        };
        let changed = epoch != self.epoch;
        self.epoch = epoch;
        changed
    }

    /// The offer of what this person sends, once there is a path.
    pub async fn offer(&mut self, stage: &Stage) -> Result<Option<Value>, String> {
        let Some(epoch) = self.epoch else { return Ok(None) };
        let plan = stage.plan();
        let mut tracks = vec![Track::sending(Kind::Audio)];
        let mut sources = vec![json!({ "mid": "0", "source": "microphone" })];
        if !plan.encodings.is_empty() {
            tracks.push(Track::sending(Kind::Video).encodings(plan.encodings.len()));
            sources.push(json!({ "mid": "1", "source": "camera" }));
        }
        let peer = stage.handle.open(Impairment::default());
        self.publishing = Some(peer);
        if self.role.gives_up.is_none() {
            stage.handle.tell(Order::Publish { peer, who: self.role.who, plan });
        }
        let sdp = stage.handle.offer(peer, tracks).await.map_err(|error| error.to_string())?;
        Ok(Some(json!({ "type": "offer", "to": "sfu", "sdp": sdp, "epoch": epoch, "tracks": sources })))
    }

    pub async fn accept(&mut self, stage: &Stage, event: &Value) -> Result<(), String> {
        let Some(peer) = self.publishing.filter(|_| event["epoch"].as_u64() == self.epoch) else { return Ok(()) };
        let sdp = event["sdp"].as_str().unwrap_or_default().to_owned();
        stage.handle.accept(peer, sdp).await.map_err(|error| error.to_string())
    }

    /// The answer to an offer of the server's; one of another session is for a new connection.
    pub async fn answer(&mut self, stage: &Stage, event: &Value, asked: Micros) -> Result<Value, String> {
        let sdp = event["sdp"].as_str().unwrap_or_default();
        let session = session(sdp).to_owned();
        let known = self.receiving.take_if(|(_, known)| *known == session);
        let peer = match known {
            Some((peer, _)) => peer,
            None => {
                if let Some((old, _)) = self.receiving.take() {
                    stage.handle.close(old);
                }
                self.open_receiving(stage, asked)
            }
        };
        self.receiving = Some((peer, session));
        let answer = stage.handle.answer(peer, sdp.to_owned(), Vec::new()).await.map_err(|error| error.to_string())?;
        Ok(json!({ "type": "answer", "to": "sfu", "sdp": answer, "epoch": event["epoch"] }))
    }

    fn open_receiving(&self, stage: &Stage, asked: Micros) -> PeerId {
        let label = stage.label(self.role.who);
        let peer = stage.handle.open(stage.path(label));
        if self.role.gives_up.is_none() {
            stage.handle.tell(Order::Receive { peer, who: self.role.who, asked, label });
        }
        peer
    }

    pub fn close(&mut self, stage: &Stage) {
        let receiving = self.receiving.take().map(|(peer, _)| peer);
        self.publishing.take().into_iter().chain(receiving).for_each(|peer| stage.handle.close(peer));
    }
}

/// The second word of `o=`.
fn session(sdp: &str) -> &str {
    let origin = sdp.lines().find_map(|line| line.strip_prefix("o="));
    origin.and_then(|origin| origin.split(' ').nth(1)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paths() -> Paths {
        Paths::new(Role { room: 0, who: 0, publishes: true, gives_up: None })
    }

    #[test]
    fn the_path_through_the_server_is_found_in_every_event_that_speaks_of_it() {
        let mut paths = paths();
        assert!(!paths.follow(&json!({ "mode": "mesh", "epoch": 1 })));
        assert!(paths.follow(&json!({ "mode": "mesh", "epoch": 1, "switching": { "to": "sfu", "epoch": 2 } })));
        assert!(!paths.follow(&json!({ "type": "topology_switching", "to": "sfu", "epoch": 2 })));
        assert!(!paths.follow(&json!({ "type": "topology_switched", "mode": "sfu", "epoch": 2 })));
        assert!(paths.follow(&json!({ "mode": "sfu", "epoch": 5 })));
    }

    #[test]
    fn a_descriptions_session_is_its_second_word() {
        assert_eq!(session("v=0\r\no=- 4711 2 IN IP4 0.0.0.0\r\n"), "4711");
        assert_eq!(session(""), "");
    }
}
