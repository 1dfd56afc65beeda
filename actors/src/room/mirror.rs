//! What one client knows: the last snapshot with every event since laid over it. Proves that snapshot and diffs make the server's state.

use super::path::topology_after;
use crate::ids::{ParticipantId, RecordingId};
use crate::protocol::{ChatMessage, Participant, ServerEvent, Waiting, Welcome};

/// One client's view. Starts empty, as a client does.
#[derive(Clone, Default)]
pub struct Mirror {
    pub inside: Option<Welcome>,
    pub waiting: Option<Waiting>,
}

/// An event that a correct server does not send to this client now.
pub type Surprise = String;

impl Mirror {
    /// Lays an event over what is known.
    pub fn take(&mut self, event: &ServerEvent) -> Result<(), Surprise> {
        use ServerEvent as E;
        match event {
            E::Welcome(welcome) => {
                self.inside = Some((**welcome).clone());
                self.waiting = None;
            }
            E::Waiting(waiting) => {
                self.waiting = Some((**waiting).clone());
                self.inside = None;
            }
            E::Admitted {} => drop(self.waiting.as_ref().ok_or("admitted, but did not wait")?),
            E::Denied { .. } => self.waiting = None,
            E::Removed { .. } | E::SessionEnded { .. } => *self = Self::default(),
            E::ServerDraining { .. } => {}
            _ => self.take_inside(event)?,
        }
        Ok(())
    }

    /// Everything else is for members alone: people who wait learn nothing.
    fn take_inside(&mut self, event: &ServerEvent) -> Result<(), Surprise> {
        use ServerEvent as E;
        let inside = self.inside.as_mut().ok_or_else(|| format!("{} outside", name_of(event)))?;
        match event {
            E::ParticipantJoined { participant } => joined(inside, participant)?,
            E::ParticipantLeft { participant_id, .. } => {
                let index = find(inside, *participant_id)?;
                inside.participants.remove(index);
            }
            E::ParticipantUpdated { participant, .. } => {
                let index = find(inside, participant.id)?;
                inside.participants[index] = participant.clone();
                if inside.you.id == participant.id {
                    inside.you = participant.clone();
                }
            }
            E::RoomUpdated { room, .. } => inside.room = (**room).clone(),
            E::RecordingStarted { recording } | E::RecordingUpdated { recording } => inside.room.recording = Some(*recording),
            E::RecordingStopped { recording_id, .. } => recording_stopped(inside, *recording_id)?,
            E::WaitingUpdated { waiting } => inside.waiting = Some(waiting.clone()),
            E::TopologyUpdated { .. }
            | E::TopologySwitching { .. }
            | E::TopologySwitched { .. }
            | E::TopologyRolledBack { .. } => inside.topology = topology_after(inside.topology, event),
            E::ChatReceived(message) => chat(inside, message)?,
            _ => {}
        }
        Ok(())
    }

    /// Is this what the server would tell anew? An absent list of waiting people is an empty one.
    pub fn knows(&self, welcome: &Welcome) -> bool {
        let plain = |welcome: &Welcome| Welcome { waiting: Some(welcome.waiting.clone().unwrap_or_default()), ..welcome.clone() };
        self.inside.as_ref().is_some_and(|inside| plain(inside) == plain(welcome))
    }
}

fn joined(inside: &mut Welcome, participant: &Participant) -> Result<(), Surprise> {
    if find(inside, participant.id).is_ok() {
        return Err("joined twice".to_owned());
    }
    inside.participants.push(participant.clone());
    Ok(())
}

fn chat(inside: &mut Welcome, message: &ChatMessage) -> Result<(), Surprise> {
    if inside.chat.iter().any(|other| other.id == message.id) {
        return Err("the same message twice".to_owned());
    }
    inside.chat.push(message.clone());
    Ok(())
}

fn recording_stopped(inside: &mut Welcome, stopped: RecordingId) -> Result<(), Surprise> {
    match inside.room.recording.take() {
        Some(running) if running.id == stopped => Ok(()),
        _ => Err("a recording stopped that did not run".to_owned()),
    }
}

fn find(inside: &Welcome, id: ParticipantId) -> Result<usize, Surprise> {
    let found = inside.participants.iter().position(|participant| participant.id == id);
    found.ok_or_else(|| "an event about nobody".to_owned())
}

/// The wire's name of an event.
pub fn name_of(event: &ServerEvent) -> String {
    let value = serde_json::to_value(event).unwrap_or_default();
    value["type"].as_str().unwrap_or_default().to_owned()
}
