//! What the vendor should look at, and how alerts are said in the admin.

use actix_web::{HttpResponse, web};
use askama::Template;
use entity::alert;
use serde_json::Value;
use uuid::Uuid;

use super::operator::Operator;
use super::page::{self, Page};
use super::refused::Result;
use crate::app::App;
use crate::store::VENDOR;
use crate::words::{Sentence, Words};

/// Placeables that the words of an alert may have; its detail fills them.
const PLACEABLES: [&str; 14] = [
    "source",
    "messenger",
    "integration",
    "host",
    "account_id",
    "channel_id",
    "said",
    "gap",
    "accepted",
    "delivered",
    "failed",
    "waiting",
    "count",
    "tenant_id",
];

/// Kinds whose words say what the vendor is to do.
const OURS: [&str; 4] = ["channel_not_allowed", "channel_misconfigured", "revoke_unconfirmed", "installs_unclear"];

#[derive(Template)]
#[template(path = "admin/alerts.html")]
struct Alerts {
    page: Page,
    rows: Vec<AlertRow>,
}

/// An open alert in words.
pub struct AlertRow {
    pub subject: Sentence,
    /// What it means and what to do, where it is the vendor's.
    pub body: Option<Sentence>,
    /// In the other side's words; empty: nothing.
    pub said: String,
    /// The account it is about.
    pub tenant_id: Option<Uuid>,
    pub opened_at: i64,
    pub last_at: i64,
    pub count: i64,
}

/// The page.
pub async fn show(app: web::Data<App>, Operator(visitor): Operator) -> Result<HttpResponse> {
    let open = crate::alert::open(app.store.read(), VENDOR).await?;
    let page = Page::of(&app, &visitor, "/admin/alerts", visitor.words.say("admin-alerts")).await?;
    let rows = open.iter().map(|alert| row(visitor.words, alert, None, "amoCRM")).collect();
    Ok(page::html(&page, &Alerts { page: page.clone(), rows }))
}

/// An alert in words; one of a kind that has none is named as it is stored.
pub fn row(words: Words, alert: &alert::Model, account: Option<&str>, crm: &'static str) -> AlertRow {
    let detail: Value = serde_json::from_str(&alert.detail).unwrap_or_default();
    let fill = |key: String| {
        let host = detail.get("host").and_then(Value::as_str);
        let named = words.say(key).with("crm", crm).with("account", account.or(host).unwrap_or_default());
        PLACEABLES.into_iter().fold(named, |sentence, name| match detail.get(name) {
            Some(Value::Number(number)) => match number.as_i64() {
                Some(number) => sentence.with(name, number),
                None => sentence.with(name, number.as_f64().unwrap_or_default()),
            },
            Some(Value::String(text)) => sentence.with(name, text.as_str()),
            _ => sentence.with(name, ""),
        })
    };
    let key = format!("alert-{}-subject", alert.kind);
    let known = words.has(&key);
    AlertRow {
        subject: if known { fill(key) } else { words.say("admin-alert-other").with("kind", alert.kind.as_str()) },
        body: OURS.contains(&alert.kind.as_str()).then(|| fill(format!("alert-{}-body", alert.kind))),
        said: detail.get("said").and_then(Value::as_str).unwrap_or_default().to_owned(),
        tenant_id: detail.get("tenant_id").and_then(Value::as_str).and_then(|id| Uuid::try_parse(id).ok()),
        opened_at: alert.opened_at,
        last_at: alert.last_at,
        count: alert.count,
    }
}
