//! What browsers are told to forbid, on every answer.

use actix_web::{
    Error,
    body::MessageBody,
    dev::{ServiceRequest, ServiceResponse},
    http::header::{self, HeaderMap, HeaderName, HeaderValue},
    middleware::Next,
};
use base64::{Engine, prelude::BASE64_STANDARD};
use sha2::{Digest, Sha256};

const PERMISSIONS: HeaderName = HeaderName::from_static("permissions-policy");

const FIXED: [(HeaderName, &str); 5] = [
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "no-referrer"),
    (
        PERMISSIONS,
        "camera=(self), microphone=(self), display-capture=(self), fullscreen=(self), geolocation=(), payment=(), usb=()",
    ),
    (header::CROSS_ORIGIN_OPENER_POLICY, "same-origin"),
    (header::X_FRAME_OPTIONS, "DENY"),
];

/// Adds what is missing; a handler's own stricter policy stays.
pub async fn headers(request: ServiceRequest, next: Next<impl MessageBody>) -> Result<ServiceResponse<impl MessageBody>, Error> {
    let mut response = next.call(request).await?;
    add(response.headers_mut());
    Ok(response)
}

fn add(headers: &mut HeaderMap) {
    for (name, value) in FIXED {
        if !headers.contains_key(&name) {
            headers.insert(name, HeaderValue::from_static(value));
        }
    }
    if !headers.contains_key(header::CONTENT_SECURITY_POLICY)
        && let Ok(policy) = HeaderValue::from_str(&policy("", None))
    {
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    }
}

/// The policy of a page: its own origin only, and of inline scripts those that `page` itself holds, by hash.
pub fn policy(page: &str, websocket_origin: Option<&str>) -> String {
    let hashes: String =
        inline_scripts(page).map(|script| format!(" 'sha256-{}'", BASE64_STANDARD.encode(Sha256::digest(script)))).collect();
    let sockets = websocket_origin.map(|origin| format!(" {origin}")).unwrap_or_default();
    format!(
        "default-src 'self'; script-src 'self'{hashes}; style-src 'self'; img-src 'self' data: blob:; media-src 'self' blob:; font-src 'self'; \
         connect-src 'self'{sockets}; worker-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    )
}

/// The text of every script element without `src`.
fn inline_scripts(page: &str) -> impl Iterator<Item = &str> {
    page.split("<script").skip(1).filter_map(|rest| {
        let (tag, rest) = rest.split_once('>')?;
        let (script, _) = rest.split_once("</script")?;
        (!tag.contains("src=")).then_some(script)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_inline_script_is_hashed() {
        let page = r#"<script type="importmap">{}</script><script type="module" src="/js/main.js"></script>"#;
        let policy = policy(page, None);
        // sha256 of "{}"
        assert!(policy.contains("script-src 'self' 'sha256-RBNvo1WzZ4oRRq0W9+hknpT7T8If536DEMBg9hyq/4o=';"), "{policy}");
        assert_eq!(policy.matches("sha256").count(), 1);
        assert!(!policy.contains("unsafe"));
    }

    #[test]
    fn a_stricter_policy_stays() {
        let mut headers = HeaderMap::new();
        headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static("sandbox"));
        add(&mut headers);
        assert_eq!(headers.get(header::CONTENT_SECURITY_POLICY).unwrap(), "sandbox");
        assert_eq!(headers.get(header::X_CONTENT_TYPE_OPTIONS).unwrap(), "nosniff");
    }
}
