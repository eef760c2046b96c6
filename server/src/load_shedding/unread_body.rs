//! Responses to requests whose bodies were not read completely.

use std::pin::Pin;
use std::task::{Context, Poll};

use actix_web::body::{BodySize, BoxBody, MessageBody};
use bytes::Bytes;

/// A response that keeps its request's body until it was sent. actix closes a connection with an unfinished body only
/// while that body exists; for a dropped chunked one it would wait without a deadline.
pub struct UnreadBody<T> {
    answer: BoxBody,
    _body: T,
}

impl<T> UnreadBody<T> {
    pub fn new(answer: BoxBody, body: T) -> Self {
        Self { answer, _body: body }
    }
}

impl<T: Unpin> MessageBody for UnreadBody<T> {
    type Error = <BoxBody as MessageBody>::Error;

    fn size(&self) -> BodySize {
        self.answer.size()
    }

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Bytes, Self::Error>>> {
        Pin::new(&mut self.answer).poll_next(context)
    }
}
