// Package dependencies has all dependencies of the service, and calls them in parallel.
package dependencies

import (
	"gitlab.example.com/example-group/backend/everything-go/internal/clients"
	"gitlab.example.com/example-group/backend/everything-go/internal/config"
	"gitlab.example.com/example-group/backend/everything-go/internal/metrics"
	"gitlab.example.com/example-group/backend/everything-go/internal/upstream"
)

// Set has every client.
type Set struct {
	Ledger clients.Ledger

	Database clients.Database

	Cache clients.Cache

	Tax clients.Tax

	ExchangeRates clients.ExchangeRates

	Type clients.Type

	metrics *metrics.Metrics
}

// New returns clients for the configured dependencies.
func New(at config.Upstreams, m *metrics.Metrics) Set {
	set := Set{metrics: m}
	set.Ledger.HTTP = upstream.NewHTTP("ledger", at.Ledger, m)
	set.Database.TCP = upstream.NewTCP("database", at.Database, m)
	set.Cache.TCP = upstream.NewTCP("cache", at.Cache, m)
	set.Tax.HTTP = upstream.NewHTTP("tax", at.Tax, m)
	set.ExchangeRates.HTTP = upstream.NewHTTP("exchange-rates", at.ExchangeRates, m)
	set.Type.HTTP = upstream.NewHTTP("type", at.Type, m)
	return set
}

func (s Set) all() []dependency {
	return []dependency{
		critical("ledger", s.Ledger),
		critical("database", s.Database),
		auxiliary("cache", s.Cache),
		critical("tax", s.Tax),
		auxiliary("exchange-rates", s.ExchangeRates),
		auxiliary("type", s.Type),
	}
}
