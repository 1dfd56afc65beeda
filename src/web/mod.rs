//! What a browser or an integrator gets from a URL.

pub mod api_keys;
pub mod audit;
pub mod auth;
pub mod auth_routes;
pub mod backups;
pub mod body;
pub mod client_ip;
pub mod cursor;
pub mod docs;
pub mod egress;
pub mod emotion;
pub mod error;
pub mod files;
pub mod headers;
pub mod health;
pub mod idempotency;
pub mod journal;
pub mod links;
pub mod livekit;
pub mod meetings;
pub mod origin;
mod process;
pub mod public;
pub mod rate_limit;
pub mod recordings;
pub mod room_code;
pub mod rooms;
pub mod sessions;
pub mod state;
pub mod static_files;
pub mod templates;
pub mod text;
pub mod trace;
pub mod users;
pub mod ws;

use actix_web::{
    HttpResponse, Resource,
    error::{PathError, QueryPayloadError},
    web::{self, Data, PathConfig, PayloadConfig, QueryConfig, ServiceConfig},
};
use error::Problem;
use state::Shared;
use static_files::StaticFiles;

/// Everything that the routes of one worker need; cheap to clone.
#[derive(Clone)]
pub struct Parts {
    pub shared: Data<Shared>,
    pub files: Data<StaticFiles>,
    pub docs: Data<docs::Docs>,
    pub signalling: Data<ws::Signalling>,
}

/// Lays the routes out.
pub fn routes(app: &mut ServiceConfig, parts: &Parts) {
    app.app_data(parts.shared.clone())
        .app_data(parts.files.clone())
        .app_data(parts.docs.clone())
        .app_data(parts.signalling.clone());
    extractors(app, parts.shared.config.max_body_bytes);
    app.service(one("/healthz", web::get().to(health::healthz)))
        .service(one("/readyz", web::get().to(health::readyz)))
        .service(one("/metrics", web::get().to(health::metrics)))
        .service(one("/.well-known/jwks.json", web::get().to(public::jwks)))
        .service(one("/openapi.json", web::get().to(docs::openapi)))
        .service(one("/docs", web::get().to(docs::swagger)))
        .service(one("/docs/{file:.*}", web::get().to(docs::swagger)));
    recordings::routes_by_name(app);
    livekit::routes(app);
    for prefix in ["/api/v1", "/v1"] {
        app.service(web::scope(prefix).configure(api).default_service(web::to(nothing_here)));
    }
    app.service(web::scope("/api").default_service(web::to(nothing_here)));
    app.default_service(web::get().to(static_files::serve));
}

/// The tree under `/api/v1` and `/v1`.
fn api(api: &mut ServiceConfig) {
    api.service(one("/config", web::get().to(public::config)))
        .service(one("/templates", web::get().to(templates::list)))
        .service(one("/signal", web::get().to(ws::upgrade_required)))
        .service(one("/egress-audio", web::get().to(ws::upgrade_required)))
        .service(one("/egress-video", web::get().to(ws::upgrade_required)))
        .service(one("/audit", web::get().to(audit::list)))
        .service(one("/emotion", web::post().to(emotion::judge)))
        .service(one("/rooms/{room}/files", web::post().to(files::upload)))
        .service(one("/rooms/{room}/files/{file}", web::get().to(files::download)))
        .service(one("/rooms/{room}/sessions", web::get().to(sessions::list)))
        .service(one("/rooms/{room}/sessions/{session}/report", web::get().to(sessions::report)))
        .service(one("/rooms/{room}/journal", web::get().to(journal::export)));
    recordings::routes(api);
    rooms::routes(api);
    backups::routes(api);
    meetings::routes(api);
    accounts(api);
}

fn accounts(api: &mut ServiceConfig) {
    api.service(one("/users", web::post().to(users::sign_up)))
        .service(
            web::resource("/users/me")
                .route(web::get().to(users::me))
                .route(web::patch().to(users::change_me))
                .route(web::delete().to(users::delete_me)),
        )
        .service(one("/users/me/consents", web::get().to(users::consent::given)))
        .service(one("/users/me/password", web::post().to(users::change_password)))
        .service(one("/users/consent", web::post().to(users::consent)))
        .service(one("/users/{id}/profile", web::get().to(users::profile)))
        .service(one("/auth/login", web::post().to(auth_routes::login)))
        .service(one("/auth/refresh", web::post().to(auth_routes::refresh)))
        .service(one("/auth/logout", web::post().to(auth_routes::logout)))
        .service(web::resource("/api-keys").route(web::post().to(api_keys::create)).route(web::get().to(api_keys::list)))
        .service(one("/api-keys/{id}", web::delete().to(api_keys::revoke)));
}

/// An address with one method.
fn one(path: &str, route: actix_web::Route) -> Resource {
    web::resource(path).route(route)
}

async fn nothing_here() -> Result<HttpResponse, Problem> {
    Err(Problem::not_found())
}

/// Paths and queries that can't be read become problems too, and no body is longer than it may be.
fn extractors(app: &mut ServiceConfig, max_body_bytes: usize) {
    app.app_data(PayloadConfig::new(max_body_bytes))
        .app_data(PathConfig::default().error_handler(|_: PathError, _| Problem::not_found().into()))
        .app_data(QueryConfig::default().error_handler(|error: QueryPayloadError, _| query_problem(&error).into()));
}

fn query_problem(error: &QueryPayloadError) -> Problem {
    let QueryPayloadError::Deserialize(why) = error else { return Problem::bad_request("the query can't be read") };
    Problem::bad_request(format!("the query can't be read: {why}"))
}
