//! What can be done with sources besides changing them: test one, make it in amoCRM again, compare all, and clear away
//! what amoCRM has that is none of ours.

use actix_web::{HttpRequest, HttpResponse, get, post, web};
use base::error::{Error, Problem, Result};
use base::words::{CRM, Language, Words};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;
use uuid::Uuid;

use super::idempotency::once;
use super::json::{Body, Moment};
use super::key::{ApiKey, Scope};
use super::roster;
use super::source_types::{NumericId, SourceOut};
use super::sources::{by, current, shown};
use crate::app::App;

/// What a test found.
#[derive(Debug, Serialize, ToSchema)]
pub struct StepsOut {
    /// In order; it ends at the first step that fails.
    pub steps: Vec<StepOut>,
}

/// One step of a test.
#[derive(Debug, Serialize, ToSchema)]
pub struct StepOut {
    /// `credentials`, `webhook`, `chat`, `message`, `status`.
    pub name: &'static str,
    pub ok: bool,
    /// What was seen, or what is wrong; may be empty.
    pub detail: String,
    pub ms: u64,
}

/// What a comparison with amoCRM found.
#[derive(Debug, Serialize, ToSchema)]
pub struct ReconciledOut {
    /// Deleted by a user in amoCRM.
    pub missing: usize,
    /// Changed by a user in amoCRM; taken over.
    pub changed: usize,
    /// None of ours.
    pub strays: usize,
}

/// Sources of amoCRM's under this integration that are none of ours.
#[derive(Debug, Serialize, ToSchema)]
pub struct StraysOut {
    pub items: Vec<StrayOut>,
}

/// One of them.
#[derive(Debug, Serialize, ToSchema)]
pub struct StrayOut {
    #[schema(example = "3108069")]
    pub amocrm_source_id: String,
    pub external_id: String,
    pub name: String,
    #[schema(required, example = "20453")]
    pub pipeline_id: Option<String>,
    pub default: bool,
    /// `own_default`: amoCRM made it itself at the installation; `unknown`.
    pub reason: String,
    #[schema(value_type = String, format = DateTime)]
    pub seen_at: Moment,
}

/// Which source takes a stray over.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AdoptIn {
    /// Absent: the default source, else the oldest.
    #[serde(default)]
    pub source_id: Option<Uuid>,
}

/// Tests a source live.
///
/// It writes to no customer, makes no lead and notifies nobody. It ends at the first step that fails, and is 200 all the same.
#[utoipa::path(tag = "sources", params(
    ("source_id", description = "The source"),
    ("Idempotency-Key" = Option<String>, Header, description = "Does the request once, 24 hours"),
), responses(
    (status = 200, description = "What was found; a failed step is no error", body = StepsOut),
    (status = 401, description = "No or unknown key", body = Problem, content_type = "application/problem+json"),
    (status = 403, description = "Scope too small", body = Problem, content_type = "application/problem+json"),
    (status = 404, description = "No such source", body = Problem, content_type = "application/problem+json"),
))]
#[post("/v1/sources/{source_id}/test")]
pub async fn test(
    app: web::Data<App>,
    key: ApiKey,
    request: HttpRequest,
    source_id: web::Path<Uuid>,
    body: Body,
) -> Result<HttpResponse> {
    key.needs(Scope::Write)?;
    let source = current(&app, &key, *source_id).await?;
    let asked = body.ignore()?;
    let words = Words::new(Language::accepted(request.headers()));
    once(&app, &key, asked, async {
        let by = by(&app, &key, &request).await?;
        let steps = crate::source::test(&app, source.tenant_id, source.id, &by).await?.into_iter();
        let steps = steps.map(|step| StepOut {
            name: step.name,
            ok: step.ok,
            detail: step.detail.map(|said| said.plain(words, CRM)).unwrap_or_default(),
            ms: step.ms,
        });
        Ok(HttpResponse::Ok().json(StepsOut { steps: steps.collect() }))
    })
    .await
}

