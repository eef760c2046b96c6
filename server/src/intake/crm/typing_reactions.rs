//! Typing and reactions of managers. Those without a known conversation create no letter; their bytes are stored.

use amocrm::hooks::chats::{HookReaction, HookTyping};
use anyhow::Context;
use base::message::{LetterKind, Person, Reaction, Role, Stream, Typing};
use chrono::TimeDelta;
use entity::source;
use queue::accept_batch::{AcceptItem, Conversation, DedupeKey, EventKind};
use std::sync::Arc;
use uuid::Uuid;

use super::events::Event;
use super::route::{HookChat, bound};
use crate::delivery::letters::{TO_MESSENGER_LIFE, messenger_letter};
use crate::intake::door::{QuarantineReason, StoreError};
use crate::intake::{IntakeContext, clean};
use crate::lookup::{ConnectedScope, KnownConversation, known_message};

/// How long a manager types if the hook does not say (chats-api §4.7).
const TYPING: TimeDelta = TimeDelta::seconds(5);
/// Longer times in hooks are cut to this.
const TYPING_MOST: TimeDelta = TimeDelta::seconds(30);
/// Minimum interval between two typing events.
const TYPING_EVERY: TimeDelta = TimeDelta::seconds(3);

/// A manager is typing: sent within seconds or never; repeats within three seconds count once.
pub(super) async fn typing(
    app: &IntakeContext,
    scope: &ConnectedScope,
    hook: &HookTyping,
) -> Result<Event, StoreError> {
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
    let letter = messenger_letter(
        &app.delivery,
        &source,
        Uuid::nil(),
        (LetterKind::Typing, Stream::Receipts),
        serde_json::to_string(&typing).context("typing as JSON")?,
        until,
    );
    let key = DedupeKey {
        origin: scope.channel.channel_id,
        external_id: format!("{}:{}", known.conversation_id, now.div_euclid(TYPING_EVERY.num_milliseconds())),
        event: EventKind::Typing,
    };
    let entry = AcceptItem::bare(key, app.clock.uuid_v7(), now, Conversation::Known(known.conversation_id));
    Ok(Event::Item(Box::new(AcceptItem { letters: vec![letter], ..entry })))
}

/// A manager sets or clears a reaction. `digest`: of the hook's bytes, because it has no id of its own.
pub(super) async fn reaction(
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
    let letter = messenger_letter(
        &app.delivery,
        &source,
        message_id,
        (LetterKind::Reaction, Stream::Receipts),
        serde_json::to_string(&reaction).context("a reaction as JSON")?,
        now + TO_MESSENGER_LIFE.num_milliseconds(),
    );
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
