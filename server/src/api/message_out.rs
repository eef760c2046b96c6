//! Messages in responses: content, files with their links, context, and the history of a message, built from its row,
//! its attempts and its dead letters.

use std::collections::{BTreeSet, HashMap};

use base::error::Result;
use base::i18n::{CRM, Language, Words};
use base::json::Moment;
use base::message::{
    Body, Button, Content, Direction, Failure, FailureCode, LetterKind, List, Markup, Media, Person, Post, Quote, Role,
    SharedPost, Template,
};
use domain::delivery::read::reason::Reason;
use domain::intake::message_in::ContentType;
use domain::media::{self, ShownFile};
use domain::route::decision::RouteDecisionOut;
use domain::usage::UsageContext;
use entity::{attempt, dead_letter, found_message, message};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

pub use domain::delivery::read::MessageStatus;

/// An accepted message.
#[derive(Debug, Serialize, ToSchema)]
pub struct AcceptedOut {
    /// Parom's id of the message.
    pub id: Uuid,
    #[schema(example = "ext-1001")]
    pub external_id: String,
    #[schema(example = "queued")]
    pub status: &'static str,
    /// The id was already accepted and nothing new was stored.
    pub duplicate: bool,
}

/// A message in either direction.
#[derive(Debug, Serialize, ToSchema)]
pub struct MessageOut {
    pub id: Uuid,
    pub source_id: Uuid,
    pub direction: Direction,
    pub status: MessageStatus,
    /// Why it is held; null if it is not held.
    #[schema(required)]
    pub reason: Option<String>,
    /// Why it failed; null if it did not fail.
    #[schema(required)]
    pub error: Option<FailureOut>,
    /// The messenger's id; null until known.
    #[schema(required)]
    pub external_id: Option<String>,
    /// The message's id in amojo, amoCRM's chat service; null until known.
    #[schema(required)]
    pub amocrm_message_id: Option<String>,
    pub conversation: ConversationRefOut,
    pub sender: PersonOut,
    #[schema(required)]
    pub receiver: Option<PersonOut>,
    pub content: ContentOut,
    #[serde(flatten)]
    pub around: AroundOut,
    /// Creates no lead and triggers no notification.
    pub silent: bool,
    /// The customer deleted the message; `content` is its last content.
    pub deleted: bool,
    /// The customer may have received it twice, because the outcome of an earlier attempt is unknown.
    pub possible_duplicate: bool,
    #[schema(value_type = String, format = DateTime)]
    pub sent_at: Moment,
    #[schema(value_type = String, format = DateTime)]
    pub accepted_at: Moment,
    /// What happened to it, oldest first. Absent in lists.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false)]
    pub timeline: Option<Vec<TimelineEventOut>>,
    /// What the account's routes decided about the enquiry that it began. Absent in lists, and if they decided nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false)]
    pub routing: Option<RouteDecisionOut>,
}

/// The conversation a message belongs to.
#[derive(Debug, Serialize, ToSchema)]
pub struct ConversationRefOut {
    /// The messenger's id; null while a conversation started by a manager waits for the messenger's response.
    #[schema(required)]
    pub id: Option<String>,
}

/// Why a message failed.
#[derive(Debug, Serialize, ToSchema)]
pub struct FailureOut {
    pub code: FailureCode,
    /// A description in plain language.
    pub text: String,
}

impl FailureOut {
    /// The texts of codes are about messengers; what was to go to amoCRM was refused by amoCRM.
    pub fn of(failure: Failure, direction: Direction) -> Self {
        let words = Words::new(Language::En);
        let reason = Reason::of_failure(failure.code, direction, &failure.text);
        let text = match reason.key {
            Reason::CRM_REFUSED if failure.text.is_empty() => {
                words.text_of("reason-", reason.key).with("crm", CRM).to_string()
            }
            _ => failure.text_in(words),
        };
        Self { code: failure.code, text }
    }
}

