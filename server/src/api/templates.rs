//! Templates that a source's messenger reviews: list and create them, report the messenger's decision, and send an
//! approved one to a customer, without a manager.

use std::collections::BTreeMap;

use actix_web::{HttpResponse, get, post, web};
use base::error::{Error, FieldError, Result};
use base::i18n::LocalizedText;
use base::json::{Moment, Object, Query};
use base::message::{Button, Content, Marker, Media, is_visible};
use base::web_address;
use connectors::kinds::has_own_server;
use connectors::template::{TemplateFileKind, TemplateState, TemplateStatus};
use domain::api_key::Scope;
use domain::cursor::ListOut;
use domain::intake::message_in::{ContentIn, ContentType};
use domain::intake::{chat, fields};
use domain::template::{self, ShownButton, Spec, Stage, TemplateDraft};
use domain::usage::UsageContext;
use entity::{message_template, source};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;
use uuid::Uuid;

use super::conversations;
use super::request::{Call, PageQuery};

/// Lists a source's templates.
///
/// Those that its messenger reviews, each with its state at the messenger and in amoCRM, and why it waits.
#[utoipa::path(tag = "templates", params(("source_id", description = "The source"), PageQuery), responses(
    (status = 200, description = "A page of templates", body = ListOut<TemplateOut>),
    (status = 404, description = "No such source"),
    (status = 422, description = "Invalid limit or cursor"),
))]
#[get("/v1/sources/{source_id}/templates")]
pub async fn list_templates(call: Call, source_id: web::Path<Uuid>, query: Query<PageQuery>) -> Result<HttpResponse> {
    let source = call.source(*source_id).await?;
    let page = query.page(&["templates", &source.id.to_string()])?;
    let rows = template::page(&call.app.sources, &source, page.after, page.rows()).await?;
    let (rows, next_cursor) = page.cut(rows, |row| row.id);
    let items: Vec<_> = rows.into_iter().map(shown).collect();
    Ok(HttpResponse::Ok().json(ListOut { items, next_cursor }))
}

/// Brings templates in.
///
/// Compares the messenger's templates with amoCRM's, as Parom does once a day: those that match by language, text and
/// headline can be sent from now on. The answer has all that the messenger lists.
#[utoipa::path(tag = "templates", params(("source_id", description = "The source")), responses(
    (status = 200, description = "What was found", body = BroughtInOut),
    (status = 404, description = "No such source"),
    (status = 409, description = "The source's messenger reviews no templates, or rejected the request"),
    (status = 503, description = "amoCRM or the messenger cannot be reached"),
))]
#[post("/v1/sources/{source_id}/templates/bring")]
pub async fn bring_templates(call: Call, source_id: web::Path<Uuid>) -> Result<HttpResponse> {
    call.key.needs(Scope::Write)?;
    let source = call.source(*source_id).await?;
    if !template::reviews(&call.app.sources, &source) || has_own_server(&source.kind) {
        return Err(no_source());
    }
    let found = template::bring_in(&call.app.sources, &source).await?;
    let items =
        found.listed.into_iter().map(|template::Counterpart { name, language, content, found, title, .. }| {
            ListedTemplateOut { name, language, text: content, found: found.word().to_owned(), amocrm_name: title }
        });
    Ok(HttpResponse::Ok().json(BroughtInOut { taken: found.taken, items: items.collect() }))
}

fn no_source() -> Error {
    Error::Conflict { problem: "template_no_source", detail: LocalizedText::new("said-template-no-source") }
}

