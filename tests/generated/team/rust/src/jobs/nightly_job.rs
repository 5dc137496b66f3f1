//! `nightly`: counts the orders.
use super::{Context, Work};

pub fn run(context: Context) -> Work {
    Box::pin(async move {
        context.ask_dependencies().await?;
        anyhow::ensure!(context.arguments == ["orders"], "nothing to count");
        Ok(())
    })
}
