//! `import`: a job. Write its work here. `context.arguments` has the arguments after the sub-command.
use super::{Context, Work};

pub fn run(context: Context) -> Work {
    Box::pin(async move {
        context.ask_dependencies().await?;
        Ok(())
    })
}
