// Package logs writes one JSON object per line, with the same field names in all services (P05).
package logs

import (
	"context"
	"io"
	"log/slog"
	"strings"
	"time"

	"gitlab.com/example-org/frontend-go/internal/requestid"
	"gitlab.com/example-org/frontend-go/internal/tracing"
)

const timestamp = "2006-01-02T15:04:05.000Z"

// New returns a logger that adds the service and version to every line. Lines that are logged with the context of a
// request also get its id, and the ids of its trace and span.
func New(out io.Writer, service, version string, level slog.Level) *slog.Logger {
	options := &slog.HandlerOptions{Level: level, ReplaceAttr: rename}
	logger := slog.New(handler{slog.NewJSONHandler(out, options)})
	return logger.With("service", service, "version", version)
}

func rename(groups []string, attr slog.Attr) slog.Attr {
	if len(groups) > 0 {
		return attr
	}
	switch value := attr.Value.Any().(type) {
	case time.Time:
		if attr.Key == slog.TimeKey {
			return slog.String("timestamp", value.UTC().Format(timestamp))
		}
	case slog.Level:
		if attr.Key == slog.LevelKey {
			return slog.String("level", strings.ToLower(value.String()))
		}
	}
	if attr.Key == slog.MessageKey {
		attr.Key = "message"
	}
	return attr
}

type handler struct {
	slog.Handler
}

func (h handler) Handle(ctx context.Context, record slog.Record) error {
	if id := requestid.From(ctx); id != "" {
		record.AddAttrs(slog.String("request_id", id))
	}
	if trace, span := tracing.IDs(ctx); trace != "" {
		record.AddAttrs(slog.String("trace_id", trace), slog.String("span_id", span))
	}
	return h.Handler.Handle(ctx, record)
}

func (h handler) WithAttrs(attrs []slog.Attr) slog.Handler {
	return handler{h.Handler.WithAttrs(attrs)}
}

func (h handler) WithGroup(name string) slog.Handler {
	return handler{h.Handler.WithGroup(name)}
}