/// Restores a source in amoCRM.
///
/// For a source that a user deleted there (`deleted_in_crm`): it is made again with the same external id.
#[utoipa::path(tag = "sources", params(
    ("source_id", description = "The source"),
    ("Idempotency-Key" = Option<String>, Header, description = "Does the request once, 24 hours"),
), responses(
    (status = 200, description = "The source as it is now", body = SourceOut),
    (status = 401, description = "No or unknown key", body = Problem, content_type = "application/problem+json"),
    (status = 403, description = "Scope too small", body = Problem, content_type = "application/problem+json"),
    (status = 404, description = "No such source", body = Problem, content_type = "application/problem+json"),
    (status = 409, description = "It is not missing, the account is not active, or amoCRM refused", body = Problem, content_type = "application/problem+json"),
    (status = 503, description = "amoCRM is not reachable; nothing is changed", body = Problem, content_type = "application/problem+json"),
))]
#[post("/v1/sources/{source_id}/restore")]
pub async fn restore(
    app: web::Data<App>,
    key: ApiKey,
    request: HttpRequest,
    source_id: web::Path<Uuid>,
    body: Body,
) -> Result<HttpResponse> {
    key.needs(Scope::Write)?;
    let source = current(&app, &key, *source_id).await?;
    let asked = body.ignore()?;
    once(&app, &key, asked, async {
        let by = by(&app, &key, &request).await?;
        let source = crate::source::restore(&app, source.tenant_id, source.id, &by).await?;
        Ok(HttpResponse::Ok().json(shown(&app, &source, None).await?))
    })
    .await
}

/// Compares the account's sources with amoCRM's now.
///
/// It happens daily by itself. What a user changed in amoCRM wins.
#[utoipa::path(tag = "sources", params(
    ("tenant_id", description = "The account"),
    ("Idempotency-Key" = Option<String>, Header, description = "Does the request once, 24 hours"),
), responses(
    (status = 200, description = "What differed", body = ReconciledOut),
    (status = 401, description = "No or unknown key", body = Problem, content_type = "application/problem+json"),
    (status = 403, description = "Scope too small", body = Problem, content_type = "application/problem+json"),
    (status = 404, description = "No such account", body = Problem, content_type = "application/problem+json"),
    (status = 409, description = "The account is not active, or amoCRM refused", body = Problem, content_type = "application/problem+json"),
    (status = 503, description = "amoCRM is not reachable; nothing is changed", body = Problem, content_type = "application/problem+json"),
))]
#[post("/v1/tenants/{tenant_id}/sources/reconcile")]
pub async fn reconcile(
    app: web::Data<App>,
    key: ApiKey,
    request: HttpRequest,
    tenant_id: web::Path<Uuid>,
    body: Body,
) -> Result<HttpResponse> {
    key.needs(Scope::Write)?;
    key.in_tenant(*tenant_id)?;
    let tenant = roster::tenant(&app, *tenant_id).await?;
    let asked = body.ignore()?;
    once(&app, &key, asked, async {
        let done = crate::source::reconcile(&app, tenant.tenant_id).await?;
        let (by, host) = (by(&app, &key, &request).await?, tenant.host.as_str());
        by.did(&app, app.store.write(), "account.reconciled", (tenant.tenant_id, host), json!({})).await?;
        let done = ReconciledOut { missing: done.missing, changed: done.changed, strays: done.strays };
        Ok(HttpResponse::Ok().json(done))
    })
    .await
}

