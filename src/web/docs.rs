//! The OpenAPI document, and Swagger UI to read it with; both come out of the binary and work offline.

use super::{
    api_keys, audit, auth_routes, backups, emotion, error::ProblemBody, files, health, journal, livekit, meetings, public,
    recordings, rooms, sessions, templates, users,
};
use actix_web::{
    HttpRequest, HttpResponse,
    http::{StatusCode, header},
    web::Data,
};
use std::sync::Arc;
use utoipa::{
    Modify, OpenApi,
    openapi::{
        PathItem, RefOr,
        path::Operation,
        security::{Http, HttpAuthScheme, SecurityScheme},
    },
};
use utoipa_swagger_ui::Config;

#[derive(OpenApi)]
#[openapi(
    info(title = "Greenroom", description = "Rooms, accounts and operations over HTTP. The signalling socket is described in docs/protocol.md."),
    paths(
        rooms::create::create, rooms::read::list, rooms::read::read, rooms::change::change, rooms::change::delete, rooms::change::end, rooms::join::join,
        files::upload, files::download, templates::list,
        sessions::list, sessions::report,
        recordings::list::list, recordings::list::read, recordings::control::start, recordings::control::remove, recordings::download::download,
        recordings::by_name::start_by_name, recordings::by_name::stop_by_name, journal::export,
        meetings::create, meetings::read, meetings::join, meetings::end,
        users::sign_up, users::me, users::change_me, users::password::delete_me, users::password::change_password, users::profile, users::consent::consent, users::consent::given,
        auth_routes::login, auth_routes::refresh, auth_routes::logout,
        api_keys::create, api_keys::list, api_keys::revoke,
        backups::create, backups::read, backups::put, backups::complete, livekit::webhook, livekit::connection::connection_details,
        audit::list, emotion::judge, public::config, public::jwks, health::healthz, health::readyz, health::metrics,
    ),
    components(schemas(ProblemBody)),
    modifiers(&Bearer, &Complete),
    security(("bearer" = []), ())
)]
struct Api;

struct Bearer;

impl Modify for Bearer {
    fn modify(&self, api: &mut utoipa::openapi::OpenApi) {
        let scheme = Http::builder()
            .scheme(HttpAuthScheme::Bearer)
            .description(Some("An access token, a guest token, a join token or an API key"))
            .build();
        let components = api.components.get_or_insert_with(Default::default);
        components.add_security_scheme("bearer", SecurityScheme::Http(scheme));
    }
}

/// What the standard asks for and the handlers needn't repeat: a description of every answer, and operation ids that are unlike one another.
struct Complete;

impl Modify for Complete {
    fn modify(&self, api: &mut utoipa::openapi::OpenApi) {
        for (path, item) in &mut api.paths.paths {
            for (method, operation) in operations(item) {
                operation.operation_id = Some(operation_id(method, path));
                for (status, answer) in &mut operation.responses.responses {
                    if let RefOr::T(answer) = answer
                        && answer.description.is_empty()
                    {
                        answer.description = reason(status).to_owned();
                    }
                }
            }
        }
    }
}

fn operations(item: &mut PathItem) -> impl Iterator<Item = (&'static str, &mut Operation)> {
    let methods = [
        ("get", &mut item.get),
        ("put", &mut item.put),
        ("post", &mut item.post),
        ("delete", &mut item.delete),
        ("patch", &mut item.patch),
    ];
    methods.into_iter().filter_map(|(method, operation)| operation.as_mut().map(|operation| (method, operation)))
}

/// `get_rooms_room_sessions` for `GET /api/v1/rooms/{room}/sessions`.
fn operation_id(method: &str, path: &str) -> String {
    let words = path.trim_start_matches("/api").trim_start_matches("/v1").split(|letter: char| !letter.is_ascii_alphanumeric());
    std::iter::once(method).chain(words.filter(|word| !word.is_empty())).collect::<Vec<_>>().join("_")
}

fn reason(status: &str) -> &str {
    let known = status.parse().ok().and_then(|code| StatusCode::from_u16(code).ok()).and_then(|code| code.canonical_reason());
    known.unwrap_or("The answer")
}

/// The document, as `/openapi.json` and `greenroom openapi` give it.
pub fn document() -> utoipa::openapi::OpenApi {
    Api::openapi()
}

/// What the two routes need, made once.
pub struct Docs {
    document: String,
    ui: Arc<Config<'static>>,
}

impl Docs {
    pub fn new() -> Self {
        Self {
            document: document().to_json().unwrap_or_default(),
            ui: Arc::new(Config::from("/openapi.json").validator_url("none")),
        }
    }
}

impl Default for Docs {
    fn default() -> Self {
        Self::new()
    }
}

pub async fn openapi(docs: Data<Docs>) -> HttpResponse {
    HttpResponse::Ok().content_type("application/json").body(docs.document.clone())
}

/// Swagger UI sets style attributes and inlines images; scripts stay our own.
const POLICY: &str = "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; object-src 'none'; base-uri 'none'; frame-ancestors 'none'";

pub async fn swagger(request: HttpRequest, docs: Data<Docs>) -> HttpResponse {
    let Some(file) = request.path().strip_prefix("/docs/") else {
        return HttpResponse::MovedPermanently().insert_header((header::LOCATION, "/docs/")).finish();
    };
    match utoipa_swagger_ui::serve(file, docs.ui.clone()) {
        Ok(Some(file)) => {
            let mut response = HttpResponse::Ok();
            if file.gzpipped {
                response.insert_header((header::CONTENT_ENCODING, "gzip"));
            }
            response.insert_header((header::CONTENT_SECURITY_POLICY, POLICY));
            response.content_type(file.content_type).body(file.bytes.into_owned())
        }
        _ => HttpResponse::NotFound().finish(),
    }
}
