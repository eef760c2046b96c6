//! Stores events from a messenger: each in its own commit, with repeats recognised.

use anyhow::Context;
use base::message::{LetterKind, Person, Reaction, Role};
use bytes::Bytes;
use connectors::incoming::{EditedMessage, InboundEvent, IncomingMessage, Reacted};
use queue::accept_batch::{AcceptItem, Conversation, DedupeKey, EventKind, RawHook};

use super::edit::{self, MessageChange};
use super::message::{self, Incoming};
use super::source::CalledSource;
use super::{
    buttons, conversations, early, greeting, groups, own_echo, reaction, status, status_up_to, typed_number, typing,
};
use crate::intake::clean;
use crate::intake::door::{QuarantineReason, StoreError, store};
use crate::lookup::{MessageKey, known_message};
use crate::source::line as lines;
use crate::template;

/// Stores all events. One that can never be stored is kept as bytes, so that it does not block the following ones.
/// `body`: the call's; none for what Parom asked for by itself.
pub(super) async fn take(line: &CalledSource, body: Option<Bytes>, all: Vec<InboundEvent>) -> Result<(), StoreError> {
    let mut raw = body.clone().filter(|_| !line.keeps_no_texts).map(|body| line.call(body).raw());
    for event in all {
        match one(line, event, &mut raw).await {
            Ok(()) => {}
            Err(StoreError::Permanent(why)) => match &body {
                Some(body) => line.call(body.clone()).quarantine(&line.app, why).await?,
                None => {
                    tracing::warn!(source.id = %line.source.id, reason = why.word(), "an event that a messenger was asked for was ignored");
                }
            },
            Err(retry) => return Err(retry),
        }
    }
    Ok(())
}

async fn one(line: &CalledSource, event: InboundEvent, raw: &mut Option<RawHook>) -> Result<(), StoreError> {
    match event.storable().ok_or(StoreError::Permanent(QuarantineReason::UnknownUpdate))? {
        InboundEvent::Wrote(written) => wrote(line, typed_number::resolved(line, *written).await?, raw).await,
        InboundEvent::Changed(changed) => change(line, *changed, raw).await,
        InboundEvent::TookBack { pieces } => took_back(line, &pieces).await,
        InboundEvent::Reacted(reacted) => react(line, *reacted).await,
        InboundEvent::Pressed(press) => buttons::take(line, *press, raw).await,
        InboundEvent::Began(began) => {
            conversations::open(line, &began.conversation_id, &began.customer, began.mark.as_deref()).await?;
            if began.greets {
                greeting::send(line, &began.conversation_id, &began.customer).await?;
            }
            Ok(())
        }
        InboundEvent::Titled { conversation_id, group } => {
            Ok(groups::set(&line.app, &line.source, &conversation_id, &group).await?)
        }
        InboundEvent::Reach { conversation_id, reachable, at } => {
            conversations::reach(line, &conversation_id, reachable, at).await
        }
        InboundEvent::WindowOpen { conversation_id, until } => {
            conversations::free_until(line, &conversation_id, until).await
        }
        InboundEvent::Template(state) => Ok(template::reported(&line.app.sources, &line.source, &state).await?),
        InboundEvent::AlsoKnown { id, also } => conversations::also_known(line, &id, &also).await,
        InboundEvent::Moved { from, to } => conversations::moved(line, &from, &to).await,
        InboundEvent::Learned { part, key, value } => {
            Ok(lines::learned(&line.app.sources, &line.source, part, &key, value).await?)
        }
        InboundEvent::Nothing(why) => {
            metrics::counter!("parom_ignored_total", "door" => line.connector.kind(), "reason" => why).increment(1);
            Ok(())
        }
        InboundEvent::Status(report) => about_ours(status::reported(&line.app, &line.source, *report).await),
        InboundEvent::StatusUpTo(report) => Ok(status_up_to::accept(&line.app, &line.source, *report).await?),
        InboundEvent::Typing { conversation_id, sender } => {
            about_ours(typing(&line.app, &line.source, &conversation_id, *sender).await)
        }
        InboundEvent::History(written) => history(line, *written).await,
        InboundEvent::LineTrouble { aspect, trouble } => {
            Ok(lines::reported_trouble(&line.app.sources, &line.source, aspect, trouble.as_ref()).await?)
        }
        InboundEvent::Unknown(_) => Err(StoreError::Permanent(QuarantineReason::UnknownUpdate)),
    }
}

