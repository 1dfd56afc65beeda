//! What somebody is in a room they ask to join: one pure function.

use actors::clock::Timestamp;
use actors::ids::{Identity, TenantId, UserId};
use actors::ports::RoomRecord;
use actors::protocol::{Role, room::WaitingRoom};
use uuid::Uuid;

/// Who asks.
#[derive(Clone, PartialEq, Eq)]
pub enum Asker {
    Account {
        user_id: UserId,
        tenant_id: TenantId,
    },
    /// Shows a guest token.
    Guest {
        guest_id: Uuid,
        tenant_id: TenantId,
    },
    /// A program asks for somebody whom it knows by a name of its own.
    ApiKey {
        key_id: Uuid,
        tenant_id: TenantId,
        may_write_rooms: bool,
        person: String,
        role: Option<Role>,
    },
    /// Shows nothing; `guest_id` is fresh.
    Anonymous {
        guest_id: Uuid,
    },
}

impl Asker {
    /// Who they are from now on.
    pub fn identity(&self) -> Identity {
        match self {
            Self::Account { user_id, .. } => Identity::user(*user_id),
            Self::Guest { guest_id, .. } | Self::Anonymous { guest_id } => Identity::guest(*guest_id),
            Self::ApiKey { key_id, person, .. } => Identity::from_subject(format!("key:{key_id}:{person}")),
        }
    }

    fn tenant(&self) -> Option<TenantId> {
        match self {
            Self::Account { tenant_id, .. } | Self::Guest { tenant_id, .. } | Self::ApiKey { tenant_id, .. } => Some(*tenant_id),
            Self::Anonymous { .. } => None,
        }
    }

    /// Has no account, and nobody who vouches for them.
    fn is_guest(&self) -> bool {
        matches!(self, Self::Guest { .. } | Self::Anonymous { .. })
    }
}

/// What came of the password that was given, if any. Only looked at where the room has one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PasswordCheck {
    Missing,
    Wrong,
    Right,
}

/// How they come in.
#[derive(Clone, PartialEq, Eq)]
pub struct Admission {
    pub identity: Identity,
    pub role: Role,
    /// Has no account here.
    pub guest: bool,
    /// The room's settings make them wait for a host. Who was admitted before may still be let in at once.
    pub waits: bool,
}

/// Why not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// There is none, it is over, or it is another tenant's: the answers don't differ.
    #[error("there is no such room")]
    NotFound,
    #[error("the room has a password")]
    PasswordMissing,
    #[error("the password is wrong")]
    PasswordWrong,
    #[error("people without an account can't come into this room")]
    GuestsNotAllowed,
    /// The API key lacks `rooms:write`.
    #[error("this API key may not let people into rooms")]
    NotPermitted,
}

/// Decides. Neither the lock of a room nor its being full is known here: the room itself says so.
///
/// # Errors
/// [`Refusal`].
pub fn admit(room: &RoomRecord, asker: &Asker, password: PasswordCheck, now: Timestamp) -> Result<Admission, Refusal> {
    if asker.tenant().is_some_and(|tenant| tenant != room.tenant_id) || room.expires_at.is_some_and(|at| at <= now) {
        return Err(Refusal::NotFound);
    }
    let identity = asker.identity();
    let owns = identity == room.host;
    let vouched = match asker {
        Asker::ApiKey { may_write_rooms: true, .. } => true,
        Asker::ApiKey { .. } => return Err(Refusal::NotPermitted),
        _ => false,
    };
    if asker.is_guest() && !owns && !room.settings.allow_guests {
        return Err(Refusal::GuestsNotAllowed);
    }
    if room.has_password && !owns && !vouched {
        match password {
            PasswordCheck::Right => {}
            PasswordCheck::Missing => return Err(Refusal::PasswordMissing),
            PasswordCheck::Wrong => return Err(Refusal::PasswordWrong),
        }
    }
    let role = role(asker, owns);
    Ok(Admission { identity, role, guest: asker.is_guest(), waits: waits(room.settings.waiting_room, role, asker.is_guest()) })
}

fn role(asker: &Asker, owns: bool) -> Role {
    match asker {
        Asker::ApiKey { role: Some(role), .. } => *role,
        _ if owns => Role::Host,
        _ => Role::Participant,
    }
}

fn waits(setting: WaitingRoom, role: Role, guest: bool) -> bool {
    match setting {
        _ if role.is_host() => false,
        WaitingRoom::Off => false,
        WaitingRoom::Everyone => true,
        WaitingRoom::Guests => guest,
    }
}

#[cfg(test)]
mod tests {
    use actors::clock::at;
    use actors::ids::RoomId;
    use actors::protocol::Settings;

    use super::*;

    const HERE: TenantId = TenantId(Uuid::from_u128(1));
    const ELSEWHERE: TenantId = TenantId(Uuid::from_u128(2));
    const NOW: Timestamp = Timestamp(1_000_000);

    fn alice() -> Asker {
        Asker::Account { user_id: UserId(Uuid::from_u128(10)), tenant_id: HERE }
    }

    fn bob() -> Asker {
        Asker::Account { user_id: UserId(Uuid::from_u128(11)), tenant_id: HERE }
    }

    fn guest() -> Asker {
        Asker::Guest { guest_id: Uuid::from_u128(12), tenant_id: HERE }
    }

    fn anonymous() -> Asker {
        Asker::Anonymous { guest_id: Uuid::from_u128(13) }
    }

    fn program(role: Option<Role>) -> Asker {
        let key_id = Uuid::from_u128(14);
        Asker::ApiKey { key_id, tenant_id: HERE, may_write_rooms: true, person: "kim".to_owned(), role }
    }

