//! Actions on sources: test one, restore it in amoCRM, compare all with amoCRM, and clean up stray sources.

use actix_web::{HttpRequest, HttpResponse, get, post, web};
use base::error::{Error, Problem, Result};
use base::i18n::{CRM, Language, Words};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;
use uuid::Uuid;

use super::NoParameters;
use super::body::RequestBody;
use super::idempotency::once;
use super::key::{ApiKey, Scope};
use super::numeric_id::NumericId;
use super::roster;
use super::source_types::{SourceOut, StepOut};
use super::sources::{by, current, shown};
use crate::usage::UsageContext;
use base::json::{Moment, Query};

/// The result of a test.
#[derive(Debug, Serialize, ToSchema)]
pub struct StepsOut {
    /// In order; the list ends with the first failed step.
    pub steps: Vec<StepOut>,
}

/// The result of a comparison with amoCRM.
#[derive(Debug, Serialize, ToSchema)]
pub struct ReconciledOut {
    /// Number of sources that a user deleted in amoCRM.
    pub missing: usize,
    /// Number of sources that a user changed in amoCRM; the changes were adopted.
    pub changed: usize,
    /// Number of stray sources.
    pub strays: usize,
}

/// Sources that exist in amoCRM under this integration but are unknown to Parom.
#[derive(Debug, Serialize, ToSchema)]
pub struct StraysOut {
    pub items: Vec<StrayOut>,
}

/// A stray source.
#[derive(Debug, Serialize, ToSchema)]
pub struct StrayOut {
    #[schema(example = "3108069")]
    pub amocrm_source_id: String,
    pub external_id: String,
    pub name: String,
    #[schema(required, example = "20453")]
    pub pipeline_id: Option<String>,
    pub default: bool,
    /// `own_default` if amoCRM created it during installation, otherwise `unknown`.
    pub reason: String,
    #[schema(value_type = String, format = DateTime)]
    pub seen_at: Moment,
}

/// The source that takes over a stray source.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AdoptIn {
    /// If omitted: the default source, otherwise the oldest.
    #[serde(default)]
    pub source_id: Option<Uuid>,
}

/// Tests a source against the live services.
///
/// The test sends nothing to customers, creates no leads and triggers no notifications. It stops at the first
/// failed step and returns 200 even then.
#[utoipa::path(tag = "sources", params(
    ("source_id", description = "The source"),
    ("Idempotency-Key" = Option<String>, Header, description = "Makes the request idempotent: repeats within 24 hours get the same response"),
), responses(
    (status = 200, description = "The result of each step; a failed step is not an error", body = StepsOut),
    (status = 404, description = "No such source", body = Problem, content_type = "application/problem+json"),
))]
#[post("/v1/sources/{source_id}/test")]
pub async fn test(
    app: web::Data<UsageContext>,
    key: ApiKey,
    request: HttpRequest,
    source_id: web::Path<Uuid>,
    body: RequestBody,
) -> Result<HttpResponse> {
    key.needs(Scope::Write)?;
    let source = current(&app, &key, *source_id).await?;
    let asked = body.ignore()?;
    let words = Words::new(Language::accepted(request.headers()));
    once(&app, &key, asked, async {
        let by = by(&app, &key, &request).await?;
        let steps = crate::source::test(&app.sources, source.tenant_id, source.id, &by).await?.into_iter();
        let steps = steps.map(|step| StepOut::of(step, |text| text.plain(words, CRM)));
        Ok(HttpResponse::Ok().json(StepsOut { steps: steps.collect() }))
    })
    .await
}

