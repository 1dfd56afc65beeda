//! What anybody may know of this server.

use super::state::Shared;
use actix_web::{HttpResponse, web::Data};
use actors::protocol::Settings;
use serde::Serialize;
use utoipa::ToSchema;

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PublicConfig {
    version: &'static str,
    /// May somebody without an account create a room?
    anonymous_rooms: bool,
    /// May people make accounts for themselves?
    sign_up: bool,
    max_file_bytes: u64,
    /// How many people are peer to peer by default.
    mesh_limit: u32,
    brand_name: String,
    dev: bool,
}

/// What the pages need to know before anybody signs in.
#[utoipa::path(get, path = "/api/v1/config", tag = "operations", responses((status = 200, body = PublicConfig)))]
pub async fn config(shared: Data<Shared>) -> HttpResponse {
    let config = &shared.config;
    HttpResponse::Ok().json(PublicConfig {
        version: env!("CARGO_PKG_VERSION"),
        anonymous_rooms: config.anonymous_rooms,
        sign_up: config.sign_up,
        max_file_bytes: config.max_file_bytes,
        mesh_limit: Settings::default().mesh_limit,
        brand_name: config.brand_name.clone(),
        dev: config.dev,
    })
}

/// The keys that verify our tokens (RFC 7517).
#[utoipa::path(get, path = "/.well-known/jwks.json", tag = "operations", responses((status = 200, description = "A JSON Web Key Set")))]
pub async fn jwks(shared: Data<Shared>) -> HttpResponse {
    HttpResponse::Ok().insert_header(("cache-control", "public, max-age=60")).json(shared.keys.jwks())
}
