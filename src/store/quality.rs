//! How a call was for each participant, over its time.

use actors::ports::QualityPoint;
use diesel::prelude::*;
use uuid::Uuid;

use super::models::{QualityRow, millis};
use super::schema::quality_points;
use super::{Id, Store, StoreError};

impl Store {
    /// A second point of the same participant and millisecond replaces the first.
    ///
    /// # Errors
    /// [`StoreError::Dangling`] when there is no such session.
    pub fn add_quality(&self, point: QualityPoint) -> impl Future<Output = Result<(), StoreError>> + Send + use<> {
        let row = QualityRow {
            session_id: Id(point.session_id.0),
            participant_id: Id(point.participant_id.0),
            at: millis(point.at),
            score: point.score.into(),
            rtt_ms: point.rtt_ms.into(),
            loss: point.loss.into(),
            jitter_ms: point.jitter_ms.into(),
        };
        self.write(move |conn| {
            let same = quality_points::table.find((row.session_id, row.participant_id, row.at));
            diesel::delete(same).execute(conn)?;
            diesel::insert_into(quality_points::table).values(&row).execute(conn)?;
            Ok(())
        })
    }

    /// In order of time.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`], [`StoreError::Busy`].
    pub async fn quality_of(&self, session: Uuid) -> Result<Vec<QualityRow>, StoreError> {
        self.read(move |conn| {
            let query = quality_points::table
                .filter(quality_points::session_id.eq(Id(session)))
                .order((quality_points::at, quality_points::participant_id));
            Ok(query.select(QualityRow::as_select()).load(conn)?)
        })
        .await
    }
}
