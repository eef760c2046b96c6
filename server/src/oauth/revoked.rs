//! amoCRM's notice that an account disabled the integration.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use amocrm::hooks::revoke;
use std::sync::Arc;

use base::config::Integration;
use base::error::{Problem, Result};

use super::QueryPairs;
use crate::oauth::OauthContext;
use crate::tenant::{install, uninstall};

/// `GET /oauth/revoked?client_uuid=&account_id=&signature=`. 200 for every signed notice, also repeated ones; amoCRM is
/// asked after the answer, before anything is removed.
pub(super) async fn revoked(app: web::Data<OauthContext>, request: HttpRequest) -> Result<HttpResponse> {
    let query = QueryPairs::read(request.query_string());
    let Some((integration, account_id)) = verified(&app, &query) else {
        tracing::warn!("a revoke notice with an invalid signature was rejected");
        return Ok(refused());
    };
    match install::find(&app.tenants, &integration.name, account_id).await? {
        Some(tenant_id) => {
            tracing::info!(tenant.id = %tenant_id, account.id = account_id, "amoCRM reports that the integration was switched off; confirming it");
            // Signed, so its content is trusted; but a captured notice is signed too, and each one makes Parom ask
            // amoCRM.
            let now = app.unknown_callers.asks_at_once(tenant_id, app.clock.millis()).await;
            uninstall::noticed(&app.tenants, tenant_id, now).await?;
            if !now {
                return Ok(HttpResponse::Ok().content_type("application/json").body("{}"));
            }
            let app = app.into_inner();
            base::supervisor::detach("revoke_notice", async move {
                if let Err(error) = uninstall::confirm(&app.tenants, tenant_id).await {
                    tracing::error!(tenant.id = %tenant_id, error = format!("{error:#}"), "a revoke notice could not be checked; it will be retried");
                }
            });
        }
        None => tracing::info!(account.id = account_id, "a revoke notice for an account that is not installed"),
    }
    Ok(HttpResponse::Ok().content_type("application/json").body("{}"))
}

fn verified(app: &OauthContext, query: &QueryPairs) -> Option<(Arc<Integration>, i64)> {
    let client_id = query.get("client_uuid")?;
    let account_id = query.get("account_id")?.trim().parse().ok()?;
    let signature = query.get("signature")?;
    let integration = app.integrations.by_client_id(client_id)?;
    let secrets = [Some(&integration.client_secret), integration.previous_client_secret.as_ref()];
    // Both are always compared, so that the time reveals nothing.
    let right = secrets
        .into_iter()
        .flatten()
        .fold(false, |right, secret| revoke::verify(secret, client_id, account_id, signature) | right);
    right.then_some((integration, account_id))
}

fn refused() -> HttpResponse {
    let status = StatusCode::UNAUTHORIZED;
    let problem = Problem {
        kind: base::error::problem_type("signature_refused"),
        title: "The signature is wrong".to_owned(),
        status: status.as_u16(),
        detail: "client_uuid, account_id and signature do not belong together".to_owned(),
        errors: Vec::new(),
    };
    HttpResponse::build(status)
        .content_type("application/problem+json")
        .body(serde_json::to_string(&problem).unwrap_or_default())
}
