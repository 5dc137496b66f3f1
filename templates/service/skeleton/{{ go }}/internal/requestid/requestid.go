// Package requestid carries the id that is common to all log lines and calls of a request.
package requestid

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"regexp"
)

// Header holds the id in requests, in responses and in calls of dependencies.
const Header = "X-Request-Id"

var acceptable = regexp.MustCompile(`^[A-Za-z0-9._-]{1,64}$`)

type key struct{}

// Accept returns the given id if it is safe to log and pass on, and a new id otherwise.
func Accept(given string) string {
	if acceptable.MatchString(given) {
		return given
	}
	return New()
}

// New returns an id of 32 hexadecimal digits.
func New() string {
	id := make([]byte, 16)
	rand.Read(id) // never fails
	return hex.EncodeToString(id)
}

// With returns a context that carries the id.
func With(ctx context.Context, id string) context.Context {
	return context.WithValue(ctx, key{}, id)
}

// From returns the id that the context carries, or an empty string.
func From(ctx context.Context) string {
	id, _ := ctx.Value(key{}).(string)
	return id
}
