//! How long an account's texts and other data are kept.

use actix_web::web;
use base::config::Retention;
use base::error::Error;
use entity::tenant;
use serde::Deserialize;
use serde_json::json;
use uuid::Uuid;

use super::{address, load};
use crate::admin::operator::Operator;
use crate::identity::Form;
use crate::panel::{Answer, AppData, Notice};
use crate::tenant::{self as tenants, KeptChange};

/// The days as typed; empty: the configured number.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TextsForm {
    days: String,
    hooks: String,
    attempts: String,
    undelivered: String,
    audit: String,
}

/// A number of days that may be lower for the account than configured.
pub(super) struct KeptField {
    /// Name of the field; message key of its label: `admin-kept-{name}`.
    pub name: &'static str,
    /// As typed; empty: the configured number.
    pub days: String,
    pub configured: u32,
}

impl KeptField {
    pub(super) fn all(configured: &Retention, tenant: &tenant::Model) -> [Self; 4] {
        let field = |name, days: Option<i32>, configured| Self {
            name,
            days: days.map(|days| days.to_string()).unwrap_or_default(),
            configured,
        };
        [
            field("hooks", tenant.hooks_days, configured.hooks_days),
            field("attempts", tenant.attempts_days, configured.attempts_days),
            field("undelivered", tenant.undelivered_days, configured.undelivered_days),
            field("audit", tenant.audit_days, configured.audit_days),
        ]
    }
}

/// Text that is not a number is rejected like one that is too large.
fn typed(days: &str) -> Option<u32> {
    match days.trim() {
        "" => None,
        typed => Some(typed.parse().unwrap_or(u32::MAX)),
    }
}

/// Sets the number of days.
pub async fn set(app: AppData, Operator(visitor): Operator, id: web::Path<Uuid>, form: Form<TextsForm>) -> Answer {
    let tenant = load(&app, *id).await?;
    let TextsForm { days, hooks, attempts, undelivered, audit } = &form.0;
    let days = typed(days);
    let kept = KeptChange {
        hooks: Some(typed(hooks)),
        attempts: Some(typed(attempts)),
        undelivered: Some(typed(undelivered)),
        audit: Some(typed(audit)),
    };
    if kept.check(&app.config.retention).is_err() {
        let wrong = visitor.words.text("admin-kept-wrong");
        return visitor.see_other(&app, &address(*id), Notice::failed(wrong)).await;
    }
    match tenants::keep_texts(&app.tenants, *id, days).await {
        Ok(()) => {}
        Err(Error::Invalid(_)) => {
            let wrong = visitor.words.text("admin-texts-wrong").with("most", tenants::most_days(&app.tenants));
            return visitor.see_other(&app, &address(*id), Notice::failed(wrong)).await;
        }
        Err(other) => return Err(other),
    }
    let kept = tenants::keep(&app.tenants, *id, kept).await?;
    let detail = json!({ "from": tenant.texts_days, "to": days, "others": kept });
    visitor.note_both(&app, *id, "data.term_changed", detail).await?;
    visitor.see_other(&app, &address(*id), Notice::done(visitor.words.text("common-saved"))).await
}
