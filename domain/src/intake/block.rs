//! Blocking a customer: what they write is stored and not passed on. amoCRM shows once that they were blocked, and by whom, and
//! once that they no longer are.
//!
//! ```text
//! block ─▶ the chat and a job, in one commit ─▶ a silent line in the chat at amoCRM
//! a message ─▶ stored as seen, like that of a shadow; no automatic answer
//! more new chats within an hour than the source passes on ─▶ held in the same way, until a person releases or blocks them
//! ```

use std::sync::Arc;

use anyhow::Context;
use base::error::Result;
use base::message::{Body, Content, Direction, LetterKind, Person, Role, State};
use base::millis::HOUR;
use base::store::in_transaction;
use entity::{conversation, conversation_alias, job, message, source};
use queue::SeenMessage;
use queue::accept_batch::{AcceptItem, Conversation, DedupeKey, EventKind, NewMessage};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Select};
use serde::{Deserialize, Serialize};
use serde_json::json;
use uuid::Uuid;

use super::IntakeContext;
use super::door::store;
use super::enquiry::{ROUTES, begin_late};
use crate::delivery::letters::crm_letter;
use crate::delivery::read::{customer, first_id_at};
use crate::job::{NewJob, NextRun, hasten, schedule};
use crate::tenant;

/// The kind of the jobs that show it at amoCRM.
pub const KIND: &str = "block_lines";

/// What is shown.
#[derive(Debug, Serialize, Deserialize)]
struct BlockLine {
    is_blocked: bool,
    by: String,
    at: i64,
}

/// Blocks or unblocks the customer of a chat; false if they are already. Another process may need a minute to notice. What came
/// meanwhile stays as it was treated.
pub async fn set(app: &IntakeContext, chat: &conversation::Model, is_blocked: bool, by: &str) -> Result<bool> {
    use conversation::Column;
    if !is_blocked && chat.is_held() {
        return release_chat(app, chat).await;
    }
    let (tenant_id, now) = (chat.tenant_id, app.clock.millis());
    let (at, who) = if is_blocked { (now, by) } else { (0, "") };
    let changed = in_transaction(&app.store, async |tx| {
        let row = conversation::Entity::update_by_id((tenant_id, chat.id))
            .col_expr(Column::BlockedAt, Expr::value(at))
            .col_expr(Column::BlockedBy, Expr::value(who));
        // A chat that is held can be blocked.
        let row = if is_blocked { row.filter(Column::BlockedBy.eq("")) } else { row.filter(Column::BlockedAt.ne(0)) };
        if row.exec(tx).await?.rows_affected == 0 {
            return Ok(false);
        }
        let line = json!(BlockLine { is_blocked, by: by.to_owned(), at: now });
        schedule(tx, now, NewJob { payload: line, ..NewJob::new(tenant_id, KIND, chat.id, now) }).await?;
        // An enquiry that waits ends with it.
        hasten(tx, now, tenant_id, ROUTES, &chat.id.to_string()).await?;
        Ok::<_, DbErr>(true)
    });
    let changed = changed.await?;
    forget(app, chat).await?;
    let _ = app.changes.send(chat.id);
    Ok(changed)
}

/// [`set`] for all chats of a chat's customer; returns how many changed.
pub async fn set_all(app: &IntakeContext, chat: &conversation::Model, is_blocked: bool, by: &str) -> Result<usize> {
    let mut changed = 0;
    for one in customer::chats(app.store.read(), chat, customer::MOST).await? {
        changed += usize::from(set(app, &one, is_blocked, by).await?);
    }
    Ok(changed)
}

/// What is cached of a chat is read again.
async fn forget(app: &IntakeContext, chat: &conversation::Model) -> Result<(), DbErr> {
    let aliases = conversation_alias::Entity::of_tenant(chat.tenant_id)
        .filter(conversation_alias::Column::ConversationId.eq(chat.id))
        .all(app.store.read())
        .await?;
    for alias in aliases {
        app.lookup.forget_alias(alias.tenant_id, alias.side, alias.origin, &alias.external_id).await;
    }
    Ok(())
}

