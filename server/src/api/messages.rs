//! Accepts customers' messages, edits, deletions, typing notifications and reactions, and what a messenger reports
//! about managers' messages (delivered, read, failed); retrieves any message.

use actix_web::{HttpResponse, delete, get, patch, post, web};
use anyhow::Context;
use base::error::{Error, FieldError, Result};
use base::i18n::LocalizedText;
use base::json::{Moment, Object, Query, checked_id};
use base::message::{self as vocabulary, Direction, Failure, FailureCode, Person, State, StatusReport};
use domain::api_key::Scope;
use domain::delivery::read::list::failure_of;
use domain::delivery::read::{HoldReasons, chats, list, story};
use domain::intake::message_in::{ContentIn, ConversationIn, MessageIn};
use domain::intake::messenger::edit::{self, MessageChange};
use domain::intake::messenger::message::{self as incoming_messages, DialogueIds};
use domain::intake::messenger::status::accept;
use domain::intake::{clean, fields, messenger};
use domain::lookup::MessageKey;
use domain::route::decision;
use domain::usage::UsageContext;
use entity::{conversation, message, source};
use queue::accept_batch::ItemOutcome;
use sea_orm::{ColumnTrait, QueryFilter};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;
use uuid::Uuid;

use super::message_out::{
    self, AcceptedOut, AroundOut, ContentOut, ConversationRefOut, FailureOut, FileLinks, MessageOut, MessageStatus,
};
use super::request::{Call, TenantQuery};
use super::roster;

/// Sends a customer's message.
///
/// A 202 response means that it is stored durably and will either be delivered or become a visible dead letter. Sending
/// the same `id` again returns 200 and stores nothing; with a different conversation, sender or content it returns 409
/// (media addresses may differ). Ids are remembered for at least 45 days.
#[utoipa::path(tag = "messages", params(
    ("source_id", description = "The source that received the message"),
), request_body = MessageIn, responses(
    (status = 202, description = "Stored", body = AcceptedOut),
    (status = 200, description = "Already accepted earlier", body = AcceptedOut),
    (status = 404, description = "No such source"),
    (status = 409, description = "The id belongs to a different message, or the source is a shadow, which sends nothing"),
    (status = 422, description = "Validation failed"),
    (status = 507, description = "The account has reached its storage limit"),
    (status = 503, description = "Cannot be stored right now; retry later"),
))]
#[post("/v1/sources/{source_id}/messages")]
pub async fn send_message(mut call: Call, source_id: web::Path<Uuid>) -> Result<HttpResponse> {
    call.key.needs(Scope::Write)?;
    let source = call.source(*source_id).await?;
    domain::source::sends(&source)?;
    let message = call.read::<MessageIn>().await?;
    let incoming = message.checked()?;
    fields::check_media_url_now(&call.app.intake, &incoming.body.content).await?;
    domain::usage::room(&call.app, source.tenant_id).await?;
    call.once(async {
        let external_id = incoming.external_id.clone();
        let outcome = domain::intake::messenger::message::accept(&call.app.intake, &source, incoming, None).await?;
        let (mut answer, duplicate) = match outcome {
            ItemOutcome::New { .. } => (HttpResponse::Accepted(), false),
            ItemOutcome::Duplicate { same: true, .. } => (HttpResponse::Ok(), true),
            ItemOutcome::Duplicate { same: false, message_id } => {
                let detail = LocalizedText::new("said-message-differs").with("message", message_id.to_string());
                return Err(Error::Conflict { problem: "message_conflict", detail });
            }
        };
        Ok(answer.json(AcceptedOut { id: outcome.message_id(), external_id, status: "queued", duplicate }))
    })
    .await
}

/// Retrieves a message.
///
/// Returns its status, in `timeline` everything that has happened to it, oldest first, and in `routing` what rules decided.
#[utoipa::path(tag = "messages", params(("id", description = "Parom's id of the message"), TenantQuery), responses(
    (status = 200, description = "The message with its timeline", body = MessageOut),
    (status = 404, description = "Unknown, or outside the key's account"),
))]
#[get("/v1/messages/{id}")]
pub async fn get_message(call: Call, id: web::Path<Uuid>, query: Query<TenantQuery>) -> Result<HttpResponse> {
    let named = roster::named(query.tenant_id.as_deref())?;
    for tenant_id in roster::having::<message::Entity>(&call, named, *id).await? {
        let row = message::Entity::of_tenant(tenant_id).filter(message::Column::Id.eq(*id));
        if let Some(row) = row.one(call.app.store.read()).await? {
            return Ok(HttpResponse::Ok().json(with_timeline(&call.app, row).await?));
        }
    }
    Err(Error::NotFound)
}

