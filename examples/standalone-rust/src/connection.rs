//! One client's connection, from its first byte to its last.
use std::convert::Infallible;
use std::io;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use axum::Router;
use axum::extract::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::{Service, service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio::time::{Sleep, sleep, timeout};

use crate::held::Held;

/// Longer than load balancers keep an idle connection (60 s is usual): they end it, so no request meets a closed one.
const IDLE: Duration = Duration::from_secs(75);

/// Time for a request's head, from its first byte; a client that takes longer is broken, or a slowloris.
const HEAD: Duration = Duration::from_secs(10);

/// Largest request head; more is answered by 431.
const MAX_HEAD_BYTES: usize = 64 * 1024;

/// Time for a request that has reached the node, but not yet us, when the connections end.
const LAST_CALL: Duration = Duration::from_millis(50);

/// Time for a client that is told to go, but has sent half a request head or is still sending a refused body.
const FAREWELL: Duration = Duration::from_secs(1);

/// Time in which a client must take some of what it is sent; one that takes nothing is cut off.
const STALLED: Duration = Duration::from_secs(5);

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
        let answer = router.call(request);
        async move {
            let answer = answer.await?;
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

fn report(result: hyper::Result<()>) {
    if let Err(error) = result {
        tracing::debug!(%error, "connection ended early");
    }
}

/// What one connection still owes its client.
#[derive(Default)]
struct Traffic {
    /// Requests whose head has come to its end.
    begun: AtomicUsize,
    /// Requests whose answer has not come to its end: hyper may read the next one before it has sent the last.
    in_flight: AtomicUsize,
    /// The client does not take what has been written.
    unsent: AtomicBool,
}

impl Traffic {
    fn pending(&self) -> bool {
        self.in_flight.load(Ordering::SeqCst) > 0 || self.unsent.load(Ordering::SeqCst)
    }
}

struct InFlight(Arc<Traffic>);

impl InFlight {
    fn new(traffic: Arc<Traffic>) -> InFlight {
        traffic.begun.fetch_add(1, Ordering::SeqCst);
        traffic.in_flight.fetch_add(1, Ordering::SeqCst);
        InFlight(traffic)
    }
}

impl Drop for InFlight {
    fn drop(&mut self) {
        self.0.in_flight.fetch_sub(1, Ordering::SeqCst);
    }
}

/// A stream that, once all is said, still reads what its client is sending, for a moment.
///
/// To close a socket with unread bytes resets the connection, and the client loses the answer (413, 431) that it just got.
/// It gives up a client that takes nothing of its answer, or too long for the head of a request.
struct Polite {
    stream: TcpStream,
    traffic: Arc<Traffic>,
    /// How many requests had begun when the next one's head began, and the head's time.
    head: Option<(usize, Pin<Box<Sleep>>)>,
    stalled: Option<Pin<Box<Sleep>>>,
    patience: Option<Pin<Box<Sleep>>>,
}

impl Polite {
    fn new(stream: TcpStream, traffic: Arc<Traffic>) -> Polite {
        Polite {
            stream,
            traffic,
            head: None,
            stalled: None,
            patience: None,
        }
    }

    /// What a read came to, or an error where a head takes too long.
    fn read(
        &mut self,
        read: Poll<io::Result<()>>,
        context: &mut Context<'_>,
    ) -> Poll<io::Result<()>> {
        let begun = self.traffic.begun.load(Ordering::SeqCst);
        self.head.take_if(|(before, _)| *before != begun);
        if read.is_ready() {
            if self.traffic.in_flight.load(Ordering::SeqCst) == 0 {
                self.head
                    .get_or_insert_with(|| (begun, Box::pin(sleep(HEAD))));
            }
            return read;
        }
        match &mut self.head {
            Some((_, head)) => {
                ready!(head.as_mut().poll(context));
                Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
            }
            None => Poll::Pending,
        }
    }

    /// What a write came to, or an error where the client has taken nothing for too long.
    fn written(
        &mut self,
        written: Poll<io::Result<usize>>,
        context: &mut Context<'_>,
    ) -> Poll<io::Result<usize>> {
        self.traffic
            .unsent
            .store(written.is_pending(), Ordering::SeqCst);
        if written.is_ready() {
            self.stalled = None;
            return written;
        }
        let stalled = self.stalled.get_or_insert_with(|| Box::pin(sleep(STALLED)));
        ready!(stalled.as_mut().poll(context));
        Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
    }
}

impl AsyncRead for Polite {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let read = Pin::new(&mut self.stream).poll_read(context, buffer);
        self.read(read, context)
    }
}

impl AsyncWrite for Polite {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(context, bytes);
        self.written(written, context)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        if self.patience.is_none() {
            ready!(Pin::new(&mut self.stream).poll_shutdown(context))?;
            self.patience = Some(Box::pin(sleep(FAREWELL)));
        }
        let Polite {
            stream, patience, ..
        } = &mut *self;
        let mut bytes = [0; 8192];
        loop {
            if let Some(patience) = patience
                && patience.as_mut().poll(context).is_ready()
            {
                return Poll::Ready(Ok(()));
            }
            let mut buffer = ReadBuf::new(&mut bytes);
            match ready!(Pin::new(&mut *stream).poll_read(context, &mut buffer)) {
                Ok(()) if !buffer.filled().is_empty() => {}
                _ => return Poll::Ready(Ok(())),
            }
        }
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        parts: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write_vectored(context, parts);
        self.written(written, context)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}
