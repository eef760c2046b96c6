//! Open alerts for a page, in the same words as notices have.

use base::i18n::Words;
use entity::{alert, tenant};

use super::sections::{AlertContext, Section};
use crate::alert_notices::AlertNoticeContext;

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sentence_ends_where_the_address_was() {
        let url = "https://parom.example/panel";
        for (body, wanted) in [
            ("Press “Connect again”: https://parom.example/panel", "Press “Connect again”."),
            ("Answer it. https://parom.example/panel", "Answer it."),
            ("Nothing to do.", "Nothing to do."),
        ] {
            assert_eq!(without_address(body, url), wanted);
        }
    }
}
