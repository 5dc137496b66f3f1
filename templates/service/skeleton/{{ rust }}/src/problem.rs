//! Errors as `application/problem+json` (RFC 9457).
//!
//! A handler returns `Err(Problem::new(…))`. The rejections of axum's extractors become problems,
//! too.
use axum::Json;
use axum::body::to_bytes;
use axum::http::StatusCode;
use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE, HeaderValue};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::ToSchema;

use crate::request_id::REQUEST_ID;

pub const MEDIA_TYPE: &str = "application/problem+json";
/// Longest text of an error that becomes its detail.
const MAX_DETAIL_BYTES: usize = 4096;

#[derive(Clone, Debug)]
pub struct Problem {
    pub status: StatusCode,
    /// The text for the caller, without internal names, paths or messages.
    pub detail: String,
    pub violations: Vec<Violation>,
}

/// A rule of a route that a request breaks. It never has the value.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Violation {
    /// The path of the field, with dots
    pub field: String,
    /// The rule that the field breaks
    pub rule: String,
}

/// The body of the response.
#[derive(Serialize, ToSchema)]
#[schema(as = Problem)]
pub struct Body {
    /// Always about:blank
    r#type: &'static str,
    /// The name of the status
    title: &'static str,
    /// The status, as in the status line
    status: u16,
    /// What went wrong, without internals
    detail: String,
    /// The id to search the log for
    request_id: String,
    /// The fields of a body that break a rule
    #[serde(skip_serializing_if = "Vec::is_empty")]
    errors: Vec<Violation>,
}

impl Problem {
    pub fn new(status: StatusCode, detail: impl Into<String>) -> Problem {
        Problem {
            status,
            detail: detail.into(),
            violations: vec![],
        }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = (self.status, self.detail).into_response();
        response.extensions_mut().insert(self.violations);
        response
    }
}

/// Writes an error whose body is plain text, or empty, as a problem. Other responses do not change.
pub async fn write(response: Response) -> Response {
    let kind = response.headers().get(CONTENT_TYPE);
    let plain = kind.is_none_or(|kind| kind.as_bytes().starts_with(b"text/plain"));
    let status = response.status();
    if !plain || !(status.is_client_error() || status.is_server_error()) {
        return response;
    }
    let (mut head, body) = response.into_parts();
    let title = status.canonical_reason().unwrap_or("Error");
    let text = to_bytes(body, MAX_DETAIL_BYTES).await.unwrap_or_default();
    let detail = match str::from_utf8(&text) {
        Ok(text) if !text.is_empty() => text,
        _ => title,
    };
    let id = head.headers.get(REQUEST_ID);
    let body = Json(Body {
        r#type: "about:blank",
        title,
        status: status.as_u16(),
        detail: detail.to_owned(),
        request_id: id.and_then(|id| id.to_str().ok()).unwrap_or("").to_owned(),
        errors: head.extensions.remove().unwrap_or_default(),
    });
    head.headers.remove(CONTENT_LENGTH);
    let kind = HeaderValue::from_static(MEDIA_TYPE);
    head.headers.insert(CONTENT_TYPE, kind);
    Response::from_parts(head, body.into_response().into_body())
}
