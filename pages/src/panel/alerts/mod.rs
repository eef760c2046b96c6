//! `/panel/alerts`: open and earlier alerts, the channels to people and programs, and who gets what.

mod channels;

use actix_web::http::StatusCode;
use actix_web::web;
use askama::Template;
use base::error::{Error, Result};
use base::i18n::{Sentence, Words};
use base::millis::HOUR;
use domain::alert as alerts;
use domain::alert::KINDS;
use domain::alert_notices::notice::Channel;
use domain::alert_notices::readers::{self, Preference, Reader};
use domain::alert_notices::{self, AlertCard, is_on, webhook as hooks};
use entity::{alert, alert_webhook};
use serde::Deserialize;
use serde_json::json;
use uuid::Uuid;

use super::sign_in::named;
use super::{Answer, AppData, Fields, Form, Member, Nav, Notice, PageContext, PanelContext, Right, html, html_as};
use channels::{ChatView, DevicesView, WebhookView, keep};

const HERE: &str = "/panel/alerts";

/// Paths are relative to `/panel`.
pub(super) fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/alerts", web::get().to(show))
        .route("/alerts/take", web::post().to(take))
        .route("/alerts/mute", web::post().to(mute))
        .route("/alerts/mine", web::post().to(channels::choose))
        .route("/alerts/code", web::post().to(channels::prove))
        .route("/alerts/chat", web::post().to(channels::ask))
        .route("/alerts/chat/unlink", web::post().to(channels::unlink))
        .route("/alerts/devices", web::post().to(channels::add))
        .route("/alerts/devices/{id}/remove", web::post().to(channels::remove_device))
        .route("/alerts/webhook", web::post().to(channels::set))
        .route("/alerts/webhook/remove", web::post().to(channels::remove_webhook))
        .route("/alerts/readers/{person_id}", web::get().to(show_reader))
        .route("/alerts/readers/{person_id}", web::post().to(switch_emails))
        .route("/alerts/readers/{person_id}/kinds", web::post().to(choose_for_reader));
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
    earlier: Vec<EarlierAlert>,
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

/// An alert that is over.
struct EarlierAlert {
    subject: String,
    since: i64,
    until: i64,
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
    alerts_page(&app, &member, page, StatusCode::OK, FormState::default()).await
}

/// The page with an error beside a field.
async fn wrong(app: &PanelContext, member: &Member, sent: FormState) -> Answer {
    let page = member.page("alerts-title", Nav::Alerts).with_error();
    alerts_page(app, member, page, StatusCode::UNPROCESSABLE_ENTITY, sent).await
}

