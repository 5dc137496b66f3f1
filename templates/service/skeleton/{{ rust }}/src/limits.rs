//! The limits of a request that tower-http does not have.
use std::error::Error;
use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::http::header::HOST;
use axum::http::{StatusCode, Version};
use axum::middleware::Next;
use axum::response::Response;
use http_body_util::{BodyExt, LengthLimitError};
use tokio::time::{Instant, timeout_at};

use crate::app::App;
use crate::problem::Problem;

/// REQUEST_SECONDS for a request, including its body. `TimeoutLayer` has one status, but a slow
/// client gets 408 (`a_body_that_never_ends_is_refused` in tests/requests.rs).
pub async fn limit_time(
    State(app): State<Arc<App>>,
    request: Request,
    next: Next,
) -> Result<Response, Problem> {
    let deadline = Instant::now() + app.config.request;
    let (head, body) = request.into_parts();
    let body = timeout_at(deadline, read(body)).await.map_err(|_| {
        Problem::new(
            StatusCode::REQUEST_TIMEOUT,
            "The request's body took too long.",
        )
    })??;
    let request = Request::from_parts(head, Body::from(body));
    timeout_at(deadline, next.run(request)).await.map_err(|_| {
        tracing::error!(error = "REQUEST_SECONDS ran out", "request ended");
        Problem::new(StatusCode::GATEWAY_TIMEOUT, "The request took too long.")
    })
}

/// The whole body, also of a route that does not use it: `RequestBodyLimitLayer` only rejects what
/// is read (`a_large_body_is_refused_with_and_without_its_length` in tests/requests.rs).
async fn read(body: Body) -> Result<Bytes, Problem> {
    match body.collect().await {
        Ok(body) => Ok(body.to_bytes()),
        Err(error)
            if error
                .source()
                .is_some_and(|cause| cause.is::<LengthLimitError>()) =>
        {
            Err(Problem::new(
                StatusCode::PAYLOAD_TOO_LARGE,
                "The body is too large.",
            ))
        }
        Err(_) => Err(Problem::new(
            StatusCode::BAD_REQUEST,
            "The request's body is broken.",
        )),
    }
}

/// Only HTTP/1.0 has requests without a Host header (RFC 9112).
pub async fn one_host(request: Request) -> Result<Request, Problem> {
    match request.headers().get_all(HOST).iter().count() {
        0 if request.version() < Version::HTTP_11 => Ok(request),
        1 => Ok(request),
        _ => Err(Problem::new(
            StatusCode::BAD_REQUEST,
            "A request must have one Host header.",
        )),
    }
}
