//! An event as a LiveKit server's webhook tells it.

use crate::web::{error::Problem, text};
use serde::Deserialize;
use sha2::{Digest, Sha256};

const NAME_MAX: usize = 200;

pub struct Event {
    /// The same one is the same event.
    pub id: String,
    pub happened: Happened,
}

pub struct About {
    /// Of that session of the room.
    pub sid: String,
    pub name: String,
}

pub enum Happened {
    Began(About),
    Ended(About),
    /// Nothing that changes anything here.
    Nothing,
}

#[derive(Deserialize)]
struct Wire {
    #[serde(default)]
    id: String,
    event: String,
    room: Option<WireRoom>,
}

#[derive(Deserialize)]
struct WireRoom {
    #[serde(default)]
    sid: String,
    #[serde(default)]
    name: String,
}

impl Event {
    pub fn read(body: &[u8]) -> Result<Self, Problem> {
        let wire: Wire = serde_json::from_slice(body).map_err(|error| Problem::bad_request(format!("not an event: {error}")))?;
        // Older servers give no id: the same words are the same event.
        let named = if wire.id.is_empty() { body } else { wire.id.as_bytes() };
        let id = Sha256::digest(named).iter().map(|byte| format!("{byte:02x}")).collect();
        let happened = match wire.event.as_str() {
            // Somebody who came in tells of a room whose beginning was not told.
            "room_started" | "participant_joined" => Happened::Began(about(wire.room)?),
            "room_finished" => Happened::Ended(about(wire.room)?),
            _ => Happened::Nothing,
        };
        Ok(Self { id, happened })
    }
}

fn about(room: Option<WireRoom>) -> Result<About, Problem> {
    let room = room.ok_or_else(|| Problem::invalid_field("room", "is missing"))?;
    let name = text::line("room.name", &room.name, 1, NAME_MAX)?;
    let sid = text::line("room.sid", if room.sid.is_empty() { &room.name } else { &room.sid }, 1, NAME_MAX)?;
    Ok(About { sid, name })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(body: &str) -> Result<Event, u16> {
        Event::read(body.as_bytes()).map_err(|problem| problem.status.as_u16())
    }

    #[test]
    fn rooms_begin_and_end_and_the_rest_is_only_noted() {
        let event =
            read(r#"{"event":"room_started","id":"EV_1","createdAt":"1","room":{"sid":"RM_1","name":"standup","extra":1}}"#);
        assert!(matches!(event.unwrap().happened, Happened::Began(about) if about.sid == "RM_1" && about.name == "standup"));
        let event = read(r#"{"event":"room_finished","room":{"name":"standup"}}"#).unwrap();
        assert_eq!(event.id.len(), 64);
        assert!(matches!(event.happened, Happened::Ended(about) if about.sid == "standup"));
        assert!(matches!(read(r#"{"event":"egress_updated","id":"x"}"#).unwrap().happened, Happened::Nothing));
    }

    #[test]
    fn what_is_no_event_is_refused() {
        assert_eq!(read("").err(), Some(400));
        assert_eq!(read("[1]").err(), Some(400));
        assert_eq!(read(r#"{"event":5}"#).err(), Some(400));
        assert_eq!(read(r#"{"event":"room_started"}"#).err(), Some(422));
        assert_eq!(read(r#"{"event":"room_started","room":{"name":""}}"#).err(), Some(422));
        let long = format!(r#"{{"event":"room_started","room":{{"name":"{}"}}}}"#, "a".repeat(300));
        assert_eq!(read(&long).err(), Some(422));
    }
}
