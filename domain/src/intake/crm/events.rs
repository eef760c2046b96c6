//! Stores amoCRM's hooks: each in one commit with its bytes, or its bytes in quarantine.

use std::sync::Arc;
use std::time::Duration;

use amocrm::hooks::chats::{self, HookError, HookEvent, HookReaction, HookTyping};
use anyhow::Context;
use base::message::{LetterKind, Person, Reaction, Role, Typing};
use base::spool::Hook;
use base::store::VENDOR;
use chrono::TimeDelta;
use entity::source;
use queue::accept_batch::{AcceptBatch, AcceptItem, Conversation, DedupeKey, EventKind, NewLetter, Priority};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::KIND;
use super::message::{self, HookChat, bound};
use crate::delivery::letters::messenger_letter;
use crate::intake::door::{QuarantineReason, RawCall, StillUnusable, StoreError};
use crate::intake::{IntakeContext, clean};
use crate::lookup::{ConnectedScope, KnownConversation, known_message};
use crate::tenant::{channels, keeps_no_texts, pool_of};

/// The interpretation of a hook of a known account.
pub(super) enum Event {
    Item(Box<AcceptItem>),
    /// Already expired: only its bytes are kept.
    Late,
}

/// Stores a hook with a valid signature: processed, or in quarantine. Durable on return; repeats are recognised.
pub(super) async fn store(app: &Arc<IntakeContext>, hook: &Hook) -> Result<(), StoreError> {
    take(app, hook, None).await
}

/// The same; `again` is present for a hook from the quarantine.
pub(in crate::intake) async fn take(
    app: &Arc<IntakeContext>,
    hook: &Hook,
    again: Option<StillUnusable>,
) -> Result<(), StoreError> {
    let scope = app.lookup.scope(&hook.scope_id).await?;
    let call = RawCall {
        id: hook.id,
        tenant_id: scope.as_ref().map_or(VENDOR, |scope| scope.tenant.tenant_id),
        source_id: None,
        kind: KIND,
        target: hook.scope_id.clone(),
        received_at: hook.received_at,
        body: hook.body.clone(),
        priority: Priority::High,
        limit_of: None,
        again,
    };
    let Some(scope) = scope else { return call.quarantine(app, QuarantineReason::UnknownScope).await };
    match processed(app, &scope, &call).await {
        Err(StoreError::Permanent(why)) => call.quarantine(app, why).await,
        done => done,
    }
}

async fn processed(app: &Arc<IntakeContext>, scope: &ConnectedScope, call: &RawCall) -> Result<(), StoreError> {
    let hook = chats::parse(&call.text()).map_err(|error| match error {
        HookError::Version1 => {
            renew(app, scope);
            StoreError::Permanent(QuarantineReason::Version1)
        }
        HookError::Malformed { .. } | HookError::Incomplete { .. } => {
            StoreError::Permanent(QuarantineReason::Unreadable)
        }
    })?;
    if !hook.account_id.eq_ignore_ascii_case(&scope.tenant.amojo_id) {
        return Err(StoreError::Permanent(QuarantineReason::ForeignAccount));
    }
    if is_stale(app, call, hook.time) {
        return Err(StoreError::Permanent(QuarantineReason::Stale));
    }
    if scope.channel.renewed_at.is_some() {
        channels::renewed(&app.tenants, &scope.channel).await;
    }
    let event = match hook.event {
        HookEvent::Message(message) => Event::Item(Box::new(message::entry_of(app, scope, *message).await?)),
        HookEvent::Typing(hook) => typing(app, scope, &hook).await?,
        HookEvent::Reaction(hook) => reaction(app, scope, &hook, hex::encode(Sha256::digest(&call.body))).await?,
        HookEvent::Unknown => return Err(StoreError::Permanent(QuarantineReason::UnknownEvent)),
    };
    match event {
        Event::Item(item) => {
            let raw = (!keeps_no_texts(&scope.tenant)).then(|| call.raw());
            let (tenant_id, priority) = (call.tenant_id, call.priority);
            app.writer.accept(AcceptBatch { tenant_id, priority, raw, entries: vec![*item] }).await?;
        }
        Event::Late if keeps_no_texts(&scope.tenant) => {}
        Event::Late => call.keep(app).await?,
    }
    if call.again.is_none() {
        measure_lag(app, &scope.tenant.integration, call.received_at, hook.time);
    }
    Ok(())
}

/// How late amoCRM called: it moves integrations that answer slowly to a slow queue. By its clock, as far as we know it.
fn measure_lag(app: &IntakeContext, integration: &str, received_at: i64, time: Option<i64>) {
    let Some(made_at) = time.and_then(|seconds| seconds.checked_mul(1000)) else { return };
    let late = (received_at + app.tenants.crm_skew.seconds() * 1000).saturating_sub(made_at).max(0);
    let late = Duration::from_millis(late.unsigned_abs());
    metrics::histogram!("parom_hook_lag_seconds", "remote" => pool_of(integration)).record(late);
}

/// Whether the time in the signed body is so old that the ids of that time are deleted. An impossible time counts as
/// missing.
fn is_stale(app: &IntakeContext, call: &RawCall, time: Option<i64>) -> bool {
    const IN_2009: i64 = 1_230_768_000;
    let ids = i64::from(app.config.retention.ids_days) * 86_400;
    time.is_some_and(|time| time >= IN_2009 && time < call.received_at / 1000 - ids)
}

