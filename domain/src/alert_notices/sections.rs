//! What a notice says of each alert: what happened, since when, what still works, one thing to do.

use base::i18n::{self, LocalizedText, Sentence, When, Words, Zone};
use chrono::TimeDelta;
use entity::{alert, source, tenant, tenant_channel};
use sea_orm::{ColumnTrait, PaginatorTrait, QueryFilter};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use super::AlertNoticeContext;
use crate::alert::{self as alerts, WEBHOOK_SUSPENDED};
use crate::delivery::read::ledger::{self, LedgerCounts, LedgerFilter};
use crate::tenant::TenantStatus;

/// How long letters are kept (docs/operations.md#when-something-waits): to amoCRM, and to messengers.
const KEPT: TimeDelta = TimeDelta::days(7);
const KEPT_OUT: TimeDelta = TimeDelta::days(1);
/// Characters of a name in a subject, so that source, account and state fit into 70.
const NAME_CHARS: usize = 30;
/// Sources from which alerts of one kind are one section.
const TOGETHER: usize = 3;
/// Names in a list; the rest is a number.
const NAMES: usize = 10;

/// What an alert of a notice is about, for programs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct AlertFacts {
    pub key: String,
    pub kind: String,
    pub source_id: Option<Uuid>,
    pub opened_at: i64,
    pub resolved_at: Option<i64>,
}

/// The texts about one alert, or about several of one kind.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Section {
    pub subject: String,
    pub body: String,
    /// The page with the remedy, and what its button says.
    pub url: String,
    pub button: String,
    pub about: Vec<AlertFacts>,
}

impl Section {
    /// It reports an end.
    pub fn is_over(&self) -> bool {
        self.about.iter().all(|alert| alert.resolved_at.is_some())
    }
}

/// The account of the alerts, and the reader.
pub(super) struct AlertContext<'about> {
    pub app: &'about AlertNoticeContext,
    /// `None`: the vendor's alerts.
    pub tenant: Option<&'about tenant::Model>,
    pub crm: &'static str,
    pub words: Words,
}

