//! OpenTelemetry, which the variables OTEL_* configure. It exports spans only to a collector that
//! they name. Without one, spans still have ids, for log lines and dependencies.
use std::sync::OnceLock;
use std::time::Duration;

use anyhow::{anyhow, bail};
use async_trait::async_trait;
use opentelemetry::{KeyValue, global};
use opentelemetry_http::{Bytes, HttpClient, HttpError, Request, Response};
use opentelemetry_otlp::{Protocol, SpanExporter, WithExportConfig, WithHttpConfig};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::propagation::TraceContextPropagator;
use opentelemetry_sdk::resource::{EnvResourceDetector, TelemetryResourceDetector};
use opentelemetry_sdk::trace::SdkTracerProvider;
use reqwest::Url;
use tokio::runtime::Handle;
use tokio::task::spawn_blocking;
use tokio::time::timeout;

use crate::defaults::SERVICE;

/// A collector that hangs delays the exit by this time at most.
pub const FLUSH: Duration = Duration::from_secs(2);

/// For an export, if OTEL_EXPORTER_OTLP_TIMEOUT has no other.
const EXPORT: Duration = Duration::from_secs(10);

const ENDPOINTS: [&str; 2] = [
    "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT",
    "OTEL_EXPORTER_OTLP_ENDPOINT",
];

static PROVIDER: OnceLock<SdkTracerProvider> = OnceLock::new();

pub fn start(version: &str, variable: impl Fn(&str) -> Option<String>) {
    global::set_text_map_propagator(TraceContextPropagator::new());
    let variable = |name: &str| variable(name).filter(|value| !value.trim().is_empty());
    let mut provider =
        SdkTracerProvider::builder().with_resource(source(version, variable("OTEL_SERVICE_NAME")));
    match exporter(&variable) {
        Ok(Some(exporter)) => provider = provider.with_batch_exporter(exporter),
        Ok(None) => {}
        // Without the error, which can have the value of a variable, and that can be a secret.
        Err(setting) => tracing::warn!(setting, "setting ignored"),
    }
    let provider = PROVIDER.get_or_init(|| provider.build());
    global::set_tracer_provider(provider.clone());
}

/// Exports the spans that wait, in at most this time.
pub async fn flush(left: Duration) {
    let Some(provider) = PROVIDER.get() else {
        return;
    };
    let flushed = spawn_blocking(|| provider.force_flush());
    if !matches!(timeout(left.min(FLUSH), flushed).await, Ok(Ok(Ok(())))) {
        tracing::warn!("spans not exported");
    }
}

fn source(version: &str, name: Option<String>) -> Resource {
    let source = Resource::builder_empty()
        .with_service_name(SERVICE)
        .with_attribute(KeyValue::new("service.version", version.to_owned()))
        .with_detector(Box::new(TelemetryResourceDetector))
        .with_detector(Box::new(EnvResourceDetector::new()));
    match name {
        Some(name) => source.with_service_name(name).build(),
        None => source.build(),
    }
}

/// The exporter to the collector of the variables, or the name of a wrong one.
fn exporter(
    variable: &impl Fn(&str) -> Option<String>,
) -> Result<Option<SpanExporter>, &'static str> {
    let is = |name: &str, value: &str| {
        variable(name).is_some_and(|given| given.eq_ignore_ascii_case(value))
    };
    let Some((name, url)) = ENDPOINTS
        .iter()
        .find_map(|name| Some((*name, variable(name)?)))
    else {
        return Ok(None);
    };
    if is("OTEL_SDK_DISABLED", "true") || is("OTEL_TRACES_EXPORTER", "none") {
        return Ok(None);
    }
    if !Url::parse(&url).is_ok_and(|url| ["http", "https"].contains(&url.scheme())) {
        return Err(name);
    }
    let seconds = variable("OTEL_EXPORTER_OTLP_TIMEOUT").and_then(|value| value.parse().ok());
    let client = reqwest::Client::builder()
        .timeout(seconds.map_or(EXPORT, Duration::from_millis))
        .build();
    SpanExporter::builder()
        .with_http()
        .with_protocol(Protocol::HttpBinary)
        .with_http_client(Client {
            http: client.map_err(|_| "OTEL_EXPORTER_OTLP_*")?,
            runtime: Handle::current(),
        })
        .build()
        .map(Some)
        .map_err(|_| "OTEL_EXPORTER_OTLP_*")
}

/// Sends in the program's runtime, because the exporter has a separate thread.
#[derive(Debug)]
struct Client {
    http: reqwest::Client,
    runtime: Handle,
}

#[async_trait]
impl HttpClient for Client {
    async fn send_bytes(&self, request: Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
        let response = self.runtime.spawn(send(self.http.clone(), request)).await?;
        response.map_err(|error| {
            tracing::warn!(error = format!("{error:#}"), "spans not exported");
            error.into()
        })
    }
}

async fn send(http: reqwest::Client, request: Request<Bytes>) -> anyhow::Result<Response<Bytes>> {
    let response = http.execute(request.try_into()?).await;
    let response = response.map_err(reqwest::Error::without_url)?;
    if !response.status().is_success() {
        bail!("status {}", response.status());
    }
    let status = response.status();
    let body = response
        .bytes()
        .await
        .map_err(|error| anyhow!(error.without_url()))?;
    let mut whole = Response::new(body);
    *whole.status_mut() = status;
    Ok(whole)
}
