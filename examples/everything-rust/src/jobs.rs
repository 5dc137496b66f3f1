//! Jobs are sub-commands of the program, so that they use the same image.
//!
//! The file of a job is called after its sub-command, with `_job` at the end to avoid reserved
//! words.
use std::pin::Pin;
use std::sync::Arc;

use tracing::Instrument;

use crate::app::App;
use crate::observe::RequestId;

mod migrate_job;
mod report_job;
mod import_job;

pub const JOBS: &[Job] = &[
    // One entry for each sub-command.
    Job {
        name: "migrate",
        run: migrate_job::run,
    },
    Job {
        name: "report",
        run: report_job::run,
    },
    Job {
        name: "import",
        run: import_job::run,
    },
];

pub struct Job {
    pub name: &'static str,
    pub run: fn(Context) -> Work,
}

/// The input of a job.
pub struct Context {
    pub app: Arc<App>,
    /// The arguments after the sub-command.
    pub arguments: Vec<String>,
    /// Sent to the dependencies and logged in every line, as the id of a request.
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

/// Runs a job once, and logs the result.
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