async fn with_timeline(app: &UsageContext, row: message::Model) -> Result<MessageOut> {
    let db = app.store.read();
    let attempts = story::attempts(db, &row).await?;
    let dead = story::dead(db, &row).await?;
    let conversation = chats::one(db, row.tenant_id, row.conversation_id).await?;
    let holds = match app.lookup.source_of_caller(row.source_id).await? {
        Some(source) => HoldReasons::of(db, &source).await?,
        None => HoldReasons::default(),
    };
    let recovered = list::recovered_one(db, row.tenant_id, row.id).await?;
    let timeline = message_out::timeline(&row, &attempts, &dead, recovered.as_ref())?;
    let (body, tenant_id) = (body_of(&row)?, row.tenant_id);
    let files = FileLinks::of(app, tenant_id, [&body]).await?;
    let mut shown = show((row, body), conversation.as_ref(), &holds, &files)?;
    shown.timeline = Some(timeline);
    if shown.direction == Direction::ToCrm {
        shown.routing = decision::find(db, tenant_id, shown.id).await?.map(|made| made.shown());
    }
    Ok(shown)
}

/// The body of a stored message.
pub fn body_of(row: &message::Model) -> Result<vocabulary::Body> {
    Ok(serde_json::from_str(&row.body).context("the body of a stored message")?)
}

/// A stored message as the API shows it, without its timeline.
pub fn show(
    (row, body): (message::Model, vocabulary::Body),
    conversation: Option<&conversation::Model>,
    holds: &HoldReasons,
    files: &FileLinks,
) -> Result<MessageOut> {
    let direction = Direction::from_number(row.direction)?;
    let hold = holds.reason(direction);
    let status = MessageStatus::of(State::from_number(row.state)?, hold.is_some());
    let error = failure_of(&row)?;
    let contact = || conversation.and_then(|conversation| serde_json::from_str::<Person>(&conversation.contact).ok());
    let around = AroundOut::of(&body, files);
    let receiver = match direction {
        Direction::ToMessenger => body.receiver.or_else(contact),
        Direction::ToCrm => body.receiver,
    };
    Ok(MessageOut {
        id: row.id,
        source_id: row.source_id,
        direction,
        status,
        reason: hold.filter(|_| status == MessageStatus::Held).cloned(),
        error: error.filter(|_| status == MessageStatus::Failed).map(|failure| FailureOut::of(failure, direction)),
        external_id: filled(row.external_id),
        amocrm_message_id: filled(row.amocrm_message_id),
        conversation: ConversationRefOut {
            id: conversation.and_then(|conversation| filled(conversation.external_id.clone())),
        },
        sender: body.sender.into(),
        receiver: receiver.map(Into::into),
        content: ContentOut::of(body.content, body.markup, body.callback_data, files),
        around,
        silent: body.silent,
        deleted: body.deleted,
        possible_duplicate: row.possible_duplicate,
        sent_at: Moment(row.sent_at),
        accepted_at: Moment(row.accepted_at),
        timeline: None,
        routing: None,
    })
}

fn filled(text: String) -> Option<String> {
    (!text.is_empty()).then_some(text)
}

/// The new content of a message.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EditIn {
    #[schema(value_type = ContentIn)]
    pub content: Object<ContentIn>,
}

/// An accepted edit or deletion.
#[derive(Debug, Serialize, ToSchema)]
pub struct EditOut {
    /// Parom's id of the message.
    pub id: Uuid,
    /// The change will be delivered to amoCRM.
    #[schema(example = "queued")]
    pub status: &'static str,
}

