// Package panics makes an error of a panic, so that it ends a request or a call, and not the process.
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

// Catch is deferred by a function whose panic shall be its error.
func Catch(err *error) {
	if value := recover(); value != nil {
		*err = &Error{value, string(debug.Stack())}
	}
}

// Attrs gives an error's attributes for a log line: its text and, of a panic, the stack.
func Attrs(err error) []any {
	attrs := []any{"error", err.Error()}
	var e *Error
	if errors.As(err, &e) {
		attrs = append(attrs, "stack", e.Stack)
	}
	return attrs
}
