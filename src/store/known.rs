//! Whom hosts admitted to a room before: the newest of each room.

use diesel::prelude::*;
use uuid::Uuid;

use actors::ports::KNOWN_MAX;

use super::connection::Conn;
use super::schema::room_known;
use super::{Id, Store, StoreError};

impl Store {
    /// Once more makes it the newest.
    ///
    /// # Errors
    /// [`StoreError::Dangling`] when there is no such room.
    pub fn remember_known(
        &self,
        room: Uuid,
        identity: String,
        at: i64,
    ) -> impl Future<Output = Result<(), StoreError>> + Send + use<> {
        self.write(move |conn| {
            diesel::delete(room_known::table.find((Id(room), &identity))).execute(conn)?;
            let row = (room_known::room_id.eq(Id(room)), room_known::identity.eq(identity), room_known::at.eq(at));
            diesel::insert_into(room_known::table).values(row).execute(conn)?;
            drop_the_oldest(conn, Id(room))
        })
    }

    /// Nothing to do when they were not known.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`], [`StoreError::Busy`].
    pub fn forget_known(&self, room: Uuid, identity: String) -> impl Future<Output = Result<(), StoreError>> + Send + use<> {
        self.write(move |conn| {
            diesel::delete(room_known::table.find((Id(room), identity))).execute(conn)?;
            Ok(())
        })
    }
}

/// The oldest first.
pub(super) fn known_of(conn: &mut Conn, room: Id) -> Result<Vec<String>, StoreError> {
    let of_room = room_known::table.filter(room_known::room_id.eq(room));
    Ok(of_room.order((room_known::at, room_known::identity)).select(room_known::identity).load(conn)?)
}

fn drop_the_oldest(conn: &mut Conn, room: Id) -> Result<(), StoreError> {
    let of_room = || room_known::table.filter(room_known::room_id.eq(room));
    let over = of_room().count().get_result::<i64>(conn)? - KNOWN_MAX as i64;
    if over > 0 {
        let oldest: Vec<String> =
            of_room().order((room_known::at, room_known::identity)).select(room_known::identity).limit(over).load(conn)?;
        diesel::delete(of_room().filter(room_known::identity.eq_any(oldest))).execute(conn)?;
    }
    Ok(())
}
