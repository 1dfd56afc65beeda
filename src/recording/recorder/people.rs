//! Who was there while it was recorded, and what they had answered when.

use crate::recording::manifest::{ConsentFrom, RecordedPerson};
use actors::ports::PersonInRecording;

/// In the order in which they came; who left stays.
#[derive(Default)]
pub(super) struct People(Vec<RecordedPerson>);

impl People {
    /// Of a recording that goes on: those of whom its manifest tells come first.
    pub fn remember(&mut self, before: &[RecordedPerson]) {
        let now = std::mem::take(&mut self.0);
        self.0 = before.to_vec();
        for person in now {
            for from in person.consents {
                self.note_one(person.id, &person.display_name, from);
            }
        }
    }

    /// Everybody who is there now.
    pub fn note(&mut self, people: Vec<PersonInRecording>, at_ms: u64) {
        for person in people {
            self.note_one(person.id, &person.display_name, ConsentFrom { at_ms, consents: person.consents });
        }
    }

    fn note_one(&mut self, id: actors::ids::ParticipantId, name: &str, from: ConsentFrom) {
        let Some(known) = self.0.iter_mut().find(|known| known.id == id) else {
            return self.0.push(RecordedPerson { id, display_name: name.to_owned(), consents: vec![from] });
        };
        known.display_name = name.to_owned();
        if known.consents.last().is_none_or(|last| last.consents != from.consents) {
            known.consents.push(from);
        }
    }

    pub fn list(&self) -> Vec<RecordedPerson> {
        self.0.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use actors::{
        ids::ParticipantId,
        protocol::{ConsentAnswer, Consents},
    };
    use uuid::Uuid;

    fn person(number: u128, name: &str, recording: ConsentAnswer) -> PersonInRecording {
        let consents = Consents { recording, ..Consents::default() };
        PersonInRecording { id: ParticipantId(Uuid::from_u128(number)), display_name: name.to_owned(), consents }
    }

    #[test]
    fn answers_are_kept_with_their_times_and_who_left_stays() {
        use ConsentAnswer::{Granted, Refused, Unanswered};
        let mut people = People::default();
        people.note(vec![person(1, "Alice", Unanswered), person(2, "Bob", Granted)], 0);
        people.note(vec![person(1, "Alice", Granted), person(2, "Bob", Granted)], 700);
        people.note(vec![person(1, "Alicia", Refused)], 900);
        let told: Vec<_> = people
            .list()
            .into_iter()
            .map(|person| {
                (
                    person.display_name,
                    person.consents.iter().map(|from| (from.at_ms, from.consents.recording)).collect::<Vec<_>>(),
                )
            })
            .collect();
        assert_eq!(told[0], ("Alicia".to_owned(), vec![(0, Unanswered), (700, Granted), (900, Refused)]));
        assert_eq!(told[1], ("Bob".to_owned(), vec![(0, Granted)]));
    }

    #[test]
    fn what_the_manifest_knew_comes_first() {
        let (mut before, mut after) = (People::default(), People::default());
        before.note(vec![person(1, "Alice", ConsentAnswer::Granted)], 0);
        after.note(vec![person(2, "Bob", ConsentAnswer::Granted), person(1, "Alice", ConsentAnswer::Refused)], 5_000);
        after.remember(&before.list());
        let told: Vec<_> = after.list().into_iter().map(|person| (person.display_name, person.consents.len())).collect();
        assert_eq!(told, [("Alice".to_owned(), 2), ("Bob".to_owned(), 1)]);
    }
}
