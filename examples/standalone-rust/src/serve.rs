//! The life of `serve`: start, serve, drain, stop.
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use serde_json::json;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep, timeout_at};

use crate::app::App;
use crate::connection::Connections;
use crate::phase::Phase;
use crate::signals::Stop;
use crate::{admin, listen, routes};

/// The drain ends early after this time without a connection. The readiness probe fails meanwhile.
const QUIET: Duration = Duration::from_millis(500);

pub async fn run(app: Arc<App>, mut stop: Stop) -> Result<(), String> {
    // The admin port opens first and closes last, so that probes always get a response.
    let mut admin_listener = JoinSet::new();
    let never_closing = watch::Sender::new(false);
    open(
        app.config.admin_port,
        admin::router(app.clone()),
        Connections::new(),
        &mut admin_listener,
        never_closing.subscribe(),
    )
    .await?;

    let serving = tokio::select! {
        serving = start(&app) => Some(serving?),
        () = stop.asked() => None,
    };
    if let Some(serving) = serving {
        stop.asked().await;
        let deadline = Instant::now() + app.config.shutdown;
        let connections = serving.connections.clone();
        let stopping = serving.drain_and_stop(&app);
        if timeout_at(deadline, stopping).await.is_err() {
            // First, so that the line with the reason is the last one.
            connections.cut().await;
            return Err("SHUTDOWN_SECONDS ran out before the last request ended".to_owned());
        }
    }
    tracing::info!("stopped");
    Ok(())
}

/// Write your startup work here. `/startupz` and `/readyz` fail until it is done.
async fn prepare(app: &App) {
    sleep(app.config.startup_delay).await;
}

async fn start(app: &Arc<App>) -> Result<Serving, String> {
    prepare(app).await;
    let serving = Serving::open(app).await?;
    app.life.enter(Phase::Ready);
    let mut ports: BTreeMap<_, _> = app
        .config
        .ports
        .iter()
        .map(|p| (p.name, p.number))
        .collect();
    ports.insert("admin", app.config.admin_port);
    tracing::info!(json.ports = %json!(ports), "started");
    Ok(serving)
}

/// The open business ports.
struct Serving {
    connections: Connections,
    listeners: JoinSet<()>,
    closing: watch::Sender<bool>,
}

impl Serving {
    async fn open(app: &Arc<App>) -> Result<Serving, String> {
        let mut serving = Serving {
            connections: Connections::new(),
            listeners: JoinSet::new(),
            closing: watch::Sender::new(false),
        };
        let router = routes::router(app.clone());
        for port in &app.config.ports {
            open(
                port.number,
                router.clone(),
                serving.connections.clone(),
                &mut serving.listeners,
                serving.closing.subscribe(),
            )
            .await?;
        }
        Ok(serving)
    }

    async fn drain_and_stop(mut self, app: &App) {
        // From here on, the service is not ready, and every response has `Connection: close`.
        app.life.enter(Phase::Draining);
        tracing::info!("draining");
        let drained = Instant::now() + app.config.drain;
        let _ = timeout_at(drained, self.connections.quiet(QUIET)).await;

        self.closing.send_replace(true);
        while self.listeners.join_next().await.is_some() {}
        self.connections.end().await;
    }
}

async fn open(
    port: u16,
    router: Router,
    connections: Connections,
    listeners: &mut JoinSet<()>,
    closing: watch::Receiver<bool>,
) -> Result<(), String> {
    let listener = listen::bind(port)
        .await
        .map_err(|error| format!("port {port}: {error}"))?;
    listeners.spawn(listen::accept(listener, router, connections, closing));
    Ok(())
}
