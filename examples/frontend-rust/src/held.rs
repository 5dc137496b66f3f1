//! A body that keeps a value until its last byte is sent, because a response can be a stream.
use std::pin::Pin;
use std::task::{Context, Poll};

use axum::body::{Body, Bytes};
use hyper::body::{Frame, SizeHint};

pub struct Held<T> {
    body: Body,
    held: Option<T>,
    finish: fn(T),
}

impl<T> Held<T> {
    /// `finish` gets the value at the end of the body. If the body is not read to the end, the
    /// value is only dropped.
    pub fn new(body: Body, held: T, finish: fn(T)) -> Held<T> {
        Held {
            body,
            held: Some(held),
            finish,
        }
    }
}

impl<T: Unpin> hyper::body::Body for Held<T> {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let frame = Pin::new(&mut self.body).poll_frame(context);
        let ended = match &frame {
            Poll::Pending => false,
            Poll::Ready(Some(Ok(_))) => self.body.is_end_stream(),
            Poll::Ready(_) => true,
        };
        if ended && let Some(held) = self.held.take() {
            (self.finish)(held);
        }
        frame
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
