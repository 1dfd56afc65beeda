//! Rooms over REST: finding one, and the routes about it.

pub mod change;
pub mod create;
pub mod join;
mod named;
pub mod read;
mod view;

pub use change::{change, delete, end};
pub use create::{CreateRoom, CreatedRoom, create, create_once};
pub use join::{JoinAnswer, JoinRequest, join, join_as};
pub use named::create_named;
pub use read::{list, read};
pub use view::{RoomView, view as view_of};

use super::{auth::Caller, error::Problem, room_code, state::Shared};
use crate::store::{StoreError, models::RoomRow};
use actix_web::web::{self, ServiceConfig};
use uuid::Uuid;

pub fn routes(api: &mut ServiceConfig) {
    api.service(web::resource("/rooms").route(web::post().to(create)).route(web::get().to(list)))
        .service(
            web::resource("/rooms/{room}")
                .route(web::get().to(read))
                .route(web::patch().to(change))
                .route(web::delete().to(delete)),
        )
        .service(web::resource("/rooms/{room}/join").route(web::post().to(join)))
        .service(web::resource("/rooms/{room}/end").route(web::post().to(end)));
}

/// The room that an address names by id or by code; an expired one is gone for all but those who manage it.
pub async fn find(shared: &Shared, caller: &Caller, named: &str) -> Result<RoomRow, Problem> {
    let found = match Uuid::parse_str(named) {
        Ok(id) => shared.store.room_by_id(id).await,
        Err(_) => match room_code::read(named) {
            Some(code) => shared.store.room_by_code(&code).await,
            None => Err(StoreError::NotFound),
        },
    };
    let room = found?;
    if caller.is_of_other_tenant(room.tenant_id.0) || (room.expired(shared.now_ms()) && !caller.manages(&room)) {
        return Err(Problem::not_found());
    }
    Ok(room)
}

/// As [`find`], for what only the host or an API key may do.
pub async fn find_managed(shared: &Shared, caller: &Caller, named: &str) -> Result<RoomRow, Problem> {
    if caller.is_anonymous() {
        return Err(Problem::unauthorized());
    }
    let room = find(shared, caller, named).await?;
    if caller.manages(&room) { Ok(room) } else { Err(Problem::not_found()) }
}
