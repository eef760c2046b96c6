//! Stores events from a messenger: each in its own commit, with repeats recognised.
//!
//! A source's bot greets each customer who starts a conversation once.
//!
//! ```text
//! start ─▶ to the customer, at once
//! the customer's first message ─▶ to amoCRM, then the greeting with its own time, which places it above
//! ```
//!
//! People who only look at a bot create nothing in amoCRM: a chat begins there when its customer writes.

use anyhow::Context;
use base::message::{Body, Content, Direction, LetterKind, Person, Reaction, Role, State};
use bytes::Bytes;
use chrono::TimeDelta;
use connectors::incoming::{ButtonPress, ButtonText, EditedMessage, InboundEvent, IncomingMessage, Reacted};
use entity::message;
use queue::accept_batch::{AcceptItem, Conversation, DedupeKey, EventKind, NewMessage, RawHook};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use uuid::Uuid;

use super::edit::{self, MessageChange};
use super::message::{Incoming, accept, cleaned_person, is_blocked, set_group};
use super::source::CalledSource;
use super::{conversations, early, reaction, status, typing};
use crate::delivery::letters::{crm_letter, messenger_letter};
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
        InboundEvent::Wrote(written) => wrote(line, conversations::resolve_number(line, *written).await?, raw).await,
        InboundEvent::Changed(changed) => change(line, *changed, raw).await,
        InboundEvent::TookBack { pieces } => took_back(line, &pieces).await,
        InboundEvent::Reacted(reacted) => react(line, *reacted).await,
        InboundEvent::Pressed(press) => take_press(line, *press, raw).await,
        InboundEvent::Began(began) => {
            conversations::open(line, &began.conversation_id, &began.customer, began.mark.as_deref()).await?;
            if began.greets && !line.source.is_shadow() {
                send_greeting(line, &began.conversation_id, &began.customer).await?;
            }
            Ok(())
        }
        InboundEvent::Titled { conversation_id, group } => {
            Ok(set_group(&line.app, &line.source, &conversation_id, &group).await?)
        }
        InboundEvent::Reach { conversation_id, reachable, at } => {
            conversations::reach(line, &conversation_id, reachable, at).await
        }
        InboundEvent::WindowOpen { conversation_id, until } => {
            conversations::free_until(line, &conversation_id, until).await
        }
        InboundEvent::Template(state) => Ok(template::reported(&line.app.sources, &line.source, &state).await?),
        InboundEvent::AlsoKnown { id, also } => conversations::also_known(line, &id, &also).await,
        InboundEvent::HasNumber { id, number, before } => {
            conversations::has_number(line, &id, &number, before.as_deref()).await
        }
        InboundEvent::Moved { from, to } => conversations::move_dialogue(line, &from, &to).await,
        InboundEvent::Learned { part, key, value } => {
            Ok(lines::learned(&line.app.sources, &line.source, part, &key, value).await?)
        }
        InboundEvent::Nothing(why) => {
            metrics::counter!("parom_ignored_total", "door" => line.connector.kind(), "reason" => why).increment(1);
            Ok(())
        }
        InboundEvent::Status(report) => about_ours(status::reported(&line.app, &line.source, *report).await),
        InboundEvent::StatusUpTo(report) => Ok(status::accept_up_to(&line.app, &line.source, *report).await?),
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
    if conversations::is_ours(line, &written).await? {
        metrics::counter!("parom_ignored_total", "door" => line.connector.kind(), "reason" => "echo").increment(1);
        return Ok(());
    }
    if let Some(room) = &written.room {
        conversations::open(line, &written.conversation_id, room, None).await?;
        // A change of the title may not have been reported, and a topic's chat has its group's.
        if written.body.sender.role == Role::Client && written.body.sender.id != room.id {
            set_group(&line.app, &line.source, &written.conversation_id, room).await?;
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
        wants_answer: written.room.is_none(),
    };
    accept(&line.app, &line.source, incoming, raw.take()).await?;
    // Also after a repeat: the process may have died between the two.
    early::release(line, &external_id).await?;
    if greets && !is_blocked(&line.app, &line.source, &conversation_id).await? {
        show_greeting(line, &conversation_id).await?;
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
                conversations::reacted(line, &sender.id, reacted.at).await?;
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
    store(&line.app, &line.source, None, entry).await?;
    Ok(())
}

/// Presses of one button within this time count once.
const ONE_PRESS: TimeDelta = TimeDelta::seconds(3);

/// Stores a press as a message; afterwards it is acknowledged to the messenger.
async fn take_press(line: &CalledSource, pressed: ButtonPress, raw: &mut Option<RawHook>) -> Result<(), StoreError> {
    let acknowledge = pressed.acknowledge.clone();
    if !is_repeat(line, &pressed).await? {
        let chosen = button_text(line, &pressed).await?;
        let key = press_key(&pressed, second(line));
        let mut written = pressed.written;
        written.body.callback_data = chosen.callback_data;
        written.body.content = Content::Text { text: chosen.text };
        wrote(line, written, raw).await?;
        note(line, key, EventKind::Pressed).await?;
    }
    if line.source.is_shadow() {
        return Ok(());
    }
    let (connector, settings) = (line.connector.clone(), line.settings.clone());
    base::supervisor::detach("button", async move { connector.acknowledge(&settings, &acknowledge).await });
    Ok(())
}

/// The button's text: from its message, else as the messenger reported it.
async fn button_text(line: &CalledSource, pressed: &ButtonPress) -> Result<ButtonText, StoreError> {
    if let Some(id) = pressed.message_id {
        let found = message::Entity::find_by_id((line.source.tenant_id, id))
            .filter(message::Column::SourceId.eq(line.source.id))
            .one(line.app.store.read())
            .await?;
        let body = found.and_then(|found| serde_json::from_str::<Body>(&found.body).ok());
        let markup = body.and_then(|body| body.markup);
        if let Some(chosen) = markup.and_then(|markup| line.connector.choice(&pressed.data, &markup)) {
            return Ok(chosen);
        }
    }
    let label = match &pressed.written.body.content {
        Content::Text { text } if !text.trim().is_empty() => text.clone(),
        _ => line.words.text("incoming-button").to_string(),
    };
    Ok(ButtonText { text: label, callback_data: None })
}

/// Whether the same button was pressed a moment ago. A repeated delivery of the same press is recognised by its own
/// id.
async fn is_repeat(line: &CalledSource, pressed: &ButtonPress) -> Result<bool, StoreError> {
    if is_known(line, &pressed.written.external_id, EventKind::Message).await? {
        return Ok(true);
    }
    let now = second(line);
    for second in now - ONE_PRESS.num_seconds() + 1..=now {
        if is_known(line, &press_key(pressed, second), EventKind::Pressed).await? {
            return Ok(true);
        }
    }
    Ok(false)
}

fn second(line: &CalledSource) -> i64 {
    line.app.clock.millis().div_euclid(1000)
}

/// Identifies conversation, person, button and second.
fn press_key(pressed: &ButtonPress, second: i64) -> String {
    let written = &pressed.written;
    clean(&format!("{}:{}:{}:{second}", written.conversation_id, written.body.sender.id, pressed.data))
}

/// Sends the greeting, if the source has one and this conversation has not had it.
async fn send_greeting(line: &CalledSource, conversation_id: &str, customer: &Person) -> Result<(), StoreError> {
    let (app, source) = (&line.app, &line.source);
    let Some(greeting) = line.connector.greeting(&line.settings, line.words) else { return Ok(()) };
    let Some(known) = conversations::find(line, conversation_id).await? else { return Ok(()) };
    let customer = cleaned_person(Person { avatar_reference: None, ..customer.clone() });
    let text = greeting.text.replace("{name}", customer.name.as_deref().unwrap_or_default());
    let bot = Person { id: "greeting".to_owned(), role: Role::Bot, ..Person::default() };
    let body = Body {
        receiver: Some(customer),
        ask_phone: greeting.ask_phone,
        ..Body::new(bot, Content::Text { text: clean(&text) })
    };
    let (id, now) = (app.clock.uuid_v7(), app.clock.millis());
    let message = NewMessage {
        source_id: source.id,
        direction: Direction::ToMessenger,
        state: State::Queued,
        external_id: String::new(),
        amocrm_message_id: String::new(),
        body: serde_json::to_string(&body).context("a message body as JSON")?,
        failure: None,
        sent_at: now,
    };
    let letter = messenger_letter(&app.delivery, source, id, LetterKind::Message, String::new());
    let bare = AcceptItem::bare(key(line, conversation_id, EventKind::Sent), id, now, Conversation::Known(known));
    store(app, source, None, AcceptItem { message: Some(message), letters: vec![letter], ..bare }).await?;
    Ok(())
}

/// Sends the greeting to amoCRM, once its customer has written there. A channel without a bot cannot show it.
async fn show_greeting(line: &CalledSource, conversation_id: &str) -> Result<(), StoreError> {
    let (app, source) = (&line.app, &line.source);
    let has_bot =
        app.integrations.channel(&source.channel_id.to_string()).is_some_and(|(_, channel)| channel.bot.is_some());
    if !has_bot || line.connector.greeting(&line.settings, line.words).is_none() {
        return Ok(());
    }
    let shown = key(line, conversation_id, EventKind::Message);
    if is_known(line, &shown.external_id, EventKind::Message).await? {
        return Ok(());
    }
    let Some(sent) = sent_greeting(line, &shown.external_id).await? else { return Ok(()) };
    let (id, now) = (app.clock.uuid_v7(), app.clock.millis());
    let message = NewMessage {
        source_id: source.id,
        direction: Direction::ToCrm,
        state: State::Queued,
        external_id: shown.external_id.clone(),
        amocrm_message_id: String::new(),
        body: sent.body,
        failure: None,
        sent_at: sent.sent_at,
    };
    let letter = crm_letter(&app.delivery, source.channel_id, source.id, id, LetterKind::Message, String::new());
    let bare = AcceptItem::bare(shown, id, now, Conversation::Known(sent.conversation_id));
    store(app, source, None, AcceptItem { message: Some(message), letters: vec![letter], ..bare }).await?;
    Ok(())
}

/// One greeting per conversation, and one copy of it in amoCRM.
fn key(line: &CalledSource, conversation_id: &str, event: EventKind) -> DedupeKey {
    DedupeKey { origin: line.source.id, external_id: format!("greeting:{conversation_id}"), event }
}

/// The greeting that this conversation had.
async fn sent_greeting(line: &CalledSource, key: &str) -> Result<Option<message::Model>, StoreError> {
    let (store, tenant_id) = (&line.app.store, line.source.tenant_id);
    let Some(id) = known_message(store, tenant_id, line.source.id, key, &[EventKind::Sent]).await? else {
        return Ok(None);
    };
    Ok(of_id(line, tenant_id, id).await?)
}

async fn of_id(line: &CalledSource, tenant_id: Uuid, id: Uuid) -> Result<Option<message::Model>, sea_orm::DbErr> {
    message::Entity::find_by_id((tenant_id, id)).one(line.app.store.read()).await
}
