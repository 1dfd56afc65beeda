//! Every error that a request can end with, as `application/problem+json` (RFC 9457).

use super::trace;
use crate::{identity::PasswordError, store::StoreError};
use actix_web::{
    HttpResponse, ResponseError,
    http::{StatusCode, header},
};
use actors::protocol::{CommandError, ErrorCode};
use serde::Serialize;
use std::fmt;

/// What is wrong with one field.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, utoipa::ToSchema)]
pub struct FieldError {
    /// Its path in the body, such as `settings.maxParticipants`.
    pub field: String,
    /// A sentence for people.
    pub message: String,
}

/// An answer that is not what was asked for.
#[derive(Clone, Debug)]
pub struct Problem {
    pub status: StatusCode,
    pub code: &'static str,
    pub detail: String,
    pub errors: Vec<FieldError>,
    pub retry_after_seconds: Option<u64>,
}

/// A problem's shape on the wire.
#[derive(Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Problem)]
pub struct ProblemBody {
    /// `urn:greenroom:problem:` and the code.
    r#type: String,
    title: String,
    status: u16,
    detail: String,
    /// Stable; clients may act on it.
    code: String,
    /// The request's trace, to be found in the server's log.
    trace_id: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    errors: Vec<FieldError>,
}

impl Problem {
    pub fn new(status: StatusCode, code: &'static str, detail: impl Into<String>) -> Self {
        Self { status, code, detail: detail.into(), errors: Vec::new(), retry_after_seconds: None }
    }

    pub fn bad_request(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "bad_request", detail)
    }

    /// The same whatever is wrong with a token (I1).
    pub fn unauthorized() -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "unauthorized", "a valid token is needed")
    }

    pub fn forbidden(code: &'static str, detail: impl Into<String>) -> Self {
        Self::new(StatusCode::FORBIDDEN, code, detail)
    }

    /// The same for "none" and "not yours".
    pub fn not_found() -> Self {
        Self::new(StatusCode::NOT_FOUND, "not_found", "there is no such thing, or it is not yours")
    }

    pub fn conflict(code: &'static str, detail: impl Into<String>) -> Self {
        Self::new(StatusCode::CONFLICT, code, detail)
    }

    pub fn invalid(errors: Vec<FieldError>) -> Self {
        let detail =
            errors.first().map_or_else(|| "the request has errors".to_owned(), |e| format!("{}: {}", e.field, e.message));
        Self { errors, ..Self::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid", detail) }
    }

    pub fn invalid_field(field: impl Into<String>, message: impl Into<String>) -> Self {
        Self::invalid(vec![FieldError { field: field.into(), message: message.into() }])
    }

    pub fn too_large(limit: u64) -> Self {
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, "too_large", format!("the limit is {limit} bytes"))
    }

    pub fn too_many(retry_after_seconds: u64) -> Self {
        let problem = Self::new(StatusCode::TOO_MANY_REQUESTS, "rate_limited", "too many requests; try again later");
        Self { retry_after_seconds: Some(retry_after_seconds.max(1)), ..problem }
    }

    pub fn unavailable(code: &'static str, detail: impl Into<String>) -> Self {
        Self { retry_after_seconds: Some(2), ..Self::new(StatusCode::SERVICE_UNAVAILABLE, code, detail) }
    }

    /// Ours: the cause goes to the log, not to the client.
    pub fn internal(cause: impl fmt::Display) -> Self {
        tracing::error!(trace_id = %trace::current(), %cause, "request failed");
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", "something went wrong here; the trace id finds it in the log")
    }

    /// A bare status, such as the router's own 404 and 405.
    pub fn of_status(status: StatusCode) -> Self {
        match status {
            StatusCode::NOT_FOUND => Self::not_found(),
            StatusCode::METHOD_NOT_ALLOWED => Self::new(status, "method_not_allowed", "this address does not take that method"),
            StatusCode::PAYLOAD_TOO_LARGE => Self::new(status, "too_large", "the body is too long"),
            StatusCode::REQUEST_TIMEOUT => Self::new(status, "timeout", "the request took too long to arrive"),
            StatusCode::UNSUPPORTED_MEDIA_TYPE => {
                Self::new(status, "unsupported_media_type", "the body has a type that is not taken here")
            }
            status if status.is_client_error() => Self::new(status, "bad_request", "the request can't be understood"),
            status => Self::new(status, "internal", "something went wrong here; the trace id finds it in the log"),
        }
    }

    pub fn body(&self) -> ProblemBody {
        ProblemBody {
            r#type: format!("urn:greenroom:problem:{}", self.code),
            title: self.status.canonical_reason().unwrap_or("Error").to_owned(),
            status: self.status.as_u16(),
            detail: self.detail.clone(),
            code: self.code.to_owned(),
            trace_id: trace::current(),
            errors: self.errors.clone(),
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}: {}", self.status.as_u16(), self.code, self.detail)
    }
}

