//! What runs on other servers and reaches this one as media: rooms by name, and sessions without a journal.

use diesel::prelude::*;
use uuid::Uuid;

use super::connection::Conn;
use super::models::{RoomRow, SessionRow};
use super::schema::{named_rooms, outside_sessions, rooms, sessions, told_events};
use super::{Id, Store, StoreError};

/// What `end_reason` says of a session that another server told the end of.
pub const FINISHED: &str = "finished";
/// And of one whose last stream ended.
pub const STREAMS_ENDED: &str = "streams_ended";

/// A session of another server, and the room that it is in here.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct OutsideSession {
    pub session: Id,
    /// Told of by the other server, which will tell its end too.
    pub is_told: bool,
}

/// What telling of an event did.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Told {
    /// It was told before.
    Before,
    Now,
}

impl Store {
    /// The room of that name that was not deleted; without a scope, the one of any that was made last.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub async fn named_room(&self, tenant: Uuid, scope: Option<&str>, name: &str) -> Result<RoomRow, StoreError> {
        let (scope, name) = (scope.map(str::to_owned), name.to_owned());
        self.read(move |conn| named_room(conn, Id(tenant), scope.as_deref(), &name)?.ok_or(StoreError::NotFound)).await
    }

    /// Keeps `room` under that name, unless there is one already; the one that is there now.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] when the code is taken: draw another.
    pub async fn create_named_room(&self, room: RoomRow, scope: &str, name: &str) -> Result<RoomRow, StoreError> {
        let (scope, name) = (scope.to_owned(), name.to_owned());
        self.write(move |conn| {
            if let Some(there) = named_room(conn, room.tenant_id, Some(&scope), &name)? {
                return Ok(there);
            }
            diesel::delete(named_rooms::table.find((room.tenant_id, &scope, &name))).execute(conn)?;
            diesel::insert_into(rooms::table).values(&room).execute(conn)?;
            let row = (
                named_rooms::tenant_id.eq(room.tenant_id),
                named_rooms::scope.eq(scope),
                named_rooms::name.eq(name),
                named_rooms::room_id.eq(room.id),
            );
            diesel::insert_into(named_rooms::table).values(row).execute(conn)?;
            Ok(room)
        })
        .await
    }

    /// The outside session that runs in this room, begun now if there is none.
    ///
    /// # Errors
    /// [`StoreError::Dangling`] when there is no such room.
    pub async fn enter_outside_session(&self, room: Uuid, now: i64) -> Result<OutsideSession, StoreError> {
        self.write(move |conn| match running(conn, Id(room))? {
            Some((session, foreign)) => Ok(OutsideSession { session, is_told: foreign.is_some() }),
            None => Ok(OutsideSession { session: begin(conn, Id(room), None, now)?, is_told: false }),
        })
        .await
    }

    /// Another server says that its session began. Media that came before it was told belongs to it; an older one that never ended ends.
    ///
    /// # Errors
    /// [`StoreError::Dangling`] when there is no such room.
    pub async fn outside_began(&self, event: &str, room: Uuid, foreign: &str, now: i64) -> Result<Told, StoreError> {
        let (event, foreign) = (event.to_owned(), foreign.to_owned());
        self.write(move |conn| {
            // Its end may have come first: what is over does not begin again.
            if told_before(conn, &event, now)? == Told::Before || known(conn, Id(room), &foreign)?.is_some() {
                return Ok(Told::Before);
            }
            match running(conn, Id(room))? {
                Some((session, None)) => {
                    let of_session = outside_sessions::table.find(session);
                    diesel::update(of_session).set(outside_sessions::foreign_id.eq(Some(foreign))).execute(conn)?;
                }
                Some((older, Some(_))) => {
                    end(conn, older, now, FINISHED)?;
                    begin(conn, Id(room), Some(foreign), now)?;
                }
                None => {
                    begin(conn, Id(room), Some(foreign), now)?;
                }
            }
            Ok(Told::Now)
        })
        .await
    }

    /// Another server says that its session is over.
    ///
    /// # Errors
    /// [`StoreError::Dangling`] when there is no such room.
    pub async fn outside_ended(&self, event: &str, room: Uuid, foreign: &str, now: i64) -> Result<Told, StoreError> {
        let (event, foreign) = (event.to_owned(), foreign.to_owned());
        self.write(move |conn| {
            if told_before(conn, &event, now)? == Told::Before {
                return Ok(Told::Before);
            }
            let session = match known(conn, Id(room), &foreign)? {
                Some(session) => session,
                None => match running(conn, Id(room))? {
                    Some((session, None)) => session,
                    // Nobody told its beginning: it is kept as over, so that a beginning that comes late changes nothing.
                    _ => begin(conn, Id(room), Some(foreign), now)?,
                },
            };
            end(conn, session, now, FINISHED)?;
            Ok(Told::Now)
        })
        .await
    }

    /// Remembers an event that changes nothing here.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`], [`StoreError::Busy`].
    pub async fn note_event(&self, event: &str, now: i64) -> Result<Told, StoreError> {
        let event = event.to_owned();
        self.write(move |conn| told_before(conn, &event, now)).await
    }

    /// Ends a session that nobody else tells the end of. Twice changes nothing.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`], [`StoreError::Busy`].
    pub async fn end_outside_session(&self, session: Uuid, now: i64) -> Result<(), StoreError> {
        self.write(move |conn| {
            let untold = outside_sessions::table.find(Id(session)).filter(outside_sessions::foreign_id.is_null());
            match diesel::select(diesel::dsl::exists(untold)).get_result(conn)? {
                true => end(conn, Id(session), now, STREAMS_ENDED),
                false => Ok(()),
            }
        })
        .await
    }

    /// Sessions of streams alone that were running when the process ended: their streams are gone.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`], [`StoreError::Busy`].
    pub async fn end_left_outside_sessions(&self, now: i64) -> Result<usize, StoreError> {
        self.write(move |conn| {
            let untold = outside_sessions::table.filter(outside_sessions::foreign_id.is_null());
            let untold = untold.select(outside_sessions::session_id);
            let left = sessions::table.filter(sessions::ended_at.is_null()).filter(sessions::id.eq_any(untold));
            let left: Vec<Id> = left.select(sessions::id).load(conn)?;
            left.iter().try_for_each(|session| end(conn, *session, now, STREAMS_ENDED))?;
            Ok(left.len())
        })
        .await
    }

    /// A session with its room, whichever that is.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub async fn session_and_room(&self, session: Uuid) -> Result<(SessionRow, RoomRow), StoreError> {
        self.read(move |conn| {
            let live = sessions::table.inner_join(rooms::table).filter(sessions::id.eq(Id(session)));
            let live = live.filter(rooms::deleted_at.is_null());
            Ok(live.select((SessionRow::as_select(), RoomRow::as_select())).first(conn)?)
        })
        .await
    }

    /// Forgets what was told before `before`.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`], [`StoreError::Busy`].
    pub async fn purge_told_events(&self, before: i64) -> Result<usize, StoreError> {
        self.write(move |conn| Ok(diesel::delete(told_events::table.filter(told_events::at.lt(before))).execute(conn)?)).await
    }
}

