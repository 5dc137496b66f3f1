//! The spans of requests, calls and jobs, in traces that go on across services (W3C).
use axum::extract::{MatchedPath, Request};
use axum::middleware::Next;
use axum::response::Response;
use opentelemetry::trace::{FutureExt, SpanBuilder, SpanKind, Status, TraceContextExt, Tracer};
use opentelemetry::{Context, KeyValue, global};
use opentelemetry_http::{HeaderExtractor, HeaderInjector};
use reqwest::RequestBuilder;

use crate::defaults::SERVICE;
use crate::observe::known;

/// A span that is the parent of those that its work begins.
#[derive(Clone)]
pub struct Trace(Context);

/// Begins the span of a request, in the trace of its caller. `Observation` ends it.
pub async fn begin(mut request: Request, next: Next) -> Response {
    let caller = global::get_text_map_propagator(|propagator| {
        propagator.extract_with_context(&Context::new(), &HeaderExtractor(request.headers()))
    });
    let method = match known(request.method()) {
        "other" => "_OTHER".to_owned(),
        method => method.to_owned(),
    };
    let mut attributes = vec![KeyValue::new("http.request.method", method.clone())];
    let mut name = method;
    if let Some(route) = request.extensions().get::<MatchedPath>() {
        name = format!("{name} {}", route.as_str());
        attributes.push(KeyValue::new("http.route", route.as_str().to_owned()));
    }
    let trace = Trace::begin(name, SpanKind::Server, attributes, &caller);
    request.extensions_mut().insert(trace.clone());
    next.run(request).with_context(trace.0).await
}

/// Sends a request in its own span, which the headers connect with the dependency's.
pub async fn send(request: RequestBuilder) -> reqwest::Result<reqwest::Response> {
    let (client, request) = request.build_split();
    let mut request = request?;
    let url = request.url();
    let method = request.method().to_string();
    let attributes = vec![
        KeyValue::new("http.request.method", method.clone()),
        KeyValue::new(
            "server.address",
            url.host_str().unwrap_or_default().to_owned(),
        ),
        KeyValue::new(
            "server.port",
            i64::from(url.port_or_known_default().unwrap_or_default()),
        ),
    ];
    let trace = Trace::begin(method, SpanKind::Client, attributes, &Context::current());
    global::get_text_map_propagator(|propagator| {
        propagator.inject_context(&trace.0, &mut HeaderInjector(request.headers_mut()));
    });
    let mut call = Call {
        trace,
        failed: true,
    };
    let response = client.execute(request).await?;
    call.trace.status(response.status().as_u16());
    call.failed = response.status().as_u16() >= 400;
    Ok(response)
}

/// The span of a job.
pub fn job(name: &'static str) -> Trace {
    Trace::begin(
        name.to_owned(),
        SpanKind::Internal,
        Vec::new(),
        &Context::new(),
    )
}

impl Trace {
    fn begin(name: String, kind: SpanKind, attributes: Vec<KeyValue>, parent: &Context) -> Trace {
        let span = SpanBuilder::from_name(name)
            .with_kind(kind)
            .with_attributes(attributes);
        let span = global::tracer(SERVICE).build_with_context(span, parent);
        Trace(parent.with_span(span))
    }

    /// The fields of log lines, without a trace if OpenTelemetry has not been started.
    pub fn ids(&self) -> Option<(String, String)> {
        let span = self.0.span();
        let ids = span.span_context();
        ids.is_valid()
            .then(|| (ids.trace_id().to_string(), ids.span_id().to_string()))
    }

    pub fn status(&self, status: u16) {
        let status = KeyValue::new("http.response.status_code", i64::from(status));
        self.0.span().set_attribute(status);
    }

    pub fn end(&self, failed: bool) {
        if failed {
            // Without the text of the error, which can hold a secret.
            self.0.span().set_status(Status::error(""));
        }
        self.0.span().end();
    }

    /// Does the work, whose calls belong to this span.
    pub async fn within<T>(&self, work: impl Future<Output = T>) -> T {
        work.with_context(self.0.clone()).await
    }
}

/// Ends its span when it goes out of scope, also if the call takes too long.
struct Call {
    trace: Trace,
    failed: bool,
}

impl Drop for Call {
    fn drop(&mut self) {
        self.trace.end(self.failed);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use axum::body::Body;
    use axum::middleware::from_fn;
    use axum::routing::get;
    use axum::{Extension, Router};
    use opentelemetry_sdk::error::OTelSdkResult;
    use opentelemetry_sdk::propagation::TraceContextPropagator;
    use opentelemetry_sdk::trace::{SdkTracerProvider, SpanData, SpanExporter};
    use tower::ServiceExt;

    use super::*;

    #[derive(Clone, Debug, Default)]
    struct Kept(Arc<Mutex<Vec<SpanData>>>);

    impl SpanExporter for Kept {
        async fn export(&self, batch: Vec<SpanData>) -> OTelSdkResult {
            self.0.lock().unwrap().extend(batch);
            Ok(())
        }
    }

    #[tokio::test]
    async fn a_request_continues_the_trace_of_its_caller() {
        let kept = Kept::default();
        global::set_tracer_provider(
            SdkTracerProvider::builder()
                .with_simple_exporter(kept.clone())
                .build(),
        );
        global::set_text_map_propagator(TraceContextPropagator::new());
        let ends = |Extension(trace): Extension<Trace>| async move { trace.end(false) };
        let app = Router::new()
            .route("/orders/{id}", get(ends))
            .layer(from_fn(begin));

        let request = Request::get("/orders/1?token=s3cret")
            .header(
                "traceparent",
                "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
            )
            .body(Body::empty())
            .unwrap();
        app.oneshot(request).await.unwrap();

        let spans = kept.0.lock().unwrap();
        let [span] = spans.as_slice() else {
            panic!("{spans:?}")
        };
        assert_eq!(span.name, "GET /orders/{id}");
        assert_eq!(
            span.span_context.trace_id().to_string(),
            "0af7651916cd43dd8448eb211c80319c"
        );
        assert_eq!(span.parent_span_id.to_string(), "b7ad6b7169203331");
        assert!(!format!("{:?}", span.attributes).contains("s3cret"));
    }
}
