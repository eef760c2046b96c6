//! The account's webhook for alerts.

use base::error::Error;
use base::i18n::{LocalizedText, Words};
use domain::alert_notices::webhook as hooks;
use entity::alert_webhook;
use secrecy::ExposeSecret;
use serde::Deserialize;
use serde_json::json;
use url::Url;

use super::{FormState, HERE, wrong};
use crate::panel::{Answer, AppData, EmptyForm, Form, Member, Notice, Right};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct WebhookForm {
    url: String,
}

/// What the page shows of it.
pub(super) struct WebhookView {
    pub url: String,
    pub is_set: bool,
    /// What is wrong with the entered address; empty if nothing is.
    pub error: String,
    /// Why calls fail, and since when; empty if they do not.
    pub trouble: String,
    pub trouble_at: i64,
}

pub(super) fn view(
    row: Option<alert_webhook::Model>,
    sent: Option<(String, String)>,
    words: Words,
    crm: &str,
) -> WebhookView {
    let is_set = row.is_some();
    let stored = row.map(|row| (row.url, row.trouble, row.trouble_at)).unwrap_or_default();
    let trouble =
        if stored.1.is_empty() { String::new() } else { LocalizedText::stored(&stored.1).in_words(words, crm) };
    let (url, error) = sent.unwrap_or((stored.0, String::new()));
    WebhookView { url, is_set, error, trouble, trouble_at: stored.2 }
}

/// `POST /panel/alerts/webhook`: sets the address; a new one gets a new secret, which is shown once.
pub(super) async fn set(app: AppData, member: Member, form: Form<WebhookForm>) -> Answer {
    member.require(Right::ManageAccount)?;
    let typed = form.url.trim().to_owned();
    let refused = async |error: String| {
        let sent = FormState { webhook: Some((typed.clone(), error)), ..FormState::default() };
        wrong(&app, &member, sent).await
    };
    let Ok(url) = Url::parse(&typed) else {
        return refused(member.words.text("alerts-webhook-not-url").to_string()).await;
    };
    if let Err(error) = hooks::check(&app.alert_notices, &url) {
        return refused(error.text().in_words(member.words, member.crm())).await;
    }
    let tenant_id = member.tenant_id;
    let secret = hooks::set(&app.alert_notices, app.store.write(), tenant_id, &url).await?;
    let host = url.host_str().unwrap_or_default();
    member.audit(&app, app.store.write(), "alert.webhook_set", host, json!({ "new": secret.is_some() })).await?;
    let notice = match secret {
        Some(secret) => {
            Notice::done(member.words.text("alerts-webhook-secret")).with_copy(secret.expose_secret().to_owned())
        }
        None => Notice::done(member.words.text("common-saved")),
    };
    member.see_other(&app, HERE, notice).await
}

/// `POST /panel/alerts/webhook/remove`
pub(super) async fn remove(app: AppData, member: Member, _form: Form<EmptyForm>) -> Answer {
    member.require(Right::ManageAccount)?;
    let tenant_id = member.tenant_id;
    if !hooks::remove(app.store.write(), tenant_id).await? {
        return Err(Error::NotFound);
    }
    member.audit(&app, app.store.write(), "alert.webhook_removed", &tenant_id.to_string(), json!({})).await?;
    member.see_other(&app, HERE, Notice::done(member.words.text("alerts-webhook-removed"))).await
}
