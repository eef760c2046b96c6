//! Actions on an open alert.

use actix_web::{HttpResponse, web};
use base::error::{Error, Result};
use serde::Deserialize;
use serde_json::json;

use super::HERE;
use crate::alert;
use crate::identity::person;
use crate::panel::PanelContext;
use crate::panel::sign_in::named;
use crate::panel::{Form, Member, Notice, Right};

const HOUR: i64 = 3_600_000;
/// Numbers of hours for which an alert can be muted.
const HOURS: [i64; 2] = [4, 24];

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct AlertForm {
    key: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Muted {
    key: String,
    hours: i64,
}

/// `POST /panel/alerts/take`: marks the alert as being handled; no reminders for four hours.
pub(super) async fn take(app: web::Data<PanelContext>, member: Member, form: Form<AlertForm>) -> Result<HttpResponse> {
    member.require(Right::ManageAccount)?;
    let tenant_id = member.tenant.tenant_id;
    let person = match member.person_id {
        Some(person_id) => person::by_id(app.store.read(), person_id).await?,
        None => None,
    };
    let name = person.as_ref().map(named).ok_or(Error::NotFound)?;
    if !alert::take(&app, app.store.write(), tenant_id, &form.key, &name).await? {
        return Err(Error::NotFound);
    }
    member.audit(&app, app.store.write(), "alert.taken", &form.key, json!({})).await?;
    member.see_other(&app, HERE, Notice::done(member.words.text("alerts-taken"))).await
}

/// `POST /panel/alerts/mute`: no e-mails about it for the chosen hours.
pub(super) async fn mute(app: web::Data<PanelContext>, member: Member, form: Form<Muted>) -> Result<HttpResponse> {
    member.require(Right::ManageAccount)?;
    if !HOURS.contains(&form.hours) {
        return Err(Error::NotFound);
    }
    let until = app.clock.millis() + form.hours * HOUR;
    if !alert::mute(app.store.write(), member.tenant.tenant_id, &form.key, until).await? {
        return Err(Error::NotFound);
    }
    member.audit(&app, app.store.write(), "alert.muted", &form.key, json!({ "hours": form.hours })).await?;
    let said = member.words.text("alerts-muted").with("stamp", member.when(until).stamp());
    member.see_other(&app, HERE, Notice::done(said)).await
}
