//! A small Telegram: the Bot API's server, and the updates about what people and groups do.
//!
//! Written from <https://core.telegram.org/bots/api> and publications about its server, for any bot.
//!
//! ```text
//! wire.rs     tables, and answers to the kit      bots.rs     new bots, people and groups; troubles; views
//! acts.rs     places of acts, acts of groups      content.rs  what people send, as fields of `Message`
//! updates.rs  updates, in lanes                   json.rs     users, chats and messages as a bot sees them
//! api.rs      the table of methods                params.rs   parameters and refusals
//! send.rs     messages of bots                    chats.rs    the bot itself, reactions, answers to buttons
//! files.rs    files and their objects             give.rs     files that a call names
//! hook.rs     webhooks and getUpdates
//! target.rs   the chat of a call                  markup.rs   buttons      text.rs  texts and captions
//! ```

mod acts;
mod api;
mod bots;
mod chats;
mod content;
mod files;
mod give;
mod hook;
mod json;
mod markup;
mod params;
mod send;
mod state;
mod target;
mod text;
mod updates;
mod wire;

pub use crate::kit::{
    Act, Author, Content, Done, Fault, Given, HookFault, HookState, Id, LineView as BotView, MessageView, NewPerson,
    Verb, system_clock,
};
pub use bots::{NewBot, NewGroup, WebhookView};
pub use state::{GroupKind, TelegramWire};

/// A running Telegram.
pub type Telegram = crate::kit::Simulator<TelegramWire>;
/// A person in a chat.
pub type Customer<'a> = crate::kit::Customer<'a, TelegramWire>;
