//! What the answers decided. The environment replaces each value that `config` reads from it.
use crate::config::{DependencyDefault, PortDefault};

pub const SERVICE: &str = "standalone-rust";

/// P08: as answered; what is left of it after the drain is for the requests in flight.
pub const SHUTDOWN_SECONDS: u64 = 20;

/// P08: kept-alive connections are told to close before the listener does.
pub const DRAIN_SECONDS: f64 = 2.0;

/// P08: 1 s for ourselves; fits into shutdown_seconds with the drain.
pub const REQUEST_SECONDS: f64 = 1.0;

/// P13: a request is held in memory whole; 1 MiB of it is far more than a form or a document of JSON needs.
pub const MAX_BODY_BYTES: u64 = 1_048_576;

pub const ADMIN_PORT: u16 = 8081;

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
];
