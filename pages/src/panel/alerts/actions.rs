//! Actions on an open alert.

use base::error::Error;
use base::millis::HOUR;
use domain::alert;
use serde_json::json;

use super::HERE;
use crate::panel::sign_in::named;
use crate::panel::{Answer, AppData, Fields, Form, Member, Notice, Right};

/// Numbers of hours for which an alert can be muted.
const HOURS: [i64; 2] = [4, 24];

/// `POST /panel/alerts/take`: marks the alerts of a card as being handled; no reminders for four hours.
pub(super) async fn take(app: AppData, member: Member, form: Form<Fields>) -> Answer {
    member.require(Right::ManageAccount)?;
    form.known(&["key"])?;
    let tenant_id = member.tenant_id;
    let name = named(&member.person);
    let mut taken = false;
    for key in form.all("key") {
        if alert::take(&app, app.store.write(), tenant_id, key, &name).await? {
            member.audit(&app, app.store.write(), "alert.taken", key, json!({})).await?;
            taken = true;
        }
    }
    if !taken {
        return Err(Error::NotFound);
    }
    member.see_other(&app, HERE, Notice::done(member.words.text("alerts-taken"))).await
}

/// `POST /panel/alerts/mute`: no notices about the alerts of a card for the chosen hours.
pub(super) async fn mute(app: AppData, member: Member, form: Form<Fields>) -> Answer {
    member.require(Right::ManageAccount)?;
    form.known(&["key", "hours"])?;
    let chosen = form.get("hours").parse::<i64>().ok();
    let hours = chosen.filter(|hours| HOURS.contains(hours)).ok_or(Error::NotFound)?;
    let until = app.clock.millis() + hours * HOUR;
    let mut muted = false;
    for key in form.all("key") {
        if alert::mute(app.store.write(), member.tenant_id, key, until).await? {
            member.audit(&app, app.store.write(), "alert.muted", key, json!({ "hours": hours })).await?;
            muted = true;
        }
    }
    if !muted {
        return Err(Error::NotFound);
    }
    let said = member.words.text("alerts-muted").with("stamp", member.when(until).stamp());
    member.see_other(&app, HERE, Notice::done(said)).await
}
