//! Bot → customer. If Telegram refuses a request for a known reason, it is changed and sent again, once for each
//! reason, within the same letter (telegram §17).

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use base::i18n::LocalizedText;
use base::message::Content;
use base::rate_limit::{Budget, RateLimiter};
use base::verdict::{Report, Taken, Verdict};
use chrono::TimeDelta;
use serde::de::IgnoredAny;
use serde_json::{Map, Value, json};

use super::api::{BotApi, TEXT};
use super::keyboard;
use super::setup::SourceBot;
use super::wire::{ChatThread, Within, message_of};
use crate::call::{ApiError, Refusal};
use crate::error_catalog::{CatalogEntry, Fix, RefusalClass, TELEGRAM};
use crate::fit::{self, lines};
use crate::sending::{self, Judged};
use crate::{Event, Message, MessageIds, Outgoing, Settings};
use draft::{FileForm, MessageDraft, SendContext, Shape, UploadedFiles};

mod draft;

/// What this process remembers about the bots.
pub(super) struct BotStates {
    rhythm: Rhythm,
    uploaded: UploadedFiles,
}

impl Default for BotStates {
    fn default() -> Self {
        Self { rhythm: Rhythm::default(), uploaded: draft::uploaded_files() }
    }
}

/// Sends an event. The report contains how long to send nothing to the chat.
pub(super) async fn send(api: &BotApi, memory: &BotStates, settings: &Settings, outgoing: &Outgoing) -> Report {
    let Some(bot) = SourceBot::of(settings) else {
        return Report::not_done(Verdict::Pause, LocalizedText::new("said-telegram-token").to_string());
    };
    let line = match line(api, memory, &bot, outgoing) {
        Ok(line) => line,
        Err(report) => return *report,
    };
    let report = match &outgoing.event {
        Event::Created(message) | Event::Started(message) => send_message(&line, message).await,
        Event::Edited(message) => edit(&line, message).await,
        Event::Typing { .. } => typing(&line).await,
        Event::Reaction { message, emoji, .. } => reaction(&line, message, emoji.as_deref()).await,
    };
    memory.rhythm.note(&line, report).await
}

/// The error is a report that explains why nothing can be sent to this chat.
fn line<'a>(
    api: &'a BotApi,
    memory: &'a BotStates,
    bot: &'a SourceBot<'a>,
    outgoing: &'a Outgoing,
) -> Result<SendContext<'a>, Box<Report>> {
    let Some(place) = ChatThread::parse(&outgoing.conversation_id) else {
        // A bot cannot write first (telegram §11), and every chat with it has a numeric id.
        let verdict = Verdict::Bury(TELEGRAM.failure("t3", outgoing.words));
        return Err(Box::new(Report::not_done(verdict, "there is no chat with this customer")));
    };
    let connection = match place.within {
        Within::Business { owner } => match bot.connection(owner) {
            Some(connection) => Some(connection),
            // The owner disconnected the bot; its other chats are not affected.
            None => {
                let verdict = Verdict::Bury(TELEGRAM.failure("t42", outgoing.words));
                return Err(Box::new(Report::not_done(verdict, "the account that the bot wrote for has taken it out")));
            }
        },
        Within::Whole | Within::Topic(_) => None,
    };
    Ok(SendContext { api, bot, place, connection, outgoing, uploaded: &memory.uploaded })
}

/// Sends the next request of a message, changing it for each known reason for a refusal.
async fn send_message(line: &SendContext<'_>, message: &Message) -> Report {
    let draft = MessageDraft::of(line, message);
    if draft.is_empty() {
        let failure = TELEGRAM.failure("t18", line.outgoing.words);
        return Report::not_done(Verdict::Bury(failure), "the message is empty");
    }
    sending::send(draft, line, line.outgoing, message).await
}

/// The next fallback when a file is refused again in its new form: document, then link; music, then document.
fn next(fix: Fix, draft: &MessageDraft, changes: &[Fix]) -> Fix {
    let Shape::File { form, .. } = draft.shape else { return fix };
    match fix {
        Fix::Audio if form == FileForm::Audio => Fix::Document,
        Fix::Document if form == FileForm::Document || changes.contains(&Fix::Document) => Fix::Bytes,
        fix => fix,
    }
}

