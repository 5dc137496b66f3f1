//! Jobs are sub-commands of the program, so that they use the same image.
//!
//! The file of a job is called after its sub-command, with `_job` at the end to avoid reserved
//! words.
use std::sync::Arc;

use futures_util::future::BoxFuture;
use tracing::Instrument;

use crate::app::App;
use crate::dependencies::Failed;
use crate::request_id::{self, NewId, RequestId};
use crate::traces;

mod digest_job;
mod warm_up_job;

pub const JOBS: &[Job] = &[
    // One entry for each sub-command.
    Job {
        name: "digest",
        run: digest_job::run,
    },
    Job {
        name: "warm-up",
        run: warm_up_job::run,
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

pub type Work = BoxFuture<'static, anyhow::Result<()>>;

impl Context {
    pub async fn ask_dependencies(&self) -> Result<(), Failed> {
        self.app.dependencies.ask_all(&self.run_id).await.map(drop)
    }
}

/// Runs a job once, and logs the result.
pub async fn run(job: &Job, app: Arc<App>, arguments: Vec<String>) -> anyhow::Result<()> {
    let run_id = NewId.make();
    let id = request_id::text(&run_id);
    let trace = traces::job(job.name);
    let (trace_id, span_id) = trace.ids().unzip();
    let span = tracing::error_span!("job", job = job.name, request_id = id, trace_id, span_id);
    let work = (job.run)(Context {
        app,
        arguments,
        run_id,
    });
    async {
        let result = trace.within(work).await;
        trace.end(result.is_err());
        match &result {
            Ok(()) => tracing::info!("job finished"),
            Err(error) => tracing::error!(error = format!("{error:#}"), "job failed"),
        }
        result
    }
    .instrument(span)
    .await
}
