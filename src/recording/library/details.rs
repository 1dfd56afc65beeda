//! What a player shows beside the film: `details.json` in the recording's folder. It stays there when the files are moved.

use crate::recording::{
    composite::{Chapter, Plan, chapters},
    manifest::Stretch,
    replace,
};
use actors::ids::ParticipantId;
use serde::{Deserialize, Serialize};
use std::{fs, io, path::Path};
use utoipa::ToSchema;

const DETAILS: &str = "details.json";

#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Details {
    pub speakers: Vec<SpeakerTurn>,
    pub chapters: Vec<Chapter>,
    pub people: Vec<RecordedName>,
}

/// Somebody is the loudest from here on, in milliseconds from the beginning; nobody in particular when there is none.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct SpeakerTurn {
    pub at_ms: u64,
    #[schema(value_type = Option<String>, format = Uuid)]
    pub participant_id: Option<ParticipantId>,
    pub display_name: Option<String>,
}

#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct RecordedName {
    #[schema(value_type = String, format = Uuid)]
    pub id: ParticipantId,
    pub display_name: String,
}

impl Details {
    pub fn of(plan: &Plan, away: &[Stretch]) -> Self {
        Self {
            speakers: turns(plan),
            chapters: chapters(plan, away),
            people: plan.people.iter().map(|one| RecordedName { id: one.id, display_name: one.name.clone() }).collect(),
        }
    }

    pub fn write(&self, folder: &Path) -> io::Result<()> {
        replace(folder, DETAILS, &serde_json::to_vec(self)?)
    }
}

/// A turn's end is an entry too, unless somebody else goes on there.
fn turns(plan: &Plan) -> Vec<SpeakerTurn> {
    let mut turns = Vec::with_capacity(plan.speaking.len());
    for (number, turn) in plan.speaking.iter().enumerate() {
        let person = &plan.people[turn.person];
        turns.push(SpeakerTurn { at_ms: turn.from_ms, participant_id: Some(person.id), display_name: Some(person.name.clone()) });
        if plan.speaking.get(number + 1).is_none_or(|next| next.from_ms > turn.to_ms) {
            turns.push(SpeakerTurn { at_ms: turn.to_ms, ..SpeakerTurn::default() });
        }
    }
    turns
}

/// None yet is empty.
pub fn read(folder: &Path) -> io::Result<Details> {
    Ok(serde_json::from_slice(&fs::read(folder.join(DETAILS))?)?)
}