/// Creates a template in amoCRM.
///
/// Its review is requested. The source must be marked as official WhatsApp (`services[].params.waba`). amoCRM requests
/// the review of every source that is. A `custom` messenger gets the webhook `template.review`.
#[utoipa::path(tag = "templates", params(
    ("source_id", description = "The source"),
), request_body = TemplateIn, responses(
    (status = 201, description = "Created; its review is requested", body = TemplateOut),
    (status = 404, description = "No such source"),
    (status = 409, description = "The source's messenger reviews no templates, or amoCRM rejected the request"),
    (status = 422, description = "Validation failed"),
    (status = 503, description = "amoCRM cannot be reached"),
))]
#[post("/v1/sources/{source_id}/templates")]
pub async fn create_template(mut call: Call, source_id: web::Path<Uuid>) -> Result<HttpResponse> {
    call.key.needs(Scope::Write)?;
    let source = call.source(*source_id).await?;
    let given = call.read::<TemplateIn>().await?;
    let draft = given.checked()?;
    if !template::reviews(&call.app.sources, &source) {
        return Err(no_source());
    }
    call.once(async {
        // A repeat after a failure finds the draft that the first request left.
        let id = Uuid::new_v5(&source.id, format!("{draft:?}").as_bytes()).to_string();
        let made = template::create(&call.app.sources, source.tenant_id, &id, &draft).await?;
        template::for_review(&call.app.sources, source.tenant_id, made.id).await?;
        let row = template::of_source(&call.app.sources, &source, made.id).await?;
        let row = row.ok_or_else(|| anyhow::anyhow!("amoCRM requested no review of this source"))?;
        let detail = json!({ "name": row.title });
        call.did("template.created", (source.tenant_id, &made.id.to_string()), detail).await?;
        Ok(HttpResponse::Created().json(shown(row)))
    })
    .await
}

/// Reports a template's review.
///
/// The decision of a `custom` messenger, which amoCRM gets too. A later report replaces an earlier one: an approved
/// template may be paused.
#[utoipa::path(tag = "templates", params(
    ("source_id", description = "The source"),
    ("template_id", description = "Parom's id of the template, as in the webhook `template.review`"),
), request_body = ReviewIn, responses(
    (status = 202, description = "Stored; amoCRM gets the decision", body = TemplateOut),
    (status = 404, description = "No such source or template"),
    (status = 409, description = "The source's messenger decides itself"),
    (status = 422, description = "Validation failed"),
))]
#[post("/v1/sources/{source_id}/templates/{template_id}/review")]
pub async fn report_template_review(mut call: Call, path: web::Path<(Uuid, Uuid)>) -> Result<HttpResponse> {
    call.key.needs(Scope::Write)?;
    let (source_id, template_id) = path.into_inner();
    let source = call.source(source_id).await?;
    let row = find(&call.app, &source, template_id).await?;
    let given = call.read::<ReviewIn>().await?;
    let state = given.checked()?;
    if !has_own_server(&source.kind) {
        let detail = LocalizedText::new("said-template-not-decided-here");
        return Err(Error::Conflict { problem: "template_not_decided_here", detail });
    }
    call.once(async {
        let row = template::apply(&call.app.sources, row, &state).await?;
        let detail = json!({ "name": row.title });
        call.did("template.decided", (source.tenant_id, &row.crm_id.to_string()), detail).await?;
        Ok(HttpResponse::Accepted().json(shown(row)))
    })
    .await
}

/// A source's template by our id.
async fn find(app: &UsageContext, source: &source::Model, template_id: Uuid) -> Result<message_template::Model> {
    template::by_id(&app.sources, source, template_id).await?.ok_or(Error::NotFound)
}

/// Longest header (crm-api §6.3), in characters.
const HEADER_CHARS: usize = 60;
const NAME_CHARS: usize = 255;
const LANGUAGE_CHARS: usize = 15;
const REASON_CHARS: usize = 2_000;

/// What a comparison with the messenger's templates found.
#[derive(Debug, Serialize, ToSchema)]
pub struct BroughtInOut {
    /// Number of templates that can be sent from now on.
    #[schema(example = 2)]
    pub taken: usize,
    /// All that the messenger lists.
    pub items: Vec<ListedTemplateOut>,
}

/// A template that the messenger lists, and what amoCRM has of it.
#[derive(Debug, Serialize, ToSchema)]
pub struct ListedTemplateOut {
    #[schema(example = "order_ready")]
    pub name: String,
    #[schema(example = "ru")]
    pub language: String,
    /// With the messenger's variables.
    #[schema(example = "Order {{1}} is ready")]
    pub text: String,
    /// `known`: it can be sent. `language`, `text`, `headline`: amoCRM's differs in this. `absent`: amoCRM has none of this
    /// name or text that Parom can read.
    #[schema(example = "known")]
    pub found: String,
    /// amoCRM's name of what it has.
    #[schema(required)]
    pub amocrm_name: Option<String>,
}

