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

/// Longer than load balancers keep an idle connection (60 s is usual): they end it, so no request meets a closed one.
const IDLE: Duration = Duration::from_secs(75);

/// Largest request head; more is answered by 431.
const MAX_HEAD_BYTES: usize = 32 * 1024;

/// Time for a request that has reached the node, but not yet us, when the connections end.
const LAST_CALL: Duration = Duration::from_millis(50);

/// Whether connections go on, and how they end.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Ending {
    No,
    /// Idle ones at once, the others after the request that they are in.
    AfterRequest,
    /// All at once.
    Now,
}

/// The open connections of one listener or more.
#[derive(Clone)]
pub struct Connections {
    /// How they shall end; each open connection holds one receiver, so the channel counts them too.
    ending: watch::Sender<Ending>,
    /// How many there have been: one that comes for a single request is open only for a moment.
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
        // Answers are small; waiting to fill a packet only delays them.
        let _ = stream.set_nodelay(true);
        let ending = self.ending.subscribe(); // first, so that who sees it counted sees it open
        self.accepted.send_modify(|accepted| *accepted += 1);
        tokio::spawn(async move {
            let mut cut = ending.clone();
            tokio::select! {
                () = converse(stream, router, ending) => {}
                _ = cut.wait_for(|ending| *ending == Ending::Now) => {}
            }
        });
    }

    /// Waits until for so long no connection has been open, and none has come.
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

    /// Ends idle connections at once and the others after the request that they are in.
    pub async fn end(&self) {
        self.ending.send_replace(Ending::AfterRequest);
        self.none_open().await;
    }

    /// Ends all connections, and with them their requests, each of which is logged by then.
    pub async fn cut(&self) {
        self.ending.send_replace(Ending::Now);
        // A route that blocks its thread can't be ended.
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
            .max_header_size(MAX_HEAD_BYTES)
            .serve_connection(TokioIo::new(Polite::new(stream, traffic.clone())), service)
    );
    tokio::select! {
        result = connection.as_mut() => return report(result),
        _ = ending.wait_for(|ending| *ending != Ending::No) => {}
    }
    if let Ok(result) = timeout(LAST_CALL, connection.as_mut()).await {
        return report(result);
    }
    connection.as_mut().graceful_shutdown();
    // Nobody waits for a client that never finishes its request's head; a request that has begun is finished.
    loop {
        match timeout(FAREWELL, connection.as_mut()).await {
            Ok(result) => return report(result),
            Err(_) if traffic.pending() => {}
            Err(_) => return,
        }
    }
}

/// HTTP/1.0 knows no Host header (RFC 9112).
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