/// An attempt to show it. Safe to repeat: the line has a key. A chat that amoCRM does not know shows nothing.
pub async fn show(app: Arc<IntakeContext>, job: job::Model) -> anyhow::Result<NextRun> {
    let line: BlockLine = serde_json::from_str(&job.payload)?;
    let id = job.key.parse::<Uuid>()?;
    let found = conversation::Entity::find_by_id((job.tenant_id, id)).one(app.store.read()).await?;
    let Some(chat) = found.filter(|chat| !chat.amocrm_chat_id.is_empty()) else { return Ok(NextRun::Never) };
    let (source, tenant) = (app.lookup.source(chat.source_id).await?, app.lookup.tenant(job.tenant_id).await?);
    let (Some(source), Some(tenant)) = (source, tenant) else { return Ok(NextRun::Never) };
    let words = tenant::words(&app.integrations, &tenant);
    let key = if line.is_blocked { "crm-chat-blocked" } else { "crm-chat-unblocked" };
    let text = words.text(key).with("who", line.by.as_str()).to_string().replace('\u{a0}', " ");
    let customer: Person = serde_json::from_str(&chat.contact).context("a conversation's contact is damaged")?;
    let sender = Person { role: Role::Client, ..customer };
    let body = Body { silent: true, ..Body::new(sender, Content::Text { text }) };
    let (message_id, external_id) = (app.clock.uuid_v7(), format!("block:{}:{}:{}", chat.id, line.is_blocked, line.at));
    let message = NewMessage {
        source_id: source.id,
        direction: Direction::ToCrm,
        state: State::Queued,
        external_id: external_id.clone(),
        amocrm_message_id: String::new(),
        body: serde_json::to_string(&body).context("a message body as JSON")?,
        failure: None,
        sent_at: line.at,
    };
    let kind = LetterKind::Message;
    let letter = crm_letter(&app.delivery, source.channel_id, source.id, message_id, kind, String::new());
    let key = DedupeKey { origin: source.id, external_id, event: EventKind::Message };
    let bare = AcceptItem::bare(key, message_id, app.clock.millis(), Conversation::Known(chat.id));
    let entry = AcceptItem { message: Some(message), letters: vec![letter], ..bare };
    store(&app, &source, None, entry).await.map_err(|error| anyhow::anyhow!("{error}"))?;
    Ok(NextRun::Never)
}

// New chats above the pace of their source.

/// The kind of the jobs that release chats.
pub const RELEASE: &str = "held_chats";
/// Chats released by one attempt, and messages of each at a time.
const CHATS: u64 = 50;
const MESSAGES: u64 = 200;

/// Whether the source passes on no further new chats within this hour.
pub(super) async fn is_over_pace(app: &IntakeContext, source: &source::Model) -> Result<bool, DbErr> {
    let Some(last) = u64::try_from(source.new_chats_per_hour).ok().and_then(|most| most.checked_sub(1)) else {
        return Ok(false);
    };
    let new = conversation::Entity::of_tenant(source.tenant_id)
        .filter(conversation::Column::SourceId.eq(source.id))
        .filter(conversation::Column::Id.gte(first_id_at(app.clock.millis() - HOUR)))
        .order_by_asc(conversation::Column::Id)
        .offset(last);
    Ok(new.one(app.store.read()).await?.is_some())
}

/// The held chats of a source, the newest first.
pub fn held(tenant_id: Uuid, source_id: Uuid) -> Select<conversation::Entity> {
    conversation::Entity::blocked(tenant_id)
        .filter(conversation::Column::BlockedBy.eq(""))
        .filter(conversation::Column::SourceId.eq(source_id))
        .order_by_desc(conversation::Column::Id)
}

