//! Sends an approved template to a customer, without a manager.

use actix_web::{HttpResponse, post, web};
use base::error::{Error, FieldError, Problem, Result};
use base::i18n::LocalizedText;
use base::message::{Content, Marker, Media};
use connectors::template::TemplateFileKind;
use entity::{message_template, source};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::body::RequestBody;
use super::conversations;
use super::idempotency::once;
use super::key::{ApiKey, Scope};
use super::template_types::ParamOut;
use super::templates::find;
use crate::intake::message_in::{ContentIn, ContentType};
use crate::intake::{media_url, template_message};
use crate::template::{self, Spec};
use crate::usage::UsageContext;
use base::json::Object;

/// A template message to send.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TemplateMessageIn {
    #[schema(value_type = TemplateReceiverIn)]
    pub conversation: Object<TemplateReceiverIn>,
    /// A value for each marker of the template, none for others.
    #[serde(default)]
    #[schema(value_type = Option<Vec<ParamOut>>)]
    pub params: Option<Vec<Object<ParamOut>>>,
    /// The file above the text, for a template that has one. If omitted, the file that was reviewed is sent.
    #[serde(default)]
    #[schema(value_type = Option<TemplateFileIn>)]
    pub file: Option<Object<TemplateFileIn>>,
}

/// The file of a template message, by `media_url` or `media_id`.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TemplateFileIn {
    /// A public https address from which the file can be downloaded for a few days.
    #[serde(default)]
    #[schema(format = "uri", example = "https://shop.example/invoice.pdf")]
    pub media_url: Option<String>,
    /// The id that an upload returned.
    #[serde(default)]
    pub media_id: Option<Uuid>,
    /// File name. Defaults to the last path segment of the address.
    #[serde(default)]
    #[schema(example = "invoice.pdf")]
    pub file_name: Option<String>,
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
/// channel's bot. A template with a file above its text is sent with `file`, or with the file that was reviewed.
#[utoipa::path(tag = "templates", params(
    ("source_id", description = "The source"),
    ("template_id", description = "Parom's id of the template"),
    ("Idempotency-Key" = Option<String>, Header, description = "Makes the request idempotent: repeats within 24 hours get the same response"),
), request_body = TemplateMessageIn, responses(
    (status = 202, description = "Stored; it will be sent", body = TemplateMessageOut),
    (status = 404, description = "No such source, template or conversation", body = Problem, content_type = "application/problem+json"),
    (status = 409, description = "The messenger has not approved the template", body = Problem, content_type = "application/problem+json"),
    (status = 422, description = "Validation failed", body = Problem, content_type = "application/problem+json"),
    (status = 507, description = "The account has reached its storage limit", body = Problem, content_type = "application/problem+json"),
    (status = 503, description = "Cannot be stored right now, or amoCRM cannot be asked for the file; retry later", body = Problem, content_type = "application/problem+json"),
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
    let is_unknown = |param: &Marker| !spec.examples.iter().any(|(key, _)| *key == param.key);
    if let Some((at, param)) = params.iter().enumerate().find(|(_, param)| is_unknown(param)) {
        let text = LocalizedText::new("said-template-param-unknown").with("marker", param.key.as_str());
        return Err(Error::field(format!("/params/{at}/key"), text));
    }
    let missing = |key: &&str| !params.iter().any(|param| param.key == **key && !param.value.trim().is_empty());
    if let Some(marker) = spec.examples.iter().map(|(key, _)| key.as_str()).find(missing) {
        let text = LocalizedText::new("said-template-value").with("marker", marker);
        return Err(Error::field("/params", text));
    }
    if template::usable(&row).is_none() {
        let detail = LocalizedText::new("said-template-unapproved");
        return Err(Error::Conflict { problem: "template_unapproved", detail });
    }
    let file = file_of(&app, &source, &row, &spec, given.file.map(|Object(file)| file)).await?;
    let conversation = conversations::find(&app, &source, &given.conversation.0.id).await?.ok_or(Error::NotFound)?;
    once(&app, &key, asked, async {
        let id =
            template_message::send(&app.intake, &source, &conversation, &row, params, file).await.map_err(at_file)?;
        Ok(HttpResponse::Accepted().json(TemplateMessageOut { id, status: "queued" }))
    })
    .await
}

/// The file that the message needs; none if its template has none. It is checked before anything is stored.
async fn file_of(
    app: &UsageContext,
    source: &source::Model,
    row: &message_template::Model,
    spec: &Spec,
    given: Option<TemplateFileIn>,
) -> Result<Option<Content>> {
    let Some(kind) = spec.file_kind() else {
        return match given {
            Some(_) => Err(Error::field("/file", LocalizedText::new("said-template-no-file"))),
            None => Ok(None),
        };
    };
    crate::usage::room(app, source.tenant_id).await?;
    let content = match given {
        Some(given) => {
            let content = given.checked(kind).map_err(at_file)?;
            media_url::check_now(&app.intake, &content).await.map_err(at_file)?;
            content
        }
        None => {
            let media_id = Some(template::example(&app.sources, source, row).await?);
            of_kind(kind, Media { media_id, ..Media::default() })
        }
    };
    Ok(Some(content))
}

impl TemplateFileIn {
    fn checked(self, kind: TemplateFileKind) -> Result<Content> {
        let given = ContentIn {
            media_url: self.media_url,
            media_id: self.media_id,
            file_name: self.file_name,
            ..ContentIn::of(ContentType::File)
        };
        let mut wrong = Vec::new();
        let (content, _) = given.checked(&mut wrong);
        if !wrong.is_empty() {
            return Err(Error::Invalid(wrong));
        }
        Ok(of_kind(kind, content.media().cloned().unwrap_or_default()))
    }
}

fn of_kind(kind: TemplateFileKind, media: Media) -> Content {
    match kind {
        TemplateFileKind::Picture => Content::Picture(media),
        TemplateFileKind::Video => Content::Video(media),
        TemplateFileKind::Document => Content::File(media),
    }
}

/// Names the field of this request instead of that of a message.
fn at_file(error: Error) -> Error {
    let Error::Invalid(fields) = error else { return error };
    let named = fields.into_iter().map(|field| match field.pointer.strip_prefix("/content") {
        Some(rest) => FieldError::new(format!("/file{rest}"), field.detail),
        None => field,
    });
    Error::Invalid(named.collect())
}
