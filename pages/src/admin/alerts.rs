//! The vendor's open alerts, and the texts of alerts in the admin.

use askama::Template;
use base::error::Error;
use base::i18n::{Sentence, Words};
use base::store::VENDOR;
use domain::alert::{self as alerts, VENDOR_KINDS};
use domain::alert_notices::notice::Channel;
use domain::alert_notices::readers::{self, Preference};
use domain::identity::{Form, mail};
use entity::alert;
use serde::Deserialize;
use serde_json::{Value, json};
use uuid::Uuid;

use super::operator::AdminVisitor;
use crate::panel::{Answer, AppData, Notice, PageContext, html};

#[derive(Template)]
#[template(path = "admin/alerts.html")]
struct AdminAlertsPage {
    page: PageContext,
    rows: Vec<AlertRow>,
    mail_on: bool,
    /// The reader gets e-mails about them.
    letters: bool,
    address: String,
}

/// Whether to send e-mails.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AlertEmailForm {
    /// `on` or `off`.
    to: String,
}

/// An open alert as text.
pub struct AlertRow {
    pub subject: Sentence,
    /// What it means and what to do, for the vendor's own alerts.
    pub body: Option<Sentence>,
    /// The remote error text; empty if there is none.
    pub said: String,
    /// The account it is about.
    pub tenant_id: Option<Uuid>,
    pub opened_at: i64,
    pub last_at: i64,
    pub count: i64,
}

/// The page.
pub async fn show(app: AppData, visitor: AdminVisitor) -> Answer {
    let open = alerts::open(app.store.read(), VENDOR).await?;
    let page = visitor.page("admin-alerts", "/admin/alerts");
    let rows = open.iter().map(|alert| row(visitor.words, alert, None, "amoCRM")).collect();
    let me = readers::one(app.store.read(), VENDOR, visitor.person.id).await?;
    let alerts = AdminAlertsPage {
        rows,
        mail_on: mail::is_on(&app.identity),
        letters: me.is_some_and(|me| me.email.on),
        address: visitor.person.email.clone(),
        page: page.clone(),
    };
    html(&page, &alerts)
}

/// Switches e-mails about the vendor's alerts for this operator.
pub async fn letters(app: AppData, visitor: AdminVisitor, form: Form<AlertEmailForm>) -> Answer {
    let id = visitor.person.id;
    let me = readers::one(app.store.read(), VENDOR, id).await?.ok_or(Error::NotFound)?;
    let choice = Preference { on: form.to == "on", ..me.email };
    readers::choose(&app.alert_notices, app.store.write(), (VENDOR, id), Channel::Email, &choice).await?;
    visitor
        .audit(&app, app.store.write(), "alert.letters_chosen", &id.to_string(), json!({ "letters": choice.on }))
        .await?;
    visitor.see_other(&app, "/admin/alerts", Notice::done(visitor.words.text("common-saved"))).await
}

/// An alert as text; a kind without a text is shown by its name.
pub fn row(words: Words, alert: &alert::Model, account: Option<&str>, crm: &'static str) -> AlertRow {
    let detail: Value = serde_json::from_str(&alert.detail).unwrap_or_default();
    let host = account.or_else(|| detail.get("host").and_then(Value::as_str)).unwrap_or_default();
    let fill = |part| alerts::text(words, alert, part, host, crm);
    AlertRow {
        subject: fill("subject").unwrap_or_else(|| words.text("admin-alert-other").with("kind", alert.kind.as_str())),
        body: fill("body").filter(|_| VENDOR_KINDS.contains(&alert.kind.as_str())),
        said: detail.get("said").and_then(Value::as_str).unwrap_or_default().to_owned(),
        tenant_id: detail.get("tenant_id").and_then(Value::as_str).and_then(|id| Uuid::try_parse(id).ok()),
        opened_at: alert.opened_at,
        last_at: alert.last_at,
        count: alert.count,
    }
}