/// Restores a source in amoCRM.
///
/// For a source that a user deleted in amoCRM (`deleted_in_crm`): it is created there again with the same external
/// id.
#[utoipa::path(tag = "sources", params(
    ("source_id", description = "The source"),
    ("Idempotency-Key" = Option<String>, Header, description = "Makes the request idempotent: repeats within 24 hours get the same response"),
), responses(
    (status = 200, description = "The updated source", body = SourceOut),
    (status = 404, description = "No such source", body = Problem, content_type = "application/problem+json"),
    (status = 409, description = "The source is not missing in amoCRM, the account is not active, or amoCRM rejected the request", body = Problem, content_type = "application/problem+json"),
    (status = 503, description = "amoCRM cannot be reached; nothing was changed", body = Problem, content_type = "application/problem+json"),
))]
#[post("/v1/sources/{source_id}/restore")]
pub async fn restore(
    app: web::Data<UsageContext>,
    key: ApiKey,
    request: HttpRequest,
    source_id: web::Path<Uuid>,
    body: RequestBody,
) -> Result<HttpResponse> {
    key.needs(Scope::Write)?;
    let source = current(&app, &key, *source_id).await?;
    let asked = body.ignore()?;
    once(&app, &key, asked, async {
        let by = by(&app, &key, &request).await?;
        let source = crate::source::restore(&app.sources, source.tenant_id, source.id, &by).await?;
        Ok(HttpResponse::Ok().json(shown(&app, &source, None).await?))
    })
    .await
}

/// Compares the account's sources with amoCRM's.
///
/// This also happens automatically every day. Changes that users made in amoCRM win.
#[utoipa::path(tag = "sources", params(
    ("tenant_id", description = "The account"),
    ("Idempotency-Key" = Option<String>, Header, description = "Makes the request idempotent: repeats within 24 hours get the same response"),
), responses(
    (status = 200, description = "The differences found", body = ReconciledOut),
    (status = 404, description = "No such account", body = Problem, content_type = "application/problem+json"),
    (status = 409, description = "The account is not active, or amoCRM rejected the request", body = Problem, content_type = "application/problem+json"),
    (status = 503, description = "amoCRM cannot be reached; nothing was changed", body = Problem, content_type = "application/problem+json"),
))]
#[post("/v1/tenants/{tenant_id}/sources/reconcile")]
pub async fn reconcile(
    app: web::Data<UsageContext>,
    key: ApiKey,
    request: HttpRequest,
    tenant_id: web::Path<Uuid>,
    body: RequestBody,
) -> Result<HttpResponse> {
    key.needs(Scope::Write)?;
    key.in_tenant(*tenant_id)?;
    let tenant = roster::tenant(&app, *tenant_id).await?;
    let asked = body.ignore()?;
    once(&app, &key, asked, async {
        let done = crate::source::reconcile(&app.sources, tenant.tenant_id).await?;
        let (by, host) = (by(&app, &key, &request).await?, tenant.host.as_str());
        by.did(&app, app.store.write(), "account.reconciled", (tenant.tenant_id, host), json!({})).await?;
        let done = ReconciledOut { missing: done.missing, changed: done.changed, strays: done.strays };
        Ok(HttpResponse::Ok().json(done))
    })
    .await
}

/// Lists stray sources.
///
/// Stray sources exist in amoCRM under this integration but are unknown to Parom. The list is the result of the
/// last comparison.
#[utoipa::path(tag = "sources", params(("tenant_id", description = "The account")), responses(
    (status = 200, description = "All stray sources", body = StraysOut),
    (status = 404, description = "No such account", body = Problem, content_type = "application/problem+json"),
))]
#[get("/v1/tenants/{tenant_id}/stray-sources")]
pub async fn strays(
    app: web::Data<UsageContext>,
    key: ApiKey,
    tenant_id: web::Path<Uuid>,
    _: Query<NoParameters>,
) -> Result<HttpResponse> {
    key.in_tenant(*tenant_id)?;
    let tenant = roster::tenant(&app, *tenant_id).await?;
    let found = crate::source::strays(&app.sources, tenant.tenant_id).await?;
    let items = found.into_iter().map(|stray| StrayOut {
        amocrm_source_id: stray.amocrm_source_id.to_string(),
        external_id: stray.external_id,
        name: stray.name,
        pipeline_id: stray.pipeline_id.map(|id| id.to_string()),
        default: stray.is_default,
        reason: stray.reason,
        seen_at: Moment(stray.seen_at),
    });
    Ok(HttpResponse::Ok().json(StraysOut { items: items.collect() }))
}

