//! `report`: a job. Its work goes here; `context.arguments` holds what follows the sub-command.
use super::{Context, Work};

pub fn run(context: Context) -> Work {
    Box::pin(async move {
        context.ask_dependencies().await?;
        Ok(())
    })
}
