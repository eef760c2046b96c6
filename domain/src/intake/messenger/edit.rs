//! Edits and deletions of customers' messages, reactions to messages, and typing.

use anyhow::Context;
use base::error::{Error, Result};
use base::i18n::{Language, LocalizedText, Words};
use base::message::{Body, Content, Direction, Edited, LetterKind, Media, Past, Person, Reaction, Typing};
use chrono::TimeDelta;
use entity::{dedupe, message, source};
use queue::accept_batch::{AcceptItem, Conversation, DedupeKey, EventKind, ItemOutcome, NewLetter, NewMedia, Rewrite};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, DbErr, EntityTrait, QueryFilter};
use uuid::Uuid;

use super::message::{canonical, cleaned_content, conversation_identity, hash, of_content};
use crate::delivery::letters::crm_letter;
use crate::intake::door::store;
use crate::intake::{IntakeContext, believed};
use crate::lookup::MessageKey;
use crate::media::FileOwner;
use crate::source::window::{self, Window};

/// How often a change is retried after losing to a concurrent one.
const TRIES: usize = 5;
/// Earlier versions that a message keeps, and their bytes: each change reads and writes all of them.
const VERSIONS: usize = 20;
const VERSION_BYTES: usize = 256 * 1024;

/// A change of a message.
#[derive(Clone, Debug, PartialEq)]
pub enum MessageChange {
    /// New content, and when it was changed, by the messenger's clock in milliseconds since 1970.
    Says { content: Box<Content>, at: Option<i64> },
    /// The customer deleted it. amoCRM has no deletion (chats-api §3.4.6): its text is replaced by a note.
    Deleted,
}

/// Stores a change of a message received through this source; returns the message's id. It is delivered after
/// everything received before. A change without effect, or older than the one shown, stores nothing.
///
/// Errors: not found; a conflict for a message that came from amoCRM or was deleted.
pub async fn accept(
    app: &IntakeContext,
    source: &source::Model,
    about: &MessageKey,
    change: MessageChange,
) -> Result<Uuid> {
    for _ in 0..TRIES {
        let found = about.find(&app.store, source).await?.ok_or(Error::NotFound)?;
        if found.direction != Direction::ToCrm.number() {
            return Err(Error::Conflict {
                problem: "not_from_messenger",
                detail: LocalizedText::new("said-not-from-messenger"),
            });
        }
        let body: Body = serde_json::from_str(&found.body).context("the body of a stored message")?;
        let Some((body, edited, media)) = changed(app, source, &found, body, &change).await? else {
            return Ok(found.id);
        };
        let Some(edited) = edited else {
            if confirm(app, &found, &body).await? {
                return Ok(found.id);
            }
            continue;
        };
        let next = body.past.len() + usize::from(body.deleted);
        let number = unused_number(app, source, found.id, next).await?;
        // Numbers are used up by another call since the read, or by changes whose texts were erased since.
        if number != next && about.find(&app.store, source).await?.is_none_or(|now| now.body != found.body) {
            continue;
        }
        let entry = AcceptItem { media, ..entry_of(app, source, &found, &body, (&edited, number))? };
        match store(app, source, None, entry).await? {
            ItemOutcome::New { .. } | ItemOutcome::Duplicate { same: true, .. } => {
                let _ = app.changes.send(found.conversation_id);
                return Ok(found.id);
            }
            // Changed by another call between the read and the commit.
            ItemOutcome::Duplicate { same: false, .. } => {}
        }
    }
    Err(Error::not_storing())
}

/// Stores that what is shown is what a later edit says too, so that an edit made before it does not win. False if the
/// message was changed meanwhile.
async fn confirm(app: &IntakeContext, found: &message::Model, body: &Body) -> Result<bool> {
    let body = serde_json::to_string(body).context("a message body as JSON")?;
    let written = message::Entity::update_by_id((found.tenant_id, found.id))
        .col_expr(message::Column::Body, Expr::value(body))
        .filter(message::Column::Body.eq(found.body.as_str()))
        .exec(app.store.write())
        .await?;
    Ok(written.rows_affected > 0)
}