/// Edits a customer's message.
///
/// The original and the latest 20 versions are kept. If no file is given, the file stays and only its caption changes.
#[utoipa::path(tag = "messages", params(
    ("source_id", description = "The source that received the message"),
    ("external_id", description = "Your id of the message or Parom's (`ext:ID` if yours looks like one of Parom's)"),
), request_body = EditIn, responses(
    (status = 202, description = "Stored", body = EditOut),
    (status = 404, description = "No such source or message"),
    (status = 409, description = "The message came from amoCRM or was deleted"),
    (status = 422, description = "Validation failed"),
    (status = 507, description = "The account has reached its storage limit"),
    (status = 503, description = "Cannot be stored right now; retry later"),
))]
#[patch("/v1/sources/{source_id}/messages/{external_id}")]
pub async fn edit_message(mut call: Call, path: web::Path<(Uuid, String)>) -> Result<HttpResponse> {
    call.key.needs(Scope::Write)?;
    let (source_id, external_id) = path.into_inner();
    let source = call.source(source_id).await?;
    let about = fields::checked_ref("/external_id", &external_id)?;
    let edit = call.read::<EditIn>().await?;
    let content = checked_edit(edit.content.0)?;
    domain::intake::fields::check_media_url_now(&call.app.intake, &content).await?;
    domain::usage::room(&call.app, source.tenant_id).await?;
    call.once(async {
        let id = edit::accept(
            &call.app.intake,
            &source,
            &about,
            MessageChange::Says { content: Box::new(content), at: None },
        )
        .await?;
        Ok(HttpResponse::Accepted().json(EditOut { id, status: "queued" }))
    })
    .await
}

/// Deletes a customer's message.
///
/// amoCRM has no deletion: the message's text there is replaced by "Deleted by the customer" in the account's
/// language.
#[utoipa::path(tag = "messages", params(
    ("source_id", description = "The source that received the message"),
    ("external_id", description = "Your id of the message or Parom's (`ext:ID` if yours looks like one of Parom's)"),
), responses(
    (status = 202, description = "Stored", body = EditOut),
    (status = 404, description = "No such source or message"),
    (status = 409, description = "The message came from amoCRM"),
    (status = 503, description = "Cannot be stored right now; retry later"),
))]
#[delete("/v1/sources/{source_id}/messages/{external_id}")]
pub async fn delete_message(call: Call, path: web::Path<(Uuid, String)>) -> Result<HttpResponse> {
    call.key.needs(Scope::Write)?;
    let (source_id, external_id) = path.into_inner();
    let source = call.source(source_id).await?;
    let about = fields::checked_ref("/external_id", &external_id)?;
    call.once(async {
        let id = edit::accept(&call.app.intake, &source, &about, MessageChange::Deleted).await?;
        Ok(HttpResponse::Accepted().json(EditOut { id, status: "queued" }))
    })
    .await
}

/// Same rules as for a new message, except that the file may be omitted and no row can be selected.
fn checked_edit(content: ContentIn) -> Result<base::message::Content> {
    let mut wrong = Vec::new();
    let (content, chosen) = content.checked_change(&mut wrong);
    if chosen.is_some() {
        wrong.push(FieldError::new("/content/callback_data", LocalizedText::new("said-not-of-edit")));
    }
    if wrong.is_empty() { Ok(content) } else { Err(Error::Invalid(wrong)) }
}

/// The delivery status of a message on the messenger's side.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct StatusIn {
    pub status: ToldStatus,
    /// The reason; only with `failed`.
    #[schema(value_type = Option<FailureIn>)]
    pub error: Option<Object<FailureIn>>,
    /// The chat that was created for `conversation.started`, if the response to that webhook did not name it.
    #[schema(value_type = Option<TheirIn>)]
    pub conversation: Option<Object<TheirIn>>,
    /// The customer in this chat.
    #[schema(value_type = Option<TheirIn>)]
    pub receiver: Option<Object<TheirIn>>,
    /// Your id of the message.
    #[schema(example = "ext-1001")]
    pub id: Option<String>,
}

/// A reference by your id.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TheirIn {
    #[schema(example = "chat-9")]
    pub id: String,
}

/// Statuses that a messenger can report. A message's status never goes backwards: an earlier status is accepted and
/// ignored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ToldStatus {
    Delivered,
    Read,
    Failed,
}

/// Characters of a reason. It is stored with the message and shown in amoCRM.
const FAILURE_CHARS: usize = 1_000;

/// Why a message was not delivered.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FailureIn {
    pub code: FailureCode,
    /// Text shown to the manager, cut after 1,000 characters; required with `other`.
    pub text: Option<String>,
}

/// An accepted status.
#[derive(Debug, Serialize, ToSchema)]
pub struct StatusOut {
    /// Parom's id of the message; null if your id is not known yet: the status is kept for 24 hours until its message
    /// appears.
    #[schema(required)]
    pub id: Option<Uuid>,
    /// The reported status.
    pub status: ToldStatus,
    /// The message already had a later status; nothing changes.
    pub ignored: bool,
}

