//! Bot → customer. If Telegram refuses a request for a known reason, it is changed and sent again, once for each
//! reason, within the same letter (telegram §17).
//!
//! ```text
//! message.rs   a message: draft ─▶ post ─▶ taken            draft.rs, file.rs   what is posted, and in which form
//!                           ▲       │ refused               repair.rs             how a draft is changed
//!                           └ mend ◀┘                       judge.rs            what a refusal means
//! edit.rs, typing_reactions.rs   edits, typing, reactions               rate_limit.rs           rate limits of chats
//!                                                           uploaded.rs         files that Telegram already has
//! ```

use base::i18n::LocalizedText;
use base::verdict::{Report, Verdict};
use serde_json::{Map, Value, json};

use super::api::BotApi;
use super::ids::{ChatThread, Within};
use super::setup::SourceBot;
use crate::error_catalog::TELEGRAM;
use crate::{Event, Outgoing, Settings};

mod draft;
mod edit;
mod file;
mod judge;
mod message;
mod rate_limit;
mod repair;
#[cfg(test)]
mod tests;
mod typing_reactions;
mod uploaded;

use rate_limit::Rhythm;
use uploaded::UploadedFiles;

/// What every request for a letter needs.
struct SendContext<'a> {
    api: &'a BotApi,
    bot: &'a SourceBot<'a>,
    place: ChatThread,
    /// The connection by which the bot writes in its owner's name.
    connection: Option<&'a str>,
    outgoing: &'a Outgoing,
    uploaded: &'a UploadedFiles,
}

/// What this process remembers about the bots.
#[derive(Default)]
pub(super) struct BotStates {
    rhythm: Rhythm,
    uploaded: UploadedFiles,
}

impl SendContext<'_> {
    /// The address parameters of a request. `topic`: whether to use the place's topic, if it has one.
    fn address(&self, place: ChatThread, topic: bool) -> Map<String, Value> {
        let mut address = Map::new();
        address.insert("chat_id".to_owned(), json!(place.chat));
        if let (Within::Topic(topic), true) = (place.within, topic) {
            address.insert("message_thread_id".to_owned(), json!(topic));
        }
        if let Some(connection) = self.connection {
            address.insert("business_connection_id".to_owned(), json!(connection));
        }
        address
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
        Event::Created(message) | Event::Started(message) => message::send(&line, message).await,
        Event::Edited(message) => edit::send(&line, message).await,
        Event::Typing { .. } => typing_reactions::typing(&line).await,
        Event::Reaction { message, emoji, .. } => typing_reactions::reaction(&line, message, emoji.as_deref()).await,
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
