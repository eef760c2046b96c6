//! The key that asks: its rights, its account and its limits.

use actix_web::{HttpResponse, get, web};
use base::error::{Error, Problem, Result};
use base::json::{Moment, Query};
use domain::api_key::{self, ApiKey, key_maker, key_ring};
use domain::source::limit_of;
use domain::usage::UsageContext;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::tenants::{self, TenantOut};
use super::{NoParameters, roster};

/// The key, its account and its limits.
#[derive(Debug, Serialize, ToSchema)]
pub struct MeOut {
    pub key: MeKeyOut,
    /// The key's account; null for a vendor key.
    #[schema(required)]
    pub tenant: Option<TenantOut>,
    pub limits: MeLimitsOut,
}

/// The key of the request.
#[derive(Debug, Serialize, ToSchema)]
pub struct MeKeyOut {
    pub id: Uuid,
    #[schema(example = "Billing")]
    pub name: String,
    /// What the key may do now: `read`, `write` or `admin`; at most what its maker may.
    #[schema(example = "write")]
    pub scope: &'static str,
    /// Null for a vendor key.
    #[schema(required)]
    pub tenant_id: Option<Uuid>,
    /// The name or e-mail of the member who made it, `parom key create`, or null if that is unknown.
    #[schema(required, example = "Anna")]
    pub created_by: Option<String>,
    /// Null if it does not expire.
    #[schema(required, value_type = Option<String>, format = DateTime)]
    pub expires_at: Option<Moment>,
}

/// Limits of the key and of its account.
#[derive(Debug, Serialize, ToSchema)]
pub struct MeLimitsOut {
    /// Requests a second; null: no limit.
    #[schema(required, example = 300)]
    pub requests_per_second: Option<u32>,
    /// Requests at once.
    #[schema(example = 500)]
    pub requests_burst: u32,
    /// Sources of the account; null for a vendor key.
    #[schema(required, example = 50)]
    pub sources: Option<u32>,
}

/// Describes the key of the request.
///
/// Any key may ask: what it may do, who made it, its account, and its limits.
#[utoipa::path(tag = "tenants", responses(
    (status = 200, description = "The key", body = MeOut),
    (status = 422, description = "Unknown parameters", body = Problem, content_type = "application/problem+json"),
))]
#[get("/v1/me")]
pub async fn get(app: web::Data<UsageContext>, key: ApiKey, _: Query<NoParameters>) -> Result<HttpResponse> {
    let row = key_ring::one(app.store.read(), key.home(), key.id).await?.ok_or(Error::Unauthorized)?;
    let tenant = match key.tenant {
        Some(own) => Some(roster::tenant(&app, own).await?),
        None => None,
    };
    let requests = api_key::requests_a_second(&app, &key).await?;
    let limits = MeLimitsOut {
        requests_per_second: (requests > 0).then_some(requests),
        requests_burst: app.config.limits.requests_burst_per_key,
        sources: tenant.as_ref().map(|tenant| limit_of(&app.sources, tenant)),
    };
    let created_by = key_maker::name(app.store.read(), &row).await?;
    let key = MeKeyOut {
        id: key.id,
        name: row.name,
        scope: key.scope.name(),
        tenant_id: key.tenant,
        created_by,
        expires_at: row.expires_at.map(Moment),
    };
    let tenant = match tenant {
        Some(tenant) => Some(tenants::shown(&app, tenant).await?),
        None => None,
    };
    Ok(HttpResponse::Ok().json(MeOut { key, tenant, limits }))
}
