//! Answers to requests whose bodies were not read to the end.

use std::pin::Pin;
use std::task::{Context, Poll};

use actix_web::body::{BodySize, BoxBody, MessageBody};
use bytes::Bytes;

/// An answer that keeps its request's body until it was sent. actix closes a connection with a body still due only while
/// that body exists; it would wait for a dropped chunked one without a deadline.
pub struct Kept<T> {
    answer: BoxBody,
    _body: T,
}

impl<T> Kept<T> {
    pub fn new(answer: BoxBody, body: T) -> Self {
        Self { answer, _body: body }
    }
}

impl<T: Unpin> MessageBody for Kept<T> {
    type Error = <BoxBody as MessageBody>::Error;

    fn size(&self) -> BodySize {
        self.answer.size()
    }

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Bytes, Self::Error>>> {
        Pin::new(&mut self.answer).poll_next(context)
    }
}
