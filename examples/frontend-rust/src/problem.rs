//! Errors as `application/problem+json` (RFC 9457).
//!
//! A handler returns `Err(Problem::new(…))`, and `observe` adds the request id.
use axum::Json;
use axum::http::StatusCode;
use axum::http::header::{CONTENT_TYPE, HeaderValue};
use axum::response::{IntoResponse, Response};
use serde_json::json;

#[derive(Clone, Debug)]
pub struct Problem {
    pub status: StatusCode,
    /// The text for the caller, without internal names, paths or messages.
    pub detail: String,
}

impl Problem {
    pub fn new(status: StatusCode, detail: impl Into<String>) -> Problem {
        Problem {
            status,
            detail: detail.into(),
        }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = self.status.into_response();
        response.extensions_mut().insert(self);
        response
    }
}

/// Writes the body of a response from a `Problem`. Other responses do not change.
pub fn write(mut response: Response, request_id: &str) -> Response {
    let Some(problem) = response.extensions_mut().remove::<Problem>() else {
        return response;
    };
    let body = Json(json!({
        "type": "about:blank",
        "title": problem.status.canonical_reason().unwrap_or("Error"),
        "status": problem.status.as_u16(),
        "detail": problem.detail,
        "request_id": request_id,
    }));
    let mut headers = std::mem::take(response.headers_mut());
    headers.remove(axum::http::header::CONTENT_LENGTH);
    let mut response = (problem.status, body).into_response();
    headers.insert(
        CONTENT_TYPE,
        HeaderValue::from_static("application/problem+json"),
    );
    response.headers_mut().extend(headers);
    response
}
