//! A call of a messenger's API: its answer, or why there is none. No answer, half an answer, a gateway's page and a file that
//! cannot be opened mean the same at every messenger; how a messenger refuses is in its `api.rs`, what a refusal means is in
//! the error catalog.

use std::ops::RangeInclusive;
use std::time::Duration;

use base::http_client::{read_up_to, send};
use base::i18n::LocalizedText;
use reqwest::header::{HeaderMap, RETRY_AFTER};
use reqwest::{RequestBuilder, Response};
use serde::de::DeserializeOwned;
use url::Url;

use crate::file::{NotOpened, Whole, words};
use crate::sending::{Judged, is_about_request};

/// Why a call has no result. Contains no token and no address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ApiError {
    /// The messenger, or a gateway in front of it, refused.
    Refused(Refusal),
    /// The request did not reach the server completely: nothing happened there.
    NotSent(LocalizedText),
    /// The request was sent, and no complete answer came.
    Unknown(LocalizedText),
    /// An unreadable success answer: accepted, with an unknown result.
    Unreadable { status: u16 },
}

/// A refusal. What a messenger does not report is empty.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Refusal {
    /// The HTTP status.
    pub status: u16,
    /// The messenger's number of the error; the HTTP status if it has none.
    pub code: u32,
    pub subcode: u32,
    /// The messenger's word for the error.
    pub word: String,
    /// The messenger's description.
    pub text: String,
    /// The id by which the messenger's support can find the call.
    pub trace: String,
    /// When the messenger asks to try again.
    pub retry_after: Option<Duration>,
    /// The chat that the chat became.
    pub migrate_to: Option<i64>,
    /// Something before the messenger answered, without the messenger's error body. What it says is no verdict.
    pub is_gateways: bool,
}

impl From<Refusal> for ApiError {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl ApiError {
    /// `is_whole`: all of the request was sent.
    pub(crate) fn unanswered(error: reqwest::Error, is_whole: bool) -> Self {
        let is_sent = is_whole && !error.is_connect() && !error.is_builder();
        let said = words(error);
        if is_sent { Self::Unknown(said) } else { Self::NotSent(said) }
    }

    /// The refusal, if it is one.
    pub fn refusal(&self) -> Option<&Refusal> {
        match self {
            Self::Refused(refusal) => Some(refusal),
            Self::NotSent(_) | Self::Unknown(_) | Self::Unreadable { .. } => None,
        }
    }

    /// Whether something before the messenger refused.
    pub fn is_gateways(&self) -> bool {
        self.refusal().is_some_and(|refusal| refusal.is_gateways)
    }

    /// Whether the server has no such call. Messengers have all calls; servers that imitate them may have few. `is_unnamed`:
    /// the refusal names no error of the messenger's.
    pub(crate) fn is_unimplemented(&self, is_unnamed: impl FnOnce(&Refusal) -> bool) -> bool {
        match self {
            Self::Refused(refusal) => matches!(refusal.status, 404 | 405 | 501) && is_unnamed(refusal),
            Self::Unreadable { .. } => true,
            Self::NotSent(_) | Self::Unknown(_) => false,
        }
    }

    /// The same error for a call without an effect, which can be repeated: an unknown outcome counts as not sent.
    pub(crate) fn invisible(self) -> Self {
        match self {
            Self::Unknown(said) => Self::NotSent(said),
            other => other,
        }
    }

    /// What it means for a message; the error is a refusal of the messenger's own, for its catalog. `unreadable`: the key of
    /// what is said of an unreadable answer.
    pub(crate) fn judged(&self, unreadable: &'static str) -> Result<Judged, &Refusal> {
        let failed = self;
        Ok(match failed {
            Self::NotSent(said) => Judged::not_sent(said),
            Self::Unknown(said) => Judged::unknown(0, said),
            Self::Unreadable { status } => {
                Judged::unknown(*status, &LocalizedText::new(unreadable).with("status", *status))
            }
            Self::Refused(Refusal { status: code, retry_after, .. })
                if failed.is_gateways() && !is_about_request(*code) =>
            {
                Judged::gateway(*code, *retry_after)
            }
            Self::Refused(refusal) => return Err(refusal),
        })
    }

    /// Why a call other than sending a message failed, as a text for the account's people.
    pub(crate) fn explained(&self, refused: impl FnOnce(&Refusal) -> LocalizedText) -> LocalizedText {
        match self {
            Self::Refused(refusal) => refused(refusal),
            Self::NotSent(said) | Self::Unknown(said) => said.clone(),
            Self::Unreadable { status } => messenger_answered(*status),
        }
    }

    /// Why a file could not be opened. `access`: statuses of credentials that may be replaced while the message still waits.
    pub(crate) fn not_opened(&self, access: RangeInclusive<u16>) -> NotOpened {
        match self {
            Self::Refused(refusal) if access.contains(&refusal.status) => NotOpened::later("access", None),
            Self::Refused(Refusal { status: status @ (408 | 425 | 429 | 500..), retry_after, .. }) => {
                NotOpened::later(format!("status_{status}"), *retry_after)
            }
            Self::Refused(refusal) => NotOpened::Gone(format!("status_{}", refusal.status)),
            Self::NotSent(_) => NotOpened::later("unreachable", None),
            Self::Unknown(_) => NotOpened::later("broke_off", None),
            Self::Unreadable { status } => NotOpened::later(format!("unreadable_{status}"), None),
        }
    }
}

/// That the messenger answered with this status, where nothing better is known.
pub(crate) fn messenger_answered(status: u16) -> LocalizedText {
    LocalizedText::new("said-messenger-answered").with("status", status)
}

/// A complete answer, whatever it says.
pub(crate) struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

impl Answer {
    /// Reads an answer.
    pub async fn of(response: Response, most: usize) -> Result<Self, ApiError> {
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let body = match read_up_to(response, most).await {
            Ok((body, _)) => body,
            // The status already shows a refusal; the missing body would only have given the reason.
            Err(_) if status >= 300 => Vec::new(),
            Err(error) => return Err(ApiError::Unknown(words(error))),
        };
        Ok(Self { status, headers, body })
    }

