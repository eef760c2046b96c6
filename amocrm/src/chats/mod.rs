//! Client of the Chats API ("amojo", chats-api): channels, chats, messages and their changes, delivery statuses,
//! history, typing, reactions.

mod connect;
mod content;
mod create;
mod edit;
mod history;
mod ids;
mod message;
mod person;
mod post;
mod quote;
mod reaction;
mod refusal;
pub mod sign;
mod skew;
mod status;
mod typing;
mod wire;

use std::fmt;
use std::time::Duration;

use chrono::{DateTime, Utc};
use reqwest::{Client, Method};
use secrecy::SecretString;
use url::Url;

pub use connect::{Connect, Connected};
pub use content::{Content, MediaFile, MediaKind};
pub use create::{Chat, NewChat};
pub use edit::{EditContent, EditMessage, EditTarget};
pub use history::{HISTORY_PAGE, HistoryPages};
pub use ids::{ConversationRef, MessageRef, SourceRef};
pub use message::{NewMessage, Taken};
pub use person::ChatUser;
pub use post::{Post, SharedPost};
pub use quote::{Forwards, Quote, QuotedMessage, QuotedSender};
pub use reaction::{Reaction, ReactionUser};
pub use skew::Skew;
pub use status::{DeliveryStatus, FailureCode, StatusStyle};
pub use typing::Typing;

pub use crate::hooks::chats::{ChatPerson, MessageContent, PastMessage};

use crate::Now;
use crate::error::Error;
use crate::transport::{self, ANSWER_LIMIT, Answer, TOTAL_TIME};

/// A client of one Chats API host. Cheap to clone; holds no secret.
///
/// Every call is signed with the channel secret passed to it, at the moment of sending and over the exact bytes sent,
/// so to retry a request call the method again. The client itself repeats a request only if its signature was refused
/// and amojo's clock differs from ours by more than a minute: once, with a date by amojo's clock, which is remembered
/// ([`Skew`]).
///
/// ```no_run
/// # async fn example(http: reqwest::Client, secret: secrecy::SecretString) -> Result<(), amocrm::Error> {
/// use amocrm::chats::{ChatUser, Chats, Connect, Content, NewMessage};
///
/// let now = std::sync::Arc::new(chrono::Utc::now);
/// let chats = Chats::new(http, "https://amojo.amocrm.ru", now)?;
/// let connect = Connect {
///     account_id: "3c7a9e84-5d16-4f0b-9a2e-1b8c4d6e7f90".into(),
///     title: "Acme Chat".into(),
///     is_time_window_disabled: false,
/// };
/// let connected = chats.connect(&secret, "9d1f6c52-0b7e-4a53-8f21-6f0c3f5a7b10", &connect).await?;
/// let message = NewMessage {
///     message_id: "acme-msg-0001".into(),
///     conversation_id: "acme-conv-77".into(),
///     at_milliseconds: 1_788_253_801_125,
///     sender: ChatUser { id: "acme-user-77".into(), name: "Maria".into(), ..ChatUser::default() },
///     content: Content::Text { text: "Is the blue one in stock?".into() },
///     ..NewMessage::default()
/// };
/// let taken = chats.send_message(&secret, &connected.scope_id, &message).await?;
/// println!("amoCRM calls it {}", taken.amojo_message_id);
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Chats {
    http: Client,
    base: Url,
    now: Now,
    skew: Skew,
    total_time: Duration,
    status_style: StatusStyle,
    observer: fn(&reqwest::Request),
}

impl Chats {
    /// A client for e.g. `https://amojo.amocrm.ru`. A path in `base_url` is kept, sent and signed.
    ///
    /// `http` must follow no redirects and use no unintended proxy, see the crate's documentation. `now` provides the
    /// signed date of each call. Fails with [`Error::Invalid`] if `base_url` is not a plain http(s) address.
    pub fn new(http: Client, base_url: &str, now: Now) -> Result<Self, Error> {
        let base = transport::base_url("Chats::new", base_url)?;
        Ok(Self {
            http,
            base,
            now,
            skew: Skew::default(),
            total_time: TOTAL_TIME,
            status_style: StatusStyle::default(),
            observer: |_| {},
        })
    }

