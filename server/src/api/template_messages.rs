//! Sends an approved template to a customer, without a manager.

use actix_web::{HttpResponse, post, web};
use base::error::{Error, Problem, Result};
use base::i18n::LocalizedText;
use base::message::Marker;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::body::RequestBody;
use super::conversations;
use super::idempotency::once;
use super::key::{ApiKey, Scope};
use super::template_types::ParamOut;
use super::templates::find;
use crate::intake::template_message;
use crate::template::{self, Spec};
use crate::usage::UsageContext;
use base::json::Object;

/// A template message to send.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TemplateMessageIn {
    #[schema(value_type = TemplateReceiverIn)]
    pub conversation: Object<TemplateReceiverIn>,
    /// A value for each marker of the template.
    #[serde(default)]
    #[schema(value_type = Option<Vec<ParamOut>>)]
    pub params: Option<Vec<Object<ParamOut>>>,
}

/// The conversation to send it to.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TemplateReceiverIn {
    /// Parom's id or the messenger's (`ext:ID` if it looks like one of Parom's).
    #[schema(example = "chat-7")]
    pub id: String,
}

/// An accepted template message.
#[derive(Debug, Serialize, ToSchema)]
pub struct TemplateMessageOut {
    /// Parom's id of the message.
    pub id: Uuid,
    /// Always `queued`.
    #[schema(example = "queued")]
    pub status: &'static str,
}

/// Sends an approved template to a customer.
///
/// It is sent at any time, also after the time for free answers. amoCRM shows it in the chat as a message of the
/// channel's bot.
#[utoipa::path(tag = "templates", params(
    ("source_id", description = "The source"),
    ("template_id", description = "Parom's id of the template"),
    ("Idempotency-Key" = Option<String>, Header, description = "Makes the request idempotent: repeats within 24 hours get the same response"),
), request_body = TemplateMessageIn, responses(
    (status = 202, description = "Stored; it will be sent", body = TemplateMessageOut),
    (status = 404, description = "No such source, template or conversation", body = Problem, content_type = "application/problem+json"),
    (status = 409, description = "The messenger has not approved the template", body = Problem, content_type = "application/problem+json"),
    (status = 422, description = "Validation failed", body = Problem, content_type = "application/problem+json"),
    (status = 503, description = "Cannot be stored right now; retry later", body = Problem, content_type = "application/problem+json"),
))]
#[post("/v1/sources/{source_id}/templates/{template_id}/messages")]
pub async fn send(
    app: web::Data<UsageContext>,
    key: ApiKey,
    path: web::Path<(Uuid, Uuid)>,
    body: RequestBody,
) -> Result<HttpResponse> {
    key.needs(Scope::Write)?;
    let (source_id, template_id) = path.into_inner();
    let source = key.source(&app, source_id).await?;
    let row = find(&app, &source, template_id).await?;
    let (given, asked) = body.read::<TemplateMessageIn>().await?;
    let spec = Spec::stored(&row);
    let params = given.params.unwrap_or_default().into_iter();
    let params: Vec<Marker> = params.map(|Object(param)| Marker { key: param.key, value: param.value }).collect();
    let missing = |key: &&str| !params.iter().any(|param| param.key == **key && !param.value.trim().is_empty());
    if let Some(marker) = spec.examples.iter().map(|(key, _)| key.as_str()).find(missing) {
        let text = LocalizedText::new("said-template-value").with("marker", marker);
        return Err(Error::field("/params", text));
    }
    if template::usable(&row).is_none() {
        let detail = LocalizedText::new("said-template-unapproved");
        return Err(Error::Conflict { problem: "template_unapproved", detail });
    }
    let conversation = conversations::find(&app, &source, &given.conversation.0.id).await?.ok_or(Error::NotFound)?;
    once(&app, &key, asked, async {
        let id = template_message::send(&app, &source, &conversation, &row, params).await?;
        Ok(HttpResponse::Accepted().json(TemplateMessageOut { id, status: "queued" }))
    })
    .await
}
