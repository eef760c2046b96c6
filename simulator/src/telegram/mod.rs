//! A small Telegram: the Bot API's server, and the updates about what people and groups do.
//!
//! Written from <https://core.telegram.org/bots/api> and publications about its server, for any bot.
//!
//! ```text
//! wire.rs     tables, and answers to the kit      bots.rs     new bots, people and groups; troubles; views
//! acts.rs     places of acts, acts of groups      content.rs  what people send, as fields of `Message`
//! updates.rs  updates, in lanes                   json.rs     users, chats and messages as a bot sees them
//! api.rs      the table of methods                params.rs   parameters and refusals
//! send.rs     messages of bots                    change.rs   editing, deleting, copying, reacting
//! files.rs    files and their objects             give.rs     files that a call names
//! hook.rs     webhooks and getUpdates             chats.rs    chats, members, the bot itself
//! target.rs   the chat of a call                  markup.rs   buttons
//! text.rs     HTML, entities                      markdown.rs MarkdownV2 and Markdown
//! ```

mod acts;
mod api;
mod bots;
mod change;
mod chats;
mod content;
mod detect;
mod files;
mod give;
mod hook;
mod json;
mod markdown;
mod markup;
mod options;
mod params;
mod send;
mod target;
mod text;
mod updates;
mod wire;

pub use crate::kit::{
    Act, Author, Content, Done, Fault, Given, HookFault, HookState, Id, LineView as BotView, MessageView, Verb,
    system_clock,
};
pub use bots::{NewBot, NewGroup, NewPerson, WebhookView};
pub use options::{GroupKind, Options};

pub type Telegram = crate::kit::Simulator<Options>;
/// A person in a chat.
pub type Customer<'a> = crate::kit::Customer<'a, Options>;