/// A message of a customer, or one written to them outside amoCRM.
pub(super) async fn wrote(
    line: &CalledSource,
    written: IncomingMessage,
    raw: &mut Option<RawHook>,
) -> Result<(), StoreError> {
    if own_echo::is_ours(line, &written).await? {
        metrics::counter!("parom_ignored_total", "door" => line.connector.kind(), "reason" => "echo").increment(1);
        return Ok(());
    }
    if let Some(room) = &written.room {
        conversations::open(line, &written.conversation_id, room, None).await?;
        // A change of the title may not have been reported, and a topic's chat has its group's.
        if written.body.sender.role == Role::Client && written.body.sender.id != room.id {
            groups::set(&line.app, &line.source, &written.conversation_id, room).await?;
        }
    }
    let (external_id, conversation_id) = (written.external_id, written.conversation_id);
    let greets = written.body.sender.role == Role::Client && written.room.is_none() && !written.body.silent;
    let incoming = Incoming {
        external_id: external_id.clone(),
        conversation_id: conversation_id.clone(),
        group: None,
        sent_at: written.sent_at,
        body: written.body,
    };
    message::accept(&line.app, &line.source, incoming, raw.take()).await?;
    // Also after a repeat: the process may have died between the two.
    early::release(line, &external_id).await?;
    if greets {
        greeting::show(line, &conversation_id).await?;
    }
    Ok(())
}

/// A message from before the source was connected: without a lead and a notification, like those of an import.
async fn history(line: &CalledSource, mut written: IncomingMessage) -> Result<(), StoreError> {
    written.body.silent = true;
    wrote(line, written, &mut None).await
}

/// Messengers also report about what Parom does not know, e.g. messages sent from the customer's own phone.
fn about_ours<T>(done: base::error::Result<T>) -> Result<(), StoreError> {
    match done.map_err(StoreError::from) {
        Ok(_) | Err(StoreError::Permanent(QuarantineReason::Unknown | QuarantineReason::Conflict)) => Ok(()),
        Err(error) => Err(error),
    }
}

/// An edited message; an unknown one is stored as new.
async fn change(line: &CalledSource, mut changed: EditedMessage, raw: &mut Option<RawHook>) -> Result<(), StoreError> {
    if is_known(line, &changed.key, EventKind::Edit).await? {
        return Ok(());
    }
    let about = MessageKey::Theirs(changed.written.external_id.clone());
    let content = Box::new(changed.written.body.content.clone());
    let says = MessageChange::Says { content, at: changed.at };
    match edit::accept(&line.app, &line.source, &about, says).await.map_err(StoreError::from) {
        Ok(_) => {}
        Err(StoreError::Permanent(QuarantineReason::Unknown)) => {
            changed.written.body.changed_at = changed.at;
            wrote(line, changed.written, raw).await?;
        }
        // It was deleted meanwhile, or it is a message from amoCRM.
        Err(StoreError::Permanent(QuarantineReason::Conflict)) => {}
        Err(not) => return Err(not),
    }
    note(line, changed.key, EventKind::Edit).await
}

/// Messages from amoCRM cannot be deleted here.
async fn took_back(line: &CalledSource, pieces: &[String]) -> Result<(), StoreError> {
    let known = early::known_of(line, pieces).await?;
    if known.is_empty() {
        return early::wait(line, pieces, LetterKind::Edit, "").await;
    }
    for id in known {
        let about = MessageKey::Theirs(id);
        about_ours(edit::accept(&line.app, &line.source, &about, MessageChange::Deleted).await)?;
    }
    Ok(())
}

/// A reaction to an unknown message waits for it; one that a later reaction has overtaken is ignored.
async fn react(line: &CalledSource, reacted: Reacted) -> Result<(), StoreError> {
    if is_known(line, &reacted.key, EventKind::Reaction).await? {
        return Ok(());
    }
    if !early::is_latest(&line.app, &line.source, &reacted).await? {
        return note(line, reacted.key, EventKind::Reaction).await;
    }
    let sender = Person { avatar_reference: None, ..reacted.sender };
    let emoji = reacted.emoji.as_deref().map(clean);
    let about = MessageKey::Theirs(reacted.message.clone());
    let done = reaction(&line.app, &line.source, &about, sender.clone(), emoji.clone(), reacted.at).await;
    match done.map_err(StoreError::from) {
        Ok(()) => {}
        Err(StoreError::Permanent(QuarantineReason::Unknown)) => {
            if emoji.is_some() {
                conversations::heard(line, &sender.id, reacted.at).await?;
            }
            let payload = serde_json::to_string(&Reaction { sender, emoji }).context("a reaction as JSON")?;
            early::wait(line, std::slice::from_ref(&reacted.message), LetterKind::Reaction, &payload).await?;
        }
        Err(not) => return Err(not),
    }
    note(line, reacted.key, EventKind::Reaction).await
}

/// Whether this event is already stored.
pub(super) async fn is_known(line: &CalledSource, key: &str, event: EventKind) -> Result<bool, StoreError> {
    let found = known_message(&line.app.store, line.source.tenant_id, line.source.id, key, &[event]).await?;
    Ok(found.is_some())
}

/// Records that the event arrived.
pub(super) async fn note(line: &CalledSource, key: String, event: EventKind) -> Result<(), StoreError> {
    let key = DedupeKey { origin: line.source.id, external_id: clean(&key), event };
    let id = line.app.clock.uuid_v7();
    let entry = AcceptItem::bare(key, id, line.app.clock.millis(), Conversation::Known(uuid::Uuid::nil()));
    store(&line.app, line.source.tenant_id, None, entry).await?;
    Ok(())
}
