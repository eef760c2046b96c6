//! A customer's typing notifications and reactions.

use actix_web::{HttpResponse, post, web};
use base::error::{Error, Problem, Result};
use base::i18n::LocalizedText;
use base::message::Person;
use serde::Deserialize;
use serde_json::json;
use utoipa::ToSchema;
use uuid::Uuid;

use super::body::RequestBody;
use super::idempotency::once;
use super::key::{ApiKey, Scope};
use crate::intake::message_in::ConversationIn;
use crate::intake::message_ref;
use crate::intake::messenger;
use crate::usage::UsageContext;
use base::json::{Object, checked_id};

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
    #[serde(default)]
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

/// Shows the manager that the customer is typing.
///
/// Delivered within seconds or dropped. Several requests within three seconds count as one.
#[utoipa::path(tag = "messages", params(("source_id", description = "The source")), request_body = TypingIn, responses(
    (status = 202, description = "Accepted"),
    (status = 404, description = "No such source or conversation", body = Problem, content_type = "application/problem+json"),
    (status = 422, description = "Validation failed", body = Problem, content_type = "application/problem+json"),
    (status = 503, description = "Cannot be stored right now", body = Problem, content_type = "application/problem+json"),
))]
#[post("/v1/sources/{source_id}/typing")]
pub async fn typing(
    app: web::Data<UsageContext>,
    key: ApiKey,
    source_id: web::Path<Uuid>,
    body: RequestBody,
) -> Result<HttpResponse> {
    key.needs(Scope::Write)?;
    let source = key.source(&app, *source_id).await?;
    let (typing, asked) = body.read::<TypingIn>().await?;
    let conversation_id = checked_id("/conversation/id", typing.conversation.0.id)?;
    let sender = person(typing.sender.0)?;
    once(&app, &key, asked, async {
        messenger::typing(&app.intake, &source, &conversation_id, sender).await?;
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
    ("Idempotency-Key" = Option<String>, Header, description = "Makes the request idempotent: repeats within 24 hours get the same response"),
), request_body = ReactionIn, responses(
    (status = 202, description = "Stored"),
    (status = 404, description = "No such source or message", body = Problem, content_type = "application/problem+json"),
    (status = 422, description = "Validation failed", body = Problem, content_type = "application/problem+json"),
    (status = 503, description = "Cannot be stored right now; retry later", body = Problem, content_type = "application/problem+json"),
))]
#[post("/v1/sources/{source_id}/reactions")]
pub async fn reaction(
    app: web::Data<UsageContext>,
    key: ApiKey,
    source_id: web::Path<Uuid>,
    body: RequestBody,
) -> Result<HttpResponse> {
    key.needs(Scope::Write)?;
    let source = key.source(&app, *source_id).await?;
    let (reaction, asked) = body.read::<ReactionIn>().await?;
    let about = message_ref::checked("/message/id", &reaction.message.0.id)?;
    let sender = person(reaction.sender.0)?;
    let emoji = checked_emoji(reaction.emoji)?;
    once(&app, &key, asked, async {
        messenger::reaction(&app.intake, &source, &about, sender, emoji, None).await?;
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
