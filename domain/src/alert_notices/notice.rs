//! A notice as it is stored until it is sent, and its form for each channel.

use base::i18n::Words;
use chrono::{DateTime, Utc};
use entity::{alert, tenant};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use uuid::Uuid;

use super::AlertNoticeContext;
use super::sections::{AlertContext, Section, cut};

/// The most characters of a chat's message (telegram §7).
const CHAT_CHARS: usize = 4_000;
/// The most characters of a notification's title and of its text: browsers show less, and push services take 4096 bytes.
const PUSH_CHARS: [usize; 2] = [150, 400];

/// The texts, in the reader's language.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct NoticeTexts {
    pub subject: String,
    pub sections: Vec<Section>,
    /// Why the reader gets it, and where to change that; for e-mails.
    pub why: String,
    /// The browser that shows it; for notifications.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub device_id: Option<Uuid>,
}

impl NoticeTexts {
    /// The body of an e-mail.
    pub fn letter(&self) -> String {
        let mut parts: Vec<String> = match self.sections.as_slice() {
            [only] => vec![only.body.clone()],
            several => several.iter().map(|one| format!("{}\n\n{}", one.subject, one.body)).collect(),
        };
        parts.push(self.why.clone());
        parts.join("\n\n")
    }

    /// A message in a chat, short enough for one.
    pub fn message(&self) -> String {
        let part = |one: &Section| {
            let mark = if one.is_over() { "✅" } else { "⚠️" };
            // The end of an alert repeats its subject.
            let body = one.body.split_once('\n').filter(|_| one.is_over()).map_or(one.body.as_str(), |(_, rest)| rest);
            format!("{mark} {}\n{body}", one.subject)
        };
        let text = self.sections.iter().map(part).collect::<Vec<_>>().join("\n\n");
        cut(&text, CHAT_CHARS)
    }

    /// The page behind the message's button and what the button says: that of the first alert that is open.
    pub fn button(&self) -> Option<(&str, &str)> {
        let first = self.sections.iter().find(|one| !one.is_over());
        first.map(|one| (one.button.as_str(), one.url.as_str()))
    }

    /// The payload for a browser, whose notifications with the same tag replace each other. `home`: this server's own
    /// address.
    pub fn push(&self, tag: &str, home: &str) -> Value {
        let [title, body] = PUSH_CHARS;
        let text = match self.sections.as_slice() {
            [only] => without_address(&only.body, &only.url),
            several => several.iter().map(|one| one.subject.as_str()).collect::<Vec<_>>().join("\n"),
        };
        let page = self.sections.iter().find(|one| !one.is_over()).or(self.sections.first());
        let path = page.and_then(|one| one.url.strip_prefix(home)).unwrap_or("/panel/alerts");
        json!({"title": cut(&self.subject, title), "body": cut(&text, body), "path": path, "tag": tag})
    }

    /// The body of a webhook.
    pub fn event(&self, (account_id, host): (&str, &str), at: DateTime<Utc>) -> Value {
        let moment = |millis: i64| DateTime::from_timestamp_millis(millis).map(|at| at.to_rfc3339());
        let alerts = self.sections.iter().flat_map(|section| {
            section.about.iter().map(move |alert| {
                json!({
                    "id": alert.key,
                    "kind": alert.kind,
                    "state": if alert.resolved_at.is_some() { "resolved" } else { "open" },
                    "source_id": alert.source_id,
                    "since": moment(alert.opened_at),
                    "resolved_at": alert.resolved_at.and_then(moment),
                    "title": section.subject,
                    "text": section.body,
                    "url": section.url,
                })
            })
        });
        json!({
            "type": "alert.changed",
            "timestamp": at.to_rfc3339(),
            "data": {
                "account": { "id": account_id, "host": host },
                "alerts": alerts.collect::<Vec<_>>(),
            },
        })
    }
}

/// What became of a notice.
#[derive(Debug)]
pub(super) enum SendOutcome {
    Yes,
    /// Try again; why, for the log.
    Later(String),
    /// It has no recipient any more; why, for the log.
    Never(String),
}

// Open alerts for a page, in the same words as notices have.

/// Alerts that share their texts.
pub struct AlertCard {
    pub keys: Vec<String>,
    pub subject: String,
    /// Without the address, which is behind the button.
    pub body: String,
    pub path: String,
    pub button: String,
}