/// A participant.
#[derive(Debug, Serialize, ToSchema)]
pub struct PersonOut {
    pub role: Role,
    /// The messenger's id; for managers, amojo's id.
    pub id: String,
    #[schema(required)]
    pub name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub avatar_url: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub profile_url: Option<String>,
}

impl From<Person> for PersonOut {
    fn from(person: Person) -> Self {
        Self {
            role: person.role,
            id: person.id,
            name: person.name,
            phone: person.phone,
            email: person.email,
            avatar_url: person.avatar_url,
            profile_url: person.profile_url,
        }
    }
}

/// The content of a message; which fields are present depends on `type`.
#[derive(Debug, Serialize, ToSchema)]
pub struct ContentOut {
    #[serde(rename = "type")]
    pub kind: ContentType,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// A signed link to the file, valid for 48 hours; while Parom is still fetching the file it returns 503. Absent if
    /// the file is gone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub media_url: Option<String>,
    /// Parom's id of the file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub media_id: Option<Uuid>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file_size: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mime_type: Option<String>,
    /// A signed link to a small picture of the file, if there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub thumbnail_url: Option<String>,
    /// In seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub duration: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sticker_id: Option<String>,
    /// Shared by attachments that were sent together.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub group_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub latitude: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub longitude: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
    /// The row of a list message that the customer selected.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub callback_data: Option<String>,
    /// Rows of buttons.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub buttons: Option<Vec<Vec<Button>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub list: Option<List>,
}

impl ContentOut {
    /// Stored content with its buttons or rows and the customer's selection.
    pub fn of(content: Content, markup: Option<Markup>, callback_data: Option<String>, files: &FileLinks) -> Self {
        let (buttons, list) = match markup {
            Some(Markup::Buttons(rows)) => (Some(rows), None),
            Some(Markup::List(list)) => (None, Some(list)),
            None => (None, None),
        };
        Self { callback_data, buttons, list, ..Self::plain(content, files) }
    }

    fn bare(kind: ContentType) -> Self {
        Self {
            kind,
            text: None,
            media_url: None,
            media_id: None,
            file_name: None,
            file_size: None,
            mime_type: None,
            thumbnail_url: None,
            duration: None,
            sticker_id: None,
            group_id: None,
            latitude: None,
            longitude: None,
            name: None,
            phone: None,
            callback_data: None,
            buttons: None,
            list: None,
        }
    }

    fn media(kind: ContentType, media: Media, files: &FileLinks) -> Self {
        let media = files.lent(media);
        Self {
            text: media.text,
            media_url: Some(media.media_url).filter(|url| !url.is_empty()),
            media_id: media.media_id,
            file_name: Some(media.file_name),
            file_size: Some(media.file_size).filter(|size| *size > 0),
            mime_type: media.mime_type,
            thumbnail_url: media.thumbnail_url,
            duration: media.duration,
            sticker_id: media.sticker_id,
            group_id: media.group_id,
            ..Self::bare(kind)
        }
    }

    /// Stored content by itself.
    pub(super) fn plain(content: Content, files: &FileLinks) -> Self {
        match content {
            Content::Text { text } => Self { text: Some(text), ..Self::bare(ContentType::Text) },
            Content::Picture(media) => Self::media(ContentType::Picture, media, files),
            Content::Video(media) => Self::media(ContentType::Video, media, files),
            Content::File(media) => Self::media(ContentType::File, media, files),
            Content::Voice(media) => Self::media(ContentType::Voice, media, files),
            Content::Audio(media) => Self::media(ContentType::Audio, media, files),
            Content::Sticker(media) => Self::media(ContentType::Sticker, media, files),
            Content::Location { latitude, longitude } => {
                Self { latitude: Some(latitude), longitude: Some(longitude), ..Self::bare(ContentType::Location) }
            }
            Content::Contact { name, phone } => {
                Self { name: Some(name), phone: Some(phone), ..Self::bare(ContentType::Contact) }
            }
        }
    }
}

