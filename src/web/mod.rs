//! What a browser or an integrator gets from a URL.

pub mod client_ip;
pub mod docs;
pub mod error;
pub mod headers;
pub mod health;
pub mod origin;
mod process;
pub mod rate_limit;
pub mod state;
pub mod static_files;
pub mod trace;

use actix_web::{
    HttpResponse, Resource,
    error::{JsonPayloadError, PathError, QueryPayloadError},
    web::{self, Data, JsonConfig, PathConfig, QueryConfig, ServiceConfig},
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
}

/// Lays the routes out.
pub fn routes(app: &mut ServiceConfig, parts: &Parts) {
    app.app_data(parts.shared.clone()).app_data(parts.files.clone()).app_data(parts.docs.clone());
    extractors(app, parts.shared.config.max_body_bytes);
    app.service(get("/healthz", web::get().to(health::healthz)))
        .service(get("/readyz", web::get().to(health::readyz)))
        .service(get("/metrics", web::get().to(health::metrics)))
        .service(get("/openapi.json", web::get().to(docs::openapi)))
        .service(get("/docs", web::get().to(docs::swagger)))
        .service(get("/docs/{file:.*}", web::get().to(docs::swagger)));
    for prefix in ["/api/v1", "/v1"] {
        app.service(web::scope(prefix).configure(api).default_service(web::to(nothing_here)));
    }
    app.service(web::scope("/api").default_service(web::to(nothing_here)));
    app.default_service(web::get().to(static_files::serve));
}

/// The tree under `/api/v1` and `/v1`.
fn api(_app: &mut ServiceConfig) {}

fn get(path: &str, route: actix_web::Route) -> Resource {
    web::resource(path).route(route)
}

async fn nothing_here() -> Result<HttpResponse, Problem> {
    Err(Problem::not_found())
}

/// Bodies, paths and queries that can't be read become problems too.
fn extractors(app: &mut ServiceConfig, max_body_bytes: usize) {
    let json = JsonConfig::default().limit(max_body_bytes).error_handler(move |error, _| json_problem(&error, max_body_bytes as u64).into());
    app.app_data(json)
        .app_data(PathConfig::default().error_handler(|_: PathError, _| Problem::not_found().into()))
        .app_data(QueryConfig::default().error_handler(|error: QueryPayloadError, _| Problem::bad_request(error.to_string()).into()));
}

fn json_problem(error: &JsonPayloadError, limit: u64) -> Problem {
    match error {
        JsonPayloadError::OverflowKnownLength { .. } | JsonPayloadError::Overflow { .. } => Problem::too_large(limit),
        JsonPayloadError::ContentType => Problem::of_status(actix_web::http::StatusCode::UNSUPPORTED_MEDIA_TYPE),
        JsonPayloadError::Deserialize(wrong) if wrong.is_data() => Problem::invalid_field("body", wrong.to_string()),
        JsonPayloadError::Deserialize(wrong) => Problem::bad_request(format!("not JSON: {wrong}")),
        _ => Problem::bad_request("the body can't be read"),
    }
}
