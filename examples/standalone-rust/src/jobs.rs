//! Jobs: sub-commands of the same program, so that they run from the same image.
//!
//! A job's file is its sub-command with `_job` behind it: no sub-command can be a reserved word of Rust then.
use std::pin::Pin;
use std::sync::Arc;

use tracing::Instrument;

use crate::app::App;
use crate::observe::RequestId;

pub const JOBS: &[Job] = &[
    // One for each sub-command.
];

pub struct Job {
    pub name: &'static str,
    pub run: fn(Context) -> Work,
}

/// What a job works with.
pub struct Context {
    pub app: Arc<App>,
    /// What follows the sub-command on the command line.
    pub arguments: Vec<String>,
    /// Goes to the dependencies and into every log line, as a request's would.
    pub run_id: RequestId,
}

pub type Work = Pin<Box<dyn Future<Output = Result<(), String>> + Send>>;

impl Context {
    pub async fn ask_dependencies(&self) -> Result<(), String> {
        let answers = self.app.dependencies.ask_all(&self.run_id.0).await;
        answers
            .map(drop)
            .map_err(|failed| format!("{}: {}", failed.dependency, failed.failure))
    }
}

/// Runs a job once, and logs how it went.
pub async fn run(job: &Job, app: Arc<App>, arguments: Vec<String>) -> Result<(), ()> {
    let run_id = RequestId::new();
    let span = tracing::error_span!("job", job = job.name, request_id = run_id.0);
    let work = (job.run)(Context {
        app,
        arguments,
        run_id,
    });
    async {
        match work.await {
            Ok(()) => tracing::info!("job finished"),
            Err(error) => {
                tracing::error!(error, "job failed");
                return Err(());
            }
        }
        Ok(())
    }
    .instrument(span)
    .await
}
