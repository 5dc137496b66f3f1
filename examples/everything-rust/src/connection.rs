//! One client's connection, from its first byte to its last.
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::{Service, service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::net::TcpStream;
use tokio_util::sync::CancellationToken;

use crate::held::Held;
use crate::polite::{InFlight, Polite, Traffic};

/// Longer than load balancers keep an idle connection (usually 60 s), so that they close it first.
const IDLE: Duration = Duration::from_secs(75);

/// Largest request header; a larger one gets 431.
const MAX_HEADER_BYTES: usize = 32 * 1024;

/// Serves the requests of a client. After `ending`, the current one is the last.
pub async fn converse(stream: TcpStream, router: Router, ending: CancellationToken) {
    let traffic = Arc::new(Traffic::default());
    let router = TowerToHyperService::new(router);
    let service = service_fn(|request: Request<Incoming>| {
        let in_flight = InFlight::new(traffic.clone());
        let response = router.call(request);
        async move {
            let response = response.await?;
            Ok::<_, std::convert::Infallible>(response.map(|body| Held::new(body, in_flight, drop)))
        }
    });
    let stream = Polite::new(stream, traffic.clone(), ending.clone());
    let mut connection = pin!(
        http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(IDLE)
            .max_header_size(MAX_HEADER_BYTES)
            .serve_connection(TokioIo::new(stream), service)
    );
    let result = tokio::select! {
        result = connection.as_mut() => result,
        () = ending.cancelled() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = result {
        tracing::debug!(%error, "connection ended early");
    }
}
