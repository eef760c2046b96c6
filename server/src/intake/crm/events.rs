//! Stores amoCRM's hooks: each in one commit with its bytes, or its bytes in quarantine.

use std::sync::Arc;

use amocrm::hooks::chats::{self, HookError, HookEvent};
use base::spool::Hook;
use base::store::VENDOR;
use queue::accept_batch::{AcceptBatch, AcceptItem, Priority};
use sha2::{Digest, Sha256};

use super::{KIND, message, typing_reactions};
use crate::intake::IntakeContext;
use crate::intake::door::{QuarantineReason, RawCall, StillUnusable, StoreError};
use crate::lookup::ConnectedScope;
use crate::tenant::{channels, keeps_no_texts};

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
        HookEvent::Typing(typing) => typing_reactions::typing(app, scope, &typing).await?,
        HookEvent::Reaction(reaction) => {
            typing_reactions::reaction(app, scope, &reaction, hex::encode(Sha256::digest(&call.body))).await?
        }
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
    Ok(())
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
