//! Client of the Chats API ("amojo", chats-api): channels, chats, messages and their changes, delivery statuses,
//! history, typing, reactions.

mod channels;
mod message;
pub mod sign;
mod status;
mod wire;

use std::fmt;
use std::time::Duration;

use chrono::{DateTime, Utc};
use reqwest::{Client, Method};
use secrecy::SecretString;
use serde::ser::SerializeStruct as _;
use serde::{Serialize, Serializer};
use serde_json::Value;
use url::Url;

use crate::error::Error;
pub use crate::hooks::chats::{ChatPerson, MessageContent, PastMessage};
use crate::transport::{self, ANSWER_LIMIT, Answer, TOTAL_TIME, clean, excerpt};
use crate::{Now, lenient};
pub use channels::{Chat, Connect, Connected, HISTORY_PAGE, HistoryPages, NewChat};
pub use message::{
    Content, EditContent, EditMessage, EditTarget, Forwards, MediaFile, MediaKind, NewMessage, Post, Quote,
    QuotedMessage, QuotedSender, SharedPost, Taken,
};
pub use sign::Skew;
pub use status::{DeliveryStatus, FailureCode, Reaction, ReactionUser, Typing};

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
    observer: fn(&reqwest::Request),
}

impl Chats {
    /// A client for e.g. `https://amojo.amocrm.ru`. A path in `base_url` is kept, sent and signed.
    ///
    /// `http` must follow no redirects and use no unintended proxy, see the crate's documentation. `now` provides the
    /// signed date of each call. Fails with [`Error::Invalid`] if `base_url` is not a plain http(s) address.
    pub fn new(http: Client, base_url: &str, now: Now) -> Result<Self, Error> {
        let base = transport::base_url("Chats::new", base_url)?;
        Ok(Self { http, base, now, skew: Skew::default(), total_time: TOTAL_TIME, observer: |_| {} })
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
        let dated = sign::corrected(now, self.skew.seconds());
        let answer = self.exchange(&request, &url, dated).await?;
        let Some(seconds) = Skew::blamed(&answer, now, dated) else { return answer.success(refusal) };
        let again = self.exchange(&request, &url, sign::corrected(now, seconds)).await?;
        if again.is_success() {
            self.skew.learn(seconds);
        }
        again.success(refusal)
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

// References to objects that exist on both sides. In our requests a plain name is our id and `…ref_id` (or a message's
// `id`) is amojo's (chats-api §0).

/// A message by either side's id.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub enum MessageRef {
    /// Our id (`msgid`).
    #[serde(rename = "msgid")]
    Ours(String),
    /// amojo's id (`id`).
    #[serde(rename = "id")]
    Amojo(String),
}

/// A chat by either side's id.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub enum ConversationRef {
    /// Our id (`conversation_id`).
    #[serde(rename = "conversation_id")]
    Ours(String),
    /// amojo's id (`conversation_ref_id`).
    #[serde(rename = "conversation_ref_id")]
    Amojo(String),
}

impl MessageRef {
    fn check(&self, call: &'static str) -> Result<(), Error> {
        match self {
            MessageRef::Ours(id) => required(call, "msgid", id),
            MessageRef::Amojo(id) => required(call, "id", id),
        }
    }
}

impl ConversationRef {
    fn check(&self, call: &'static str) -> Result<(), Error> {
        match self {
            ConversationRef::Ours(id) => required(call, "conversation_id", id),
            ConversationRef::Amojo(id) => required(call, "conversation_ref_id", id),
        }
    }
}

/// A source by our id.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SourceRef {
    /// 1 to 40 printable ASCII characters and spaces; the Sources API accepts at most 36 (chats-api §7 row 23).
    pub external_id: String,
}

