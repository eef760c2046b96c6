//! Responses to requests whose bodies were not read completely.

use std::future::poll_fn;
use std::pin::Pin;
use std::task::{Context, Poll};

use actix_web::body::{BodySize, BoxBody, MessageBody};
use actix_web::dev::ServiceResponse;
use bytes::Bytes;

use super::connections::Connection;

/// A response that keeps its request's body until it was sent. actix closes a connection with an unfinished body only
/// while that body exists; for a dropped chunked one it would wait without a deadline.
struct UnreadBody<T> {
    answer: BoxBody,
    _body: T,
}

/// The response to a request whose body, or a part of it, was not read: afterwards the connection closes.
pub async fn left_unread<T: Unpin + 'static>(response: ServiceResponse<BoxBody>, body: T) -> ServiceResponse<BoxBody> {
    let task = poll_fn(|context| Poll::Ready(context.waker().clone())).await;
    if let Some(connection) = response.request().conn_data::<Connection>() {
        connection.closes(task);
    }
    response.map_body(|_, answer| BoxBody::new(UnreadBody { answer, _body: body }))
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
