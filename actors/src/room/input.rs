//! What may happen to a room. With its time and its random draw, an input is an entry of the room's journal.

use crate::{
    ids::*,
    ports::RoomRecord,
    protocol::{ClientCommand, Consents, EndReason, RecordingProblem, RecordingStop, Role, SharedFile, TopologyReason},
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Who somebody is, as their verified join token says.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Claims {
    pub identity: Identity,
    pub user_id: Option<UserId>,
    pub display_name: String,
    /// The role that the join policy gave; a role that a host gave later in this session wins over it.
    pub role: Role,
    /// Has no account here.
    pub guest: bool,
    /// Given before the join; what the person says in the session wins over it.
    #[serde(default)]
    pub consents: Consents,
    /// Their device bears few links of a mesh; the token knows nothing of it, the device says so itself.
    #[serde(default)]
    pub few_links: bool,
}

#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "input", rename_all = "snake_case", rename_all_fields = "camelCase")]
pub enum Input {
    /// Somebody opened a connection with a join token. `participant` is a fresh id, used unless this identity is here already.
    Hello {
        participant: ParticipantId,
        claims: Claims,
        resume_hash: String,
    },
    /// A waiting person's shell uses the one-time grant that an admission gave.
    Redeem {
        participant: ParticipantId,
        grant: Uuid,
    },
    /// The socket is back with its resume token. `fresh`: with new peer connections.
    Resumed {
        participant: ParticipantId,
        fresh: bool,
    },
    /// The socket is gone; the grace time runs.
    Disconnected {
        participant: ParticipantId,
    },
    /// The resume token is dead (taken over, or a simulated fault).
    ForgetResume {
        participant: ParticipantId,
    },
    Command {
        from: ParticipantId,
        command: ClientCommand,
    },
    /// A member uploaded a file, which a chat message may name from now on.
    FileUploaded {
        participant: ParticipantId,
        file: SharedFile,
    },
    /// The room was changed from outside (REST).
    RoomChanged {
        record: Box<RoomRecord>,
    },
    /// The session ends: from outside, or because the room was deleted.
    End {
        reason: EndReason,
    },
    /// The process was started again: every socket is gone, and so is the media on the server.
    Restarted {
        /// Has the server a media plane now? Absent: as before.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        sfu_available: Option<bool>,
    },
    /// What was measured says that the mesh does not serve these people; the room concludes it itself.
    MeshFails {
        reason: TopologyReason,
        blamed: Vec<ParticipantId>,
    },
    /// Something on the server needs everybody's media whole, which a mesh's extra copy is not; or nothing does any more.
    ServerNeeds {
        whole: Option<TopologyReason>,
    },
    /// What this server can do beside forwarding: told after a restart.
    ServerCan {
        record: bool,
        read_emotion: bool,
    },
    /// Record the session: from outside. Whoever asks was found to manage the room.
    StartRecording {
        by: Identity,
    },
    /// From outside, or from the recorder that can't go on.
    StopRecording {
        recording: RecordingId,
        reason: RecordingStop,
        by: Option<Identity>,
    },
    /// The recorder keeps nothing for this reason, or keeps again.
    RecordingTroubled {
        recording: RecordingId,
        problem: Option<RecordingProblem>,
    },
    /// The room's media on the server is gone.
    MediaFailed,
    /// The room's own deadline has come.
    Tick,
}

/// One random draw of the shell, from which a pure function takes as many ids as it needs.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Draw(pub Uuid);

impl Draw {
    /// The `n`-th id of this draw: the same for the same draw.
    pub fn id(self, n: u64) -> Uuid {
        const ODD: u128 = 0x9E37_79B9_7F4A_7C15_F39C_C060_5CED_C835;
        let mixed = (self.0.as_u128() ^ (u128::from(n) << 17)).wrapping_add(u128::from(n)).wrapping_mul(ODD)
            ^ self.0.as_u128().rotate_left(41);
        uuid::Builder::from_random_bytes(mixed.to_be_bytes()).into_uuid()
    }
}

/// An input with its draw: the line of a journal.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct Drawn {
    pub draw: Draw,
    #[serde(flatten)]
    pub input: Input,
}
