//! The vendor's bot: links chats by a code that the panel shows, sends notices there, and ends what a chat no longer
//! takes.
//!
//! ```text
//! panel: code (15 minutes) ─▶ person: /start CODE ─▶ poll ─▶ linked ─▶ notices
//!                                                     /stop, blocked, removed ─▶ off, and the panel says why
//! ```

use std::sync::Arc;

use base::i18n::{Language, Words};
use base::rate_limit::Budget;
use base::store::VENDOR;
use base::vault::hash;
use chrono::TimeDelta;
use connectors::telegram::notice_bot::{ChatEvent, NotSent, NoticeBot, NoticeChat};
use entity::alert_chat::{self, Column};
use entity::{job, person};
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, IntoActiveModel, PaginatorTrait, QueryFilter};
use serde_json::json;
use uuid::Uuid;

use super::notice::{NoticeTexts, SendOutcome};
use super::readers::Reader;
use crate::alert_notices::AlertNoticeContext;
use crate::audit::{Actor, By};
use crate::job::{NewJob, NextRun, schedule_by};

/// How long a code is valid, in milliseconds.
pub const CODE_LIVES: TimeDelta = TimeDelta::minutes(15);
/// Characters of a code: no look-alikes, as some people type it.
const SIGNS: &[u8] = b"abcdefghjkmnpqrstuvwxyz23456789";
const CODE_SIGNS: usize = 12;
/// Interval between polls while a code waits for its chat, and otherwise.
const SOON: TimeDelta = TimeDelta::seconds(2);
const SELDOM: TimeDelta = TimeDelta::minutes(1);
/// Pages of updates of one poll, so that it ends within its claim.
const PAGES: usize = 5;
/// What one chat may send: strangers can write to the bot, and answers to them use up what the bot may send in all.
const CHAT: Budget = Budget { at_once: 5, each: 12_000 };

/// The kind's name.
pub const KIND: &str = "alert_bot";

/// Polls the bot, once for all processes.
pub async fn look(app: Arc<AlertNoticeContext>, _job: job::Model) -> anyhow::Result<NextRun> {
    let app = &app;
    let pause = if awaits_code(app).await? { SOON } else { SELDOM };
    let next = app.clock.millis() + pause.num_milliseconds();
    Box::pin(poll(app)).await?;
    Ok(NextRun::At(next))
}

async fn awaits_code(app: &AlertNoticeContext) -> Result<bool, DbErr> {
    let waits = alert_chat::Entity::of_tenant(VENDOR)
        .filter(Column::Code.ne(""))
        .filter(Column::CodeUntil.gt(app.clock.millis()));
    Ok(waits.count(app.store.read()).await? > 0)
}

/// Handles what people wrote to the bot.
pub async fn poll(app: &AlertNoticeContext) -> anyhow::Result<()> {
    let Some(bot) = &app.bot else { return Ok(()) };
    let mut offset = 0;
    // The call after the last page confirms it, so that no process handles it again. What that call returns beyond the
    // limit is not confirmed and comes again at the next poll.
    for _ in 0..PAGES {
        let Some((events, next)) = bot.updates(offset).await.map_err(anyhow::Error::msg)? else { return Ok(()) };
        offset = next;
        for event in events {
            let has_answer = !matches!(event, ChatEvent::Left(_));
            if has_answer && app.bot_chats.take(event.chat().id, CHAT, app.clock.millis()).await.is_err() {
                continue;
            }
            if let Err(error) = happened(app, bot, event).await {
                tracing::error!(
                    error = format!("{error:#}"),
                    "what a person wrote to the bot for alerts could not be stored"
                );
            }
        }
    }
    bot.updates(offset).await.map(drop).map_err(anyhow::Error::msg)
}

async fn happened(app: &AlertNoticeContext, bot: &NoticeBot, event: ChatEvent) -> anyhow::Result<()> {
    match event {
        ChatEvent::Start { chat, code } => {
            let said = match link(app, &chat, &code).await? {
                Some(words) => words.text("alert-chat-linked").to_string(),
                None => of_chat(&chat).text("alert-chat-how").with("url", app.public_url()).to_string(),
            };
            reply(bot, &chat, &said).await;
        }
        ChatEvent::Stop(chat) => {
            off(app, chat.id, "alerts-chat-stopped").await?;
            reply(bot, &chat, &of_chat(&chat).text("alert-chat-stopped").to_string()).await;
        }
        ChatEvent::Left(chat) => off(app, chat.id, "alerts-chat-blocked").await?,
        ChatEvent::Other(chat) => {
            let said = of_chat(&chat).text("alert-chat-how").with("url", app.public_url()).to_string();
            reply(bot, &chat, &said).await;
        }
    }
    Ok(())
}

/// Words in the language that the messenger reports of the writer.
fn of_chat(chat: &NoticeChat) -> Words {
    Words::new(Language::preferred(&chat.language))
}

async fn reply(bot: &NoticeBot, chat: &NoticeChat, text: &str) {
    if let Err(failed) = bot.tell(chat.id, text, None).await {
        tracing::warn!(reason = ?failed, "the bot for alerts could not answer");
    }
}

