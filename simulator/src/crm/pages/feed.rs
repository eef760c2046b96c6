//! The messages of a chat as rows: all of them in the window, only those around the lead's time in its card.

use chrono::{DateTime, TimeDelta, Utc};

use super::{
    bubble::{self, Stage},
    rows::Row,
    strings::Words,
};
use crate::crm::{
    abilities::Abilities,
    state::{Account, Chat, Direction, Lead, Message, State},
};

/// A lead's card shows the history from this long before the lead was created.
const BEFORE_LEAD: TimeDelta = TimeDelta::hours(24);

/// A channel's time window in a chat.
#[derive(Clone, Copy)]
pub(super) struct Window {
    /// Milliseconds left.
    pub(super) millis: i64,
    /// After it the card offers only templates.
    pub(super) blocks: bool,
}

/// The time window of a chat, if its channel has one. It begins with the customer's latest message.
pub(super) fn window(state: &State, account: &Account, chat: &Chat, now: DateTime<Utc>) -> Option<Window> {
    let abilities = state.abilities(&chat.scope_id);
    let length = i64::from(abilities.time_window_seconds?) * 1000;
    if state.connections.get(&chat.scope_id).is_some_and(|one| one.window_disabled) {
        return None;
    }
    let incoming = |one: &&Message| one.chat_id == chat.id && one.direction == Direction::Incoming;
    let latest = account.messages.iter().filter(incoming).map(|one| one.msec_timestamp).max();
    let left = latest.map_or(0, |latest| (latest + length - now.timestamp_millis()).max(0));
    // Only the platform .com can block the card.
    let blocks = abilities.templates_after_window && account.host.ends_with(".com");
    Some(Window { millis: left, blocks })
}

fn of_chat<'a>(account: &'a Account, chat: &Chat) -> Vec<&'a Message> {
    account.messages.iter().filter(|message| message.chat_id == chat.id).collect()
}

fn rows(stage: &Stage<'_>, messages: &[&Message]) -> Vec<Row> {
    let mut before = None;
    let mut rows = Vec::with_capacity(messages.len());
    for message in messages {
        rows.push(Row {
            id: message.id.clone(),
            html: bubble::html(stage, message, before),
            text: message.field("text").to_owned(),
        });
        before = Some(*message);
    }
    rows
}

/// The start of a lead card's history, in milliseconds.
fn card_begins(lead: &Lead) -> i64 {
    (lead.created_at - BEFORE_LEAD).timestamp_millis()
}

/// Every message of a chat in order of arrival, with the available actions. If the card of the chat's lead shows only
/// the later ones, a line marks where it begins.
pub(super) fn window_rows(state: &State, account: &Account, chat: &Chat, words: &'static Words) -> Vec<Row> {
    let abilities: Abilities = state.abilities(&chat.scope_id);
    let viewer = account.writer().and_then(|user| user.amojo_id.as_deref()).unwrap_or_default();
    let messages = of_chat(account, chat);
    let mut rows = rows(&Stage { account, words, abilities: Some(&abilities), viewer }, &messages);
    let lead = account.leads.iter().find(|lead| Some(lead.id) == chat.lead_id);
    let first_shown = lead.and_then(|lead| {
        let from = card_begins(lead);
        let at = messages.iter().position(|message| message.msec_timestamp >= from)?;
        (at > 0).then_some(at)
    });
    if let Some(at) = first_shown {
        let html = format!("<li class=\"from small muted\" data-key=\"from\">{}</li>\n", words.chats.card_from);
        rows.insert(at, Row { id: "from".to_owned(), html, text: String::new() });
    }
    rows
}

/// The messages of a chat in a lead's card, and the number of older ones.
pub(super) fn card_rows(account: &Account, chat: &Chat, lead: &Lead, words: &'static Words) -> (Vec<Row>, usize) {
    let from = card_begins(lead);
    let (shown, hidden): (Vec<&Message>, Vec<&Message>) =
        of_chat(account, chat).into_iter().partition(|message| message.msec_timestamp >= from);
    (rows(&Stage { account, words, abilities: None, viewer: "" }, &shown), hidden.len())
}
