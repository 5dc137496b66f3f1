//! The metrics that Prometheus reads at `/metrics`.
use std::time::Duration;

use prometheus::core::Collector;
use prometheus::process_collector::ProcessCollector;
use prometheus::{
    HistogramOpts, HistogramVec, IntCounterVec, IntGauge, Opts, Registry, TextEncoder,
};

use crate::config::Dependency;

pub struct Metrics {
    registry: Registry,
    pub requests_in_flight: IntGauge,
    requests: IntCounterVec,
    request_seconds: HistogramVec,
    dependency_requests: IntCounterVec,
    dependency_seconds: HistogramVec,
    dependency_fallbacks: IntCounterVec,
}

/// The outcome of a call of a dependency.
#[derive(Clone, Copy, Debug)]
pub enum Outcome {
    Ok,
    Error,
    Timeout,
}

impl Outcome {
    fn label(self) -> &'static str {
        match self {
            Outcome::Ok => "ok",
            Outcome::Error => "error",
            Outcome::Timeout => "timeout",
        }
    }
}

impl Metrics {
    pub fn new(dependencies: &[Dependency]) -> Metrics {
        let registry = Registry::new();
        let metrics = Metrics {
            requests_in_flight: register(
                &registry,
                IntGauge::new("http_requests_in_flight", "Requests being served."),
            ),
            requests: counter(
                &registry,
                "http_requests_total",
                "Requests served.",
                &["method", "route", "status"],
            ),
            request_seconds: histogram(
                &registry,
                "http_request_duration_seconds",
                "Time to serve a request.",
                &["method", "route"],
            ),
            dependency_requests: counter(
                &registry,
                "dependency_requests_total",
                "Calls to a dependency.",
                &["dependency", "outcome"],
            ),
            dependency_seconds: histogram(
                &registry,
                "dependency_request_duration_seconds",
                "Time of a call to a dependency.",
                &["dependency"],
            ),
            dependency_fallbacks: counter(
                &registry,
                "dependency_fallbacks_total",
                "Calls whose result a fallback replaced.",
                &["dependency"],
            ),
            registry,
        };
        let _ = metrics
            .registry
            .register(Box::new(ProcessCollector::for_self()));
        metrics.start_at_zero(dependencies);
        metrics
    }

    /// The series exists from the start, so that an alert sees the first failure.
    fn start_at_zero(&self, dependencies: &[Dependency]) {
        for dependency in dependencies {
            for outcome in [Outcome::Ok, Outcome::Error, Outcome::Timeout] {
                let labels = [dependency.name, outcome.label()];
                self.dependency_requests.with_label_values(&labels);
            }
            let labels = [dependency.name];
            self.dependency_seconds.with_label_values(&labels);
            self.dependency_fallbacks.with_label_values(&labels);
        }
    }

    pub fn request(&self, method: &str, route: &str, status: u16, duration: Duration) {
        self.requests
            .with_label_values(&[method, route, &status.to_string()])
            .inc();
        self.request_seconds
            .with_label_values(&[method, route])
            .observe(duration.as_secs_f64());
    }

    pub fn dependency(&self, name: &str, outcome: Outcome, duration: Duration) {
        self.dependency_requests
            .with_label_values(&[name, outcome.label()])
            .inc();
        self.dependency_seconds
            .with_label_values(&[name])
            .observe(duration.as_secs_f64());
    }

    pub fn fallback(&self, name: &str) {
        self.dependency_fallbacks.with_label_values(&[name]).inc();
    }

    pub fn text(&self) -> prometheus::Result<String> {
        TextEncoder::new().encode_to_string(&self.registry.gather())
    }
}

fn counter(registry: &Registry, name: &str, help: &str, labels: &[&str]) -> IntCounterVec {
    register(registry, IntCounterVec::new(Opts::new(name, help), labels))
}

fn histogram(registry: &Registry, name: &str, help: &str, labels: &[&str]) -> HistogramVec {
    register(
        registry,
        HistogramVec::new(HistogramOpts::new(name, help), labels),
    )
}

/// Names and labels are constants, so a wrong one fails every test.
fn register<C: Collector + Clone + 'static>(
    registry: &Registry,
    metric: prometheus::Result<C>,
) -> C {
    let metric = metric.expect("a valid metric");
    registry
        .register(Box::new(metric.clone()))
        .expect("a new metric");
    metric
}