/// The body after the change, the edit for amoCRM unless it shows that already, and new files; none if nothing changes.
async fn changed(
    app: &IntakeContext,
    source: &source::Model,
    found: &message::Model,
    mut body: Body,
    change: &MessageChange,
) -> Result<Option<(Body, Option<Edited>, Vec<NewMedia>)>> {
    let now = app.clock.millis();
    match change {
        MessageChange::Deleted if body.deleted => Ok(None),
        MessageChange::Says { .. } if body.deleted => {
            Err(Error::Conflict { problem: "message_deleted", detail: LocalizedText::new("said-message-deleted") })
        }
        MessageChange::Deleted => {
            let content = in_place(&body.content, language_of(app, source).await?);
            body.deleted = true;
            Ok(Some((body, Some(Edited { content, at: now, deleted: true }), Vec::new())))
        }
        MessageChange::Says { at: Some(at), .. } if body.changed_at.is_some_and(|shown| *at < shown) => Ok(None),
        MessageChange::Says { content, at } => {
            let mut content = with_old_file(cleaned_content(content.as_ref().clone()), &body.content)?;
            if content == body.content {
                let is_later = *at > body.changed_at;
                body.changed_at = at.or(body.changed_at);
                return Ok(Some((body, None, Vec::new())).filter(|_| is_later));
            }
            let whose = FileOwner {
                tenant_id: source.tenant_id,
                source_id: source.id,
                direction: Direction::ToCrm,
                message_id: found.id,
            };
            let media = of_content(app, &whose, &mut content).await?;
            let before = std::mem::replace(&mut body.content, content.clone());
            body.past.push(Past { content: before, until: now });
            forget_middle(&mut body.past)?;
            body.changed_at = at.or(body.changed_at);
            Ok(Some((body, Some(Edited { content, at: now, deleted: false }), media)))
        }
    }
}

/// Keeps the original and the latest versions.
fn forget_middle(past: &mut Vec<Past>) -> anyhow::Result<()> {
    while past.len() > 2
        && (past.len() > VERSIONS || serde_json::to_string(past).context("versions as JSON")?.len() > VERSION_BYTES)
    {
        past.remove(1);
    }
    Ok(())
}

/// Content that names no file, or the same one, keeps the previous file if that is of its kind.
fn with_old_file(mut content: Content, before: &Content) -> Result<Content> {
    let old = before.media().filter(|_| content.kind() == before.kind());
    let same = |file: &Media| file.known_as.is_some() && old.is_some_and(|old| old.known_as == file.known_as);
    let none = |file: &Media| file.media_id.is_none() && file.media_url.is_empty() && file.reference.is_none();
    if let Some(file) = content.media_mut().filter(|file| none(file) || same(file)) {
        let Some(old) = old else {
            return Err(Error::field("/content/media_url", LocalizedText::new("said-media-needed")));
        };
        *file = Media { text: file.text.take(), ..old.clone() };
    }
    Ok(content)
}

/// The replacement text in amoCRM for a deleted message. A file stays there; only its caption changes.
fn in_place(content: &Content, language: Language) -> Content {
    let words = Words::new(language).text("message-deleted-by-customer").to_string();
    let mut content = content.clone();
    match content.media_mut() {
        Some(media) => {
            media.text = Some(words);
            content
        }
        None => Content::Text { text: words },
    }
}

async fn language_of(app: &IntakeContext, source: &source::Model) -> Result<Language> {
    let tenant = app.lookup.tenant(source.tenant_id).await.context("the source's account")?;
    Ok(tenant.map_or(Language::En, |tenant| crate::tenant::language(&app.integrations, &tenant)))
}

/// A change by its number: of two concurrent changes with the same number one fails and starts again.
fn change_id(message_id: Uuid, number: usize) -> String {
    format!("{message_id}:{number}")
}

/// The first unused number from `next` on. A body that keeps some of its versions, or lost them because its text was
/// erased, does not say how often it was changed: numbers are used without gaps, so few looks find the first unused one.
async fn unused_number(app: &IntakeContext, source: &source::Model, message_id: Uuid, next: usize) -> Result<usize> {
    let is_used = async |number: usize| {
        let key = (source.tenant_id, source.id, change_id(message_id, number), EventKind::Edit.number());
        Ok::<_, Error>(dedupe::Entity::find_by_id(key).one(app.store.read()).await?.is_some())
    };
    if !is_used(next).await? {
        return Ok(next);
    }
    let (mut used, mut unused) = (next, next + 1);
    while is_used(unused).await? {
        let step = 2 * (unused - next);
        (used, unused) = (unused, next + step);
    }
    while unused - used > 1 {
        let middle = used + (unused - used) / 2;
        if is_used(middle).await? { used = middle } else { unused = middle }
    }
    Ok(unused)
}