    /// Alice's room.
    fn room(edit: impl FnOnce(&mut RoomRecord)) -> RoomRecord {
        let mut room = RoomRecord {
            room_id: RoomId(Uuid::from_u128(20)),
            tenant_id: HERE,
            room_code: "ABCD-2345".to_owned(),
            name: "Planning".to_owned(),
            template: "open".to_owned(),
            settings: Settings { waiting_room: WaitingRoom::Guests, allow_guests: true, ..Settings::default() },
            host: alice().identity(),
            has_password: false,
            created_at: at(0),
            starts_at: None,
            expires_at: None,
        };
        edit(&mut room);
        room
    }

    fn ask(room: &RoomRecord, asker: &Asker) -> Result<(Role, bool, bool), Refusal> {
        ask_with(room, asker, PasswordCheck::Missing)
    }

    fn ask_with(room: &RoomRecord, asker: &Asker, password: PasswordCheck) -> Result<(Role, bool, bool), Refusal> {
        let admission = admit(room, asker, password, NOW)?;
        assert!(admission.identity == asker.identity());
        Ok((admission.role, admission.guest, admission.waits))
    }

    #[test]
    fn who_is_what_and_who_waits() {
        use Role::{Cohost, Host, Observer, Participant};
        use WaitingRoom::{Everyone, Guests, Off};
        //                              asker, waiting room → role, guest, waits
        let table = [
            (alice(), Everyone, (Host, false, false)),
            (alice(), Off, (Host, false, false)),
            (bob(), Off, (Participant, false, false)),
            (bob(), Guests, (Participant, false, false)),
            (bob(), Everyone, (Participant, false, true)),
            (guest(), Off, (Participant, true, false)),
            (guest(), Guests, (Participant, true, true)),
            (guest(), Everyone, (Participant, true, true)),
            (anonymous(), Off, (Participant, true, false)),
            (anonymous(), Guests, (Participant, true, true)),
            (anonymous(), Everyone, (Participant, true, true)),
            (program(None), Guests, (Participant, false, false)),
            (program(None), Everyone, (Participant, false, true)),
            (program(Some(Host)), Everyone, (Host, false, false)),
            (program(Some(Cohost)), Everyone, (Cohost, false, false)),
            (program(Some(Observer)), Everyone, (Observer, false, true)),
        ];
        for (row, (asker, waiting, expected)) in table.into_iter().enumerate() {
            let room = room(|room| room.settings.waiting_room = waiting);
            assert_eq!(ask(&room, &asker), Ok(expected), "row {row}");
        }
    }

    #[test]
    fn whoever_made_a_room_without_an_account_is_its_host_when_they_show_it() {
        let room = room(|room| room.host = guest().identity());
        assert_eq!(ask(&room, &guest()), Ok((Role::Host, true, false)));
        assert_eq!(ask(&room, &anonymous()), Ok((Role::Participant, true, true)));
        assert_eq!(ask(&room, &alice()), Ok((Role::Participant, false, false)));
    }

    #[test]
    fn another_tenant_sees_nothing() {
        let room = room(|room| room.tenant_id = ELSEWHERE);
        for asker in [alice(), bob(), guest(), program(Some(Role::Host))] {
            assert_eq!(ask(&room, &asker), Err(Refusal::NotFound));
        }
        assert!(ask(&room, &anonymous()).is_ok(), "whoever has the link and no tenant may knock");
    }

    #[test]
    fn a_room_that_is_over_is_not_found() {
        let over = room(|room| room.expires_at = Some(NOW));
        let soon = room(|room| room.expires_at = Some(NOW + std::time::Duration::from_millis(1)));
        assert_eq!(ask(&over, &alice()), Err(Refusal::NotFound));
        assert!(ask(&soon, &alice()).is_ok());
    }

    #[test]
    fn a_password_is_for_those_who_neither_own_the_room_nor_are_vouched_for() {
        let room = room(|room| room.has_password = true);
        for asker in [bob(), guest(), anonymous()] {
            assert_eq!(ask_with(&room, &asker, PasswordCheck::Missing), Err(Refusal::PasswordMissing));
            assert_eq!(ask_with(&room, &asker, PasswordCheck::Wrong), Err(Refusal::PasswordWrong));
            assert!(ask_with(&room, &asker, PasswordCheck::Right).is_ok());
        }
        assert!(ask(&room, &alice()).is_ok());
        assert!(ask(&room, &program(None)).is_ok());
    }

    #[test]
    fn a_room_may_be_closed_to_guests_but_not_to_its_host() {
        let closed = room(|room| room.settings.allow_guests = false);
        assert_eq!(ask(&closed, &guest()), Err(Refusal::GuestsNotAllowed));
        assert_eq!(ask(&closed, &anonymous()), Err(Refusal::GuestsNotAllowed));
        assert!(ask(&closed, &bob()).is_ok());
        assert!(ask(&closed, &program(None)).is_ok());
        let theirs = room(|room| {
            room.settings.allow_guests = false;
            room.host = guest().identity();
        });
        assert!(ask(&theirs, &guest()).is_ok());
    }

    #[test]
    fn a_key_without_the_scope_lets_nobody_in() {
        let key_id = Uuid::from_u128(14);
        let reader =
            Asker::ApiKey { key_id, tenant_id: HERE, may_write_rooms: false, person: "kim".to_owned(), role: Some(Role::Host) };
        assert_eq!(ask(&room(|_| {}), &reader), Err(Refusal::NotPermitted));
    }
}
