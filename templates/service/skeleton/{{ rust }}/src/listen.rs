//! Opens ports, and passes their connections on.
use std::io;
use std::net::{Ipv4Addr, Ipv6Addr};
use std::time::Duration;

use axum::Router;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::time::sleep;

use crate::connection::Connections;

/// Listens on all addresses: IPv6 and IPv4, or only IPv4 if the node has no IPv6.
pub async fn bind(port: u16) -> io::Result<TcpListener> {
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

/// Accepts until `closing` is true, then accepts the connections in the queue, and closes the port.
pub async fn accept(
    listener: TcpListener,
    router: Router,
    connections: Connections,
    mut closing: watch::Receiver<bool>,
) {
    loop {
        tokio::select! {
            stream = next(&listener) => connections.open(stream, router.clone()),
            _ = closing.wait_for(|closing| *closing) => break,
        }
    }
    for stream in queued(listener) {
        connections.open(stream, router.clone());
    }
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
