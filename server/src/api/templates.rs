//! Templates that a source's messenger reviews: list and create them, and report the messenger's decision.

use std::collections::BTreeMap;

use actix_web::{HttpResponse, get, post, web};
use base::error::{Error, FieldError, Problem, Result};
use base::i18n::LocalizedText;
use base::message::Button;
use connectors::kinds::has_own_server;
use connectors::template::{TemplateState, TemplateStatus};
use entity::{message_template, source};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::body::RequestBody;
use super::conversations::PageQuery;
use super::cursor::{ListOut, PageRequest};
use super::idempotency::once;
use super::key::{ApiKey, Scope};
use crate::template::{self, ShownButton, Spec, Stage, TemplateDraft};
use crate::usage::UsageContext;
use base::json::{Moment, Object, Query};

/// Longest header (crm-api §6.3), in characters.
const HEADER_CHARS: usize = 60;
const NAME_CHARS: usize = 255;
const LANGUAGE_CHARS: usize = 15;
const REASON_CHARS: usize = 2_000;

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
    /// What amoCRM was told: `approved`, `rejected` or `paused`; null if nothing yet.
    #[schema(required)]
    pub amocrm_status: Option<String>,
    /// Why the next step waits; null if nothing is in the way.
    #[schema(required)]
    pub waits_because: Option<String>,
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Moment,
    /// When the messenger got it; null if it has not.
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
    /// The text; may contain amoCRM's markers.
    #[schema(min_length = 1, example = "Order {{lead.id}} is ready")]
    pub content: String,
    #[schema(min_length = 1, max_length = 15, example = "ru")]
    pub language: String,
    pub category: CategoryIn,
    #[serde(default)]
    #[schema(max_length = 60)]
    pub header: Option<String>,
    #[serde(default)]
    pub footer: Option<String>,
    #[serde(default)]
    #[schema(value_type = Option<Vec<Button>>)]
    pub buttons: Option<Vec<Object<Button>>>,
    /// An example of a value for each marker.
    #[serde(default)]
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
    #[serde(default)]
    #[schema(max_length = 2000)]
    pub reason: Option<String>,
    /// The messenger's id of the template.
    #[serde(default)]
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

/// Lists the reviewed templates of a source.
#[utoipa::path(tag = "templates", params(("source_id", description = "The source"), PageQuery), responses(
    (status = 200, description = "A page of templates", body = ListOut<TemplateOut>),
    (status = 401, description = "Missing or unknown API key", body = Problem, content_type = "application/problem+json"),
    (status = 404, description = "No such source", body = Problem, content_type = "application/problem+json"),
    (status = 422, description = "Invalid limit or cursor", body = Problem, content_type = "application/problem+json"),
))]
#[get("/v1/sources/{source_id}/templates")]
pub async fn list(
    app: web::Data<UsageContext>,
    key: ApiKey,
    source_id: web::Path<Uuid>,
    query: Query<PageQuery>,
) -> Result<HttpResponse> {
    let source = key.source(&app, *source_id).await?;
    let page = query.page(&["templates", &source.id.to_string()])?;
    let rows = template::page(&app.sources, &source, page.after, page.rows()).await?;
    let (rows, next_cursor) = page.cut(rows, |row| row.id);
    let items: Vec<_> = rows.into_iter().map(shown).collect();
    Ok(HttpResponse::Ok().json(ListOut { items, next_cursor }))
}

/// Creates a template in amoCRM and requests its review.
///
/// The source must be marked as official WhatsApp (`services[].params.waba`). amoCRM requests the review of every
/// source that is. A `custom` messenger gets the webhook `template.review`.
#[utoipa::path(tag = "templates", params(
    ("source_id", description = "The source"),
    ("Idempotency-Key" = Option<String>, Header, description = "Makes the request idempotent: repeats within 24 hours get the same response"),
), request_body = TemplateIn, responses(
    (status = 201, description = "Created; its review is requested", body = TemplateOut),
    (status = 400, description = "Malformed JSON", body = Problem, content_type = "application/problem+json"),
    (status = 401, description = "Missing or unknown API key", body = Problem, content_type = "application/problem+json"),
    (status = 403, description = "The key's scope is insufficient", body = Problem, content_type = "application/problem+json"),
    (status = 404, description = "No such source", body = Problem, content_type = "application/problem+json"),
    (status = 409, description = "The source's messenger reviews no templates, or amoCRM rejected the request", body = Problem, content_type = "application/problem+json"),
    (status = 415, description = "Not application/json", body = Problem, content_type = "application/problem+json"),
    (status = 422, description = "Validation failed", body = Problem, content_type = "application/problem+json"),
    (status = 503, description = "amoCRM cannot be reached", body = Problem, content_type = "application/problem+json"),
))]
#[post("/v1/sources/{source_id}/templates")]
pub async fn create(
    app: web::Data<UsageContext>,
    key: ApiKey,
    source_id: web::Path<Uuid>,
    body: RequestBody,
) -> Result<HttpResponse> {
    key.needs(Scope::Write)?;
    let source = key.source(&app, *source_id).await?;
    let (given, asked) = body.read::<TemplateIn>().await?;
    let draft = given.checked()?;
    if !template::reviews(&app.sources, &source) {
        let detail = LocalizedText::new("said-template-no-source");
        return Err(Error::Conflict { problem: "template_no_source", detail });
    }
    once(&app, &key, asked, async {
        // A repeat after a failure finds the draft that the first request left.
        let id = Uuid::new_v5(&source.id, format!("{draft:?}").as_bytes()).to_string();
        let made = template::create(&app.sources, source.tenant_id, &id, &draft).await?;
        template::for_review(&app.sources, source.tenant_id, made.id).await?;
        let row = template::of_source(&app.sources, &source, made.id).await?;
        let row = row.ok_or_else(|| anyhow::anyhow!("amoCRM requested no review of this source"))?;
        Ok(HttpResponse::Created().json(shown(row)))
    })
    .await
}