/// Edits a text or a caption. Files, locations and contacts stay as they are; a message without a known id at
/// Telegram cannot be edited.
async fn edit(line: &SendContext<'_>, message: &Message) -> Report {
    let Some((place, message_id)) = message.external_id.as_deref().and_then(message_of) else {
        return never(line);
    };
    let mut parameters = line.address(place, false);
    parameters.insert("message_id".to_owned(), json!(message_id));
    if let Some(keyboard) = message.markup.as_ref().and_then(|markup| keyboard::inline(message.id, markup)) {
        parameters.insert("reply_markup".to_owned(), keyboard);
    }
    let Some(method) = edit_method(&message.content, &mut parameters) else { return never(line) };
    call(line, method, &parameters.into()).await
}

/// The method that edits such content; none if it cannot be edited.
fn edit_method(content: &Content, parameters: &mut Map<String, Value>) -> Option<&'static str> {
    if let Content::Text { text } = content {
        parameters.insert("text".to_owned(), json!(text));
        return Some("editMessageText");
    }
    let media = content.media().filter(|_| !matches!(content, Content::Sticker(_)))?;
    parameters.insert("caption".to_owned(), json!(media.text.clone().unwrap_or_default()));
    Some("editMessageCaption")
}

fn never(line: &SendContext<'_>) -> Report {
    let failure = TELEGRAM.failure("t38", line.outgoing.words);
    Report::not_done(Verdict::Bury(failure), "this message cannot be changed")
}

/// Reactions that a bot may set (telegram §10), without U+FE0F.
const REACTIONS: &str = "❤ 👍 👎 🔥 🥰 👏 😁 🤔 🤯 😱 🤬 😢 🎉 🤩 🤮 💩 🙏 👌 🕊 🤡 🥱 🥴 😍 🐳 ❤‍🔥 🌚 🌭 💯 🤣 ⚡ 🍌 🏆 💔 🤨 😐 🍓 \
                         🍾 💋 🖕 😈 😴 😭 🤓 👻 👨‍💻 👀 🎃 🙈 😇 😨 🤝 ✍ 🤗 🫡 🎅 🎄 ☃ 💅 🤪 🗿 🆒 💘 🙉 🦄 😘 💊 🙊 😎 👾 🤷‍♂ 🤷 🤷‍♀ 😡";

/// Shows typing for five seconds.
async fn typing(line: &SendContext<'_>) -> Report {
    let mut parameters = line.address(line.place, true);
    parameters.insert("action".to_owned(), json!("typing"));
    call(line, "sendChatAction", &parameters.into()).await
}

/// Sets or removes the bot's single reaction to a message. Unsupported emoji are skipped, as are all reactions in chats
/// of Telegram Business.
async fn reaction(line: &SendContext<'_>, message: &MessageIds, emoji: Option<&str>) -> Report {
    let emoji = emoji.map(plain);
    let known = emoji.as_deref().is_none_or(|emoji| REACTIONS.split(' ').any(|known| known == emoji));
    let found = message.external_id.as_deref().and_then(message_of);
    let found = found.filter(|(place, _)| !matches!(place.within, Within::Business { .. }));
    let Some((place, message_id)) = found.filter(|_| known) else { return Report::done(0, Taken::default()) };
    let reaction: Vec<_> = emoji.iter().map(|emoji| json!({ "type": "emoji", "emoji": emoji })).collect();
    let parameters = json!({ "chat_id": place.chat, "message_id": message_id, "reaction": reaction });
    call(line, "setMessageReaction", &parameters).await
}

/// Without the variation selector, as Telegram writes emoji.
fn plain(emoji: &str) -> String {
    emoji.replace('\u{fe0f}', "")
}

async fn call(line: &SendContext<'_>, method: &str, parameters: &serde_json::Value) -> Report {
    match line.api.call::<IgnoredAny>(line.bot.token, method, parameters).await {
        Ok(_) => Report::done(200, Taken::default()),
        Err(failed) => judge(line, &failed).report,
    }
}

impl MessageDraft {
    /// Message ids of the old chat are invalid in the new one. Later attempts are made in the new one, which is stored.
    fn move_to(&mut self, failed: Option<&ApiError>) -> bool {
        let Some(ApiError::Refused(Refusal { migrate_to: Some(chat), .. })) = failed else { return false };
        self.place = self.place.moved(*chat);
        self.quote = None;
        true
    }

    fn shorten(&mut self) -> bool {
        let Shape::Text(text) = &mut self.shape else { return false };
        fit::shorten(text, &mut self.more, TEXT)
    }

    /// Makes the caption a separate message; false if there is none.
    pub fn take_caption_out(&mut self) -> bool {
        let Shape::File { caption, .. } = &mut self.shape else { return false };
        let caption = std::mem::take(caption);
        let changed = !caption.is_empty();
        if changed {
            self.more.insert(0, caption);
        }
        changed
    }