/// A new code for a person; the bot's name comes with it. An earlier link stays until the code is used.
pub async fn new_code(
    app: &AlertNoticeContext,
    (asked_in_id, person_id): (Uuid, Uuid),
    bot: &str,
) -> Result<String, DbErr> {
    let code: String = (0..CODE_SIGNS).map(|_| char::from(SIGNS[rand::random_range(0..SIGNS.len())])).collect();
    let row = alert_chat::Model {
        tenant_id: VENDOR,
        person_id,
        asked_in_id,
        chat_id: 0,
        title: String::new(),
        bot: bot.to_owned(),
        code: hash(&code),
        code_until: app.clock.millis() + CODE_LIVES.num_milliseconds(),
        linked_at: 0,
        trouble: String::new(),
    };
    let known = OnConflict::columns([Column::TenantId, Column::PersonId])
        .update_columns([Column::AskedInId, Column::Bot, Column::Code, Column::CodeUntil])
        .to_owned();
    alert_chat::Entity::insert(row.into_active_model())
        .on_conflict(known)
        .exec_without_returning(app.store.write())
        .await?;
    let now = app.clock.millis();
    schedule_by(app.store.write(), now, NewJob::new(VENDOR, KIND, "", now)).await?;
    Ok(code)
}

/// Links the chat to the person who was shown the code, and returns the words of their language; none if the code is
/// unknown or too old.
async fn link(app: &AlertNoticeContext, chat: &NoticeChat, code: &str) -> anyhow::Result<Option<Words>> {
    let now = app.clock.millis();
    let waits = alert_chat::Entity::of_tenant(VENDOR)
        .filter(Column::Code.eq(hash(&code.to_lowercase())))
        .filter(Column::CodeUntil.gt(now));
    let Some(row) = waits.one(app.store.write()).await? else { return Ok(None) };
    let linked = alert_chat::Entity::update_of(VENDOR)
        .col_expr(Column::ChatId, Expr::value(chat.id))
        .col_expr(Column::Title, Expr::value(chat.title.as_str()))
        .col_expr(Column::Code, Expr::value(""))
        .col_expr(Column::LinkedAt, Expr::value(now))
        .col_expr(Column::Trouble, Expr::value(""))
        .filter(Column::PersonId.eq(row.person_id))
        .filter(Column::Code.eq(row.code.as_str()))
        .exec(app.store.write())
        .await?;
    if linked.rows_affected == 0 {
        return Ok(None);
    }
    let found = person::Entity::find_by_id((VENDOR, row.person_id));
    let person = found.one(app.store.read()).await?;
    let language = person.as_ref().and_then(|person| Language::of_code(&person.language)).unwrap_or(Language::En);
    let name = person.map(|person| if person.name.is_empty() { person.email } else { person.name }).unwrap_or_default();
    let (object, detail) = (row.person_id.to_string(), json!({ "chat": chat.title }));
    let by = By::from(Actor::Member { person_id: row.person_id, name });
    by.did(app, app.store.write(), "alert.chat_linked", (row.asked_in_id, &object), detail).await?;
    Ok(Some(Words::new(language)))
}

/// Ends the link of a person. False if there was none.
pub async fn unlink(db: &impl ConnectionTrait, person_id: Uuid) -> Result<bool, DbErr> {
    let gone = alert_chat::Entity::delete_of(VENDOR).filter(Column::PersonId.eq(person_id)).exec(db).await?;
    Ok(gone.rows_affected > 0)
}

/// Nothing is sent to a chat any more; the panel says why.
async fn off(app: &AlertNoticeContext, chat_id: i64, trouble: &str) -> Result<(), DbErr> {
    alert_chat::Entity::update_of(VENDOR)
        .col_expr(Column::Trouble, Expr::value(trouble))
        .filter(Column::ChatId.eq(chat_id))
        .exec(app.store.write())
        .await?;
    Ok(())
}

/// Sends a notice to a person's chat.
pub(super) async fn send(
    app: &AlertNoticeContext,
    reader: &Reader,
    notice: &NoticeTexts,
) -> anyhow::Result<SendOutcome> {
    let Some(bot) = &app.bot else { return Ok(SendOutcome::Never("the vendor has no bot any more".to_owned())) };
    let Some(chat_id) = reader.open_chat() else { return Ok(SendOutcome::Never("no chat is linked".to_owned())) };
    match bot.tell(chat_id, &notice.message(), notice.button()).await {
        Ok(()) => Ok(SendOutcome::Yes),
        Err(NotSent::Gone) => {
            off(app, chat_id, "alerts-chat-blocked").await?;
            Ok(SendOutcome::Never("the chat takes no messages of the bot any more".to_owned()))
        }
        Err(NotSent::Moved(moved_to)) => {
            alert_chat::Entity::update_of(VENDOR)
                .col_expr(Column::ChatId, Expr::value(moved_to))
                .filter(Column::ChatId.eq(chat_id))
                .exec(app.store.write())
                .await?;
            Ok(SendOutcome::Later("the group has another id now".to_owned()))
        }
        Err(NotSent::Later(reason)) => Ok(SendOutcome::Later(reason)),
    }
}
