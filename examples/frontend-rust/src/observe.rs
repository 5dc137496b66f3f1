//! The log line and the metrics of each request, when the last byte of its response is sent.
use std::sync::Arc;
use std::time::Instant;

use axum::body::Body;
use axum::extract::{MatchedPath, Request, State};
use axum::http::Method;
use axum::middleware::Next;
use axum::response::Response;
use hyper::body::Body as _;
use tracing::Span;

use crate::app::App;
use crate::held::Held;
use crate::request_id::{self, RequestId};
use crate::traces::Trace;

/// nginx's status for a client that left before its response, in logs and metrics.
const CLIENT_GONE: u16 = 499;

/// The span of a request, for `TraceLayer`. It has the highest level, so that lines of every level
/// have the id.
pub fn span(request: &Request) -> Span {
    let id = request.extensions().get::<RequestId>();
    let (trace_id, span_id) = request.extensions().get().and_then(Trace::ids).unzip();
    tracing::error_span!(
        "request",
        request_id = id.map(request_id::text),
        trace_id,
        span_id
    )
}

/// `TraceLayer` has no log line for a client that left, and its line does not wait for the last
/// byte (`a_shutdown_that_takes_too_long_fails` in tests/process.rs).
pub async fn observe(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    let observation = Observation::begin(app, &request);
    let response = next.run(request).await;
    observation.until_sent(response)
}

/// Written when it goes out of scope, also for a request whose client left.
struct Observation {
    app: Arc<App>,
    span: Span,
    trace: Option<Trace>,
    began: Instant,
    method: Method,
    path: String,
    route: String,
    responded: u16,
    status: u16,
}

impl Observation {
    fn begin(app: Arc<App>, request: &Request) -> Observation {
        app.metrics.requests_in_flight.inc();
        let route = request.extensions().get::<MatchedPath>();
        Observation {
            app,
            span: Span::current(),
            trace: request.extensions().get().cloned(),
            began: Instant::now(),
            method: request.method().clone(),
            path: request.uri().path().to_owned(),
            route: route.map_or("unmatched", MatchedPath::as_str).to_owned(),
            responded: CLIENT_GONE,
            status: CLIENT_GONE,
        }
    }

    /// Kept until the last byte of the response.
    fn until_sent(mut self, response: Response) -> Response {
        self.responded = response.status().as_u16();
        if self.method == Method::HEAD || response.body().is_end_stream() {
            self.finish();
            return response;
        }
        response.map(|body| Body::new(Held::new(body, self, Observation::finish)))
    }

    fn finish(mut self) {
        self.status = self.responded;
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
        if let Some(trace) = &self.trace {
            trace.status(self.status);
            trace.end(self.status >= 500);
        }
    }
}

/// Callers can't invent values of this label, because each new value would create a series.
pub fn known(method: &Method) -> &str {
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
