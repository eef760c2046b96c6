//! Works on one due row: sends the letter that asks to confirm the address, or the answers that were not read.
//!
//! ```text
//! unconfirmed: the letter with the link, once ─▶ a day later still unconfirmed: the row is deleted
//! confirmed:   nothing unread ─▶ not due until a manager answers · the visitor is here ─▶ a minute later
//!              unread for the chat's minutes ─▶ recorded as sent ─▶ SMTP ─▶ refused for now: recorded back, 1, 5, 15 … minutes
//! ```
//!
//! A letter is recorded before it is sent: a process that dies in between loses it and never repeats it. The chat has
//! the answers in any case.

use std::sync::Arc;

use anyhow::Context;
use base::due;
use base::i18n::{Language, Words};
use chrono::TimeDelta;
use connectors::webchat::WebChatSettings;
use domain::identity::email_limits;
use domain::identity::mail::{self, Email};
use domain::tenant as tenants;
use entity::chat_email::{self, Column};
use entity::{conversation, message, source};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, DbErr, EntityTrait, QueryFilter};

use crate::webchat::WebchatContext;
use crate::webchat::emails::{self, BACK_DAYS, TokenPurpose, after, link};
use crate::webchat::history::{self, MessageView};

/// How long a process owns a row.
const CLAIMED: TimeDelta = TimeDelta::minutes(2);
/// Until the row of a visitor who is here is looked at again.
const HERE: TimeDelta = TimeDelta::minutes(1);
/// Minutes before the second, third, … attempt.
const BACK_OFF: [i64; 7] = [1, 5, 15, 30, 60, 120, 240];
/// Attempts to send a letter: about a day.
const MOST_TRIES: i32 = 10;