impl SourceRef {
    fn check(&self, call: &'static str) -> Result<(), Error> {
        let fits = (1..=40).contains(&self.external_id.len())
            && self.external_id.bytes().all(|byte| matches!(byte, b' '..=b'~'));
        if fits {
            Ok(())
        } else {
            Err(Error::invalid(call, "source.external_id must be 1 to 40 printable ASCII characters"))
        }
    }
}

/// A participant as sent to amoCRM: the customer, a manager or the bot.
///
/// A manager has the amojo id of a user as `ref_id` ([`User`](crate::rest::User)), the bot has the id that amoCRM's
/// support gave it, with the bot's `client_id` as `id` (chats-api §3.4.1, §5.8).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ChatUser {
    /// Our id of the participant (the bot's `client_id` for the bot).
    pub id: String,
    /// amojo's id: required for managers and the bot as senders, and for a customer's first answer in a chat that
    /// amoCRM started (chats-api §5.4).
    pub ref_id: Option<String>,
    /// Display name.
    pub name: String,
    /// Address of a picture, which amojo may download a little later; must be public.
    pub avatar: Option<String>,
    /// Phone; amoCRM uses it to find duplicates.
    pub phone: Option<String>,
    /// E-mail address; amoCRM uses it to find duplicates.
    pub email: Option<String>,
    /// Address of the person's page in the messenger.
    pub profile_link: Option<String>,
}

impl Serialize for ChatUser {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Profile<'user> {
            #[serde(skip_serializing_if = "Option::is_none")]
            phone: &'user Option<String>,
            #[serde(skip_serializing_if = "Option::is_none")]
            email: &'user Option<String>,
        }
        let mut user = serializer.serialize_struct("ChatUser", 6)?;
        user.serialize_field("id", &self.id)?;
        if let Some(ref_id) = &self.ref_id {
            user.serialize_field("ref_id", ref_id)?;
        }
        user.serialize_field("name", &self.name)?;
        if let Some(avatar) = &self.avatar {
            user.serialize_field("avatar", avatar)?;
        }
        if self.phone.is_some() || self.email.is_some() {
            user.serialize_field("profile", &Profile { phone: &self.phone, email: &self.email })?;
        }
        if let Some(link) = &self.profile_link {
            user.serialize_field("profile_link", link)?;
        }
        user.end()
    }
}

/// The fields that a community client has seen; amoCRM documents none.
const DESCRIPTION: &str = "error_description";
const DETAILS: [&str; 2] = ["error_type", "error_code"];

/// `description (type, code)` if the body contains only these, else the beginning of the body.
fn refusal(body: &[u8]) -> String {
    let refusal = serde_json::from_slice::<Value>(body).unwrap_or_default();
    let known = |key: &String| key == DESCRIPTION || DETAILS.contains(&key.as_str());
    let only_these = refusal.as_object().is_some_and(|members| members.keys().all(known));
    let Some(description) = lenient::text(&refusal, DESCRIPTION).filter(|_| only_these) else {
        return excerpt(body);
    };
    let details: Vec<_> = DETAILS.into_iter().filter_map(|key| lenient::text(&refusal, key)).collect();
    if details.is_empty() { clean(&description) } else { clean(&format!("{description} ({})", details.join(", "))) }
}

#[cfg(test)]
mod tests {
    use super::refusal;

    #[test]
    fn a_description_becomes_one_line() {
        let body = br#"{"error_code":400,"error_type":"BAD_DATA","error_description":"msgid\nis taken"}"#;
        assert_eq!(refusal(body), "msgid is taken (BAD_DATA, 400)");
        assert_eq!(refusal(br#"{"error_description":"no"}"#), "no");
    }

    #[test]
    fn anything_else_is_quoted() {
        for body in [
            r#"{"error_code":400}"#,
            r#"{"error_description":"no","fields":["msgid"]}"#,
            r#"{"title":"Bad Request"}"#,
            "[1]",
            "<html> 502",
            "",
        ] {
            assert_eq!(refusal(body.as_bytes()), body);
        }
    }
}
