//! JSON bodies. What is wrong with one is said with the field's path.

use super::{error::Problem, state::Shared};
use actix_web::{
    FromRequest, HttpRequest,
    dev::Payload,
    error::PayloadError,
    http::{StatusCode, header},
    web::{Bytes, Data},
};
use futures_util::future::LocalBoxFuture;
use serde::de::{DeserializeOwned, IgnoredAny};

/// A body that must be there.
pub struct Body<T>(pub T);

/// The body, or the type's default when there is none; a broken one is an error all the same.
pub struct OrDefault<T>(pub T);

impl<T: DeserializeOwned + 'static> FromRequest for Body<T> {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (is_json, bytes) = (is_json(request), read(request, payload));
        Box::pin(async move {
            let bytes = bytes.await?;
            if is_json { parse(&bytes).map(Self) } else { Err(Problem::of_status(StatusCode::UNSUPPORTED_MEDIA_TYPE)) }
        })
    }
}

impl<T: DeserializeOwned + Default + 'static> FromRequest for OrDefault<T> {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (is_json, bytes) = (is_json(request), read(request, payload));
        Box::pin(async move {
            let bytes = bytes.await?;
            match (bytes.is_empty(), is_json) {
                (true, _) => Ok(Self(T::default())),
                (false, true) => parse(&bytes).map(Self),
                (false, false) => Err(Problem::of_status(StatusCode::UNSUPPORTED_MEDIA_TYPE)),
            }
        })
    }
}

fn is_json(request: &HttpRequest) -> bool {
    let kind = request.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    kind == "application/json" || (kind.starts_with("application/") && kind.ends_with("+json"))
}

fn read(request: &HttpRequest, payload: &mut Payload) -> LocalBoxFuture<'static, Result<Bytes, Problem>> {
    let limit = request.app_data::<Data<Shared>>().map_or(0, |shared| shared.config.max_body_bytes) as u64;
    let bytes = Bytes::from_request(request, payload);
    Box::pin(async move {
        bytes.await.map_err(|error| match error.as_error::<PayloadError>() {
            Some(PayloadError::Overflow) => Problem::too_large(limit),
            _ => Problem::bad_request("the body can't be read"),
        })
    })
}

fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
    // Serde would take a list for an object's fields in their order.
    if bytes.trim_ascii_start().first() != Some(&b'{') {
        let json = serde_json::from_slice::<IgnoredAny>(bytes);
        return Err(json.map_or_else(
            |error| Problem::bad_request(format!("not JSON: {error}")),
            |_| Problem::invalid_field("body", "must be an object"),
        ));
    }
    let json = &mut serde_json::Deserializer::from_slice(bytes);
    let value = serde_path_to_error::deserialize(&mut *json).map_err(|error| wrong(&error))?;
    json.end().map_err(|error| Problem::bad_request(format!("not JSON: {error}")))?;
    Ok(value)
}

fn wrong(error: &serde_path_to_error::Error<serde_json::Error>) -> Problem {
    let path = error.path().to_string();
    let message = error.inner().to_string();
    if !error.inner().is_data() {
        return Problem::bad_request(format!("not JSON: {message}"));
    }
    // The place in the text helps nobody who sees the field's name.
    let message = message.split(" at line ").next().unwrap_or_default().to_owned();
    let missing = message.strip_prefix("missing field `").and_then(|rest| rest.strip_suffix('`'));
    match (missing, path.as_str()) {
        (Some(field), ".") => Problem::invalid_field(field, "is missing"),
        (Some(field), path) => Problem::invalid_field(format!("{path}.{field}"), "is missing"),
        (None, ".") => Problem::invalid_field("body", message),
        (None, path) => Problem::invalid_field(path, message),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::rooms::CreateRoom;

    fn field(body: &str) -> String {
        parse::<CreateRoom>(body.as_bytes())
            .err()
            .expect("refused")
            .errors
            .first()
            .map(|error| error.field.clone())
            .unwrap_or_default()
    }

    #[test]
    fn a_wrong_field_is_named() {
        assert_eq!(field(r#"{"name":5}"#), "name");
        assert_eq!(field(r#"{"settings":{"maxParticipants":"many"}}"#), "settings.maxParticipants");
        assert!(field(r#"{"settings":{"unknown":1}}"#).starts_with("settings"));
        assert_eq!(field("[]"), "body");
    }

    #[test]
    fn what_is_no_json_is_another_error() {
        for text in ["", "{", "{} {}", "{\"a\":1,}", &"[".repeat(100_000)] {
            assert_eq!(parse::<CreateRoom>(text.as_bytes()).err().expect("refused").status, StatusCode::BAD_REQUEST);
        }
    }
}
