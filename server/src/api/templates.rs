//! Templates that a source's messenger reviews: list and create them, and report the messenger's decision.

use actix_web::{HttpRequest, HttpResponse, get, post, web};
use base::error::{Error, Problem, Result};
use base::i18n::LocalizedText;
use connectors::kinds::has_own_server;
use domain::api_key::{ApiKey, Scope};
use domain::cursor::{ListOut, PageRequest};
use domain::template;
use domain::usage::UsageContext;
use entity::{message_template, source};
use serde_json::json;
use uuid::Uuid;

use super::body::RequestBody;
use super::conversations::PageQuery;
use super::idempotency::once;
use super::sources::by;
use super::template_types::{ReviewIn, TemplateIn, TemplateOut, shown};
use base::json::Query;

/// Lists the reviewed templates of a source.
///
/// Each with its state at the messenger and in amoCRM, and why it waits.
#[utoipa::path(tag = "templates", params(("source_id", description = "The source"), PageQuery), responses(
    (status = 200, description = "A page of templates", body = ListOut<TemplateOut>),
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
    (status = 404, description = "No such source", body = Problem, content_type = "application/problem+json"),
    (status = 409, description = "The source's messenger reviews no templates, or amoCRM rejected the request", body = Problem, content_type = "application/problem+json"),
    (status = 422, description = "Validation failed", body = Problem, content_type = "application/problem+json"),
    (status = 503, description = "amoCRM cannot be reached", body = Problem, content_type = "application/problem+json"),
))]
#[post("/v1/sources/{source_id}/templates")]
pub async fn create(
    app: web::Data<UsageContext>,
    key: ApiKey,
    source_id: web::Path<Uuid>,
    request: HttpRequest,
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
        let (by, object) = (by(&app, &key, &request).await?, made.id.to_string());
        let detail = json!({ "name": row.title });
        by.did(&app, app.store.write(), "template.created", (source.tenant_id, &object), detail).await?;
        Ok(HttpResponse::Created().json(shown(row)))
    })
    .await
}

/// Reports the decision of a `custom` messenger about a template.
///
/// amoCRM gets it too. A later report replaces an earlier one: an approved template may be paused.
#[utoipa::path(tag = "templates", params(
    ("source_id", description = "The source"),
    ("template_id", description = "Parom's id of the template, as in the webhook `template.review`"),
    ("Idempotency-Key" = Option<String>, Header, description = "Makes the request idempotent: repeats within 24 hours get the same response"),
), request_body = ReviewIn, responses(
    (status = 202, description = "Stored; amoCRM gets the decision", body = TemplateOut),
    (status = 404, description = "No such source or template", body = Problem, content_type = "application/problem+json"),
    (status = 409, description = "The source's messenger decides itself", body = Problem, content_type = "application/problem+json"),
    (status = 422, description = "Validation failed", body = Problem, content_type = "application/problem+json"),
))]
#[post("/v1/sources/{source_id}/templates/{template_id}/review")]
pub async fn review(
    app: web::Data<UsageContext>,
    key: ApiKey,
    path: web::Path<(Uuid, Uuid)>,
    request: HttpRequest,
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
        let (by, object) = (by(&app, &key, &request).await?, row.crm_id.to_string());
        let detail = json!({ "name": row.title });
        by.did(&app, app.store.write(), "template.decided", (source.tenant_id, &object), detail).await?;
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

impl PageQuery {
    fn page(&self, filters: &[&str]) -> Result<PageRequest> {
        PageRequest::read(self.limit.as_deref(), self.cursor.as_deref(), filters)
    }
}
