//! What a caller may do over REST: one place for all routes.

use super::*;

impl Caller {
    /// Is the caller the room's host, or a key that may change the host's rooms?
    pub fn manages(&self, room: &RoomRow) -> bool {
        if self.tenant() != room.tenant_id.0 {
            return false;
        }
        match self {
            Self::Anonymous(_) => false,
            Self::Key(key) => key.may(Scope::RoomsWrite) && reaches(key, room),
            Self::Joiner(join) => join.room_id.0 == room.id.0 && join.identity.as_str() == room.host,
            Self::Account(_) | Self::Guest(_) => self.actor().as_str() == room.host,
        }
    }

    /// May the caller send media of other servers into the room's sessions?
    pub fn sends_media(&self, room: &RoomRow) -> bool {
        match self {
            Self::Key(key) => key.tenant_id == room.tenant_id.0 && key.may(Scope::EgressWrite) && reaches(key, room),
            _ => false,
        }
    }

    /// May the caller read of every session of the room, whether they were there or not?
    pub fn manages_or_reads_all(&self, room: &RoomRow) -> bool {
        match self {
            Self::Key(_) => self.reads_sessions(room),
            _ => self.manages(room),
        }
    }

    /// May the caller read of the room's sessions? Who has a join token of the room may, of those that they took part in.
    pub fn reads_sessions(&self, room: &RoomRow) -> bool {
        match self {
            Self::Key(key) => key.tenant_id == room.tenant_id.0 && key.may(Scope::SessionsRead) && reaches(key, room),
            Self::Joiner(join) => join.room_id.0 == room.id.0 && join.tenant_id.0 == room.tenant_id.0,
            _ => self.manages(room),
        }
    }

    pub fn may_create_rooms(&self, config: &Config) -> Result<(), Problem> {
        match self {
            Self::Anonymous(_) | Self::Guest(_) if config.anonymous_rooms => Ok(()),
            Self::Anonymous(_) => Err(Problem::unauthorized()),
            Self::Guest(_) => Err(Problem::forbidden("account_needed", "on this server an account is needed to create rooms")),
            Self::Account(_) => Ok(()),
            Self::Key(key) => needs(key, Scope::RoomsWrite),
            Self::Joiner(_) => Err(wrong_kind()),
        }
    }

    /// Whose rooms the caller lists; none means all of the tenant.
    pub fn lists_rooms_of(&self) -> Result<Option<Identity>, Problem> {
        match self {
            Self::Anonymous(_) => Err(Problem::unauthorized()),
            Self::Account(_) | Self::Guest(_) => Ok(Some(self.actor())),
            Self::Key(key) => needs(key, Scope::RoomsRead).map(|()| key.user_id.map(|user| Identity::user(UserId(user)))),
            Self::Joiner(_) => Err(wrong_kind()),
        }
    }

    /// Whose entries of the audit log the caller reads; none means all of the tenant.
    pub fn reads_audit_of(&self) -> Result<Option<Identity>, Problem> {
        match self {
            Self::Anonymous(_) => Err(Problem::unauthorized()),
            Self::Key(key) => needs(key, Scope::AuditRead).map(|()| key.user_id.map(|user| Identity::user(UserId(user)))),
            _ => Err(wrong_kind()),
        }
    }
}

/// A key of an account reaches that account's rooms and those that it made itself; an operator's key all of its tenant.
fn reaches(key: &ApiKey, room: &RoomRow) -> bool {
    match key.user_id {
        None => true,
        Some(user) => room.host == Identity::user(UserId(user)).as_str() || room.host.starts_with(&format!("key:{}:", key.id)),
    }
}

pub fn needs(key: &ApiKey, scope: Scope) -> Result<(), Problem> {
    if key.may(scope) { Ok(()) } else { Err(Problem::forbidden("scope_needed", format!("this API key lacks the scope {scope}"))) }
}

fn wrong_kind() -> Problem {
    Problem::forbidden("wrong_token", "this kind of token does not open that")
}
