//! Wraps every request: id, log line, metrics, and a response even if the code panics.
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Instant;

use axum::body::Body;
use axum::extract::{MatchedPath, Request, State};
use axum::http::header::{CONNECTION, HeaderValue};
use axum::http::{HeaderMap, HeaderName, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use futures_util::FutureExt;
use hyper::body::Body as _;
use tracing::{Instrument, Span};
use uuid::Uuid;

use crate::app::App;
use crate::held::Held;
use crate::phase::Phase;
use crate::problem::{self, Problem};

pub const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// nginx's status for a client that left before its response, in logs and metrics.
const CLIENT_GONE: u16 = 499;

/// The id of the current request; handlers get it as `Extension<RequestId>`.
#[derive(Clone, Debug)]
pub struct RequestId(pub String);

impl RequestId {
    pub fn new() -> RequestId {
        RequestId(Uuid::new_v4().simple().to_string())
    }

    /// The caller's id if it is safe for logs and headers, otherwise a new one.
    pub fn of(headers: &HeaderMap) -> RequestId {
        let given = headers.get(REQUEST_ID).and_then(|id| id.to_str().ok());
        match given {
            Some(id) if acceptable(id) => RequestId(id.to_owned()),
            _ => RequestId::new(),
        }
    }
}

impl Default for RequestId {
    fn default() -> RequestId {
        RequestId::new()
    }
}

fn acceptable(id: &str) -> bool {
    let fit = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
    (1..=64).contains(&id.len()) && id.bytes().all(fit)
}

pub async fn observe(State(app): State<Arc<App>>, mut request: Request, next: Next) -> Response {
    let id = RequestId::of(request.headers());
    request.extensions_mut().insert(id.clone());
    // The highest level, so that lines of every level have the id.
    let span = tracing::error_span!("request", request_id = id.0);
    let observation = Observation::begin(app.clone(), &request, span.clone());
    let answer = answer(app, id, request, next).instrument(span).await;
    observation.until_sent(answer)
}

async fn answer(app: Arc<App>, id: RequestId, request: Request, next: Next) -> Response {
    let run = AssertUnwindSafe(next.run(request)).catch_unwind();
    // The panic hook has logged the stack, which the caller does not get.
    let response = run.await.unwrap_or_else(|_| {
        Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "An unexpected error.").into_response()
    });
    let mut response = problem::write(response, &id.0);
    let headers = response.headers_mut();
    if let Ok(id) = HeaderValue::from_str(&id.0) {
        headers.insert(REQUEST_ID, id);
    }
    if app.life.phase() == Phase::Draining {
        headers.insert(CONNECTION, HeaderValue::from_static("close"));
    }
    response
}

/// Written when it goes out of scope, also for a request whose client left.
struct Observation {
    app: Arc<App>,
    span: Span,
    began: Instant,
    method: Method,
    path: String,
    route: String,
    answered: u16,
    status: u16,
}

impl Observation {
    fn begin(app: Arc<App>, request: &Request, span: Span) -> Observation {
        app.metrics.requests_in_flight.inc();
        let route = request.extensions().get::<MatchedPath>();
        Observation {
            app,
            span,
            began: Instant::now(),
            method: request.method().clone(),
            path: request.uri().path().to_owned(),
            route: route.map_or("unmatched", MatchedPath::as_str).to_owned(),
            answered: CLIENT_GONE,
            status: CLIENT_GONE,
        }
    }

    /// Kept until the last byte of the response.
    fn until_sent(mut self, answer: Response) -> Response {
        self.answered = answer.status().as_u16();
        if self.method == Method::HEAD || answer.body().is_end_stream() {
            self.finish();
            return answer;
        }
        answer.map(|body| Body::new(Held::new(body, self, Observation::finish)))
    }

    fn finish(mut self) {
        self.status = self.answered;
    }
}

impl Drop for Observation {
    fn drop(&mut self) {
        let _span = self.span.enter();
        let duration = self.began.elapsed();
        let metrics = &self.app.metrics;
        metrics.requests_in_flight.dec();
        metrics.request(known(&self.method), &self.route, self.status, duration);
        tracing::info!(
            method = self.method.as_str(),
            path = self.path,
            status = self.status,
            duration_ms = (duration.as_secs_f64() * 1e6).round() / 1e3,
            "request"
        );
    }
}

/// Callers can't invent values of this label, because each new value would create a series.
fn known(method: &Method) -> &str {
    match *method {
        Method::GET
        | Method::HEAD
        | Method::POST
        | Method::PUT
        | Method::PATCH
        | Method::DELETE
        | Method::OPTIONS => method.as_str(),
        _ => "other",
    }
}