impl std::error::Error for Problem {}

impl ResponseError for Problem {
    fn status_code(&self) -> StatusCode {
        self.status
    }

    fn error_response(&self) -> HttpResponse {
        let mut response = HttpResponse::build(self.status);
        if let Some(seconds) = self.retry_after_seconds {
            response.insert_header((header::RETRY_AFTER, seconds.to_string()));
        }
        if self.status == StatusCode::UNAUTHORIZED {
            response.insert_header((header::WWW_AUTHENTICATE, "Bearer"));
        }
        response.insert_header((header::CACHE_CONTROL, "no-store"));
        let body = serde_json::to_string(&self.body()).unwrap_or_default();
        response.content_type("application/problem+json").body(body)
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::NotFound | StoreError::Dangling => Self::not_found(),
            StoreError::Conflict => Self::conflict("conflict", "something with that value exists already"),
            StoreError::Busy => Self::unavailable("busy", "the server is busy; try again"),
            StoreError::Unavailable(why) => {
                tracing::error!(trace_id = %trace::current(), %why, "storage is unavailable");
                Self::unavailable("storage_unavailable", "what is kept can't be reached; try again")
            }
            other => Self::internal(other),
        }
    }
}

/// Where a password is set; a wrong one at sign-in is no error of this kind.
impl From<PasswordError> for Problem {
    fn from(error: PasswordError) -> Self {
        match error {
            PasswordError::TooShort | PasswordError::TooLong => Self::invalid_field("password", error.to_string()),
            PasswordError::Busy => Self::too_many(2),
            other => Self::internal(other),
        }
    }
}

/// What a room's actor answers to REST.
impl From<CommandError> for Problem {
    fn from(error: CommandError) -> Self {
        match error.code {
            ErrorCode::Busy => Self::unavailable("busy", error.message),
            ErrorCode::StorageUnavailable => Self::unavailable("storage_unavailable", error.message),
            ErrorCode::RoomNotFound | ErrorCode::RoomEnded => Self::not_found(),
            _ => Self::internal(error.message),
        }
    }
}

impl From<FieldError> for Problem {
    fn from(error: FieldError) -> Self {
        Self::invalid(vec![error])
    }
}

/// Names in answers are those of the wire.
impl From<garde::Report> for Problem {
    fn from(report: garde::Report) -> Self {
        let field = |path: &str| FieldError { field: camel_case(path), message: String::new() };
        Self::invalid(
            report
                .iter()
                .map(|(path, error)| FieldError { message: error.message().to_owned(), ..field(&path.to_string()) })
                .collect(),
        )
    }
}

fn camel_case(path: &str) -> String {
    let mut upper = false;
    let mut camel = String::with_capacity(path.len());
    for c in path.chars() {
        match (c, upper) {
            ('_', _) => upper = true,
            (c, true) => {
                camel.extend(c.to_uppercase());
                upper = false;
            }
            (c, false) => camel.push(c),
        }
    }
    camel
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_problem_says_what_when_and_where() {
        let response = Problem::too_many(0).error_response();
        assert_eq!(response.headers().get(header::RETRY_AFTER).unwrap(), "1");
        assert_eq!(response.headers().get(header::CONTENT_TYPE).unwrap(), "application/problem+json");
        let body = serde_json::to_value(Problem::invalid_field("settings.meshLimit", "must be 2 to 12").body()).unwrap();
        assert_eq!(body["status"], 422);
        assert_eq!(body["errors"][0]["field"], "settings.meshLimit");
        assert_eq!(body["type"], "urn:greenroom:problem:invalid");
    }

    #[test]
    fn field_names_are_those_of_the_wire() {
        assert_eq!(camel_case("display_name"), "displayName");
        assert_eq!(camel_case("settings.max_participants"), "settings.maxParticipants");
    }
}
