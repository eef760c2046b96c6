//! What a person decides about the contact of a chat: that it is this customer, or that a link was wrong. Stored in the job of
//! the chat, with what was begun at amoCRM, so that a crash makes no second contact.
//!
//! ```text
//! join ──────▶ link the chat to the contact ─▶ entry of the ledger
//! separate ──▶ note who is there ─▶ make a contact ─▶ note it ─▶ link ─▶ entry, and the undone one is marked
//! ```
//!
//! Where the chat was moved in amoCRM meanwhile, it stays.

use std::sync::Arc;

use base::error::{Error, Result};
use base::i18n::LocalizedText;
use base::message::Person;
use base::millis::DAY;
use base::store::in_transaction;
use entity::{conversation, job};
use sea_orm::{ConnectionTrait, DbErr, EntityTrait};
use uuid::Uuid;

use super::task::Decision;
use super::{ContactCard, ContactOutcome, LinkReason, find, ledger, task};
use crate::job::NextRun;
use crate::tenant::TenantContext;
use crate::tenant::token::{CallError, with_token};

/// Links a chat to this contact: the same customer, as a person says. Durable when it returns; 409 while amoCRM does not know the
/// chat, 404 if it does not have the contact. Returns the contact's name.
pub async fn join(app: &Arc<TenantContext>, chat: &conversation::Model, contact_id: i64, by: &str) -> Result<String> {
    let card = find::by_id(app, chat.tenant_id, contact_id).await.map_err(call_error)?.ok_or(Error::NotFound)?;
    decide(app, chat, Some(contact_id), None, by).await?;
    Ok(card.name)
}

/// Undoes a link: the chat gets a contact of its own. Durable when it returns; 409 if the link is no longer the present one.
pub async fn separate(app: &TenantContext, chat: &conversation::Model, link: Uuid, by: &str) -> Result<()> {
    let found =
        ledger::link(app.store.read(), chat.tenant_id, link).await?.filter(|one| one.conversation_id == chat.id);
    let found = found.ok_or(Error::NotFound)?;
    let last = ledger::links(app.store.read(), chat.tenant_id, &[chat.id], 1).await?;
    if last.first().is_none_or(|last| last.id != link) || !ledger::is_undoable(&found, chat) {
        return Err(Error::Conflict { problem: "contact_link", detail: LocalizedText::new("said-link-past") });
    }
    decide(app, chat, None, Some(link), by).await
}

async fn decide(
    app: &TenantContext,
    chat: &conversation::Model,
    to: Option<i64>,
    undoes: Option<Uuid>,
    by: &str,
) -> Result<()> {
    if chat.amocrm_chat_id.is_empty() {
        return Err(Error::Conflict { problem: "contact_link", detail: LocalizedText::new("said-chat-unknown") });
    }
    let decision = Decision {
        id: app.clock.uuid_v7(),
        to,
        from: chat.contact_id,
        undoes,
        by: by.to_owned(),
        others: None,
        made: None,
    };
    let stored = async |tx: &_| task::insert_decision(tx, app.clock.millis(), chat, decision).await;
    Ok(in_transaction(&app.store, stored).await?)
}

fn call_error(error: CallError) -> Error {
    tracing::info!(error = format!("{error:#}"), "amoCRM could not be asked for a contact that a person named");
    Error::Unavailable { detail: LocalizedText::new("said-crm-silent"), retry_after: 10 }
}

/// Whether a chat waits for its contact as a person decided.
pub async fn is_being_moved(
    db: &impl ConnectionTrait,
    tenant_id: Uuid,
    conversation_id: Uuid,
) -> std::result::Result<bool, DbErr> {
    Ok(task::decision(db, tenant_id, conversation_id).await?.is_some())
}

/// An attempt of a chat's job: what a person decided, else the rule.
pub async fn link_later(app: Arc<TenantContext>, planned: job::Model) -> anyhow::Result<NextRun> {
    let Some(decision) = task::decision_of(&planned) else { return task::link_by_rule(app, planned).await };
    let (tenant_id, id): (_, Uuid) = (planned.tenant_id, planned.key.parse()?);
    let known = conversation::Entity::find_by_id((tenant_id, id)).one(app.store.read()).await?;
    let Some(known) = known else { return Ok(NextRun::Never) };
    let done = match tokio::time::timeout(task::LATER_WITHIN, carry_out(&app, &known, &decision)).await {
        Ok(done) => done,
        Err(_) => Err(anyhow::anyhow!("amoCRM took too long")),
    };
    let is_last = usize::try_from(planned.tries).is_ok_and(|tries| tries >= task::BACK_OFF.len());
    match done {
        Ok(()) => Ok(NextRun::Scheduled),
        // A person waits for it, however long amoCRM is away.
        Err(error) if is_last => {
            tracing::warn!(tenant.id = %tenant_id, conversation.id = %id, error = format!("{error:#}"), "what a person decided about a chat's contact could not be carried out for a day; it is tried further");
            Ok(NextRun::At(app.clock.millis() + DAY))
        }
        Err(error) => Err(error),
    }
}

