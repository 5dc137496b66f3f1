// Package config reads the configuration from the environment and validates it before the service starts (P12).
package config

import (
	"log/slog"
	"net/url"
	"time"

	"gitlab.example.com/example-group/backend/everything-go/internal/secret"
)

// Service is the service's name.
const Service = "everything-go"

// Config is the whole, validated configuration.
type Config struct {
	Version  string
	LogLevel slog.Level

	// Ports serve requests; AdminPort serves only probes and metrics.
	Ports     []Port
	AdminPort int

	// Request is the time limit of one request.
	Request time.Duration
	// MaxBodyBytes is the largest allowed request body.
	MaxBodyBytes int64

	// StartupDelay delays the start, to test a slow one.
	StartupDelay time.Duration
	// Shutdown is the time from SIGTERM to the exit. During the first part of it, Drain, requests are still accepted.
	Shutdown time.Duration
	Drain    time.Duration

	Upstreams Upstreams

	Secrets Secrets

	// Your own settings, which no update changes
}

// Port is a port with its name.
type Port struct {
	Name   string
	Number int
}

// Upstreams has the addresses of the dependencies.
type Upstreams struct {
	Ledger HTTP

	Database TCP

	Cache TCP

	Tax HTTP

	ExchangeRates HTTP

	Type HTTP
}

// HTTP is an HTTP dependency.
type HTTP struct {
	URL     *url.URL
	Timeout time.Duration
}

// TCP is a dependency at host:port.
type TCP struct {
	Address string
	Timeout time.Duration
}

// Secrets has the secret settings. Reveal returns the text of one; nothing else shows it.
type Secrets struct {
	DatabasePassword secret.Text

	TaxToken secret.Text

	SigningKey *secret.File
}

// Load reads the environment. The mistakes list every wrong variable. If there are any, use the configuration only to
// log them.
func Load(lookup func(string) (string, bool)) (config Config, mistakes []string) {
	env := &environment{lookup: lookup}

	config.Version = env.text("SERVICE_VERSION", "0.0.0")
	config.LogLevel = env.level("LOG_LEVEL", slog.LevelInfo)

	config.Ports = append(config.Ports, env.port("http", "PORT_HTTP", 8080))
	config.Ports = append(config.Ports, env.port("internal", "PORT_INTERNAL", 8082))
	config.Ports = append(config.Ports, env.port("partner", "PORT_PARTNER", 9443))
	config.AdminPort = env.port("admin", "ADMIN_PORT", 9100).Number

	// P08: the longest timeout of a dependency, and 1 s for the service; with the drain less than shutdown_seconds
	config.Request = env.seconds("REQUEST_SECONDS", 11, shortest, longest)
	config.MaxBodyBytes = int64(env.whole("MAX_BODY_BYTES", 1<<20, 0, 1<<31))

	config.StartupDelay = env.seconds("STARTUP_DELAY_SECONDS", 0, 0, longest)
	config.Shutdown = time.Duration(env.whole("SHUTDOWN_SECONDS", 60, 1, 3600)) * time.Second
	// P08: time to close kept-alive connections before the listener closes
	config.Drain = env.seconds("DRAIN_SECONDS", 2, 0, 60)
	if config.Drain >= config.Shutdown && env.valid("DRAIN_SECONDS", "SHUTDOWN_SECONDS") {
		env.refuse("DRAIN_SECONDS", "below SHUTDOWN_SECONDS")
	}

	config.Upstreams.Ledger = env.http("LEDGER", "http://ledger.accounts.svc.cluster.local:8080/v1/", 10)
	config.Upstreams.Database = env.tcp("DATABASE", "postgres:5432", 1)
	config.Upstreams.Cache = env.tcp("CACHE", "redis.caches.svc:6379", 0.1)
	config.Upstreams.Tax = env.http("TAX", "https://tax.example.com:8443", 3)
	config.Upstreams.ExchangeRates = env.http("EXCHANGE_RATES", "https://rates.example.com/api", 1.5)
	config.Upstreams.Type = env.http("TYPE", "http://192.0.2.7:8000", 0.25)

	config.Secrets.DatabasePassword = env.secret("DATABASE_PASSWORD")
	config.Secrets.TaxToken = env.secret("TAX_TOKEN")
	config.Secrets.SigningKey = env.secretFile("SIGNING_KEY_FILE")

	// Read your own settings here

	return config, env.mistakes
}