    fn become_form(&mut self, wanted: FileForm) -> bool {
        let Shape::File { form, .. } = &mut self.shape else { return false };
        std::mem::replace(form, wanted) != wanted
    }

    /// Replaces a file that cannot be sent in any other way by its link.
    fn link(&mut self, line: &SendContext<'_>, message: &Message) -> bool {
        let Shape::File { media, caption, .. } = &self.shape else { return false };
        let mut content = message.content.clone();
        let Some(file) = content.media_mut() else { return false };
        (*file).clone_from(media.as_ref());
        file.text = Some(caption.clone()).filter(|caption| !caption.is_empty());
        self.shape = Shape::Text(as_text(line, &content));
        true
    }
}

fn as_text(line: &SendContext<'_>, content: &Content) -> String {
    lines::content(line.outgoing.words, content)
}

/// Telegram counts whole seconds; one more avoids sending too early.
const SPARE: Duration = Duration::from_secs(1);
/// The code for refusals that concern the request, not the bot.
const BAD_REQUEST: u32 = 400;

/// Judges a failed call.
fn judge(line: &SendContext<'_>, failed: &ApiError) -> Judged {
    let refusal = match failed.judged("said-telegram-unreadable") {
        Ok(judged) => return judged,
        Err(refusal) => refusal,
    };
    let Refusal { status, code, text, .. } = refusal;
    let row = TELEGRAM.find(*code, text);
    let answer = json!({ "error_code": code, "description": text }).to_string();
    let said =
        LocalizedText::new("said-telegram-answered").with("status", i64::from(*code)).with("text", text.as_str());
    refused(line, row, refusal.retry_after, said.to_string()).with_answer(*status, &answer)
}

fn refused(line: &SendContext<'_>, row: Option<&CatalogEntry>, retry_after: Option<Duration>, said: String) -> Judged {
    let words = line.outgoing.words;
    match row {
        // Concerns one of the accounts that the bot writes for; the bot's own chats and those of other accounts are not
        // affected.
        Some(row)
            if row.class == RefusalClass::Pause && line.connection.is_some() && row.codes.contains(&BAD_REQUEST) =>
        {
            Judged::plain(Verdict::Bury(row.failure(words)), said)
        }
        _ => {
            let after = retry_after.map(|after| after.saturating_add(SPARE));
            Judged::refused(row, words, Verdict::Retry { after, whole_target: false }, said)
        }
    }
}

// Rate limits of chats (telegram §8): one message per second to a person, twenty per minute to a group, with short
// bursts. A wait that Telegram asks for is kept exactly; if it asks for waits in two chats of a bot within five
// seconds, the limit applies to the whole bot.

const PERSON: Budget = Budget { at_once: 3, each: 1_000 };
const GROUP: Budget = Budget { at_once: 3, each: 3_000 };
/// If two chats have to wait within this time, the whole bot has to.
const TOGETHER: TimeDelta = TimeDelta::seconds(5);
/// Maximum number of remembered chats.
const CHATS: u64 = 50_000;

/// The rates at which this process wrote to chats.
pub(super) struct Rhythm {
    /// By bot and chat.
    chats: RateLimiter<(i64, i64)>,
    /// By bot: the chat that last had to wait, and when, in milliseconds.
    slowed: Mutex<HashMap<i64, (i64, i64)>>,
}

impl Default for Rhythm {
    fn default() -> Self {
        Self { chats: RateLimiter::new(CHATS), slowed: Mutex::default() }
    }
}

impl Rhythm {
    /// Counts an attempt and adds to its report how long to send nothing to the chat.
    async fn note(&self, line: &SendContext<'_>, mut report: Report) -> Report {
        let now = line.outgoing.now.timestamp_millis();
        let (bot, chat) = (line.bot.id, line.place.chat);
        if let (429, Verdict::Retry { whole_target, .. }) = (report.status, &mut report.verdict) {
            *whole_target = self.is_the_bots(bot, chat, now);
            return report;
        }
        let budget = if line.place.is_group() { GROUP } else { PERSON };
        let rest = self.chats.spend((bot, chat), budget, now).await;
        report.rest = Duration::from_millis(u64::try_from(rest).unwrap_or(0));
        report
    }

    /// Whether another chat of the bot had to wait just now.
    fn is_the_bots(&self, bot: i64, chat: i64, now: i64) -> bool {
        let mut slowed = self.slowed.lock().unwrap_or_else(PoisonError::into_inner);
        let before = slowed.insert(bot, (chat, now));
        before.is_some_and(|(other, at)| other != chat && now - at <= TOGETHER.num_milliseconds())
    }
}

#[cfg(test)]
mod tests;