fn entry_of(
    app: &IntakeContext,
    source: &source::Model,
    found: &message::Model,
    body: &Body,
    (edited, number): (&Edited, usize),
) -> anyhow::Result<AcceptItem> {
    let now = app.clock.millis();
    let payload = serde_json::to_string(edited).context("an edit as JSON")?;
    let letter = crm_letter(&app.delivery, source.channel_id, source.id, found.id, LetterKind::Edit, payload);
    let key = DedupeKey { origin: source.id, external_id: change_id(found.id, number), event: EventKind::Edit };
    let conversation = Conversation::Known(found.conversation_id);
    Ok(AcceptItem {
        fingerprint: hash(&[edited.content.kind(), &canonical(&edited.content)]),
        rewrite: Some(Rewrite {
            message_id: found.id,
            body: serde_json::to_string(body).context("a message body as JSON")?,
        }),
        letters: vec![letter],
        ..AcceptItem::bare(key, app.clock.uuid_v7(), now, conversation)
    })
}

/// How long amoCRM shows that someone is typing (chats-api §3.7).
const TYPING: TimeDelta = TimeDelta::seconds(5);
/// Minimum interval between two typing events.
const TYPING_EVERY: TimeDelta = TimeDelta::seconds(3);

/// The customer is typing. Sent within seconds or never; repeats within three seconds count once.
pub async fn typing(app: &IntakeContext, source: &source::Model, conversation_id: &str, sender: Person) -> Result<()> {
    let known = app
        .lookup
        .conversation(source.tenant_id, conversation_identity(source, conversation_id))
        .await?
        .ok_or(Error::NotFound)?;
    let now = app.clock.millis();
    let typing = Typing { sender, until: now + TYPING.num_milliseconds() };
    let payload = serde_json::to_string(&typing).context("typing as JSON")?;
    let letter = crm_letter(&app.delivery, source.channel_id, source.id, Uuid::nil(), LetterKind::Typing, payload);
    let letter = NewLetter { expires_at: typing.until, ..letter };
    let key = DedupeKey {
        origin: source.id,
        external_id: format!("{}:{}", known.conversation_id, now.div_euclid(TYPING_EVERY.num_milliseconds())),
        event: EventKind::Typing,
    };
    send(app, source, key, known.conversation_id, letter).await
}

/// The customer reacts to a message, or removes the reaction (`emoji` none). `at`: when, in milliseconds since 1970, if the
/// messenger names it.
pub async fn reaction(
    app: &IntakeContext,
    source: &source::Model,
    about: &MessageKey,
    sender: Person,
    emoji: Option<String>,
    at: Option<i64>,
) -> Result<()> {
    let found = about.find(&app.store, source).await?.ok_or(Error::NotFound)?;
    // A messenger counts a reaction as a sign of the customer, its removal not.
    if emoji.is_some() {
        opens_window(app, source, found.conversation_id, at).await?;
    }
    let payload = serde_json::to_string(&Reaction { sender, emoji }).context("a reaction as JSON")?;
    let letter = crm_letter(&app.delivery, source.channel_id, source.id, found.id, LetterKind::Reaction, payload);
    let key = DedupeKey { origin: source.id, external_id: letter.id.to_string(), event: EventKind::Reaction };
    send(app, source, key, found.conversation_id, letter).await
}

/// A reaction lets the customer be answered freely, and is no message otherwise: they are as silent as before. `at`: as
/// reported, milliseconds since 1970.
pub(super) async fn opens_window(
    app: &IntakeContext,
    source: &source::Model,
    conversation_id: Uuid,
    at: Option<i64>,
) -> std::result::Result<(), DbErr> {
    let connector = app.connectors.get(&source.kind);
    let Some(window) = connector.and_then(|connector| Window::of(connector.as_ref(), source)) else { return Ok(()) };
    let until = window.until_after_reaction(believed(at, app.clock.millis()));
    window::grant(&app.sources, (source.tenant_id, conversation_id), until).await
}

async fn send(
    app: &IntakeContext,
    source: &source::Model,
    key: DedupeKey,
    conversation_id: Uuid,
    letter: NewLetter,
) -> Result<()> {
    let entry = AcceptItem::bare(key, app.clock.uuid_v7(), app.clock.millis(), Conversation::Known(conversation_id));
    store(app, source, None, AcceptItem { letters: vec![letter], ..entry }).await?;
    Ok(())
}
