//! The OpenAPI document, and Swagger UI to read it with; both come out of the binary and work offline.

use super::{
    api_keys, audit, auth_routes, error::ProblemBody, files, health, journal, meetings, public, rooms, sessions, templates, users,
};
use actix_web::{HttpRequest, HttpResponse, http::header, web::Data};
use std::sync::Arc;
use utoipa::{
    Modify, OpenApi,
    openapi::security::{Http, HttpAuthScheme, SecurityScheme},
};
use utoipa_swagger_ui::Config;

#[derive(OpenApi)]
#[openapi(
    info(title = "Greenroom", description = "Rooms, accounts and operations over HTTP. The signalling socket is described in docs/protocol.md."),
    paths(
        rooms::create::create, rooms::read::list, rooms::read::read, rooms::change::change, rooms::change::delete, rooms::change::end, rooms::join::join,
        files::upload, files::download, templates::list,
        sessions::list, sessions::report, sessions::recordings, journal::export,
        meetings::create, meetings::read, meetings::join, meetings::end,
        users::sign_up, users::me, users::change_me, users::password::delete_me, users::password::change_password, users::profile, users::consent::consent,
        auth_routes::login, auth_routes::refresh, auth_routes::logout,
        api_keys::create, api_keys::list, api_keys::revoke,
        audit::list, public::config, public::jwks, health::healthz, health::readyz, health::metrics,
    ),
    components(schemas(ProblemBody)),
    modifiers(&Bearer),
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