    /// The same client with another total time limit for each call (default [`TOTAL_TIME`]).
    pub fn with_total_time(mut self, total_time: Duration) -> Self {
        self.total_time = total_time;
        self
    }

    /// The same client sharing a clock difference learned by other clients.
    pub fn with_skew(mut self, skew: Skew) -> Self {
        self.skew = skew;
        self
    }

    /// The same client with another format of [`delivery_status`](Chats::delivery_status).
    pub fn with_status_style(mut self, style: StatusStyle) -> Self {
        self.status_style = style;
        self
    }

    /// The same client with a function that sees each request before it is sent, for a log of what was sent.
    pub fn with_observer(mut self, observer: fn(&reqwest::Request)) -> Self {
        self.observer = observer;
        self
    }

    /// Signs and sends. `segments` follow `/v2/origin/custom/`, `query` is not part of the signature.
    async fn call(&self, request: Request<'_>) -> Result<Answer, Error> {
        let call = request.call;
        if let Some(segment) = request.segments.iter().find(|segment| !is_path_id(segment)) {
            let what = format!("{segment:?} is not allowed in a path: only letters, digits, '-' and '_' can");
            return Err(Error::invalid(call, what));
        }
        let segments = ["v2", "origin", "custom"].into_iter().chain(request.segments.iter().copied());
        let url = transport::join(&self.base, segments);
        let now = (self.now)();
        let dated = skew::corrected(now, self.skew.seconds());
        let answer = self.exchange(&request, &url, dated).await?;
        let Some(seconds) = Skew::blamed(&answer, now, dated) else { return answer.success(refusal::words) };
        let again = self.exchange(&request, &url, skew::corrected(now, seconds)).await?;
        if again.is_success() {
            self.skew.learn(seconds);
        }
        again.success(refusal::words)
    }

    async fn exchange(&self, request: &Request<'_>, url: &Url, dated: DateTime<Utc>) -> Result<Answer, Error> {
        let signed = sign::signed_headers(request.secret, request.method.as_str(), url.path(), dated, &request.body);
        let mut url = url.clone();
        if !request.query.is_empty() {
            url.query_pairs_mut().extend_pairs(&request.query);
        }
        let mut builder = self
            .http
            .request(request.method.clone(), url)
            .timeout(self.total_time)
            .header("Date", signed.date)
            .header("Content-Type", signed.content_type)
            .header("Content-MD5", signed.content_md5)
            .header("X-Signature", signed.signature);
        if !request.body.is_empty() {
            builder = builder.body(request.body.clone());
        }
        let built = transport::built(request.call, builder)?;
        (self.observer)(&built);
        transport::exchange_built(request.call, &self.http, built, ANSWER_LIMIT).await
    }
}

impl fmt::Debug for Chats {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Chats").field("base", &self.base.as_str()).finish_non_exhaustive()
    }
}

/// The parts of one request.
struct Request<'call> {
    call: &'static str,
    secret: &'call SecretString,
    method: Method,
    segments: Vec<&'call str>,
    query: Vec<(&'static str, String)>,
    body: Vec<u8>,
}

impl<'call> Request<'call> {
    fn post(
        call: &'static str,
        secret: &'call SecretString,
        segments: Vec<&'call str>,
        payload: &impl serde::Serialize,
    ) -> Result<Self, Error> {
        let body = serde_json::to_vec(payload).map_err(|error| Error::invalid(call, error.to_string()))?;
        Ok(Self { call, secret, method: Method::POST, segments, query: Vec::new(), body })
    }
}

/// Ids in paths are amojo's own (UUIDs, scopes): anything that would need percent-encoding is refused, because it is
/// not known how amojo signs an encoded path (chats-api §2.1).
fn is_path_id(segment: &str) -> bool {
    !segment.is_empty() && segment.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
}

/// One of our ids, which must not be empty.
fn required(call: &'static str, name: &str, value: &str) -> Result<(), Error> {
    if value.is_empty() { Err(Error::invalid(call, format!("{name} is empty"))) } else { Ok(()) }
}
