//! The content of a message as amoCRM sends it: in a hook (chats-api §4.3), in a page of history (chats-api §3.6) and
//! in a quote (chats-api §4.6).

use serde_json::{Map, Value};

use super::markup::Markup;
use super::person::ChatPerson;
use super::template::Template;
use crate::lenient;

/// The content of a message. It may have text, file and buttons at once; empty texts and sizes of zero are `None`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct MessageContent {
    /// amojo's id of the message, for its delivery status and to detect duplicates. Empty only in quotes without it.
    pub id: String,
    /// Our id of the message, if it has one: an unknown outcome is resolved by it.
    pub client_id: Option<String>,
    /// `text`, `picture`, `file`, …; other values are possible, empty if there was none.
    pub kind: String,
    /// The text or caption, may be empty. For a template it is the final text.
    pub text: String,
    /// Address of the file. Its lifetime is not documented: download it soon.
    pub media: Option<String>,
    /// Address of a small picture of the file.
    pub thumbnail: Option<String>,
    /// File name; often missing.
    pub file_name: Option<String>,
    /// Size in bytes; often missing.
    pub file_size: Option<u64>,
    /// The same for attachments that were sent together, each as a separate message.
    pub media_group_id: Option<String>,
    /// A place.
    pub location: Option<Place>,
    /// A person's card.
    pub contact: Option<Card>,
    /// The post that was commented on: this message is an answer to a comment, to be published as well.
    pub post: Option<HookPost>,
    /// Buttons or a list.
    pub markup: Option<Markup>,
    /// The template it was created from.
    pub template: Option<Template>,
    /// The quoted message.
    pub reply_to: Option<Box<PastMessage>>,
    /// The forwarded messages.
    pub forwards: Option<HookForwards>,
    /// All other fields: those that this crate does not know, and known ones of an unreadable form.
    pub other: Map<String, Value>,
}

/// An earlier message: a row of the history, a quoted or a forwarded one.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PastMessage {
    /// When it was written, Unix seconds.
    pub timestamp: Option<i64>,
    /// When it was written, Unix milliseconds; missing in older answers.
    pub msec_timestamp: Option<i64>,
    /// Its author.
    pub sender: Option<ChatPerson>,
    /// Its receiver; absent in incoming messages.
    pub receiver: Option<ChatPerson>,
    /// Its content.
    pub message: MessageContent,
}

/// Forwarded messages.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct HookForwards {
    /// The messages, at least one; currently amoCRM sends one.
    pub messages: Vec<PastMessage>,
    /// Our id of their chat.
    pub conversation_id: Option<String>,
    /// amojo's id of their chat.
    pub conversation_ref_id: Option<String>,
}

/// The post of the comment that is answered.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HookPost {
    /// Our id of the post.
    pub id: Option<String>,
}

/// A place, in degrees.
#[derive(Clone, Copy, Debug, PartialEq)]
#[expect(missing_docs, reason = "the fields say what they are")]
pub struct Place {
    pub longitude: f64,
    pub latitude: f64,
}

/// A person's card.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[expect(missing_docs, reason = "the fields say what they are")]
pub struct Card {
    pub name: Option<String>,
    pub phone: Option<String>,
}

impl MessageContent {
    /// Our id of the post. A message with `post` is an answer to a comment, whether or not it has this id.
    pub fn post_id(&self) -> Option<&str> {
        self.post.as_ref()?.id.as_deref()
    }

    pub(crate) fn read(message: &Value) -> Self {
        Self::of(Members::of(message))
    }

    fn of(mut members: Members) -> Self {
        let client_id = members.take("client_id", lenient::text);
        Self {
            id: members.take("id", lenient::text).unwrap_or_default(),
            client_id: client_id.or_else(|| members.take("msgid", lenient::text)),
            kind: members.take("type", lenient::text).unwrap_or_default(),
            text: members.take("text", lenient::text).unwrap_or_default(),
            media: members.take("media", lenient::text),
            thumbnail: members.take("thumbnail", lenient::text),
            file_name: members.take("file_name", lenient::text),
            file_size: members
                .take("file_size", lenient::number)
                .and_then(|size| u64::try_from(size).ok())
                .filter(|size| *size > 0),
            media_group_id: members.take("media_group_id", lenient::text),
            location: members.take_member("location", Place::read),
            contact: members.take_member("contact", Card::read),
            post: members.take_member("post", |post| Some(HookPost::read(post))),
            markup: members.take_member("markup", |markup| Some(Markup::read(markup))),
            template: members.take_member("template", Template::read),
            reply_to: members.take_member("reply_to", PastMessage::quoted).map(Box::new),
            forwards: members.take_member("forwards", HookForwards::read),
            other: members.0,
        }
    }
}

