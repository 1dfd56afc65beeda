//! Errors over HTTP, as the contract describes them.

use reqwest::Response;
use serde_json::Value;

/// The answer is this error, with every field that errors have; its body.
pub async fn problem(answer: Response, status: u16, code: &str) -> Value {
    let kind = answer.headers().get("content-type").and_then(|kind| kind.to_str().ok()).unwrap_or_default().to_owned();
    let (got, url) = (answer.status().as_u16(), answer.url().path().to_owned());
    let text = answer.text().await.expect("a body");
    assert_eq!((got, kind.as_str()), (status, "application/problem+json"), "{url}: {text}");
    let body: Value = serde_json::from_str(&text).expect("JSON");
    for field in ["type", "title", "detail", "code", "traceId"] {
        assert!(body[field].as_str().is_some_and(|text| !text.is_empty()), "{url}: {field} in {body}");
    }
    assert_eq!((body["status"].as_u64(), body["code"].as_str()), (Some(u64::from(status)), Some(code)), "{url}: {body}");
    body
}

/// As [`problem`], 422 for this field.
pub async fn invalid(answer: Response, field: &str) {
    let body = problem(answer, 422, "invalid").await;
    let errors = body["errors"].as_array().expect("the fields");
    let named = |error: &Value| error["field"] == field && error["message"].as_str().is_some_and(|text| !text.is_empty());
    assert!(errors.iter().any(named), "{field}: {body}");
}