async fn alerts_page(
    app: &PanelContext,
    member: &Member,
    page: PageContext,
    status: StatusCode,
    sent: FormState,
) -> Answer {
    member.require(Right::Look)?;
    let (db, tenant_id) = (app.store.read(), member.tenant_id);
    let open = alerts::open(db, tenant_id).await?;
    let everybody = readers::all(db, tenant_id).await?;
    let me = everybody.iter().find(|reader| reader.person.id == member.person.id);
    let manages = member.may(Right::ManageAccount);
    let hook = if manages { hooks::of(&app.alert_notices, tenant_id).await? } else { None };
    let is_on = |channel: Channel| alert_notices::is_on(&app.alert_notices, channel);
    let push = match me.filter(|_| !member.here.view_as && is_on(Channel::Push)) {
        Some(me) => Some(channels::devices_view(app, me).await?),
        None => None,
    };
    let mine = me.filter(|_| !member.here.view_as).map(|me| Mine {
        push,
        switches: Switches::of(app, page.words, page.crm, me, hook.as_ref()),
        chat: channels::chat_view(app, member, me),
        typed: me.own_address().is_empty(),
        address: sent.address.clone().unwrap_or_else(|| me.address().to_owned()),
        error: sent.error.clone(),
        waiting: channels::waiting(app, member),
    });
    let template = AlertsPage {
        rows: cards(app, member, &page, &open).await?,
        earlier: earlier(app, member, &page).await?,
        may_act: manages,
        mail_on: is_on(Channel::Email),
        bot_on: is_on(Channel::Chat),
        push_on: is_on(Channel::Push),
        mine,
        webhook: manages.then(|| channels::webhook_view(hook, sent.webhook, page.words, page.crm)),
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

/// A card.
struct Card {
    /// Its alerts.
    pub keys: Vec<String>,
    pub subject: String,
    pub body: String,
    pub since: i64,
    /// Tone and word.
    pub state: (&'static str, Sentence),
    /// The page with the remedy, and its button.
    pub href: String,
    pub button: String,
}

/// The cards of these alerts, in their order.
async fn cards(app: &PanelContext, member: &Member, page: &PageContext, open: &[alert::Model]) -> Result<Vec<Card>> {
    let cards = AlertCard::of(&app.alert_notices, &member.here.tenant, page.crm, page.words, open).await?;
    let card = |one: AlertCard| {
        let mut about = open.iter().filter(|row| one.keys.contains(&row.key));
        Card {
            since: about.clone().map(domain::alert::since).min().unwrap_or(page.now),
            state: about.next().map_or_else(|| ("bad", page.words.text("alert-state-open")), |row| state(page, row)),
            keys: one.keys,
            subject: alerts::without_account(&one.subject, &member.here.tenant.host, page.crm),
            body: one.body,
            href: one.path,
            button: one.button,
        }
    };
    Ok(cards.into_iter().map(card).collect())
}

async fn earlier(app: &PanelContext, member: &Member, page: &PageContext) -> Result<Vec<EarlierAlert>> {
    let closed = alerts::closed(app.store.read(), member.tenant_id).await?;
    let cards = AlertCard::of(&app.alert_notices, &member.here.tenant, page.crm, page.words, &closed).await?;
    let one = |card: AlertCard| {
        let about: Vec<_> = closed.iter().filter(|row| card.keys.contains(&row.key)).collect();
        EarlierAlert {
            since: about.iter().map(|row| domain::alert::since(row)).min().unwrap_or(page.now),
            until: about.iter().filter_map(|row| row.resolved_at).max().unwrap_or(page.now),
            // The body repeats it without "Resolved".
            subject: alerts::without_account(
                card.body.lines().next().unwrap_or_default(),
                &member.here.tenant.host,
                page.crm,
            ),
        }
    };
    Ok(cards.into_iter().map(one).collect())
}

fn state(page: &PageContext, row: &alert::Model) -> (&'static str, Sentence) {
    let words = page.words;
    let muted = row.muted_until.filter(|until| *until > page.now);
    match (muted, row.taken_by.as_str()) {
        (Some(until), _) => ("off", words.text("alert-state-muted").with("stamp", page.when(&until).stamp())),
        (None, "") => ("bad", words.text("alert-state-open")),
        (None, name) => ("warn", words.text("alert-state-acknowledged").with("name", name)),
    }
}

/// Numbers of hours for which an alert can be muted.
const HOURS: [i64; 2] = [4, 24];

/// `POST /panel/alerts/take`: marks the alerts of a card as being handled; no reminders for four hours.
async fn take(app: AppData, member: Member, form: Form<Fields>) -> Answer {
    member.require(Right::ManageAccount)?;
    form.allow_only(&["key"])?;
    let tenant_id = member.tenant_id;
    let name = named(&member.person);
    let mut taken = false;
    for key in form.all("key") {
        if alerts::take(&app, app.store.write(), tenant_id, key, &name).await? {
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
async fn mute(app: AppData, member: Member, form: Form<Fields>) -> Answer {
    member.require(Right::ManageAccount)?;
    form.allow_only(&["key", "hours"])?;
    let chosen = form.get("hours").parse::<i64>().ok();
    let hours = chosen.filter(|hours| HOURS.contains(hours)).ok_or(Error::NotFound)?;
    let until = app.clock.millis() + hours * HOUR;
    let mut muted = false;
    for key in form.all("key") {
        if alerts::mute(app.store.write(), member.tenant_id, key, until).await? {
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

/// A column.
struct Column {
    pub label: Sentence,
    /// The name of the switch for the whole column; empty if it has none.
    pub whole: &'static str,
    pub on: bool,
}

/// A row: a kind of alert.
struct Row {
    pub kind: &'static str,
    pub label: Sentence,
    /// In the order of the columns.
    pub cells: Vec<Cell>,
}

/// One switch.
struct Cell {
    pub name: &'static str,
    pub column: Sentence,
    pub on: bool,
}

/// Kinds that concern the same thing.
struct Group {
    pub title: Sentence,
    /// What they are about, in a sentence.
    pub about: Sentence,
    /// How many of its switches are on.
    pub chosen: Sentence,
    pub rows: Vec<Row>,
}

/// The switches.
struct Switches {
    /// The person has an address, several ways, or one that is off: else there is nothing to choose.
    pub is_choice: bool,
    pub columns: Vec<Column>,
    pub groups: Vec<Group>,
}

/// The groups, and with which of [`KINDS`] each begins.
const GROUPS: [(&str, &str); 4] = [
    ("messages", alerts::UNDELIVERED),
    ("sources", "source_stopped"),
    ("account", "needs_reauth"),
    ("templates", "template_rejected"),
];

/// The names of a channel's switches, and of the switch for all of it.
const fn names(channel: Channel) -> (&'static str, &'static str) {
    match channel {
        Channel::Email => ("kind", "letters"),
        Channel::Chat => ("chat_kind", "chat"),
        Channel::Push => ("push_kind", "push"),
        Channel::Webhook => ("webhook_kind", ""),
    }
}

/// All names that the table sends.
const NAMES: [&str; 7] = ["kind", "letters", "chat_kind", "chat", "push_kind", "push", "webhook_kind"];

impl Switches {
    /// The columns are the channels that the vendor has set up; a chat's and the
    /// browsers' only once there is one.
    pub fn of(
        app: &PanelContext,
        words: Words,
        crm: &'static str,
        reader: &Reader,
        webhook: Option<&alert_webhook::Model>,
    ) -> Self {
        let mut columns = Vec::new();
        let mut rows: Vec<Row> = KINDS
            .map(|kind| Row { kind, label: words.text_of("alert-kind-", kind).with("crm", crm), cells: Vec::new() })
            .into();
        let mut add = |channel: Channel, on: bool, without: &[String]| {
            let (name, whole) = names(channel);
            columns.push(Column { label: words.text_of("alerts-channel-", channel.as_str()), whole, on });
            for row in &mut rows {
                let on = !without.iter().any(|without| without == row.kind);
                row.cells.push(Cell { name, column: words.text_of("alerts-channel-", channel.as_str()), on });
            }
        };
        for channel in channels_of(app, reader) {
            let choice = reader.preference(channel);
            add(channel, choice.on, &choice.without);
        }
        if let Some(webhook) = webhook {
            let without: Vec<String> = serde_json::from_str(&webhook.without).unwrap_or_default();
            add(Channel::Webhook, true, &without);
        }
        let mut rest = rows.into_iter().peekable();
        let ends = GROUPS.iter().skip(1).map(|(_, first)| Some(*first)).chain([None]);
        let group = |((name, _), end): (&(&str, &str), Option<&str>)| {
            let rows: Vec<Row> = std::iter::from_fn(|| rest.next_if(|row| Some(row.kind) != end)).collect();
            let switches = || rows.iter().flat_map(|row| &row.cells);
            let (on, all) = (switches().filter(|cell| cell.on).count(), switches().count());
            Group {
                title: words.text_of("alerts-group-", name).with("crm", crm),
                about: words.text(format!("alerts-group-{name}-about")).with("crm", crm),
                chosen: words.text("alerts-group-chosen").with("on", on).with("all", all).with("off", all - on),
                rows,
            }
        };
        let mut whole = columns.iter().filter(|column| !column.whole.is_empty());
        let is_reached = !reader.address().is_empty();
        let is_choice = is_reached || whole.clone().count() > 1 || whole.any(|column| !column.on);
        Self { is_choice, columns, groups: GROUPS.iter().zip(ends).map(group).collect() }
    }
}

/// A person's channels of the table.
fn channels_of(app: &PanelContext, reader: &Reader) -> Vec<Channel> {
    let is_shown = |channel: &Channel| {
        let linked = match channel {
            Channel::Chat => reader.linked.as_ref().is_some_and(|row| row.chat_id != 0),
            Channel::Push => !reader.devices.is_empty(),
            Channel::Email | Channel::Webhook => true,
        };
        linked && is_on(&app.alert_notices, *channel)
    };
    Channel::OF_PEOPLE.into_iter().filter(is_shown).collect()
}

/// What the form says of a channel; the address stays.
fn preference(form: &Fields, channel: Channel, known: &Preference) -> Preference {
    let (_, whole) = names(channel);
    Preference { on: form.has(whole), without: kinds_off(form, channel), email: known.email.clone() }
}

/// The kinds that are switched off in the form.
fn kinds_off(form: &Fields, channel: Channel) -> Vec<String> {
    let wanted = form.all(names(channel).0);
    KINDS.into_iter().filter(|kind| !wanted.contains(kind)).map(str::to_owned).collect()
}

/// Refuses forms with other fields.
fn check_fields(form: &Fields, more: &[&'static str]) -> Result<()> {
    let names: Vec<&'static str> = NAMES.iter().chain(more).copied().collect();
    form.allow_only(&names)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Switched {
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
async fn show_reader(app: AppData, member: Member, person_id: web::Path<String>) -> Answer {
    let reader = reader(&app, &member, &person_id).await?;
    let page = member.page("alerts-title", Nav::Alerts);
    let switches = Switches::of(&app, page.words, page.crm, &reader, None);
    let name = named(&reader.person);
    html(&page, &ReaderPage { page: page.clone(), id: reader.person.id, name, switches })
}

/// `POST /panel/alerts/readers/{person_id}/kinds`
async fn choose_for_reader(app: AppData, member: Member, person_id: web::Path<String>, form: Form<Fields>) -> Answer {
    let reader = reader(&app, &member, &person_id).await?;
    check_fields(&form, &[])?;
    for channel in channels_of(&app, &reader) {
        keep(&app, &member, &reader, channel, &preference(&form, channel, reader.preference(channel))).await?;
    }
    member.see_other(&app, HERE, Notice::done(member.words.text("common-saved"))).await
}

/// `POST /panel/alerts/readers/{person_id}`: all e-mails, or none.
async fn switch_emails(app: AppData, member: Member, person_id: web::Path<String>, form: Form<Switched>) -> Answer {
    let reader = reader(&app, &member, &person_id).await?;
    let choice = Preference { on: form.to == "on", ..reader.email.clone() };
    keep(&app, &member, &reader, Channel::Email, &choice).await?;
    let key = if choice.on { "alerts-switched-on" } else { "alerts-switched-off" };
    let said = member.words.text(key).with("name", named(&reader.person));
    member.see_other(&app, HERE, Notice::done(said)).await
}
