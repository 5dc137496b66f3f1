//! Open ports and their connections.
use std::io;
use std::net::{Ipv4Addr, Ipv6Addr};
use std::time::Duration;

use anyhow::Context;
use axum::Router;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::connection::converse;

/// Time for a request that has reached the node but not the service when the connections close.
const LAST_CALL: Duration = Duration::from_millis(50);

/// One or more ports, which end together.
///
/// `axum::serve` can't wait until nobody has been connected for a while
/// (`a_drain_ends_early_without_connections` in tests/process.rs). It also resets connections that
/// wait in the kernel's queue.
#[derive(Clone, Default)]
pub struct Server {
    listeners: TaskTracker,
    connections: TaskTracker,
    /// The number of connections so far. It also shows connections that were open only for a
    /// moment.
    accepted: watch::Sender<u64>,
    /// The ports close.
    closing: CancellationToken,
    /// Idle connections close at once, the others after their current request.
    ending: CancellationToken,
    /// All connections close at once.
    cut: CancellationToken,
}

impl Server {
    /// Opens a port, and serves it in the background.
    pub async fn listen(&self, port: u16, router: Router) -> anyhow::Result<()> {
        let listener = bind(port).await.with_context(|| format!("port {port}"))?;
        let server = self.clone();
        self.listeners.spawn(server.accept(listener, router));
        Ok(())
    }

    /// Waits until no connection has been open for this time.
    pub async fn quiet(&self, span: Duration) {
        let mut accepted = self.accepted.subscribe();
        loop {
            accepted.mark_unchanged();
            self.none_open().await;
            if timeout(span, accepted.changed()).await.is_err() {
                return;
            }
        }
    }

    /// Closes the ports and the idle connections, and the others after their current request.
    pub async fn end(&self) {
        self.closing.cancel();
        self.listeners.close();
        self.listeners.wait().await;
        sleep(LAST_CALL).await;
        self.ending.cancel();
        self.none_open().await;
    }

    /// Closes all connections. Their requests end, and each is logged first.
    pub async fn cut(&self) {
        self.cut.cancel();
        // A route that blocks its thread can't be stopped.
        let _ = timeout(LAST_CALL, self.none_open()).await;
    }

    async fn none_open(&self) {
        self.connections.close();
        self.connections.wait().await;
    }

    async fn accept(self, listener: TcpListener, router: Router) {
        while let Some(stream) = self.closing.run_until_cancelled(next(&listener)).await {
            self.open(stream, router.clone());
        }
        for stream in queued(listener) {
            self.open(stream, router.clone());
        }
    }

    fn open(&self, stream: TcpStream, router: Router) {
        // Responses are small, and waiting for a full packet would delay them.
        let _ = stream.set_nodelay(true);
        let conversation = converse(stream, router, self.ending.clone());
        let cut = self.cut.clone();
        self.connections
            .spawn(async move { cut.run_until_cancelled(conversation).await });
        self.accepted.send_modify(|accepted| *accepted += 1);
    }
}

/// Listens on all addresses: IPv6 and IPv4, or only IPv4 if the node has no IPv6.
async fn bind(port: u16) -> io::Result<TcpListener> {
    match TcpListener::bind((Ipv6Addr::UNSPECIFIED, port)).await {
        Err(error) if !taken(&error) => TcpListener::bind((Ipv4Addr::UNSPECIFIED, port)).await,
        result => result,
    }
}

fn taken(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::AddrInUse | io::ErrorKind::PermissionDenied
    )
}

async fn next(listener: &TcpListener) -> TcpStream {
    loop {
        match listener.accept().await {
            Ok((stream, _)) => return stream,
            Err(error) => {
                // Mostly no file descriptors are left; some become free in a moment.
                tracing::warn!(%error, "connection not accepted");
                sleep(Duration::from_millis(100)).await;
            }
        }
    }
}

/// Connections that wait in the kernel's queue. Closing the port would reset them.
fn queued(listener: TcpListener) -> Vec<TcpStream> {
    let Ok(listener) = listener.into_std() else {
        return Vec::new();
    };
    std::iter::from_fn(|| listener.accept().ok())
        .filter_map(|(stream, _)| {
            stream.set_nonblocking(true).ok()?;
            TcpStream::from_std(stream).ok()
        })
        .collect()
}
