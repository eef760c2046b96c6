//! What the vendor allows an account: sources, its share of concurrent deliveries, and amoCRM's time window
//! (chats-api §3.2), which can be switched off.

use actix_web::http::StatusCode;
use actix_web::web;
use base::error::Error;
use base::i18n::LocalizedText;
use serde::Deserialize;
use serde_json::json;
use uuid::Uuid;

use super::{address, answer, load};
use crate::admin::operator::Operator;
use crate::identity::Form;
use crate::panel::{Answer, AppData, Notice};
use crate::tenant as tenants;

/// The maximum number of sources as typed; empty: the configured one.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LimitForm {
    limit: String,
}

/// The entered weight.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WeightForm {
    weight: String,
}

/// Whether the time window is to be off.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WindowForm {
    off: bool,
}

/// Sets the maximum number of sources.
pub async fn limit(app: AppData, Operator(visitor): Operator, id: web::Path<Uuid>, form: Form<LimitForm>) -> Answer {
    let tenant = load(&app, *id).await?;
    let typed = form.0.limit.trim().to_owned();
    let limit = if typed.is_empty() { Ok(None) } else { typed.parse::<i32>().map(Some) };
    let set = match limit {
        Ok(limit) => tenants::limit_sources(&app.tenants, *id, limit).await,
        Err(_) => Err(Error::field("/sources_limit", LocalizedText::new("said-number"))),
    };
    match set {
        Ok(()) => {}
        Err(Error::Invalid(_)) => {
            let wrong = Some(visitor.words.text("admin-limit-wrong"));
            return answer(&app, &visitor, tenant, StatusCode::UNPROCESSABLE_ENTITY, typed, wrong).await;
        }
        Err(other) => return Err(other),
    }
    let detail = json!({ "from": tenant.sources_limit, "to": limit.ok().flatten() });
    visitor.note_both(&app, *id, "account.limit_changed", detail).await?;
    visitor.see_other(&app, &address(*id), Notice::done(visitor.words.text("common-saved"))).await
}

/// Sets the share of concurrent deliveries.
pub async fn weight(app: AppData, Operator(visitor): Operator, id: web::Path<Uuid>, form: Form<WeightForm>) -> Answer {
    let tenant = load(&app, *id).await?;
    // Text that is not a number is rejected like 0.
    let weight = form.0.weight.trim().parse::<i32>().unwrap_or(0);
    match tenants::weigh(&app.tenants, *id, weight).await {
        Ok(()) => {}
        Err(Error::Invalid(_)) => {
            let wrong = visitor.words.text("admin-weight-wrong").with("most", tenants::MOST_WEIGHT);
            return visitor.see_other(&app, &address(*id), Notice::failed(wrong)).await;
        }
        Err(other) => return Err(other),
    }
    visitor.note_both(&app, *id, "account.weighed", json!({ "from": tenant.weight, "to": weight })).await?;
    visitor.see_other(&app, &address(*id), Notice::done(visitor.words.text("common-saved"))).await
}

/// Switches the time window.
pub async fn window(app: AppData, Operator(visitor): Operator, id: web::Path<Uuid>, form: Form<WindowForm>) -> Answer {
    load(&app, *id).await?;
    tenants::switch_window(&app.tenants, *id, form.0.off).await?;
    let action = if form.0.off { "account.window_off" } else { "account.window_on" };
    visitor.note_both(&app, *id, action, json!({})).await?;
    visitor.see_other(&app, &address(*id), Notice::done(visitor.words.text("admin-window-saved"))).await
}