/// What became of a row.
#[derive(Debug)]
enum Outcome {
    Sent,
    /// Nothing to send; look again then.
    At(i64),
    /// Nothing to send until a manager answers.
    Idle,
    /// The SMTP server failed: the letter was not sent and is tried again. Why, for the log.
    Later(String),
    /// Delete the row; why, for the log.
    Gone(&'static str),
    /// Another process or a person changed the row.
    Changed,
}

/// False if nothing was sent, or if another process does it.
pub(super) async fn one(app: &Arc<WebchatContext>, row: chat_email::Model) -> Result<bool, DbErr> {
    let until = app.clock.millis() + CLAIMED.num_milliseconds();
    if !due::claim(&app.store, &row, Column::NextAt, until).await? {
        return Ok(false);
    }
    let row = chat_email::Model { next_at: Some(until), ..row };
    let outcome = match work(app, &row).await {
        Ok(outcome) => outcome,
        Err(error) => Outcome::Later(format!("{error:#}")),
    };
    let now = app.clock.millis();
    match outcome {
        Outcome::Sent => {
            let next = if row.confirmed_at > 0 { now + pause(app, &row).await } else { emails::expires_at(&row) };
            let sent = due::as_seen(&row, Column::NextAt)
                .col_expr(Column::NextAt, Expr::value(Some(next)))
                .col_expr(Column::Tries, Expr::value(0_i32));
            due::update_one(&app.store, sent).await?;
            return Ok(true);
        }
        Outcome::At(next) => {
            due::claim(&app.store, &row, Column::NextAt, next).await?;
        }
        Outcome::Idle => idle(app, &row).await?,
        Outcome::Later(reason) if row.tries >= MOST_TRIES && row.confirmed_at > 0 => {
            tracing::error!(tenant.id = %row.tenant_id, source.id = %row.source_id, reason, "a letter about answers in a chat was given up after a day of tries");
            let given_up = due::as_seen(&row, Column::NextAt)
                .col_expr(Column::NextAt, Expr::value(Option::<i64>::None))
                .col_expr(Column::Tries, Expr::value(0_i32));
            due::update_one(&app.store, given_up).await?;
        }
        Outcome::Later(reason) => {
            tracing::warn!(tenant.id = %row.tenant_id, source.id = %row.source_id, reason, "a letter of a chat was not sent; it will be retried");
            let step = usize::try_from(row.tries).unwrap_or(usize::MAX).min(BACK_OFF.len() - 1);
            let later = due::as_seen(&row, Column::NextAt)
                .col_expr(Column::MailedAt, Expr::value(row.mailed_at))
                .col_expr(Column::AfterPosition, Expr::value(row.after_position))
                .col_expr(Column::Tries, Expr::value(row.tries + 1))
                .col_expr(
                    Column::NextAt,
                    Expr::value(Some(now + TimeDelta::minutes(BACK_OFF[step]).num_milliseconds())),
                );
            due::update_one(&app.store, later).await?;
        }
        Outcome::Gone(reason) => {
            tracing::info!(tenant.id = %row.tenant_id, source.id = %row.source_id, reason, "an address for answers by e-mail was deleted");
            chat_email::Entity::delete_of(row.tenant_id)
                .filter(Column::ConversationId.eq(row.conversation_id))
                .filter(Column::NextAt.eq(row.next_at))
                .exec(app.store.write())
                .await?;
        }
        Outcome::Changed => {}
    }
    Ok(false)
}

/// Not due until a manager answers. One who answered a moment ago may not be in what was read: it is looked at again.
async fn idle(app: &WebchatContext, row: &chat_email::Model) -> Result<(), DbErr> {
    let soon = row.answered_at + pause(app, row).await;
    let next = (soon > app.clock.millis()).then_some(soon);
    let idle = due::as_seen(row, Column::NextAt)
        .col_expr(Column::NextAt, Expr::value(next))
        .filter(Column::AnsweredAt.eq(row.answered_at));
    due::update_one(&app.store, idle).await.map(|_| ())
}

async fn source_of(app: &WebchatContext, row: &chat_email::Model) -> anyhow::Result<Option<Arc<source::Model>>> {
    let source = app.lookup.source(row.source_id).await?;
    Ok(source.filter(|source| source.deleted_at.is_none()))
}

/// The chat's minutes between an answer and its letter, in milliseconds.
async fn pause(app: &WebchatContext, row: &chat_email::Model) -> i64 {
    let source = source_of(app, row).await.ok().flatten();
    source.and_then(|source| after(app, &WebChatSettings::stored(&source.settings))).unwrap_or(0)
}

async fn work(app: &Arc<WebchatContext>, row: &chat_email::Model) -> anyhow::Result<Outcome> {
    let Some(source) = source_of(app, row).await? else { return Ok(Outcome::Gone("its chat was deleted")) };
    let language = Language::of_code(&row.language).unwrap_or(Language::En);
    let settings = WebChatSettings::stored(&source.settings).in_language(language);
    let tenant = app.lookup.tenant(row.tenant_id).await?;
    let words = tenant.map_or(Words::new(language), |tenant| tenants::words_in(&app.integrations, &tenant, language));
    let title = letter_title(&settings, &source);
    if row.confirmed_at > 0 {
        let Some(after) = after(app, &settings) else { return Ok(Outcome::Idle) };
        return answers(app, row, words, &title, after).await;
    }
    if row.mailed_at > 0 || app.clock.millis() >= emails::expires_at(row) {
        return Ok(Outcome::Gone("it was not confirmed within a day"));
    }
    if after(app, &settings).is_none() {
        return Ok(Outcome::Gone("its chat sends no e-mails any more"));
    }
    if !recorded(app, row, row.after_position).await? {
        return Ok(Outcome::Changed);
    }
    let to = emails::address(app, row)?;
    let title = plain_title(words, &title);
    let text = confirmation(words, &title, &link(app, row, TokenPurpose::Confirm));
    let subject = words.text("chat-mail-confirm-subject").with("title", title).to_string();
    Ok(match mail::send(&app.identity, Email { to, subject, text, sender: words.brand() }).await {
        Ok(()) => Outcome::Sent,
        Err(error) if mail::is_refused(&error) => Outcome::Gone("the mail server refuses it"),
        Err(error) => Outcome::Later(format!("{error:#}")),
    })
}

/// Sends the answers that wait unread for at least `after` milliseconds.
async fn answers(
    app: &Arc<WebchatContext>,
    row: &chat_email::Model,
    words: Words,
    title: &str,
    after: i64,
) -> anyhow::Result<Outcome> {
    let now = app.clock.millis();
    if row.mailed_at + after > now {
        return Ok(Outcome::At(row.mailed_at + after));
    }
    let conversation =
        conversation::Entity::find_by_id((row.tenant_id, row.conversation_id)).one(app.store.read()).await?;
    let Some(conversation) = conversation else { return Ok(Outcome::Gone("its chat was deleted")) };
    let waiting = waiting(app, row, &conversation).await?;
    let (Some(first), Some(last)) = (waiting.first(), waiting.last()) else { return Ok(Outcome::Idle) };
    if app.guests.is_here(&conversation.external_id) {
        return Ok(Outcome::At(now + HERE.num_milliseconds()));
    }
    if first.accepted_at + after > now {
        return Ok(Outcome::At(first.accepted_at + after));
    }
    let end = link(app, row, TokenPurpose::End);
    let letter = Letter {
        title,
        back: &link(app, row, TokenPurpose::Back),
        end: &end,
        answers: history::all_shown(app, words, row.tenant_id, &waiting).await?,
    };
    let to = emails::address(app, row)?;
    anyhow::ensure!(!to.is_empty(), "there is no address");
    if !recorded(app, row, last.position).await? {
        return Ok(Outcome::Changed);
    }
    let subject = words.text("chat-mail-subject").with("title", title).to_string();
    let email = Email { to, subject, text: letter.text(words), sender: words.brand() };
    Ok(match mail::send_endable(&app.identity, email, &end).await {
        Ok(()) => Outcome::Sent,
        // Repeats of what a mailbox refuses for good harm the sender's name with its provider.
        Err(error) if mail::is_refused(&error) => Outcome::Gone("the mail server refuses it"),
        Err(error) => Outcome::Later(format!("{error:#}")),
    })
}

/// Unread answers in order. A visitor who wrote after an answer has read it, also without the script's receipts.
async fn waiting(
    app: &Arc<WebchatContext>,
    row: &chat_email::Model,
    conversation: &conversation::Model,
) -> anyhow::Result<Vec<message::Model>> {
    let waiting = history::unread(app, row.tenant_id, row.conversation_id, row.after_position).await;
    let mut waiting = waiting.context("the answers cannot be read")?;
    waiting.retain(|answer| answer.accepted_at >= conversation.heard_at);
    Ok(waiting)
}

/// Records the letter as sent before it is. False if the row has changed: it must not be sent.
async fn recorded(app: &WebchatContext, row: &chat_email::Model, position: i64) -> Result<bool, DbErr> {
    let sent = due::as_seen(row, Column::NextAt)
        .col_expr(Column::MailedAt, Expr::value(app.clock.millis()))
        .col_expr(Column::AfterPosition, Expr::value(position));
    due::update_one(&app.store, sent).await
}

/// The chat's title as shown in letters, on one line.
pub(super) fn letter_title(settings: &WebChatSettings, source: &source::Model) -> String {
    let title = settings.title.as_deref().unwrap_or(&source.name);
    title.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The title in a letter to an address whose reader has not agreed to anything: words only. Without words, the usual
/// title.
fn plain_title(words: Words, title: &str) -> String {
    let name = email_limits::name(title);
    if name.is_empty() { words.text("chat-title").to_string() } else { name }
}

/// The letter that asks to confirm the address. It contains nothing that the visitor entered, and of the account only
/// [`plain_title`]: its reader may be a stranger to both.
fn confirmation(words: Words, title: &str, url: &str) -> String {
    words.text("chat-mail-confirm-letter").with("title", title).with("url", url).to_string()
}

/// A letter with answers.
pub(super) struct Letter<'a> {
    pub title: &'a str,
    /// The link that opens the conversation.
    pub back: &'a str,
    /// The link that ends the letters.
    pub end: &'a str,
    pub answers: Vec<MessageView>,
}

impl Letter<'_> {
    pub fn text(&self, words: Words) -> String {
        let answers = self.answers.iter().map(|answer| entry(words, answer)).collect::<Vec<_>>().join("\n\n");
        words
            .text("chat-mail-letter")
            .with("title", self.title)
            .with("answers", answers)
            .with("back", self.back)
            .with("end", self.end)
            .with("count", BACK_DAYS)
            .to_string()
    }
}

