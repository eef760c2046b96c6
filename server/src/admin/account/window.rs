//! amoCRM's time window of an account (chats-api §3.2): the vendor can have it switched off.

use actix_web::{HttpResponse, web};
use serde::Deserialize;
use serde_json::json;
use uuid::Uuid;

use super::{address, load};
use crate::admin::operator::Operator;
use crate::admin::page::see_other;
use crate::admin::refused::Result;
use crate::identity::Form;
use crate::panel::Notice;
use crate::panel::PanelContext;
use crate::tenant as tenants;

/// Whether it is to be off.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WindowForm {
    off: bool,
}

/// Switches the window.
pub async fn set(
    app: web::Data<PanelContext>,
    Operator(visitor): Operator,
    id: web::Path<Uuid>,
    form: Form<WindowForm>,
) -> Result<HttpResponse> {
    load(&app, *id).await?;
    tenants::switch_window(&app, *id, form.0.off).await?;
    let action = if form.0.off { "account.window_off" } else { "account.window_on" };
    visitor.note_both(&app, *id, action, json!({})).await?;
    see_other(&app, &visitor, &address(*id), Notice::done(visitor.words.text("admin-window-saved"))).await
}