/// Merges a stray source into one of the account's sources.
///
/// The source takes over the stray's pipeline and default flag; the stray is deleted in amoCRM.
#[utoipa::path(tag = "sources", params(
    ("tenant_id", description = "The account"),
    ("amocrm_source_id", description = "amoCRM's id of the stray source"),
    ("Idempotency-Key" = Option<String>, Header, description = "Makes the request idempotent: repeats within 24 hours get the same response"),
), request_body = AdoptIn, responses(
    (status = 200, description = "The source that took over the stray", body = SourceOut),
    (status = 404, description = "No such account or stray source", body = Problem, content_type = "application/problem+json"),
    (status = 409, description = "The account has no source or is not active, or amoCRM rejected the request", body = Problem, content_type = "application/problem+json"),
    (status = 422, description = "Validation failed", body = Problem, content_type = "application/problem+json"),
    (status = 503, description = "amoCRM cannot be reached; retry the request", body = Problem, content_type = "application/problem+json"),
))]
#[post("/v1/tenants/{tenant_id}/stray-sources/{amocrm_source_id}/adopt")]
pub async fn adopt(
    app: web::Data<UsageContext>,
    key: ApiKey,
    request: HttpRequest,
    path: web::Path<(Uuid, String)>,
    body: RequestBody,
) -> Result<HttpResponse> {
    let (tenant_id, stray) = stray_of(&app, &key, path.into_inner()).await?;
    let (wanted, asked) = body.read::<AdoptIn>().await?;
    once(&app, &key, asked, async {
        let by = by(&app, &key, &request).await?;
        let source = crate::source::adopt(&app.sources, tenant_id, stray.0, wanted.source_id, &by).await?;
        Ok(HttpResponse::Ok().json(shown(&app, &source, None).await?))
    })
    .await
}

/// Deletes a stray source in amoCRM.
///
/// A stray source exists in amoCRM under this integration but is unknown to Parom.
#[utoipa::path(tag = "sources", params(
    ("tenant_id", description = "The account"),
    ("amocrm_source_id", description = "amoCRM's id of the stray source"),
    ("Idempotency-Key" = Option<String>, Header, description = "Makes the request idempotent: repeats within 24 hours get the same response"),
), responses(
    (status = 204, description = "Deleted"),
    (status = 404, description = "No such account or stray source", body = Problem, content_type = "application/problem+json"),
    (status = 409, description = "The account is not active, or amoCRM rejected the request", body = Problem, content_type = "application/problem+json"),
    (status = 503, description = "amoCRM cannot be reached; nothing was changed", body = Problem, content_type = "application/problem+json"),
))]
#[post("/v1/tenants/{tenant_id}/stray-sources/{amocrm_source_id}/remove")]
pub async fn remove(
    app: web::Data<UsageContext>,
    key: ApiKey,
    request: HttpRequest,
    path: web::Path<(Uuid, String)>,
    body: RequestBody,
) -> Result<HttpResponse> {
    let (tenant_id, stray) = stray_of(&app, &key, path.into_inner()).await?;
    let asked = body.ignore()?;
    once(&app, &key, asked, async {
        let by = by(&app, &key, &request).await?;
        crate::source::remove_stray(&app.sources, tenant_id, stray.0, &by).await?;
        Ok(HttpResponse::NoContent().finish())
    })
    .await
}

async fn stray_of(app: &UsageContext, key: &ApiKey, (tenant_id, stray): (Uuid, String)) -> Result<(Uuid, NumericId)> {
    key.needs(Scope::Write)?;
    key.in_tenant(tenant_id)?;
    let tenant = roster::tenant(app, tenant_id).await?;
    let stray = stray.parse().map(NumericId).map_err(|_| Error::NotFound)?;
    Ok((tenant.tenant_id, stray))
}