impl AlertContext<'_> {
    fn when(&self, at: i64) -> When {
        let zone = self.tenant.map_or(Zone::UTC, |tenant| Zone::named(&tenant.time_zone));
        When::new(at, self.app.clock.millis(), zone, self.words)
    }

    /// The account's address, as on every page.
    pub fn account(&self) -> &str {
        self.tenant.map_or("", |tenant| tenant.host.as_str())
    }

    /// The texts of these alerts, in their order. Many sources with the same trouble at the same time are one section.
    pub async fn sections(&self, alerts: &[&alert::Model]) -> anyhow::Result<Vec<Section>> {
        let (mut sections, mut rest) = (Vec::new(), alerts.to_vec());
        while let Some(alert) = rest.first().copied() {
            let (alike, others): (Vec<_>, Vec<_>) = rest.iter().copied().partition(|other| are_alike(alert, other));
            if alike.len() < TOGETHER {
                sections.push(self.section(alert).await?);
                rest.remove(0);
            } else {
                sections.push(self.group(&alike).await?);
                rest = others;
            }
        }
        Ok(sections)
    }

    async fn section(&self, alert: &alert::Model) -> anyhow::Result<Section> {
        let source = self.source_of(alert).await?;
        let detail: Value = serde_json::from_str(&alert.detail).unwrap_or_default();
        let text = |name: &str| detail.get(name).and_then(Value::as_str).unwrap_or_default();
        let moment = |name: &str| detail.get(name).and_then(Value::as_i64);
        let other = || self.words.text("admin-alert-other").with("kind", alert.kind.as_str());
        let host = if self.tenant.is_some() { self.account() } else { text("host") };
        let dated = |sentence: Sentence| match moment("at") {
            Some(at) => sentence.with("date", self.when(at).date()),
            None => sentence,
        };
        let named = |sentence: Sentence| match &source {
            Some(source) => {
                let messenger = self.words.text_of("connector-", &source.kind);
                sentence.with("source", short(&source.name)).with("messenger", messenger)
            }
            None => sentence.with("source", short(text("source"))),
        };
        let subject = alerts::text(self.words, alert, "subject", host, self.crm).unwrap_or_else(other);
        let subject = named(dated(subject)).to_string();
        let remedy = remedy_of(alert, self.tenant.is_some());
        let url = format!("{}{}", self.app.public_url(), remedy.path);
        let button = self.words.text_of("alert-do-", remedy.button).with("crm", self.crm).to_string();
        let about = vec![facts(alert)];
        if let Some(resolved_at) = alert.resolved_at {
            let (subject, body) = self.closing(&subject, alert.opened_at, resolved_at);
            return Ok(Section { subject, body, url, button, about });
        }
        let kept_until = alert.opened_at + kept(&alert.kind).num_milliseconds();
        let part = if self.is_cut_off(alert).await? { "cut_off-body" } else { "body" };
        let body = alerts::text(self.words, alert, part, host, self.crm).unwrap_or_else(other);
        let body = named(dated(body))
            .with("stamp", self.when(moment("at").unwrap_or(alert.opened_at)).stamp())
            .with("time", self.when(moment("last_at").unwrap_or(alert.opened_at)).adverb())
            .with("until", self.when(moment("until").unwrap_or(kept_until)).stamp())
            .with("waiting", self.waiting(alert, source.as_ref()).await?)
            .with("reason", self.reason(alert, text("reason")))
            .with("advice", self.reason_said(alert, &format!("{}-fix", text("reason"))))
            .with("default", text("default"))
            .with("url", url.as_str());
        Ok(Section { subject, body: body.to_string(), url, button, about })
    }

    /// Whether amoCRM has disconnected the chat channel of an account whose access it does not renew: then no message
    /// goes.
    async fn is_cut_off(&self, alert: &alert::Model) -> anyhow::Result<bool> {
        let Some(tenant) = self.tenant.filter(|_| alert.kind == TenantStatus::NeedsReauth.as_str()) else {
            return Ok(false);
        };
        let cut_off =
            tenant_channel::Entity::of_tenant(tenant.tenant_id).filter(tenant_channel::Column::Status.ne("connected"));
        Ok(cut_off.count(self.app.store.read()).await? > 0)
    }

    /// The reason in the reader's language, without its full stop: one of the keys of undelivered messages, or a stored
    /// text.
    fn reason(&self, alert: &alert::Model, stored: &str) -> String {
        let said = self.reason_said(alert, stored);
        said.strip_suffix('.').unwrap_or(&said).to_owned()
    }

    fn reason_said(&self, alert: &alert::Model, stored: &str) -> String {
        let key = format!("reason-{stored}");
        if alert.kind != alerts::UNDELIVERED || !self.words.has(&key) {
            return LocalizedText::stored(stored).in_words(self.words, self.crm);
        }
        let empty = ["kind", "name", "age", "template", "size", "limit"];
        let text = self.words.text(key).with("crm", self.crm).with("hours", 24).with("status", 0);
        empty.into_iter().fold(text, |text, name| text.with(name, "–")).to_string()
    }

    async fn group(&self, alike: &[&alert::Model]) -> anyhow::Result<Section> {
        let mut names = Vec::with_capacity(NAMES);
        for alert in alike.iter().take(NAMES) {
            names.push(self.source_of(alert).await?.map_or_else(String::new, |source| short(&source.name)));
        }
        names.retain(|name| !name.is_empty());
        if alike.len() > NAMES {
            names.push(self.words.text("alert-group-more").with("count", alike.len() - NAMES).to_string());
        }
        let Some(first) = alike.iter().min_by_key(|alert| alert.opened_at) else { anyhow::bail!("an empty group") };
        let what = self.words.text_of("alert-kind-", &first.kind).with("crm", self.crm).to_string();
        let subject = self.words.text("alert-group-subject").with("account", self.account());
        let subject = subject.with("what", what).with("count", alike.len()).to_string();
        let url = format!("{}/panel/sources", self.app.public_url());
        let (subject, body) = match alike.iter().filter_map(|alert| alert.resolved_at).max() {
            Some(resolved_at) => {
                let (subject, body) = self.closing(&subject, first.opened_at, resolved_at);
                (subject, format!("{body} {}", names.join(", ")))
            }
            None => {
                let body = self.words.text("alert-group-body").with("stamp", self.when(first.opened_at).stamp());
                (subject, body.with("sources", names.join(", ")).with("url", url.as_str()).to_string())
            }
        };
        let button = self.words.text("alert-do-sources").to_string();
        Ok(Section { subject, body, url, button, about: alike.iter().map(|alert| facts(alert)).collect() })
    }

    fn closing(&self, subject: &str, opened_at: i64, resolved_at: i64) -> (String, String) {
        let lasted = i18n::duration(resolved_at - opened_at, self.words);
        let body = self.words.text("alert-resolved-body").with("time", self.when(resolved_at).adverb());
        let body = format!("{subject}\n{}", body.with("duration", lasted));
        (self.words.text("alert-resolved-subject").with("subject", subject).to_string(), body)
    }

    async fn source_of(&self, alert: &alert::Model) -> anyhow::Result<Option<source::Model>> {
        let Some(id) = alert.source_id else { return Ok(None) };
        let found = source::Entity::of_tenant(alert.tenant_id).filter(source::Column::Id.eq(id));
        Ok(found.one(self.app.store.read()).await?)
    }

    /// Letters waiting because of it: of the source to its customers, else of the account to amoCRM.
    async fn waiting(&self, alert: &alert::Model, source: Option<&source::Model>) -> anyhow::Result<i64> {
        let source_id = source.map(|source| source.id);
        let which = LedgerFilter { tenant_id: alert.tenant_id, source_id, from: None, to: None };
        let counted = ledger::read(&self.app.delivery, which).await?;
        let LedgerCounts { waiting, .. } = if source.is_some() { counted.to_messenger } else { counted.to_crm };
        Ok(waiting)
    }
}

