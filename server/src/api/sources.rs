//! Sources of an account, mirrored to amoCRM.

use actix_web::http::header::{ETAG, IF_MATCH};
use actix_web::{HttpRequest, HttpResponse, delete, get, patch, post, web};
use base::browser::client_address;
use base::error::{Error, Problem, Result};
use base::i18n::LocalizedText;
use entity::{api_key, source};
use sea_orm::{ColumnTrait, QueryFilter, QueryOrder, QuerySelect};
use secrecy::SecretString;
use serde::Deserialize;
use utoipa::IntoParams;
use uuid::Uuid;

use super::NoParameters;
use super::body::RequestBody;
use super::cursor::{ListOut, PageRequest};
use super::idempotency::once;
use super::key::{ApiKey, Scope};
use super::roster;
use super::source_types::{HeldOut, SourceIn, SourceOut, SourcePatchIn};
use crate::audit::Actor;
use crate::delivery::dead;
use crate::delivery::read::HoldReasons;
use crate::source::{By, SourceState};
use crate::usage::UsageContext;
use base::json::{Moment, Query};

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct SourcesQuery {
    /// Maximum number of items per page.
    #[param(value_type = Option<u32>, minimum = 1, maximum = 200, default = 50)]
    limit: Option<String>,
    /// `next_cursor` from the previous page.
    cursor: Option<String>,
}

/// Creates a source.
///
/// The source is created in Parom and in amoCRM, and both sides are checked: a 201 response means that it works.
#[utoipa::path(tag = "sources", params(
    ("tenant_id", description = "The account"),
    ("Idempotency-Key" = Option<String>, Header, description = "Makes the request idempotent: repeats within 24 hours get the same response"),
), request_body = SourceIn, responses(
    (status = 201, description = "Created", body = SourceOut),
    (status = 404, description = "No such account", body = Problem, content_type = "application/problem+json"),
    (status = 409, description = "The limit of sources is reached, the external_id is taken, the account is not active, or amoCRM rejected the request", body = Problem, content_type = "application/problem+json"),
    (status = 422, description = "Validation failed", body = Problem, content_type = "application/problem+json"),
    (status = 503, description = "amoCRM cannot be reached; nothing was created", body = Problem, content_type = "application/problem+json"),
))]
#[post("/v1/tenants/{tenant_id}/sources")]
pub async fn create(
    app: web::Data<UsageContext>,
    key: ApiKey,
    request: HttpRequest,
    tenant_id: web::Path<Uuid>,
    body: RequestBody,
) -> Result<HttpResponse> {
    key.needs(Scope::Write)?;
    key.in_tenant(*tenant_id)?;
    let tenant = roster::tenant(&app, *tenant_id).await?;
    let (wanted, asked) = body.read::<SourceIn>().await?;
    once(&app, &key, asked, async {
        let by = by(&app, &key, &request).await?;
        let created = crate::source::create(&app.sources, tenant.tenant_id, wanted.into(), &by).await?;
        let shown = shown(&app, &created.source, created.webhook_secret.as_ref()).await?;
        Ok(HttpResponse::Created().insert_header(etag(&created.source)).json(shown))
    })
    .await
}

