//! Actions of people in MAX.

mod content;
mod messages;
mod rooms;

use anyhow::Result;
use serde::{Deserialize, Serialize};

pub use content::{Content, File};

use super::core::Core;

/// An action of a person.
#[derive(Clone, Debug, Deserialize)]
#[serde(tag = "act", rename_all = "snake_case", deny_unknown_fields)]
pub enum Act {
    /// Presses Start, optionally through a link with a payload.
    Start {
        who: i64,
        bot: i64,
        #[serde(default)]
        payload: Option<String>,
    },
    /// Stops the bot.
    Stop { who: i64, bot: i64 },
    /// Deletes the dialog, which stops the bot.
    RemoveDialog { who: i64, bot: i64 },
    /// Clears the history of the dialog.
    ClearDialog { who: i64, bot: i64 },
    /// Writes in a dialog, a group or below a post.
    Send {
        who: i64,
        to: Place,
        #[serde(default)]
        text: String,
        /// Attachments.
        #[serde(default)]
        contents: Vec<Content>,
        /// `mid` of the message that this one answers.
        #[serde(default)]
        reply_to: Option<String>,
        /// `mid` of a message that is forwarded.
        #[serde(default)]
        forward: Option<String>,
    },
    /// Edits the text of an own message or comment.
    Edit { who: i64, message: String, text: String },
    /// Removes an own message or comment.
    Remove { who: i64, message: String },
    /// Presses a button by its payload.
    Press { who: i64, message: String, payload: String },
    /// The channel itself publishes a post.
    Post { channel: i64, text: String },
    /// Renames a group or channel.
    Rename { who: i64, room: i64, title: String },
    /// Adds the bot to its group or channel.
    AddBot { who: i64, room: i64 },
    /// Removes the bot from its group or channel.
    RemoveBot { who: i64, room: i64 },
}

/// The target of a message.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Place {
    /// The dialog with a bot.
    Bot(i64),
    /// A group.
    Group(i64),
    /// Below a post, by its `mid`.
    Post(String),
}

/// The result of an action.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Done {
    /// The new message.
    pub mid: Option<String>,
}

/// Performs an action.
pub(crate) fn perform(core: &Core, act: Act) -> Result<Done> {
    core.change(|state| match act {
        Act::Start { who, bot, payload } => messages::start(state, who, bot, payload.as_deref()),
        Act::Stop { who, bot } => messages::stop(state, who, bot),
        Act::RemoveDialog { who, bot } => messages::remove_dialog(state, who, bot),
        Act::ClearDialog { who, bot } => messages::clear_dialog(state, who, bot),
        Act::Send { who, to, text, contents, reply_to, forward } => {
            let link = match (reply_to, forward) {
                (Some(mid), _) => Some(("reply".to_owned(), mid)),
                (None, Some(mid)) => Some(("forward".to_owned(), mid)),
                (None, None) => None,
            };
            messages::send(state, who, &to, text, contents, link)
        }
        Act::Edit { who, message, text } => messages::edit(state, who, &message, text),
        Act::Remove { who, message } => messages::remove(state, who, &message),
        Act::Press { who, message, payload } => messages::press(state, who, &message, &payload),
        Act::Post { channel, text } => rooms::post(state, channel, text),
        Act::Rename { who, room, title } => rooms::rename(state, who, room, title),
        Act::AddBot { who, room } => rooms::bot(state, who, room, "bot_added"),
        Act::RemoveBot { who, room } => rooms::bot(state, who, room, "bot_removed"),
    })
}