impl PastMessage {
    /// When it was written, Unix milliseconds, from whichever of the two times is present.
    pub fn at_milliseconds(&self) -> Option<i64> {
        milliseconds(self.timestamp, self.msec_timestamp)
    }

    /// A row of the history; none if amojo's id of the message is missing.
    pub(crate) fn row(row: &Value) -> Option<Self> {
        let message = MessageContent::read(row.get("message")?);
        (!message.id.is_empty()).then(|| Self { message, ..Self::frame(&mut Members::of(row)) })
    }

    /// `{"message": …}`, or the quoted message itself.
    fn quoted(quote: &Value) -> Option<Self> {
        Self::embedded(lenient::present(quote, "message").unwrap_or(quote))
    }

    /// Flat: times and people are beside the text.
    fn embedded(message: &Value) -> Option<Self> {
        let mut members = Members::of(message);
        if members.0.is_empty() {
            return None;
        }
        let frame = Self::frame(&mut members);
        Some(Self { message: MessageContent::of(members), ..frame })
    }

    fn frame(members: &mut Members) -> Self {
        let mut person = |key| members.take_member(key, |person| person.is_object().then(|| ChatPerson::read(person)));
        let (sender, receiver) = (person("sender"), person("receiver"));
        Self {
            timestamp: members.take("timestamp", lenient::number),
            msec_timestamp: members.take("msec_timestamp", lenient::number),
            sender,
            receiver,
            message: MessageContent::default(),
        }
    }
}

impl HookForwards {
    fn read(forwards: &Value) -> Option<Self> {
        let messages = lenient::list(forwards, "messages").into_iter().filter_map(PastMessage::embedded);
        let messages: Vec<_> = messages.collect();
        (!messages.is_empty()).then(|| Self {
            messages,
            conversation_id: lenient::text(forwards, "conversation_id"),
            conversation_ref_id: lenient::text(forwards, "conversation_ref_id"),
        })
    }
}

impl HookPost {
    /// Whatever its form, its presence marks a public answer.
    fn read(post: &Value) -> Self {
        Self { id: lenient::text(post, "id") }
    }
}

impl Place {
    fn read(place: &Value) -> Option<Self> {
        Some(Self { longitude: lenient::float(place, "lon")?, latitude: lenient::float(place, "lat")? })
    }
}

impl Card {
    fn read(card: &Value) -> Option<Self> {
        let read = Self { name: lenient::text(card, "name"), phone: lenient::text(card, "phone") };
        (read != Self::default()).then_some(read)
    }
}

/// Unix milliseconds from whichever of the two times is present.
pub(super) fn milliseconds(seconds: Option<i64>, milliseconds: Option<i64>) -> Option<i64> {
    milliseconds.or_else(|| seconds.and_then(|seconds| seconds.checked_mul(1000)))
}

/// The fields of an object that were not read yet; empty ones are ignored.
struct Members(Map<String, Value>);

impl Members {
    fn of(value: &Value) -> Self {
        let mut members = value.as_object().cloned().unwrap_or_default();
        members.retain(|key, _| lenient::present(value, key).is_some());
        Self(members)
    }

    /// Reads a field by one of [`lenient`]'s functions; an unreadable one stays.
    fn take<T>(&mut self, key: &str, read: fn(&Value, &str) -> Option<T>) -> Option<T> {
        let object = Value::Object(Map::from_iter([self.0.remove_entry(key)?]));
        let read = read(&object, key);
        if let (None, Value::Object(unread)) = (&read, object) {
            self.0.extend(unread);
        }
        read
    }

    /// Reads a field by its own reader; an unreadable one stays.
    fn take_member<T>(&mut self, key: &str, read: impl FnOnce(&Value) -> Option<T>) -> Option<T> {
        let read = read(self.0.get(key)?)?;
        self.0.remove(key);
        Some(read)
    }
}
