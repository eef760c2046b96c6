//! Checks whether the contact has changed: people delete and merge contacts, and the hooks about it may be lost.

use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;
use entity::conversation;

use super::{ContactCard, ContactOutcome, LinkReason, find, row};
use crate::tenant::TenantContext;

/// How long the last answer is cached.
const FRESH: TimeDelta = TimeDelta::minutes(10);
/// Maximum time that a page waits for it.
const WITHIN: Duration = Duration::from_millis(1500);
/// Time limit in the background.
const PATIENTLY: Duration = Duration::from_secs(30);

/// The conversation with its contact's current data at amoCRM. If amoCRM does not answer soon, the stored data is
/// returned.
pub async fn look(app: &Arc<TenantContext>, known: conversation::Model) -> conversation::Model {
    let is_fresh = app.clock.millis() - known.contact_seen_at < FRESH.num_milliseconds() && known.contact_seen_at > 0;
    if known.amocrm_chat_id.is_empty() || is_fresh {
        return known;
    }
    asked(app, known, WITHIN).await
}

/// The same regardless of the cache and with the longer time limit, for callers that know of a change.
pub(super) async fn at_once(app: &Arc<TenantContext>, known: conversation::Model) {
    asked(app, known, PATIENTLY).await;
}

async fn asked(app: &Arc<TenantContext>, known: conversation::Model, within: Duration) -> conversation::Model {
    let outcome = match tokio::time::timeout(within, ask(app, &known)).await {
        Ok(Ok(Some(outcome))) => outcome,
        Ok(Ok(None)) => return seen(app, known).await,
        Ok(Err(error)) => {
            tracing::info!(tenant.id = %known.tenant_id, error = format!("{error:#}"), "the contact of a chat could not be read");
            return known;
        }
        Err(_) => return known,
    };
    let now = app.clock.millis();
    if let Err(error) = row::write(app.store.write(), now, known.tenant_id, known.id, &outcome).await {
        tracing::warn!(tenant.id = %known.tenant_id, %error, "the contact of a chat could not be stored; the next check will store it");
    }
    let (contact_id, contact_name) = outcome.card.map_or((0, String::new()), |card| (card.id, card.name));
    conversation::Model { contact_id, contact_name, contact_why: outcome.why.word().to_owned(), ..known }
}

/// amoCRM has no contact for it, and there was none before: this result is cached for a while.
async fn seen(app: &TenantContext, known: conversation::Model) -> conversation::Model {
    let now = app.clock.millis();
    if let Err(error) = row::seen(app.store.write(), now, known.tenant_id, known.id).await {
        tracing::warn!(tenant.id = %known.tenant_id, %error, "that a chat has no contact could not be stored; the next check will store it");
    }
    known
}

async fn ask(app: &Arc<TenantContext>, known: &conversation::Model) -> anyhow::Result<Option<ContactOutcome>> {
    let tenant_id = known.tenant_id;
    let there = find::of_chat(app, tenant_id, &known.amocrm_chat_id).await?;
    let card = match there {
        Some(id) => find::by_id(app, tenant_id, id).await?,
        None => None,
    };
    let why = match &card {
        Some(card) if card.id == known.contact_id => return Ok(Some(same(known, card.clone()))),
        Some(_) if known.contact_id == 0 => LinkReason::Crm,
        Some(_) => match find::by_id(app, tenant_id, known.contact_id).await? {
            Some(_) => LinkReason::Moved,
            None => LinkReason::Merged,
        },
        None if known.contact_id == 0 => return Ok(None),
        None => match find::by_id(app, tenant_id, known.contact_id).await? {
            Some(card) => return Ok(Some(same(known, card))),
            None => LinkReason::Gone,
        },
    };
    Ok(Some(ContactOutcome { card, why }))
}

/// The same contact, perhaps under another name.
fn same(known: &conversation::Model, card: ContactCard) -> ContactOutcome {
    ContactOutcome { card: Some(card), why: LinkReason::of(&known.contact_why).unwrap_or(LinkReason::Crm) }
}