fn named_room(conn: &mut Conn, tenant: Id, scope: Option<&str>, name: &str) -> Result<Option<RoomRow>, StoreError> {
    let mut query = named_rooms::table
        .inner_join(rooms::table)
        .filter(named_rooms::tenant_id.eq(tenant))
        .filter(named_rooms::name.eq(name))
        .filter(rooms::deleted_at.is_null())
        .order((rooms::created_at.desc(), rooms::id.desc()))
        .into_boxed();
    if let Some(scope) = scope {
        query = query.filter(named_rooms::scope.eq(scope.to_owned()));
    }
    Ok(query.select(RoomRow::as_select()).first(conn).optional()?)
}

/// The newest one that has not ended, with the other server's id of it.
fn running(conn: &mut Conn, room: Id) -> Result<Option<(Id, Option<String>)>, StoreError> {
    let open = outside_sessions::table
        .inner_join(sessions::table)
        .filter(outside_sessions::room_id.eq(room))
        .filter(sessions::ended_at.is_null())
        .order((sessions::started_at.desc(), sessions::id.desc()));
    Ok(open.select((outside_sessions::session_id, outside_sessions::foreign_id)).first(conn).optional()?)
}

fn known(conn: &mut Conn, room: Id, foreign: &str) -> Result<Option<Id>, StoreError> {
    let known = outside_sessions::table
        .filter(outside_sessions::room_id.eq(room))
        .filter(outside_sessions::foreign_id.eq(foreign.to_owned()));
    Ok(known.select(outside_sessions::session_id).first(conn).optional()?)
}

fn begin(conn: &mut Conn, room: Id, foreign: Option<String>, now: i64) -> Result<Id, StoreError> {
    let session = Id::new();
    let row =
        SessionRow { id: session, room_id: room, started_at: now, ended_at: None, end_reason: None, peak: 0, summary: None };
    diesel::insert_into(sessions::table).values(&row).execute(conn)?;
    let outside =
        (outside_sessions::session_id.eq(session), outside_sessions::room_id.eq(room), outside_sessions::foreign_id.eq(foreign));
    diesel::insert_into(outside_sessions::table).values(outside).execute(conn)?;
    Ok(session)
}

fn end(conn: &mut Conn, session: Id, now: i64, reason: &str) -> Result<(), StoreError> {
    let open = sessions::table.find(session).filter(sessions::ended_at.is_null());
    diesel::update(open).set((sessions::ended_at.eq(now), sessions::end_reason.eq(reason))).execute(conn)?;
    Ok(())
}

fn told_before(conn: &mut Conn, event: &str, now: i64) -> Result<Told, StoreError> {
    let row = (told_events::id.eq(event), told_events::at.eq(now));
    let new = diesel::insert_or_ignore_into(told_events::table).values(row).execute(conn)?;
    Ok(if new == 0 { Told::Before } else { Told::Now })
}
