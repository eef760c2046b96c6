//! `/panel/alerts`: open alerts, and who gets e-mails about them.

mod actions;
mod mine;
mod others;

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;
use base::error::Result;
use base::i18n::Sentence;
use entity::alert;
use uuid::Uuid;

use super::{Member, Nav, PageContext, Right, html_as};
use crate::alert::{self as alerts, KINDS, texts};
use crate::alert_emails::readers::{self, EmailReader};
use crate::identity::mail;
use crate::panel::PanelContext;

const HERE: &str = "/panel/alerts";

/// Paths are relative to `/panel`.
pub(super) fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/alerts", web::get().to(show))
        .route("/alerts/take", web::post().to(actions::take))
        .route("/alerts/mute", web::post().to(actions::mute))
        .route("/alerts/mine", web::post().to(mine::choose))
        .route("/alerts/code", web::post().to(mine::prove))
        .route("/alerts/readers/{person_id}", web::post().to(others::switch));
}

/// An open alert.
struct OpenAlertRow {
    key: String,
    subject: String,
    since: i64,
    /// Tone and word.
    state: (&'static str, Sentence),
    source_id: Option<Uuid>,
}

/// A member, for owners, who decide who gets e-mails.
struct SubscriberRow {
    id: Uuid,
    name: String,
    address: String,
    letters: bool,
    is_me: bool,
}

/// A kind of alert that can be subscribed to.
struct AlertKind {
    kind: &'static str,
    label: Sentence,
    wanted: bool,
}

#[derive(Template)]
#[template(path = "panel/alerts.html")]
struct AlertsPage {
    page: PageContext,
    rows: Vec<OpenAlertRow>,
    may_act: bool,
    mail_on: bool,
    /// The reader's settings; `None` for a viewing operator.
    mine: Option<Mine>,
    others: Vec<SubscriberRow>,
    may_switch: bool,
}

/// The reader's own form.
struct Mine {
    letters: bool,
    kinds: Vec<AlertKind>,
    /// The reader signs in without an address, so one can be entered.
    typed: bool,
    address: String,
    /// The error of the address; empty if there is none.
    error: String,
    /// The address that is waiting for its code; empty if there is none.
    waiting: String,
}

/// What the reader's form shows instead of the stored settings.
#[derive(Default)]
struct ReaderFormState {
    address: Option<String>,
    error: String,
}

/// `GET /panel/alerts`
async fn show(app: web::Data<PanelContext>, member: Member) -> Result<HttpResponse> {
    let page = member.page("alerts-title", Nav::Overview);
    shown(&app, &member, page, StatusCode::OK, ReaderFormState::default()).await
}

async fn shown(
    app: &PanelContext,
    member: &Member,
    page: PageContext,
    status: StatusCode,
    sent: ReaderFormState,
) -> Result<HttpResponse> {
    member.require(Right::Look)?;
    let (db, tenant_id) = (app.store.read(), member.tenant.tenant_id);
    let open = alerts::open(db, tenant_id).await?;
    let everybody = readers::all(db, tenant_id).await?;
    let me = everybody.iter().find(|reader| Some(reader.person.id) == member.person_id);
    let template = AlertsPage {
        rows: open.iter().map(|row| line(&page, row)).collect(),
        may_act: member.may(Right::ManageAccount),
        mail_on: mail::is_on(&app.identity),
        mine: me.filter(|_| !member.view_as).map(|me| mine(app, member, &page, me, sent)),
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

fn line(page: &PageContext, row: &alert::Model) -> OpenAlertRow {
    let words = page.words;
    let subject = texts::of(words, row, "subject", &page.account, page.crm);
    let muted = row.muted_until.filter(|until| *until > page.now);
    let state = match (muted, row.taken_by.as_str()) {
        (Some(until), _) => ("off", words.text("alert-state-muted").with("stamp", page.when(&until).stamp())),
        (None, "") => ("bad", words.text("alert-state-open")),
        (None, name) => ("warn", words.text("alert-state-acknowledged").with("name", name)),
    };
    OpenAlertRow {
        key: row.key.clone(),
        subject: subject.map_or_else(|| row.kind.clone(), |subject| subject.to_string()),
        since: row.opened_at,
        state,
        source_id: row.source_id,
    }
}

fn mine(app: &PanelContext, member: &Member, page: &PageContext, me: &EmailReader, sent: ReaderFormState) -> Mine {
    let kinds = KINDS.map(|kind| AlertKind {
        kind,
        label: page.words.text_of("alert-kind-", kind).with("crm", page.crm),
        wanted: !me.choice.without.iter().any(|without| without == kind),
    });
    Mine {
        letters: me.choice.letters,
        kinds: kinds.into(),
        typed: me.person.email.is_empty(),
        address: sent.address.unwrap_or_else(|| me.address().to_owned()),
        error: sent.error,
        waiting: mine::waiting(app, member),
    }
}

fn other(member: &Member, reader: &EmailReader) -> SubscriberRow {
    SubscriberRow {
        id: reader.person.id,
        name: super::sign_in::named(&reader.person),
        address: reader.address().to_owned(),
        letters: reader.choice.letters && !reader.address().is_empty(),
        is_me: Some(reader.person.id) == member.person_id,
    }
}
