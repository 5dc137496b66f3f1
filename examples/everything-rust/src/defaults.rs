//! What the answers decided. The environment replaces each value that `config` reads from it.
use serde_json::Value;

use crate::config::{DependencyDefault, Kind, PortDefault};

pub const SERVICE: &str = "everything-rust";

/// P08: as answered; what is left of it after the drain is for the requests in flight.
pub const SHUTDOWN_SECONDS: u64 = 60;

/// P08: kept-alive connections are told to close before the listener does.
pub const DRAIN_SECONDS: f64 = 2.0;

/// P08: the slowest dependency's timeout and 1 s for ourselves; fits into shutdown_seconds with the drain.
pub const REQUEST_SECONDS: f64 = 11.0;

/// P13: a request is held in memory whole; 1 MiB of it is far more than a form or a document of JSON needs.
pub const MAX_BODY_BYTES: u64 = 1_048_576;

pub const ADMIN_PORT: u16 = 9100;

pub const PORTS: &[PortDefault] = &[
    // The first is the one that the service is known by.
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
    // Each is `Kind::Critical`, or `Kind::Auxiliary` with its fallback: what answers when the dependency does not.
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
