package config

import (
	"fmt"
	"log/slog"
	"net"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"

	"gitlab.example.com/example-group/backend/everything-go/internal/secret"
)

// Signs, exponents, hexadecimal numbers and infinities are rejected, because they are mostly mistakes.
var (
	wholeNumber = regexp.MustCompile(`^[0-9]{1,18}$`)
	number      = regexp.MustCompile(`^[0-9]{1,18}([.][0-9]{1,18})?$`)
)

// The range of every time limit, in seconds.
const (
	shortest = 0.001
	longest  = 3600
)

// environment reads variables and collects the mistakes.
type environment struct {
	lookup   func(string) (string, bool)
	mistakes []string
	ports    map[int]string
}

// refuse names the variable and its rule. It leaves out the value, which can be a secret.
func (e *environment) refuse(variable, right string) {
	e.mistakes = append(e.mistakes, variable+" must be "+right)
}

func (e *environment) text(variable, fallback string) string {
	if value, ok := e.lookup(variable); ok {
		return value
	}
	return fallback
}

func (e *environment) level(variable string, fallback slog.Level) slog.Level {
	value, ok := e.lookup(variable)
	if !ok {
		return fallback
	}
	switch value {
	case "debug":
		return slog.LevelDebug
	case "info":
		return slog.LevelInfo
	case "warn":
		return slog.LevelWarn
	case "error":
		return slog.LevelError
	}
	e.refuse(variable, "one of debug, info, warn, error")
	return fallback
}

func (e *environment) whole(variable string, fallback, least, most int) int {
	value, ok := e.lookup(variable)
	if !ok {
		return fallback
	}
	n, err := strconv.Atoi(value)
	if err != nil || !wholeNumber.MatchString(value) || n < least || n > most {
		e.refuse(variable, fmt.Sprintf("a whole number from %d to %d", least, most))
		return fallback
	}
	return n
}

// port also rejects a port that is used twice.
func (e *environment) port(name, variable string, fallback int) Port {
	n := e.whole(variable, fallback, 1, 65535)
	if other, taken := e.ports[n]; taken && e.valid(variable, other) {
		e.refuse(variable, "free: "+other+" has it")
	}
	if e.ports == nil {
		e.ports = map[int]string{}
	}
	e.ports[n] = variable
	return Port{Name: name, Number: n}
}

func (e *environment) seconds(variable string, fallback, least, most float64) time.Duration {
	seconds := fallback
	if value, ok := e.lookup(variable); ok {
		given, err := strconv.ParseFloat(value, 64)
		if err != nil || !number.MatchString(value) || given < least || given > most {
			e.refuse(variable, fmt.Sprintf("a number of seconds from %v to %v", least, most))
		} else {
			seconds = given
		}
	}
	return time.Duration(seconds * float64(time.Second))
}

// valid is true if no variable was rejected.
func (e *environment) valid(variables ...string) bool {
	for _, variable := range variables {
		for _, mistake := range e.mistakes {
			if strings.HasPrefix(mistake, variable+" ") {
				return false
			}
		}
	}
	return true
}

func (e *environment) timeout(prefix string, fallback float64) time.Duration {
	return e.seconds(prefix+"_TIMEOUT_SECONDS", fallback, shortest, longest)
}

func (e *environment) http(prefix, fallback string, timeout float64) HTTP {
	target, err := url.Parse(e.text(prefix+"_URL", fallback))
	if err != nil || !usable(target) {
		e.refuse(prefix+"_URL", "an http:// or https:// URL")
	}
	return HTTP{URL: target, Timeout: e.timeout(prefix, timeout)}
}

func usable(target *url.URL) bool {
	port := target.Port()
	return (target.Scheme == "http" || target.Scheme == "https") && target.Hostname() != "" &&
		(port == "" || portNumber(port)) && !strings.ContainsAny(target.Host, " \t")
}

func (e *environment) tcp(prefix, fallback string, timeout float64) TCP {
	address := e.text(prefix+"_URL", fallback)
	host, port, err := net.SplitHostPort(address)
	if err != nil || host == "" || strings.ContainsAny(host, "/@ \t") || !portNumber(port) {
		e.refuse(prefix+"_URL", "an address host:port")
	}
	return TCP{Address: address, Timeout: e.timeout(prefix, timeout)}
}

func portNumber(text string) bool {
	n, err := strconv.Atoi(text)
	return err == nil && wholeNumber.MatchString(text) && n >= 1 && n <= 65535
}

func (e *environment) secret(variable string) secret.Text {
	text := e.text(variable, "")
	if text == "" {
		e.refuse(variable, "set, and not empty")
	}
	return secret.New(text)
}

func (e *environment) secretFile(variable string) *secret.File {
	file, err := secret.Open(e.text(variable, ""))
	if err != nil {
		e.refuse(variable, "the path of a UTF-8 file that is not empty")
	}
	return file
}
