// Package tracing has traces by OpenTelemetry. They are exported once a variable OTEL_… names a collector. Dependencies get
// the trace in the header traceparent, whether it is exported or not.
package tracing

import (
	"context"
	"log/slog"
	"os"
	"strings"
	"time"

	"github.com/go-logr/logr"
	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/sdk/resource"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"
)

// The stop waits no longer than this for a slow collector.
const stopTime = 2 * time.Second

// Start reads the variables OTEL_…. A wrong one costs the traces, never the service.
func Start(ctx context.Context, service, version string) {
	// The library's own lines are text on stderr, and show headers for the collector.
	otel.SetLogger(logr.Discard())
	otel.SetErrorHandler(otel.ErrorHandlerFunc(func(err error) {
		slog.Warn("OpenTelemetry reports a fault, check OTEL_…", "error", err)
	}))
	otel.SetTextMapPropagator(propagation.NewCompositeTextMapPropagator(propagation.TraceContext{}, propagation.Baggage{}))

	name := attribute.String("service.name", service)
	about, err := resource.New(ctx, resource.WithTelemetrySDK(),
		resource.WithAttributes(name, attribute.String("service.version", version)), resource.WithFromEnv())
	if err != nil {
		slog.Warn("OTEL_RESOURCE_ATTRIBUTES must be name=value pairs")
	}
	options := []sdktrace.TracerProviderOption{sdktrace.WithResource(about)}
	if exports() {
		exporter, err := otlptracehttp.New(ctx)
		if err != nil {
			slog.Warn("traces are not exported, check OTEL_…")
		} else {
			options = append(options, sdktrace.WithBatcher(reported{exporter}))
		}
	}
	otel.SetTracerProvider(sdktrace.NewTracerProvider(options...))
}

func exports() bool {
	if variable("OTEL_SDK_DISABLED") == "true" || variable("OTEL_TRACES_EXPORTER") == "none" {
		return false
	}
	return variable("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")+variable("OTEL_EXPORTER_OTLP_ENDPOINT") != ""
}

func variable(name string) string {
	return strings.ToLower(strings.TrimSpace(os.Getenv(name)))
}

// reported logs a failed export in one line. The exporter's own errors can hold a token of the URL.
type reported struct {
	sdktrace.SpanExporter
}

func (r reported) ExportSpans(ctx context.Context, spans []sdktrace.ReadOnlySpan) error {
	if r.SpanExporter.ExportSpans(ctx, spans) != nil {
		slog.Warn("traces not exported", "spans", len(spans))
	}
	return nil
}

// Stop exports the last spans, before the context ends.
func Stop(ctx context.Context) {
	provider, ok := otel.GetTracerProvider().(*sdktrace.TracerProvider)
	if !ok {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, stopTime)
	defer cancel()
	if provider.Shutdown(ctx) != nil {
		slog.Warn("traces not exported in time")
	}
}

// Span does work as a span. Of an error it has no text, because that can hold a secret.
func Span(ctx context.Context, name string, work func(context.Context) bool) {
	ctx, span := otel.Tracer("gitlab.com/example-org/frontend-go").Start(ctx, name)
	defer span.End()
	if !work(ctx) {
		span.SetStatus(codes.Error, "")
	}
}

// IDs returns the ids of the trace and the span, or nothing outside of a span.
func IDs(ctx context.Context) (traceID, spanID string) {
	span := trace.SpanContextFromContext(ctx)
	if !span.IsValid() {
		return "", ""
	}
	return span.TraceID().String(), span.SpanID().String()
}
