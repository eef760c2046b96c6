//! An account's share of concurrent deliveries.

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

/// The entered weight.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WeightForm {
    weight: String,
}

/// Sets the weight.
pub async fn set(
    app: web::Data<PanelContext>,
    Operator(visitor): Operator,
    id: web::Path<Uuid>,
    form: Form<WeightForm>,
) -> Result<HttpResponse> {
    let tenant = load(&app, *id).await?;
    // Text that is not a number is rejected like 0.
    let weight = form.0.weight.trim().parse::<i32>().unwrap_or(0);
    match tenants::weigh(&app, *id, weight).await {
        Ok(()) => {}
        Err(Error::Invalid(_)) => {
            let wrong = visitor.words.text("admin-weight-wrong").with("most", tenants::MOST_WEIGHT);
            return see_other(&app, &visitor, &address(*id), Notice::of(Tone::Bad, wrong)).await;
        }
        Err(other) => return Err(other.into()),
    }
    visitor.note_both(&app, *id, "account.weighed", json!({ "from": tenant.weight, "to": weight })).await?;
    see_other(&app, &visitor, &address(*id), Notice::done(visitor.words.text("common-saved"))).await
}
