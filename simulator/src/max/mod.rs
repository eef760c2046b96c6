//! A small MAX: the Bot API's server with its file hosts, and what it tells webhooks about people's acts.
//!
//! Written from <https://dev.max.ru/docs-api>, its OpenAPI schema and recordings of other clients (listed in
//! `docs/protocol/max.md`), for any bot.
//!
//! ```text
//! wire.rs         tables, and answers to the kit    acts.rs    places of acts, updates about them
//! api.rs          calls of bots                     json.rs    users and messages as the API shows them
//! attachments.rs  attachments and keyboards         files.rs   uploads, and the hosts of files
//! bots.rs         new bots and rooms, and troubles  answer.rs  results and refusals
//! ```

mod acts;
mod answer;
mod api;
mod attachments;
mod bots;
mod files;
mod json;
mod options;
mod updates;
mod wire;

pub use crate::kit::{Act, Content, Fault, Given, HookFault, LineView as BotView, MessageView, NewPerson, Verb};
pub use bots::NewBot;
pub use options::Options;

pub type Max = crate::kit::Simulator<Options>;
/// A person who talks to a bot.
pub type Customer<'a> = crate::kit::Customer<'a, Options>;
