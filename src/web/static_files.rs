//! The web UI out of the binary. Addresses of the UI answer `index.html`; files are checked by ETag, versioned ones (`?v=`) kept for good.

use super::{error::Problem, headers, origin::origin_of};
use crate::config::Config;
use actix_web::{
    HttpRequest, HttpResponse,
    http::header::{self, HeaderValue},
    web::{Bytes, Data},
};
use flate2::{Compression, write::GzEncoder};
use rust_embed::{EmbeddedFile, RustEmbed};
use std::{borrow::Cow, collections::HashMap, io::Write, sync::Mutex};

#[derive(RustEmbed)]
#[folder = "static/"]
#[include = "index.html"]
#[include = "*.svg"]
#[include = "*.webmanifest"]
#[include = "js/**/*.js"]
#[include = "style/**/*"]
#[include = "i18n/*.json"]
#[include = "img/**/*"]
#[include = "sounds/**/*"]
#[include = "fonts/**/*"]
#[include = "node_modules/lit/**/*.js"]
#[include = "node_modules/lit-html/**/*.js"]
#[include = "node_modules/lit-element/**/*.js"]
#[include = "node_modules/@lit/reactive-element/**/*.js"]
#[exclude = "node_modules/*/development/**"]
#[exclude = "node_modules/*/*/development/**"]
#[exclude = "node_modules/*/node/**"]
#[exclude = "node_modules/*/*/node/**"]
struct Ui;

/// A page's own compressed copy, by path and content hash.
type Compressed = Mutex<HashMap<(String, [u8; 32]), Bytes>>;

/// Files smaller than this travel as they are.
const WORTH_COMPRESSING: usize = 1024;

/// The UI's files, shared by all workers.
pub struct StaticFiles {
    compressed: Compressed,
    websocket_origin: Option<String>,
    uncached: bool,
}

impl StaticFiles {
    pub fn new(config: &Config) -> Self {
        let websocket_origin = config.public_url.as_deref().map(|url| origin_of(url).replacen("http", "ws", 1));
        Self { compressed: Mutex::default(), websocket_origin, uncached: config.dev }
    }

    fn answer(&self, request: &HttpRequest, path: &str, file: EmbeddedFile) -> HttpResponse {
        let hash = file.metadata.sha256_hash();
        let tag = format!("\"{}\"", hash[..12].iter().map(|byte| format!("{byte:02x}")).collect::<String>());
        let mut response = HttpResponse::Ok();
        response.insert_header((header::ETAG, tag.clone())).insert_header((header::CACHE_CONTROL, self.caching(request)));
        response.insert_header((header::VARY, "Accept-Encoding"));
        if path == "index.html" {
            let policy = headers::policy(&String::from_utf8_lossy(&file.data), self.websocket_origin.as_deref());
            response.insert_header((header::CONTENT_SECURITY_POLICY, policy));
        }
        if request.headers().get(header::IF_NONE_MATCH).is_some_and(|known| has_tag(known, &tag)) {
            return response.status(actix_web::http::StatusCode::NOT_MODIFIED).finish();
        }
        response.content_type(content_type(path, &file));
        if is_text(path) && file.data.len() >= WORTH_COMPRESSING && takes_gzip(request) {
            response.insert_header((header::CONTENT_ENCODING, "gzip"));
            return response.body(self.gzipped(path, hash, &file.data));
        }
        response.body(owned(file.data))
    }

    fn caching(&self, request: &HttpRequest) -> &'static str {
        match () {
            () if self.uncached => "no-store",
            () if request.query_string().starts_with("v=") => "public, max-age=31536000, immutable",
            () => "no-cache",
        }
    }

    fn gzipped(&self, path: &str, hash: [u8; 32], data: &[u8]) -> Bytes {
        let key = (path.to_owned(), hash);
        let mut compressed = self.compressed.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        compressed.entry(key).or_insert_with(|| gzip(data).into()).clone()
    }
}

