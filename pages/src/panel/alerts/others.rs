//! Owners decide what others are notified of: whether by e-mail at all, and each switch of the table.

use actix_web::web;
use askama::Template;
use base::error::{Error, Result};
use domain::alert_notices::notice::Channel;
use domain::alert_notices::readers::{self, Preference, Reader};
use serde::Deserialize;
use uuid::Uuid;

use super::mine::keep;
use super::switches::{self, Switches};
use super::{HERE, PageContext};
use crate::panel::PanelContext;
use crate::panel::sign_in::named;
use crate::panel::{Answer, AppData, Fields, Form, Member, Nav, Notice, Right, html};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Switched {
    /// `on` or `off`.
    to: String,
}

#[derive(Template)]
#[template(path = "panel/alerts_reader.html")]
struct ReaderPage {
    page: PageContext,
    id: Uuid,
    name: String,
    switches: Switches,
}

async fn reader(app: &PanelContext, member: &Member, person_id: &str) -> Result<Reader> {
    member.require(Right::ManageTeam)?;
    let person_id = Uuid::try_parse(person_id).map_err(|_| Error::NotFound)?;
    readers::one(app.store.read(), member.tenant_id, person_id).await?.ok_or(Error::NotFound)
}

/// `GET /panel/alerts/readers/{person_id}`: the switches of one person.
pub(super) async fn show(app: AppData, member: Member, person_id: web::Path<String>) -> Answer {
    let reader = reader(&app, &member, &person_id).await?;
    let page = member.page("alerts-title", Nav::Alerts);
    let switches = Switches::of(&app, page.words, page.crm, &reader, None);
    let name = named(&reader.person);
    html(&page, &ReaderPage { page: page.clone(), id: reader.person.id, name, switches })
}

/// `POST /panel/alerts/readers/{person_id}/kinds`
pub(super) async fn choose(app: AppData, member: Member, person_id: web::Path<String>, form: Form<Fields>) -> Answer {
    let reader = reader(&app, &member, &person_id).await?;
    switches::known(&form, &[])?;
    for channel in switches::shown(&app, &reader) {
        keep(&app, &member, &reader, channel, &switches::chosen(&form, channel, reader.preference(channel))).await?;
    }
    member.see_other(&app, HERE, Notice::done(member.words.text("common-saved"))).await
}

/// `POST /panel/alerts/readers/{person_id}`: all e-mails, or none.
pub(super) async fn switch(app: AppData, member: Member, person_id: web::Path<String>, form: Form<Switched>) -> Answer {
    let reader = reader(&app, &member, &person_id).await?;
    let choice = Preference { on: form.to == "on", ..reader.email.clone() };
    keep(&app, &member, &reader, Channel::Email, &choice).await?;
    let key = if choice.on { "alerts-switched-on" } else { "alerts-switched-off" };
    let said = member.words.text(key).with("name", named(&reader.person));
    member.see_other(&app, HERE, Notice::done(said)).await
}
