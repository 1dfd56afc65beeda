//! What voices sounded like in a session: to everybody their own, and to hosts those of who let hosts see it.

use crate::store::models::{EmotionRow, timestamp};
use actors::ids::Identity;
use serde_json::{Value, json};
use uuid::Uuid;

/// Who reads a report.
pub struct Reader {
    pub identity: Identity,
    pub manages: bool,
}

impl Reader {
    /// `report`: as the room left it, with the identities of its participants.
    pub fn tell(&self, report: &Value, points: &[EmotionRow]) -> Value {
        let mine = self.own(report);
        let may = |row: &&EmotionRow| {
            let id = row.participant_id.0;
            // Of a voice that another server sent, its sender said that it may be judged, for whoever holds the sender's key.
            mine.contains(&id) || (self.manages && (row.speaker.is_some() || shares(report, id)))
        };
        Value::Array(points.iter().filter(may).map(point).collect())
    }

    /// As whom they took part.
    fn own(&self, report: &Value) -> Vec<Uuid> {
        let (Some(identities), Some(people)) = (report["identities"].as_array(), report["participants"].as_array()) else {
            return Vec::new();
        };
        let both = identities.iter().zip(people);
        let mine = both.filter(|(identity, _)| identity.as_str() == Some(self.identity.as_str()));
        mine.filter_map(|(_, person)| person["id"].as_str()?.parse().ok()).collect()
    }
}

/// Did they, when they answered last, let hosts see it?
fn shares(report: &Value, participant: Uuid) -> bool {
    let answers = report["consents"].as_array().map_or(&[][..], Vec::as_slice);
    let newest = answers.iter().rev().find(|answer| answer["participantId"] == json!(participant));
    newest.is_some_and(|answer| answer["consents"]["shareEmotion"] == true)
}

fn point(row: &EmotionRow) -> Value {
    let mut point = json!({
        "participantId": row.participant_id.0,
        "at": timestamp(row.at),
        "arousal": row.arousal,
        "label": row.label,
        "confidence": row.confidence,
        "unusual": row.unusual,
    });
    if let Some(speaker) = &row.speaker {
        point["speaker"] = json!(speaker);
    }
    point
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::Id;

    fn row(participant: u128, at: i64) -> EmotionRow {
        let (session_id, participant_id) = (Id(Uuid::nil()), Id(Uuid::from_u128(participant)));
        EmotionRow { session_id, participant_id, at, arousal: 0.5, label: None, confidence: 0.4, unusual: false, speaker: None }
    }

    #[test]
    fn who_manages_the_room_reads_voices_that_another_server_sent() {
        let points = [EmotionRow { speaker: Some("Kim".to_owned()), ..row(7, 10) }];
        for (manages, reads) in [(true, 1), (false, 0)] {
            let reader = Reader { identity: Identity::from_subject("guest:bob"), manages };
            let told = reader.tell(&json!({}), &points);
            assert_eq!(told.as_array().map_or(0, Vec::len), reads);
            assert!(!manages || told[0]["speaker"] == "Kim");
        }
    }

    #[test]
    fn everybody_reads_their_own_and_hosts_what_is_shared() {
        let (alice, bob) = (Uuid::from_u128(1), Uuid::from_u128(2));
        let report = json!({
            "identities": ["guest:alice", "guest:bob"],
            "participants": [{ "id": alice }, { "id": bob }],
            "consents": [
                { "participantId": alice, "consents": { "shareEmotion": true } },
                { "participantId": bob, "consents": { "shareEmotion": true } },
                { "participantId": bob, "consents": { "shareEmotion": false } },
            ],
        });
        let points = [row(1, 10), row(2, 20)];
        let reads = |identity: &str, manages| {
            let reader = Reader { identity: Identity::from_subject(identity), manages };
            let told = reader.tell(&report, &points);
            told.as_array().map_or(0, Vec::len)
        };
        assert_eq!(reads("guest:bob", false), 1, "their own");
        assert_eq!(reads("guest:carol", false), 0);
        assert_eq!(reads("guest:carol", true), 1, "a host reads what alice shares, and not what bob took back");
    }
}
