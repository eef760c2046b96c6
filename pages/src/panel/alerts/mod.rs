//! `/panel/alerts`: open alerts, the channels to people and programs, and who gets what.

mod actions;
mod cards;
mod chat;
mod devices;
mod mine;
mod others;
mod switches;
mod webhook;

use actix_web::http::StatusCode;
use actix_web::web;
use askama::Template;
use domain::alert as alerts;
use domain::alert_notices::notice::Channel;
use domain::alert_notices::readers::{self, Reader};
use domain::alert_notices::{self, webhook as hooks};
use uuid::Uuid;

use super::{Member, Nav, PageContext, Right, html_as};
use crate::panel::{Answer, AppData, PanelContext};
use cards::Card;
use chat::ChatView;
use devices::DevicesView;
use switches::Switches;
use webhook::WebhookView;

const HERE: &str = "/panel/alerts";

/// Paths are relative to `/panel`.
pub(super) fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/alerts", web::get().to(show))
        .route("/alerts/take", web::post().to(actions::take))
        .route("/alerts/mute", web::post().to(actions::mute))
        .route("/alerts/mine", web::post().to(mine::choose))
        .route("/alerts/code", web::post().to(mine::prove))
        .route("/alerts/chat", web::post().to(chat::ask))
        .route("/alerts/chat/unlink", web::post().to(chat::unlink))
        .route("/alerts/devices", web::post().to(devices::add))
        .route("/alerts/devices/{id}/remove", web::post().to(devices::remove))
        .route("/alerts/webhook", web::post().to(webhook::set))
        .route("/alerts/webhook/remove", web::post().to(webhook::remove))
        .route("/alerts/readers/{person_id}", web::get().to(others::show))
        .route("/alerts/readers/{person_id}", web::post().to(others::switch))
        .route("/alerts/readers/{person_id}/kinds", web::post().to(others::choose));
}

/// A member, for those who see the team.
struct SubscriberRow {
    id: Uuid,
    name: String,
    address: String,
    letters: bool,
    chat: bool,
    push: bool,
    is_me: bool,
}

#[derive(Template)]
#[template(path = "panel/alerts.html")]
struct AlertsPage {
    page: PageContext,
    rows: Vec<Card>,
    may_act: bool,
    mail_on: bool,
    bot_on: bool,
    push_on: bool,
    /// The reader's settings; `None` for a viewing operator.
    mine: Option<Mine>,
    webhook: Option<WebhookView>,
    others: Vec<SubscriberRow>,
    may_switch: bool,
}

/// The reader's own forms.
struct Mine {
    switches: Switches,
    chat: ChatView,
    /// None if browsers cannot subscribe here.
    push: Option<DevicesView>,
    /// The reader has no sign-in address, so one can be entered.
    typed: bool,
    address: String,
    /// The error of the address; empty if there is none.
    error: String,
    /// The address that awaits its code; empty if none does.
    waiting: String,
}

/// What to show in forms instead of the stored settings.
#[derive(Default)]
struct FormState {
    address: Option<String>,
    error: String,
    /// The webhook's address that was sent, and what is wrong with it.
    webhook: Option<(String, String)>,
}

/// `GET /panel/alerts`
async fn show(app: AppData, member: Member) -> Answer {
    let page = member.page("alerts-title", Nav::Alerts);
    shown(&app, &member, page, StatusCode::OK, FormState::default()).await
}

/// The page with an error beside a field.
async fn wrong(app: &PanelContext, member: &Member, sent: FormState) -> Answer {
    let page = member.page("alerts-title", Nav::Alerts).with_error();
    shown(app, member, page, StatusCode::UNPROCESSABLE_ENTITY, sent).await
}

async fn shown(app: &PanelContext, member: &Member, page: PageContext, status: StatusCode, sent: FormState) -> Answer {
    member.require(Right::Look)?;
    let (db, tenant_id) = (app.store.read(), member.tenant_id);
    let open = alerts::open(db, tenant_id).await?;
    let everybody = readers::all(db, tenant_id).await?;
    let me = everybody.iter().find(|reader| reader.person.id == member.person.id);
    let manages = member.may(Right::ManageAccount);
    let hook = if manages { hooks::of(&app.alert_notices, tenant_id).await? } else { None };
    let is_on = |channel: Channel| alert_notices::is_on(&app.alert_notices, channel);
    let push = match me.filter(|_| !member.here.view_as && is_on(Channel::Push)) {
        Some(me) => Some(devices::view(app, me).await?),
        None => None,
    };
    let mine = me.filter(|_| !member.here.view_as).map(|me| Mine {
        push,
        switches: Switches::of(app, page.words, page.crm, me, hook.as_ref()),
        chat: chat::view(app, member, me),
        typed: me.own_address().is_empty(),
        address: sent.address.clone().unwrap_or_else(|| me.address().to_owned()),
        error: sent.error.clone(),
        waiting: mine::waiting(app, member),
    });
    let template = AlertsPage {
        rows: cards::of(app, member, &page, &open).await?,
        may_act: manages,
        mail_on: is_on(Channel::Email),
        bot_on: is_on(Channel::Chat),
        push_on: is_on(Channel::Push),
        mine,
        webhook: manages.then(|| webhook::view(hook, sent.webhook, page.words, page.crm)),
        others: if member.may(Right::SeeTeam) {
            everybody.iter().map(|one| other(member, one)).collect()
        } else {
            Vec::new()
        },
        may_switch: member.may(Right::ManageTeam),
        page: page.clone(),
    };
    html_as(status, &page, &template)
}

fn other(member: &Member, reader: &Reader) -> SubscriberRow {
    SubscriberRow {
        id: reader.person.id,
        name: super::sign_in::named(&reader.person),
        address: reader.address().to_owned(),
        letters: reader.email.on && !reader.address().is_empty(),
        chat: reader.chat.on && reader.open_chat().is_some(),
        push: reader.push.on && !reader.devices.is_empty(),
        is_me: reader.person.id == member.person.id,
    }
}
