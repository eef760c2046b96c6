//! People's actions on their phones: as Rust, and as JSON for programs in any language.

mod accounts;
mod business;
mod compose;
mod content;
mod dressing;
mod groups;
mod messages;
mod samples;

use serde::{Deserialize, Serialize};
use serde_json::Value;

pub use content::{ChatCard, Content, Given, StickerForm};
pub use dressing::{Dressing, External, Forward, Quote};
pub(crate) use samples::of as sample;

use super::core::Core;

/// The chat of an action.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Chat {
    /// The private chat with this bot.
    Bot(i64),
    /// A group.
    Group(i64),
    /// A topic of a forum: group and thread. An unknown thread is created.
    Topic(i64, i64),
    /// The personal chat with another person.
    Person(i64),
}

/// An action. Ids are Telegram's.
#[derive(Clone, Debug, Deserialize)]
#[serde(tag = "act", rename_all = "snake_case", deny_unknown_fields)]
#[expect(
    missing_docs,
    reason = "who: the person who acts; to: where; message: an id in that chat; the rest says itself"
)]
pub enum Act {
    /// Presses Start, through a link with or without a payload.
    Start {
        who: i64,
        bot: i64,
        #[serde(default)]
        payload: String,
    },
    /// A message.
    Send {
        who: i64,
        to: Chat,
        content: Content,
        #[serde(default)]
        with: Box<Dressing>,
    },
    /// An album of 2–10 files.
    Album {
        who: i64,
        to: Chat,
        items: Vec<Content>,
        #[serde(default)]
        with: Box<Dressing>,
    },
    /// Edits an own message.
    Edit { who: i64, to: Chat, message: i64, content: Content },
    /// Edits the caption of an own file.
    EditCaption { who: i64, to: Chat, message: i64, caption: String },
    /// Moves a live location.
    MoveLocation {
        who: i64,
        to: Chat,
        message: i64,
        latitude: f64,
        longitude: f64,
        #[serde(default)]
        heading: Option<i64>,
    },
    /// Replaces the set of reactions: emoji, or `custom:<id>`.
    React { who: i64, to: Chat, message: i64, emoji: Vec<String> },
    /// Presses an inline button.
    Press { who: i64, to: Chat, message: i64, row: usize, column: usize },
    /// Presses a button of a message that the bot can no longer access.
    PressOld { who: i64, to: Chat, message: i64, data: String },
    /// Deletes messages for both sides; only business bots are notified.
    Delete { who: i64, to: Chat, messages: Vec<i64> },
    /// Blocks the bot.
    Block { who: i64, bot: i64 },
    /// Unblocks the bot.
    Unblock { who: i64, bot: i64 },
    /// Deletes the account.
    DeleteAccount { who: i64 },
    /// Adds a bot to a group.
    AddBot { group: i64, bot: i64, by: i64 },
    /// Removes a bot from a group.
    RemoveBot { group: i64, bot: i64, by: i64 },
    /// Makes a bot an administrator of a group.
    Promote { group: i64, bot: i64, by: i64 },
    /// Upgrades a basic group to a supergroup.
    UpgradeGroup { group: i64, by: i64 },
    /// Renames a group.
    Retitle { group: i64, title: String, by: i64 },
    /// Closes or reopens a topic.
    CloseTopic { group: i64, thread: i64, closed: bool },
    /// Deletes a group.
    DeleteGroup { group: i64 },
    /// A person forbids or allows voice and round video messages.
    ForbidVoice { who: i64, forbidden: bool },
    /// A group forbids or allows its members to write.
    SetOpen { group: i64, open: bool },
    /// An owner connects a bot to their own chats.
    Connect {
        owner: i64,
        bot: i64,
        #[serde(default = "yes")]
        can_reply: bool,
    },
    /// An owner disconnects the bot.
    Disconnect { owner: i64, bot: i64 },
    /// Sends an update unchanged.
    Raw { bot: i64, update: Value },
}

fn yes() -> bool {
    true
}

/// The result of an action.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Done {
    /// Ids of the messages created or changed.
    pub messages: Vec<i64>,
    /// The id of the callback query or of the business connection.
    pub id: String,
    /// The new id of a group.
    pub chat: i64,
}

impl Done {
    fn message(id: i64) -> Self {
        Self { messages: vec![id], ..Self::default() }
    }
}

/// Performs an action.
pub(crate) fn perform(core: &Core, act: Act) -> anyhow::Result<Done> {
    core.change(|state| match act {
        Act::Start { who, bot, payload } => state.start(who, bot, &payload),
        Act::Send { who, to, content, with } => state.send(who, to, &content, &with),
        Act::Album { who, to, items, with } => state.album(who, to, &items, &with),
        Act::Edit { who, to, message, content } => state.edit(who, to, message, &content),
        Act::EditCaption { who, to, message, caption } => state.edit_caption(who, to, message, &caption),
        Act::MoveLocation { who, to, message, latitude, longitude, heading } => {
            state.move_location(who, to, message, (latitude, longitude, heading))
        }
        Act::React { who, to, message, emoji } => state.react(who, to, message, &emoji),
        Act::Press { who, to, message, row, column } => state.press(who, to, message, (row, column)),
        Act::PressOld { who, to, message, data } => state.press_old(who, to, message, &data),
        Act::Delete { who, to, messages } => state.delete(who, to, &messages),
        Act::Block { who, bot } => state.block(who, bot),
        Act::Unblock { who, bot } => state.unblock(who, bot),
        Act::DeleteAccount { who } => state.delete_account(who),
        Act::AddBot { group, bot, by } => state.add_bot_to(group, bot, by),
        Act::RemoveBot { group, bot, by } => state.remove_bot_from(group, bot, by),
        Act::Promote { group, bot, by } => state.promote(group, bot, by),
        Act::UpgradeGroup { group, by } => state.upgrade(group, by),
        Act::Retitle { group, title, by } => state.retitle(group, &title, by),
        Act::CloseTopic { group, thread, closed } => state.close_topic(group, thread, closed),
        Act::SetOpen { group, open } => state.set_open(group, open),
        Act::DeleteGroup { group } => state.delete_group(group),
        Act::ForbidVoice { who, forbidden } => state.forbid_voice(who, forbidden),
        Act::Connect { owner, bot, can_reply } => state.connect(owner, bot, can_reply),
        Act::Disconnect { owner, bot } => state.disconnect(owner, bot),
        Act::Raw { bot, update } => state.inject(bot, update).map(Done::message),
    })
}
