//! Addresses in answers: what people share and where clients connect.

use super::client_ip::through_trusted_proxy;
use crate::config::Config;
use actix_web::{HttpRequest, http::header};

/// Where this server is for whoever asks, without a slash at the end.
pub fn base(request: &HttpRequest, config: &Config) -> String {
    if let Some(url) = &config.public_url {
        return url.trim_end_matches('/').to_owned();
    }
    let scheme = if is_https(request, config) { "https" } else { "http" };
    // The Host is the asker's own word, and goes back to the asker alone.
    let host = request.headers().get(header::HOST).and_then(|host| host.to_str().ok()).filter(|host| is_authority(host));
    format!("{scheme}://{}", host.map_or_else(|| config.listen.to_string(), str::to_owned))
}

/// Came the request over HTTPS, as far as a trusted proxy can tell?
pub fn is_https(request: &HttpRequest, config: &Config) -> bool {
    let by_proxy = request.headers().get("x-forwarded-proto").is_some_and(|proto| proto.as_bytes() == b"https");
    by_proxy && through_trusted_proxy(request, &config.trusted_proxies)
}

/// The page of a room.
pub fn room_page(base: &str, code: &str) -> String {
    format!("{base}/r/{code}")
}

/// The signalling socket.
pub fn signal(base: &str) -> String {
    format!("{}/api/v1/signal", base.replacen("http", "ws", 1))
}

fn is_authority(host: &str) -> bool {
    !host.is_empty() && host.len() <= 255 && host.bytes().all(|b| b.is_ascii_alphanumeric() || b".-:[]".contains(&b))
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::test::TestRequest;

    fn seen(host: &str, config: &Config) -> String {
        base(
            &TestRequest::get()
                .insert_header((header::HOST, host))
                .insert_header(("x-forwarded-proto", "https"))
                .to_http_request(),
            config,
        )
    }

    #[test]
    fn the_public_address_goes_before_the_host() {
        let config = Config { public_url: Some("https://meet.example.org/".to_owned()), ..Config::default() };
        assert_eq!(seen("other", &config), "https://meet.example.org");
        assert_eq!(signal(&seen("other", &config)), "wss://meet.example.org/api/v1/signal");
    }

    #[test]
    fn a_host_is_used_only_when_it_looks_like_one() {
        let config = Config::default();
        assert_eq!(seen("localhost:8080", &config), "http://localhost:8080");
        assert_eq!(seen("evil/<script>", &config), "http://127.0.0.1:8080");
        assert_eq!(room_page(&seen("[::1]:8080", &config), "ABCD-2345"), "http://[::1]:8080/r/ABCD-2345");
    }
}