/// Lists the sources of an account, newest first.
///
/// Deleted sources are omitted.
#[utoipa::path(tag = "sources", params(("tenant_id", description = "The account"), SourcesQuery), responses(
    (status = 200, description = "A page of sources", body = ListOut<SourceOut>),
    (status = 404, description = "No such account", body = Problem, content_type = "application/problem+json"),
    (status = 422, description = "Invalid limit or cursor", body = Problem, content_type = "application/problem+json"),
))]
#[get("/v1/tenants/{tenant_id}/sources")]
pub async fn list(
    app: web::Data<UsageContext>,
    key: ApiKey,
    tenant_id: web::Path<Uuid>,
    query: Query<SourcesQuery>,
) -> Result<HttpResponse> {
    key.in_tenant(*tenant_id)?;
    let tenant = roster::tenant(&app, *tenant_id).await?;
    let filters = ["sources", &tenant.tenant_id.to_string()];
    let page = PageRequest::read(query.limit.as_deref(), query.cursor.as_deref(), &filters)?;
    let mut select = crate::source::live(tenant.tenant_id);
    if let Some(after) = page.after {
        select = select.filter(source::Column::Id.lt(after));
    }
    let rows = select.order_by_desc(source::Column::Id).limit(page.rows()).all(app.store.read()).await?;
    let (rows, next_cursor) = page.cut(rows, |row| row.id);
    let states = crate::source::states(&app.sources, tenant.tenant_id, &rows).await?;
    let mut items = Vec::with_capacity(rows.len());
    for (row, state) in rows.iter().zip(&states) {
        items.push(shown_as(&app, row, state, None).await?);
    }
    Ok(HttpResponse::Ok().json(ListOut { items, next_cursor }))
}

/// Retrieves a source.
///
/// `status` is computed at the time of the request; only the last four characters of credentials are shown. Send
/// the `ETag` as `If-Match` with PATCH.
#[utoipa::path(tag = "sources", params(("source_id", description = "The source")), responses(
    (status = 200, description = "The source", body = SourceOut),
    (status = 404, description = "Unknown, or outside the key's account", body = Problem, content_type = "application/problem+json"),
))]
#[get("/v1/sources/{source_id}")]
pub async fn get(
    app: web::Data<UsageContext>,
    key: ApiKey,
    source_id: web::Path<Uuid>,
    _: Query<NoParameters>,
) -> Result<HttpResponse> {
    let source = current(&app, &key, *source_id).await?;
    Ok(HttpResponse::Ok().insert_header(etag(&source)).json(shown(&app, &source, None).await?))
}

/// Updates, pauses or resumes a source.
///
/// The change is made in Parom and in amoCRM; omitted fields keep their values. With `If-Match`, the request is
/// rejected (412) if the source has changed since.
#[utoipa::path(tag = "sources", params(
    ("source_id", description = "The source"),
    ("If-Match" = Option<String>, Header, description = "The `ETag` or `version` you last read: the request is rejected if the source has changed since"),
    ("Idempotency-Key" = Option<String>, Header, description = "Makes the request idempotent: repeats within 24 hours get the same response"),
), request_body = SourcePatchIn, responses(
    (status = 200, description = "The updated source", body = SourceOut),
    (status = 404, description = "No such source", body = Problem, content_type = "application/problem+json"),
    (status = 409, description = "The account is not active, or amoCRM rejected the request", body = Problem, content_type = "application/problem+json"),
    (status = 412, description = "The source has changed since; the problem says who changed it, what and when", body = Problem, content_type = "application/problem+json"),
    (status = 422, description = "Validation failed", body = Problem, content_type = "application/problem+json"),
    (status = 503, description = "amoCRM cannot be reached; nothing was changed", body = Problem, content_type = "application/problem+json"),
))]
#[patch("/v1/sources/{source_id}")]
pub async fn patch(
    app: web::Data<UsageContext>,
    key: ApiKey,
    request: HttpRequest,
    source_id: web::Path<Uuid>,
    body: RequestBody,
) -> Result<HttpResponse> {
    key.needs(Scope::Write)?;
    let source = current(&app, &key, *source_id).await?;
    let expected = expected(&request)?;
    let (change, asked) = body.read::<SourcePatchIn>().await?;
    once(&app, &key, asked, async {
        let by = by(&app, &key, &request).await?;
        let change = crate::source::change(&app.sources, source.tenant_id, source.id, change.into(), expected, &by);
        let source = change.await?;
        Ok(HttpResponse::Ok().insert_header(etag(&source)).json(shown(&app, &source, None).await?))
    })
    .await
}

