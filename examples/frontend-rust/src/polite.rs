//! A client's stream that waits for a slow client, but only for a limited time.
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::{Instant, Sleep, sleep};
use tokio_util::sync::CancellationToken;

/// Time for a request's header, from its first byte. A client that needs longer is broken, or an
/// attacker (slowloris). hyper's own time starts earlier, so it also closes idle connections.
const HEADER: Duration = Duration::from_secs(10);

/// A client that reads nothing of its response for this time is disconnected.
const UNREAD: Duration = Duration::from_secs(30);

/// The same when the service stops.
const UNREAD_AT_STOP: Duration = Duration::from_secs(5);

/// Time for a client that has sent part of a request header when the service stops, or that still
/// sends a rejected body when its connection closes.
const FAREWELL: Duration = Duration::from_secs(1);

/// Time between two checks of a wait.
const CHECK: Duration = Duration::from_secs(1);

/// The requests of a connection.
#[derive(Default)]
pub struct Traffic {
    /// Requests whose header is complete.
    begun: AtomicUsize,
    /// Requests whose response is not complete. hyper can read the next request before it has sent
    /// the last response.
    in_flight: AtomicUsize,
}

pub struct InFlight(Arc<Traffic>);

impl InFlight {
    pub fn new(traffic: Arc<Traffic>) -> InFlight {
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

/// A wait for the client.
struct Wait {
    since: Instant,
    check: Pin<Box<Sleep>>,
}

impl Wait {
    fn begin() -> Wait {
        Wait {
            since: Instant::now(),
            check: Box::pin(sleep(CHECK)),
        }
    }

    /// Ready if it has taken too long. `patience` can become shorter meanwhile.
    fn poll_too_long(&mut self, patience: Duration, context: &mut Context<'_>) -> Poll<io::Error> {
        loop {
            ready!(self.check.as_mut().poll(context));
            if self.since.elapsed() >= patience {
                return Poll::Ready(io::ErrorKind::TimedOut.into());
            }
            self.check.as_mut().reset(Instant::now() + CHECK);
        }
    }
}

/// A stream that keeps reading from its client for a moment after the response.
///
/// Closing a socket with unread bytes resets the connection, and the client loses the response
/// (`an_early_response_reaches_a_client_that_is_still_sending` in tests/process.rs).
///
/// It closes the connection of a client that does not read its response, or that needs too long for
/// the header of a request. "Slow clients" in CONTRACT.md has the times. A test is
/// `half_a_request_head_does_not_keep_it`.
pub struct Polite {
    stream: TcpStream,
    traffic: Arc<Traffic>,
    ending: CancellationToken,
    /// The number of requests before the current header, and the wait for its end.
    header: Option<(usize, Wait)>,
    /// The client reads nothing.
    unread: Option<Wait>,
    farewell: Option<Wait>,
}

impl Polite {
    pub fn new(stream: TcpStream, traffic: Arc<Traffic>, ending: CancellationToken) -> Polite {
        Polite {
            stream,
            traffic,
            ending,
            header: None,
            unread: None,
            farewell: None,
        }
    }

    fn patience(&self, usually: Duration, at_stop: Duration) -> Duration {
        if self.ending.is_cancelled() {
            at_stop
        } else {
            usually
        }
    }

    /// The result of a read, or an error if a header takes too long.
    fn read(
        &mut self,
        read: Poll<io::Result<()>>,
        context: &mut Context<'_>,
    ) -> Poll<io::Result<()>> {
        let begun = self.traffic.begun.load(Ordering::SeqCst);
        let patience = self.patience(HEADER, FAREWELL);
        self.header.take_if(|(before, _)| *before != begun);
        if read.is_ready() {
            if self.traffic.in_flight.load(Ordering::SeqCst) == 0 {
                self.header.get_or_insert_with(|| (begun, Wait::begin()));
            }
            return read;
        }
        match &mut self.header {
            Some((_, wait)) => wait.poll_too_long(patience, context).map(Err),
            None => Poll::Pending,
        }
    }

    /// The result of a write, or an error if the client has read nothing for too long.
    fn written(
        &mut self,
        written: Poll<io::Result<usize>>,
        context: &mut Context<'_>,
    ) -> Poll<io::Result<usize>> {
        if written.is_ready() {
            self.unread = None;
            return written;
        }
        let patience = self.patience(UNREAD, UNREAD_AT_STOP);
        let wait = self.unread.get_or_insert_with(Wait::begin);
        wait.poll_too_long(patience, context).map(Err)
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
        if self.farewell.is_none() {
            ready!(Pin::new(&mut self.stream).poll_shutdown(context))?;
        }
        let Polite {
            stream, farewell, ..
        } = &mut *self;
        let wait = farewell.get_or_insert_with(Wait::begin);
        let mut bytes = [0; 8192];
        while wait.poll_too_long(FAREWELL, context).is_pending() {
            let mut buffer = ReadBuf::new(&mut bytes);
            match ready!(Pin::new(&mut *stream).poll_read(context, &mut buffer)) {
                Ok(()) if !buffer.filled().is_empty() => {}
                _ => break,
            }
        }
        Poll::Ready(Ok(()))
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