/// A template, and how far its review is on both sides.
#[derive(Debug, Serialize, ToSchema)]
pub struct TemplateOut {
    pub id: Uuid,
    pub source_id: Uuid,
    #[schema(example = "7103")]
    pub amocrm_template_id: String,
    /// Its name in amoCRM.
    pub name: String,
    /// Its name at the messenger.
    #[schema(example = "order_ready_7103")]
    pub messenger_name: String,
    /// The messenger's id; null until it has one.
    #[schema(required)]
    pub external_id: Option<String>,
    #[schema(example = "ru")]
    pub language: String,
    /// `UTILITY`, `MARKETING` or `AUTHENTICATION`; the messenger may change it.
    #[schema(example = "UTILITY")]
    pub category: String,
    /// The text with amoCRM's markers.
    #[schema(example = "Order {{lead.id}} is ready")]
    pub content: String,
    #[schema(required)]
    pub header: Option<String>,
    #[schema(required)]
    pub footer: Option<String>,
    pub buttons: Vec<Button>,
    /// The kind of the file above the text: `picture`, `video` or `file`; null if it has none.
    #[schema(required, example = "picture")]
    pub file: Option<&'static str>,
    /// The markers of the text in their order, each with an example.
    pub params: Vec<ParamOut>,
    /// At the messenger: `waiting`, `review`, `approved`, `rejected`, `paused`, `disabled` or `deleted`.
    #[schema(example = "review")]
    pub status: &'static str,
    /// Why it was rejected or paused.
    #[schema(required)]
    pub reason: Option<String>,
    /// The messenger's rating.
    #[schema(required, example = "GREEN")]
    pub quality: Option<String>,
    /// The status last reported to amoCRM: `approved`, `rejected` or `paused`; null if none was.
    #[schema(required)]
    pub amocrm_status: Option<String>,
    /// Why the next step is delayed; null if it is not.
    #[schema(required)]
    pub waits_because: Option<String>,
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Moment,
    /// When it was submitted to the messenger; null if it was not.
    #[schema(required, value_type = Option<String>, format = DateTime)]
    pub submitted_at: Option<Moment>,
}

/// A marker with an example of its value.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ParamOut {
    #[schema(example = "{{lead.id}}")]
    pub key: String,
    #[schema(example = "1592")]
    pub value: String,
}

/// A template to create in amoCRM and to have reviewed.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TemplateIn {
    #[schema(min_length = 1, max_length = 255)]
    pub name: String,
    /// The text; may contain amoCRM's markers, no others.
    #[schema(min_length = 1, example = "Order {{lead.id}} is ready")]
    pub content: String,
    #[schema(min_length = 1, max_length = 15, example = "ru")]
    pub language: String,
    pub category: CategoryIn,
    #[schema(max_length = 60)]
    pub header: Option<String>,
    pub footer: Option<String>,
    #[schema(value_type = Option<Vec<Button>>)]
    pub buttons: Option<Vec<Object<Button>>>,
    /// An example of a value for each marker.
    #[schema(value_type = Option<Vec<ParamOut>>)]
    pub params: Option<Vec<Object<ParamOut>>>,
}

/// What a template is for.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "UPPERCASE")]
pub enum CategoryIn {
    Utility,
    Marketing,
    Authentication,
}

/// The messenger's decision.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReviewIn {
    pub status: DecisionIn,
    /// Why; shown to the account's people and in amoCRM.
    #[schema(max_length = 2000)]
    pub reason: Option<String>,
    /// The messenger's id of the template.
    #[schema(max_length = 255)]
    pub external_id: Option<String>,
}

/// How a review ended. A decision can be changed by another one.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum DecisionIn {
    Approved,
    Rejected,
    Paused,
    Disabled,
}

