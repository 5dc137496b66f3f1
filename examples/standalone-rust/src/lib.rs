//! The service, a module an idea; `main.rs` only chooses the sub-command.
pub mod admin;
pub mod app;
pub mod config;
pub mod connection;
pub mod defaults;
pub mod dependencies;
pub mod jobs;
pub mod limits;
pub mod listen;
pub mod logging;
pub mod metrics;
pub mod observe;
pub mod phase;
pub mod problem;
pub mod routes;
pub mod serve;
pub mod signals;