/// Safe to repeat.
async fn carry_out(app: &Arc<TenantContext>, chat: &conversation::Model, decision: &Decision) -> anyhow::Result<()> {
    let tenant_id = chat.tenant_id;
    let card = match decision.to {
        _ if is_moved(app, chat, decision).await? => None,
        Some(id) => find::by_id(app, tenant_id, id).await?,
        None => Some(own(app, chat, decision).await?),
    };
    // Again: making a contact takes a while.
    let card = match card {
        Some(card) if !is_moved(app, chat, decision).await? => Some(card),
        _ => None,
    };
    if let Some(card) = &card {
        task::link(app, tenant_id, &chat.amocrm_chat_id, card.id).await?;
    }
    let why = if decision.to.is_some() { LinkReason::Person } else { LinkReason::Separated };
    let outcome = card.map(|card| ContactOutcome { card: Some(card), why });
    let now = app.clock.millis();
    let stored = in_transaction(&app.store, async |tx| {
        if let Some(outcome) = &outcome {
            find::store(tx, app, (tenant_id, chat.id), outcome, &decision.by).await?;
            if let Some(link) = decision.undoes {
                ledger::undo(tx, (tenant_id, link), now, &decision.by).await?;
            }
        }
        task::end_decision(tx, now, chat, decision.id).await
    });
    stored.await?;
    if outcome.is_none() {
        find::check_at_once(app, chat.clone()).await;
        tracing::info!(tenant.id = %tenant_id, conversation.id = %chat.id, "a chat was moved in amoCRM, or the contact was deleted there, before a person's decision was carried out; it stays where it is");
    }
    Ok(())
}

/// Whether the chat has been linked to another contact in amoCRM since the decision was made.
async fn is_moved(
    app: &Arc<TenantContext>,
    chat: &conversation::Model,
    decision: &Decision,
) -> std::result::Result<bool, CallError> {
    let there = find::of_chat(app, chat.tenant_id, &chat.amocrm_chat_id).await?;
    let is_expected =
        |id: i64| decision.from == 0 || [Some(decision.from), decision.to, decision.made].contains(&Some(id));
    Ok(there.is_some_and(|id| !is_expected(id)))
}

/// The contact that is made for the chat, or that an earlier attempt has made.
async fn own(app: &Arc<TenantContext>, chat: &conversation::Model, decision: &Decision) -> anyhow::Result<ContactCard> {
    let mut person: Person = serde_json::from_str(&chat.contact)?;
    if let Some(link) = decision.undoes
        && let Some(undone) = ledger::link(app.store.read(), chat.tenant_id, link).await?
    {
        ledger::forget_wrong_id(&undone, &mut person);
    }
    if let Some(id) = decision.made
        && let Some(card) = find::by_id(app, chat.tenant_id, id).await?
    {
        return Ok(card);
    }
    let alike = alike(app, chat.tenant_id, &person).await?;
    let ids = || alike.iter().map(|card| card.id).collect::<Vec<_>>();
    let made = match &decision.others {
        // Its answer was lost: the one that is new among those that look like it.
        Some(others) => alike.iter().filter(|card| !others.contains(&card.id)).max_by_key(|card| card.id).cloned(),
        None => {
            task::change_decision(app, chat, decision.id, |decision| decision.others = Some(ids())).await?;
            None
        }
    };
    let card = match made {
        Some(card) => card,
        None => task::make(app, chat.tenant_id, &person).await?,
    };
    task::change_decision(app, chat, decision.id, |decision| decision.made = Some(card.id)).await?;
    Ok(card)
}

/// The contacts that a contact made for this customer would be among: those with its name.
async fn alike(
    app: &Arc<TenantContext>,
    tenant_id: Uuid,
    person: &Person,
) -> std::result::Result<Vec<ContactCard>, CallError> {
    let name = task::name_of(person);
    let ask = |rest: amocrm::rest::Rest, token| {
        let name = name.clone();
        async move { rest.contacts_with_name(&token, &name).await }
    };
    let found = with_token(app, tenant_id, ask).await?;
    Ok(found.iter().map(find::card).collect())
}
