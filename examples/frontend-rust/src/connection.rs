//! One client's connection, from its first byte to its last.
use std::convert::Infallible;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::Request;
use axum::http::header::HOST;
use axum::http::{StatusCode, Version};
use axum::response::{IntoResponse, Response};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::{Service, service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio::time::timeout;

use crate::held::Held;
use crate::observe::RequestId;
use crate::polite::{FAREWELL, InFlight, Polite, Traffic};
use crate::problem::{self, Problem};

/// Longer than load balancers keep an idle connection (usually 60 s), so that they close it first.
const IDLE: Duration = Duration::from_secs(75);

/// Largest request header; a larger one gets 431.
const MAX_HEADER_BYTES: usize = 32 * 1024;

/// Time for a request that has reached the node but not the service when the connections close.
const LAST_CALL: Duration = Duration::from_millis(50);

/// Whether connections stay open, and how they end.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Ending {
    No,
    /// Idle ones at once, the others after their current request.
    AfterRequest,
    /// All at once.
    Now,
}

/// The open connections of one or more listeners.
#[derive(Clone)]
pub struct Connections {
    /// How the connections must end. Each open connection holds a receiver, so the channel also
    /// counts them.
    ending: watch::Sender<Ending>,
    /// The number of connections so far. It also shows connections that were open only for a
    /// moment.
    accepted: watch::Sender<u64>,
}

impl Connections {
    pub fn new() -> Connections {
        Connections {
            ending: watch::Sender::new(Ending::No),
            accepted: watch::Sender::new(0),
        }
    }

    pub fn open(&self, stream: TcpStream, router: Router) {
        // Responses are small, and waiting for a full packet would delay them.
        let _ = stream.set_nodelay(true);
        let ending = self.ending.subscribe(); // first, so that a counted connection is also open
        self.accepted.send_modify(|accepted| *accepted += 1);
        tokio::spawn(async move {
            let mut cut = ending.clone();
            tokio::select! {
                () = converse(stream, router, ending) => {}
                _ = cut.wait_for(|ending| *ending == Ending::Now) => {}
            }
        });
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

    /// Waits until no connection is open.
    async fn none_open(&self) {
        self.ending.closed().await;
    }

    /// Closes idle connections at once, and the others after their current request.
    pub async fn end(&self) {
        self.ending.send_replace(Ending::AfterRequest);
        self.none_open().await;
    }

    /// Closes all connections. Their requests end, and each is logged first.
    pub async fn cut(&self) {
        self.ending.send_replace(Ending::Now);
        // A route that blocks its thread can't be stopped.
        let _ = timeout(LAST_CALL, self.none_open()).await;
    }
}

impl Default for Connections {
    fn default() -> Connections {
        Connections::new()
    }
}

async fn converse(stream: TcpStream, router: Router, mut ending: watch::Receiver<Ending>) {
    let traffic = Arc::new(Traffic::default());
    let router = TowerToHyperService::new(router);
    let service = service_fn(|request: Request<Incoming>| {
        let in_flight = InFlight::new(traffic.clone());
        let one_host = has_one_host(&request);
        let answer = router.call(request);
        async move {
            let answer = if one_host {
                answer.await?
            } else {
                refuse_host()
            };
            Ok::<_, Infallible>(answer.map(|body| Held::new(body, in_flight, drop)))
        }
    });
    let mut connection = pin!(
        http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(IDLE)
            .max_header_size(MAX_HEADER_BYTES)
            .serve_connection(TokioIo::new(Polite::new(stream, traffic.clone())), service)
    );
    tokio::select! {
        result = connection.as_mut() => return report(result),
        _ = ending.wait_for(|ending| *ending != Ending::No) => {}
    }
    traffic.stop();
    if let Ok(result) = timeout(LAST_CALL, connection.as_mut()).await {
        return report(result);
    }
    connection.as_mut().graceful_shutdown();
    // A client that does not finish its request header is not waited for. A request that has begun
    // is finished.
    loop {
        match timeout(FAREWELL, connection.as_mut()).await {
            Ok(result) => return report(result),
            Err(_) if traffic.pending() => {}
            Err(_) => return,
        }
    }
}

/// HTTP/1.0 has no Host header (RFC 9112).
fn has_one_host(request: &Request<Incoming>) -> bool {
    match request.headers().get_all(HOST).iter().count() {
        0 => request.version() < Version::HTTP_11,
        hosts => hosts == 1,
    }
}

fn refuse_host() -> Response {
    let refusal = Problem::new(StatusCode::BAD_REQUEST, "A request has one Host header.");
    problem::write(refusal.into_response(), &RequestId::new().0)
}

fn report(result: hyper::Result<()>) {
    if let Err(error) = result {
        tracing::debug!(%error, "connection ended early");
    }
}
