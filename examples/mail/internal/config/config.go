// Package config reads the configuration from the environment and validates it before the service starts (P12).
package config

import (
	"log/slog"
	"time"
)

// Service is the service's name.
const Service = "mail"

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

	// Your own settings, which no update changes
}

// Port is a port with its name.
type Port struct {
	Name   string
	Number int
}

// Load reads the environment. The mistakes list every wrong variable. If there are any, use the configuration only to
// log them.
func Load(lookup func(string) (string, bool)) (config Config, mistakes []string) {
	env := &environment{lookup: lookup}

	config.Version = env.text("SERVICE_VERSION", "0.0.0")
	config.LogLevel = env.level("LOG_LEVEL", slog.LevelInfo)

	config.Ports = append(config.Ports, env.port("http", "PORT_HTTP", 8080))
	config.AdminPort = env.port("admin", "ADMIN_PORT", 8081).Number

	// P08: 1 s for the service; with the drain less than shutdown_seconds
	config.Request = env.seconds("REQUEST_SECONDS", 1, shortest, longest)
	config.MaxBodyBytes = int64(env.whole("MAX_BODY_BYTES", 1<<20, 0, 1<<31))

	config.StartupDelay = env.seconds("STARTUP_DELAY_SECONDS", 0, 0, longest)
	config.Shutdown = time.Duration(env.whole("SHUTDOWN_SECONDS", 20, 1, 3600)) * time.Second
	// P08: time to close kept-alive connections before the listener closes
	config.Drain = env.seconds("DRAIN_SECONDS", 2, 0, 60)
	if config.Drain >= config.Shutdown && env.valid("DRAIN_SECONDS", "SHUTDOWN_SECONDS") {
		env.refuse("DRAIN_SECONDS", "below SHUTDOWN_SECONDS")
	}

	// Read your own settings here

	return config, env.mistakes
}