impl AlertCard {
    /// An account's alerts, in their order.
    pub async fn of(
        app: &AlertNoticeContext,
        tenant: &tenant::Model,
        crm: &'static str,
        words: Words,
        open: &[alert::Model],
    ) -> anyhow::Result<Vec<Self>> {
        let about = AlertContext { app, tenant: Some(tenant), crm, words };
        let sections = about.sections(&open.iter().collect::<Vec<_>>()).await?;
        Ok(sections.into_iter().map(|section| Self::section(app, section)).collect())
    }

    fn section(app: &AlertNoticeContext, section: Section) -> Self {
        let path = section.url.strip_prefix(app.public_url()).unwrap_or(&section.url).to_owned();
        Self {
            body: without_address(&section.body, &section.url),
            keys: section.about.into_iter().map(|alert| alert.key).collect(),
            subject: section.subject,
            path,
            button: section.button,
        }
    }
}

/// Texts end with the address: `Press “Connect again”: https://…`.
pub(super) fn without_address(body: &str, url: &str) -> String {
    let Some(said) = body.trim_end().strip_suffix(url) else { return body.to_owned() };
    let said = said.trim_end();
    said.strip_suffix(':').map_or_else(|| said.to_owned(), |said| format!("{said}."))
}

// The ways by which alerts reach people and programs.

base::worded! {
    /// A way; its name on pages is `alerts-channel-{word}`.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
    pub enum Channel, as_str {
        Email = "email",
        /// A chat with the vendor's bot.
        Chat = "chat",
        /// Notifications of the browsers in which the person switched them on.
        Push = "push",
        /// The account's own program.
        Webhook = "webhook",
    }
}

impl Channel {
    /// Those of a person.
    pub const OF_PEOPLE: [Self; 3] = [Self::Email, Self::Chat, Self::Push];
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::alert_notices::sections::AlertFacts;

    fn section(subject: &str, resolved_at: Option<i64>) -> Section {
        Section {
            subject: subject.to_owned(),
            body: if resolved_at.is_some() { format!("{subject}\nOver.") } else { "Do this: https://x".to_owned() },
            url: "https://x".to_owned(),
            button: "Do this".to_owned(),
            about: vec![AlertFacts {
                key: format!("late:{subject}"),
                kind: "late".to_owned(),
                source_id: None,
                opened_at: 0,
                resolved_at,
            }],
        }
    }

    fn notice(sections: Vec<Section>) -> NoticeTexts {
        NoticeTexts { subject: "2 alerts".to_owned(), sections, why: "Because".to_owned(), device_id: None }
    }

    #[test]
    fn a_message_says_each_thing_once_and_its_button_leads_to_what_is_open() {
        let notice = notice(vec![section("Anna", Some(7)), section("Bea", None)]);
        assert_eq!(notice.message(), "✅ Anna\nOver.\n\n⚠️ Bea\nDo this: https://x");
        assert_eq!(notice.button(), Some(("Do this", "https://x")));
        assert_eq!(notice.letter(), "Anna\n\nAnna\nOver.\n\nBea\n\nDo this: https://x\n\nBecause");
    }

    #[test]
    fn a_message_is_never_longer_than_a_chat_takes() {
        let notice = notice(vec![section(&"ы".repeat(5_000), None)]);
        assert_eq!(notice.message().chars().count(), CHAT_CHARS);
    }

    #[test]
    fn a_notification_is_short_and_leads_to_a_page_of_this_server() {
        let one = notice(vec![section(&"ы".repeat(5_000), None)]);
        let push = one.push("t1", "https://");
        assert_eq!((&push["body"], &push["path"]), (&json!("Do this."), &json!("x")));
        assert_eq!(one.push("t1", "https://other.example")["path"], "/panel/alerts");
        let several = notice(vec![section(&"ы".repeat(5_000), Some(7)), section("Bea", None)]).push("t1", "https://x");
        assert!(several.to_string().len() < 3_000, "{several}");
    }

    #[test]
    fn a_program_gets_a_notice_of_each_alert() {
        let event =
            notice(vec![section("Anna", Some(7)), section("Bea", None)]).event(("1", "acme"), DateTime::UNIX_EPOCH);
        let alerts = event["data"]["alerts"].as_array().unwrap();
        assert_eq!((&alerts[0]["state"], &alerts[1]["state"]), (&json!("resolved"), &json!("open")));
        assert_eq!(alerts[0]["resolved_at"], "1970-01-01T00:00:00.007+00:00");
        assert_eq!((&alerts[1]["id"], &alerts[1]["resolved_at"]), (&json!("late:Bea"), &Value::Null));
    }
}
