//! Which pages may use a browser's cookies here (S4): a cookie comes along by itself, so its request must come from our own page.

use super::error::Problem;
use crate::config::Config;
use actix_web::{
    HttpRequest,
    http::header::{self, HeaderMap},
};

/// Refuses a request with a cookie whose Origin is foreign, `null` or missing. Without a cookie there is nothing to misuse.
pub fn check(request: &HttpRequest, config: &Config) -> Result<(), Problem> {
    check_headers(request.headers(), config)
}

/// As [`check`], for a request that has not become one of the application.
pub fn check_headers(headers: &HeaderMap, config: &Config) -> Result<(), Problem> {
    if !headers.contains_key(header::COOKIE) {
        return Ok(());
    }
    let origin = headers.get(header::ORIGIN).and_then(|origin| origin.to_str().ok());
    match origin {
        Some(origin) if is_ours(origin, headers, config) => Ok(()),
        _ => Err(Problem::forbidden("foreign_origin", "cookies are taken from this server's own pages only")),
    }
}

fn is_ours(origin: &str, headers: &HeaderMap, config: &Config) -> bool {
    let public = config.public_url.as_deref().map(origin_of);
    if public.is_some_and(|public| origin.eq_ignore_ascii_case(public)) {
        return true;
    }
    if config.allowed_origins.iter().any(|allowed| origin.eq_ignore_ascii_case(allowed.trim_end_matches('/'))) {
        return true;
    }
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok());
    let authority = origin.strip_prefix("http://").or_else(|| origin.strip_prefix("https://"));
    matches!((authority, host), (Some(authority), Some(host)) if authority.eq_ignore_ascii_case(host))
}

/// Scheme and authority of an address.
pub fn origin_of(url: &str) -> &str {
    let start = url.find("://").map_or(0, |at| at + 3);
    let end = url[start..].find('/').map_or(url.len(), |at| start + at);
    &url[..end]
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::test::TestRequest;

    fn allowed(origin: Option<&str>, cookie: bool) -> bool {
        let config = Config {
            public_url: Some("https://meet.example.org/".to_owned()),
            allowed_origins: vec!["https://app.example.org".to_owned()],
            ..Config::default()
        };
        let mut request = TestRequest::get().insert_header((header::HOST, "127.0.0.1:8080"));
        if let Some(origin) = origin {
            request = request.insert_header((header::ORIGIN, origin));
        }
        if cookie {
            request = request.insert_header((header::COOKIE, "greenroom_refresh=x"));
        }
        check(&request.to_http_request(), &config).is_ok()
    }

    #[test]
    fn with_a_cookie_only_our_own_pages_may_call() {
        for ours in ["http://127.0.0.1:8080", "https://meet.example.org", "https://app.example.org"] {
            assert!(allowed(Some(ours), true), "{ours}");
        }
        for foreign in [
            Some("https://evil.example"),
            Some("null"),
            Some("http://127.0.0.1:9"),
            Some("https://meet.example.org.evil.example"),
            None,
        ] {
            assert!(!allowed(foreign, true), "{foreign:?}");
        }
    }

    #[test]
    fn without_a_cookie_anybody_may() {
        assert!(allowed(Some("https://evil.example"), false));
        assert!(allowed(None, false));
    }
}
