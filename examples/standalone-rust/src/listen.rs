//! Opens ports, and hands their connections over.
use std::io;
use std::net::{Ipv4Addr, Ipv6Addr};
use std::time::Duration;

use axum::Router;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::time::sleep;

use crate::connection::Connections;

/// Listens on all addresses: IPv6 and IPv4, or IPv4 alone where the node has no IPv6.
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

/// Accepts until `closing` turns true, then takes what already stands in the queue, and closes the port.
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
                // Out of file descriptors, most often: some are free again in a moment.
                tracing::warn!(%error, "connection not accepted");
                sleep(Duration::from_millis(100)).await;
            }
        }
    }
}

/// Connections that the kernel has set up and nobody has accepted yet: to close the port would reset them.
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
