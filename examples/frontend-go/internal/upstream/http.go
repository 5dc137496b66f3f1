package upstream

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strings"
	"time"
	"unicode/utf8"

	"gitlab.com/example-org/frontend-go/internal/config"
	"gitlab.com/example-org/frontend-go/internal/metrics"
	"gitlab.com/example-org/frontend-go/internal/requestid"
	"gitlab.com/example-org/frontend-go/internal/tracing"
)

// P13: a larger response counts as a failure, so that it does not use up the memory.
const maxResponseBytes = 1 << 20

// Answer is the JSON response of a dependency; plain text becomes a JSON string.
type Answer = json.RawMessage

// HTTP calls one dependency over HTTP, with a separate connection pool.
type HTTP struct {
	caller
	url    *url.URL
	client *http.Client
}

// NewHTTP returns a caller of the dependency.
func NewHTTP(name string, target config.HTTP, m *metrics.Metrics) *HTTP {
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.MaxIdleConnsPerHost = 100         // instead of 2: parallel requests reuse connections
	transport.IdleConnTimeout = 4 * time.Second // servers keep idle connections for at least 5 s
	client := &http.Client{Transport: tracing.Transport(transport), CheckRedirect: noRedirect}
	return &HTTP{newCaller(name, target.Timeout, m), target.URL, client}
}

func noRedirect(*http.Request, []*http.Request) error {
	return http.ErrUseLastResponse
}

// Get requests the URL of the dependency, with the path elements appended.
func (h *HTTP) Get(ctx context.Context, path ...string) (Answer, error) {
	return h.send(ctx, http.MethodGet, nil, path)
}

// Post sends a value as JSON to the URL of the dependency, with the path elements appended.
func (h *HTTP) Post(ctx context.Context, value any, path ...string) (Answer, error) {
	body, err := json.Marshal(value)
	if err != nil {
		return nil, err
	}
	return h.send(ctx, http.MethodPost, body, path)
}

func (h *HTTP) send(ctx context.Context, method string, body []byte, path []string) (result Answer, err error) {
	target := h.url
	if len(path) > 0 {
		target = target.JoinPath(path...)
	}
	err = h.Bounded(ctx, func(ctx context.Context) error {
		result, err = h.fetch(ctx, method, target, body)
		return err
	})
	return result, err
}

func (h *HTTP) fetch(ctx context.Context, method string, target *url.URL, body []byte) (Answer, error) {
	request, err := http.NewRequestWithContext(ctx, method, target.String(), bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	if body != nil {
		request.Header.Set("Content-Type", "application/json")
	}
	request.Header.Set("Accept", "application/json, text/plain")
	if id := requestid.From(ctx); id != "" {
		request.Header.Set(requestid.Header, id)
	}
	response, err := h.client.Do(request)
	if err != nil {
		return nil, withoutURL(err)
	}
	defer response.Body.Close()
	if response.StatusCode < 200 || response.StatusCode > 299 {
		return nil, fmt.Errorf("status %d", response.StatusCode)
	}
	received, err := io.ReadAll(io.LimitReader(response.Body, maxResponseBytes+1))
	if err != nil {
		return nil, err
	}
	if len(received) > maxResponseBytes {
		return nil, fmt.Errorf("more than %d bytes", maxResponseBytes)
	}
	return decode(response.Header.Get("Content-Type"), received)
}

// withoutURL removes the method and URL that net/http adds to an error, because a URL can hold a secret.
func withoutURL(err error) error {
	var failed *url.Error
	if errors.As(err, &failed) {
		return failed.Err
	}
	return err
}

func decode(contentType string, body []byte) (Answer, error) {
	kind, _, _ := mime.ParseMediaType(contentType)
	if kind == "application/json" || strings.HasSuffix(kind, "+json") {
		if !json.Valid(body) {
			return nil, errors.New("not valid JSON")
		}
		return body, nil
	}
	if !utf8.Valid(body) {
		return nil, errors.New("neither JSON nor text")
	}
	return json.Marshal(string(body))
}
