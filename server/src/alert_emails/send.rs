//! Sends each reader one e-mail about everything due in an account.

use base::i18n::{CRM, Language, Words};
use base::store::VENDOR;
use entity::alert;
use sea_orm::DbErr;
use uuid::Uuid;

use super::claim::{self, Claimed};
use super::readers::{self, EmailReader};
use super::section::{AlertContext, EmailSection};
use crate::alert_emails::AlertEmailContext;
use crate::identity::mail::{self, Email};
use crate::tenant as tenants;

/// Returns the number of e-mails sent. Alerts whose e-mails the mail server refused are retried later.
pub(super) async fn tell(app: &AlertEmailContext, tenant_id: Uuid, due: Vec<alert::Model>) -> anyhow::Result<usize> {
    let claimed = claim::claim(app, tenant_id, due).await?;
    if claimed.is_empty() {
        return Ok(0);
    }
    let tenant = if tenant_id == VENDOR { None } else { tenants::load(app.store.read(), tenant_id).await? };
    let integration = tenant.as_ref().and_then(|tenant| app.config.integration(&tenant.integration));
    let crm = integration.map_or(CRM, |integration| integration.platform.brand());
    let mut outcomes = vec![SendOutcome::Unwanted; claimed.len()];
    let mut sent = 0;
    for reader in readers::all(app.store.read(), tenant_id).await? {
        let wanted: Vec<usize> = (0..claimed.len()).filter(|place| reader_wants(&reader, &claimed, *place)).collect();
        if wanted.is_empty() {
            continue;
        }
        let words = Words::new(Language::of_code(&reader.person.language).unwrap_or(Language::En));
        let about = AlertContext { app, tenant: tenant.as_ref(), crm, words };
        let mut pieces = Vec::with_capacity(wanted.len());
        for alert in wanted.iter().filter_map(|place| claimed.get(*place)) {
            pieces.push(about.piece(&alert.alert).await?);
        }
        let outcome = match mail::send(&app.identity, letter(&about, &reader, &pieces)).await {
            Ok(()) => SendOutcome::Sent,
            Err(error) => {
                tracing::error!(tenant.id = %tenant_id, person.id = %reader.person.id, error = format!("{error:#}"), "an alert e-mail could not be sent");
                SendOutcome::Refused
            }
        };
        sent += usize::from(outcome == SendOutcome::Sent);
        for place in wanted {
            if let Some(known) = outcomes.get_mut(place) {
                *known = (*known).max(outcome);
            }
        }
    }
    settle(app, &claimed, &outcomes).await?;
    Ok(sent)
}

/// The outcome for an alert over all its e-mails; the best one counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum SendOutcome {
    Unwanted,
    /// The mail server accepted none.
    Refused,
    Sent,
}

fn reader_wants(reader: &EmailReader, claimed: &[Claimed], place: usize) -> bool {
    claimed.get(place).is_some_and(|claim| reader.wants(&claim.alert.kind))
}

async fn settle(app: &AlertEmailContext, claimed: &[Claimed], outcomes: &[SendOutcome]) -> Result<(), DbErr> {
    for (claim, outcomes) in claimed.iter().zip(outcomes) {
        match outcomes {
            SendOutcome::Sent => claim.mark_sent(app).await?,
            SendOutcome::Unwanted => claim.unwanted(app).await?,
            // Retried when the claim expires.
            SendOutcome::Refused => {}
        }
    }
    Ok(())
}

fn letter(about: &AlertContext<'_>, reader: &EmailReader, pieces: &[EmailSection]) -> Email {
    let words = about.words;
    let subject = match pieces {
        [only] => only.subject.clone(),
        several => {
            let key = if about.tenant.is_some() { "alert-several-subject" } else { "alert-several-vendor" };
            words.text(key).with("account", about.account()).with("count", several.len()).to_string()
        }
    };
    let mut text: Vec<String> = match pieces {
        [only] => vec![only.body.clone()],
        several => several.iter().map(|piece| format!("{}\n\n{}", piece.subject, piece.body)).collect(),
    };
    let (key, path) =
        if about.tenant.is_some() { ("alert-why", "/panel/alerts") } else { ("alert-why-vendor", "/admin/alerts") };
    let url = format!("{}{path}", about.app.public_url());
    let why = words.text(key).with("account", about.account()).with("email", reader.address()).with("url", url);
    text.push(why.to_string());
    Email { to: reader.address().to_owned(), subject, text: text.join("\n\n") }
}
