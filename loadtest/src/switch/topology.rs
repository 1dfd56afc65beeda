//! Which way a room's media takes, as the server says.

use serde::Serialize;
use serde_json::Value;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    Mesh,
    Sfu,
}

impl Mode {
    fn read(value: &Value) -> Option<Self> {
        match value.as_str()? {
            "mesh" => Some(Self::Mesh),
            "sfu" => Some(Self::Sfu),
            _ => None,
        }
    }

    pub fn word(self) -> &'static str {
        match self {
            Self::Mesh => "mesh",
            Self::Sfu => "sfu",
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Way {
    pub mode: Mode,
    pub epoch: u32,
}

impl Way {
    fn read(value: &Value, mode: &str) -> Option<Self> {
        Some(Self { mode: Mode::read(&value[mode])?, epoch: value["epoch"].as_u64()? as u32 })
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Topology {
    pub present: Way,
    pub switching: Option<Way>,
}

impl Topology {
    /// Of `welcome` and `topology_updated`.
    pub fn read(value: &Value) -> Option<Self> {
        Some(Self { present: Way::read(value, "mode")?, switching: Way::read(&value["switching"], "to") })
    }

    /// After an event. `None`: it says nothing of this.
    pub fn after(self, kind: &str, event: &Value) -> Option<Self> {
        match kind {
            "topology_updated" => Self::read(&event["topology"]),
            "topology_switching" => Some(Self { switching: Way::read(event, "to"), ..self }),
            "topology_switched" => Some(Self { present: Way::read(event, "mode")?, switching: None }),
            "topology_rolled_back" => Some(Self { switching: None, ..self }),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn events_lead_from_one_path_to_the_next() {
        let welcome = json!({"mode": "mesh", "epoch": 1, "reason": "pair"});
        let mut topology = Topology::read(&welcome).unwrap();
        let steps = [
            ("topology_switching", json!({"epoch": 2, "to": "sfu", "reason": "pinned"})),
            ("topology_rolled_back", json!({"epoch": 2, "reason": "not_ready"})),
            ("topology_switching", json!({"epoch": 3, "to": "sfu", "reason": "pinned"})),
            ("topology_switched", json!({"epoch": 3, "mode": "sfu"})),
        ];
        let seen: Vec<_> = steps
            .iter()
            .map(|(kind, event)| {
                topology = topology.after(kind, event).unwrap();
                (topology.present.epoch, topology.switching.map(|way| way.epoch))
            })
            .collect();
        assert_eq!(seen, [(1, Some(2)), (1, None), (1, Some(3)), (3, None)]);
        assert_eq!(topology.present.mode, Mode::Sfu);
        assert_eq!(topology.after("chat_received", &json!({})), None);
    }

    #[test]
    fn an_update_is_the_whole() {
        let event = json!({"topology": {"mode": "sfu", "epoch": 4, "reason": "pinned", "switching": {"epoch": 5, "to": "mesh", "reason": "pinned"}}});
        let before = Topology { present: Way { mode: Mode::Mesh, epoch: 1 }, switching: None };
        let after = before.after("topology_updated", &event).unwrap();
        assert_eq!(after.present, Way { mode: Mode::Sfu, epoch: 4 });
        assert_eq!(after.switching, Some(Way { mode: Mode::Mesh, epoch: 5 }));
    }
}
