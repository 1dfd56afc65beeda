//! Who may send a backup: somebody who was in the recording, of a track of their own, for as long as they agree to it.

use super::{folder_of, last_answer};
use crate::{
    recording::{backup::Backup, manifest::Manifest},
    web::{auth::Caller, error::Problem, rooms, state::Shared},
};
use actors::{
    ids::{Identity, ParticipantId, RecordingId, RoomId},
    protocol::Purpose,
};
use std::{io, path::PathBuf};
use uuid::Uuid;

/// Personal: it has no `Debug`.
#[derive(Clone)]
pub struct Sender {
    pub identity: String,
    pub room: RoomId,
    pub folder: PathBuf,
    /// As it was when they asked.
    pub manifest: Manifest,
}

/// The one whose join token it is, and the recording of that token's room.
pub async fn sender(shared: &Shared, caller: &Caller, room: &str, recording: Uuid) -> Result<Sender, Problem> {
    let Caller::Joiner(join) = caller else {
        return Err(if caller.is_anonymous() {
            Problem::unauthorized()
        } else {
            Problem::forbidden("wrong_token", "a join token of a member is needed")
        });
    };
    let room = rooms::find(shared, caller, room).await?;
    if room.id.0 != join.room_id.0 {
        return Err(Problem::not_found());
    }
    let folder = folder_of(shared, RecordingId(recording));
    let manifest = match read(folder.clone()).await {
        Ok(manifest) if manifest.room_id.0 == room.id.0 => manifest,
        Ok(_) => return Err(Problem::not_found()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Err(Problem::not_found()),
        Err(error) => return Err(Problem::internal(error)),
    };
    Ok(Sender { identity: join.identity.as_str().to_owned(), room: join.room_id, folder, manifest })
}

async fn read(folder: PathBuf) -> io::Result<Manifest> {
    tokio::task::spawn_blocking(move || Manifest::read(&folder)).await.map_err(io::Error::other)?
}

/// As whom they are in the recording, if they agree to it now; where they are gone, if they did to the end.
pub async fn allowed(shared: &Shared, sender: &Sender) -> Result<ParticipantId, Problem> {
    let identity = Identity::from_subject(&sender.identity);
    let running = shared.rooms.live(sender.room).await.is_some_and(|live| live.session_id == sender.manifest.session_id);
    if running && let Some((participant, consents)) = shared.rooms.member_consents(sender.room, identity).await {
        return if consents.allow(Purpose::Recording) { Ok(participant) } else { Err(withdrawn()) };
    }
    let folder = sender.folder.clone();
    let all = tokio::task::spawn_blocking(move || Backup::all(&folder)).await.map_err(Problem::internal)?;
    let own = all.map_err(Problem::internal)?.into_iter().find(|backup| backup.about.identity == sender.identity);
    let Some(own) = own else { return Err(Problem::forbidden("not_in_room", "only who is in the recording may bring a backup")) };
    match last_answer(&sender.manifest, own.about.participant) {
        Some(true) => Ok(own.about.participant),
        _ => Err(withdrawn()),
    }
}

fn withdrawn() -> Problem {
    Problem::forbidden("no_consent", "you have not agreed to be recorded")
}
