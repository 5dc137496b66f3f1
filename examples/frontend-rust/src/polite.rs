//! A client's stream that waits for a slow client, but only for a limited time.
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::{Instant, Sleep, sleep};

/// Time for a request's header, from its first byte. A client that needs longer is broken, or an
/// attacker (slowloris).
const HEADER: Duration = Duration::from_secs(10);

/// A client that reads nothing of its response for this time is disconnected.
const UNREAD: Duration = Duration::from_secs(30);

/// The same when the service stops.
const UNREAD_AT_STOP: Duration = Duration::from_secs(5);

/// Time between two checks of a write.
const CHECK: Duration = Duration::from_secs(1);

/// Time for a client that has sent part of a request header, or still sends a rejected body, when
/// its connection closes.
pub const FAREWELL: Duration = Duration::from_secs(1);

/// The open work of a connection.
#[derive(Default)]
pub struct Traffic {
    /// Requests whose header is complete.
    begun: AtomicUsize,
    /// Requests whose response is not complete. hyper can read the next request before it has sent
    /// the last response.
    in_flight: AtomicUsize,
    /// The client does not read what was written.
    unsent: AtomicBool,
    stopping: AtomicBool,
}

impl Traffic {
    pub fn pending(&self) -> bool {
        self.in_flight.load(Ordering::SeqCst) > 0 || self.unsent.load(Ordering::SeqCst)
    }

    /// From now on, a client that does not read has less time.
    pub fn stop(&self) {
        self.stopping.store(true, Ordering::SeqCst);
    }

    fn patience(&self) -> Duration {
        if self.stopping.load(Ordering::SeqCst) {
            UNREAD_AT_STOP
        } else {
            UNREAD
        }
    }
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

/// A stream that keeps reading from its client for a moment after the response.
///
/// Closing a socket with unread bytes resets the connection, and the client loses the response
/// (413, 431). It closes the connection of a client that does not read its response, or that needs
/// too long for the header of a request.
pub struct Polite {
    stream: TcpStream,
    traffic: Arc<Traffic>,
    /// The number of requests before the current header, and the header's time.
    header: Option<(usize, Pin<Box<Sleep>>)>,
    /// Since when the client has read nothing, and the time of the next check.
    stalled: Option<(Instant, Pin<Box<Sleep>>)>,
    patience: Option<Pin<Box<Sleep>>>,
}

impl Polite {
    pub fn new(stream: TcpStream, traffic: Arc<Traffic>) -> Polite {
        Polite {
            stream,
            traffic,
            header: None,
            stalled: None,
            patience: None,
        }
    }

    /// The result of a read, or an error if a header takes too long.
    fn read(
        &mut self,
        read: Poll<io::Result<()>>,
        context: &mut Context<'_>,
    ) -> Poll<io::Result<()>> {
        let begun = self.traffic.begun.load(Ordering::SeqCst);
        self.header.take_if(|(before, _)| *before != begun);
        if read.is_ready() {
            if self.traffic.in_flight.load(Ordering::SeqCst) == 0 {
                self.header
                    .get_or_insert_with(|| (begun, Box::pin(sleep(HEADER))));
            }
            return read;
        }
        match &mut self.header {
            Some((_, time)) => {
                ready!(time.as_mut().poll(context));
                Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
            }
            None => Poll::Pending,
        }
    }

    /// The result of a write, or an error if the client has read nothing for too long.
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
        let (since, check) = self
            .stalled
            .get_or_insert_with(|| (Instant::now(), Box::pin(sleep(CHECK))));
        loop {
            ready!(check.as_mut().poll(context));
            if since.elapsed() >= self.traffic.patience() {
                return Poll::Ready(Err(io::ErrorKind::TimedOut.into()));
            }
            check.as_mut().reset(Instant::now() + CHECK);
        }
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
