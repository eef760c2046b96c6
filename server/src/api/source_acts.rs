//! Actions on sources: test one, restore it in amoCRM, compare all with amoCRM, clean up stray sources, and replace a
//! signing secret.

use actix_web::{HttpResponse, get, post, web};
use base::error::{Error, Result};
use base::i18n::{CRM, Language, Words};
use base::json::{Moment, NumericId, Query};
use connectors::kinds::is_web_chat;
use domain::api_key::Scope;
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;
use uuid::Uuid;

use super::request::{Call, NoParameters};
use super::sources::{SourceOut, StepOut, shown};

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
    pub source_id: Option<Uuid>,
}

/// Tests a source.
///
/// The test is made against the live services. It sends nothing to customers, creates no leads and triggers no
/// notifications. It stops at the first failed step and returns 200 even then.
#[utoipa::path(tag = "sources", params(("source_id", description = "The source")), responses(
    (status = 200, description = "The result of each step; a failed step is not an error", body = StepsOut),
    (status = 404, description = "No such source"),
))]
#[post("/v1/sources/{source_id}/test")]
pub async fn test_source(call: Call, source_id: web::Path<Uuid>) -> Result<HttpResponse> {
    call.key.needs(Scope::Write)?;
    let source = call.current_source(*source_id).await?;
    let words = Words::new(Language::accepted(call.request.headers()));
    call.once(async {
        let by = call.by().await?;
        let steps = domain::source::test(&call.app.sources, source.tenant_id, source.id, &by).await?.into_iter();
        let steps = steps.map(|step| StepOut::of(step, |text| text.plain(words, CRM)));
        Ok(HttpResponse::Ok().json(StepsOut { steps: steps.collect() }))
    })
    .await
}

/// Restores a source in amoCRM.
///
/// For a source that a user deleted in amoCRM (`deleted_in_crm`): it is created there again with the same external
/// id.
#[utoipa::path(tag = "sources", params(("source_id", description = "The source")), responses(
    (status = 200, description = "The updated source", body = SourceOut),
    (status = 404, description = "No such source"),
    (status = 409, description = "The source is not missing in amoCRM, the account is not active, or amoCRM rejected the request"),
    (status = 503, description = "amoCRM cannot be reached; nothing was changed"),
))]
#[post("/v1/sources/{source_id}/restore")]
pub async fn restore_source(call: Call, source_id: web::Path<Uuid>) -> Result<HttpResponse> {
    call.key.needs(Scope::Write)?;
    let source = call.current_source(*source_id).await?;
    call.once(async {
        let by = call.by().await?;
        let source = domain::source::restore(&call.app.sources, source.tenant_id, source.id, &by).await?;
        Ok(HttpResponse::Ok().json(shown(&call.app, &source, None).await?))
    })
    .await
}

/// Compares the account's sources with amoCRM's.
///
/// This also happens automatically every day. Changes that users made in amoCRM win.
#[utoipa::path(tag = "sources", params(("tenant_id", description = "The account")), responses(
    (status = 200, description = "The differences found", body = ReconciledOut),
    (status = 404, description = "No such account"),
    (status = 409, description = "The account is not active, or amoCRM rejected the request"),
    (status = 503, description = "amoCRM cannot be reached; nothing was changed"),
))]
#[post("/v1/tenants/{tenant_id}/sources/reconcile")]
pub async fn reconcile_sources(call: Call, tenant_id: web::Path<Uuid>) -> Result<HttpResponse> {
    call.key.needs(Scope::Write)?;
    let tenant = call.tenant(*tenant_id).await?;
    call.once(async {
        let done = domain::source::reconcile(&call.app.sources, tenant.tenant_id).await?;
        call.did("account.reconciled", (tenant.tenant_id, &tenant.host), json!({})).await?;
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
    (status = 404, description = "No such account"),
))]
#[get("/v1/tenants/{tenant_id}/stray-sources")]
pub async fn list_stray_sources(
    call: Call,
    tenant_id: web::Path<Uuid>,
    _: Query<NoParameters>,
) -> Result<HttpResponse> {
    let tenant = call.tenant(*tenant_id).await?;
    let strays = domain::source::strays(&call.app.sources, tenant.tenant_id).await?;
    let items = strays.into_iter().map(|stray| StrayOut {
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

/// Adopts a stray source.
///
/// It is merged into one of the account's sources. The source takes over the stray's pipeline and default flag; the
/// stray is deleted in amoCRM.
#[utoipa::path(tag = "sources", params(
    ("tenant_id", description = "The account"),
    ("amocrm_source_id", description = "amoCRM's id of the stray source"),
), request_body = AdoptIn, responses(
    (status = 200, description = "The source that took over the stray", body = SourceOut),
    (status = 404, description = "No such account or stray source"),
    (status = 409, description = "The account has no source or is not active, or amoCRM rejected the request"),
    (status = 422, description = "Validation failed"),
    (status = 503, description = "amoCRM cannot be reached; retry the request"),
))]
#[post("/v1/tenants/{tenant_id}/stray-sources/{amocrm_source_id}/adopt")]
pub async fn adopt_stray_source(mut call: Call, path: web::Path<(Uuid, String)>) -> Result<HttpResponse> {
    let (tenant_id, stray) = stray_of(&call, path).await?;
    let input = call.read::<AdoptIn>().await?;
    call.once(async {
        let by = call.by().await?;
        let source = domain::source::adopt(&call.app.sources, tenant_id, stray.0, input.source_id, &by).await?;
        Ok(HttpResponse::Ok().json(shown(&call.app, &source, None).await?))
    })
    .await
}

