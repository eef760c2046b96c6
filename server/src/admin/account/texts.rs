//! How long an account's texts are kept.

use actix_web::{HttpResponse, web};
use base::error::Error;
use serde::Deserialize;
use serde_json::json;
use uuid::Uuid;

use super::{address, load};
use crate::admin::operator::Operator;
use crate::admin::page::see_other;
use crate::admin::refused::Result;
use crate::identity::Form;
use crate::panel::PanelContext;
use crate::panel::{Notice, Tone};
use crate::tenant as tenants;

/// The days as typed; empty: the configured number.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TextsForm {
    days: String,
}

/// Sets the number of days.
pub async fn set(
    app: web::Data<PanelContext>,
    Operator(visitor): Operator,
    id: web::Path<Uuid>,
    form: Form<TextsForm>,
) -> Result<HttpResponse> {
    let tenant = load(&app, *id).await?;
    let days = match form.0.days.trim() {
        "" => None,
        // Text that is not a number is rejected like one that is too large.
        typed => Some(typed.parse().unwrap_or(u32::MAX)),
    };
    match tenants::keep_texts(&app, *id, days).await {
        Ok(()) => {}
        Err(Error::Invalid(_)) => {
            let wrong = visitor.words.text("admin-texts-wrong").with("most", tenants::most_days(&app));
            return see_other(&app, &visitor, &address(*id), Notice::of(Tone::Bad, wrong)).await;
        }
        Err(other) => return Err(other.into()),
    }
    visitor.note_both(&app, *id, "data.term_changed", json!({ "from": tenant.texts_days, "to": days })).await?;
    see_other(&app, &visitor, &address(*id), Notice::done(visitor.words.text("common-saved"))).await
}