/// A message with its author's name; a file by its name.
pub(super) fn entry(words: Words, answer: &MessageView) -> String {
    let mut lines = answer.above.clone();
    if let Some(file) = &answer.file {
        let name = if file.name.is_empty() {
            words.text_of("messages-kind-", file.kind).to_string()
        } else {
            file.name.clone()
        };
        lines.push(words.text("chat-mail-file").with("name", name).to_string());
    }
    if let Some(card) = &answer.card {
        lines.push([card.title.as_str(), &card.note].join(", "));
    }
    lines.extend([&answer.text, &answer.below].into_iter().filter(|text| !text.is_empty()).cloned());
    let unnamed = || words.text(if answer.mine { "chat-you" } else { "chat-employee" }).to_string();
    let name = answer.name.clone().unwrap_or_else(unnamed);
    format!("{name}:\n{}", lines.join("\n"))
}

#[cfg(test)]
mod tests {
    use base::i18n::Language;

    use super::*;

    #[test]
    fn n8_a_title_without_words_is_the_usual_one() {
        let words = Words::new(Language::En);
        assert_eq!(plain_title(words, "Shop № 24, Moscow!"), "Shop 24 Moscow");
        assert_eq!(plain_title(words, "★ 88005553535 ★"), words.text("chat-title").to_string());
    }
}
