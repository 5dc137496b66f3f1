// Package metrics has the counters and timers for Prometheus.
package metrics

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	"go.opentelemetry.io/otel/trace"
)

// Metrics holds the metrics of the service and of the Go runtime.
type Metrics struct {
	InFlight prometheus.Gauge

	registry           *prometheus.Registry
	requests           *prometheus.CounterVec
	requestSeconds     *prometheus.HistogramVec
	dependencyRequests *prometheus.CounterVec
	dependencySeconds  *prometheus.HistogramVec
	fallbacks          *prometheus.CounterVec
}

// New returns metrics with a separate registry.
func New() *Metrics {
	m := &Metrics{
		InFlight:           prometheus.NewGauge(prometheus.GaugeOpts(opts("http_requests_in_flight", "Requests being served."))),
		registry:           prometheus.NewRegistry(),
		requests:           counter("http_requests_total", "Requests served.", "method", "route", "status"),
		requestSeconds:     histogram("http_request_duration_seconds", "Time to serve a request.", "method", "route"),
		dependencyRequests: counter("dependency_requests_total", "Calls to a dependency.", "dependency", "outcome"),
		dependencySeconds:  histogram("dependency_request_duration_seconds", "Time of a call to a dependency.", "dependency"),
		fallbacks:          counter("dependency_fallbacks_total", "Calls whose result a fallback replaced.", "dependency"),
	}
	m.registry.MustRegister(
		collectors.NewGoCollector(),
		collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
		m.InFlight,
		m.requests,
		m.requestSeconds,
		m.dependencyRequests,
		m.dependencySeconds,
		m.fallbacks,
	)
	return m
}

func opts(name, help string) prometheus.Opts {
	return prometheus.Opts{Name: name, Help: help}
}

func counter(name, help string, labels ...string) *prometheus.CounterVec {
	return prometheus.NewCounterVec(prometheus.CounterOpts(opts(name, help)), labels)
}

func histogram(name, help string, labels ...string) *prometheus.HistogramVec {
	return prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: name, Help: help}, labels)
}

// Handler serves the metrics as text.
func (m *Metrics) Handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{EnableOpenMetrics: true}) // only OpenMetrics has exemplars
}

// Request counts a request. The route is a pattern, not a path, so that the number of series is limited.
func (m *Metrics) Request(ctx context.Context, method, route string, status int, took time.Duration) {
	method = known(method)
	m.requests.WithLabelValues(method, route, strconv.Itoa(status)).Inc()
	observe(ctx, m.requestSeconds.WithLabelValues(method, route), took)
}

// observe adds the trace as an exemplar, if it is exported.
func observe(ctx context.Context, seconds prometheus.Observer, took time.Duration) {
	var exemplar prometheus.Labels
	if span := trace.SpanContextFromContext(ctx); span.IsSampled() {
		exemplar = prometheus.Labels{"trace_id": span.TraceID().String()}
	}
	seconds.(prometheus.ExemplarObserver).ObserveWithExemplar(took.Seconds(), exemplar)
}

func known(method string) string {
	switch method {
	case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch,
		http.MethodDelete, http.MethodOptions:
		return method
	}
	return "other"
}

// Dependency creates the series of a dependency before its first call.
func (m *Metrics) Dependency(name string) {
	for _, outcome := range []string{"ok", "error", "timeout"} {
		m.dependencyRequests.WithLabelValues(name, outcome)
	}
	m.dependencySeconds.WithLabelValues(name)
	m.fallbacks.WithLabelValues(name)
}

// DependencyRequest counts a call; the outcome is ok, error or timeout.
func (m *Metrics) DependencyRequest(name, outcome string, took time.Duration) {
	m.dependencyRequests.WithLabelValues(name, outcome).Inc()
	m.dependencySeconds.WithLabelValues(name).Observe(took.Seconds())
}

// Fallback counts a response that a fallback replaced.
func (m *Metrics) Fallback(name string) {
	m.fallbacks.WithLabelValues(name).Inc()
}