/// Reports the decision of a `custom` messenger about a template; amoCRM is told.
#[utoipa::path(tag = "templates", params(
    ("source_id", description = "The source"),
    ("template_id", description = "Parom's id of the template, as in the webhook `template.review`"),
    ("Idempotency-Key" = Option<String>, Header, description = "Makes the request idempotent: repeats within 24 hours get the same response"),
), request_body = ReviewIn, responses(
    (status = 202, description = "Stored; amoCRM is told", body = TemplateOut),
    (status = 400, description = "Malformed JSON", body = Problem, content_type = "application/problem+json"),
    (status = 401, description = "Missing or unknown API key", body = Problem, content_type = "application/problem+json"),
    (status = 403, description = "The key's scope is insufficient", body = Problem, content_type = "application/problem+json"),
    (status = 404, description = "No such source or template", body = Problem, content_type = "application/problem+json"),
    (status = 409, description = "The source's messenger decides by itself", body = Problem, content_type = "application/problem+json"),
    (status = 415, description = "Not application/json", body = Problem, content_type = "application/problem+json"),
    (status = 422, description = "Validation failed", body = Problem, content_type = "application/problem+json"),
))]
#[post("/v1/sources/{source_id}/templates/{template_id}/review")]
pub async fn review(
    app: web::Data<UsageContext>,
    key: ApiKey,
    path: web::Path<(Uuid, Uuid)>,
    body: RequestBody,
) -> Result<HttpResponse> {
    key.needs(Scope::Write)?;
    let (source_id, template_id) = path.into_inner();
    let source = key.source(&app, source_id).await?;
    let row = find(&app, &source, template_id).await?;
    let (given, asked) = body.read::<ReviewIn>().await?;
    let state = given.checked()?;
    if !has_own_server(&source.kind) {
        let detail = LocalizedText::new("said-template-not-decided-here");
        return Err(Error::Conflict { problem: "template_not_decided_here", detail });
    }
    once(&app, &key, asked, async {
        let row = template::decide(&app.sources, row, &state).await?;
        Ok(HttpResponse::Accepted().json(shown(row)))
    })
    .await
}

/// A source's template by our id.
pub(super) async fn find(
    app: &UsageContext,
    source: &source::Model,
    template_id: Uuid,
) -> Result<message_template::Model> {
    template::by_id(&app.sources, source, template_id).await?.ok_or(Error::NotFound)
}

fn shown(row: message_template::Model) -> TemplateOut {
    let filled = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    let spec = Spec::stored(&row);
    TemplateOut {
        id: row.id,
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
    fn checked(self) -> Result<TemplateDraft> {
        let mut wrong = Vec::new();
        let texts = [
            ("/name", Some(&self.name), NAME_CHARS, true),
            ("/content", Some(&self.content), usize::MAX, true),
            ("/language", Some(&self.language), LANGUAGE_CHARS, true),
            ("/header", self.header.as_ref(), HEADER_CHARS, false),
            ("/footer", self.footer.as_ref(), HEADER_CHARS, false),
        ];
        for (pointer, text, most, needed) in texts {
            let length = text.map_or(0, |text| text.trim().chars().count());
            if (needed && length == 0) || length > most || text.is_some_and(|text| text.contains('\0')) {
                wrong
                    .push(FieldError::new(pointer, LocalizedText::new("said-template-text").with("most", limit(most))));
            }
        }
        let params = self.params.unwrap_or_default().into_iter().map(|Object(param)| (param.key, param.value));
        let examples: BTreeMap<String, String> = params.collect();
        match template::markers(&self.content) {
            None => wrong.push(FieldError::new("/content", LocalizedText::new("said-template-marker"))),
            Some(markers) => {
                let missing = |marker: &&String| examples.get(*marker).is_none_or(String::is_empty);
                if let Some(marker) = markers.iter().find(missing) {
                    let said = LocalizedText::new("said-template-example").with("marker", marker.as_str());
                    wrong.push(FieldError::new("/params", said));
                }
            }
        }
        let buttons = self
            .buttons
            .unwrap_or_default()
            .into_iter()
            .map(|Object(button)| ShownButton { text: button.text, url: button.url.unwrap_or_default() });
        let buttons: Vec<_> = buttons.collect();
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
    fn checked(self) -> Result<TemplateState> {
        let reason = self.reason.filter(|reason| !reason.trim().is_empty());
        if reason.as_ref().is_some_and(|reason| reason.chars().count() > REASON_CHARS) {
            let said = LocalizedText::new("said-template-text").with("most", REASON_CHARS.to_string());
            return Err(Error::field("/reason", said));
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

impl PageQuery {
    fn page(&self, filters: &[&str]) -> Result<PageRequest> {
        PageRequest::read(self.limit.as_deref(), self.cursor.as_deref(), filters)
    }
}
