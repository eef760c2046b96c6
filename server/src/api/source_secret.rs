//! Secrets that sign: a custom messenger's webhooks, and the customers whom a site names to its chat.

use actix_web::{HttpRequest, HttpResponse, post, web};
use base::error::{Problem, Result};
use secrecy::{ExposeSecret, SecretString};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::idempotency::once;
use super::json::Body;
use super::key::{ApiKey, Scope};
use super::sources::{by, current};
use crate::app::App;

/// What signs from now on.
#[derive(Default, Serialize, ToSchema)]
pub struct SecretOut {
    /// Of kind `custom`: signs its webhooks.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "whsec_…")]
    pub webhook_secret: Option<String>,
    /// Of kind `webchat`: with it the site signs the tokens of its customers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub site_secret: Option<String>,
}

/// Makes a new secret for a source.
///
/// It is shown this once: for the webhooks of a custom messenger, or for the tokens by which a site names its customers. The old
/// one holds beside it for 24 hours.
#[utoipa::path(tag = "sources", params(
    ("source_id", description = "The source"),
    ("Idempotency-Key" = Option<String>, Header, description = "Does the request once, 24 hours"),
), responses(
    (status = 200, description = "The new secret", body = SecretOut),
    (status = 401, description = "No or unknown key", body = Problem, content_type = "application/problem+json"),
    (status = 403, description = "Scope too small", body = Problem, content_type = "application/problem+json"),
    (status = 404, description = "No such source", body = Problem, content_type = "application/problem+json"),
    (status = 409, description = "This kind of source has no such secret", body = Problem, content_type = "application/problem+json"),
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
        let (tenant_id, id) = (source.tenant_id, source.id);
        let shown = |secret: SecretString| Some(secret.expose_secret().to_owned());
        let made = if source.kind == "webchat" {
            let secret = crate::source::rotate_site_secret(&app, tenant_id, id, &by).await?;
            SecretOut { site_secret: shown(secret), ..SecretOut::default() }
        } else {
            let secret = crate::source::rotate_secret(&app, tenant_id, id, &by).await?;
            SecretOut { webhook_secret: shown(secret), ..SecretOut::default() }
        };
        Ok(HttpResponse::Ok().json(made))
    })
    .await
}
