//! A trace id for every request: in its log lines, its answer and its errors. W3C Trace Context, level 1.

use super::error::Problem;
use actix_web::{
    Error, ResponseError,
    body::{BoxBody, MessageBody},
    dev::{ServiceRequest, ServiceResponse},
    http::header::{self, HeaderMap, HeaderName, HeaderValue},
    middleware::Next,
};
use std::time::Instant;
use tracing::Instrument;

tokio::task_local! {
    static TRACE_ID: String;
}

const TRACE_HEADER: HeaderName = HeaderName::from_static("x-trace-id");

/// The running request's trace id; empty outside of one.
pub fn current() -> String {
    TRACE_ID.try_with(Clone::clone).unwrap_or_default()
}

/// Does something that is no request of the application within a trace of its own; the trace's id.
pub fn within<T>(headers: &HeaderMap, work: impl FnOnce() -> T) -> (String, T) {
    let id = traceparent(headers).unwrap_or_else(new_id);
    let done = TRACE_ID.sync_scope(id.clone(), work);
    (id, done)
}

/// Puts the trace's id into an answer.
pub fn tell(headers: &mut HeaderMap, id: &str) {
    if let Ok(value) = HeaderValue::from_str(id) {
        headers.insert(TRACE_HEADER, value);
    }
}

fn new_id() -> String {
    format!("{:032x}", rand::random::<u128>())
}

/// Runs a request within its trace, and gives every error the problem shape.
pub async fn trace(request: ServiceRequest, next: Next<impl MessageBody + 'static>) -> Result<ServiceResponse<BoxBody>, Error> {
    let id = traceparent(request.headers()).unwrap_or_else(new_id);
    let span = tracing::info_span!("request", trace_id = %id, method = %request.method());
    TRACE_ID.scope(id.clone(), answer(request, next, id).instrument(span)).await
}

async fn answer(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
    id: String,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let started = Instant::now();
    let mut response = shaped(next.call(request).await?.map_into_boxed_body());
    tell(response.headers_mut(), &id);
    record(&response, started);
    Ok(response)
}

/// An error of an API address that is not a problem yet becomes one.
fn shaped(response: ServiceResponse<BoxBody>) -> ServiceResponse<BoxBody> {
    let status = response.status();
    let path = response.request().path();
    let of_api = path.starts_with("/api") || path.starts_with("/v1");
    let is_error = status.is_client_error() || status.is_server_error();
    let has_shape =
        response.headers().get(header::CONTENT_TYPE).is_some_and(|kind| kind.as_bytes() == b"application/problem+json");
    if !is_error || !of_api || has_shape {
        return response;
    }
    let request = response.request().clone();
    let allow = response.headers().get(header::ALLOW).cloned();
    let mut problem = Problem::of_status(status).error_response();
    if let Some(allow) = allow {
        problem.headers_mut().insert(header::ALLOW, allow);
    }
    ServiceResponse::new(request, problem)
}

/// The route's pattern, never the address itself: addresses hold room codes and download tokens.
fn record(response: &ServiceResponse<BoxBody>, started: Instant) {
    let request = response.request();
    let route = request.match_pattern().unwrap_or_else(|| "other".to_owned());
    let status = response.status().as_u16();
    let seconds = started.elapsed().as_secs_f64();
    let method = request.method().as_str().to_owned();
    metrics::histogram!("greenroom_http_seconds", "route" => route.clone()).record(seconds);
    metrics::counter!("greenroom_http_requests_total", "method" => method, "route" => route.clone(), "status" => status.to_string()).increment(1);
    match status {
        500.. => tracing::error!(%route, status, seconds, "answered"),
        400.. => tracing::info!(%route, status, seconds, "answered"),
        _ => tracing::debug!(%route, status, seconds, "answered"),
    }
}

/// The trace id of a well-formed `traceparent`: `00-<32 hex>-<16 hex>-<2 hex>`, not all zeros.
fn traceparent(headers: &HeaderMap) -> Option<String> {
    let text = headers.get("traceparent")?.to_str().ok()?;
    let mut parts = text.split('-');
    let (version, id, parent, flags) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
    let is_hex =
        |part: &str, length| part.len() == length && part.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
    let fits = is_hex(version, 2) && version != "ff" && is_hex(id, 32) && is_hex(parent, 16) && is_hex(flags, 2);
    (fits && id.bytes().any(|b| b != b'0')).then(|| id.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(value: &str) -> Option<String> {
        let mut headers = HeaderMap::new();
        headers.insert(HeaderName::from_static("traceparent"), HeaderValue::from_str(value).unwrap());
        traceparent(&headers)
    }

    #[test]
    fn only_a_well_formed_parent_is_taken() {
        let id = "4bf92f3577b34da6a3ce929d0e0e4736";
        assert_eq!(parse(&format!("00-{id}-00f067aa0ba902b7-01")).as_deref(), Some(id));
        for wrong in
            ["", "00", "00-x-y-z", &format!("ff-{id}-00f067aa0ba902b7-01"), &format!("00-{}-00f067aa0ba902b7-01", "0".repeat(32))]
        {
            assert_eq!(parse(wrong), None, "{wrong}");
        }
    }
}
