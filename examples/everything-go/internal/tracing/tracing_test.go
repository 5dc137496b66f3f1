package tracing

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/codes"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
)

// recorded does something with a provider that keeps all spans, and returns them.
func recorded(t *testing.T, what func()) tracetest.SpanStubs {
	t.Helper()
	kept := tracetest.NewInMemoryExporter()
	before := otel.GetTracerProvider()
	otel.SetTracerProvider(sdktrace.NewTracerProvider(sdktrace.WithSyncer(kept)))
	defer otel.SetTracerProvider(before)
	what()
	return kept.GetSpans()
}

// logged returns what something logs.
func logged(what func()) string {
	var out bytes.Buffer
	before := slog.Default()
	slog.SetDefault(slog.New(slog.NewJSONHandler(&out, nil)))
	defer slog.SetDefault(before)
	what()
	return out.String()
}

func TestSpan(t *testing.T) {
	var trace, span string
	spans := recorded(t, func() {
		Span(context.Background(), "digest", func(ctx context.Context) bool {
			trace, span = IDs(ctx)
			return false
		})
	})
	if len(spans) != 1 || spans[0].Name != "digest" || spans[0].Status.Code != codes.Error {
		t.Fatalf("%+v", spans)
	}
	context := spans[0].SpanContext
	if trace != context.TraceID().String() || span != context.SpanID().String() {
		t.Errorf("ids %s and %s", trace, span)
	}
}

func TestNoIDsOutsideOfASpan(t *testing.T) {
	if trace, span := IDs(context.Background()); trace+span != "" {
		t.Errorf("ids %s and %s", trace, span)
	}
}

type broken struct {
	sdktrace.SpanExporter
}

func (broken) ExportSpans(context.Context, []sdktrace.ReadOnlySpan) error {
	return errors.New("http://collector/?token=s3cret")
}

func TestAFailedExportIsOneLineWithoutTheURL(t *testing.T) {
	out := logged(func() {
		if err := (reported{broken{}}).ExportSpans(context.Background(), nil); err != nil {
			t.Error(err)
		}
	})
	if strings.Count(out, "\n") != 1 || !strings.Contains(out, `"level":"WARN"`) || strings.Contains(out, "s3cret") {
		t.Errorf("logged: %s", out)
	}
}

func TestAWrongVariableCostsOnlyTheTraces(t *testing.T) {
	t.Setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "nowhere at all")
	t.Setenv("OTEL_TRACES_SAMPLER", "some")
	t.Setenv("OTEL_RESOURCE_ATTRIBUTES", "nonsense")
	out := logged(func() {
		Start(context.Background(), "orders", "1.2.3")
		Span(context.Background(), "digest", func(context.Context) bool { return true })
		Stop(context.Background())
	})
	if strings.Count(out, `"level":"WARN"`) < 3 {
		t.Errorf("logged: %s", out)
	}
}

func TestExports(t *testing.T) {
	for _, one := range []struct {
		variables map[string]string
		want      bool
	}{
		{map[string]string{}, false},
		{map[string]string{"OTEL_EXPORTER_OTLP_ENDPOINT": " "}, false},
		{map[string]string{"OTEL_EXPORTER_OTLP_ENDPOINT": "http://c"}, true},
		{map[string]string{"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "http://c"}, true},
		{map[string]string{"OTEL_EXPORTER_OTLP_ENDPOINT": "http://c", "OTEL_TRACES_EXPORTER": "none"}, false},
		{map[string]string{"OTEL_EXPORTER_OTLP_ENDPOINT": "http://c", "OTEL_SDK_DISABLED": "TRUE"}, false},
	} {
		t.Run("", func(t *testing.T) {
			for name, value := range one.variables {
				t.Setenv(name, value)
			}
			if exports() != one.want {
				t.Errorf("%v gives %v", one.variables, !one.want)
			}
		})
	}
}
