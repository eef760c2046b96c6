//! Owners decide who gets alert e-mails; each reader chooses the kinds.

use actix_web::{HttpResponse, web};
use base::error::{Error, Result};
use serde::Deserialize;
use serde_json::json;
use uuid::Uuid;

use super::HERE;
use crate::alert_emails::readers::{self, EmailPreference};
use crate::panel::PanelContext;
use crate::panel::sign_in::named;
use crate::panel::{Form, Member, Notice, Right};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Switched {
    /// `on` or `off`.
    to: String,
}

/// `POST /panel/alerts/readers/{person_id}`
pub(super) async fn switch(
    app: web::Data<PanelContext>,
    member: Member,
    person_id: web::Path<String>,
    form: Form<Switched>,
) -> Result<HttpResponse> {
    member.require(Right::ManageTeam)?;
    let person_id = Uuid::try_parse(&person_id).map_err(|_| Error::NotFound)?;
    let tenant_id = member.tenant.tenant_id;
    let reader = readers::one(app.store.read(), tenant_id, person_id).await?.ok_or(Error::NotFound)?;
    let choice = EmailPreference { letters: form.to == "on", ..reader.choice.clone() };
    readers::choose(&app.alert_emails, app.store.write(), tenant_id, person_id, &choice).await?;
    let detail = json!({ "letters": choice.letters, "name": named(&reader.person) });
    member.audit(&app, app.store.write(), "alert.letters_chosen", &person_id.to_string(), detail).await?;
    let key = if choice.letters { "alerts-switched-on" } else { "alerts-switched-off" };
    let said = member.words.text(key).with("name", named(&reader.person));
    member.see_other(&app, HERE, Notice::done(said)).await
}