/// A row in its public form.
fn shown(row: message_template::Model) -> TemplateOut {
    let filled = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    let spec = Spec::stored(&row);
    let file = spec.file_kind().map(|kind| match kind {
        TemplateFileKind::Picture => "picture",
        TemplateFileKind::Video => "video",
        TemplateFileKind::Document => "file",
    });
    TemplateOut {
        id: row.id,
        file,
        source_id: row.source_id,
        amocrm_template_id: row.crm_id.to_string(),
        messenger_name: row.name.clone(),
        external_id: filled(&row.external_id),
        content: spec.content,
        header: spec.header,
        footer: spec.footer,
        buttons: spec.buttons,
        params: spec.examples.into_iter().map(|(key, value)| ParamOut { key, value }).collect(),
        status: Stage::of(&row).word(),
        reason: filled(&row.reason),
        quality: filled(&row.quality),
        amocrm_status: filled(&row.told),
        waits_because: filled(&row.trouble),
        created_at: Moment(row.created_at),
        submitted_at: (row.submitted_at > 0).then_some(Moment(row.submitted_at)),
        name: row.title,
        language: row.language,
        category: row.category,
    }
}

impl TemplateIn {
    /// The template, or every invalid field.
    pub(super) fn checked(self) -> Result<TemplateDraft> {
        let mut wrong = Vec::new();
        let texts = [
            ("/name", Some(&self.name), NAME_CHARS, true),
            ("/content", Some(&self.content), usize::MAX, true),
            ("/language", Some(&self.language), LANGUAGE_CHARS, true),
            ("/header", self.header.as_ref(), HEADER_CHARS, false),
            ("/footer", self.footer.as_ref(), HEADER_CHARS, false),
        ];
        for (pointer, text, most, needed) in texts {
            let text = text.map_or("", String::as_str);
            let is_missing = needed && !is_visible(text);
            if is_missing || text.trim().chars().count() > most || text.contains('\0') {
                let detail = LocalizedText::new("said-template-text").with("most", limit(most));
                wrong.push(FieldError::new(pointer, detail));
            }
        }
        let params = self.params.unwrap_or_default().into_iter().map(|Object(param)| (param.key, param.value));
        let examples: BTreeMap<String, String> = params.collect();
        for (pointer, text) in [("/content", Some(&self.content)), ("/header", self.header.as_ref())] {
            let markers = text.and_then(|text| template::markers(text)).unwrap_or_default();
            if let Some(marker) = markers.iter().find(|marker| !template::is_filled_in(marker)) {
                let detail = LocalizedText::new("said-template-marker-unknown").with("marker", marker.as_str());
                wrong.push(FieldError::new(pointer, detail));
            }
        }
        match template::markers(&self.content) {
            None => wrong.push(FieldError::new("/content", LocalizedText::new("said-template-marker"))),
            Some(markers) => {
                let missing = |marker: &&String| examples.get(*marker).is_none_or(String::is_empty);
                if let Some(marker) = markers.iter().filter(|marker| template::is_filled_in(marker)).find(missing) {
                    let detail = LocalizedText::new("said-template-example").with("marker", marker.as_str());
                    wrong.push(FieldError::new("/params", detail));
                }
            }
        }
        let mut buttons = Vec::new();
        for (place, Object(button)) in self.buttons.unwrap_or_default().into_iter().enumerate() {
            let address = button.url.as_deref().filter(|url| !url.is_empty()).map(web_address::typed);
            if address == Some(None) {
                wrong.push(FieldError::new(format!("/buttons/{place}/url"), LocalizedText::new("said-web-address")));
            }
            buttons.push(ShownButton { text: button.text, url: address.flatten().unwrap_or_default() });
        }
        if buttons.iter().any(|button| button.text.trim().is_empty()) {
            wrong.push(FieldError::new("/buttons", LocalizedText::new("said-template-button")));
        }
        if !wrong.is_empty() {
            return Err(Error::Invalid(wrong));
        }
        let category = match self.category {
            CategoryIn::Utility => "UTILITY",
            CategoryIn::Marketing => "MARKETING",
            CategoryIn::Authentication => "AUTHENTICATION",
        };
        Ok(TemplateDraft {
            name: self.name,
            text: self.content,
            buttons,
            is_waba: true,
            language: self.language,
            category: category.to_owned(),
            header: self.header.unwrap_or_default(),
            footer: self.footer.unwrap_or_default(),
            examples,
        })
    }
}