/// Deletes a stray source in amoCRM.
///
/// A stray source exists in amoCRM under this integration but is unknown to Parom.
#[utoipa::path(tag = "sources", params(
    ("tenant_id", description = "The account"),
    ("amocrm_source_id", description = "amoCRM's id of the stray source"),
), responses(
    (status = 204, description = "Deleted"),
    (status = 404, description = "No such account or stray source"),
    (status = 409, description = "The account is not active, or amoCRM rejected the request"),
    (status = 503, description = "amoCRM cannot be reached; nothing was changed"),
))]
#[post("/v1/tenants/{tenant_id}/stray-sources/{amocrm_source_id}/remove")]
pub async fn remove_stray_source(call: Call, path: web::Path<(Uuid, String)>) -> Result<HttpResponse> {
    let (tenant_id, stray) = stray_of(&call, path).await?;
    call.once(async {
        let by = call.by().await?;
        domain::source::remove_stray(&call.app.sources, tenant_id, stray.0, &by).await?;
        Ok(HttpResponse::NoContent().finish())
    })
    .await
}

async fn stray_of(call: &Call, path: web::Path<(Uuid, String)>) -> Result<(Uuid, NumericId)> {
    let (tenant_id, stray) = path.into_inner();
    call.key.needs(Scope::Write)?;
    let tenant = call.tenant(tenant_id).await?;
    let stray = stray.parse().map(NumericId).map_err(|_| Error::NotFound)?;
    Ok((tenant.tenant_id, stray))
}

/// The new secret.
#[derive(Default, Serialize, ToSchema)]
pub struct SecretOut {
    /// For `custom` sources: signs the webhooks.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "whsec_…")]
    pub webhook_secret: Option<String>,
    /// For `webchat` sources: the key with which the site signs its customers' tokens.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub site_secret: Option<String>,
}

/// Rotates a source's secret.
///
/// The new secret is shown only once. It signs the webhooks of a custom messenger, or the tokens with which a site
/// identifies its customers. The old secret stays valid for 24 hours.
#[utoipa::path(tag = "sources", params(("source_id", description = "The source")), responses(
    (status = 200, description = "The new secret", body = SecretOut),
    (status = 404, description = "No such source"),
    (status = 409, description = "Sources of this kind have no secret"),
    (status = 412, description = "The source was changed at the same moment"),
))]
#[post("/v1/sources/{source_id}/rotate-secret")]
pub async fn rotate_source_secret(call: Call, source_id: web::Path<Uuid>) -> Result<HttpResponse> {
    call.key.needs(Scope::Write)?;
    let source = call.current_source(*source_id).await?;
    call.once(async {
        let by = call.by().await?;
        let (tenant_id, id) = (source.tenant_id, source.id);
        let shown = |secret: SecretString| Some(secret.expose_secret().to_owned());
        let made = if is_web_chat(&source.kind) {
            let secret = domain::source::rotate_site_secret(&call.app.sources, tenant_id, id, &by).await?;
            SecretOut { site_secret: shown(secret), ..SecretOut::default() }
        } else {
            let secret = domain::source::rotate_secret(&call.app.sources, tenant_id, id, &by).await?;
            SecretOut { webhook_secret: shown(secret), ..SecretOut::default() }
        };
        Ok(HttpResponse::Ok().json(made))
    })
    .await
}