/// Deletes a source here and in amoCRM.
///
/// Conversations and messages are kept; messages that managers send to it later fail (902).
#[utoipa::path(tag = "sources", params(
    ("source_id", description = "The source"),
    ("Idempotency-Key" = Option<String>, Header, description = "Makes the request idempotent: repeats within 24 hours get the same response"),
), responses(
    (status = 204, description = "Deleted"),
    (status = 404, description = "No such source", body = Problem, content_type = "application/problem+json"),
    (status = 503, description = "amoCRM cannot be reached; nothing was changed", body = Problem, content_type = "application/problem+json"),
))]
#[delete("/v1/sources/{source_id}")]
pub async fn delete(
    app: web::Data<UsageContext>,
    key: ApiKey,
    request: HttpRequest,
    source_id: web::Path<Uuid>,
    body: RequestBody,
) -> Result<HttpResponse> {
    key.needs(Scope::Write)?;
    let asked = body.ignore()?;
    once(&app, &key, asked, async {
        let source = current(&app, &key, *source_id).await?;
        let by = by(&app, &key, &request).await?;
        crate::source::delete(&app.sources, source.tenant_id, source.id, &by).await?;
        Ok(HttpResponse::NoContent().finish())
    })
    .await
}

/// A source as GET shows it.
pub async fn shown(
    app: &UsageContext,
    source: &source::Model,
    webhook_secret: Option<&SecretString>,
) -> Result<SourceOut> {
    let state = crate::source::state(&app.sources, source).await?;
    shown_as(app, source, &state, webhook_secret).await
}

/// Like [`shown`], with a state that is already known.
pub async fn shown_as(
    app: &UsageContext,
    source: &source::Model,
    state: &SourceState,
    webhook_secret: Option<&SecretString>,
) -> Result<SourceOut> {
    let held = if source.paused || HoldReasons::of(app.store.read(), source).await?.to_messenger.is_some() {
        let (count, oldest_at) = dead::held(&app.delivery, source).await?;
        HeldOut { count, oldest_at: oldest_at.map(Moment) }
    } else {
        HeldOut::default()
    };
    let settings = crate::source::masked(app, source)?;
    let to_enter = crate::source::line::webhook_to_enter(&app.sources, source)?;
    let callback_url = to_enter.and_then(|entered| entered.address().map(str::to_owned));
    Ok(SourceOut { callback_url, ..SourceOut::of(source, state, settings, held, webhook_secret) })
}

/// A source that the key may see, read from the database: the cached one may be seconds old.
pub(super) async fn current(app: &UsageContext, key: &ApiKey, source_id: Uuid) -> Result<source::Model> {
    let kept = key.source(app, source_id).await?;
    crate::source::find(&app.sources, kept.tenant_id, source_id).await
}

/// The actor for the audit log.
pub(super) async fn by(app: &UsageContext, key: &ApiKey, request: &HttpRequest) -> Result<By> {
    let row = api_key::Entity::of_tenant(key.home()).filter(api_key::Column::Id.eq(key.id));
    let name = row.one(app.store.read()).await?.map(|row| row.name).unwrap_or_default();
    let actor = Actor::Key { id: key.id, name };
    Ok(By { actor, address: client_address(request, &app.config.server.trusted_proxies) })
}

fn etag(source: &source::Model) -> (actix_web::http::header::HeaderName, String) {
    (ETAG, format!("\"{}\"", crate::source::version(source)))
}

/// The version from `If-Match`, quoted or not; None (any version) for `*` or a missing header.
pub fn expected(request: &HttpRequest) -> Result<Option<i64>> {
    let Some(header) = request.headers().get(IF_MATCH) else { return Ok(None) };
    let text = header.to_str().unwrap_or_default().trim();
    if text == "*" {
        return Ok(None);
    }
    let number = text.trim_start_matches("W/").trim_matches('"').parse();
    number.map(Some).map_err(|_| Error::field("/If-Match", LocalizedText::new("said-if-match")))
}
