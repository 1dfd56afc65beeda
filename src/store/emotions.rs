//! What voices sounded like in a session, over its time.

use actors::{ids::SessionId, protocol::EmotionReading};
use diesel::prelude::*;
use uuid::Uuid;

use super::models::{EmotionRow, millis};
use super::schema::emotion_points;
use super::{Id, Store, StoreError};

impl Store {
    /// A second reading of the same participant and millisecond replaces the first. `speaker`: the name of somebody who is none of the session's
    /// participants.
    ///
    /// # Errors
    /// [`StoreError::Dangling`] when there is no such session.
    pub fn add_emotion(
        &self,
        session: SessionId,
        speaker: Option<String>,
        reading: EmotionReading,
    ) -> impl Future<Output = Result<(), StoreError>> + Send + use<> {
        let row = EmotionRow {
            session_id: Id(session.0),
            participant_id: Id(reading.participant_id.0),
            at: millis(reading.at),
            arousal: reading.arousal.into(),
            label: reading.label,
            confidence: reading.confidence.into(),
            unusual: reading.unusual,
            speaker,
        };
        self.write(move |conn| {
            let same = emotion_points::table.find((row.session_id, row.participant_id, row.at));
            diesel::delete(same).execute(conn)?;
            diesel::insert_into(emotion_points::table).values(&row).execute(conn)?;
            Ok(())
        })
    }

    /// In order of time.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`], [`StoreError::Busy`].
    pub async fn emotions_of(&self, session: Uuid) -> Result<Vec<EmotionRow>, StoreError> {
        self.read(move |conn| {
            let query = emotion_points::table
                .filter(emotion_points::session_id.eq(Id(session)))
                .order((emotion_points::at, emotion_points::participant_id));
            Ok(query.select(EmotionRow::as_select()).load(conn)?)
        })
        .await
    }
}