fn limit(most: usize) -> String {
    if most == usize::MAX { "65536".to_owned() } else { most.to_string() }
}

impl ReviewIn {
    /// The decision as a messenger reports it.
    pub(super) fn checked(self) -> Result<TemplateState> {
        let reason = self.reason.filter(|reason| !reason.trim().is_empty());
        if reason.as_ref().is_some_and(|reason| reason.chars().count() > REASON_CHARS) {
            let detail = LocalizedText::new("said-template-text").with("most", REASON_CHARS.to_string());
            return Err(Error::field("/reason", detail));
        }
        let id = self.external_id.map(|id| base::json::checked_id("/external_id", id)).transpose()?;
        Ok(TemplateState {
            id: id.unwrap_or_default(),
            name: None,
            language: None,
            status: Some(match self.status {
                DecisionIn::Approved => TemplateStatus::Approved,
                DecisionIn::Rejected => TemplateStatus::Rejected,
                DecisionIn::Paused => TemplateStatus::Paused,
                DecisionIn::Disabled => TemplateStatus::Disabled,
            }),
            reason,
            category: None,
            quality: None,
        })
    }
}

/// A template message to send.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TemplateMessageIn {
    #[schema(value_type = TemplateReceiverIn)]
    pub conversation: Object<TemplateReceiverIn>,
    /// A value for each marker of the template, none for others.
    #[schema(value_type = Option<Vec<ParamOut>>)]
    pub params: Option<Vec<Object<ParamOut>>>,
    /// The file above the text, for a template that has one. If omitted, the file that was reviewed is sent.
    #[schema(value_type = Option<TemplateFileIn>)]
    pub file: Option<Object<TemplateFileIn>>,
}

/// The file of a template message, by `media_url` or `media_id`.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TemplateFileIn {
    /// A public https address from which the file can be downloaded for a few days.
    #[schema(format = "uri", example = "https://shop.example/invoice.pdf")]
    pub media_url: Option<String>,
    /// The id that an upload returned.
    pub media_id: Option<Uuid>,
    /// File name. Defaults to the last path segment of the address.
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

/// Sends an approved template.
///
/// It reaches the customer at any time, also after the time for free answers. amoCRM shows it in the chat as a message
/// of the channel's bot. A template with a file above its text is sent with `file`, or with the file that was reviewed.
#[utoipa::path(tag = "templates", params(
    ("source_id", description = "The source"),
    ("template_id", description = "Parom's id of the template"),
), request_body = TemplateMessageIn, responses(
    (status = 202, description = "Stored; it will be sent", body = TemplateMessageOut),
    (status = 404, description = "No such source, template or conversation"),
    (status = 409, description = "The messenger has not approved the template"),
    (status = 422, description = "Validation failed"),
    (status = 507, description = "The account has reached its storage limit"),
    (status = 503, description = "Cannot be stored right now, or amoCRM cannot be asked for the file; retry later"),
))]
#[post("/v1/sources/{source_id}/templates/{template_id}/messages")]
pub async fn send_template(mut call: Call, path: web::Path<(Uuid, Uuid)>) -> Result<HttpResponse> {
    call.key.needs(Scope::Write)?;
    let (source_id, template_id) = path.into_inner();
    let source = call.source(source_id).await?;
    let row = find(&call.app, &source, template_id).await?;
    let given = call.read::<TemplateMessageIn>().await?;
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
    let file = file_of(&call.app, &source, &row, &spec, given.file.map(|Object(file)| file)).await?;
    let conversation =
        conversations::find(&call.app, &source, &given.conversation.0.id).await?.ok_or(Error::NotFound)?;
    call.once(async {
        let id =
            chat::send_template(&call.app.intake, &source, &conversation, &row, params, file).await.map_err(at_file)?;
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
    domain::usage::room(app, source.tenant_id).await?;
    let content = match given {
        Some(given) => {
            let content = given.checked(kind).map_err(at_file)?;
            fields::check_media_url_now(&app.intake, &content).await.map_err(at_file)?;
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
            kind: ContentType::File,
            media_url: self.media_url,
            media_id: self.media_id,
            file_name: self.file_name,
            ..ContentIn::default()
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
