//! Limits of a request: MAX_BODY_BYTES of memory, and REQUEST_SECONDS of time including its body.
use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::http::header::{CONNECTION, HeaderValue};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use hyper::body::Body as _;
use tokio::time::{Instant, timeout_at};

use crate::app::App;
use crate::problem::Problem;

pub async fn limit(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    let deadline = Instant::now() + app.config.request;
    let (head, body) = request.into_parts();
    let body = match timeout_at(deadline, read(body, app.config.max_body)).await {
        Ok(Ok(body)) => body,
        Ok(Err(problem)) => return refuse(problem),
        Err(_) => {
            return refuse(Problem::new(
                StatusCode::REQUEST_TIMEOUT,
                "The request's body took too long.",
            ));
        }
    };
    let request = Request::from_parts(head, Body::from(body));
    match timeout_at(deadline, next.run(request)).await {
        Ok(response) => response,
        Err(_) => {
            tracing::error!(error = "REQUEST_SECONDS ran out", "request ended");
            Problem::new(StatusCode::GATEWAY_TIMEOUT, "The answer took too long.").into_response()
        }
    }
}

async fn read(body: Body, most: usize) -> Result<Bytes, Problem> {
    // Content-Length is too large: rejected before a byte is read.
    if body.size_hint().lower() > most as u64 {
        return Err(too_large(most));
    }
    match Limited::new(body, most).collect().await {
        Ok(body) => Ok(body.to_bytes()),
        Err(error) if error.is::<LengthLimitError>() => Err(too_large(most)),
        Err(_) => Err(Problem::new(
            StatusCode::BAD_REQUEST,
            "The request's body is broken.",
        )),
    }
}

fn too_large(most: usize) -> Problem {
    let detail = format!("A body has at most {most} bytes.");
    Problem::new(StatusCode::PAYLOAD_TOO_LARGE, detail)
}

/// The rest of the body is not read, so the connection can't be reused.
fn refuse(problem: Problem) -> Response {
    let mut response = problem.into_response();
    let close = HeaderValue::from_static("close");
    response.headers_mut().insert(CONNECTION, close);
    response
}
