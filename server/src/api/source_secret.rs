//! Signing secrets: of a custom messenger's webhooks, and of the tokens that identify a site's customers to its chat.

use actix_web::{HttpRequest, HttpResponse, post, web};
use base::error::{Problem, Result};
use connectors::kinds::is_web_chat;
use domain::api_key::{ApiKey, Scope};
use domain::usage::UsageContext;
use secrecy::{ExposeSecret, SecretString};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::body::RequestBody;
use super::idempotency::once;
use super::sources::{by, current};

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
#[utoipa::path(tag = "sources", params(
    ("source_id", description = "The source"),
    ("Idempotency-Key" = Option<String>, Header, description = "Makes the request idempotent: repeats within 24 hours get the same response"),
), responses(
    (status = 200, description = "The new secret", body = SecretOut),
    (status = 404, description = "No such source", body = Problem, content_type = "application/problem+json"),
    (status = 409, description = "Sources of this kind have no secret", body = Problem, content_type = "application/problem+json"),
    (status = 412, description = "The source was changed at the same moment", body = Problem, content_type = "application/problem+json"),
))]
#[post("/v1/sources/{source_id}/rotate-secret")]
pub async fn rotate(
    app: web::Data<UsageContext>,
    key: ApiKey,
    request: HttpRequest,
    source_id: web::Path<Uuid>,
    body: RequestBody,
) -> Result<HttpResponse> {
    key.needs(Scope::Write)?;
    let source = current(&app, &key, *source_id).await?;
    once(&app, &key, body.ignore()?, async {
        let by = by(&app, &key, &request).await?;
        let (tenant_id, id) = (source.tenant_id, source.id);
        let shown = |secret: SecretString| Some(secret.expose_secret().to_owned());
        let made = if is_web_chat(&source.kind) {
            let secret = domain::source::rotate_site_secret(&app.sources, tenant_id, id, &by).await?;
            SecretOut { site_secret: shown(secret), ..SecretOut::default() }
        } else {
            let secret = domain::source::rotate_secret(&app.sources, tenant_id, id, &by).await?;
            SecretOut { webhook_secret: shown(secret), ..SecretOut::default() }
        };
        Ok(HttpResponse::Ok().json(made))
    })
    .await
}
