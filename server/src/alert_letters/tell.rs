//! Sends each reader one e-mail about everything due in an account.

use base::store::VENDOR;
use base::words::{CRM, Language, Words};
use entity::alert;
use sea_orm::DbErr;
use uuid::Uuid;

use super::claim::{self, Claimed};
use super::piece::{About, Piece};
use super::readers::{self, Reader};
use crate::alert_letters::AlertEmailContext;
use crate::people::mail::{self, Letter};
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
    let mut told = vec![Told::Unwanted; claimed.len()];
    let mut sent = 0;
    for reader in readers::all(app.store.read(), tenant_id).await? {
        let wanted: Vec<usize> = (0..claimed.len()).filter(|place| reader_wants(&reader, &claimed, *place)).collect();
        if wanted.is_empty() {
            continue;
        }
        let words = Words::new(Language::of_code(&reader.person.language).unwrap_or(Language::En));
        let about = About { app, tenant: tenant.as_ref(), crm, words };
        let mut pieces = Vec::with_capacity(wanted.len());
        for alert in wanted.iter().filter_map(|place| claimed.get(*place)) {
            pieces.push(about.piece(&alert.alert).await?);
        }
        let outcome = match mail::send(&app.people, letter(&about, &reader, &pieces)).await {
            Ok(()) => Told::Sent,
            Err(error) => {
                tracing::error!(tenant.id = %tenant_id, person.id = %reader.person.id, error = format!("{error:#}"), "an alert e-mail could not be sent");
                Told::Refused
            }
        };
        sent += usize::from(outcome == Told::Sent);
        for place in wanted {
            if let Some(known) = told.get_mut(place) {
                *known = (*known).max(outcome);
            }
        }
    }
    settle(app, &claimed, &told).await?;
    Ok(sent)
}

/// The outcome for an alert over all its e-mails; the best one counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Told {
    Unwanted,
    /// The mail server accepted none.
    Refused,
    Sent,
}

fn reader_wants(reader: &Reader, claimed: &[Claimed], place: usize) -> bool {
    claimed.get(place).is_some_and(|claim| reader.wants(&claim.alert.kind))
}

async fn settle(app: &AlertEmailContext, claimed: &[Claimed], told: &[Told]) -> Result<(), DbErr> {
    for (claim, told) in claimed.iter().zip(told) {
        match told {
            Told::Sent => claim.told(app).await?,
            Told::Unwanted => claim.unwanted(app).await?,
            // Retried when the claim expires.
            Told::Refused => {}
        }
    }
    Ok(())
}

fn letter(about: &About<'_>, reader: &Reader, pieces: &[Piece]) -> Letter {
    let words = about.words;
    let subject = match pieces {
        [only] => only.subject.clone(),
        several => {
            let key = if about.tenant.is_some() { "alert-several-subject" } else { "alert-several-vendor" };
            words.say(key).with("account", about.account()).with("count", several.len()).to_string()
        }
    };
    let mut text: Vec<String> = match pieces {
        [only] => vec![only.body.clone()],
        several => several.iter().map(|piece| format!("{}\n\n{}", piece.subject, piece.body)).collect(),
    };
    let (key, path) =
        if about.tenant.is_some() { ("alert-why", "/panel/alerts") } else { ("alert-why-vendor", "/admin/alerts") };
    let url = format!("{}{path}", about.app.public_url());
    let why = words.say(key).with("account", about.account()).with("email", reader.address()).with("url", url);
    text.push(why.to_string());
    Letter { to: reader.address().to_owned(), subject, text: text.join("\n\n") }
}
