//! The content of a message as amoCRM sends it: in a hook (chats-api §4.3), in a page of history (chats-api §3.6) and
//! in a quote (chats-api §4.6); its people, buttons, lists and template (chats-api §4.4, §4.5).

use serde_json::{Map, Value};

use crate::lenient;

/// The content of a message. It may have text, file and buttons at once; empty texts and sizes of zero are `None`.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
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
#[non_exhaustive]
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
#[non_exhaustive]
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
#[non_exhaustive]
pub struct HookPost {
    /// Our id of the post.
    pub id: Option<String>,
}

/// A place, in degrees.
#[derive(Clone, Copy, Debug, PartialEq)]
#[expect(missing_docs, reason = "the fields say what they are")]
#[non_exhaustive]
pub struct Place {
    pub longitude: f64,
    pub latitude: f64,
}

/// A person's card.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[expect(missing_docs, reason = "the fields say what they are")]
#[non_exhaustive]
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

/// The choices offered to the customer.
#[derive(Clone, Debug, PartialEq)]
pub enum Markup {
    /// Rows of buttons. Pressing a text button sends its text as an ordinary message; a button with an address is
    /// opened by the messenger and sends nothing.
    Buttons {
        /// `inline` (under the text) for integrations; other values are possible, empty if there was none.
        mode: String,
        /// The rows from top to bottom, none of them empty.
        rows: Vec<Vec<Button>>,
    },
    /// A list to choose one row from; with or instead of the message's text.
    List(ListMessage),
    /// Something else, as it came.
    Other(Value),
}

/// One button.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Button {
    /// Its text, not empty.
    pub text: String,
    /// The address it opens.
    pub url: Option<String>,
}

/// A list message. amoCRM enforces these lengths, in characters: header and footer 60, body 1024, a section's title 24;
/// 1 to 10 sections with 1 to 10 rows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ListMessage {
    /// The heading.
    pub header: Option<String>,
    /// The text; may contain emoji and Markdown.
    pub body: Option<String>,
    /// The small print; may contain emoji, links and Markdown.
    pub footer: Option<String>,
    /// Label of the button that opens the list.
    pub button: Option<String>,
    /// The sections, none of them without rows.
    pub sections: Vec<ListSection>,
}

/// A part of a list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ListSection {
    /// Its title.
    pub title: Option<String>,
    /// Its rows.
    pub rows: Vec<ListRow>,
}

/// A row that can be chosen.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ListRow {
    /// To be returned when the row is chosen ([`NewMessage::callback_data`](crate::chats::NewMessage::callback_data)),
    /// otherwise the bot does not continue. Not empty.
    pub callback_data: String,
    /// The displayed text, which is also the text of the answer.
    pub title: String,
    /// Small print.
    pub description: Option<String>,
}

impl Markup {
    /// Never fails: unreadable markup stays as it is, single unreadable buttons and rows are omitted.
    pub(super) fn read(markup: &Value) -> Self {
        let list = lenient::present(markup, "list_message").and_then(ListMessage::read);
        list.map(Markup::List).or_else(|| Self::buttons(markup)).unwrap_or_else(|| Markup::Other(markup.clone()))
    }

    fn buttons(markup: &Value) -> Option<Self> {
        let rows: Vec<Vec<Button>> = lenient::list(markup, "buttons").into_iter().map(row).collect();
        let rows: Vec<_> = rows.into_iter().filter(|row| !row.is_empty()).collect();
        let mode = lenient::text(markup, "mode").unwrap_or_default();
        (!rows.is_empty()).then_some(Markup::Buttons { mode, rows })
    }
}

/// A row of buttons; a single button is a row of its own.
fn row(row: &Value) -> Vec<Button> {
    match row.as_array() {
        Some(buttons) => buttons.iter().filter_map(Button::read).collect(),
        None => Button::read(row).into_iter().collect(),
    }
}

impl Button {
    fn read(button: &Value) -> Option<Self> {
        Some(Self { text: lenient::text(button, "text")?, url: lenient::text(button, "url") })
    }
}