/// Connects the channel for version 2 again, in the background because amoCRM waits for its answer.
fn renew(app: &Arc<IntakeContext>, scope: &ConnectedScope) {
    let (app, channel) = (app.clone(), scope.channel.clone());
    base::supervisor::detach("channel_renew", async move {
        if let Err(error) = channels::renew(&app.tenants, &channel).await {
            tracing::error!(tenant.id = %channel.tenant_id, channel.id = %channel.channel_id, error = format!("{error:#}"), "the channel could not be connected for hooks of version 2; its next hook of version 1 tries again");
        }
    });
}

/// How long a manager types if the hook does not say (chats-api §4.7).
const TYPING: TimeDelta = TimeDelta::seconds(5);
/// Longer times in hooks are cut to this.
const TYPING_MOST: TimeDelta = TimeDelta::seconds(30);
/// Minimum interval between two typing events.
const TYPING_EVERY: TimeDelta = TimeDelta::seconds(3);

/// A manager is typing: sent within seconds or never; repeats within three seconds count once.
async fn typing(app: &IntakeContext, scope: &ConnectedScope, hook: &HookTyping) -> Result<Event, StoreError> {
    let chat = HookChat { id: &hook.conversation_id, client_id: hook.conversation_client_id.as_deref() };
    let Some((known, source)) = place(app, scope, chat).await? else {
        return Err(StoreError::Permanent(QuarantineReason::UnknownConversation));
    };
    let now = app.clock.millis();
    let given = hook.expired_at.and_then(|seconds| seconds.checked_mul(1000));
    let until = given.unwrap_or(now + TYPING.num_milliseconds()).min(now + TYPING_MOST.num_milliseconds());
    if until <= now {
        return Ok(Event::Late);
    }
    let typing = Typing { sender: manager(hook.user_id.as_deref()), until };
    let payload = serde_json::to_string(&typing).context("typing as JSON")?;
    let letter = messenger_letter(&app.delivery, &source, Uuid::nil(), LetterKind::Typing, payload);
    let letter = NewLetter { expires_at: until, ..letter };
    let key = DedupeKey {
        origin: scope.channel.channel_id,
        external_id: format!("{}:{}", known.conversation_id, now.div_euclid(TYPING_EVERY.num_milliseconds())),
        event: EventKind::Typing,
    };
    let entry = AcceptItem::bare(key, app.clock.uuid_v7(), now, Conversation::Known(known.conversation_id));
    Ok(Event::Item(Box::new(AcceptItem { letters: vec![letter], ..entry })))
}

/// A manager sets or clears a reaction. `digest`: of the hook's bytes, because it has no id of its own.
async fn reaction(
    app: &IntakeContext,
    scope: &ConnectedScope,
    hook: &HookReaction,
    digest: String,
) -> Result<Event, StoreError> {
    let chat = HookChat { id: &hook.conversation_id, client_id: hook.conversation_client_id.as_deref() };
    let Some((known, source)) = place(app, scope, chat).await? else {
        return Err(StoreError::Permanent(QuarantineReason::UnknownConversation));
    };
    let Some(message_id) = message_of(app, scope, &hook.message_id).await? else {
        return Err(StoreError::Permanent(QuarantineReason::UnknownMessage));
    };
    let now = app.clock.millis();
    let emoji = hook.emoji.as_deref().map(clean);
    let reaction = Reaction { sender: manager(hook.user_id.as_deref()), emoji };
    let payload = serde_json::to_string(&reaction).context("a reaction as JSON")?;
    let letter = messenger_letter(&app.delivery, &source, message_id, LetterKind::Reaction, payload);
    let key = DedupeKey { origin: scope.channel.channel_id, external_id: digest, event: EventKind::Reaction };
    let entry = AcceptItem::bare(key, app.clock.uuid_v7(), now, Conversation::Known(known.conversation_id));
    Ok(Event::Item(Box::new(AcceptItem { letters: vec![letter], ..entry })))
}

/// A conversation that has a dialogue, with its live source.
async fn place(
    app: &IntakeContext,
    scope: &ConnectedScope,
    chat: HookChat<'_>,
) -> anyhow::Result<Option<(Arc<KnownConversation>, Arc<source::Model>)>> {
    let Some(known) = chat.find(app, scope).await? else { return Ok(None) };
    let source = bound(app, Some(&known)).await?.filter(|source| source.deleted_at.is_none());
    Ok(source.filter(|_| !known.external_id.is_empty()).map(|source| (known, source)))
}

/// Our id of a message by amojo's.
async fn message_of(app: &IntakeContext, scope: &ConnectedScope, amojo_id: &str) -> anyhow::Result<Option<Uuid>> {
    let (tenant_id, origin) = (scope.tenant.tenant_id, scope.channel.channel_id);
    Ok(known_message(&app.store, tenant_id, origin, &clean(amojo_id), &[EventKind::Message]).await?)
}

fn manager(amojo_id: Option<&str>) -> Person {
    Person { id: clean(amojo_id.unwrap_or_default()), role: Role::Manager, ..Person::default() }
}
