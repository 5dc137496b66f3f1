//! The life of `serve`: start, serve, drain, stop.
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use anyhow::bail;
use serde_json::json;
use tokio::time::{Instant, sleep, timeout};

use crate::app::App;
use crate::phase::Phase;
use crate::server::Server;
use crate::signals::Stop;
use crate::{admin, routes, telemetry};

/// The drain ends early after this time without a connection. The readiness probe fails meanwhile.
const QUIET: Duration = Duration::from_millis(500);

pub async fn run(app: Arc<App>, mut stop: Stop) -> anyhow::Result<()> {
    // The admin port opens first and closes last, so that probes always get a response.
    let admin = Server::default();
    let router = admin::router(app.clone());
    admin.listen(app.config.admin_port, router).await?;

    let server = Server::default();
    tokio::select! {
        started = start(&app, &server) => {
            started?;
            stop.requested().await;
            let end = Instant::now() + app.config.shutdown;
            let stopping = drain_and_stop(&app, &server);
            if timeout(app.config.shutdown, stopping).await.is_err() {
                // First, so that the line with the reason is the last one.
                server.cut().await;
                bail!("SHUTDOWN_SECONDS ran out before the last request ended");
            }
            telemetry::flush(end.saturating_duration_since(Instant::now())).await;
        }
        () = stop.requested() => {}
    }
    tracing::info!("stopped");
    Ok(())
}

/// Write your startup work here. `/startupz` and `/readyz` fail until it is done.
async fn prepare(app: &App) {
    sleep(app.config.startup_delay).await;
}

async fn start(app: &Arc<App>, server: &Server) -> anyhow::Result<()> {
    prepare(app).await;
    let router = routes::router(app.clone());
    let mut ports = BTreeMap::new();
    for port in &app.config.ports {
        server.listen(port.number, router.clone()).await?;
        ports.insert(port.name, port.number);
    }
    app.life.enter(Phase::Ready);
    ports.insert("admin", app.config.admin_port);
    tracing::info!(json.ports = %json!(ports), "started");
    Ok(())
}

async fn drain_and_stop(app: &App, server: &Server) {
    // From here on, the service is not ready, and every response has `Connection: close`.
    app.life.enter(Phase::Draining);
    tracing::info!("draining");
    let _ = timeout(app.config.drain, server.quiet(QUIET)).await;
    server.end().await;
}
