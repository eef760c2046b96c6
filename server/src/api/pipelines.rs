//! An account's pipelines.

use actix_web::{HttpResponse, get, web};
use base::error::{Problem, Result};
use base::json::Query;
use domain::api_key::ApiKey;
use domain::usage::UsageContext;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::NoParameters;
use super::roster;

/// A sales pipeline of the account.
#[derive(Debug, Serialize, ToSchema)]
pub struct PipelineOut {
    #[schema(example = "20453")]
    pub id: String,
    pub name: String,
    /// Whether it is amoCRM's main pipeline.
    pub is_main: bool,
}

/// All pipelines of an account.
#[derive(Debug, Serialize, ToSchema)]
pub struct PipelinesOut {
    pub items: Vec<PipelineOut>,
}

/// Lists the account's pipelines.
///
/// Read from amoCRM at the time of the request; archived pipelines are omitted.
#[utoipa::path(tag = "tenants", params(("tenant_id", description = "Parom's id of the account")), responses(
    (status = 200, description = "All pipelines", body = PipelinesOut),
    (status = 404, description = "Unknown, or outside the key's account", body = Problem, content_type = "application/problem+json"),
    (status = 409, description = "The account is not active, or amoCRM rejected the request", body = Problem, content_type = "application/problem+json"),
    (status = 503, description = "amoCRM cannot be reached", body = Problem, content_type = "application/problem+json"),
))]
#[get("/v1/tenants/{tenant_id}/pipelines")]
pub async fn list(
    app: web::Data<UsageContext>,
    key: ApiKey,
    tenant_id: web::Path<Uuid>,
    _: Query<NoParameters>,
) -> Result<HttpResponse> {
    key.in_tenant(*tenant_id)?;
    let tenant = roster::tenant(&app, *tenant_id).await?;
    let items = domain::source::pipelines(&app.sources, tenant.tenant_id)
        .await?
        .into_iter()
        .map(|pipeline| PipelineOut { id: pipeline.id.to_string(), name: pipeline.name, is_main: pipeline.is_main })
        .collect();
    Ok(HttpResponse::Ok().json(PipelinesOut { items }))
}