impl ListMessage {
    fn read(list: &Value) -> Option<Self> {
        let sections = lenient::list(list, "sections").into_iter().map(ListSection::read);
        let sections: Vec<_> = sections.filter(|section| !section.rows.is_empty()).collect();
        (!sections.is_empty()).then(|| Self {
            header: lenient::text(list, "header"),
            body: lenient::text(list, "body"),
            footer: lenient::text(list, "footer"),
            button: lenient::text(list, "button"),
            sections,
        })
    }
}

impl ListSection {
    fn read(section: &Value) -> Self {
        let rows = lenient::list(section, "rows").into_iter().filter_map(ListRow::read).collect();
        Self { title: lenient::text(section, "title"), rows }
    }
}

impl ListRow {
    fn read(row: &Value) -> Option<Self> {
        Some(Self {
            callback_data: lenient::text(row, "callback_data")?,
            title: lenient::text(row, "title").unwrap_or_default(),
            description: lenient::text(row, "description"),
        })
    }
}

/// A participant as amoCRM sends it: in answers, in hooks and in the history. Empty texts are `None`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ChatPerson {
    /// amojo's id of the participant, opaque: the author may also be a bot or a template.
    pub id: Option<String>,
    /// Our id of the participant; absent for amoCRM's users, and for a customer to whom amoCRM wrote first.
    pub client_id: Option<String>,
    /// Display name.
    pub name: Option<String>,
    /// Address of the picture.
    pub avatar: Option<String>,
    /// Phone, with or without `+`; if amoCRM writes first, the chosen one.
    pub phone: Option<String>,
    /// E-mail address.
    pub email: Option<String>,
}

impl ChatPerson {
    pub(crate) fn read(person: &Value) -> Self {
        // Phone and e-mail are at the top level or under `profile` (chats-api §7 row 8).
        let of_profile = |key| {
            lenient::text(person, key).or_else(|| person.get("profile").and_then(|profile| lenient::text(profile, key)))
        };
        Self {
            id: lenient::text(person, "id"),
            client_id: lenient::text(person, "client_id"),
            name: lenient::text(person, "name"),
            avatar: lenient::text(person, "avatar"),
            phone: of_profile("phone"),
            email: of_profile("email"),
        }
    }
}

/// A template from which a message was created. The message's text is final; the template is for messengers with
/// templates of their own (WhatsApp).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Template {
    /// amoCRM's id of the template.
    pub id: Option<i64>,
    /// The integration's id of the template, if it was created with one.
    pub external_id: Option<String>,
    /// The original text, with markers such as `{{lead.id}}`.
    pub content: Option<String>,
    /// The values that replaced the markers.
    pub params: Vec<TemplateParam>,
}

/// A marker and its value.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TemplateParam {
    /// The marker as written in the content.
    pub key: String,
    /// Its value, possibly empty.
    pub value: String,
}

impl Template {
    /// The values in the order of their markers in the content, as templates with numbered placeholders need them. A
    /// marker that occurs twice counts once; markers that do not occur come last.
    pub fn values(&self) -> Vec<&str> {
        let content = self.content.as_deref().unwrap_or_default();
        let mut params: Vec<_> = self.params.iter().collect();
        params.sort_by_key(|param| content.find(&param.key).unwrap_or(usize::MAX));
        params.into_iter().map(|param| param.value.as_str()).collect()
    }

    /// None if there is nothing that could be sent.
    pub(super) fn read(template: &Value) -> Option<Self> {
        let params = lenient::list(template, "params").into_iter().filter_map(TemplateParam::read).collect();
        let read = Self {
            id: lenient::number(template, "id"),
            external_id: lenient::text(template, "external_id"),
            content: lenient::text(template, "content"),
            params,
        };
        (read != Self::default()).then_some(read)
    }
}

impl TemplateParam {
    fn read(param: &Value) -> Option<Self> {
        Some(Self { key: lenient::text(param, "key")?, value: lenient::text(param, "value").unwrap_or_default() })
    }
}
