//! The maximum number of sources of an account.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use base::error::Error;
use base::i18n::LocalizedText;
use serde::Deserialize;
use serde_json::json;
use uuid::Uuid;

use super::{address, answer, load};
use crate::admin::operator::Operator;
use crate::admin::page::see_other;
use crate::admin::refused::Result;
use crate::identity::Form;
use crate::panel::Notice;
use crate::panel::PanelContext;
use crate::tenant as tenants;

/// The limit as typed; empty: the configured one.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LimitForm {
    limit: String,
}

/// Sets the limit.
pub async fn set(
    app: web::Data<PanelContext>,
    Operator(visitor): Operator,
    id: web::Path<Uuid>,
    form: Form<LimitForm>,
) -> Result<HttpResponse> {
    let tenant = load(&app, *id).await?;
    let typed = form.0.limit.trim().to_owned();
    let limit = if typed.is_empty() { Ok(None) } else { typed.parse::<i32>().map(Some) };
    let set = match limit {
        Ok(limit) => tenants::limit_sources(&app, *id, limit).await,
        Err(_) => Err(Error::field("/sources_limit", LocalizedText::new("said-number"))),
    };
    match set {
        Ok(()) => {}
        Err(Error::Invalid(_)) => {
            let wrong = Some(visitor.words.text("admin-limit-wrong"));
            return answer(&app, &visitor, tenant, StatusCode::UNPROCESSABLE_ENTITY, typed, wrong).await;
        }
        Err(other) => return Err(other.into()),
    }
    let detail = json!({ "from": tenant.sources_limit, "to": limit.ok().flatten() });
    visitor.note_both(&app, *id, "account.limit_changed", detail).await?;
    see_other(&app, &visitor, &address(*id), Notice::done(visitor.words.text("common-saved"))).await
}
