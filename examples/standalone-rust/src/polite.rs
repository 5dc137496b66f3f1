//! A client's stream that waits for a slow client, but for a bounded time.
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::{Sleep, sleep};

/// Time for a request's head, from its first byte; a client that takes longer is broken, or a slowloris.
const HEAD: Duration = Duration::from_secs(10);

/// Time in which a client must take some of what it is sent; one that takes nothing is cut off.
const STALLED: Duration = Duration::from_secs(5);

/// Time for a client that is told to go, but has sent half a request head or is still sending a refused body.
pub const FAREWELL: Duration = Duration::from_secs(1);

/// What one connection still owes its client.
#[derive(Default)]
pub struct Traffic {
    /// Requests whose head has come to its end.
    begun: AtomicUsize,
    /// Requests whose answer has not come to its end: hyper may read the next one before it has sent the last.
    in_flight: AtomicUsize,
    /// The client does not take what has been written.
    unsent: AtomicBool,
}

impl Traffic {
    pub fn pending(&self) -> bool {
        self.in_flight.load(Ordering::SeqCst) > 0 || self.unsent.load(Ordering::SeqCst)
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

/// A stream that, once all is said, still reads what its client is sending, for a moment.
///
/// To close a socket with unread bytes resets the connection, and the client loses the answer (413, 431) that it just got.
/// It gives up a client that takes nothing of its answer, or too long for the head of a request.
pub struct Polite {
    stream: TcpStream,
    traffic: Arc<Traffic>,
    /// How many requests had begun when the next one's head began, and the head's time.
    head: Option<(usize, Pin<Box<Sleep>>)>,
    stalled: Option<Pin<Box<Sleep>>>,
    patience: Option<Pin<Box<Sleep>>>,
}

impl Polite {
    pub fn new(stream: TcpStream, traffic: Arc<Traffic>) -> Polite {
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
