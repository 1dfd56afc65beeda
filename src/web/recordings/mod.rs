//! Recordings over REST: what there is, starting and stopping, and the files, by links that are signed and end.

pub mod by_name;
pub mod control;
pub mod download;
pub mod list;
mod range;
mod view;

pub use by_name::{start_by_name, stop_by_name};
pub use control::{remove, start};
pub use download::{Opened, download};
pub use list::{list, read};
pub use view::RecordingView;

use super::{auth::Caller, error::Problem, sessions, state::Shared};
use crate::store::models::{RecordingRow, RoomRow};
use actix_web::web::{self, ServiceConfig};
use actors::protocol::{CommandError, ErrorCode};
use uuid::Uuid;

pub fn routes(api: &mut ServiceConfig) {
    api.service(web::resource("/rooms/{room}/recordings").route(web::get().to(list)).route(web::post().to(start)))
        .service(web::resource("/rooms/{room}/recordings/{recording}").route(web::get().to(read)).route(web::delete().to(remove)))
        .service(web::resource("/rooms/{room}/recordings/{recording}/files/{file}").route(web::get().to(download)));
}

/// Those for set-ups that know a room by its name, outside the versioned tree.
pub fn routes_by_name(app: &mut ServiceConfig) {
    app.service(web::resource("/api/record/start").route(web::get().to(start_by_name)))
        .service(web::resource("/api/record/stop").route(web::get().to(stop_by_name)));
}

/// A recording, and how much of it the caller sees.
pub struct Seen {
    pub room: RoomRow,
    pub row: RecordingRow,
    /// Hosts and API keys see each track; who took part sees the film.
    pub whole: bool,
}

/// As with a session's report: hosts, API keys, and who took part in what was recorded.
async fn seen(shared: &Shared, caller: &Caller, named: &str, recording: Uuid) -> Result<Seen, Problem> {
    let room = sessions::readable(shared, caller, named).await?;
    let row = shared.store.recording(room.id.0, recording).await?;
    let whole = caller.manages_or_reads_all(&room);
    if whole || sessions::took_part_in(shared, caller, room.id.0, row.session_id.0).await? {
        Ok(Seen { room, row, whole })
    } else {
        Err(Problem::not_found())
    }
}

/// What the room says to starting and stopping.
fn refused(error: CommandError) -> Problem {
    match error.code {
        ErrorCode::NotRecording => Problem::conflict("not_recording", "nothing is being recorded there"),
        ErrorCode::NotPermitted => Problem::forbidden("not_permitted", error.message),
        ErrorCode::NotAvailable => Problem::conflict("not_available", error.message),
        ErrorCode::RoomNotFound | ErrorCode::RoomEnded => {
            Problem::conflict("no_session", "nobody is in the room: there is nothing to record")
        }
        _ => error.into(),
    }
}
