package api

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"reflect"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"
	"github.com/danielgtaylor/huma/v2/validation"

	"github.com/example-org/mail/internal/config"
	"github.com/example-org/mail/internal/problem"
)

// typed returns the API whose routes the mux serves.
func typed(mux *http.ServeMux) huma.API {
	settings := huma.DefaultConfig(config.Service, "1")
	// The admin port serves the document, and no response has a link to its schema.
	settings.OpenAPIPath, settings.DocsPath, settings.SchemasPath = "", "", ""
	settings.CreateHooks = nil
	settings.OnAddOperation = append(settings.OnAddOperation, complete)
	made := humago.New(exact{mux}, settings)
	made.UseMiddleware(func(ctx huma.Context, next func(huma.Context)) { drop(made, ctx, next) })
	return made
}

// Document returns the OpenAPI document of the routes, as openapi.json has it.
func Document() ([]byte, error) {
	made := typed(http.NewServeMux())
	api{}.routes(made)
	var text bytes.Buffer
	lines := json.NewEncoder(&text)
	lines.SetEscapeHTML(false)
	lines.SetIndent("", "  ")
	err := lines.Encode(made.OpenAPI())
	return text.Bytes(), err
}

// named sets the id and the title of a route in the document.
func named(id, title string) func(*huma.Operation) {
	return func(operation *huma.Operation) {
		operation.OperationID, operation.Summary = id, title
	}
}

// complete leaves the limits of a body to the middleware, and describes all errors that a route does not list.
func complete(document *huma.OpenAPI, operation *huma.Operation) {
	operation.MaxBodyBytes, operation.BodyReadTimeout = 0, 0
	schema := document.Components.Schemas.Schema(reflect.TypeFor[problem.Problem](), true, "")
	operation.Responses["default"] = &huma.Response{
		Description: "Any other error",
		Content:     map[string]*huma.MediaType{problem.MediaType: {Schema: schema}},
	}
}

// exact is a mux where a path that ends in / is one path, and not all below it.
type exact struct {
	*http.ServeMux
}

func (m exact) HandleFunc(pattern string, handler func(http.ResponseWriter, *http.Request)) {
	if strings.HasSuffix(pattern, "/") {
		pattern += "{$}"
	}
	m.ServeMux.HandleFunc(pattern, handler)
}

// drop reads and drops the body of a route without one, within the limits.
func drop(made huma.API, ctx huma.Context, next func(huma.Context)) {
	if ctx.Operation().RequestBody == nil {
		if _, err := io.Copy(io.Discard, ctx.BodyReader()); err != nil {
			_ = huma.WriteErr(made, ctx, http.StatusBadRequest, "", err) // it has logged why it fails
			return
		}
	}
	next(ctx)
}

// huma calls these functions for each error of a request, and for each one that a handler returns.
func init() {
	huma.NewErrorWithContext = func(ctx huma.Context, status int, text string, causes ...error) huma.StatusError {
		return problem.Of(ctx.Context(), refusal(status, text, causes))
	}
	huma.NewError = func(status int, text string, causes ...error) huma.StatusError {
		return problem.Of(context.Background(), refusal(status, text, causes))
	}
}

// refusal returns what a client can see: no values, which the errors of huma have.
func refusal(status int, text string, causes []error) error {
	var violations []problem.Violation
	for _, cause := range causes {
		var detail *huma.ErrorDetail
		if !errors.As(cause, &detail) {
			return cause
		}
		violations = append(violations, violation(detail))
	}
	switch {
	case len(causes) == 0:
		return problem.New(status, "%s", text)
	case status == http.StatusBadRequest:
		return problem.New(status, "The body is not valid JSON.")
	case status == http.StatusUnsupportedMediaType:
		return problem.New(status, "The body must be application/json.")
	}
	return &problem.Error{Status: status, Detail: "The request breaks rules of this route.", Violations: violations}
}

func violation(detail *huma.ErrorDetail) problem.Violation {
	field, rule := strings.TrimPrefix(strings.TrimPrefix(detail.Location, "body"), "."), detail.Message
	before, after, _ := strings.Cut(validation.MsgExpectedRequiredProperty, "%s")
	if name, found := strings.CutPrefix(rule, before); found && strings.HasSuffix(name, after) {
		name = strings.TrimSuffix(name, after)
		return problem.Violation{Field: strings.TrimPrefix(field+"."+name, "."), Rule: "required"}
	}
	rule, _, _ = strings.Cut(rule, ": ") // what follows can have the value
	if !strings.HasPrefix(rule, "expected ") && !strings.HasPrefix(rule, "unexpected ") {
		rule = "invalid"
	}
	return problem.Violation{Field: field, Rule: rule}
}
