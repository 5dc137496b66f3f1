//! Values from your answers. The environment overrides each value that `config` reads from it.
use crate::config::{DependencyDefault, PortDefault};

pub const SERVICE: &str = "standalone-rust";

/// P08: your answer. The time after the drain is for the requests in flight.
pub const SHUTDOWN_SECONDS: u64 = 20;

/// P08: time to close kept-alive connections before the listener closes.
pub const DRAIN_SECONDS: f64 = 2.0;

/// P08: 1 s for the service; with the drain less than shutdown_seconds.
pub const REQUEST_SECONDS: f64 = 1.0;

/// P13: the whole body is held in memory. 1 MiB is enough for forms and JSON documents.
pub const MAX_BODY_BYTES: u64 = 1_048_576;

pub const ADMIN_PORT: u16 = 8081;

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
];
