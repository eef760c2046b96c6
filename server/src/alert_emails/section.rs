//! The part of an e-mail about one alert: what happened, since when, what still works, one address.

use base::i18n::{self, LocalizedText, Sentence, When, Words, Zone};
use entity::{alert, source, tenant};
use sea_orm::{ColumnTrait, QueryFilter};
use serde_json::Value;

use crate::alert::{WEBHOOK_SUSPENDED, texts};
use crate::alert_emails::AlertEmailContext;
use crate::delivery::read::ledger::{self, LedgerCounts, LedgerFilter};

/// How long letters are kept, in milliseconds (docs/operations.md#when-something-waits): to amoCRM, and to messengers.
const KEPT: i64 = 7 * 86_400_000;
const KEPT_OUT: i64 = 86_400_000;
/// Characters of a name in a subject, so that source, account and state fit into 70.
const NAME_CHARS: usize = 30;

/// The account of the alerts, and the reader.
pub(super) struct AlertContext<'about> {
    pub app: &'about AlertEmailContext,
    /// `None`: the vendor's alerts.
    pub tenant: Option<&'about tenant::Model>,
    pub crm: &'static str,
    pub words: Words,
}

/// The texts about one alert.
pub(super) struct EmailSection {
    pub subject: String,
    pub body: String,
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

    /// The texts of an alert.
    pub async fn piece(&self, alert: &alert::Model) -> anyhow::Result<EmailSection> {
        let source = self.source_of(alert).await?;
        let detail: Value = serde_json::from_str(&alert.detail).unwrap_or_default();
        let text = |name: &str| detail.get(name).and_then(Value::as_str).unwrap_or_default();
        let other = || self.words.text("admin-alert-other").with("kind", alert.kind.as_str());
        let host = if self.tenant.is_some() { self.account() } else { text("host") };
        let named = |sentence: Sentence| match &source {
            Some(source) => {
                let messenger = self.words.text_of("connector-", &source.kind);
                sentence.with("source", short(&source.name)).with("messenger", messenger)
            }
            None => sentence.with("source", short(text("source"))),
        };
        let subject = named(texts::of(self.words, alert, "subject", host, self.crm).unwrap_or_else(other)).to_string();
        if let Some(resolved_at) = alert.resolved_at {
            return Ok(self.closing(&subject, alert.opened_at, resolved_at));
        }
        let body = named(texts::of(self.words, alert, "body", host, self.crm).unwrap_or_else(other))
            .with("stamp", self.when(alert.opened_at).stamp())
            .with("until", self.when(alert.opened_at + kept(&alert.kind)).stamp())
            .with("waiting", self.waiting(alert, source.as_ref()).await?)
            .with("reason", LocalizedText::stored(text("reason")).in_words(self.words, self.crm))
            .with("default", text("default"))
            .with("url", self.address(alert, source.as_ref()));
        Ok(EmailSection { subject, body: body.to_string() })
    }

    fn closing(&self, subject: &str, opened_at: i64, resolved_at: i64) -> EmailSection {
        let lasted = i18n::duration(resolved_at - opened_at, self.words);
        let body = self.words.text("alert-resolved-body").with("time", self.when(resolved_at).adverb());
        EmailSection {
            subject: self.words.text("alert-resolved-subject").with("subject", subject).to_string(),
            body: format!("{subject}\n{}", body.with("duration", lasted)),
        }
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
        let counted = ledger::read(self.app, which).await?;
        let LedgerCounts { waiting, .. } = if source.is_some() { counted.to_messenger } else { counted.to_crm };
        Ok(waiting)
    }

    /// The page with the remedy.
    fn address(&self, alert: &alert::Model, source: Option<&source::Model>) -> String {
        let path = match (alert.kind.as_str(), source) {
            ("source_stopped", Some(source)) => format!("/panel/sources/{}/access", source.id),
            (WEBHOOK_SUSPENDED, Some(source)) => format!("/panel/sources/{}/resume", source.id),
            (_, Some(source)) => format!("/panel/sources/{}", source.id),
            ("template_rejected" | "template_paused" | "template_changed", None) => "/panel/templates".to_owned(),
            ("found_in_history", None) => "/panel/undelivered".to_owned(),
            (_, None) if self.tenant.is_some() => "/panel/account".to_owned(),
            (_, None) => "/admin/alerts".to_owned(),
        };
        format!("{}{path}", self.app.public_url())
    }
}

/// How long letters that wait because of such an alert are kept, in milliseconds.
fn kept(kind: &str) -> i64 {
    if kind == WEBHOOK_SUSPENDED { KEPT_OUT } else { KEPT }
}

fn short(name: &str) -> String {
    if name.chars().count() <= NAME_CHARS {
        return name.to_owned();
    }
    let beginning: String = name.chars().take(NAME_CHARS - 1).collect();
    format!("{}…", beginning.trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_names_leave_room_in_a_subject() {
        assert_eq!(short("Поддержка"), "Поддержка");
        let long = short(&"очень ".repeat(20));
        assert!(long.chars().count() <= NAME_CHARS && long.ends_with('…'), "{long}");
    }
}
