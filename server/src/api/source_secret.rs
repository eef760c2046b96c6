//! The secret that signs a custom messenger's webhooks.

use actix_web::{HttpRequest, HttpResponse, post, web};
use secrecy::ExposeSecret;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::idempotency::once;
use super::json::Body;
use super::key::{ApiKey, Scope};
use super::sources::{by, current};
use crate::app::App;
use crate::error::{Problem, Result};

/// What signs webhooks from now on.
#[derive(Serialize, ToSchema)]
pub struct SecretOut {
    #[schema(example = "whsec_…")]
    pub webhook_secret: String,
}

/// Makes a new secret for the webhooks of a custom messenger, shown this once. The old one signs beside it for 24 hours.
#[utoipa::path(tag = "sources", params(
    ("source_id", description = "The source"),
    ("Idempotency-Key" = Option<String>, Header, description = "Does the request once, 24 hours"),
), responses(
    (status = 200, description = "The new secret", body = SecretOut),
    (status = 401, description = "No or unknown key", body = Problem, content_type = "application/problem+json"),
    (status = 403, description = "Scope too small", body = Problem, content_type = "application/problem+json"),
    (status = 404, description = "No such source", body = Problem, content_type = "application/problem+json"),
    (status = 409, description = "This kind of source has no webhook", body = Problem, content_type = "application/problem+json"),
    (status = 412, description = "Somebody changed the source at the same moment", body = Problem, content_type = "application/problem+json"),
))]
#[post("/v1/sources/{source_id}/rotate-secret")]
pub async fn rotate(
    app: web::Data<App>,
    key: ApiKey,
    request: HttpRequest,
    source_id: web::Path<Uuid>,
    body: Body,
) -> Result<HttpResponse> {
    key.needs(Scope::Write)?;
    let source = current(&app, &key, *source_id).await?;
    once(&app, &key, body.ignore()?, async {
        let by = by(&app, &key, &request).await?;
        let secret = crate::source::rotate_secret(&app, source.tenant_id, source.id, &by).await?;
        Ok(HttpResponse::Ok().json(SecretOut { webhook_secret: secret.expose_secret().to_owned() }))
    })
    .await
}
