//! Runs the sub-command: `serve`, or a job.
use std::process::ExitCode;

use serde_json::json;
use service::app::App;
use service::config::{self, Config};
use service::jobs::{self, Job};
use service::signals::{Stop, TERMINATED};
use service::{logging, serve, telemetry};
use tokio::runtime::Builder;
use tracing_subscriber::EnvFilter;

const FAILED: u8 = 1;
/// A wrong command line, as in shells.
const USAGE: u8 = 2;
/// EX_CONFIG of sysexits.h.
const CONFIGURATION: u8 = 78;

enum Command {
    Serve,
    Run(&'static Job),
}

fn main() -> ExitCode {
    let config = Config::read(variable);
    let filter = config.as_ref().map(|config| config.log_filter.clone());
    let filter = filter.unwrap_or_else(|_| EnvFilter::new("info"));
    logging::start(filter, config::version(&variable));
    let code = run(config).unwrap_or_else(|error| {
        tracing::error!(error = format!("{error:#}"), "failed");
        FAILED
    });
    ExitCode::from(code)
}

/// The exit code, or an error that is not logged yet.
fn run(config: Result<Config, Vec<String>>) -> anyhow::Result<u8> {
    let mut words = std::env::args().skip(1);
    let name = words.next().unwrap_or_else(|| "serve".to_owned());
    let Some(command) = command(&name) else {
        let jobs = jobs::JOBS.iter().map(|job| job.name);
        let known: Vec<_> = std::iter::once("serve").chain(jobs).collect();
        tracing::error!(command = name, json.known = %json!(known), "unknown sub-command");
        return Ok(USAGE);
    };
    let config = match config {
        Ok(config) => config,
        Err(errors) => {
            tracing::error!(json.errors = %json!(errors), "configuration refused");
            return Ok(CONFIGURATION);
        }
    };
    // One worker for each CPU of the limit, which tokio reads from the cgroup (P13).
    let runtime = Builder::new_multi_thread().enable_all().build()?;
    let code = runtime.block_on(carry_out(command, config, words.collect()));
    // A DNS lookup that hangs must not keep the process running.
    runtime.shutdown_background();
    code
}

fn variable(name: &str) -> Option<String> {
    std::env::var_os(name).map(|value| value.to_string_lossy().into_owned())
}

fn command(name: &str) -> Option<Command> {
    if name == "serve" {
        return Some(Command::Serve);
    }
    let job = jobs::JOBS.iter().find(|job| job.name == name);
    job.map(Command::Run)
}

async fn carry_out(command: Command, config: Config, arguments: Vec<String>) -> anyhow::Result<u8> {
    let mut stop = Stop::listen()?;
    let app = App::new(config)?;
    telemetry::start(&app.config.version, variable);
    match command {
        Command::Serve => serve::run(app, stop).await.map(|()| 0),
        Command::Run(job) => {
            let code = tokio::select! {
                done = jobs::run(job, app, arguments) => if done.is_ok() { 0 } else { FAILED },
                () = stop.requested() => {
                    tracing::warn!(job = job.name, "job stopped");
                    TERMINATED
                }
            };
            telemetry::flush(telemetry::FLUSH).await;
            Ok(code)
        }
    }
}
