//! Starts chats without a message.

use actix_web::{HttpResponse, post, web};
use base::error::{Problem, Result};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::body::RequestBody;
use super::idempotency::once;
use super::key::{ApiKey, Scope};
use crate::intake::chat;
use crate::intake::message_in::{ConversationIn, CustomerIn, checked_chat};
use crate::usage::UsageContext;
use base::json::Object;

/// A chat to start.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChatIn {
    #[schema(value_type = ConversationIn)]
    pub conversation: Object<ConversationIn>,
    #[schema(value_type = CustomerIn)]
    pub customer: Object<CustomerIn>,
}

/// A chat that is being started.
#[derive(Debug, Serialize, ToSchema)]
pub struct ChatOut {
    /// Parom's id of the conversation.
    pub id: Uuid,
    #[schema(example = "chat-7")]
    pub external_id: String,
    /// Always `queued`.
    #[schema(example = "queued")]
    pub status: &'static str,
    /// Whether the conversation was known; then new details of its customer were stored.
    pub duplicate: bool,
}

/// Starts a chat without a message.
///
/// It is created in amoCRM and linked to the contact that `customer.contact_id` names, or by the source's
/// `contact_rule`. It creates no lead; amoCRM shows the chat with its first message. For a known conversation, a contact
/// that is named is linked as with `sender.contact_id` of a message.
#[utoipa::path(tag = "conversations", params(
    ("source_id", description = "The source of the chat"),
    ("Idempotency-Key" = Option<String>, Header, description = "Makes the request idempotent: repeats within 24 hours get the same response"),
), request_body = ChatIn, responses(
    (status = 202, description = "Stored; amoCRM gets it", body = ChatOut),
    (status = 200, description = "The conversation is known", body = ChatOut),
    (status = 404, description = "No such source", body = Problem, content_type = "application/problem+json"),
    (status = 422, description = "Validation failed", body = Problem, content_type = "application/problem+json"),
    (status = 507, description = "The account has reached its storage limit", body = Problem, content_type = "application/problem+json"),
    (status = 503, description = "Cannot be stored right now; retry later", body = Problem, content_type = "application/problem+json"),
))]
#[post("/v1/sources/{source_id}/conversations")]
pub async fn create(
    app: web::Data<UsageContext>,
    key: ApiKey,
    source_id: web::Path<Uuid>,
    body: RequestBody,
) -> Result<HttpResponse> {
    key.needs(Scope::Write)?;
    let source = key.source(&app, *source_id).await?;
    let (given, asked) = body.read::<ChatIn>().await?;
    let (external_id, customer) = checked_chat(given.conversation.0, given.customer.0)?;
    crate::usage::room(&app, source.tenant_id).await?;
    once(&app, &key, asked, async {
        let (id, duplicate) = chat::start(&app.intake, &source, &external_id, customer).await?;
        let mut answer = if duplicate { HttpResponse::Ok() } else { HttpResponse::Accepted() };
        Ok(answer.json(ChatOut { id, external_id, status: "queued", duplicate }))
    })
    .await
}
