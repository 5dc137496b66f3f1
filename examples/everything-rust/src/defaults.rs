//! Values from your answers. The environment overrides each value that `config` reads from it.
use serde_json::Value;

use crate::config::{DependencyDefault, Kind, PortDefault};

pub const SERVICE: &str = "everything-rust";

/// P08: your answer. The time after the drain is for the requests in flight.
pub const SHUTDOWN_SECONDS: u64 = 60;

/// P08: time to close kept-alive connections before the listener closes.
pub const DRAIN_SECONDS: f64 = 2.0;

/// P08: the longest timeout of a dependency, and 1 s for the service; with the drain less than shutdown_seconds.
pub const REQUEST_SECONDS: f64 = 11.0;

/// P13: the whole body is held in memory. 1 MiB is enough for forms and JSON documents.
pub const MAX_BODY_BYTES: u64 = 1_048_576;

pub const ADMIN_PORT: u16 = 9100;

pub const PORTS: &[PortDefault] = &[
    // The first one is the main port of the service.
    PortDefault {
        name: "http",
        variable: "PORT_HTTP",
        number: 8080,
    },
    PortDefault {
        name: "internal",
        variable: "PORT_INTERNAL",
        number: 8082,
    },
];

pub const DEPENDENCIES: &[DependencyDefault] = &[
    // Each is `Kind::Critical`, or `Kind::Auxiliary` with the fallback that replaces its response.
    DependencyDefault {
        name: "ledger",
        variable: "LEDGER",
        address: "http://ledger.accounts.svc.cluster.local:8080/v1/",
        timeout_seconds: 10.0,
        kind: Kind::Critical,
    },
    DependencyDefault {
        name: "database",
        variable: "DATABASE",
        address: "postgres:5432",
        timeout_seconds: 1.0,
        kind: Kind::Critical,
    },
    DependencyDefault {
        name: "cache",
        variable: "CACHE",
        address: "redis.caches.svc:6379",
        timeout_seconds: 0.1,
        kind: Kind::Auxiliary(|| Value::Null),
    },
    DependencyDefault {
        name: "tax",
        variable: "TAX",
        address: "https://tax.example.com:8443",
        timeout_seconds: 3.0,
        kind: Kind::Critical,
    },
    DependencyDefault {
        name: "exchange-rates",
        variable: "EXCHANGE_RATES",
        address: "https://rates.example.com/api",
        timeout_seconds: 1.5,
        kind: Kind::Auxiliary(|| Value::Null),
    },
    DependencyDefault {
        name: "match",
        variable: "MATCH",
        address: "http://192.0.2.7:8000",
        timeout_seconds: 0.25,
        kind: Kind::Auxiliary(|| Value::Null),
    },
];
