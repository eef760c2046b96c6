//! The id of the request that this task answers: in the header `X-Request-Id` of every answer, in problem documents, and
//! in the log, so that a caller's report leads to its lines.

use std::fmt;

use actix_web::http::header::{HeaderMap, HeaderName, HeaderValue};

/// The header, of requests as of answers.
pub const HEADER: HeaderName = HeaderName::from_static("x-request-id");
/// A longer one is not taken from a caller.
const LONGEST: usize = 128;

tokio::task_local! {
    static OF_TASK: RequestId;
}

/// Only letters, digits, `-`, `.`, `_` and `~`, so that headers, JSON and log lines need no escapes for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestId(String);

impl RequestId {
    /// The caller's, if it is well-formed, so that a proxy's id and ours are one; otherwise a new one.
    pub fn of(headers: &HeaderMap) -> Self {
        let given = headers.get(HEADER).and_then(|value| value.to_str().ok());
        given.and_then(Self::parse).unwrap_or_else(|| Self(hex::encode(rand::random::<[u8; 16]>())))
    }

    fn parse(text: &str) -> Option<Self> {
        let is_plain = |sign: u8| sign.is_ascii_alphanumeric() || b"-._~".contains(&sign);
        ((1..=LONGEST).contains(&text.len()) && text.bytes().all(is_plain)).then(|| Self(text.to_owned()))
    }

    /// Does the work of the request; inside, [`current`] is this id.
    pub async fn during<T>(&self, work: impl Future<Output = T>) -> T {
        OF_TASK.scope(self.clone(), work).await
    }

    /// The same for work that does not wait.
    pub fn while_doing<T>(&self, work: impl FnOnce() -> T) -> T {
        OF_TASK.sync_scope(self.clone(), work)
    }

    /// The value of the header.
    pub fn header(&self) -> HeaderValue {
        HeaderValue::from_str(&self.0).unwrap_or_else(|_| HeaderValue::from_static("-"))
    }
}

impl fmt::Display for RequestId {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

/// The id of the request that this task answers; none in the work of no request.
pub fn current() -> Option<String> {
    OF_TASK.try_with(|id| id.0.clone()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn given(text: &[u8]) -> String {
        let mut headers = HeaderMap::new();
        headers.insert(HEADER, HeaderValue::from_bytes(text).unwrap());
        RequestId::of(&headers).to_string()
    }

    #[test]
    fn a_well_formed_id_is_taken_and_any_other_replaced() {
        let longest = "a".repeat(LONGEST);
        for id in ["1", "0193-A.b_c~d", longest.as_str()] {
            assert_eq!(given(id.as_bytes()), id);
        }
        let longer = "a".repeat(LONGEST + 1);
        for id in ["", "a b", "a\"b", "a,b", "a=b", longer.as_str(), "ы"] {
            let made = given(id.as_bytes());
            assert!(made.len() == 32 && made != id && RequestId::parse(&made).is_some(), "{made}");
        }
        assert_ne!(given(b""), given(b""));
    }

    #[tokio::test]
    async fn the_work_of_a_request_knows_its_id() {
        assert_eq!(current(), None);
        let id = RequestId::parse("one").unwrap();
        assert_eq!(id.during(async { current() }).await, Some("one".to_owned()));
        assert_eq!(id.while_doing(current), Some("one".to_owned()));
        assert_eq!(current(), None);
    }
}