fn facts(alert: &alert::Model) -> AlertFacts {
    AlertFacts {
        key: alert.key.clone(),
        kind: alert.kind.clone(),
        source_id: alert.source_id,
        opened_at: alert.opened_at,
        resolved_at: alert.resolved_at,
    }
}

/// The same trouble of two sources, at the same time.
fn are_alike(one: &alert::Model, other: &alert::Model) -> bool {
    let begins_within =
        |one: &alert::Model, other: &alert::Model| other.resolved_at.is_none_or(|end| one.opened_at <= end);
    begins_within(one, other)
        && begins_within(other, one)
        && one.kind == other.kind
        && one.source_id.is_some()
        && other.source_id.is_some()
        && one.resolved_at.is_some() == other.resolved_at.is_some()
}

/// How long letters that wait because of such an alert are kept.
fn kept(kind: &str) -> TimeDelta {
    if kind == WEBHOOK_SUSPENDED { KEPT_OUT } else { KEPT }
}

fn short(names: &str) -> String {
    cut(names, NAME_CHARS)
}

// The one thing to do about an alert: a page, and what the button that leads there says.

/// A page of the panel or the admin.
pub struct Remedy {
    pub path: String,
    /// The text is `alert-do-{button}`.
    pub button: &'static str,
}

/// The page with the remedy of an account's alert, or of one of the vendor's.
pub fn remedy_of(alert: &alert::Model, is_accounts: bool) -> Remedy {
    let page = |path: &str, button| Remedy { path: path.to_owned(), button };
    if !is_accounts {
        return page("/admin/alerts", "admin");
    }
    match (alert.kind.as_str(), alert.source_id) {
        (alerts::UNDELIVERED | "found_in_history", _) => page("/panel/undelivered", "undelivered"),
        (alerts::LATE | alerts::CRM_UNREACHABLE, _) => page("/panel", "overview"),
        ("source_stopped" | alerts::TOKEN_EXPIRING, Some(id)) => page(&format!("/panel/sources/{id}/access"), "access"),
        (alerts::CHATS_HELD, Some(id)) => page(&format!("/panel/held/{id}"), "held"),
        (alerts::WEBHOOK_SUSPENDED, Some(id)) => page(&format!("/panel/sources/{id}/resume"), "resume"),
        (_, Some(id)) => page(&format!("/panel/sources/{id}"), "source"),
        ("template_rejected" | "template_paused" | "template_changed", None) => page("/panel/templates", "templates"),
        // Without a rule, amoCRM did not answer.
        (alerts::ROUTE_FAILED, None) if alerts::object_of(alert).is_empty() => page("/panel/account", "account"),
        (alerts::ROUTE_FAILED, None) => page("/panel/routing", "routing"),
        (alerts::SALES_NOT_SENT, None) => page("/panel/sales", "sales"),
        (_, None) => page("/panel/account", "account"),
    }
}

/// The beginning of a text in at most this many characters, up to the end of a word unless that is very long.
pub(super) fn cut(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    let beginning: String = text.chars().take(most).collect();
    let room: String = beginning.chars().take(most.saturating_sub(1)).collect();
    let words = beginning.rsplit_once(char::is_whitespace).map(|(words, _)| words);
    let words = words.filter(|words| words.chars().count() * 3 >= most).unwrap_or(&room);
    format!("{}…", words.trim_end_matches(|sign: char| sign.is_whitespace() || sign == ','))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_names_leave_room_in_a_subject() {
        assert_eq!(short("Поддержка"), "Поддержка");
        let long = short(&"очень ".repeat(20));
        assert!(long.chars().count() <= NAME_CHARS && long.ends_with("очень…"), "{long}");
        let names = ["+77010009900", "@second_shop_bot", "@third_shop_of_the_chain_bot"].join(", ");
        assert_eq!(short(&names), "+77010009900…");
        assert_eq!(short(&"я".repeat(99)).chars().count(), NAME_CHARS, "one long word");
    }
}
