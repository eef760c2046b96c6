//! Answers to calls, and the log of calls.

use actix_web::{HttpResponse, HttpResponseBuilder, body::SizedStream};
use bytes::Bytes;
use futures_util::stream;

/// An answer that never arrives: its body fails before the head is written to the socket, so the caller sees a closed
/// connection.
pub(crate) fn cut(mut response: HttpResponseBuilder) -> HttpResponse {
    let broken = async { Err::<Bytes, _>(std::io::Error::other("cut on purpose")) };
    response.body(SizedStream::new(1, stream::once(broken)))
}

/// Adds to a list and removes the oldest entries beyond `most`.
pub(crate) fn remember<T>(list: &mut Vec<T>, one: T, most: usize) {
    list.push(one);
    if list.len() > most {
        list.remove(0);
    }
}