/// What a message replies to, forwards, comments on or was created from.
#[derive(Debug, Serialize, ToSchema)]
pub struct AroundOut {
    /// The template it was created from.
    #[schema(required)]
    pub template: Option<Template>,
    #[schema(required)]
    pub reply_to: Option<QuoteOut>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub forward: Option<QuoteOut>,
    /// The post that the message comments on, or under which the manager replied.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub post: Option<Post>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shared_post: Option<SharedPost>,
}

impl AroundOut {
    /// From a stored body.
    pub fn of(body: &Body, files: &FileLinks) -> Self {
        Self {
            template: body.template.clone(),
            reply_to: body.reply_to.as_ref().map(|quote| QuoteOut::of(quote, files)),
            forward: body.forward.as_ref().map(|quote| QuoteOut::of(quote, files)),
            post: body.post.clone(),
            shared_post: body.shared_post.clone(),
        }
    }
}

/// Another message.
#[derive(Debug, Serialize, ToSchema)]
pub struct QuoteOut {
    /// Parom's id if Parom has the message, otherwise the messenger's; null if the message is only described by its
    /// text.
    #[schema(required)]
    pub id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub content: Option<ContentOut>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sender: Option<QuotedOut>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub sent_at: Option<Moment>,
}

/// Who wrote the quoted message.
#[derive(Debug, Serialize, ToSchema)]
pub struct QuotedOut {
    #[schema(required)]
    pub name: Option<String>,
}

impl QuoteOut {
    fn of(quote: &Quote, files: &FileLinks) -> Self {
        Self {
            id: quote.message_id.map(|id| id.to_string()).or_else(|| quote.external_id.clone()),
            content: quote.content.clone().map(|content| ContentOut::plain(content, files)),
            sender: quote.sender.as_ref().map(|sender| QuotedOut { name: sender.name.clone() }),
            sent_at: quote.sent_at.map(Moment),
        }
    }
}

/// What is stored of the files of some messages.
#[derive(Debug, Default)]
pub struct FileLinks(HashMap<Uuid, ShownFile>);

impl FileLinks {
    /// The files of these messages of an account, read at once.
    pub async fn of<'body>(
        app: &UsageContext,
        tenant_id: Uuid,
        bodies: impl IntoIterator<Item = &'body Body>,
    ) -> Result<Self> {
        let quoted = |quote: &'body Option<Quote>| quote.as_ref().and_then(|quote| quote.content.as_ref());
        let contents = |body: &'body Body| {
            [Some(&body.content), quoted(&body.reply_to), quoted(&body.forward)].into_iter().flatten()
        };
        let files = bodies.into_iter().flat_map(contents).filter_map(Content::media);
        let ids: BTreeSet<Uuid> = files.flat_map(|file| [file.media_id, file.thumbnail_id]).flatten().collect();
        Ok(Self(media::shown(&app.files, tenant_id, ids).await?))
    }

    /// A file's description with links of ours instead of its origin's.
    pub(super) fn lent(&self, file: Media) -> Media {
        let known = |id: Option<Uuid>| id.and_then(|id| self.0.get(&id));
        let stored = known(file.media_id);
        let url = match file.media_id {
            Some(_) => stored.map(|stored| stored.url.to_string()).unwrap_or_default(),
            None => file.media_url,
        };
        Media {
            media_url: url,
            thumbnail_url: known(file.thumbnail_id)
                .filter(|preview| is_picture(preview))
                .map(|one| one.url.to_string()),
            file_name: stored
                .map(|stored| stored.file_name.clone())
                .filter(|name| !name.is_empty())
                .unwrap_or(file.file_name),
            mime_type: stored.and_then(|stored| stored.mime_type.clone()).or(file.mime_type),
            file_size: stored.map(|stored| stored.size).filter(|size| *size > 0).unwrap_or(file.file_size),
            ..file
        }
    }
}

fn is_picture(file: &ShownFile) -> bool {
    file.mime_type.as_deref().is_none_or(|kind| kind.starts_with("image/"))
}