impl StatusIn {
    /// The ids of a conversation that a manager started, if they were reported.
    fn named(&self) -> Result<Option<DialogueIds>> {
        let checked = |pointer: &str, id: Option<&String>| id.map(|id| checked_id(pointer, id.clone())).transpose();
        let of = |their: &Option<Object<TheirIn>>| their.as_ref().map(|Object(their)| their.id.clone());
        let conversation_id = checked("/conversation/id", of(&self.conversation).as_ref())?;
        let receiver_id = checked("/receiver/id", of(&self.receiver).as_ref())?;
        let message_id = checked("/id", self.id.as_ref())?;
        Ok(conversation_id.map(|conversation_id| DialogueIds { conversation_id, receiver_id, message_id }))
    }

    fn checked(self) -> Result<StatusReport> {
        let state = match self.status {
            ToldStatus::Delivered => State::Delivered,
            ToldStatus::Read => State::Read,
            ToldStatus::Failed => State::Failed,
        };
        let failure = match (state, self.error) {
            (State::Failed, None) => return Err(Error::field("/error", LocalizedText::new("said-error-needed"))),
            (State::Failed, Some(Object(error))) => {
                let text: String = clean(error.text.unwrap_or_default().trim()).chars().take(FAILURE_CHARS).collect();
                if error.code == FailureCode::Other && text.is_empty() {
                    return Err(Error::field("/error/text", LocalizedText::new("said-error-text")));
                }
                Some(Failure { code: error.code, text })
            }
            (_, Some(_)) => return Err(Error::field("/error", LocalizedText::new("said-error-only"))),
            (_, None) => None,
        };
        Ok(StatusReport { state, failure })
    }
}

/// Reports the status of a message.
///
/// For a message that came from amoCRM; the manager sees it. A status for your own id that is not known yet is kept for
/// 24 hours until its message appears; an unknown Parom id returns 404.
#[utoipa::path(tag = "messages", params(
    ("source_id", description = "The source"),
    ("message_id", description = "Parom's id of the message or your own (`ext:ID` if yours looks like one of Parom's)"),
), request_body = StatusIn, responses(
    (status = 202, description = "Stored, kept for a later message, or ignored", body = StatusOut),
    (status = 404, description = "No such source, or no message with this Parom id"),
    (status = 409, description = "The message did not come from amoCRM"),
    (status = 422, description = "Validation failed"),
    (status = 507, description = "The message is not known, and the account has reached its storage limit"),
    (status = 503, description = "Cannot be stored right now; retry later"),
))]
#[post("/v1/sources/{source_id}/messages/{message_id}/status")]
pub async fn report_status(mut call: Call, path: web::Path<(Uuid, String)>) -> Result<HttpResponse> {
    call.key.needs(Scope::Write)?;
    let (source_id, message_id) = path.into_inner();
    let source = call.source(source_id).await?;
    let about = fields::checked_ref("/message_id", &message_id)?;
    let given = call.read::<StatusIn>().await?;
    let status = given.status;
    let named = given.named()?;
    let report = given.checked()?;
    keeps(&call.app, &source, &about).await?;
    call.once(async {
        if let Some(named) = named {
            incoming_messages::learn_dialogue(&call.app.intake, &source, &about, named).await?;
        }
        let given = accept(&call.app.intake, &source, about, report).await?;
        Ok(HttpResponse::Accepted().json(StatusOut { id: given.message_id, status, ignored: given.ignored }))
    })
    .await
}

/// Whether a status is of a known message, or its account has room to keep it until the message appears.
async fn keeps(app: &UsageContext, source: &source::Model, about: &MessageKey) -> Result<()> {
    let full = domain::usage::room(app, source.tenant_id).await;
    if full.is_ok() || about.find(&app.store, source).await?.is_some() { Ok(()) } else { full }
}

/// Maximum bytes of an emoji; the longest sequences in use have 35.
const EMOJI_BYTES: usize = 64;

/// A typing notification.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TypingIn {
    #[schema(value_type = ConversationIn)]
    pub conversation: Object<ConversationIn>,
    #[schema(value_type = ActorIn)]
    pub sender: Object<ActorIn>,
}

/// The person who acts.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ActorIn {
    /// Your id of the person, at most 255 bytes.
    #[schema(example = "user-7", min_length = 1, max_length = 255)]
    pub id: String,
}

/// A reaction to a message of either side.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReactionIn {
    #[schema(value_type = ReactedIn)]
    pub message: Object<ReactedIn>,
    #[schema(value_type = ActorIn)]
    pub sender: Object<ActorIn>,
    /// One emoji with its exact code points; null removes the reaction.
    #[schema(required, example = "👍")]
    pub emoji: Option<String>,
}