/// Blocks the held chats of a source up to this one; returns how many.
pub async fn block_held(
    db: &impl ConnectionTrait,
    (tenant_id, source_id): (Uuid, Uuid),
    until: Uuid,
    by: &str,
) -> Result<u64, DbErr> {
    let done = conversation::Entity::update_of(tenant_id)
        .col_expr(conversation::Column::BlockedBy, Expr::value(by))
        .filter(conversation::Column::BlockedAt.gt(0))
        .filter(conversation::Column::BlockedBy.eq(""))
        .filter(conversation::Column::SourceId.eq(source_id))
        .filter(conversation::Column::Id.lte(until))
        .exec(db)
        .await?;
    Ok(done.rows_affected)
}

/// Schedules that the held chats of a source up to this one are passed on, with what was stored of them.
pub async fn release_held(
    db: &impl ConnectionTrait,
    now: i64,
    (tenant_id, source_id): (Uuid, Uuid),
    until: Uuid,
) -> Result<(), DbErr> {
    schedule(db, now, NewJob { payload: json!(until), ..NewJob::new(tenant_id, RELEASE, source_id, now) }).await
}

/// An attempt. Safe to repeat: what is passed on already stays as it is.
pub async fn release(app: Arc<IntakeContext>, job: job::Model) -> anyhow::Result<NextRun> {
    let (source_id, until) = (job.key.parse::<Uuid>()?, serde_json::from_str::<Uuid>(&job.payload)?);
    let chats = held(job.tenant_id, source_id)
        .filter(conversation::Column::Id.lte(until))
        .limit(CHATS)
        .all(app.store.read())
        .await?;
    for chat in &chats {
        release_chat(&app, chat).await.map_err(|error| anyhow::anyhow!("{error}"))?;
    }
    Ok(if chats.is_empty() { NextRun::Never } else { NextRun::At(app.clock.millis()) })
}

/// Passes a held chat on; false if it is none.
async fn release_chat(app: &IntakeContext, chat: &conversation::Model) -> Result<bool> {
    let Some(source) = app.lookup.source(chat.source_id).await? else { return Ok(false) };
    let kept = || {
        message::Entity::of_tenant(chat.tenant_id)
            .filter(message::Column::ConversationId.eq(chat.id))
            .filter(message::Column::State.eq(State::Shadow.number()))
            .order_by_asc(message::Column::Id)
            .limit(MESSAGES)
    };
    // From here on messages are passed on; those before come first.
    loop {
        let rows = kept().all(app.store.write()).await?;
        if rows.is_empty() {
            break;
        }
        begin_late(app, chat.tenant_id, &rows, |_| true).await?;
        send(app, &source, &rows).await?;
    }
    let row = conversation::Entity::update_by_id((chat.tenant_id, chat.id))
        .col_expr(conversation::Column::BlockedAt, Expr::value(0_i64))
        .filter(conversation::Column::BlockedAt.gt(0))
        .filter(conversation::Column::BlockedBy.eq(""));
    let released = row.exec(app.store.write()).await?.rows_affected > 0;
    forget(app, chat).await?;
    // What came between the two.
    let rows = kept().all(app.store.write()).await?;
    send(app, &source, &rows).await?;
    let _ = app.changes.send(chat.id);
    Ok(released)
}

/// Passes on a message that was held although its chat is not.
pub(super) async fn pass_on(app: &IntakeContext, source: &source::Model, id: Uuid) -> Result<()> {
    let row = message::Entity::find_by_id((source.tenant_id, id)).one(app.store.write()).await?;
    send(app, source, row.as_slice()).await
}

async fn send(app: &IntakeContext, source: &source::Model, rows: &[message::Model]) -> Result<()> {
    let letters = rows.iter().map(|row| {
        let mut body: Body = serde_json::from_str(&row.body).context("the body of a stored message")?;
        body.blocked = false;
        let (kind, id) = (LetterKind::Message, row.id);
        let letter = crm_letter(&app.delivery, source.channel_id, source.id, id, kind, String::new());
        Ok(SeenMessage { conversation_id: row.conversation_id, body: serde_json::to_string(&body)?, letter })
    });
    let letters = letters.collect::<anyhow::Result<Vec<_>>>()?;
    app.queue.send_seen(source.tenant_id, &letters).await?;
    Ok(())
}