fn gzip(data: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::with_capacity(data.len() / 3), Compression::best());
    // Writing to memory does not fail.
    let _ = encoder.write_all(data);
    encoder.finish().unwrap_or_default()
}

fn owned(data: Cow<'static, [u8]>) -> Bytes {
    match data {
        Cow::Borrowed(bytes) => Bytes::from_static(bytes),
        Cow::Owned(bytes) => bytes.into(),
    }
}

fn has_tag(known: &HeaderValue, tag: &str) -> bool {
    known.to_str().is_ok_and(|known| known.split(',').any(|one| one.trim().trim_start_matches("W/") == tag))
}

fn takes_gzip(request: &HttpRequest) -> bool {
    let accepted = request.headers().get(header::ACCEPT_ENCODING).and_then(|value| value.to_str().ok()).unwrap_or_default();
    accepted.split(',').any(|one| one.trim().split(';').next() == Some("gzip") && !one.contains("q=0"))
}

fn is_text(path: &str) -> bool {
    [".js", ".css", ".html", ".json", ".svg", ".webmanifest"].iter().any(|ending| path.ends_with(ending))
}

fn content_type(path: &str, file: &EmbeddedFile) -> String {
    match path.rsplit('.').next() {
        Some("js") => "text/javascript; charset=utf-8".to_owned(),
        Some("css") => "text/css; charset=utf-8".to_owned(),
        Some("html") => "text/html; charset=utf-8".to_owned(),
        Some("webmanifest") => "application/manifest+json".to_owned(),
        _ => file.metadata.mimetype().to_owned(),
    }
}

/// Addresses that the UI's own router understands.
fn is_page(path: &str) -> bool {
    let first = path.split('/').next().unwrap_or_default();
    matches!(first, "" | "r" | "sign-in" | "account" | "rooms" | "index.html")
}

/// Any GET that no other route takes.
pub async fn serve(request: HttpRequest, files: Data<StaticFiles>) -> Result<HttpResponse, Problem> {
    let path = request.path().trim_start_matches('/');
    if is_page(path) {
        return Ok(page(&request, &files));
    }
    match Ui::get(path) {
        Some(file) => Ok(files.answer(&request, path, file)),
        None if reads_pages(&request, path) => Ok(nothing_there(&request, &files)),
        None => Err(Problem::not_found()),
    }
}

/// Somebody at a browser who mistyped an address, and no program.
fn reads_pages(request: &HttpRequest, path: &str) -> bool {
    let program = matches!(path.split('/').next(), Some("api" | "v1"));
    let accepts = request.headers().get(header::ACCEPT).and_then(|value| value.to_str().ok());
    !program && accepts.is_some_and(|accepted| accepted.contains("text/html"))
}

/// The UI says it in the person's language; the status says it to everything else.
fn nothing_there(request: &HttpRequest, files: &StaticFiles) -> HttpResponse {
    let mut response = page(request, files);
    if response.status().is_success() {
        *response.status_mut() = actix_web::http::StatusCode::NOT_FOUND;
    }
    response
}

fn page(request: &HttpRequest, files: &StaticFiles) -> HttpResponse {
    let missing = if Ui::get("index.html").is_none() {
        Some("The page's files were not there when this server was built.")
    } else if Ui::get("node_modules/lit/index.js").is_none() {
        Some("The page's packages were not there when this server was built.")
    } else {
        None
    };
    match (missing, Ui::get("index.html")) {
        (None, Some(index)) => files.answer(request, "index.html", index),
        (why, _) => HttpResponse::Ok().content_type("text/html; charset=utf-8").insert_header((header::CACHE_CONTROL, "no-store")).body(format!(
            "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Greenroom</title><h1>Greenroom is running</h1>\
             <p>{} Run <code>npm ci</code> in <code>static/</code> and build again, or start it with <code>./run</code>, which does both.</p>\
             <p>The <a href=\"/docs/\">API</a> works meanwhile.</p>",
            why.unwrap_or_default()
        )),
    }
}
