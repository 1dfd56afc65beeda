//! Identities: newtypes over UUIDs, so that one can't be taken for another. They display short in logs.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::fmt;
use uuid::Uuid;

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl $name {
            /// The first eight hex digits: enough to follow one in a log.
            pub fn short(&self) -> String {
                self.0.simple().to_string()[..8].to_owned()
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({})", stringify!($name), self.short())
            }
        }

        impl std::str::FromStr for $name {
            type Err = uuid::Error;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Uuid::parse_str(text).map($name)
            }
        }

        impl From<Uuid> for $name {
            fn from(id: Uuid) -> Self {
                $name(id)
            }
        }
    };
}

id!(
    /// A lasting place with a code and settings.
    RoomId
);
id!(
    /// One sitting in a room: a meeting.
    SessionId
);
id!(
    /// One person in one session; the same id while waiting, in the room, and after a resume.
    ParticipantId
);
id!(
    /// One chat message.
    ChatId
);
id!(
    /// One file that was shared in a room.
    FileId
);
id!(
    /// One recording of a session.
    RecordingId
);
id!(
    /// One account.
    UserId
);
id!(
    /// Users and rooms belong to one and never see another's.
    TenantId
);

/// Who somebody is, across sessions: `user:<uuid>`, `guest:<uuid>` or `key:<api key>:<their own id>`. Personal, so it has no `Debug`.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Identity(String);

impl Identity {
    pub fn user(id: UserId) -> Self {
        Self(format!("user:{id}"))
    }

    pub fn guest(id: Uuid) -> Self {
        Self(format!("guest:{id}"))
    }

    /// An identity that a verified token carries as its subject.
    pub fn from_subject(subject: impl Into<String>) -> Self {
        Self(subject.into())
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub fn is_guest(&self) -> bool {
        self.0.starts_with("guest:")
    }

    /// The account, of somebody who has one here.
    pub fn account(&self) -> Option<UserId> {
        self.0.strip_prefix("user:").and_then(|id| id.parse().ok()).map(UserId)
    }

    /// The id of the person alone: an account's, a guest's, or an integrator's own.
    pub fn person(&self) -> &str {
        match self.0.split_once(':') {
            Some(("key", rest)) => rest.split_once(':').map_or(rest, |(_, person)| person),
            Some((_, person)) => person,
            None => &self.0,
        }
    }
}
