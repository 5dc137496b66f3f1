// Package panics turns a panic into an error, so that it ends one request or call and not the process.
package panics

import (
	"errors"
	"fmt"
	"runtime/debug"
)

// Error is a panic.
type Error struct {
	Value any
	Stack string
}

func (e *Error) Error() string {
	return fmt.Sprint("panic: ", e.Value)
}

// Catch is deferred by a function that returns its panic as an error.
func Catch(err *error) {
	if value := recover(); value != nil {
		*err = &Error{value, string(debug.Stack())}
	}
}

// Attrs returns the attributes of an error for a log line: the text, and the stack of a panic.
func Attrs(err error) []any {
	attrs := []any{"error", err.Error()}
	var e *Error
	if errors.As(err, &e) {
		attrs = append(attrs, "stack", e.Stack)
	}
	return attrs
}
