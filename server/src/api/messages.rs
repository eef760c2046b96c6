//! Accepts customers' messages and retrieves any message.

use actix_web::{HttpResponse, get, post, web};
use anyhow::Context;
use base::error::{Error, Problem, Result};
use base::i18n::LocalizedText;
use base::message::{self as vocabulary, Direction, Person, State};
use entity::{conversation, message};
use queue::accept_batch::ItemOutcome;
use sea_orm::{ColumnTrait, QueryFilter};
use serde::Deserialize;
use utoipa::IntoParams;
use uuid::Uuid;

use super::body::RequestBody;
use super::idempotency::once;
use super::key::{ApiKey, Scope};
use super::message_out::{
    AcceptedOut, AroundOut, ContentOut, ConversationRefOut, FailureOut, FileLinks, MessageOut, MessageStatus,
};
use super::{roster, timeline};
use crate::delivery::read::list::failure_of;
use crate::delivery::read::{HoldReasons, chats, recovered, story};
use crate::intake::media_url;
use crate::intake::message_in::MessageIn;
use crate::usage::UsageContext;
use base::json::{Moment, Query};

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct TenantQuery {
    /// With a vendor key: the account to search. If omitted, all accounts are searched, newest first.
    #[param(value_type = Option<Uuid>)]
    pub tenant_id: Option<String>,
}

/// Accepts a customer's message. A 202 response means that it is stored durably and will either be delivered or
/// become a visible dead letter.
///
/// Sending the same `id` again returns 200 and stores nothing; with a different conversation, sender or content it
/// returns 409 (media addresses may differ). Ids are remembered for at least 45 days.
#[utoipa::path(tag = "messages", params(
    ("source_id", description = "The source that received the message"),
    ("Idempotency-Key" = Option<String>, Header, description = "Makes the request idempotent: repeats within 24 hours get the same response"),
), request_body = MessageIn, responses(
    (status = 202, description = "Stored", body = AcceptedOut),
    (status = 200, description = "Already accepted earlier", body = AcceptedOut),
    (status = 404, description = "No such source", body = Problem, content_type = "application/problem+json"),
    (status = 409, description = "The id belongs to a different message", body = Problem, content_type = "application/problem+json"),
    (status = 413, description = "The body is larger than 256 KiB", body = Problem, content_type = "application/problem+json"),
    (status = 422, description = "Validation failed", body = Problem, content_type = "application/problem+json"),
    (status = 507, description = "The account has reached its storage limit", body = Problem, content_type = "application/problem+json"),
    (status = 503, description = "Cannot be stored right now; retry later", body = Problem, content_type = "application/problem+json"),
))]
#[post("/v1/sources/{source_id}/messages")]
pub async fn post(
    app: web::Data<UsageContext>,
    key: ApiKey,
    source_id: web::Path<Uuid>,
    body: RequestBody,
) -> Result<HttpResponse> {
    key.needs(Scope::Write)?;
    let source = key.source(&app, *source_id).await?;
    let (message, asked) = body.read::<MessageIn>().await?;
    let incoming = message.checked()?;
    media_url::check_now(&app.intake, &incoming.body.content).await?;
    crate::usage::room(&app, source.tenant_id).await?;
    once(&app, &key, asked, async {
        let external_id = incoming.external_id.clone();
        let outcome = crate::intake::messenger::message::accept(&app.intake, &source, incoming, None).await?;
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
/// Returns its status and, in `timeline`, everything that has happened to it, oldest first.
#[utoipa::path(tag = "messages", params(("id", description = "Parom's id of the message"), TenantQuery), responses(
    (status = 200, description = "The message with its timeline", body = MessageOut),
    (status = 404, description = "Unknown, or outside the key's account", body = Problem, content_type = "application/problem+json"),
))]
#[get("/v1/messages/{id}")]
pub async fn get(
    app: web::Data<UsageContext>,
    key: ApiKey,
    id: web::Path<Uuid>,
    query: Query<TenantQuery>,
) -> Result<HttpResponse> {
    let named = roster::named(query.tenant_id.as_deref())?;
    for tenant_id in roster::having::<message::Entity>(&app, &key, named, *id).await? {
        let row = message::Entity::of_tenant(tenant_id).filter(message::Column::Id.eq(*id));
        if let Some(row) = row.one(app.store.read()).await? {
            return Ok(HttpResponse::Ok().json(with_timeline(&app, row).await?));
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
    let found = recovered::one(db, row.tenant_id, row.id).await?;
    let timeline = timeline::build(&row, &attempts, &dead, found.as_ref())?;
    let body = body_of(&row)?;
    let files = FileLinks::of(app, row.tenant_id, [&body]).await?;
    let mut shown = show((row, body), conversation.as_ref(), &holds, &files)?;
    shown.timeline = Some(timeline);
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
        error: error.filter(|_| status == MessageStatus::Failed).map(FailureOut::from),
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
    })
}

fn filled(text: String) -> Option<String> {
    (!text.is_empty()).then_some(text)
}