/// An event in the history of a message.
#[derive(Debug, PartialEq, Serialize, ToSchema)]
pub struct TimelineEventOut {
    #[schema(value_type = String, format = DateTime)]
    pub at: Moment,
    /// Where it happened: `messenger`, `parom` or `amocrm`.
    #[schema(example = "amocrm")]
    pub hop: &'static str,
    /// The type of event: `found_in_history` (the hook was missed and the message was read from amoCRM's history),
    /// `accepted`; for each attempt `delivered` or `sent` (accepted by the other side), `retry` (a temporary error),
    /// `unknown` (no response), `held` (waits for a repair), `failed` (rejected); for statuses, edits and the like the
    /// same kinds with a prefix, e.g. `status_told`; `dead` (not retried automatically).
    #[schema(example = "delivered")]
    pub event: String,
    /// The number of the attempt; null if the event is not an attempt.
    #[schema(required)]
    pub attempt: Option<i32>,
    /// The remote API's response; null if there was none or the event is not an attempt.
    #[schema(required)]
    pub answer: Option<AnswerOut>,
    /// The reason for the failure; null if there was none.
    #[schema(required)]
    pub reason: Option<String>,
}

/// A response from the remote API.
#[derive(Debug, PartialEq, Serialize, ToSchema)]
pub struct AnswerOut {
    /// HTTP status.
    pub status: i32,
    /// At most 4 KiB, without secrets.
    pub text: String,
}

/// Builds a timeline, oldest event first.
pub fn timeline(
    message: &message::Model,
    attempts: &[attempt::Model],
    dead: &[dead_letter::Model],
    recovered: Option<&found_message::Model>,
) -> anyhow::Result<Vec<TimelineEventOut>> {
    let mut events: Vec<_> =
        recovered.map(|recovered| plain(recovered.at, "amocrm", "found_in_history")).into_iter().collect();
    events.push(plain(message.accepted_at, "parom", "accepted"));
    for attempt in attempts {
        events.push(tried(attempt)?);
    }
    for dead in dead {
        let event = named(LetterKind::from_number(dead.kind)?, "dead");
        events.push(TimelineEventOut { reason: filled(&dead.reason), ..plain(dead.last_at, "parom", &event) });
    }
    // Stable sort: events with the same time keep the order accepted, attempted, dead.
    events.sort_by_key(|event| event.at);
    Ok(events)
}

fn plain(at: i64, hop: &'static str, event: &str) -> TimelineEventOut {
    TimelineEventOut { at: Moment(at), hop, event: event.to_owned(), attempt: None, answer: None, reason: None }
}

fn tried(attempt: &attempt::Model) -> anyhow::Result<TimelineEventOut> {
    let direction = Direction::from_number(attempt.direction)?;
    let kind = LetterKind::from_number(attempt.kind)?;
    let event = match (attempt.verdict.as_str(), direction, kind) {
        ("done", Direction::ToCrm, LetterKind::Status) => "told",
        ("done", Direction::ToCrm, _) => "delivered",
        ("done", Direction::ToMessenger, _) => "sent",
        ("bury", ..) => "failed",
        ("pause", ..) => "held",
        (other, ..) => other,
    };
    let answered = attempt.status != 0 || !attempt.answer.is_empty();
    Ok(TimelineEventOut {
        at: Moment(attempt.at),
        hop: match direction {
            _ if !attempt.made_call() => "parom",
            Direction::ToCrm => "amocrm",
            Direction::ToMessenger => "messenger",
        },
        event: named(kind, event),
        attempt: Some(attempt.number),
        answer: answered.then(|| AnswerOut { status: attempt.status, text: attempt.answer.clone() }),
        reason: filled(&attempt.reason),
    })
}

fn named(kind: LetterKind, event: &str) -> String {
    match kind {
        LetterKind::Message | LetterKind::Import => event.to_owned(),
        LetterKind::Status => format!("status_{event}"),
        LetterKind::Edit => format!("edit_{event}"),
        LetterKind::Typing => format!("typing_{event}"),
        LetterKind::Reaction => format!("reaction_{event}"),
        LetterKind::Resend => format!("resend_{event}"),
        LetterKind::Chat => format!("chat_{event}"),
    }
}

fn filled(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.to_owned())
}
