//! Somebody in a room of a real server: the signalling of a client, and the connections of its media.

use super::{Got, Leg, Way};
use crate::client::Client;
use serde_json::{Value, json};
use std::time::{Duration, Instant};

pub struct Member {
    pub client: Client,
    pub publishing: Option<Leg>,
    pub receiving: Option<Leg>,
    /// Who is in which slot: mid, participant, source.
    pub slots: Vec<(String, String, String)>,
    pub mode: String,
    /// The switch that is under way: its epoch, and what to.
    switching: Option<(u64, String)>,
    /// Those whose media was said to be there, in the switch that is under way.
    ready: Option<Vec<String>>,
    /// Ids of the others who are there.
    pub others: Vec<String>,
    pub removed: bool,
    frame: u32,
    next: Instant,
}

impl Member {
    pub fn new(client: Client) -> Self {
        Self {
            client,
            publishing: None,
            receiving: None,
            slots: Vec::new(),
            mode: "mesh".to_owned(),
            switching: None,
            ready: None,
            others: Vec::new(),
            removed: false,
            frame: 0,
            next: Instant::now(),
        }
    }

    pub fn id(&self) -> &str {
        &self.client.id
    }

    /// Takes what came, plays what is due.
    pub async fn step(&mut self) {
        for event in self.client.news().await {
            self.hear(&event).await;
        }
        if Instant::now() >= self.next {
            self.next += Duration::from_millis(30);
            self.play();
        }
        self.publishing.iter_mut().chain(&mut self.receiving).for_each(Leg::step);
        self.say_ready().await;
    }

    fn play(&mut self) {
        let Some(leg) = self.publishing.as_mut().filter(|leg| leg.connected) else { return };
        let keyframe = !leg.keyframes_wanted.is_empty() || self.frame == 0;
        leg.keyframes_wanted.clear();
        leg.show(self.frame, keyframe, 1, 700);
        leg.speak(-30);
        self.frame += 1;
    }

    async fn hear(&mut self, event: &Value) {
        let text = |name: &str| event[name].as_str().unwrap_or_default().to_owned();
        match event["type"].as_str().unwrap_or_default() {
            "topology_switching" => {
                let (epoch, to) = (event["epoch"].as_u64().unwrap_or_default(), text("to"));
                if to == "sfu" {
                    self.publish(epoch).await;
                }
                self.switching = Some((epoch, to));
                self.ready = None;
            }
            "topology_switched" => {
                self.mode = text("mode");
                self.switching = None;
            }
            "answer_received" => {
                if let Some(leg) = &mut self.publishing {
                    leg.answered(&text("sdp"));
                }
            }
            "offer_received" => {
                let answer = self.receiving.get_or_insert_with(|| Leg::new(Way::Udp)).answer(&text("sdp"));
                self.client.send(json!({ "type": "answer", "to": "sfu", "sdp": answer, "epoch": event["epoch"] })).await;
            }
            "slots_updated" => {
                let slot = |slot: &Value| {
                    let field = |name: &str| slot[name].as_str().unwrap_or_default().to_owned();
                    (field("mid"), field("participantId"), field("source"))
                };
                self.slots = event["slots"].as_array().into_iter().flatten().map(slot).collect();
            }
            "participant_left" => self.others.retain(|other| *other != text("participantId")),
            "removed" => self.removed = true,
            _ => {}
        }
    }

    async fn publish(&mut self, epoch: u64) {
        let mut leg = Leg::new(Way::Udp);
        let sdp = leg.offer(1);
        self.publishing = Some(leg);
        self.frame = 0;
        self.client.send(json!({ "type": "offer", "to": "sfu", "sdp": sdp, "epoch": epoch })).await;
    }

    /// Says whose media is there on the path that is brought up. On the way to the mesh, whose media is not simulated here, that is everybody.
    async fn say_ready(&mut self) {
        let Some((epoch, to)) = self.switching.clone() else { return };
        let here = |other: &&String| {
            to == "mesh" || self.got(other, "camera").count() >= 2 && self.got(other, "microphone").count() >= 2
        };
        let edges: Vec<String> = self.others.iter().filter(here).cloned().collect();
        if self.ready.as_ref() != Some(&edges) {
            self.client.send(json!({ "type": "topology_ready", "epoch": epoch, "edges": edges })).await;
            self.ready = Some(edges);
        }
    }

    /// What came of somebody's source, in the slot that it has now.
    pub fn got(&self, whose: &str, source: &str) -> impl Iterator<Item = &Got> {
        let slot = self.slots.iter().find(|(_, participant, of)| participant == whose && of == source);
        let mid = slot.map(|(mid, ..)| mid.clone());
        self.receiving.iter().flat_map(|leg| &leg.got).filter(move |got| Some(&got.mid) == mid.as_ref())
    }

    /// When the newest packet of anything came.
    pub fn newest(&self) -> Option<Instant> {
        self.receiving.as_ref()?.got.last().map(|got| got.at)
    }
}
