//! What the server says.

use serde_json::Value;

use super::edges::{Limited, Other};
use super::{ACK_AFTER, Label, Person, Stretch, Turn};
use crate::switch::stage::Order;
use crate::switch::topology::Mode;

const LAYERS: [&str; 3] = ["q", "h", "f"];

impl Person {
    pub(super) async fn hear(&mut self, text: &str) -> Turn {
        let Ok(event) = serde_json::from_str::<Value>(text) else {
            return Turn::Lost("a frame that is no JSON".into());
        };
        let kind = event["type"].as_str().unwrap_or_default();
        if kind == "reply" {
            self.hear_reply(&event);
            return Turn::Stay;
        }
        if let Some(seq) = event["seq"].as_u64() {
            if seq != self.seq + 1 {
                self.error("sequence_gap", || format!("{kind} has seq {seq} after {}", self.seq));
            }
            self.seq = seq;
            if seq >= self.acknowledged + ACK_AFTER {
                self.acknowledge().await;
            }
        }
        if let Some(topology) = self.topology.after(kind, &event) {
            self.hear_topology(kind, &event).await;
            self.topology = topology;
            self.follow().await;
            self.housekeep().await;
            self.tell_ready().await;
            self.room.heard(self.who, kind, &event, self.topology, self.others.len() + 1, self.world.now());
            return Turn::Stay;
        }
        self.hear_other(kind, &event).await;
        Turn::Stay
    }

    fn hear_reply(&mut self, reply: &Value) {
        let asked = reply["ref"].as_u64().and_then(|reference| self.asked.remove(&reference)).unwrap_or("unknown");
        if reply["ok"] == true {
            return;
        }
        let code = reply["error"]["code"].as_str().unwrap_or_default();
        // The path or the person was gone before the command came: the protocol's own answers to that.
        let crossed = matches!(
            (asked, code),
            (_, "no_such_participant") | ("offer" | "answer" | "subscribe", "bad_field" | "not_available")
        );
        if crossed {
            self.world.count(|count| count.commands_crossed += 1);
        } else {
            self.error("refused", || format!("{asked}: {}", reply["error"]));
        }
    }

    async fn hear_topology(&mut self, kind: &str, event: &Value) {
        match kind {
            "topology_switching" => {
                self.others.values_mut().for_each(|other| other.limited = None);
                self.switch_begins(if event["to"] == "sfu" { Mode::Sfu } else { Mode::Mesh });
            }
            "topology_rolled_back" => {
                if let Stretch::Switch(_) = self.stretch {
                    self.next_stretch(Some(Label::RolledBack), Stretch::Entering);
                }
            }
            _ => {}
        }
    }

    async fn hear_other(&mut self, kind: &str, event: &Value) {
        let text = |name: &str| event[name].as_str().unwrap_or_default().to_string();
        let epoch = event["epoch"].as_u64().unwrap_or_default() as u32;
        match kind {
            "offer_received" => self.offered(&text("from"), text("sdp"), epoch).await,
            "answer_received" => self.answered(&text("from"), text("sdp"), epoch).await,
            "participant_joined" => self.joined(&event["participant"]).await,
            "participant_updated" => {
                self.note(&event["participant"]);
                self.tell_ready().await;
            }
            "participant_left" => {
                let id = text("participantId");
                self.others.remove(&id);
                self.disconnect(&id);
                self.tell_ready().await;
            }
            "layers_wanted" => self.layers(event),
            "media_limited" => {
                self.limited(event);
                self.tell_ready().await;
            }
            "path_lost" => self.world.count(|count| count.paths_lost += 1),
            "description_refused" => self.error("description_refused", || event.to_string()),
            _ => {}
        }
    }

    async fn joined(&mut self, participant: &Value) {
        self.note(participant);
        let id = participant["id"].as_str().unwrap_or_default().to_string();
        let meshes: Vec<_> = self.paths.mode(Mode::Mesh).filter(|path| !path.retired).map(|path| path.way).collect();
        for way in meshes {
            self.offer_to(way, &id).await;
        }
        if self.paths.mode(Mode::Sfu).next().is_some() {
            self.subscribe().await;
        }
    }

    /// Somebody's state, as the room shows it.
    pub(super) fn note(&mut self, participant: &Value) {
        let Some(id) = participant["id"].as_str().filter(|id| *id != self.me) else { return };
        let other: &mut Other = self.others.entry(id.to_string()).or_default();
        other.muted = participant["muted"] == true;
        other.video_on = participant["videoOn"] == true;
    }

    fn layers(&mut self, event: &Value) {
        let tracks = event["tracks"].as_array().cloned().unwrap_or_default();
        let Some(camera) = tracks.iter().find(|track| track["source"] == "camera") else { return };
        let named = |layer: &str| camera["layers"].as_array().is_some_and(|layers| layers.iter().any(|name| name == layer));
        let count = self.world.plan.server.len();
        // One that has a single encoding sends it whatever it is called.
        let wanted = if count == 1 { [true; 3] } else { LAYERS.map(named) };
        self.order(Order::Layers { who: self.who, wanted });
    }

    fn limited(&mut self, event: &Value) {
        self.others.values_mut().for_each(|other| other.limited = None);
        for track in event["tracks"].as_array().into_iter().flatten().filter(|track| track["source"] == "camera") {
            let why = if track["reason"] == "not_sent" { Limited::NotSent } else { Limited::Now };
            self.world.count(|count| count.pictures_held += u64::from(track["reason"] == "bandwidth"));
            if let Some(other) = track["participantId"].as_str().and_then(|id| self.others.get_mut(id)) {
                other.limited = Some(why);
            }
        }
    }
}
