// Package secret has the types of secret settings. Only Reveal returns the text; nothing prints it.
package secret

import (
	"fmt"
	"io"
	"log/slog"
)

const masked = "[secret]"

// mask prints the same for every secret, with every verb, in logs and in JSON.
type mask struct{}

func (mask) Format(state fmt.State, _ rune) {
	io.WriteString(state, masked) //nolint:errcheck // it is a buffer
}

func (mask) String() string { return masked }

func (mask) GoString() string { return masked }

func (mask) LogValue() slog.Value { return slog.StringValue(masked) }

func (mask) MarshalText() ([]byte, error) { return []byte(masked), nil }

// Text is a secret text.
type Text struct {
	mask
	text *string // a pointer, because fmt does not follow it in a private field
}

// New returns the secret of that text.
func New(text string) Text {
	return Text{text: &text}
}

// Reveal returns the text. Do not keep or format it.
func (t Text) Reveal() string {
	if t.text == nil {
		return ""
	}
	return *t.text
}
