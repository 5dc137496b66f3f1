//! Runs the sub-command: `serve`, or a job.
use std::process::ExitCode;
use std::sync::Arc;

use serde_json::json;
use service::app::App;
use service::config::{self, Config};
use service::jobs::{self, Job};
use service::signals::{Stop, TERMINATED};
use service::{logging, serve};
use tokio::runtime::Builder;
use tracing::level_filters::LevelFilter;

const FAILED: u8 = 1;
/// A wrong command line, as in shells.
const USAGE: u8 = 2;
/// EX_CONFIG of sysexits.h.
const CONFIGURATION: u8 = 78;

#[derive(Clone, Copy)]
enum Command {
    Serve,
    Run(&'static Job),
}

fn main() -> ExitCode {
    ExitCode::from(run().unwrap_or_else(|code| code))
}

/// Each step returns its result, or the exit code after the reason is logged.
fn run() -> Result<u8, u8> {
    let config = Config::read(variable);
    let level = config.as_ref().map_or(LevelFilter::INFO, |c| c.log_level);
    logging::start(level, config::version(&variable));

    let mut words = std::env::args().skip(1);
    let command = command(words.next().as_deref())?;
    let config = config.map_err(refuse)?;
    // One worker for each CPU of the limit, which tokio reads from the cgroup (P13).
    let runtime = Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| fail(&error.to_string()))?;
    let code = runtime.block_on(carry_out(command, config, words.collect()));
    // A DNS lookup that hangs must not keep the process running.
    runtime.shutdown_background();
    code
}

fn variable(name: &str) -> Option<String> {
    std::env::var_os(name).map(|value| value.to_string_lossy().into_owned())
}

fn command(name: Option<&str>) -> Result<Command, u8> {
    let name = name.unwrap_or("serve");
    let job = jobs::JOBS.iter().find(|job| job.name == name);
    match job {
        _ if name == "serve" => Ok(Command::Serve),
        Some(job) => Ok(Command::Run(job)),
        None => {
            let jobs = jobs::JOBS.iter().map(|job| job.name);
            let known: Vec<_> = std::iter::once("serve").chain(jobs).collect();
            tracing::error!(command = name, json.known = %json!(known), "unknown sub-command");
            Err(USAGE)
        }
    }
}

fn refuse(errors: Vec<String>) -> u8 {
    tracing::error!(json.errors = %json!(errors), "configuration refused");
    CONFIGURATION
}

async fn carry_out(command: Command, config: Config, arguments: Vec<String>) -> Result<u8, u8> {
    let mut stop = Stop::listen().map_err(|error| fail(&error.to_string()))?;
    let app = App::new(config).map_err(|error| fail(&error))?;
    match command {
        Command::Serve => serve(app, stop).await,
        Command::Run(job) => tokio::select! {
            done = jobs::run(job, app, arguments) => done.map(|()| 0).map_err(|()| FAILED),
            () = stop.asked() => {
                tracing::warn!(job = job.name, "job stopped");
                Err(TERMINATED)
            }
        },
    }
}

async fn serve(app: Arc<App>, stop: Stop) -> Result<u8, u8> {
    serve::run(app, stop)
        .await
        .map(|()| 0)
        .map_err(|error| fail(&error))
}

fn fail(error: &str) -> u8 {
    tracing::error!(error, "failed");
    FAILED
}