/// Lists sources that only amoCRM knows.
///
/// They stand there under this integration and are none of ours, as the last comparison found them.
#[utoipa::path(tag = "sources", params(("tenant_id", description = "The account")), responses(
    (status = 200, description = "All of them", body = StraysOut),
    (status = 401, description = "No or unknown key", body = Problem, content_type = "application/problem+json"),
    (status = 404, description = "No such account", body = Problem, content_type = "application/problem+json"),
))]
#[get("/v1/tenants/{tenant_id}/stray-sources")]
pub async fn strays(app: web::Data<App>, key: ApiKey, tenant_id: web::Path<Uuid>) -> Result<HttpResponse> {
    key.in_tenant(*tenant_id)?;
    let tenant = roster::tenant(&app, *tenant_id).await?;
    let found = crate::source::strays(&app, tenant.tenant_id).await?;
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

/// Lets a source take over a stray one.
///
/// It gets the stray's pipeline and default mark; the stray is deleted in amoCRM.
#[utoipa::path(tag = "sources", params(
    ("tenant_id", description = "The account"),
    ("amocrm_source_id", description = "amoCRM's id of the stray"),
    ("Idempotency-Key" = Option<String>, Header, description = "Does the request once, 24 hours"),
), request_body = AdoptIn, responses(
    (status = 200, description = "The source that took it over", body = SourceOut),
    (status = 400, description = "Unreadable JSON", body = Problem, content_type = "application/problem+json"),
    (status = 401, description = "No or unknown key", body = Problem, content_type = "application/problem+json"),
    (status = 403, description = "Scope too small", body = Problem, content_type = "application/problem+json"),
    (status = 404, description = "No such account or stray", body = Problem, content_type = "application/problem+json"),
    (status = 409, description = "The account has no source, is not active, or amoCRM refused", body = Problem, content_type = "application/problem+json"),
    (status = 415, description = "Not application/json", body = Problem, content_type = "application/problem+json"),
    (status = 422, description = "Wrong fields", body = Problem, content_type = "application/problem+json"),
    (status = 503, description = "amoCRM is not reachable; repeat", body = Problem, content_type = "application/problem+json"),
))]
#[post("/v1/tenants/{tenant_id}/stray-sources/{amocrm_source_id}/adopt")]
pub async fn adopt(
    app: web::Data<App>,
    key: ApiKey,
    request: HttpRequest,
    path: web::Path<(Uuid, String)>,
    body: Body,
) -> Result<HttpResponse> {
    let (tenant_id, stray) = stray_of(&app, &key, path.into_inner()).await?;
    let (wanted, asked) = body.read::<AdoptIn>().await?;
    once(&app, &key, asked, async {
        let by = by(&app, &key, &request).await?;
        let source = crate::source::adopt(&app, tenant_id, stray.0, wanted.source_id, &by).await?;
        Ok(HttpResponse::Ok().json(shown(&app, &source, None).await?))
    })
    .await
}

/// Deletes a stray source in amoCRM.
///
/// A stray is a source of this integration that is none of ours.
#[utoipa::path(tag = "sources", params(
    ("tenant_id", description = "The account"),
    ("amocrm_source_id", description = "amoCRM's id of the stray"),
    ("Idempotency-Key" = Option<String>, Header, description = "Does the request once, 24 hours"),
), responses(
    (status = 204, description = "It is gone"),
    (status = 401, description = "No or unknown key", body = Problem, content_type = "application/problem+json"),
    (status = 403, description = "Scope too small", body = Problem, content_type = "application/problem+json"),
    (status = 404, description = "No such account or stray", body = Problem, content_type = "application/problem+json"),
    (status = 409, description = "The account is not active, or amoCRM refused", body = Problem, content_type = "application/problem+json"),
    (status = 503, description = "amoCRM is not reachable; nothing is changed", body = Problem, content_type = "application/problem+json"),
))]
#[post("/v1/tenants/{tenant_id}/stray-sources/{amocrm_source_id}/remove")]
pub async fn remove(
    app: web::Data<App>,
    key: ApiKey,
    request: HttpRequest,
    path: web::Path<(Uuid, String)>,
    body: Body,
) -> Result<HttpResponse> {
    let (tenant_id, stray) = stray_of(&app, &key, path.into_inner()).await?;
    let asked = body.ignore()?;
    once(&app, &key, asked, async {
        let by = by(&app, &key, &request).await?;
        crate::source::remove_stray(&app, tenant_id, stray.0, &by).await?;
        Ok(HttpResponse::NoContent().finish())
    })
    .await
}

async fn stray_of(app: &App, key: &ApiKey, (tenant_id, stray): (Uuid, String)) -> Result<(Uuid, NumericId)> {
    key.needs(Scope::Write)?;
    key.in_tenant(tenant_id)?;
    let tenant = roster::tenant(app, tenant_id).await?;
    let stray = stray.parse().map(NumericId).map_err(|_| Error::NotFound)?;
    Ok((tenant.tenant_id, stray))
}