/// Identifies a message.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReactedIn {
    /// Your id or Parom's; write `ext:ID` if yours looks like one of Parom's.
    #[schema(example = "ext-1001")]
    pub id: String,
}

fn person(actor: ActorIn) -> Result<Person> {
    Ok(Person { id: checked_id("/sender/id", actor.id)?, ..Person::default() })
}

/// Shows that a customer is typing.
///
/// The manager sees it. Delivered within seconds or dropped. Several requests within three seconds count as one.
#[utoipa::path(tag = "messages", params(("source_id", description = "The source")), request_body = TypingIn, responses(
    (status = 202, description = "Accepted"),
    (status = 404, description = "No such source or conversation"),
    (status = 422, description = "Validation failed"),
    (status = 503, description = "Cannot be stored right now"),
))]
#[post("/v1/sources/{source_id}/typing")]
pub async fn show_typing(mut call: Call, source_id: web::Path<Uuid>) -> Result<HttpResponse> {
    call.key.needs(Scope::Write)?;
    let source = call.source(*source_id).await?;
    let typing = call.read::<TypingIn>().await?;
    let conversation_id = checked_id("/conversation/id", typing.conversation.0.id)?;
    let sender = person(typing.sender.0)?;
    call.once(async {
        messenger::typing(&call.app.intake, &source, &conversation_id, sender).await?;
        Ok(HttpResponse::Accepted().json(json!({})))
    })
    .await
}

/// Sets or removes a customer's reaction.
///
/// One emoji per person and message; null removes it. Which emoji managers see was agreed with amoCRM when the
/// channel was registered.
#[utoipa::path(tag = "messages", params(
    ("source_id", description = "The source"),
), request_body = ReactionIn, responses(
    (status = 202, description = "Stored"),
    (status = 404, description = "No such source or message"),
    (status = 422, description = "Validation failed"),
    (status = 503, description = "Cannot be stored right now; retry later"),
))]
#[post("/v1/sources/{source_id}/reactions")]
pub async fn set_reaction(mut call: Call, source_id: web::Path<Uuid>) -> Result<HttpResponse> {
    call.key.needs(Scope::Write)?;
    let source = call.source(*source_id).await?;
    let reaction = call.read::<ReactionIn>().await?;
    let about = fields::checked_ref("/message/id", &reaction.message.0.id)?;
    let sender = person(reaction.sender.0)?;
    let emoji = checked_emoji(reaction.emoji)?;
    call.once(async {
        messenger::reaction(&call.app.intake, &source, &about, sender, emoji, None).await?;
        Ok(HttpResponse::Accepted().json(json!({})))
    })
    .await
}

/// Checks only that it is short and has no letters; whether the emoji exists is for amoCRM to decide.
fn checked_emoji(emoji: Option<String>) -> Result<Option<String>> {
    let right = |emoji: &str| {
        let fits = !emoji.is_empty() && emoji.len() <= EMOJI_BYTES;
        fits && !emoji.contains(['\0', '\u{fffd}']) && !emoji.chars().any(|letter| letter.is_ascii_alphabetic())
    };
    match emoji {
        Some(emoji) if !right(&emoji) => Err(Error::field("/emoji", LocalizedText::new("said-emoji"))),
        other => Ok(other),
    }
}

#[cfg(test)]
mod tests {
    use base::json::parse;
    use serde_json::{Value, json};

    use super::*;

    fn checked(body: &Value) -> Result<StatusReport> {
        parse::<StatusIn>(body.to_string().as_bytes()).and_then(StatusIn::checked)
    }

    #[test]
    fn wrong_reports_name_the_field() {
        for (body, pointer) in [
            (json!({}), "/status"),
            (json!({"status": "sent"}), "/status"),
            (json!({"status": "failed"}), "/error"),
            (json!({"status": "read", "error": {"code": "other", "text": "x"}}), "/error"),
            (json!({"status": "failed", "error": {"code": "other"}}), "/error/text"),
            (json!({"status": "failed", "error": {"code": "tired"}}), "/error/code"),
            (json!({"status": "failed", "error": {"text": "x"}}), "/error/code"),
            (json!({"status": "failed", "error": {"code": "other", "text": "x", "why": 1}}), "/error/why"),
        ] {
            match checked(&body) {
                Err(Error::Invalid(errors)) => assert_eq!(errors[0].pointer, pointer, "{body}"),
                other => panic!("{body}: {other:?}"),
            }
        }
    }
}