    /// The result in a success.
    pub fn read<T: DeserializeOwned>(&self) -> Result<T, ApiError> {
        serde_json::from_slice(&self.body).map_err(|_| ApiError::Unreadable { status: self.status })
    }

    /// Seconds; anything else is ignored.
    pub fn retry_after(&self) -> Option<Duration> {
        self.headers.get(RETRY_AFTER)?.to_str().ok()?.trim().parse().ok().map(Duration::from_secs)
    }

    /// A refusal without a word of the messenger's.
    pub fn gateways(&self) -> Refusal {
        Refusal { retry_after: self.retry_after(), ..Refusal::gateways(self.status) }
    }
}

impl Refusal {
    /// A refusal with this status alone.
    pub fn gateways(status: u16) -> Self {
        Self { status, code: u32::from(status), is_gateways: true, ..Self::default() }
    }
}

/// Sends a request. `most`: maximum bytes read from an answer; `whole`: whether its file, if it has one, was sent completely.
pub(crate) async fn answered(request: RequestBuilder, most: usize, whole: Option<&Whole>) -> Result<Answer, ApiError> {
    match send(request).await {
        Ok(response) => Answer::of(response, most).await,
        Err(error) => Err(ApiError::unanswered(error, whole.is_none_or(Whole::is_set))),
    }
}

/// An address below another. Every segment is escaped, because some are ids from outside.
pub(crate) fn below<'a>(base: &Url, path: impl IntoIterator<Item = &'a str>, query: &[(&str, &str)]) -> Url {
    let mut address = base.clone();
    if let Ok(mut segments) = address.path_segments_mut() {
        segments.pop_if_empty().extend(path);
    }
    if !query.is_empty() {
        address.query_pairs_mut().extend_pairs(query);
    }
    address
}

#[cfg(test)]
mod tests {
    use base::message::Media;
    use bytes::Bytes;
    use futures_util::{StreamExt, stream};
    use serde_json::{Value, json};

    use super::*;
    use crate::fake::{self, Fake, Messenger};
    use crate::file::{MultipartRequest, OpenFile};

    const SERVER: Messenger =
        Messenger { root: "", always: |_| None, usual: |_, _| fake::Answer::Json(200, json!({ "id": 1 })) };

    fn client() -> reqwest::Client {
        fake::http().trusted().clone()
    }

    async fn asked(answer: fake::Answer) -> Result<Value, ApiError> {
        let server = Fake::start(SERVER, [answer]).await;
        let answer = answered(client().get(server.base), 100, None).await?;
        if answer.status < 300 { answer.read() } else { Err(answer.gateways().into()) }
    }

    #[tokio::test]
    async fn kinds_of_answers_are_distinguished() {
        assert_eq!(asked(fake::Answer::Json(200, json!({ "id": 1 }))).await, Ok(json!({ "id": 1 })));
        let limited = Refusal { retry_after: Some(Duration::from_secs(7)), ..Refusal::gateways(429) };
        assert_eq!(asked(fake::Answer::Limited(7, json!({}))).await, Err(limited.into()));
        assert_eq!(asked(fake::Answer::Text(502, "<html>")).await, Err(Refusal::gateways(502).into()));
        assert_eq!(asked(fake::Answer::Text(200, "<html>")).await, Err(ApiError::Unreadable { status: 200 }));
        assert!(matches!(asked(fake::Answer::Reset).await, Err(ApiError::Unknown(_))));
    }

    #[tokio::test]
    async fn an_unsent_call_is_reported_as_not_sent() {
        let nobody = answered(client().get("http://127.0.0.1:1/"), 100, None).await.map(|_| ());
        assert_eq!(nobody, Err(ApiError::NotSent(LocalizedText::new("said-net-refused"))));
        // A file that ends too early never arrived completely.
        let server = Fake::start(SERVER, []).await;
        let pieces = vec![Ok(Bytes::from_static(b"abc")), Err("the store is away".to_owned())];
        let opened = OpenFile { announced: Some(6), bytes: stream::iter(pieces).boxed() };
        let (form, whole) = MultipartRequest::of("document", &Media::default(), opened).into_form();
        let failed = answered(client().post(server.base).multipart(form), 100, Some(&whole)).await.map(|_| ());
        assert!(matches!(failed, Err(ApiError::NotSent(_))), "{failed:?}");
    }

    #[test]
    fn an_address_is_escaped() {
        let base = Url::parse("http://a.example/v1/").unwrap();
        let address = below(&base, ["..%2F", "a/b", "c d"], &[("q", "x&y z")]);
        assert_eq!(address.as_str(), "http://a.example/v1/..%252F/a%2Fb/c%20d?q=x%26y+z");
    }
}
